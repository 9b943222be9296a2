"""What an alert says, where it goes, and what becomes of it when SNS does not take it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError, EndpointConnectionError
from test_alerts_samples import (
    ACCOUNT,
    CASE_ID,
    DENY_CHANGE,
    EXTRACTED,
    FACTS,
    KEY_CHANGE,
    KEY_DONE,
    KEY_PLANNED,
    NOW,
    OPENED,
    OPENED_EXTRACTED,
    OPENED_FACTS,
    RULES_PLANNED,
    SAMPLES,
    STOLEN_KEY,
    USER,
    alert_of,
    case,
    known_commands,
    occurrence,
    step,
)

from firedoor import alerts
from firedoor.alerts import Verdict
from firedoor.alerts.exclusions import exclusion
from firedoor.alerts.links import console_links
from firedoor.alerts.text import columns
from firedoor.alerts.times import duration
from firedoor.case import State
from firedoor.errors import PlaybookError, Refused, Retry, SettingsError
from firedoor.plans import Json, StepResult, StepStatus
from firedoor.playbooks import AlertText, Mode, Playbook, Severity

__all__ = ["known_commands"]  # the fixture, for pytest to find here too

TOPICS = {"default": "arn:default", "cloud-security": "arn:owner", "high": "arn:high"}


def with_text(**texts: Any) -> Playbook:
    """Return the stolen-key playbook with other words."""
    return replace(STOLEN_KEY, alert=replace(AlertText("t", "s", ("n",)), **texts))


def composed(playbook: Playbook, **extracted: Any) -> alerts.Alert:
    """Compose the alert of a contained key with more extracted values."""
    of = occurrence(State.CONTAINED, [KEY_DONE], extracted={**EXTRACTED, **extracted})
    return alert_of(of, Verdict.CONTAINED, playbook)


# --- words


def test_every_verdict_has_its_words() -> None:
    """The table is complete, and each headline fits one line of a mail."""
    assert set(Verdict) == set(alerts.MEANINGS)
    for meaning in alerts.MEANINGS.values():
        for headline in (meaning.headline, meaning.partly, meaning.untouched):
            assert len(headline) <= 78


def test_the_subject_says_severity_verdict_what_and_where() -> None:
    """Verdict first, then what happened, then the account by name and id."""
    subject, _body = alerts.render_email(SAMPLES["contained"]())
    assert "[HIGH] CONTAINED: stolen key of deploy-bot, prod-payments (111122223333)" == subject


def test_a_long_subject_loses_words_of_the_title_and_never_the_account() -> None:
    """Under 100 characters, the account's id is still there."""
    alert = replace(
        SAMPLES["contained"](), title="word " * 40, account_name="name" * 20, verdict=Verdict.NEEDS_APPROVAL
    )
    subject, _body = alerts.render_email(alert)
    assert len(subject) < 100
    assert subject.endswith("(111122223333)")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "unknown"),
        ("", "unknown"),
        ([], "unknown"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c", "a"], "a, b and c"),
        (list("abcdefgh"), "a, b, c, d, e and 3 more"),
        (True, "yes"),
        (22, "22"),
        (f"arn:aws:iam::{ACCOUNT}:user/path/deploy-bot", "deploy-bot"),
        (f"arn:aws:iam::{ACCOUNT}:root", "the root user"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/i-1", "Deploy (session i-1)"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0/kim", "kim"),
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("amazon.titan-text-express-v1", "titan-text-express"),
        ("vault.internal-v2.corp", "vault.internal-v2.corp"),
    ],
)
def test_values_are_said_as_a_person_would(value: Any, said: str) -> None:
    """Lists are joined, ARNs become names, and what is missing is said to be unknown."""
    assert f"by {said}." == composed(with_text(summary="by {thing}."), thing=value).summary


def test_a_name_that_nobody_extracted_reads_unknown() -> None:
    """A mistake in a playbook's text never stops its alert."""
    assert "by unknown" == composed(with_text(title="by {nobody}")).title


