"""A case and what it holds: its occurrences, the states that these come to, and its timeline. Pure data.

Does not own where they are kept (``cases``), what is decided (``engine``) nor what is done (``response``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from firedoor.events import Facts, parse_time
from firedoor.evidence import Entry
from firedoor.plans import Json, StepResult
from firedoor.playbooks import Mode, Severity


class State(StrEnum):
    """Where one occurrence stands.

    A case shows the state of the occurrence that moved last; where that is settled, of the latest that still asks.
    """

    MATCHED = "matched"
    PLANNED = "planned"
    CLOSED = "closed"
    """The plan was empty: nothing to do."""
    NEEDS_PERSON = "needs person"
    RECORDED = "recorded"
    """Shadow: what would have been done was written down."""
    ALERTED = "alerted"
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLYING = "applying"
    CONTAINED = "contained"
    FAILED = "failed"
    UNDOING = "undoing"
    REVERTED = "reverted"


MOVES: dict[State, frozenset[State]] = {
    State.MATCHED: frozenset({State.PLANNED, State.NEEDS_PERSON, State.FAILED}),
    State.PLANNED: frozenset(
        {State.CLOSED, State.NEEDS_PERSON, State.RECORDED, State.ALERTED, State.WAITING, State.APPLYING, State.FAILED}
    ),
    State.WAITING: frozenset({State.APPROVED, State.REJECTED, State.NEEDS_PERSON}),
    State.APPROVED: frozenset({State.PLANNED, State.APPLYING, State.CLOSED, State.NEEDS_PERSON, State.FAILED}),
    State.APPLYING: frozenset({State.CONTAINED, State.FAILED}),
    State.CONTAINED: frozenset({State.UNDOING}),
    State.FAILED: frozenset({State.UNDOING}),
    State.UNDOING: frozenset({State.REVERTED, State.CONTAINED, State.FAILED}),
}
"""Which state may follow which; anything else is refused by the conditional write."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of a case's timeline. ``by`` is a principal's ARN, or the function that did it."""

    at: datetime
    by: str
    what: str

    def to_json(self) -> dict[str, str]:
        """Return the form that is stored and shown."""
        return {"at": self.at.isoformat(timespec="seconds"), "by": self.by, "what": self.what}

    @classmethod
    def from_json(cls, data: Json) -> Note:
        """Read what ``to_json`` wrote."""
        return cls(parse_time(data["at"]), data["by"], data["what"])


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event's hit within a case: what was extracted, decided, planned and done."""

    case_id: str
    number: int
    """1 for the event that opened the case."""
    event_id: str
    facts: Facts
    extracted: Json
    mode: Mode
    """The playbook's own cap when it matched; the mode that counted is in ``decided``."""
    state: State
    steps: tuple[StepResult, ...] = ()
    decided: Mode | None = None
    reason: str = ""
    """Why it needs a person, was closed, refused or failed: one sentence for a person."""
    finding: Json | None = None
    """See ``events.Event.finding``."""
    decisions: tuple[Json, ...] = ()
    """Who approved, rejected or asked for an undo: ``{by, verified, decision, at, why}``."""
    evidence: tuple[Entry, ...] = ()
    """Oldest first; each is chained to the one before it."""
    alerted: bool = False
    version: int = 0
    """Counts the writes; every write is conditional on it."""
    asked_until: datetime | None = None
    """Until when a person may approve."""
    drift: Json | None = None
    """What stopped the last undo: ``left`` is the state that Firedoor left, ``now`` what was there instead."""
    lease_until: datetime | None = None
    """While ``respond`` applies it: until then nobody else may take it up."""
    reverts_at: datetime | None = None
    """When what is temporary in it is undone by itself; None where nothing is, or nothing will do it any more."""
    moved_at: datetime | None = None
    """When its state last changed; None until it first did."""

    @property
    def is_decided_only(self) -> bool:
        """Tell whether a decision stands in it that ``respond`` has not carried out: its message may have been lost."""
        untold = self.state in (State.REJECTED, State.NEEDS_PERSON) and not self.alerted
        return self.state is State.APPROVED or untold


@dataclass(frozen=True, slots=True)
class Case:
    """One playbook's response to one thing."""

    id: str
    playbook: str
    title: str
    owner: str
    severity: Severity
    account: str
    region: str
    actor: str | None
    target: str | None
    state: State
    opened: datetime
    updated: datetime
    count: int
    """How many events it holds."""
    timeline: tuple[Note, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    """Oldest first; filled by ``Cases.get``, empty in listings."""
    feedback: str | None = None
    told: str | None = None
    """The verdict that people were last told."""
