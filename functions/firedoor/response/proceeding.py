"""What follows from a plan: it is written down, left to a person, asked about, or begun.

Owns what each mode makes of a plan, the limit and its breaker, and that an approved plan is made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from firedoor import actions
from firedoor.case import Occurrence, State
from firedoor.errors import Refused
from firedoor.faults import AwsError, explain
from firedoor.plans import StepResult, StepStatus
from firedoor.playbooks import Mode, Playbook
from firedoor.response.access import enter, to_apply
from firedoor.response.applying import begin
from firedoor.response.planning import cap_of, plan_steps, same_plan
from firedoor.response.recording import settle

if TYPE_CHECKING:
    from firedoor.services import Services


def proceed(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Go on from a plan as far as the mode, what was refused, and the limit allow."""
    planned = [step for step in occurrence.steps if step.status is StepStatus.PLANNED]
    refused = [
        step
        for step in occurrence.steps
        if step.status is StepStatus.REFUSED and (step.on_error == "stop" or not planned)
    ]
    mode = occurrence.decided if occurrence.decided is not None else Mode.ALERT
    if mode is Mode.OFF:
        return settle(services, occurrence, State.RECORDED, "The mode is off: nothing was looked at.")
    if mode is Mode.SHADOW:
        return settle(services, occurrence, State.RECORDED, _rehearse(services, occurrence, planned))
    if refused:
        return settle(services, occurrence, State.NEEDS_PERSON, refused[0].reason)
    if not playbook.steps:
        return settle(services, occurrence, State.ALERTED, "This playbook changes nothing; a person decides.")
    if all(step.status is StepStatus.SKIPPED for step in occurrence.steps):
        return settle(services, occurrence, State.ALERTED, "No step is meant for this event; a person decides.")
    if not planned:
        return settle(services, occurrence, State.CLOSED, "Nothing to do: the state is already as it should be.")
    if mode is Mode.ALERT:
        return settle(services, occurrence, State.ALERTED, "The mode is alert: nothing was changed.")
    if not _within_limit(services, playbook, occurrence):
        return _trip(services, playbook, occurrence)
    if mode is Mode.APPROVE:
        return _ask(services, playbook, occurrence)
    return begin(services, occurrence, occurrence.steps)


def _within_limit(services: Services, playbook: Playbook, occurrence: Occurrence) -> bool:
    if playbook.limit is None:
        return True
    taker = f"{occurrence.case_id}/{occurrence.number}"
    return services.cases.take_slot(
        playbook.id, occurrence.facts.account, taker, playbook.limit, playbook.limit_within, services.now()
    )


_BREAKER = "The breaker opened"


def _trip(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Let the breaker open: until the window ends, the playbook's mode in this account is alert; one case tells so."""
    now = services.now()
    ends = (int(now.timestamp()) // playbook.limit_within + 1) * playbook.limit_within
    until = f"{datetime.fromtimestamp(ends, UTC):%H:%M} UTC"
    taker = f"{occurrence.case_id}/{occurrence.number}"
    account = occurrence.facts.account
    if services.cases.take_slot(f"{playbook.id}!breaker", account, taker, 1, playbook.limit_within, now):
        reason = (
            f"{_BREAKER}: the limit of {playbook.limit} in {playbook.limit_within // 60} minutes is reached in "
            f"this account, so this playbook only alerts here until {until}. Is it an attack, or is the playbook wrong?"
        )
        return settle(services, occurrence, State.NEEDS_PERSON, reason)
    reason = f"The breaker of this playbook is open in this account until {until}: nothing was changed."
    return settle(services, occurrence, State.ALERTED, reason)


def measures(occurrence: Occurrence, now: datetime) -> dict[str, float]:
    """Return what operators want counted of an occurrence that was just brought forward: name of the metric → value.

    ``TimeToContain`` is in seconds after the event, ``BreakerOpened`` and ``Failures`` are 1 each.
    """
    found: dict[str, float] = {}
    if occurrence.state is State.CONTAINED:
        found["TimeToContain"] = (now - occurrence.facts.time).total_seconds()
    if occurrence.state is State.FAILED:
        found["Failures"] = 1
    if occurrence.state is State.NEEDS_PERSON and occurrence.reason.startswith(_BREAKER):
        found["BreakerOpened"] = 1
    return found


def _rehearse(services: Services, occurrence: Occurrence, planned: Sequence[StepResult]) -> str:
    """Ask AWS whether the plan would be allowed, where it can be asked, and say what would have happened."""
    if not planned:
        return "Shadow: nothing would have been changed."
    account = enter(services, occurrence, to_apply(planned))
    for step in planned:
        for change in step.changes:
            try:
                actions.load(step.action).dry_run(account, change)
            except AwsError as error:
                return f"Shadow: {step.action} would have failed. {explain(error)}"
    return "Shadow: this is what would have been done."


def _ask(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    until = services.now() + timedelta(seconds=playbook.approval_within)
    services.schedules.at(until, "approval", occurrence.case_id, occurrence.number)
    return settle(
        services,
        occurrence,
        State.WAITING,
        f"Waiting for approval until {until:%Y-%m-%d %H:%M} UTC.",
        asked_until=until,
    )


def recheck(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Plan again after an approval: what was approved is what is done, or it is asked anew.

    The caps are asked again too. Without a person's approval (the playbook went on when nobody answered) they must
    allow ``auto``.
    """
    needed = Mode.APPROVE if occurrence.decisions else Mode.AUTO
    cap = cap_of(services, occurrence)
    if cap.mode < needed:
        reason = f"Meanwhile only mode {cap.mode} is allowed: {cap.because}."
        return settle(services, occurrence, State.NEEDS_PERSON, reason)
    try:
        steps = plan_steps(services, playbook, occurrence)
    except Refused as error:
        return settle(services, occurrence, State.NEEDS_PERSON, str(error))
    if not any(step.status is StepStatus.PLANNED for step in steps):
        return settle(services, occurrence, State.CLOSED, "Nothing is left to do.", steps=steps)
    if same_plan(steps, occurrence.steps):
        return begin(services, occurrence, steps)
    occurrence = services.cases.move(
        occurrence,
        State.PLANNED,
        services.now(),
        "respond",
        "The state changed since this was approved, so the plan did too: it is asked anew.",
        steps=steps,
        decisions=(),
        decided=Mode.APPROVE,
    )
    return proceed(services, playbook, occurrence)