def test_what_a_person_searches_for_stays_exact() -> None:
    """After an equals sign an ARN is written out, and after an option of a command; elsewhere it is a name."""
    alert = composed(with_text(next_steps=("Ask {actor}; search userIdentity.arn = {actor}; aws x --arn {actor}.",)))
    assert f"Ask deploy-bot; search userIdentity.arn = {FACTS.actor}; aws x --arn {FACTS.actor}." == alert.next_steps[0]


@pytest.mark.parametrize("name", ["x; rm -rf ~", "$(id)", "`id`", "x\nid", "a|b", "x' 'y", "-x >f", "x&id"])
def test_a_command_of_a_next_step_holds_nothing_that_a_shell_acts_on(name: str) -> None:
    """What an event named is pasted into a terminal; it is looked up instead."""
    alert = composed(with_text(next_steps=("If not: aws iam get-user --user-name {name}, then ask.",)), name=name)
    assert ("If not: aws iam get-user --user-name …, then ask.",) == alert.next_steps


def test_at_most_six_next_steps_are_told() -> None:
    """A tired person is given no more than six things to do."""
    assert 6 == len(composed(with_text(next_steps=tuple("abcdefgh"))).next_steps)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (41, "41 s"),
        (130, "2 min"),
        (11_100, "3 h 5 min"),
        (7_200, "2 h"),
        (176_400, "2 d 1 h"),
    ],
)
def test_durations_are_said_in_at_most_two_units(seconds: int, said: str) -> None:
    """Nobody needs the seconds of three hours."""
    assert said == duration(timedelta(seconds=seconds))


# --- is it stopped


@pytest.mark.parametrize(
    ("verdict", "statuses", "headline"),
    [
        (Verdict.CONTAINED, ("done",), "It is stopped. Check that this was right; one command undoes it."),
        (Verdict.CONTAINED, ("done", "not needed"), "It is stopped. Check that this was right; one command undoes it."),
        (Verdict.CONTAINED, ("not needed",), "Nothing had to be changed: it was already as it should be."),
        (Verdict.FAILED, ("failed",), "The response failed and changed nothing. It is not stopped. Act now."),
        (Verdict.FAILED, ("failed half way",), "The response failed half way, so it may not be stopped. Act now."),
        (Verdict.FAILED, ("rolled back",), "The response failed and changed nothing. It is not stopped. Act now."),
        (Verdict.FAILED, ("done", "failed"), "The response failed half way, so it may not be stopped. Act now."),
        (Verdict.NEEDS_YOU, ("refused",), "Nothing was changed. A person must act now: see what to do next."),
        (Verdict.NEEDS_YOU, (), "Nothing was changed. A person must act now: see what to do next."),
        (Verdict.WOULD_HAVE, ("planned",), "Nothing was changed: this is a rehearsal. It may still be going on."),
        (Verdict.REVERTED, ("undone",), "The response was undone: what it had closed is open again."),
        (Verdict.REVERTED, ("undone", "done"), "The response was undone only in part: see what is still in place."),
    ],
)
def test_the_headline_is_true_of_the_steps(verdict: Verdict, statuses: tuple[str, ...], headline: str) -> None:
    """What the second line says follows from what became of the steps, not from the verdict alone."""
    made = {"failed": (), "failed half way": KEY_DONE.made}
    steps = [
        replace(KEY_DONE, status=StepStatus(status.removesuffix(" half way")), made=made.get(status, KEY_DONE.made))
        for status in statuses
    ]
    assert headline == alert_of(occurrence(State.CONTAINED, steps), verdict).headline


def test_something_less_than_high_does_not_cry_now() -> None:
    """Only high and critical tell a person to act at once."""
    alert = alert_of(occurrence(State.ALERTED, [KEY_PLANNED]), Verdict.NEEDS_YOU, OPENED)
    assert Severity.MEDIUM == alert.severity
    assert "Nothing was changed. A person must act: see what to do next." == alert.headline


def test_what_can_wait_says_so() -> None:
    """A low alert wakes nobody up with an order."""
    playbook = replace(OPENED, severity=Severity.LOW)
    alert = alert_of(occurrence(State.ALERTED, [KEY_PLANNED]), Verdict.NEEDS_YOU, playbook)
    assert "Nothing was changed. No hurry: see what to do next." == alert.headline


