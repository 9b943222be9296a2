"""Applying: what was planned is done step by step, read back, and kept as evidence.

Owns the lease on an occurrence and what a failed step means for those after it. Does not own putting back
(``undoing``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from firedoor import actions
from firedoor.case import Occurrence, State
from firedoor.errors import Refused, Retry
from firedoor.faults import AwsError, explain, is_passing
from firedoor.plans import StepResult, StepStatus
from firedoor.playbooks import Playbook
from firedoor.response.access import enter, to_apply
from firedoor.response.recording import keep, put_result, settle, write_back
from firedoor.response.undoing import roll_back
from firedoor.response.verifying import await_change, expect_nothing_left

if TYPE_CHECKING:
    from firedoor.accounts import Account
    from firedoor.services import Services

LEASE = timedelta(seconds=150)
"""A little longer than the function may run (template.yaml): after it, whoever applied is no longer alive."""


def begin(services: Services, occurrence: Occurrence, steps: tuple[StepResult, ...]) -> Occurrence:
    """Take the occurrence up: from now on, and until the lease ends, nobody else applies it."""
    now = services.now()
    return services.cases.move(
        occurrence, State.APPLYING, now, "respond", "Applying the plan.", steps=steps, lease_until=now + LEASE
    )


def take_over(services: Services, occurrence: Occurrence) -> Occurrence:
    """Go on where an earlier delivery stopped, unless it may still be running."""
    now = services.now()
    if occurrence.lease_until is not None and occurrence.lease_until > now:
        raise Retry("Another delivery of this message is applying the plan.")
    return services.cases.save(occurrence, lease_until=now + LEASE)


def apply(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Apply the planned steps in order. A step that fails is rolled back; what earlier steps closed stays closed."""
    finished = False
    try:
        planned = _with(occurrence, StepStatus.PLANNED)
        if planned:
            occurrence = _apply_steps(services, enter(services, occurrence, to_apply(planned)), occurrence)
        occurrence = _finish(services, playbook, occurrence)
        finished = True
    except Refused as error:
        return settle(services, occurrence, State.FAILED, str(error), lease_until=None)
    finally:
        if not finished:
            _release(services, occurrence)
    return occurrence


def _release(services: Services, occurrence: Occurrence) -> None:
    """Let the next delivery go on at once instead of waiting for the lease to run out."""
    now = services.cases.occurrence(occurrence.case_id, occurrence.number)
    if now.state is State.APPLYING and now.lease_until is not None:
        services.cases.save(now, lease_until=None)


def _apply_steps(services: Services, account: Account, occurrence: Occurrence) -> Occurrence:
    stopped = False
    for number, step in enumerate(occurrence.steps):
        if step.status is not StepStatus.PLANNED:
            stopped = stopped or (step.failed and step.on_error == "stop")
            continue
        if stopped:
            result = replace(step, status=StepStatus.SKIPPED, reason="An earlier step failed.")
        else:
            result = _apply_step(services, account, occurrence, step)
            stopped = result.failed and step.on_error == "stop"
        occurrence = services.cases.save(occurrence, steps=put_result(occurrence, number, result))
    return occurrence


def _apply_step(services: Services, account: Account, occurrence: Occurrence, step: StepResult) -> StepResult:
    """Apply one step and read it back. Applying is repeatable, so a retry after a crash starts the step again.

    Raises:
        Retry: A passing fault; what was made until then is written down, for it to be put back if no retry helps.
    """
    action = actions.load(step.action)
    made: list[Any] = []
    try:
        for change in step.changes:
            made.append(action.apply(account, change))  # noqa: PERF401  what was made before an error must not be lost
        for change, result in zip(step.changes, made, strict=True):
            await_change(services, partial(action.read, account, change, result), change)
        expect_nothing_left(action.plan(account, step.params))
    except (Refused, Retry, *AwsError) as error:
        reason = explain(error) if isinstance(error, AwsError) else str(error)
        known = replace(step, made=max(tuple(made), step.made, key=len))  # an earlier try may have come further
        if isinstance(error, Retry) or (isinstance(error, AwsError) and is_passing(error)):
            services.cases.save(occurrence, steps=put_result(occurrence, occurrence.steps.index(step), known))
            raise Retry(reason) from error
        return roll_back(services, occurrence, replace(known, reason=reason))
    return replace(step, status=StepStatus.DONE, made=tuple(made))


def _finish(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    failed = [step for step in occurrence.steps if step.failed]
    state = State.FAILED if failed else State.CONTAINED
    note = failed[0].reason if failed else "Applied, and read back."
    content = {"steps": [step.to_json() for step in occurrence.steps], "state": state.value}
    evidence = keep(services, occurrence, "result", content)
    occurrence = _schedule_revert(services, occurrence)
    if occurrence.finding is not None:
        write_back(services, occurrence, resolved=state is State.CONTAINED, note=f"{playbook.title}: {note}")
    reason = note if failed else ""
    return services.cases.move(
        occurrence, state, services.now(), "respond", note, reason=reason, evidence=evidence, lease_until=None
    )


def _schedule_revert(services: Services, occurrence: Occurrence) -> Occurrence:
    """Have what is temporary undone when the first of it ends. The time is written down first: it is what people read.

    Of two schedules the first counts, so a later try keeps the time of an earlier one.
    """
    waits = [step.revert_after for step in _with(occurrence, StepStatus.DONE) if step.revert_after]
    if not waits:
        return occurrence
    ends = occurrence.reverts_at or services.now() + timedelta(seconds=min(waits))
    if occurrence.reverts_at is None:
        occurrence = services.cases.save(occurrence, reverts_at=ends)
    services.schedules.at(ends, "revert", occurrence.case_id, occurrence.number)
    return occurrence


def _with(occurrence: Occurrence, status: StepStatus) -> list[StepResult]:
    return [step for step in occurrence.steps if step.status is status]
