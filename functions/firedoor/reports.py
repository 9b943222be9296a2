"""The weekly report: what each playbook did, how often it was wrong, and which mode that supports.

Owns counting and the mail. Does not own the cases, nor when a report is due (``timers``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from firedoor.alerts.text import wrap
from firedoor.case import State
from firedoor.playbooks import Mode

if TYPE_CHECKING:
    from firedoor.case import Case
    from firedoor.playbooks import Playbook

VERSION = 1
ENOUGH = 5
"""Cases without a false positive after which a report says that a playbook may do more."""

_CHANGED = frozenset({State.CONTAINED, State.REVERTED, State.FAILED})


@dataclass(frozen=True, slots=True)
class Row:
    """One playbook's week. All numbers are counts of cases, ``hits`` of events."""

    playbook: str
    mode: str
    """What the playbook asks for, as far as its status allows."""
    hits: int
    cases: int
    would_have: int
    changed: int
    failed: int
    reverted: int
    false_positives: int
    supports: str
    """The mode that these cases support, never more than ``mode``; nothing where the playbook is gone."""
    advice: str
    """Why, and what to do: a sentence or two."""


@dataclass(frozen=True, slots=True)
class Report:
    """All playbooks that had a case between two times, those with false positives first, then by cases."""

    since: datetime
    until: datetime
    account: str
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the machine record: ``schema``, ``version``, ``since``, ``until``, ``account``, ``playbooks``."""
        return {
            "schema": "firedoor.report",
            "version": VERSION,
            "since": f"{self.since:%Y-%m-%dT%H:%M:%SZ}",
            "until": f"{self.until:%Y-%m-%dT%H:%M:%SZ}",
            "account": self.account,
            "playbooks": [asdict(row) for row in self.rows],
        }


def build(
    cases: Iterable[Case], playbooks: Mapping[str, Playbook], since: datetime, until: datetime, account: str
) -> Report:
    """Count ``cases``, which were opened between the two times."""
    by_playbook: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_playbook[case.playbook].append(case)
    rows = [_row(name, found, playbooks.get(name)) for name, found in by_playbook.items()]
    rows.sort(key=lambda row: (-row.false_positives, -row.cases, row.playbook))
    return Report(since, until, account, tuple(rows))


def _row(name: str, cases: list[Case], playbook: Playbook | None) -> Row:
    states = [case.state for case in cases]
    false_positives = sum(1 for case in cases if case.feedback)
    failed = states.count(State.FAILED)
    supports, advice = _evidence(playbook, len(cases), false_positives, failed, states)
    return Row(
        playbook=name,
        mode=str(playbook.cap) if playbook else "gone",
        hits=sum(case.count for case in cases),
        cases=len(cases),
        would_have=states.count(State.RECORDED),
        changed=sum(1 for state in states if state in _CHANGED),
        failed=failed,
        reverted=states.count(State.REVERTED),
        false_positives=false_positives,
        supports=supports,
        advice=advice,
    )


def _evidence(
    playbook: Playbook | None, cases: int, false_positives: int, failed: int, states: list[State]
) -> tuple[str, str]:
    """Say which mode the cases support, and why: never more than the playbook's own, and never without enough cases."""
    if playbook is None:
        return "", "It is no longer deployed."
    rehearsed = State.RECORDED in states and bool(playbook.steps)
    if false_positives:
        below = Mode.SHADOW if rehearsed else Mode.ALERT if 2 * false_positives > cases else Mode.APPROVE
        wrong = f"{false_positives} of {cases} {'was' if false_positives == 1 else 'were'} no threat"
        return str(min(playbook.cap, below)), f"{wrong}: write an exclusion for what is expected."
    if failed:
        return str(min(playbook.cap, Mode.APPROVE)), f"Look at the {failed} that failed before it acts by itself."
    if rehearsed and cases < ENOUGH:
        return str(
            min(playbook.cap, Mode.SHADOW)
        ), f"Leave it in shadow until it has had {ENOUGH} cases; so far {cases}."
    if rehearsed:
        return str(playbook.cap), f"{cases} rehearsals and none was wrong: lift the cap that holds it."
    return str(playbook.cap), "Nothing to change."


def render(report: Report) -> tuple[str, str]:
    """Return subject (under 100 characters) and body (78 columns) of the mail."""
    cases = sum(row.cases for row in report.rows)
    all_wrong = _count(sum(row.false_positives for row in report.rows), "false positive")
    subject = f"[WEEKLY] Firedoor: {_count(cases, 'case')}, {all_wrong} ({report.account})"
    of_all = f"{_count(cases, 'case')} of {_count(len(report.rows), 'playbook')}, {all_wrong}"
    lines = [f"Firedoor from {report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}:", f"{of_all}.", ""]
    if not report.rows:
        lines.append("No playbook had a case. The heartbeat tells by an alarm if nothing comes through.")
    for row in report.rows:
        wrong = _count(row.false_positives, "false positive")
        lines += [
            f"{row.playbook} (mode {row.mode})",
            f"  {_count(row.cases, 'case')} of {_count(row.hits, 'event')}, {wrong}:",
            f"  {row.changed} changed, {row.would_have} would have, {row.failed} failed, {row.reverted} put back.",
            *wrap(f"Supports mode {row.supports}. {row.advice}" if row.supports else row.advice, "  "),
        ]
    lines += ["", "Report a case that was no threat:", "  firedoor feedback CASE --false-positive --why '...'"]
    return subject, "\n".join(lines) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
