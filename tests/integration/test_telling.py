"""When people are told, where, and what a week looks like, through the real handlers."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from firedoor import reports
from firedoor.alerts import publish_report
from firedoor.case import Case, State
from firedoor.cli.embedded import HOME, REGION, session
from firedoor.playbooks import Severity
from firedoor.settings import QuietHours

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
Start = Any
QUIET = {"FIREDOOR_QUIET_HOURS": "22:00-06:00"}
LOW = "guardduty_low_portprobe"
OPENED = "cloudtrail_authorize_ingress_world"


def test_quiet_hours_hold_back_what_is_small(start: Start) -> None:
    """It is told when they end, once; the case itself is there at once."""
    scene = start(LOW, more=QUIET)
    scene.deliver()
    assert [] == scene.verdicts()
    assert "alerted" == scene.case.state.value
    scene.aws.advance(8 * 3600)
    scene.aws.pump()
    assert ["NEEDS YOU"] == scene.verdicts()


def test_quiet_hours_hold_back_the_digest_of_what_is_small(start: Start, samples: Any) -> None:
    """Of two that came at night one is told in the morning. The window ends at the time of day at which it began."""
    scene = start(LOW, more=QUIET)
    for number in range(2):
        scene.deliver(samples.text(LOW, {"id": f"delivery-{number}"}))
    for hours in (8, 7 * 24 - 7):
        scene.aws.advance(hours * 3_600)
        assert ["NEEDS YOU"] == scene.verdicts()
    scene.aws.advance(7 * 3_600)
    assert ["NEEDS YOU", "STILL HAPPENING"] == scene.verdicts()


@pytest.mark.parametrize(("name", "verdict"), [(OPENED, "CONTAINED"), ("guardduty_iam_anomalous", "NEEDS APPROVAL")])
def test_quiet_hours_never_hold_back_what_is_high_or_has_an_end(start: Start, name: str, verdict: str) -> None:
    """High is told at once, and so is a question that expires."""
    scene = start(name, more=QUIET)
    scene.deliver()
    assert [verdict] == scene.verdicts()


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        ("22:00-06:00", "2026-11-20T23:00", "2026-11-21T06:00"),
        ("22:00-06:00", "2026-11-20T05:59", "2026-11-20T06:00"),
        ("22:00-06:00", "2026-11-20T06:00", None),
        ("12:00-13:00", "2026-11-20T12:30", "2026-11-20T13:00"),
        ("12:00-13:00", "2026-11-20T11:30", None),
        ("", "2026-11-20T23:00", None),
    ],
)
def test_quiet_hours_end_at_the_next_morning(hours: str, now: str, end: str | None) -> None:
    """Over midnight too."""
    found = QuietHours.parse(hours).end_after(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert end == (found and f"{found:%Y-%m-%dT%H:%M}")


def test_an_owner_with_a_topic_is_told_there(start: Start) -> None:
    """Its topic is called after the stack and the owner; the default topic hears nothing of it."""
    scene = start(OPENED, more={"FIREDOOR_ALERT_TOPICS": "cloud-security, critical"})
    scene.aws.client("sns").create_topic(Name="firedoor-cloud-security")
    scene.deliver()
    from moto.sns.models import sns_backends

    sent = sns_backends[HOME][REGION].topics[f"arn:aws:sns:{REGION}:{HOME}:firedoor-cloud-security"].sent_notifications
    assert 1 == len(sent)
    assert () == scene.aws.alerts()


def test_alerts_go_to_the_endpoint_as_events(start: Start) -> None:
    """With the machine record, and what PagerDuty wants: its severity, one key for a case, and an end on undo."""
    entries: list[Any] = []

    def saw(params: dict[str, Any], **_: Any) -> None:
        entries.extend(params["Entries"])

    session().events.register("provide-client-params.events.PutEvents", saw)
    try:
        scene = start(OPENED, more={"FIREDOOR_ALERT_EVENTS": "true"})
        scene.deliver()
        scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, "arn:aws:iam::111122223333:user/operator-1")
        scene.aws.pump()
    finally:
        session().events.unregister("provide-client-params.events.PutEvents", saw)
    details = [json.loads(entry["Detail"]) for entry in entries]
    assert ["CONTAINED", "REVERTED"] == [detail["alert"]["verdict"] for detail in details]
    assert ["trigger", "resolve"] == [detail["pagerduty"]["event_action"] for detail in details]
    assert {scene.case.id} == {detail["pagerduty"]["dedup_key"] for detail in details}
    assert {"firedoor.alerts"} == {entry["Source"] for entry in entries}
    assert ["CONTAINED", "REVERTED"] == scene.verdicts()


def test_an_endpoint_that_fails_keeps_no_mail_from_people(start: Start) -> None:
    """They are told at once, and that the pager was not."""

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents")

    session().events.register("provide-client-params.events.PutEvents", fail)
    try:
        scene = start(OPENED, more={"FIREDOOR_ALERT_EVENTS": "true"})
        scene.deliver()
    finally:
        session().events.unregister("provide-client-params.events.PutEvents", fail)
    (mail,) = scene.aws.alerts()
    assert "CONTAINED" == mail.record["verdict"]
    (note,) = mail.record["notes"]
    assert note.startswith("Nothing went to the alert endpoint: EventBridge did not take the alert")


def test_the_weekly_report_counts_cases_and_false_positives(start: Start) -> None:
    """By playbook, with what the week supports; older cases are not in it."""
    scene = start(OPENED, caps="shadow")
    scene.deliver()
    outcome = scene.aws.timer({"timer": "report"})
    assert "1 cases were reported" == outcome["outcome"]
    (mail,) = [mail for mail in scene.aws.alerts() if mail.record["schema"] == "firedoor.report"]
    (row,) = mail.record["playbooks"]
    assert ("cloudtrail-security-group-opened", 1, 1, 0) == (
        row["playbook"], row["cases"], row["would_have"], row["false_positives"]
    )  # fmt: skip
    assert "Leave it in shadow until it has had 5 cases; so far 1." == row["advice"]
    assert mail.subject.startswith("[WEEKLY] Firedoor: 1 case, 0 false positives")
    scene.aws.advance(9 * 86_400)
    assert "0 cases were reported" == scene.aws.timer({"timer": "report"})["outcome"]


def test_a_false_positive_is_an_argument_against_more(start: Start) -> None:
    """The report names it first and says what to do."""
    scene = start(OPENED)
    scene.deliver()
    services = scene.aws.services
    services.cases.set_feedback(scene.case.id, "a drill", "kim", NOW)
    since = NOW - timedelta(days=7)
    report = reports.build(services.cases.since(since), services.bundle.playbooks, since, NOW, HOME)
    (row,) = report.rows
    assert ("alert", "1 of 1 was no threat: write an exclusion for what is expected.") == (row.supports, row.advice)
    subject, body = reports.render(report)
    assert len(subject) < 100
    assert max(len(line) for line in body.splitlines()) <= 78
    assert "1 case of 1 event, 1 false positive:" in body
    assert "  Supports mode alert. 1 of 1 was no threat:" in body


@pytest.mark.parametrize(
    ("states", "wrong", "supports"),
    [
        (["recorded"] * 4, 0, "shadow"),
        (["recorded"] * 5, 0, "auto"),
        (["recorded"] * 5, 1, "shadow"),
        (["contained"] * 4, 2, "approve"),
        (["contained"] * 4, 3, "alert"),
        (["contained", "failed"], 0, "approve"),
        (["contained"], 0, "auto"),
    ],
)
def test_the_mode_that_is_supported_follows_from_the_cases(
    start: Start, states: list[str], wrong: int, supports: str
) -> None:
    """A rehearsal needs five cases without a mistake; a mistake or a failure asks for a person."""
    scene = start(OPENED)
    scene.deliver()
    cases = [
        replace(scene.case, state=State(state), feedback="a drill" if number < wrong else "")
        for number, state in enumerate(states)
    ]
    report = reports.build(cases, scene.aws.services.bundle.playbooks, NOW - timedelta(days=7), NOW, HOME)
    assert [supports] == [row.supports for row in report.rows]


def test_the_report_says_what_chat_cannot_hold() -> None:
    """All of it is in the mail and the record; in chat whole lines, and where the rest is. SNS takes it all."""
    opened = datetime(2026, 11, 20, tzinfo=UTC)
    names = [f"guardduty-playbook-with-a-long-name-{number:03}" for number in range(200)]
    cases = [
        Case(name, name, name, "o", Severity.HIGH, HOME, REGION, None, None, State.CLOSED, opened, opened, 1)
        for name in names
    ]
    report = reports.build(cases, {}, opened, opened + timedelta(days=7), HOME)
    sns = Sns()
    publish_report(sns, {"default": "arn:default"}, *reports.render(report), report.to_json())
    (request,) = sns.requests
    assert len(request["Message"].encode()) < 250_000
    bodies = json.loads(request["Message"])
    shown = json.loads(bodies["https"])["content"]["description"]
    assert len(shown) <= 8_000
    assert shown.endswith("The rest is in the mail, or: firedoor report\n```")
    assert set(shown.splitlines()[1:-3]) <= set(bodies["email"].splitlines())
    assert names == [row["playbook"] for row in json.loads(bodies["default"])["playbooks"]]
    assert all(name in bodies["email"] for name in names)


class Sns:
    """An SNS client that remembers what it was given."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.requests: list[dict[str, Any]] = []

    def publish(self, **request: Any) -> dict[str, str]:
        """Answer as SNS does."""
        self.requests.append(request)
        return {"MessageId": "m-1"}


