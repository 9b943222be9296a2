"""Planning: in which mode a case is answered, and what each step would change in the state as it is now.

Owns the order of these and that a plan is guarded. Does not own what is changed (``actions``) nor what is protected
(``guard``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firedoor import actions, guard
from firedoor.accounts import Allowance
from firedoor.case import Case, Occurrence, State
from firedoor.errors import Refused, Retry, SettingsError
from firedoor.faults import AwsError, explain, is_passing
from firedoor.plans import Json, StepResult, StepStatus
from firedoor.playbooks import Mode, Playbook
from firedoor.response.access import enter
from firedoor.response.recording import keep, settle
from firedoor.steps import Decision, decide_mode, fill, step_applies

if TYPE_CHECKING:
    from firedoor.accounts import Account
    from firedoor.services import Services

FAILURES = 3
"""How often one case may fail before it only alerts."""

COOLDOWN = timedelta(minutes=15)
"""After a failure the case only alerts for this long: what failed just now would most likely fail again."""


def plan(services: Services, playbook: Playbook, case: Case, occurrence: Occurrence, event: str | None) -> Occurrence:
    """Decide the mode, plan every step on live state, keep both as evidence, and write them down."""
    if occurrence.reason:
        return settle(services, occurrence, State.NEEDS_PERSON, occurrence.reason)
    decision = _mode(services, playbook, case, occurrence)
    try:
        steps = plan_steps(services, playbook, occurrence) if decision.mode is not Mode.OFF else ()
    except Refused as error:
        return settle(services, occurrence, State.NEEDS_PERSON, str(error), decided=decision.mode)
    content = {"event": event, "facts": occurrence.facts.to_json(), "steps": [step.to_json() for step in steps]}
    return services.cases.move(
        occurrence,
        State.PLANNED,
        services.now(),
        "respond",
        f"Planned in mode {decision.mode}: {decision.because}.",
        steps=steps,
        decided=decision.mode,
        evidence=keep(services, occurrence, "plan", content),
    )


def _mode(services: Services, playbook: Playbook, case: Case, occurrence: Occurrence) -> Decision:
    reversible = all(actions.load(step.action).reversible for step in playbook.steps)
    decision = decide_mode(playbook, cap_of(services, occurrence), reversible=reversible)
    earlier = {other.state for other in case.occurrences if other.number < occurrence.number}
    if earlier & {State.REVERTED, State.REJECTED} and decision.mode > Mode.ALERT:
        return Decision(Mode.ALERT, "a person put this case's changes back or rejected them")
    if occurrence.finding and occurrence.finding["made_by"] != "aws" and decision.mode > Mode.ALERT:
        return Decision(Mode.ALERT, "the finding was imported by somebody, not made by AWS's own product")
    tried = _tried_enough(case, services.now())
    return Decision(Mode.ALERT, tried) if tried and decision.mode > Mode.ALERT else decision


def _tried_enough(case: Case, now: datetime) -> str | None:
    """Say why this case must not be tried again now, if it failed too often or just before."""
    failed = [other.moved_at for other in case.occurrences if other.state is State.FAILED and other.moved_at]
    if len(failed) >= FAILURES:
        return f"this case failed {len(failed)} times"
    if failed and now < (again := max(failed) + COOLDOWN):
        return f"this case failed; it is tried again after {again:%H:%M} UTC at the earliest"
    return None


def cap_of(services: Services, occurrence: Occurrence) -> Decision:
    """Return the cap that operators set for the account. If it cannot be read, nobody acts, but people are told."""
    try:
        cap = services.caps.get().mode_of(occurrence.facts.account)
    except SettingsError as error:
        return Decision(Mode.ALERT, str(error).rstrip("."))
    except AwsError as error:
        if is_passing(error):
            raise Retry(explain(error)) from error
        return Decision(Mode.ALERT, f"the caps could not be read: {explain(error)}".rstrip("."))
    return Decision(cap, "the cap set for this account")


def plan_steps(services: Services, playbook: Playbook, occurrence: Occurrence) -> tuple[StepResult, ...]:
    """Plan every step, and check every target against what is protected.

    Raises:
        Refused: The account may not be entered, or a condition cannot be evaluated.
        Retry: A passing fault.
    """
    if not playbook.steps:
        return ()
    read = {name for step in playbook.steps for name in actions.load(step.action).permissions.plan}
    account = enter(services, occurrence, Allowance(read=(*sorted(read), *guard.PERMISSIONS)))
    return tuple(_plan_step(services, account, playbook, occurrence, number) for number in range(len(playbook.steps)))


def _plan_step(
    services: Services, account: Account, playbook: Playbook, occurrence: Occurrence, number: int
) -> StepResult:
    step = playbook.steps[number]
    action = actions.load(step.action)
    blank = StepResult(
        action=step.action,
        params=step.params,
        status=StepStatus.SKIPPED,
        on_error=step.on_error,
        revert_after=step.revert_after,
    )
    if not step_applies(step, occurrence.extracted):
        return replace(blank, reason="Its condition does not hold for this event.")
    optional = {name for name, parameter in action.parameters.items() if not parameter.required}
    try:
        params = fill(step.params, occurrence.extracted, optional)
        blank = replace(blank, params=params)
        plan = action.plan(account, params)
        guard.check_protected(account, plan.changes, services.bundle.protected)
        guard.check_filters(account, plan.changes, services.bundle.filters, services.units_of)
    except Refused as error:
        return replace(blank, status=StepStatus.REFUSED, reason=str(error))
    except AwsError as error:
        if is_passing(error):
            raise Retry(explain(error)) from error
        return replace(blank, status=StepStatus.REFUSED, reason=explain(error))
    if not plan.changes:
        return replace(blank, status=StepStatus.NOT_NEEDED, reason=plan.reason)
    return replace(blank, status=StepStatus.PLANNED, changes=plan.changes)


def same_plan(new: Sequence[StepResult], old: Sequence[StepResult]) -> bool:
    """Compare what would be changed, but for the times in it.

    A session's cut-off is the time of planning. The new one counts: sessions that began while people were asked would
    go on otherwise.
    """
    return [_essence(step) for step in new] == [_essence(step) for step in old]


def _essence(step: StepResult) -> tuple[object, ...]:
    changes = [(change.target, dict(change.before), _timeless(change.after)) for change in step.changes]
    return (step.action, step.status, changes)


def _timeless(state: Json) -> str:
    return re.sub(
        r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', '"a time"', json.dumps(dict(state), sort_keys=True, default=str)
    )
