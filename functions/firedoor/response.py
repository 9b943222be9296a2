"""From an occurrence to a contained resource: plan, guard, keep evidence, apply, verify, undo.

Owns the order of these and what each outcome means. Does not own what is changed (``actions``), what is protected
(``guard``), nor how people are told (``telling``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from firedoor import actions, findings, guard, telling
from firedoor.accounts import Allowance, targets_of
from firedoor.cases import Case, Occurrence, State
from firedoor.errors import Drifted, Refused, Retry, SettingsError
from firedoor.faults import AwsError, explain, is_denied, is_passing
from firedoor.plans import Change, Json, Plan, StepResult, StepStatus
from firedoor.playbooks import Mode, Playbook
from firedoor.steps import Decision, decide_mode, fill, step_applies

if TYPE_CHECKING:
    from firedoor.accounts import Account
    from firedoor.messages import Message
    from firedoor.services import Services

LEASE = timedelta(seconds=150)
"""A little longer than the function may run (template.yaml): after it, whoever applied is no longer alive."""

FAILURES = 3
"""How often one case may fail before it only alerts."""

COOLDOWN = timedelta(minutes=15)
"""After a failure the case only alerts for this long: what failed just now would most likely fail again."""

READ_BACK_TRIES = 4
READ_BACK_PAUSE = 1.0
"""Seconds before the second look; it doubles each time. IAM and S3 may show an older state for a moment."""


def respond(services: Services, message: Message, *, last_try: bool = False) -> Occurrence:
    """Bring one occurrence as far as it may go now, from whatever state an earlier try left it in.

    ``last_try`` is true when the queue will not deliver the message again: a fault then goes to a person.

    Raises:
        Retry: A passing fault; the message must come again.
        Refused: There is no such case.
    """
    occurrence = services.cases.occurrence(message.case_id, message.occurrence)
    try:
        return _advance(services, occurrence, message.event)
    except Retry as error:
        if not last_try:
            raise
        occurrence = services.cases.occurrence(message.case_id, message.occurrence)
        return _give_up(services, occurrence, f"It was tried several times: {error}")


def _advance(services: Services, occurrence: Occurrence, event: str | None) -> Occurrence:
    case = services.cases.get(occurrence.case_id)
    playbook = telling.playbook_of(services, case)
    if case.playbook not in services.bundle.playbooks and occurrence.state in _BEFORE_APPLYING:
        reason = f"Playbook {case.playbook} is no longer deployed, so nothing was changed."
        occurrence = _settle(services, occurrence, State.NEEDS_PERSON, reason)
    if occurrence.state is State.APPLYING:
        occurrence = _take_over(services, occurrence)
    if occurrence.state is State.MATCHED:
        occurrence = _plan(services, playbook, case, occurrence, event)
    if occurrence.state is State.PLANNED:
        occurrence = _proceed(services, playbook, occurrence)
    if occurrence.state is State.APPROVED:
        occurrence = _recheck(services, playbook, occurrence)
    if occurrence.state is State.APPLYING:
        occurrence = _apply(services, playbook, occurrence)
    if occurrence.state in _LEFT_TO_A_PERSON and occurrence.finding is not None and not occurrence.alerted:
        _write_back(services, occurrence, resolved=False, note=f"{playbook.title}: {occurrence.reason}")
    return telling.tell(services, playbook, occurrence)


_BEFORE_APPLYING = frozenset({State.MATCHED, State.PLANNED, State.APPROVED})
"""States from which ``respond`` goes on, and in which nothing was changed yet."""

_LEFT_TO_A_PERSON = frozenset({State.ALERTED, State.CLOSED, State.NEEDS_PERSON, State.REJECTED})
"""States in which Security Hub hears that people were notified. In shadow it hears nothing: nothing is changed."""


def _give_up(services: Services, occurrence: Occurrence, reason: str) -> Occurrence:
    case = services.cases.get(occurrence.case_id)
    if occurrence.state in _BEFORE_APPLYING:
        occurrence = _settle(services, occurrence, State.NEEDS_PERSON, reason)
    elif occurrence.state is State.APPLYING:
        steps = tuple(_abandon(services, occurrence, step, reason) for step in occurrence.steps)
        occurrence = _settle(services, occurrence, State.FAILED, reason, steps=steps, lease_until=None)
    return telling.tell(services, telling.playbook_of(services, case), occurrence)


def _abandon(services: Services, occurrence: Occurrence, step: StepResult, reason: str) -> StepResult:
    """Put back what a step has changed that will not come to its end."""
    if step.status is not StepStatus.PLANNED or not step.made:
        return step
    try:
        return _roll_back(services, occurrence, replace(step, reason=reason))
    except Retry as error:
        return replace(step, status=StepStatus.FAILED, reason=f"{reason} It could not be rolled back: {error}")


def _settle(services: Services, occurrence: Occurrence, state: State, reason: str, **more: Any) -> Occurrence:
    return services.cases.move(occurrence, state, services.now(), "respond", reason, reason=reason, **more)


# --- planning


def _plan(services: Services, playbook: Playbook, case: Case, occurrence: Occurrence, event: str | None) -> Occurrence:
    """Decide the mode, plan every step on live state, keep both as evidence, and write them down."""
    if occurrence.reason:
        return _settle(services, occurrence, State.NEEDS_PERSON, occurrence.reason)
    decision = _mode(services, playbook, case, occurrence)
    try:
        steps = _plan_steps(services, playbook, occurrence) if decision.mode is not Mode.OFF else ()
    except Refused as error:
        return _settle(services, occurrence, State.NEEDS_PERSON, str(error), decided=decision.mode)
    content = {"event": event, "facts": occurrence.facts.to_json(), "steps": [step.to_json() for step in steps]}
    return services.cases.move(
        occurrence,
        State.PLANNED,
        services.now(),
        "respond",
        f"Planned in mode {decision.mode}: {decision.because}.",
        steps=steps,
        decided=decision.mode,
        evidence=_keep(services, occurrence, "plan", content),
    )


def _mode(services: Services, playbook: Playbook, case: Case, occurrence: Occurrence) -> Decision:
    reversible = all(actions.load(step.action).reversible for step in playbook.steps)
    decision = decide_mode(playbook, _cap(services, occurrence), reversible=reversible)
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


def _cap(services: Services, occurrence: Occurrence) -> Decision:
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


def _plan_steps(services: Services, playbook: Playbook, occurrence: Occurrence) -> tuple[StepResult, ...]:
    """Plan every step, and check every target against what is protected.

    Raises:
        Refused: The account may not be entered, or a condition cannot be evaluated.
        Retry: A passing fault.
    """
    if not playbook.steps:
        return ()
    read = {name for step in playbook.steps for name in actions.load(step.action).permissions.plan}
    account = _enter(services, occurrence, Allowance(read=(*sorted(read), *guard.PERMISSIONS)))
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


def _enter(services: Services, occurrence: Occurrence, allowance: Allowance, *, restorer: bool = False) -> Account:
    facts = occurrence.facts
    role = services.settings.restorer_role if restorer else services.settings.responder_role
    try:
        return services.accounts.enter(
            facts.account, facts.region, occurrence.case_id, facts.time, allowance, role=role
        )
    except AwsError as error:
        if is_passing(error):
            raise Retry(explain(error)) from error
        if not is_denied(error):
            raise Refused(f"Role {role} of account {facts.account} could not be assumed. {explain(error)}") from error
        raise Refused(
            f"Firedoor may not enter account {facts.account}: role {role} cannot be assumed there. "
            "Deploy deploy/member.yaml to that account."
        ) from error


# --- what the mode makes of a plan


def _proceed(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    planned = [step for step in occurrence.steps if step.status is StepStatus.PLANNED]
    refused = [
        step
        for step in occurrence.steps
        if step.status is StepStatus.REFUSED and (step.on_error == "stop" or not planned)
    ]
    mode = occurrence.decided if occurrence.decided is not None else Mode.ALERT
    if mode is Mode.OFF:
        return _settle(services, occurrence, State.RECORDED, "The mode is off: nothing was looked at.")
    if mode is Mode.SHADOW:
        return _settle(services, occurrence, State.RECORDED, _rehearse(services, occurrence, planned))
    if refused:
        return _settle(services, occurrence, State.NEEDS_PERSON, refused[0].reason)
    if not playbook.steps:
        return _settle(services, occurrence, State.ALERTED, "This playbook changes nothing; a person decides.")
    if all(step.status is StepStatus.SKIPPED for step in occurrence.steps):
        return _settle(services, occurrence, State.ALERTED, "No step is meant for this event; a person decides.")
    if not planned:
        return _settle(services, occurrence, State.CLOSED, "Nothing to do: the state is already as it should be.")
    if mode is Mode.ALERT:
        return _settle(services, occurrence, State.ALERTED, "The mode is alert: nothing was changed.")
    if not _within_limit(services, playbook, occurrence):
        return _trip(services, playbook, occurrence)
    if mode is Mode.APPROVE:
        return _ask(services, playbook, occurrence)
    return _begin(services, occurrence, occurrence.steps)


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
        return _settle(services, occurrence, State.NEEDS_PERSON, reason)
    reason = f"The breaker of this playbook is open in this account until {until}: nothing was changed."
    return _settle(services, occurrence, State.ALERTED, reason)


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
    account = _enter(services, occurrence, _allowance(planned))
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
    return _settle(
        services,
        occurrence,
        State.WAITING,
        f"Waiting for approval until {until:%Y-%m-%d %H:%M} UTC.",
        asked_until=until,
    )


def _begin(services: Services, occurrence: Occurrence, steps: tuple[StepResult, ...]) -> Occurrence:
    now = services.now()
    return services.cases.move(
        occurrence, State.APPLYING, now, "respond", "Applying the plan.", steps=steps, lease_until=now + LEASE
    )


def _recheck(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Plan again after an approval: what was approved is what is done, or it is asked anew.

    The caps are asked again too. Without a person's approval (the playbook went on when nobody answered) they must
    allow ``auto``.
    """
    needed = Mode.APPROVE if occurrence.decisions else Mode.AUTO
    cap = _cap(services, occurrence)
    if cap.mode < needed:
        reason = f"Meanwhile only mode {cap.mode} is allowed: {cap.because}."
        return _settle(services, occurrence, State.NEEDS_PERSON, reason)
    try:
        steps = _plan_steps(services, playbook, occurrence)
    except Refused as error:
        return _settle(services, occurrence, State.NEEDS_PERSON, str(error))
    if not any(step.status is StepStatus.PLANNED for step in steps):
        return _settle(services, occurrence, State.CLOSED, "Nothing is left to do.", steps=steps)
    if _same_plan(steps, occurrence.steps):
        return _begin(services, occurrence, steps)
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
    return _proceed(services, playbook, occurrence)