@pytest.mark.parametrize(
    ("actor", "target"),
    [("ci-runner", USER), ("deploy-bot", "unknown")],
)
def test_the_target_is_what_the_plan_puts_right_where_the_event_does_not_say(actor: str, target: str) -> None:
    """Unless the plan is against whoever did it: that is no target of theirs."""
    facts = replace(FACTS, target=None, actor=f"arn:aws:iam::{ACCOUNT}:user/{actor}")
    alert = alert_of(occurrence(State.CONTAINED, [KEY_DONE], facts=facts), Verdict.CONTAINED)
    assert target == alert.target


def test_an_approval_says_until_when_and_what_happens_otherwise() -> None:
    """Who reads it knows the deadline and what silence means."""
    of = occurrence(State.WAITING, [KEY_PLANNED], asked_until=NOW + timedelta(minutes=30))
    _subject, body = alerts.render_email(alert_of(of, Verdict.NEEDS_APPROVAL))
    assert "Nothing has changed yet. Approve or reject it by 03:28 UTC.\n" in body
    assert f"  firedoor approve {CASE_ID}\n  firedoor reject {CASE_ID}\n" in body
    assert "Until 03:28 UTC, 30 min from now. If nobody decides, nothing is changed" in body
    forced = replace(STOLEN_KEY, approval_otherwise=Mode.AUTO)
    assert "If nobody decides, it is carried out." == alert_of(of, Verdict.NEEDS_APPROVAL, forced).otherwise


TEMPORARY = step(DENY_CHANGE, "iam.deny_user", StepStatus.DONE, revert_after=43_200)


@pytest.mark.parametrize(
    ("steps", "reverts_at", "headline"),
    [
        ([TEMPORARY], NOW + timedelta(hours=12), "This ends by itself at 14:58 UTC; see to it by then."),
        ([KEY_DONE, TEMPORARY], NOW + timedelta(hours=12), "Check that this was right; one command undoes it."),
        ([KEY_DONE], None, "Check that this was right; one command undoes it."),
        ([TEMPORARY], None, "Check that this was right; one command undoes it."),
        ([TEMPORARY], NOW - timedelta(minutes=1), "Check that this was right; one command undoes it."),
    ],
    ids=["all is temporary", "some stays", "all stays", "nothing will end it", "it should be over"],
)
def test_what_holds_only_for_a_while_says_so_first(
    steps: list[StepResult], reverts_at: datetime | None, headline: str
) -> None:
    """Who is woken must know whether it holds until morning."""
    alert = alert_of(occurrence(State.CONTAINED, steps, reverts_at=reverts_at), Verdict.CONTAINED)
    assert f"It is stopped. {headline}" == alert.headline


def test_every_medium_says_when_what_is_temporary_ends() -> None:
    """Of what is planned after how long, of what was done at what time, and nothing of what is undone already."""
    ends = NOW + timedelta(hours=12)
    done = alert_of(occurrence(State.CONTAINED, [TEMPORARY], reverts_at=ends), Verdict.CONTAINED)
    at = "ndone by itself at 14:58 UTC, 12 h from now"
    chat = str(alerts.render_chat(done))
    assert all(at in text for text in (alerts.render_email(done)[1], alerts.render_html(done), chat))
    assert "2026-11-23T14:58:53Z" == alerts.render_machine(done)["steps"][0]["ends"]
    waits = [replace(TEMPORARY, status=StepStatus.PLANNED)]
    asked = alert_of(occurrence(State.WAITING, waits), Verdict.NEEDS_APPROVAL)
    assert ("after 12 h", None) == (asked.steps[0].ending, asked.steps[0].ends)
    undone = [replace(TEMPORARY, status=StepStatus.UNDONE)]
    assert not alert_of(occurrence(State.REVERTED, undone, reverts_at=ends), Verdict.REVERTED).steps[0].ending


def test_a_cap_that_lowers_the_mode_is_told() -> None:
    """The reader sees why a playbook that asks for auto did not act."""
    alert = alert_of(occurrence(State.ALERTED, [KEY_PLANNED], decided=Mode.ALERT), Verdict.NEEDS_YOU)
    assert "Mode alert (it asks for auto; its status or a cap holds it lower)." in alerts.render_email(alert)[1]


# --- can I put it back


