"""The commands on a stack, against the embedded one: the operator's own way through a case."""

from __future__ import annotations

import argparse
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest

from firedoor.case import State
from firedoor.cli import case_commands, library, main, redrive_commands
from firedoor.cli.deployment import Deployment, deployment_of
from firedoor.cli.embedded import EmbeddedAws, bundle_file
from firedoor.cli.stage import stage
from firedoor.errors import FiredoorError, Refused

ROOT = Path(__file__).parent.parent.parent
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\u200bmallory"
OPERATOR = "arn:aws:sts::111122223333:assumed-role/SecurityOperator/kim"


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAws]:
    """Give a stack in which one instance waits for approval, and let the commands find it."""
    text = (ROOT / "events" / "guardduty_ec2_cryptomining.json").read_text("utf-8")
    monkeypatch.chdir(ROOT)
    with EmbeddedAws(bundle_file(ROOT / "playbooks", tmp_path)) as embedded:
        settings = embedded.services.settings
        outputs = {
            "TableName": settings.table,
            "CapsParameter": settings.caps_parameter,
            "EvidenceBucket": settings.evidence_bucket,
            "DeadLetterQueues": " ".join(embedded.dead_letter_urls()),
        }

        class Embedded(Deployment):
            """The embedded stack: its outputs, and its decide function called as the URL would."""

            def _post(self, body: str) -> str:
                answer = embedded.decide(json.loads(body), OPERATOR)
                embedded.pump()
                return json.dumps(answer)

        deployment = Embedded(embedded.services.session, "firedoor")
        deployment.__dict__["outputs"] = outputs
        for commands in (case_commands, redrive_commands):
            monkeypatch.setattr(commands, "deployment_of", lambda _arguments: deployment)
        stage(embedded, text)
        embedded.put_event(text)
        embedded.pump()
        yield embedded


def say(capsys: Any, *words: str) -> tuple[int, str, str]:
    """Run a command; return its exit code, output and errors."""
    code = main(list(words))
    output = capsys.readouterr()
    return code, output.out, output.err


def case_id(aws: EmbeddedAws) -> str:
    """Return the only case."""
    (case,) = aws.cases()
    return case.id


def test_cases_lists_what_waits(aws: EmbeddedAws, capsys: Any) -> None:
    """A table for people, JSON for machines."""
    assert case_id(aws) in say(capsys, "cases")[1]
    (row,) = json.loads(say(capsys, "cases", "--json")[1])
    assert ("waiting", "guardduty-ec2-compromised") == (row["state"], row["playbook"])


def test_approve_show_verify_and_undo(aws: EmbeddedAws, capsys: Any) -> None:
    """The operator's way through a case."""
    case = case_id(aws)
    code, out, _ = say(capsys, "approve", case, "--why", "seen")
    assert (0, True) == (code, "contained" in out)
    code, out, _ = say(capsys, "show", case, "--verify")
    assert 0 == code
    assert "The evidence is as it was stored." in out
    assert "Approved. seen" in out
    code, out, _ = say(capsys, "undo", case, "--json")
    assert (0, "reverted") == (code, json.loads(out)["state"])
    code, _, err = say(capsys, "undo", case)
    assert 1 == code
    assert "put back already" in err


def test_evidence_that_was_changed_is_found(aws: EmbeddedAws, capsys: Any) -> None:
    """``show --verify`` reads every entry back, names the one that differs, and is exit 1."""
    case = case_id(aws)
    say(capsys, "approve", case)
    bucket = aws.services.settings.evidence_bucket
    first = json.loads(say(capsys, "show", case, "--json")[1])["occurrences"][0]["evidence"][0]
    aws.client("s3").put_object(Bucket=bucket, Key=first["key"], Body=b'{"previous_sha256": null}')
    code, out, _ = say(capsys, "show", case, "--verify")
    assert 1 == code
    assert f"{first['key']} is not what was stored: its SHA-256 differs." in out.splitlines()
    code, out, _ = say(capsys, "show", case, "--verify", "--json")
    assert (1, 1) == (code, len(json.loads(out)["evidence_problems"]))


