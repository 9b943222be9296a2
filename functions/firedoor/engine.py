"""Classification: which playbooks an event hits, with what values, and why the others do not act. Pure.

Owns matching, exceptions, thresholds and extraction. Does not own the pattern language (``patterns``), which steps are
taken with what values (``steps``), what is remembered (``cases``), nor what is done (``response``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError

from firedoor.duties import mark
from firedoor.events import Event, Facts, read_events
from firedoor.expressions import evaluate
from firedoor.patterns import Index, build_index
from firedoor.plans import Json
from firedoor.playbooks import Bundle, Playbook, Severity, Step, Unless
from firedoor.steps import step_applies
from firedoor.thresholds import Seen, Windows, measure

OWN_ROLES = ("FiredoorResponder", "FiredoorRestorer")
"""The roles that Firedoor acts as, under the path ``/firedoor/``. What they did never starts a case."""

_OWN_ROLE = re.compile(rf"arn:[\w-]+:iam::(?P<account>\d{{12}}):role/firedoor/(?:{'|'.join(OWN_ROLES)})")


@dataclass(frozen=True, slots=True)
class Hit:
    """A playbook that answers an event."""

    playbook: Playbook
    event_id: str
    facts: Facts
    extracted: Json
    """The playbook's own names and the facts, as JSON values; unknown is None."""
    severity: Severity
    dedup_key: str
    """The same for every event that belongs to one case."""
    finding: Json | None = None
    """See ``events.Event.finding``."""
    problem: str | None = None
    """Why it cannot be acted on although it hit: an expression failed. Goes to a person."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps whose ``when`` holds, parameters not yet filled in."""
        return tuple(step for step in self.playbook.steps if step_applies(step, self.extracted))


@dataclass(frozen=True, slots=True)
class Miss:
    """A playbook whose pattern matched but that does not act, and why: a sentence for a person."""

    playbook: str
    reason: str


@dataclass(frozen=True, slots=True)
class Classification:
    """What one event means to the library."""

    event: Event
    hits: tuple[Hit, ...]
    misses: tuple[Miss, ...]


class Library:
    """All playbooks, with one index of patterns for each source of events. Safe to share across threads.

    An index is compiled when the first event of its source comes: most functions never see most sources, and what all
    of them together cost at a cold start grows with every playbook.
    """

    def __init__(self, bundle: Bundle) -> None:
        """Sort the bundle's patterns by source."""
        self.bundle = bundle
        self._patterns = tuple(_patterns(bundle))
        self._sources = {source for pattern in self._patterns for source in pattern.sources or ()}
        self._indexes: dict[str, Index] = {}

    def read(self, text: str, windows: Windows, today: date) -> tuple[Classification, ...]:
        """Read one envelope and classify every finding in it.

        Raises:
            EventError: The text is not an envelope (see ``events.read_events``).
            InvalidPattern: A playbook for events of this source has a wrong pattern; ``firedoor check`` finds it.
        """
        return tuple(self.classify(event, windows, today) for event in read_events(text))

    def classify(self, event: Event, windows: Windows, today: date) -> Classification:
        """Match one event against every playbook. ``today`` decides which exceptions have expired.

        Raises:
            InvalidPattern: As for ``read``.
        """
        matched: dict[str, list[int]] = {}
        excepted: set[tuple[str, str, int]] = set()
        marked = mark(event, self.bundle.duties)
        for kind, name, entry in self._index(marked.data["source"]).match(marked.text):
            if kind == "match":
                matched.setdefault(name, []).append(entry)
            else:
                excepted.add((kind, name, entry))
        hits: list[Hit] = []
        misses: list[Miss] = []
        for name, entries in matched.items():
            playbook = self.bundle.playbooks[name]
            outcome = self._consider(playbook, entries, excepted, marked, windows, today)
            (hits if isinstance(outcome, Hit) else misses).append(outcome)  # type: ignore[arg-type]
        return Classification(event, tuple(hits), tuple(misses))

    def _consider(
        self,
        playbook: Playbook,
        entries: list[int],
        excepted: set[tuple[str, str, int]],
        event: Event,
        windows: Windows,
        today: date,
    ) -> Hit | Miss:
        reason = (
            self._not_to_be_answered(playbook, entries, event)
            or _exception(playbook.unless, ("unless", playbook.id), excepted, today)
            or _exception(self.bundle.exclusions, ("exclusion", ""), excepted, today, playbook.id)
        )
        if reason:
            return Miss(playbook.id, reason)
        hit = _hit(playbook, event)
        if playbook.threshold is None or hit.problem:
            return hit
        return self._counted(hit, entries, windows)

    def _index(self, source: str) -> Index:
        """Return the index of what an event from ``source`` may match. All unknown sources share one."""
        known = source if source in self._sources else ""
        if known not in self._indexes:
            self._indexes[known] = build_index(
                (pattern.id, pattern.pattern)
                for pattern in self._patterns
                if pattern.sources is None or known in pattern.sources
            )
        return self._indexes[known]

    def _not_to_be_answered(self, playbook: Playbook, entries: list[int], event: Event) -> str | None:
        if event.ignore:
            return event.ignore
        if is_own(event):
            return "Firedoor's own role did this"
        if event.error_code and not any(mentions_failure(playbook.match[entry]) for entry in entries):
            return f"the call failed ({event.error_code}), so there is nothing to put right"
        return None

    def _counted(self, hit: Hit, entries: list[int], windows: Windows) -> Hit | Miss:
        threshold = hit.playbook.threshold
        assert threshold is not None  # noqa: S101  for the type checker; the caller looked
        values = [hit.extracted.get(name) for name in threshold.group_by]
        # a threshold that was changed counts anew: what was counted for the old one cannot be told apart any more
        group = _key(hit.playbook.id, hit.facts.account, values, str(threshold))
        value = hit.extracted.get(threshold.of) if threshold.of else None
        progress = measure(threshold, windows, group, Seen(hit.facts.time, hit.event_id, value, min(entries)))
        if progress.reached:
            return hit
        return Miss(hit.playbook.id, f"its threshold is not reached: {progress.so_far}")


