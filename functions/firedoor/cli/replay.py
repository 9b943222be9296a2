"""Replaying an event: the real handlers on an embedded AWS, and what came of it as one value.

Owns the order (stage, deliver, approve, undo) and what counts as a problem. Does not own how it is shown (``console``,
``page``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firedoor.alerts.text import mask
from firedoor.case import Case, State
from firedoor.cli.embedded import EmbeddedAws, Mail, is_routed
from firedoor.cli.stage import BASELINE_AGE, Thing, is_invocation_log, snapshot, stage
from firedoor.errors import FiredoorError
from firedoor.events import SOURCE_OF_INSPECTION, parse_time
from firedoor.plans import StepStatus
from firedoor.playbooks import Mode

if TYPE_CHECKING:
    from firedoor.plans import Json, StepResult

OPERATORS = ("arn:aws:iam::111122223333:user/operator-1", "arn:aws:iam::111122223333:user/operator-2")
"""Who approves and undoes in a replay."""

_ABSENT = object()
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ThreeStates:
    """One thing at three moments: as the event left it, after the response, after the undo (None: not undone)."""

    name: str
    before: Json | None
    after: Json | None
    undone: Json | None
    restorable: bool

    @property
    def changed(self) -> bool:
        """Whether the response changed it."""
        return self.before != self.after

    @property
    def restored(self) -> bool:
        """Whether the undo put it back, as far as an undo does."""
        return not self.restorable or self.before == self.undone


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one event."""

    name: str
    """Where the event came from: a file's name."""
    event: Json
    """Its envelope, or an empty object if it was none."""
    mode: Mode
    """The cap that the replay set."""
    routed: bool
    """Whether the stack's rules would bring this event to Firedoor; it is replayed all the same."""
    cases: tuple[Case, ...]
    """As they stood after the response, before an undo."""
    final: tuple[Case, ...]
    """As they stood at the end."""
    not_acted_on: tuple[str, ...]
    """``playbook: reason`` for every playbook that matched and did not act."""
    rejected: tuple[str, ...]
    """Why messages went to a dead-letter queue: a sentence each."""
    approvals: tuple[str, ...]
    """What the replay decided in a person's stead, a sentence each."""
    things: tuple[ThreeStates, ...]
    alerts: tuple[Mail, ...]
    undo: tuple[str, ...]
    """What ``decide`` answered to the undo of each case; empty when none was asked for."""
    log: tuple[Json, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was changed in AWS that an undo would put back: a note on a finding is none."""
        return any(thing.changed and thing.restorable for thing in self.things)

    @property
    def verdict(self) -> str:
        """What came of it, in the words of the alerts; for a batch, every different one once."""
        verdicts = dict.fromkeys(_verdict(case) for case in self.cases)
        return ", ".join(verdicts) or ("IN DEAD-LETTER QUEUE" if self.rejected else "not acted on")

    @property
    def restored(self) -> bool | None:
        """Whether the undo put everything back; None when nothing was undone."""
        if not any(case.state in _DONE for case in self.cases) or not self.undo:
            return None
        return all(thing.restored for thing in self.things) and all(case.state not in _DONE for case in self.final)

    @property
    def problems(self) -> tuple[str, ...]:
        """What did not go as it should: a sentence each."""
        return tuple(_problems(self))


_DONE = frozenset({State.CONTAINED, State.FAILED})
_SETTLED = frozenset({State.CONTAINED, State.CLOSED, State.REJECTED})


def _verdict(case: Case) -> str:
    if case.state in _DONE:
        return case.state.value.upper()
    return case.told or ("NOTHING TO DO" if case.state is State.CLOSED else case.state.value.upper())


def _problems(replayed: Replay) -> Iterator[str]:
    yield from replayed.rejected
    for case in replayed.cases:
        should_act = replayed.mode is Mode.AUTO and any(
            occurrence.decided is not None
            and occurrence.decided >= Mode.APPROVE
            and any(
                step.status is not StepStatus.SKIPPED for step in occurrence.steps
            )  # a step may be for other events
            for occurrence in case.occurrences
        )
        if case.state is State.FAILED or (should_act and case.state not in _SETTLED):
            reason = case.occurrences[-1].reason
            yield f"{case.playbook} should have acted, but the case is {case.state}. {reason}".strip()
    if replayed.restored is False:
        left = [thing.name for thing in replayed.things if not thing.restored]
        reasons = [case.occurrences[-1].reason for case in replayed.final if case.state in _DONE]
        yield " ".join([f"The undo did not put back {', '.join(left) or 'everything'}.", *reasons])


def replay(
    text: str, name: str, bundle: Path, *, mode: Mode = Mode.AUTO, approve: bool = True, undo: bool = False
) -> Replay:
    """Replay one event, or a log of model invocations, and return what became of it.

    Args:
        text: The envelope's JSON; it may be anything, and what is no event ends in the dead-letter queue.
        name: What to call it.
        bundle: The compiled playbooks.
        mode: The highest mode that the caps allow.
        approve: Whether to approve what waits for a person.
        undo: Whether to undo what was done.
    """
    happened = _time_of(text)
    with EmbeddedAws(bundle, happened - timedelta(seconds=BASELINE_AGE), caps=str(mode)) as aws:
        things = stage(aws, text)
        before = snapshot(things)
        _deliver(aws, text)
        approvals = tuple(_approve(aws)) if approve else ()
        after = snapshot(things)
        acted = aws.cases()
        answers = tuple(_undo(aws, acted)) if undo else ()
        undone = snapshot(things) if answers else {}
        return Replay(
            name=name,
            event=_envelope(text),
            mode=mode,
            routed=_is_routed(text),
            cases=acted,
            final=aws.cases(),
            not_acted_on=_not_acted_on(aws),
            rejected=_rejected(aws),
            approvals=approvals,
            things=tuple(_three_states(things, before, after, undone)),
            alerts=aws.alerts(),
            undo=answers,
            log=aws.log(),
        )


def _time_of(text: str) -> datetime:
    """Return when the event happened, so that the clock can start before it; the present time if it does not say."""
    with suppress(FiredoorError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        first = json.loads(text.lstrip().partition("\n")[0]) if is_invocation_log(text) else json.loads(text)
        happened = parse_time(first.get("time") or first["timestamp"])
        return max(happened, _EARLIEST)
    return datetime.now(UTC)


def _envelope(text: str) -> dict[str, Any]:
    if is_invocation_log(text):
        return {"source": "CloudWatch Logs", "detail-type": "Bedrock Model Invocation Log"}
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _is_routed(text: str) -> bool:
    """Tell whether this reaches a deployed stack: by a rule, by a subscription, or from within."""
    return is_invocation_log(text) or _envelope(text).get("source") == SOURCE_OF_INSPECTION or is_routed(text)


def _deliver(aws: EmbeddedAws, text: str) -> None:
    if is_invocation_log(text):
        aws.put_log_lines(text.splitlines())
    else:
        aws.put_event(text)
    aws.pump()


def _approve(aws: EmbeddedAws) -> Iterator[str]:
    """Approve every case that waits, as two people if it needs them, and let it be carried out."""
    for operator in OPERATORS:
        for case in aws.cases():
            if case.state is State.WAITING:
                answer = aws.decide({"decision": "approve", "case_id": case.id, "why": "replayed"}, operator)
                yield f"{case.id} waited for approval; the replay approved it as {operator}. {answer['message']}"
        aws.pump()


def _undo(aws: EmbeddedAws, cases: Sequence[Case]) -> Iterator[str]:
    """Undo every case that changed something, newest first."""
    for case in reversed(cases):
        if case.state in (State.CONTAINED, State.FAILED):
            aws.clock.advance(60)
            answer = aws.decide({"decision": "undo", "case_id": case.id, "why": "replayed"}, OPERATORS[0])
            aws.pump()
            yield f"{case.id}: {answer['message']}"


def _not_acted_on(aws: EmbeddedAws) -> tuple[str, ...]:
    reasons = [reason for line in aws.log() for reason in line.get("not_acted_on", ())]
    return tuple(dict.fromkeys(reasons))


def _rejected(aws: EmbeddedAws) -> tuple[str, ...]:
    said = [line for line in aws.log() if line.get("level") in ("WARNING", "ERROR")]
    reason = _reason(said[-1]) if said else "its handler gave no reason."
    return tuple(
        f"A message for {queue} lies in its dead-letter queue: {reason}"
        for queue in ("classify", "inspect", "respond")
        for _ in aws.dead_letters(queue)
    )


def _reason(line: Json) -> str:
    named = f" ({line['exception_name']})" if "exception_name" in line else ""
    return f"{line.get('reason') or line['message']}{named}"


def _three_states(
    things: Sequence[Thing], before: Mapping[str, Any], after: Mapping[str, Any], undone: Mapping[str, Any]
) -> Iterator[ThreeStates]:
    for thing in things:
        name = thing.name
        yield ThreeStates(name, before[name], after[name], undone.get(name, after[name]), thing.restorable)


# --- what every rendering shows

NOT_ROUTED = "No rule of the stack routes this event: deployed, it would not arrive. It was handed over by hand."


def playbooks_of(replayed: Replay) -> str:
    """Return the playbooks that answered, once each."""
    return ", ".join(dict.fromkeys(case.playbook for case in replayed.cases))


def mode_of(case: Case) -> str:
    """Return the mode that counted for the newest event of a case."""
    decided = case.occurrences[-1].decided
    return "not decided" if decided is None else str(decided)


def shown_steps(case: Case) -> Iterator[StepResult]:
    """Yield the steps of a case that say something: those whose condition did not hold are left out."""
    for occurrence in case.occurrences:
        yield from (step for step in occurrence.steps if not step.reason.startswith("Its condition does not hold"))


def difference(one: Json | None, other: Json | None) -> list[tuple[str, str]]:
    """Return the lines that tell two states apart: ("-", "+" or " ", text), field by field.

    A field that is the same is shown as context where it is one value, and left out where it is many.
    """
    if one is None or other is None:
        lines = [("-", line) for line in _lines(one)] + [("+", line) for line in _lines(other)]
    else:
        lines = list(_differences(one, other, ""))
    return [(sign, safe_line(line)) for sign, line in lines]


def _differences(one: Json, other: Json, indent: str) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys([*one, *other]):
        old, new = one.get(name, _ABSENT), other.get(name, _ABSENT)
        if old == new:
            if not isinstance(old, Mapping | list) or not old:
                yield " ", f"{indent}{name}: {_scalar(old)}"
        elif isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
            yield " ", f"{indent}{name}:"
            yield from _differences(old, new, f"{indent}  ")
        elif isinstance(old, list) and isinstance(new, list) and old and new:
            yield " ", f"{indent}{name}:"
            yield from _members(old, new, f"{indent}  ")
        else:
            yield from (("-", line) for line in _field(name, old, indent))
            yield from (("+", line) for line in _field(name, new, indent))


def _members(old: list[Any], new: list[Any], indent: str) -> Iterator[tuple[str, str]]:
    """Yield what left a list, what stayed, and what came."""
    for sign, members in (
        ("-", [member for member in old if member not in new]),
        (" ", [member for member in old if member in new]),
        ("+", [member for member in new if member not in old]),
    ):
        yield from ((sign, line) for line in _written(members, indent))


def _field(name: str, value: Any, indent: str) -> Iterator[str]:
    return iter(()) if value is _ABSENT else _written({name: value}, indent)


def _lines(state: Json | None) -> list[str]:
    """Write a state down as YAML would, one value a line, made safe to show."""
    return ["does not exist"] if state is None else list(_written(state)) or ["empty"]


def _written(value: Any, indent: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, Mapping | list) and inner:
                yield f"{indent}{name}:"
                yield from _written(inner, f"{indent}  ")
            else:
                yield f"{indent}{name}: {_scalar(inner)}"
    elif isinstance(value, list):
        for inner in value:
            first, *more = _written(inner) if isinstance(inner, Mapping | list) and inner else [_scalar(inner)]
            yield f"{indent}- {first}"
            yield from (f"{indent}  {line}" for line in more)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, [], {}) else str(value)


def safe_line(line: str) -> str:
    """Return one line without what a terminal would obey or a reader cannot see, and with access keys masked."""
    return mask("".join(character for character in line if character.isprintable()))


def to_json(replayed: Replay) -> dict[str, Any]:
    """Return a replay for machines."""
    return {
        "event": replayed.name,
        "event_id": replayed.event.get("id"),
        "mode": str(replayed.mode),
        "routed": replayed.routed,
        "verdict": replayed.verdict,
        "cases": [
            {
                "case_id": case.id,
                "playbook": case.playbook,
                "severity": str(case.severity),
                "state": case.state.value,
                "final_state": final.state.value,
                "events": case.count,
                "steps": [step.to_json() for step in shown_steps(case)],
                "timeline": [note.to_json() for note in final.timeline],
            }
            for case, final in zip(replayed.cases, replayed.final, strict=True)
        ],
        "not_acted_on": list(replayed.not_acted_on),
        "approvals": list(replayed.approvals),
        "resources": [
            {
                "name": thing.name,
                "before": thing.before,
                "after": thing.after,
                "undone": thing.undone if replayed.undo else None,
            }
            for thing in replayed.things
        ],
        "alerts": [dict(mail.record) for mail in replayed.alerts],
        "undo": list(replayed.undo),
        "changed": replayed.changed,
        "restored": replayed.restored,
        "problems": list(replayed.problems),
    }