def test_a_topic_that_is_not_there_keeps_no_alert_from_people(start: Start) -> None:
    """It goes to the stack's own topic, with a note that names the one to mend."""
    scene = start(OPENED, more={"FIREDOOR_ALERT_TOPICS": "cloud-security"})
    scene.deliver()
    (mail,) = scene.aws.alerts()
    (note,) = [note for note in mail.record["notes"] if "topic" in note]
    assert "Topic firedoor-cloud-security did not take this (NotFound), so it went to the stack's own topic." == note


def test_in_mode_alert_people_get_the_commands_that_the_plan_would_have_run(start: Start) -> None:
    """Exactly those: the rules of this call, in this group. No other verdict has any, nor what is protected."""
    scene = start(OPENED, caps="alert")
    scene.deliver()
    (mail,) = scene.aws.alerts()
    assert "NEEDS YOU" == mail.record["verdict"]
    region, revoke = mail.record["apply_commands"]
    assert f"export AWS_REGION={REGION}" == region
    words = shlex.split(revoke)
    (step,) = scene.case.occurrences[0].steps
    assert ["aws", "ec2", "revoke-security-group-ingress", "--group-id", step.changes[0].before["group_id"]] == words[
        :5
    ]
    assert [("tcp", 22)] == [(rule["IpProtocol"], rule["FromPort"]) for rule in json.loads(words[-1])]
    assert "TO DO IT BY HAND" in mail.text.splitlines()


