"""When people are told, and with which verdict. The words and renderings are ``alerts``'.

The first occurrence of a case is told at once; a later one only if its verdict is another one. Everything else is
counted, and told once in the digest when the case's window ends.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firedoor import alerts
from firedoor.case import Case, Occurrence, State
from firedoor.errors import Retry
from firedoor.playbooks import Mode, Playbook, Severity, removed_playbook

if TYPE_CHECKING:
    from datetime import datetime

    from firedoor.services import Services

VERDICTS = {
    State.CLOSED: alerts.Verdict.CONTAINED,
    State.NEEDS_PERSON: alerts.Verdict.NEEDS_YOU,
    State.RECORDED: alerts.Verdict.WOULD_HAVE,
    State.ALERTED: alerts.Verdict.NEEDS_YOU,
    State.WAITING: alerts.Verdict.NEEDS_APPROVAL,
    State.REJECTED: alerts.Verdict.NEEDS_YOU,
    State.CONTAINED: alerts.Verdict.CONTAINED,
    State.FAILED: alerts.Verdict.FAILED,
    State.REVERTED: alerts.Verdict.REVERTED,
}
"""What a state is called when people are told of it; a state that is not here is on its way to another."""


def playbook_of(services: Services, case: Case) -> Playbook:
    """Return the playbook that opened a case, or what stands for one that is no longer deployed."""
    found = services.bundle.playbooks.get(case.playbook)
    return found or removed_playbook(case.playbook, case.title, case.owner, case.severity)


def tell(services: Services, playbook: Playbook, occurrence: Occurrence) -> Occurrence:
    """Tell people about an occurrence, if it is to be told and was not yet.

    Raises:
        Retry: SNS did not take it; nothing counts as told.
    """
    verdict = VERDICTS.get(occurrence.state)
    if verdict is None or occurrence.alerted:
        return occurrence
    case = services.cases.get(occurrence.case_id)
    if not _worth_telling(playbook, occurrence):
        return services.cases.save(occurrence, alerted=True)
    waits = verdict in _CAN_WAIT and case.severity < Severity.HIGH
    morning = services.settings.quiet_hours.end_after(services.now()) if waits else None
    if occurrence.number > 1 and verdict.value in (case.told, _held(case) if morning else None):
        _schedule_digest(services, playbook, case)
        return services.cases.save(occurrence, alerted=True)
    if morning:
        services.schedules.at(morning, "tell", occurrence.case_id, occurrence.number)
        return occurrence
    _send(services, compose(services, playbook, case, occurrence, verdict))
    return services.cases.told(occurrence, verdict.value)


_CAN_WAIT = frozenset({alerts.Verdict.CONTAINED, alerts.Verdict.WOULD_HAVE, alerts.Verdict.NEEDS_YOU})
"""Verdicts that quiet hours hold back, where the severity is below high. An approval has an end, a failure is new."""


def _held(case: Case) -> alerts.Verdict | None:
    """Return what the first occurrence tells in the morning, for others of the case to be repeats of it."""
    first = case.occurrences[0]
    return None if first.alerted else VERDICTS.get(first.state)


def _send(services: Services, alert: alerts.Alert) -> None:
    """Send an alert to people, and as an event to the API destination, where there is one.

    The event goes first: if SNS fails after it, it comes again with the same key, which its receivers put together.
    If the event fails, the mail goes out all the same and says so: one receiver must not keep it from all others.
    """
    if services.settings.sends_alert_events:
        try:
            alerts.put_event(services.events, alert)
        except Retry as error:
            alert = replace(alert, notes=(*alert.notes, f"Nothing went to the alert endpoint: {error}"))
    alerts.publish(services.sns, services.settings.topic_arns, alert)


def compose(
    services: Services, playbook: Playbook, case: Case, occurrence: Occurrence, verdict: alerts.Verdict
) -> alerts.Alert:
    """Gather what an alert says and return it."""
    settings = services.settings
    return alerts.compose(
        playbook,
        case,
        occurrence,
        verdict,
        now=services.now(),
        account_name=settings.account_names.get(case.account),
        related=_related(services, case),
        evidence=[services.evidence.uri(entry) for entry in occurrence.evidence],
    )


def _related(services: Services, case: Case) -> list[alerts.Related]:
    return [alerts.Related(other.id, other.title, other.state) for other in services.cases.related(case)]


def _worth_telling(playbook: Playbook, occurrence: Occurrence) -> bool:
    """A rehearsal that would have changed nothing is recorded and told to nobody."""
    return not (occurrence.state is State.RECORDED and (occurrence.decided is Mode.OFF or not playbook.steps))


def _schedule_digest(services: Services, playbook: Playbook, case: Case) -> None:
    ends = case.opened + timedelta(seconds=playbook.dedup_within)
    due = max(ends, services.now() + timedelta(minutes=1))
    morning = services.settings.quiet_hours.end_after(due) if case.severity < Severity.HIGH else None
    services.schedules.at(morning or due, "digest", case.id, 1)


def tell_digest(services: Services, case_id: str) -> bool:
    """Tell how often a case has come back since it was first told; False if it has not.

    Raises:
        Retry: SNS did not take it.
        Refused: There is no such case.
    """
    case = services.cases.get(case_id)
    if case.count < 2:
        return False
    _send(
        services,
        alerts.compose_digest(
            playbook_of(services, case),
            case,
            now=services.now(),
            account_name=services.settings.account_names.get(case.account),
            related=_related(services, case),
        ),
    )
    return True


def tell_report(services: Services, since: datetime) -> str:
    """Send the report of all cases since then to the default topic.

    Raises:
        Retry: SNS did not take it.
    """
    from firedoor import reports

    settings = services.settings
    found = services.cases.since(since)
    report = reports.build(found, services.bundle.playbooks, since, services.now(), settings.account_id)
    alerts.publish_report(services.sns, settings.topic_arns, *reports.render(report), report.to_json())
    return f"{len(found)} cases were reported"
