"""The one frozen value that every medium renders. Everything in it is already stripped, masked, defanged and capped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from firedoor.alerts.verdicts import Verdict
from firedoor.playbooks import Severity


@dataclass(frozen=True, slots=True)
class Related:
    """Another open case on the same actor or target."""

    case_id: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the AWS console. ``url`` is built from our own account, region and ids, and is safe to click."""

    text: str
    url: str
    page: str
    """The page without the id, short enough for a line of a mail."""
    find: str
    """What to look for on ``page``."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of a step, for a person."""

    summary: str
    target: str
    differences: tuple[str, ...]
    """What changes, as ``Status: Active → Inactive``."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step, for a person."""

    action: str
    status: str
    """A ``StepStatus``."""
    label: str
    """What the step's status is called in this alert: ``Done``, ``Waits``, ``Would be done``."""
    reason: str
    changes: tuple[ChangeLine, ...] = ()
    more_changes: int = 0
    """Changes that are not listed here."""
    revert_after: int | None = None
    """Seconds after which it is undone by itself."""
    ends: datetime | None = None
    """When it is undone by itself, where it was done."""
    ending: str = ""
    """The same for a person: ``after 12 h`` of what is not done yet, ``at 14:58 UTC, 12 h from now`` of what is."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """What came after the first alert of a case."""

    count: int
    first: datetime
    last: datetime
    sources: tuple[str, ...]
    """Distinct source addresses, in the order they were seen."""
    more_sources: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """What people are told about one occurrence of a case."""

    case_id: str
    occurrence: int
    event_id: str
    finding_id: str
    playbook: str
    playbook_title: str
    mode: str
    """The mode that counted."""
    asked_mode: str
    """The mode that the playbook asks for."""
    owner: str
    verdict: Verdict
    severity: Severity
    title: str
    headline: str
    """Is it stopped, and what must I do: at most one line of a mail."""
    summary: str
    reason: str
    """Why it needs a person, or failed."""
    decision: str
    """Who approved, rejected or undid it last, and why."""
    steps: tuple[StepLine, ...]
    next_steps: tuple[str, ...]
    apply_commands: tuple[str, ...]
    """What a person can run to make the changes; only where the mode is alert."""
    decide_until: datetime | None
    """Until when it can be approved; only with NEEDS APPROVAL."""
    approvers: int
    """How many people have to approve it; 0 without NEEDS APPROVAL."""
    otherwise: str
    """What happens if nobody decides."""
    undoable: bool
    """Something was done that ``firedoor undo`` can put back."""
    undo_commands: tuple[str, ...]
    account: str
    account_name: str
    region: str
    actor: str
    source_ip: str
    target: str
    happened: datetime
    told: datetime
    opened: datetime
    count: int
    """How many events the case holds."""
    related: tuple[Related, ...]
    evidence: tuple[str, ...]
    links: tuple[Link, ...]
    exclusion: str
    """An entry for ``playbooks/exclusions.yaml``, or nothing where no safe and narrow one can be made."""
    notes: tuple[str, ...]
    """What was cut or could not be shown, and what the reader must know about the routing."""
    repeats: Repeats | None = None