def test_undo_is_offered_only_for_what_was_done() -> None:
    """No undo section for a plan, nor for what was undone already."""
    assert "\nUNDO\n" in alerts.render_email(SAMPLES["contained"]())[1]
    for name in ("needs-approval", "would-have", "reverted", "contained-nothing-to-do", "needs-you-protected"):
        assert "\nUNDO\n" not in alerts.render_email(SAMPLES[name]())[1]


@pytest.mark.parametrize("error", [PlaybookError("no such action"), KeyError("made"), NotImplementedError()])
def test_an_undo_command_that_cannot_be_made_never_stops_an_alert(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alert goes out with `firedoor undo` alone."""

    def load(_name: str) -> Any:
        raise error

    monkeypatch.setattr("firedoor.actions.load", load)
    alert = alert_of(occurrence(State.CONTAINED, [KEY_DONE]), Verdict.CONTAINED)
    assert () == alert.undo_commands
    assert f"  firedoor undo {CASE_ID}\n" in alerts.render_email(alert)[1]


def test_what_is_cut_is_said() -> None:
    """Lists that are too long name what is missing and where it is."""
    steps = [replace(KEY_PLANNED, changes=(KEY_CHANGE,) * 7)] * 10
    related = [alerts.Related(f"fd-20261123-{number:06x}", "other", "waiting") for number in range(11)]
    alert = alert_of(occurrence(State.RECORDED, steps), Verdict.WOULD_HAVE, related=related)
    _subject, body = alerts.render_email(alert)
    assert "and 2 more changes of this kind." in body
    assert (
        "2 more steps are not shown here.",
        f"3 more related cases are not shown here; see `firedoor show {CASE_ID}`.",
    ) == alert.notes


# --- machines


def test_ocsf_is_a_remediation_once_something_was_tried() -> None:
    """A tried response is class 7001, anything else a detection finding, both with what OCSF 1.4.0 requires."""
    required = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
    remediation = alerts.render_ocsf(SAMPLES["failed-half-way"]())
    assert required | {"command_uid"} <= set(remediation)
    assert (7001, 700102, 4) == tuple(remediation[name] for name in ("class_uid", "type_uid", "status_id"))
    finding = alerts.render_ocsf(SAMPLES["needs-approval"]())
    assert required | {"finding_info"} <= set(finding)
    assert (2004, 200401) == (finding["class_uid"], finding["type_uid"])
    assert CASE_ID == finding["finding_info"]["uid"] == remediation["metadata"]["correlation_uid"]


@pytest.mark.parametrize(
    ("name", "action", "severity"),
    [("contained", "trigger", "error"), ("would-have", "trigger", "info"), ("reverted", "resolve", "error")],
)
def test_pagerduty_gets_one_incident_a_case(name: str, action: str, severity: str) -> None:
    """The case id joins the events; a rehearsal wakes nobody; a reverted case is resolved."""
    event = alerts.render_pagerduty(SAMPLES[name]())
    assert (action, CASE_ID, severity) == (event["event_action"], event["dedup_key"], event["payload"]["severity"])
    assert {"summary", "source", "severity"} <= set(event["payload"])


def test_one_publish_carries_a_body_for_every_protocol() -> None:
    """Queues get the record, people the mail, Amazon Q (which subscribes with https) the notification."""
    alert = SAMPLES["contained"]()
    request = alerts.message(alert)
    bodies = json.loads(request["Message"])
    assert "json" == request["MessageStructure"]
    assert alerts.render_machine(alert) == json.loads(bodies["default"])
    assert alerts.render_chat(alert) == json.loads(bodies["https"])
    assert alerts.render_email(alert) == (request["Subject"], bodies["email"])
    assert bodies["sms"].endswith(CASE_ID)
    assert len(bodies["sms"]) <= 140
    assert {
        "severity": "high",
        "verdict": "CONTAINED",
        "playbook": STOLEN_KEY.id,
        "owner": "cloud-security",
        "account": ACCOUNT,
    } == {name: each["StringValue"] for name, each in request["MessageAttributes"].items()}


def test_a_case_has_one_thread_in_chat() -> None:
    """Every notification of a case carries its id as the thread and for the buttons."""
    for name in ("contained", "reverted", "still-happening"):
        metadata = alerts.render_chat(SAMPLES[name]())["metadata"]
        assert CASE_ID == metadata["threadId"] == metadata["additionalContext"]["caseId"]


# --- where it goes


@pytest.mark.parametrize(
    ("owner", "severity", "topic", "noted"),
    [
        ("cloud-security", Severity.LOW, "arn:owner", False),
        ("nobody", Severity.HIGH, "arn:high", True),
        ("nobody", Severity.LOW, "arn:default", True),
    ],
)
def test_the_owner_is_told_else_the_severity_else_the_default(
    owner: str, severity: Severity, topic: str, noted: bool
) -> None:
    """An owner without a topic never means that nobody is told; who is told instead learns why."""
    found, note = alerts.route(replace(SAMPLES["contained"](), owner=owner, severity=severity), TOPICS)
    assert (topic, noted) == (found, note is not None)


def test_no_topic_at_all_is_an_error() -> None:
    """An alert is never dropped in silence."""
    with pytest.raises(SettingsError, match="default"):
        alerts.route(SAMPLES["contained"](), {})


class Sns:
    """An SNS client that remembers what it was given, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.requests: list[Mapping[str, Any]] = []
        self._error = error

    def publish(self, **request: Any) -> dict[str, str]:
        """Answer as SNS does."""
        if self._error:
            raise self._error
        self.requests.append(request)
        return {"MessageId": "m-1"}


def test_publishing_returns_the_message_id_and_tells_of_the_fallback() -> None:
    """The note about an unknown owner reaches the reader."""
    sns = Sns()
    topics = {"default": "arn:default", "data-team": "arn:data-team"}
    assert "m-1" == alerts.publish(sns, topics, SAMPLES["contained"]())
    assert "arn:default" == sns.requests[0]["TopicArn"]
    mail = " ".join(json.loads(sns.requests[0]["Message"])["email"].split())
    assert "No topic is configured for owner cloud-security" in mail


def client_error(code: str, status: int) -> ClientError:
    """Build the error that botocore raises."""
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Publish")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    "error",
    [
        client_error("Throttling", 400),
        client_error("KMSThrottling", 400),
        client_error("InternalError", 500),
        client_error("Strange", 503),
        EndpointConnectionError(endpoint_url="https://sns.eu-west-1.amazonaws.com"),
    ],
)
def test_a_fault_that_passes_is_tried_again(error: Exception) -> None:
    """Throttles, service errors and a missing network put the message back in its queue."""
    with pytest.raises(Retry, match=CASE_ID):
        alerts.publish(Sns(error), TOPICS, SAMPLES["contained"]())