@pytest.mark.parametrize(("caps", "verdict"), [("shadow", "WOULD HAVE"), ("approve", "NEEDS APPROVAL")])
def test_nobody_is_asked_to_do_by_hand_what_firedoor_may_do_or_rehearses(start: Start, caps: str, verdict: str) -> None:
    """Commands would be pasted."""
    scene = start(OPENED, caps=caps)
    scene.deliver()
    (mail,) = scene.aws.alerts()
    assert (verdict, []) == (mail.record["verdict"], mail.record["apply_commands"])


def test_what_is_protected_comes_without_commands(start: Start) -> None:
    """Somebody said on purpose that it must not be touched."""
    protected = {"reason": "the office", "arn": "arn:*:ec2:*:*:security-group/*"}
    scene = start(OPENED, caps="alert", protected=[protected])
    scene.deliver()
    (mail,) = scene.aws.alerts()
    assert ["refused"] == [step["status"] for step in mail.record["steps"]]
    assert [] == mail.record["apply_commands"]


def test_a_digest_names_the_other_cases_of_the_same_actor(start: Start, samples: Any) -> None:
    """As a first alert does; that there is no other case is never said without a look."""
    scene = start(OPENED, {"detail.userIdentity.arn": f"arn:aws:iam::{HOME}:root"})
    scene.deliver()
    opened = scene.case.id
    for number in range(2):
        scene.deliver(samples.text("guardduty_root_credentials", {"id": f"delivery-{number}"}))
    scene.aws.advance(7 * 24 * 3600)
    digest = scene.aws.alerts()[-1].record
    assert ("STILL HAPPENING", [opened]) == (digest["verdict"], [other["case_id"] for other in digest["related"]])
