"""Undoing: what was changed is put back, at a person's word, when its time is over, or because its step failed.

Owns that a resource which was changed since is left alone. Does not own how a change is reversed (``actions``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from firedoor import actions, telling
from firedoor.case import Occurrence, State
from firedoor.errors import Drifted, Refused, Retry
from firedoor.faults import AwsError, explain, is_passing
from firedoor.plans import StepResult, StepStatus
from firedoor.response.access import enter, to_undo
from firedoor.response.recording import keep, put_result
from firedoor.response.verifying import await_change

if TYPE_CHECKING:
    from firedoor.accounts import Account
    from firedoor.messages import Message
    from firedoor.services import Services


def undo(services: Services, message: Message, *, last_try: bool = False) -> Occurrence:
    """Put back what one occurrence changed, newest step first.

    A step whose resource was changed since is left alone, and so is everything before it, unless ``message.force``.
    ``last_try`` is as in ``respond``.

    Raises:
        Retry: A passing fault; the message must come again.
        Refused: There is no such case.
    """
    try:
        return _put_back(services, message)
    except Retry as error:
        occurrence = services.cases.occurrence(message.case_id, message.occurrence)
        if not last_try or occurrence.state is not State.UNDOING:
            raise
        playbook = telling.playbook_of(services, services.cases.get(message.case_id))
        return telling.tell(services, playbook, _not_undone(services, message, occurrence, error))


def _put_back(services: Services, message: Message) -> Occurrence:
    occurrence = services.cases.occurrence(message.case_id, message.occurrence)
    case = services.cases.get(message.case_id)
    playbook = telling.playbook_of(services, case)
    now = services.now()
    if occurrence.state in (State.CONTAINED, State.FAILED):
        occurrence = services.cases.move(occurrence, State.UNDOING, now, message.by, "Putting it back.")
    if occurrence.state is not State.UNDOING:
        return telling.tell(services, playbook, occurrence)
    meant = [step for step in occurrence.steps if step.stands and (step.revert_after or not message.temporary_only)]
    try:
        if meant:
            account = enter(services, occurrence, to_undo(meant), restorer=True)
        for step in reversed(meant):
            occurrence = _undo_step(services, account, occurrence, step, force=message.force)
    except (Refused, *AwsError) as error:
        if isinstance(error, AwsError) and is_passing(error):
            raise Retry(explain(error)) from error
        occurrence = _not_undone(services, message, occurrence, error)
        return telling.tell(services, playbook, occurrence)
    evidence = keep(services, occurrence, "undo", {"steps": [step.to_json() for step in occurrence.steps]})
    left = any(step.stands for step in occurrence.steps)
    state = _state_before(occurrence) if left else State.REVERTED
    note = "What was temporary is over." if left else "Put back, and read back."
    occurrence = services.cases.move(
        occurrence,
        state,
        services.now(),
        message.by,
        note,
        reason="",
        evidence=evidence,
        alerted=left,
        reverts_at=None,
    )
    return telling.tell(services, playbook, occurrence)


def _undo_step(
    services: Services, account: Account, occurrence: Occurrence, step: StepResult, *, force: bool
) -> Occurrence:
    action = actions.load(step.action)
    changes = [] if action.additive else list(zip(step.changes, step.made, strict=False))
    for change, made in reversed(changes):
        present = dict(action.read(account, change, made))
        if present == dict(change.before):
            continue
        if present != dict(change.after) and not force:
            raise Drifted(change.target, change.after, present)
        action.undo(account, change, made)
        back = replace(change, after=change.before)
        await_change(services, partial(action.read, account, change, made), back)
    reason = "Kept: it is evidence." if action.additive else ""
    undone = replace(step, status=StepStatus.UNDONE, reason=reason)
    return services.cases.save(occurrence, steps=put_result(occurrence, occurrence.steps.index(step), undone))


def _state_before(occurrence: Occurrence) -> State:
    """Return the state from which an undo began that left something in place."""
    unfinished = any(step.failed or step.status is StepStatus.PLANNED for step in occurrence.steps)
    return State.FAILED if unfinished else State.CONTAINED


def _not_undone(services: Services, message: Message, occurrence: Occurrence, error: Exception) -> Occurrence:
    """Go back to the state before. Who asked sees it; when nobody did (a revert by time), people are told."""
    reason = explain(error) if isinstance(error, AwsError) else str(error)
    drift = {"left": error.left, "now": error.now} if isinstance(error, Drifted) else None
    state = _state_before(occurrence)
    note = f"Not put back: {reason}"
    return services.cases.move(
        occurrence,
        state,
        services.now(),
        "respond",
        note,
        reason=reason,
        drift=drift,
        reverts_at=None if message.temporary_only else occurrence.reverts_at,
        alerted=not message.temporary_only,
    )


def roll_back(services: Services, occurrence: Occurrence, step: StepResult) -> StepResult:
    """Put back what a failed step had changed already; where that fails too, the reason says so."""
    action = actions.load(step.action)
    if not step.made or not action.reversible or action.additive:
        return replace(step, status=StepStatus.FAILED)
    try:
        account = enter(services, occurrence, to_undo([step]), restorer=True)
        for change, made in reversed(list(zip(step.changes, step.made, strict=False))):
            if dict(action.read(account, change, made)) != dict(change.before):
                action.undo(account, change, made)
    except (Refused, *AwsError) as error:
        said = str(error) if isinstance(error, Refused) else explain(error)
        return replace(step, status=StepStatus.FAILED, reason=f"{step.reason} Rolling it back failed too: {said}")
    return replace(step, status=StepStatus.ROLLED_BACK)


def abandon(services: Services, occurrence: Occurrence, step: StepResult, reason: str) -> StepResult:
    """Put back what a step has changed that will not come to its end."""
    if step.status is not StepStatus.PLANNED or not step.made:
        return step
    try:
        return roll_back(services, occurrence, replace(step, reason=reason))
    except Retry as error:
        return replace(step, status=StepStatus.FAILED, reason=f"{reason} It could not be rolled back: {error}")