@pytest.mark.parametrize("code", ["AuthorizationError", "NotFound", "InvalidParameter"])
def test_a_fault_that_stays_is_raised(code: str) -> None:
    """What a retry cannot mend reaches the dead-letter queue and its alarm as it is."""
    with pytest.raises(ClientError, match=code):
        alerts.publish(Sns(client_error(code, 403)), TOPICS, SAMPLES["contained"]())


# --- what comes again


def test_the_digest_says_how_often_when_and_from_where() -> None:
    """One alert for everything that came after the first."""
    alert = SAMPLES["still-happening"]()
    assert Verdict.STILL_HAPPENING == alert.verdict
    assert "Came back 5 times, last 18 min ago. Look for another way in." == alert.headline
    assert alert.repeats is not None
    assert (5, 3) == (alert.repeats.count, len(alert.repeats.sources))
    assert alert.repeats.first < alert.repeats.last


def test_a_digest_of_something_not_stopped_says_so() -> None:
    """Who only looks at the second line learns that it goes on."""
    first = occurrence(State.ALERTED, [KEY_PLANNED])
    held = case(first, count=2, occurrences=(first, replace(first, number=2)))
    alert = alerts.compose_digest(STOLEN_KEY, held, now=NOW, account_name=None)
    assert "Came back 1 time, last 41 s ago. It is not stopped." == alert.headline


def test_a_digest_of_nothing_is_refused() -> None:
    """A case with one event has nothing more to tell."""
    with pytest.raises(Refused, match=CASE_ID):
        alerts.compose_digest(STOLEN_KEY, case(occurrence(State.CONTAINED)), now=NOW, account_name=None)


