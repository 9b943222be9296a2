"""Running the tests that stand in the playbooks, each against its own playbook alone, with the engine that Lambda runs.

Owns changing the named event and comparing what came of it. Local exclusions play no part: they are no rule of the
playbook.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from firedoor.cli.playbook_reader import PlaybookTest
from firedoor.cli.sources import Sources, compile_bundle
from firedoor.engine import Classification, Hit, Library
from firedoor.errors import EventError, FiredoorError, PlaybookError
from firedoor.events import read_events
from firedoor.playbooks import Bundle, bundle_from_json
from firedoor.thresholds import MemoryWindows


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test: ``problems`` says in sentences what was otherwise than expected; none is a pass."""

    playbook: str
    name: str
    file: str
    line: int
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems


def run_tests(sources: Sources, events: Path) -> tuple[Outcome, ...]:
    """Run every test in the playbooks. ``events`` is the folder of the named events.

    Raises:
        PlaybookError: The sources have errors, so that there is nothing to run.
    """
    bundle = bundle_from_json(compile_bundle(sources))
    libraries = {
        name: Library(Bundle(playbooks={name: playbook}, exclusions=(), protected=(), duties=bundle.duties))
        for name, playbook in bundle.playbooks.items()
    }
    return tuple(_run(test, libraries[test.playbook], events) for test in sources.tests)


def _run(test: PlaybookTest, library: Library, events: Path) -> Outcome:
    try:
        problems = tuple(_problems(test, list(_classify(test, library, events))))
    except FiredoorError as error:
        problems = (str(error),)
    return Outcome(test.playbook, test.name, test.file, test.line, problems)


def _classify(test: PlaybookTest, library: Library, events: Path) -> Iterator[Classification]:
    """Classify what comes first, then the changed event as often as the test says, each as new, a second later."""
    windows = MemoryWindows()
    for name in test.before:
        for event in read_events((events / name).read_text("utf-8")):
            yield library.classify(event, windows, event.facts.time.date())
    text = (events / test.event).read_text("utf-8")
    for number in range(test.repeat):
        for event in read_events(changed(text, _numbered(test.changes, number + 1))):
            time = event.facts.time + timedelta(seconds=number)
            again = replace(event, id=f"{event.id}+{number}", facts=replace(event.facts, time=time))
            yield library.classify(again, windows, time.date())


def _numbered(changes: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Put the event's number, from 1, where a text says ``{n}``."""
    return {
        path: value.replace("{n}", str(number)) if isinstance(value, str) else value for path, value in changes.items()
    }


def _problems(test: PlaybookTest, classified: Sequence[Classification]) -> Iterator[str]:
    hits = [hit for classification in classified for hit in classification.hits]
    if test.matches and not hits:
        reasons = [miss.reason for classification in classified for miss in classification.misses]
        yield f"it should match and does not: {reasons[0] if reasons else 'none of its patterns holds'}"
    elif not test.matches and hits:
        yield f"it should not match and does (account {hits[0].facts.account}, target {hits[0].facts.target})"
    elif hits:
        yield from _differences(test, hits[0])
    cases = len({hit.dedup_key for hit in hits})
    if test.alerts is not None and test.alerts != cases:
        yield f"it should open {test.alerts} cases and opens {cases}"


def _differences(test: PlaybookTest, hit: Hit) -> Iterator[str]:
    if hit.problem:
        yield hit.problem
    for name, wanted in test.extract.items():
        if hit.extracted.get(name) != wanted:
            yield f"{name} should be {json.dumps(wanted)} and is {json.dumps(hit.extracted.get(name))}"
    steps = tuple(step.action for step in hit.steps)
    if test.steps is not None and test.steps != steps:
        yield f"its steps should be {', '.join(test.steps) or 'none'} and are {', '.join(steps) or 'none'}"


def changed(text: str, changes: Mapping[str, Any]) -> str:
    """Return an event's JSON with fields changed by path (``detail.findings.0.RecordState``); None removes a field.

    Raises:
        PlaybookError: A path leads through something that is not there.
        EventError: The text is not JSON.
    """
    if not changes:
        return text
    try:
        event = json.loads(text)
    except ValueError as error:
        raise EventError(f"The event is not JSON: {error}.") from None
    for path, value in changes.items():
        _change(event, path, value)
    return json.dumps(event)


def _change(event: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    holder = event
    for part in way:
        known = not isinstance(holder, dict) or part in holder or value is None
        holder = holder[_key(holder, part, path)] if known else holder.setdefault(part, {})
    if value is None:
        del holder[_key(holder, last, path)]
    elif isinstance(holder, dict):
        holder[last] = value
    else:
        holder[_key(holder, last, path)] = value


def _key(holder: Any, part: str, path: str) -> str | int:
    if isinstance(holder, dict) and part in holder:
        return part
    if isinstance(holder, list) and part.isdecimal() and int(part) < len(holder):
        return int(part)
    raise PlaybookError(f"The event has no {path}: there is no {part!r} where the path looks for it.")