def test_undo_does_not_overwrite_somebodys_work_unless_told_to(aws: EmbeddedAws, capsys: Any) -> None:
    """It shows what was left and what is there now; ``--force`` puts back what was before all the same."""
    case, ec2 = case_id(aws), aws.client("ec2")
    before = interface(aws)
    say(capsys, "approve", case)
    quarantine = interface(aws)["Groups"][0]["GroupName"]
    forensics = ec2.create_security_group(GroupName="forensics", Description="-", VpcId=before["VpcId"])["GroupId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=before["NetworkInterfaceId"], Groups=[forensics])
    code, out, _ = say(capsys, "undo", case, "--json")
    assert (1, "contained") == (code, json.loads(out)["state"])
    out = say(capsys, "show", case)[1]
    left, now = (line for line in out.splitlines() if line.startswith(("    left behind:", "    found now:")))
    assert (True, True) == (quarantine in left, forensics in now)
    assert [forensics] == [group["GroupId"] for group in interface(aws)["Groups"]]
    code, out, _ = say(capsys, "undo", case, "--force", "--json")
    assert (0, "reverted") == (code, json.loads(out)["state"])
    assert before["Groups"] == interface(aws)["Groups"]


def interface(aws: EmbeddedAws) -> dict[str, Any]:
    """Return the network interface of the instance that the event names, as EC2 describes it."""
    event = json.loads((ROOT / "events" / "guardduty_ec2_cryptomining.json").read_text("utf-8"))
    instance = event["detail"]["resource"]["instanceDetails"]["instanceId"]
    wanted = [{"Name": "attachment.instance-id", "Values": [instance]}]
    found: dict[str, Any] = aws.client("ec2").describe_network_interfaces(Filters=wanted)["NetworkInterfaces"][0]
    return found


@pytest.mark.parametrize("choice", ["approve", "undo"])
def test_a_decision_that_does_not_fit_is_refused_with_its_reason(aws: EmbeddedAws, capsys: Any, choice: str) -> None:
    """What was rejected is neither approved nor undone afterwards; exit 1 and a sentence."""
    case = case_id(aws)
    say(capsys, "reject", case)
    code, out, err = say(capsys, choice, case)
    assert (1, "") == (code, out)
    assert err.startswith("firedoor: ")
    assert "rejected" in json.loads(say(capsys, "show", case, "--json")[1])["state"]


def test_hostile_text_in_a_case_does_not_reach_the_terminal(aws: EmbeddedAws, capsys: Any) -> None:
    """A reason, an actor, a target that carry escapes are shown without them, indented as everything else."""
    case = case_id(aws)
    say(capsys, "reject", case, "--why", HOSTILE)
    say(capsys, "feedback", case, "--false-positive", "--why", HOSTILE)
    key = {"pk": {"S": f"CASE#{case}"}, "sk": {"S": "CASE"}}
    table, name = aws.client("dynamodb"), aws.services.settings.table
    item = table.get_item(TableName=name, Key=key)["Item"]
    data = {**json.loads(item["data"]["S"]), "actor": HOSTILE, "target": HOSTILE, "title": HOSTILE}
    table.put_item(TableName=name, Item={**item, "data": {"S": json.dumps(data)}})
    shown = [say(capsys, "show", case), say(capsys, "cases"), say(capsys, "show", case, "--json")]
    assert "  actor mallory" in shown[0][1].splitlines()
    for _, out, err in shown:
        assert "mallory" in out
        assert not set("\x1b\x07\u202e\u200b") & set(out + err)


def test_reject_changes_nothing(aws: EmbeddedAws, capsys: Any) -> None:
    """And says so."""
    code, out, _ = say(capsys, "reject", case_id(aws), "--json")
    assert (0, "rejected") == (code, json.loads(out)["state"])


def test_why_tells_the_case_of_an_event(aws: EmbeddedAws, capsys: Any) -> None:
    """And exit 1 for an event that nobody knows."""
    event_id = aws.cases()[0].occurrences[0].event_id
    assert case_id(aws) in say(capsys, "why", event_id)[1]
    assert case_id(aws) in json.loads(say(capsys, "why", event_id, "--json")[1])["guardduty-ec2-compromised"]
    code, out, _ = say(capsys, "why", "unknown")
    assert 1 == code
    assert "firedoor explain" in out


@pytest.mark.usefixtures("aws")
def test_cap_shows_and_sets_with_who_and_when(capsys: Any) -> None:
    """Everywhere, by account, by ring; and a misspelled mode is refused."""
    say(capsys, "cap", "alert", "--account", "111122223333")
    say(capsys, "cap", "approve", "--ring", "prod")
    caps = json.loads(say(capsys, "cap", "off", "--json")[1])
    assert ("off", {"111122223333": "alert"}, {"prod": "approve"}) == (caps["global"], caps["accounts"], caps["rings"])
    assert caps["changed"]["by"].startswith("arn:aws:")
    assert "everywhere: off" in say(capsys, "cap")[1]
    code, _, err = say(capsys, "cap", "on")
    assert 2 == code
    assert "off, shadow, alert, approve, auto" in err
    code, _, err = say(capsys, "cap", "off", "--account", "prod-payments")
    assert 2 == code
    assert "write its 12 digits" in err
    assert {} == json.loads(say(capsys, "cap", "none", "--account", "111122223333", "--json")[1])["accounts"]


def test_caps_that_nobody_can_read_are_set_anew(aws: EmbeddedAws, capsys: Any) -> None:
    """What is broken must not keep an operator from stopping everything."""
    name = aws.services.settings.caps_parameter
    aws.client("ssm").put_parameter(Name=name, Value="oops", Type="String", Overwrite=True)
    for words in (("cap",), ("cap", "off", "--account", "111122223333")):
        code, _, err = say(capsys, *words)
        assert 2 == code
        assert "firedoor cap alert" in err
    assert (0, "off") == (say(capsys, "cap", "off")[0], json.loads(say(capsys, "cap", "--json")[1])["global"])


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_of_cases(capsys: Any, limit: str) -> None:
    """Wrong use is exit 2 and says what to write."""
    with pytest.raises(SystemExit) as ended:
        main(["cases", f"--limit={limit}"])
    assert 2 == ended.value.code
    assert "from 1 to 10000" in capsys.readouterr().err


def test_a_cap_is_what_the_handlers_read(aws: EmbeddedAws, capsys: Any) -> None:
    """After ``firedoor cap shadow`` the next event is only recorded; the case that waits is not carried out either."""
    say(capsys, "cap", "shadow")
    aws.advance(10)
    text = (ROOT / "events" / "cloudtrail_authorize_ingress_world.json").read_text("utf-8")
    stage(aws, text)
    aws.put_event(text)
    aws.pump()
    states = {row["playbook"]: row["state"] for row in json.loads(say(capsys, "cases", "--json")[1])}
    assert "recorded" == states["cloudtrail-security-group-opened"]
    assert 1 == len(json.loads(say(capsys, "cases", "--limit", "1", "--json")[1]))


def test_feedback_is_kept(aws: EmbeddedAws, capsys: Any) -> None:
    """With the reason."""
    assert 0 == say(capsys, "feedback", case_id(aws), "--false-positive", "--why", "a drill")[0]
    assert "False positive: a drill" == aws.cases()[0].feedback


@pytest.mark.parametrize("medium", ["email", "chat", "json", "html"])
def test_alert_prints_every_medium(aws: EmbeddedAws, capsys: Any, medium: str) -> None:
    """As it was sent."""
    code, out, _ = say(capsys, "alert", case_id(aws), "--as", medium)
    assert 0 == code
    assert case_id(aws) in out


def test_alert_prints_evidence_and_related_cases_as_they_were_sent(
    aws: EmbeddedAws, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same machine record, but for what the account is called."""

    class Then(datetime):
        """The time at which it was sent: sentences leave out the date of a time that is near."""

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return aws.clock().astimezone(tz)

    monkeypatch.setattr(case_commands, "datetime", Then)
    printed = json.loads(say(capsys, "alert", case_id(aws), "--as", "json")[1])
    (sent,) = [mail.record for mail in aws.alerts()]
    assert {**sent, "account": printed["account"]} == printed


def test_report_counts_by_playbook(aws: EmbeddedAws, capsys: Any) -> None:
    """For people and for machines; a case that was no threat is in it."""
    say(capsys, "feedback", case_id(aws), "--false-positive", "--why", "a drill")
    record = json.loads(say(capsys, "report", "--days", "3650", "--json")[1])
    (row,) = record["playbooks"]
    assert ("111122223333", "guardduty-ec2-compromised", 1, 1) == (
        record["account"], row["playbook"], row["cases"], row["false_positives"]
    )  # fmt: skip
    code, out, _ = say(capsys, "report", "--days", "3650")
    assert 0 == code
    assert f"{row['playbook']} (mode {row['mode']})" in out.splitlines()


@pytest.mark.parametrize("days", ["0", "-1", "99999999", "week"])
def test_report_takes_a_sensible_number_of_days(capsys: Any, days: str) -> None:
    """Anything else is wrong use, said in a sentence."""
    with pytest.raises(SystemExit, match="2"):
        main(["report", "--days", days])
    assert "write a number of days from 1 to 3650" in capsys.readouterr().err


@pytest.mark.usefixtures("aws")
def test_an_unknown_case_is_a_sentence(capsys: Any) -> None:
    """Exit 1, no traceback."""
    code, _, err = say(capsys, "show", "fd-20260131-000000")
    assert (1, "firedoor: There is no case fd-20260131-000000.\n") == (code, err)


def test_what_could_not_be_handled_is_sent_again(aws: EmbeddedAws, capsys: Any) -> None:
    """To its own queue, and only then gone from the dead letters; a dry run moves nothing."""
    aws.put_event("{not json")
    aws.pump()
    assert "firedoor-classify-dlq: 1 waiting" in say(capsys, "redrive", "--dry-run")[1].splitlines()
    code, out, _ = say(capsys, "redrive")
    assert (0, True) == (code, "firedoor-classify-dlq: 1 waiting, 1 sent again" in out.splitlines())
    assert "firedoor-classify-dlq: 0 waiting" in say(capsys, "redrive", "--dry-run")[1].splitlines()
    aws.pump()
    assert ("{not json",) == aws.dead_letters("classify")


# --- the stack itself


@pytest.mark.usefixtures("aws")
def test_a_stack_is_found_by_its_outputs() -> None:
    """As CloudFormation tells them; a stack that is not there, or not ours, is a sentence."""
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"TableName": {"Value": "firedoor-cases"}},
    }
    boto3.client("cloudformation", "eu-west-1").create_stack(StackName="mine", TemplateBody=json.dumps(template))
    asked = {"profile": None, "region": "eu-west-1"}
    mine = deployment_of(argparse.Namespace(stack="mine", **asked))
    assert "firedoor-cases" == mine.output("TableName")
    with pytest.raises(FiredoorError, match="Stack mine has no output DecideFunctionUrl"):
        mine.output("DecideFunctionUrl")
    with pytest.raises(FiredoorError, match=r"Stack other cannot be read .*--stack"):
        deployment_of(argparse.Namespace(stack="other", **asked)).output("TableName")


def test_a_profile_that_is_not_there_is_a_sentence(capsys: Any) -> None:
    """Exit 2, before anything is asked of AWS."""
    code, _, err = say(capsys, "cases", "--profile", "no-such-profile")
    assert 2 == code
    assert "no-such-profile" in err


class Answer(NamedTuple):
    """What the function URL answers."""

    status: int
    body: str


@pytest.fixture
def url() -> Iterator[tuple[str, list[Answer], list[dict[str, Any]]]]:
    """Give a function URL of our own, the list from which it takes its answers, and what it was asked."""
    answers: list[Answer] = []
    asked: list[dict[str, Any]] = []

    class Url(BaseHTTPRequestHandler):
        """Keeps the headers and the body, and answers what it was told to."""

        def do_POST(self) -> None:
            """Answer one request."""
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append({"headers": dict(self.headers), "body": json.loads(body)})
            answer = answers.pop(0)
            self.send_response(answer.status)
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Url) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", answers, asked
        server.shutdown()
        thread.join()


def deployment_at(url: str) -> Deployment:
    """Return a stack whose decide function has this URL, with an operator's credentials."""
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", "token", region_name="eu-west-1")
    deployment = Deployment(session, "firedoor")
    deployment.__dict__["outputs"] = {"DecideFunctionUrl": url}
    return deployment


def test_a_decision_is_signed_by_the_operator(url: Any) -> None:
    """SigV4 for Lambda in the stack's region, over the headers that count; what is asked is all that is sent."""
    address, answers, asked = url
    answers += [Answer(200, '{"message": "Approved.", "accepted": true}')]
    assert "Approved." == deployment_at(address).decide("approve", "fd-20261120-6d4b10", why="seen", force=False)
    headers, body = asked[0]["headers"], asked[0]["body"]
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/")
    assert "/eu-west-1/lambda/aws4_request" in headers["Authorization"]
    assert "token" == headers["X-Amz-Security-Token"]
    assert {"decision": "approve", "case_id": "fd-20261120-6d4b10", "why": "seen", "force": False} == body


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (Answer(200, '{"message": "It is contained.", "accepted": false}'), Refused, "It is contained."),
        (Answer(403, '{"Message": "Forbidden"}'), Refused, "lambda:InvokeFunctionUrl"),
        (Answer(502, "Internal Server Error"), FiredoorError, "did not answer as it should"),
        (Answer(200, "[]"), FiredoorError, "did not answer as it should"),
    ],
)
def test_an_answer_that_is_no_yes_is_never_taken_for_one(
    url: Any, answer: Answer, error: type[FiredoorError], told: str
) -> None:
    """Refused, forbidden, broken: each is told."""
    address, answers, _ = url
    answers.append(answer)
    with pytest.raises(error, match=told):
        deployment_at(address).decide("undo", "fd-20261120-6d4b10", why="", force=False)