# --- links and exclusions


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_links_lead_to_the_partitions_own_console(region: str, host: str) -> None:
    """China and GovCloud have consoles of their own."""
    links = console_links(region, frozenset({"aws.guardduty"}), "0" * 32, FACTS.actor or "", "i-0123456789abcdef0")
    assert 3 == len(links)
    assert all(link.url.startswith(f"https://{host}/") for link in links)


@pytest.mark.parametrize("region", ["evil.com/#", "eu-west-1.evil", "", "eu_west_1"])
def test_a_strange_region_makes_no_link(region: str) -> None:
    """The host of a link is never taken from an event unchecked."""
    assert () == console_links(region, frozenset({"aws.guardduty"}), "0" * 32, "", "i-0123456789abcdef0")


def test_a_name_in_a_link_is_percent_encoded() -> None:
    """A name cannot leave its place in the address."""
    (link,) = console_links("eu-west-1", frozenset(), "", f"arn:aws:iam::{ACCOUNT}:user/a+b=c@d", "")
    assert link.url.endswith("/users/details/a%2Bb%3Dc%40d")


def test_a_link_that_does_not_fit_is_given_as_its_page_and_what_to_find() -> None:
    """Lines keep their width, and no link is broken over two."""
    _subject, body = alerts.render_email(SAMPLES["contained"]())
    assert max(columns(line) for line in body.split("\n")) <= 78
    assert "look for id 0123456789abcdef0123456789abcdef on\n  https://eu-west-1.console.aws" in body


def test_the_exclusion_can_be_pasted_and_is_dated_and_narrow() -> None:
    """It reads as YAML, ends after 30 days, and speaks of one playbook, one account and one actor."""
    text = exclusion(OPENED, OPENED_FACTS, date(2026, 11, 23))
    (entry,) = yaml.safe_load(f"exclusions:\n{text}\n")["exclusions"]
    assert "2026-12-23" == entry["expires"]
    assert [OPENED.id] == entry["playbooks"]
    assert [
        {
            "source": ["aws.ec2"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"recipientAccountId": [ACCOUNT], "userIdentity": {"arn": [OPENED_FACTS.actor]}},
        }
    ] == entry["match"]


@pytest.mark.parametrize(
    "facts",
    [
        {"actor": None},
        {"actor": "not an ARN"},
        {"actor": "arn:aws:iam::111122223333:user/AKIAIOSFODNN7EXAMPLE"},
        {"actor": "arn:" + "x" * 500},
    ],
)
def test_no_exclusion_is_offered_that_is_not_exact(facts: dict[str, Any]) -> None:
    """Rather none than one that would silence more than this, or that shows a key."""
    assert "" == exclusion(OPENED, replace(OPENED_FACTS, **facts), date(2026, 11, 23))


def test_the_differences_of_a_plan_are_shown_to_who_must_decide() -> None:
    """An approver sees the state before and after."""
    change = replace(KEY_CHANGE, before={"Status": "Active", "Old": [1]}, after={"Status": "Inactive", "Old": []})
    of = occurrence(State.WAITING, [step(change, "iam.deactivate_access_key", StepStatus.PLANNED)])
    (line,) = alert_of(of, Verdict.NEEDS_APPROVAL).steps
    assert ("Status: Active → Inactive", "Old: [1] → none") == line.changes[0].differences


def test_who_decided_is_told_by_name() -> None:
    """A rejected or undone response names the person and the reason."""
    decision: Json = {"by": OPENED_FACTS.actor, "verified": False, "decision": "reject", "why": "It is our test."}
    of = occurrence(State.REJECTED, [RULES_PLANNED], extracted=OPENED_EXTRACTED, decisions=(decision,))
    alert = alert_of(of, Verdict.NEEDS_YOU, OPENED)
    assert "Rejected by jane@example[.]com (not verified): It is our test." == alert.decision


def test_the_documentation_has_the_table_of_verdicts() -> None:
    """What the page says of a verdict is what the table in the code says."""
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
    for verdict, meaning in alerts.MEANINGS.items():
        assert f"| {verdict} | {meaning.explanation} |" in page