class _Pattern(NamedTuple):
    """One pattern of the library: where it stands, and the sources whose events it may match; None means any."""

    id: tuple[str, str, int]
    pattern: Json
    sources: frozenset[str] | None


def _patterns(bundle: Bundle) -> Iterator[_Pattern]:
    for playbook in bundle.playbooks.values():
        answered = [_sources(pattern) for pattern in playbook.match]
        for entry, pattern in enumerate(playbook.match):
            yield _Pattern(("match", playbook.id, entry), pattern, answered[entry])
        matched = None if None in answered else frozenset().union(*filter(None, answered))
        for entry, clause in enumerate(playbook.unless):
            for pattern in clause.match:  # of no interest for an event that the playbook does not answer anyway
                yield _Pattern(("unless", playbook.id, entry), pattern, matched)
    for entry, exclusion in enumerate(bundle.exclusions):
        for pattern in exclusion.match:
            yield _Pattern(("exclusion", "", entry), pattern, _sources(pattern))


def _sources(pattern: Json) -> frozenset[str] | None:
    """Return the sources of which an event must have one to match; None where the pattern names them otherwise.

    An alternative of ``$or`` may name the source once more, and then that one counts.
    """
    listed = pattern.get("source")
    if "$or" in pattern or not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        return None
    return frozenset(listed)


def _exception(
    clauses: tuple[Unless, ...],
    of: tuple[str, str],
    excepted: set[tuple[str, str, int]],
    today: date,
    playbook: str | None = None,
) -> str | None:
    for entry, clause in enumerate(clauses):
        speaks_of_it = not clause.playbooks or playbook in clause.playbooks
        in_force = clause.expires is None or today <= clause.expires
        if speaks_of_it and in_force and (*of, entry) in excepted:
            return f"excepted: {clause.reason}"
    return None


def mentions_failure(pattern: object) -> bool:
    """Tell whether a pattern asks for ``errorCode`` or ``errorMessage``: then it is about failed calls on purpose."""
    if isinstance(pattern, Mapping):
        return any(
            name.rpartition(".")[2] in ("errorCode", "errorMessage") or mentions_failure(value)
            for name, value in pattern.items()
        )
    return isinstance(pattern, list) and any(mentions_failure(member) for member in pattern)


def is_own(event: Event) -> bool:
    """Tell whether Firedoor itself made the recorded call: the loop guard.

    It acts in an account as a role of that account only, so one of the same name elsewhere is somebody else's.
    """
    identity = event.data["detail"].get("userIdentity")
    session = identity.get("sessionContext") if isinstance(identity, dict) else None
    issuer = session.get("sessionIssuer") if isinstance(session, dict) else None
    arn = issuer.get("arn") if isinstance(issuer, dict) else None
    found = _OWN_ROLE.fullmatch(arn) if isinstance(arn, str) else None
    return found is not None and found["account"] == event.facts.account


def _hit(playbook: Playbook, event: Event) -> Hit:
    extracted: dict[str, Any] = event.facts.to_json()
    problem = None
    for name, expression in playbook.extract.items():
        try:
            extracted[name] = evaluate(expression, event.data)
        except JMESPathError as error:
            extracted[name] = None
            problem = f"the playbook's expression for {name!r} failed on this event ({type(error).__name__})"
    severity = playbook.severity if playbook.severity is not None else event.facts.severity
    return Hit(
        playbook=playbook,
        event_id=event.id,
        facts=event.facts,
        extracted=extracted,
        severity=Severity.MEDIUM if severity is None else severity,
        dedup_key=_key(playbook.id, event.facts.account, [extracted.get(name) for name in playbook.dedup_by]),
        finding=event.finding,
        problem=problem,
    )


def _key(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]