def _same_plan(new: Sequence[StepResult], old: Sequence[StepResult]) -> bool:
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


# --- applying


def _allowance(steps: Sequence[StepResult]) -> Allowance:
    permissions = [actions.load(step.action).permissions for step in steps]
    return Allowance(
        read=tuple(name for permission in permissions for name in permission.plan),
        write=tuple(name for permission in permissions for name in permission.apply),
        targets=tuple(arn for step in steps for arn in targets_of(step.changes)),
    )


def _take_over(services: Services, occurrence: Occurrence) -> Occurrence:
    """Go on where an earlier delivery stopped, unless it may still be running."""
    now = services.now()
    if occurrence.lease_until is not None and occurrence.lease_until > now:
        raise Retry("Another delivery of this message is applying the plan.")
    return services.cases.save(occurrence, lease_until=now + LEASE)


def _apply(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Apply the planned steps in order. A step that fails is rolled back; what earlier steps closed stays closed."""
    finished = False
    try:
        planned = _with(occurrence, StepStatus.PLANNED)
        if planned:
            occurrence = _apply_steps(services, _enter(services, occurrence, _allowance(planned)), occurrence)
        occurrence = _finish(services, playbook, occurrence)
        finished = True
    except Refused as error:
        return _settle(services, occurrence, State.FAILED, str(error), lease_until=None)
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
            stopped = stopped or (step.status in _BAD and step.on_error == "stop")
            continue
        if stopped:
            result = replace(step, status=StepStatus.SKIPPED, reason="An earlier step failed.")
        else:
            result = _apply_step(services, account, occurrence, step)
            stopped = result.status in _BAD and step.on_error == "stop"
        occurrence = services.cases.save(occurrence, steps=_with_result(occurrence, number, result))
    return occurrence


def _with_result(occurrence: Occurrence, number: int, result: StepResult) -> tuple[StepResult, ...]:
    return (*occurrence.steps[:number], result, *occurrence.steps[number + 1 :])


_BAD = frozenset({StepStatus.FAILED, StepStatus.ROLLED_BACK})


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
            _await(services, lambda change=change, result=result: action.read(account, change, result), change)
        _expect_nothing_left(action.plan(account, step.params))
    except (Refused, Retry, *AwsError) as error:
        reason = explain(error) if isinstance(error, AwsError) else str(error)
        known = replace(step, made=max(tuple(made), step.made, key=len))  # an earlier try may have come further
        if isinstance(error, Retry) or (isinstance(error, AwsError) and is_passing(error)):
            services.cases.save(occurrence, steps=_with_result(occurrence, occurrence.steps.index(step), known))
            raise Retry(reason) from error
        return _roll_back(services, occurrence, replace(known, reason=reason))
    return replace(step, status=StepStatus.DONE, made=tuple(made))


def _expect_nothing_left(plan: Plan) -> None:
    if plan.changes:
        raise Refused(f"After it was applied, this was still open: {plan.changes[0].summary}.")


def _await(services: Services, read: Any, change: Change) -> None:
    """Look until the state is what the change promised; AWS may show the former one for a moment.

    Raises:
        Refused: It did not come about.
    """
    pause = READ_BACK_PAUSE
    for attempt in range(READ_BACK_TRIES):
        if attempt:
            services.sleep(pause)
            pause *= 2
        if dict(read()) == dict(change.after):
            return
    raise Refused(f"{change.target} did not change although AWS accepted the call.")


def _roll_back(services: Services, occurrence: Occurrence, step: StepResult) -> StepResult:
    """Put back what a failed step had changed already; where that fails too, the reason says so."""
    action = actions.load(step.action)
    if not step.made or not action.reversible or action.additive:
        return replace(step, status=StepStatus.FAILED)
    try:
        account = _enter(services, occurrence, _undo_allowance([step]), restorer=True)
        for change, made in reversed(list(zip(step.changes, step.made, strict=False))):
            if dict(action.read(account, change, made)) != dict(change.before):
                action.undo(account, change, made)
    except (Refused, *AwsError) as error:
        said = str(error) if isinstance(error, Refused) else explain(error)
        return replace(step, status=StepStatus.FAILED, reason=f"{step.reason} Rolling it back failed too: {said}")
    return replace(step, status=StepStatus.ROLLED_BACK)


def _finish(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    failed = [step for step in occurrence.steps if step.status in _BAD]
    state = State.FAILED if failed else State.CONTAINED
    note = failed[0].reason if failed else "Applied, and read back."
    content = {"steps": [step.to_json() for step in occurrence.steps], "state": state.value}
    evidence = _keep(services, occurrence, "result", content)
    _schedule_revert(services, occurrence)
    if occurrence.finding is not None:
        _write_back(services, occurrence, resolved=state is State.CONTAINED, note=f"{playbook.title}: {note}")
    reason = note if failed else ""
    return services.cases.move(
        occurrence, state, services.now(), "respond", note, reason=reason, evidence=evidence, lease_until=None
    )


def _schedule_revert(services: Services, occurrence: Occurrence) -> None:
    waits = [step.revert_after for step in _with(occurrence, StepStatus.DONE) if step.revert_after]
    for wait in sorted(set(waits))[:1]:
        services.schedules.at(services.now() + timedelta(seconds=wait), "revert", occurrence.case_id, occurrence.number)


def _with(occurrence: Occurrence, status: StepStatus) -> list[StepResult]:
    return [step for step in occurrence.steps if step.status is status]


def _keep(services: Services, occurrence: Occurrence, kind: str, content: dict[str, Any]) -> tuple[Any, ...]:
    """Add an entry to the occurrence's evidence; without evidence nothing goes on.

    Raises:
        Retry: The bucket did not take it.
    """
    where = f"{occurrence.case_id}/{occurrence.number:04d}-{len(occurrence.evidence) + 1:02d}"
    try:
        entry = services.evidence.save(where, kind, content, occurrence.evidence, services.now())
    except AwsError as error:
        raise Retry(f"The evidence could not be stored: {explain(error)}") from error
    return (*occurrence.evidence, entry)


def _write_back(services: Services, occurrence: Occurrence, *, resolved: bool, note: str) -> None:
    """Tell Security Hub; that it did not listen is a note on the case, not a failure of the response."""
    finding = occurrence.finding
    assert finding is not None  # noqa: S101  for the type checker; the caller looked
    allowance = Allowance(read=(findings.PERMISSIONS[finding["feed"]],))
    try:
        hub = services.accounts.enter(
            finding["account"], finding["region"], occurrence.case_id, occurrence.facts.time, allowance
        )
        told = findings.write_back(
            hub.client("securityhub"), finding, resolved=resolved, note=f"{note} Case {occurrence.case_id}."
        )
    except AwsError as error:
        services.cases.note(occurrence, services.now(), f"Security Hub was not told: {explain(error)}")
    else:
        if not told:
            services.cases.note(occurrence, services.now(), "Security Hub did not accept the finding's new status.")


# --- undoing


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
            account = _enter(services, occurrence, _undo_allowance(meant), restorer=True)
        for step in reversed(meant):
            occurrence = _undo_step(services, account, occurrence, step, force=message.force)
    except (Refused, *AwsError) as error:
        if isinstance(error, AwsError) and is_passing(error):
            raise Retry(explain(error)) from error
        occurrence = _not_undone(services, message, occurrence, error)
        return telling.tell(services, playbook, occurrence)
    evidence = _keep(services, occurrence, "undo", {"steps": [step.to_json() for step in occurrence.steps]})
    left = any(step.stands for step in occurrence.steps)
    state = _state_before(occurrence) if left else State.REVERTED
    note = "What was temporary is over." if left else "Put back, and read back."
    occurrence = services.cases.move(
        occurrence, state, services.now(), message.by, note, reason="", evidence=evidence, alerted=left
    )
    return telling.tell(services, playbook, occurrence)


def _undo_allowance(steps: Sequence[StepResult]) -> Allowance:
    permissions = [actions.load(step.action).permissions for step in steps]
    return Allowance(
        read=tuple(name for permission in permissions for name in permission.plan),
        write=tuple(name for permission in permissions for name in permission.undo),
        targets=tuple(arn for step in steps for arn in targets_of(step.changes)),
    )


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
        _await(services, lambda change=change, made=made: action.read(account, change, made), back)
    reason = "Kept: it is evidence." if action.additive else ""
    undone = replace(step, status=StepStatus.UNDONE, reason=reason)
    return services.cases.save(occurrence, steps=_with_result(occurrence, occurrence.steps.index(step), undone))


def _state_before(occurrence: Occurrence) -> State:
    """Return the state from which an undo began that left something in place."""
    unfinished = _BAD | {StepStatus.PLANNED}
    return State.FAILED if any(step.status in unfinished for step in occurrence.steps) else State.CONTAINED


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
        alerted=not message.temporary_only,
    )