def test_a_decide_function_that_cannot_be_reached_is_a_sentence() -> None:
    """Nobody listens there."""
    with pytest.raises(FiredoorError, match="The decide function cannot be reached"):
        deployment_at("http://127.0.0.1:9/").decide("undo", "fd-20261120-6d4b10", why="", force=False)


def test_an_undo_that_was_only_asked_for_is_not_taken_for_its_outcome(aws: EmbeddedAws, capsys: Any) -> None:
    """What stopped the undo before says nothing of this one, which is still on its way."""
    case, ec2 = case_id(aws), aws.client("ec2")
    before = interface(aws)
    say(capsys, "approve", case)
    forensics = ec2.create_security_group(GroupName="forensics", Description="-", VpcId=before["VpcId"])["GroupId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=before["NetworkInterfaceId"], Groups=[forensics])
    say(capsys, "undo", case)
    aws.decide({"decision": "undo", "case_id": case, "force": True}, OPERATOR)
    (asked,) = aws.services.cases.get(case).occurrences
    assert case_commands._moves(asked)
    aws.pump()
    (undone,) = aws.services.cases.get(case).occurrences
    assert not case_commands._moves(undone)


def test_the_exit_code_is_about_what_was_decided(aws: EmbeddedAws, capsys: Any) -> None:
    """Not about another event of the case; and an approval after which the plan is asked anew did not do it."""
    case = case_id(aws)
    say(capsys, "approve", case)
    case = aws.services.cases.get(case)
    (decided,) = case.occurrences
    other = replace(decided, number=2, state=State.NEEDS_PERSON, decisions=())
    assert case_commands._is_as_wanted(replace(case, occurrences=(decided, other)), "approve")
    asked_anew = replace(decided, state=State.WAITING, decisions=())
    assert not case_commands._is_as_wanted(replace(case, occurrences=(asked_anew,)), "approve")


def test_the_alert_of_a_playbook_that_is_gone_is_shown(
    aws: EmbeddedAws, capsys: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was sent: from what stands in the case."""
    case = case_id(aws)
    left = tmp_path / "playbooks"
    shutil.copytree(ROOT / "playbooks", left)
    shutil.copytree(ROOT / "events", tmp_path / "events")
    (left / "guardduty-ec2-compromised.yaml").unlink()
    monkeypatch.setattr(library, "folder", lambda _name: str(left))
    code, out, _ = say(capsys, "alert", case)
    assert 0 == code
    assert "no longer deployed" in " ".join(out.split())
