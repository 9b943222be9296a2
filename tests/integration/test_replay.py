"""The embedded AWS runs the real handlers as Lambda does, and a replay shows what came of an event."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from firedoor.case import State
from firedoor.cli import main
from firedoor.cli.embedded import EmbeddedAws, bundle_file
from firedoor.cli.replay import Replay, difference, replay, to_json
from firedoor.cli.report_html import render_page
from firedoor.cli.stage import snapshot, stage
from firedoor.errors import EventError
from firedoor.playbooks import Mode

if TYPE_CHECKING:
    from tests.conftest import Samples

EVENTS = Path(__file__).parents[2] / "events"
PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
NOW = datetime(2026, 11, 20, 1, 33, tzinfo=UTC)
KEY_STOLEN = "guardduty_iam_key_stolen_tor"
CONTAINED = [
    "bedrock_logging_deleted",
    "bedrock_logging_narrowed",
    "cloudtrail_authorize_ingress_halves",
    "cloudtrail_authorize_ingress_ipv6",
    "cloudtrail_authorize_ingress_prefix_list",
    "cloudtrail_authorize_ingress_world",
    "cloudtrail_delete_trail",
    "cloudtrail_modify_security_group_rules",
    "cloudtrail_stop_logging",
    "guardduty_ec2_cryptomining_autoscaling",
    "guardduty_role_session_exfiltration",
    "guardduty_s3_object_threats_found",
    "securityhub_asff_ec2_19_batch",
    "securityhub_ocsf_s3_public",
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the shipped playbooks once."""
    return bundle_file(PLAYBOOKS, tmp_path_factory.mktemp("bundle"))


def replayed(samples: Samples, bundle: Path, name: str, **options: Any) -> Replay:
    """Replay a sample event as it is."""
    return replay(samples.text(name), f"{name}.json", bundle, **options)


# --- what a replay shows


@pytest.mark.parametrize("name", CONTAINED)
def test_a_response_changes_the_resource_and_its_undo_puts_back_what_was(
    samples: Samples, bundle: Path, name: str
) -> None:
    """Every sample event that asks for a response gets one, and is exactly as before once that is undone."""
    result = replayed(samples, bundle, name, undo=True)
    assert () == result.problems
    assert {State.CONTAINED} == {case.state for case in result.cases}
    assert result.changed
    assert True is result.restored


def test_what_waits_for_a_person_stays_as_it_is_until_one_approves(samples: Samples, bundle: Path) -> None:
    """A replay that may not approve shows the plan and an unchanged resource."""
    result = replayed(samples, bundle, "guardduty_ec2_cryptomining", mode=Mode.APPROVE, approve=False)
    assert [State.WAITING] == [case.state for case in result.cases]
    assert not result.changed
    assert () == result.approvals
    assert "NEEDS APPROVAL" == result.verdict


def test_a_replay_says_that_it_approved_in_a_persons_stead(samples: Samples, bundle: Path) -> None:
    """An approval that nobody gave is never hidden."""
    result = replayed(samples, bundle, "securityhub_asff_s3_public")
    assert 1 == len(result.approvals)
    assert result.cases[0].id in result.approvals[0]


def test_shadow_plans_and_changes_nothing(samples: Samples, bundle: Path) -> None:
    """In shadow the plan is there, the resource is as it was, and people read what would have been done."""
    result = replayed(samples, bundle, KEY_STOLEN, mode=Mode.SHADOW)
    assert "iam.deactivate_access_key" == result.cases[0].occurrences[0].steps[0].action
    assert not result.changed
    assert "WOULD HAVE" == result.verdict
    assert ["WOULD HAVE"] == [mail.record["verdict"] for mail in result.alerts]


def test_a_finding_is_told_what_became_of_it(samples: Samples, bundle: Path) -> None:
    """After the response the Security Hub finding is resolved, with the case in its note, in both feeds."""
    asff = replayed(samples, bundle, "securityhub_asff_s3_public")
    ocsf = replayed(samples, bundle, "securityhub_ocsf_s3_public")
    workflow = next(thing.after for thing in asff.things if "finding" in thing.name)
    status = next(thing.after for thing in ocsf.things if "finding" in thing.name)
    assert workflow is not None
    assert status is not None
    assert "RESOLVED" == workflow["workflow"]
    assert asff.cases[0].id in workflow["note"]
    assert 4 == status["status_id"]
    assert ocsf.cases[0].id in status["comment"]


def test_a_batch_answers_only_its_open_findings(samples: Samples, bundle: Path) -> None:
    """Suppressed, archived and resolved findings of a batch change nothing, and each says why."""
    result = replayed(samples, bundle, "securityhub_asff_ec2_19_batch")
    changed = {
        thing.name.split()[2] for thing in result.things if thing.changed and thing.name.startswith("Security gr")
    }
    assert {"sg-0a9b8c7d6e5f40312", "sg-0c1c1c1c1c1c1c1c1"} == changed
    assert 3 == len(result.not_acted_on)


def test_a_call_that_was_denied_has_no_case(samples: Samples, bundle: Path) -> None:
    """What an attacker could not do needs no response."""
    result = replayed(samples, bundle, "cloudtrail_authorize_ingress_denied")
    assert () == result.cases
    assert () == result.problems


def test_an_account_without_our_role_goes_to_a_person(samples: Samples, bundle: Path) -> None:
    """Where Firedoor cannot enter, nothing changes and the alert says why."""
    changes = {"account": "999988887777", "detail.recipientAccountId": "999988887777"}
    text = samples.text("cloudtrail_authorize_ingress_world", changes)
    result = replay(text, "foreign", bundle)
    assert [State.NEEDS_PERSON] == [case.state for case in result.cases]
    assert "999988887777" in result.cases[0].occurrences[0].reason
    assert not result.changed


def test_a_thing_that_is_gone_closes_the_case(samples: Samples, bundle: Path) -> None:
    """An event about a key that does not exist any more is a case with nothing to do."""
    with EmbeddedAws(bundle, NOW) as aws:
        aws.put_event(samples.text(KEY_STOLEN))
        aws.pump()
        assert [State.CLOSED] == [case.state for case in aws.cases()]


@pytest.mark.parametrize("name", ["bedrock_invocation_log.jsonl", "s3_bedrock_log_created.json"])
def test_an_invocation_log_is_inspected_on_either_way(bundle: Path, name: str) -> None:
    """An unguarded call is found in a log object in S3 and in a CloudWatch Logs subscription alike."""
    result = replay((EVENTS / name).read_text("utf-8"), name, bundle, undo=True)
    assert () == result.problems
    assert "bedrock-no-guardrail" in {case.playbook for case in result.cases}
    assert True is result.restored


# --- bad input


@pytest.mark.parametrize("text", ["{not json", "[]", '{"detail": 1}', '"x"', " "])
def test_what_is_no_event_lies_in_the_dead_letter_queue_with_its_reason(bundle: Path, text: str) -> None:
    """Nothing is lost: what cannot be read waits in the dead-letter queue, and the reason is no stack trace."""
    result = replay(text, "bad", bundle)
    assert 1 == len(result.rejected)
    assert "classify" in result.rejected[0]
    assert "Traceback" not in result.rejected[0]
    assert result.rejected == result.problems


def test_what_no_queue_takes_is_refused_with_a_reason(bundle: Path) -> None:
    """An event that is larger than a message may be cannot come from EventBridge, and the reason says so."""
    with pytest.raises(EventError, match="EventBridge could not have delivered this"):
        replay(json.dumps({"detail": "x" * 2_000_000}), "large", bundle)


def test_the_rest_of_a_batch_is_processed(samples: Samples, bundle: Path) -> None:
    """A message that fails comes again alone; its neighbours are handled at once, and it is handed over five times."""
    with EmbeddedAws(bundle, NOW) as aws:
        aws.put_event("{not json")
        aws.put_event(samples.text("guardduty_root_credentials"))
        aws.pump()
        assert ["guardduty-root-credentials-used"] == [case.playbook for case in aws.cases()]
        assert ("{not json",) == aws.dead_letters("classify")
        failed = [line for line in aws.log() if line.get("message") == "record failed"]
        assert 5 == len(failed)


def test_hostile_text_reaches_neither_terminal_nor_page(samples: Samples, bundle: Path) -> None:
    """Escape sequences, bidi overrides and markup of an event are shown harmless or not at all."""
    hostile = "\x1b[31mx\u202e<script>alert(1)</script>[bold]"
    text = samples.text("guardduty_root_credentials", {"detail.service.action.awsApiCallAction.api": hostile})
    page = render_page([replay(text, hostile, bundle)])
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_the_page_loads_nothing(samples: Samples, bundle: Path) -> None:
    """The page is one file: no script, no style sheet, no picture from elsewhere."""
    page = render_page([replayed(samples, bundle, "guardduty_root_credentials")])
    assert "default-src 'none'" in page
    for loading in ("src=", "<link", "@import", "url("):
        assert loading not in page


# --- the embedded AWS


def test_a_call_that_moto_does_not_know_never_leaves_the_process(bundle: Path) -> None:
    """A service without emulation is an error, not a request to the network."""
    from firedoor.cli.moto_gaps import NotEmulated

    with EmbeddedAws(bundle, NOW) as aws, pytest.raises(NotEmulated, match="does not know this call"):
        aws.client("freetier").list_account_activities()


def test_nothing_is_left_behind(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the block the environment is as before, and a second AWS starts empty."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.delenv("FIREDOOR_TABLE", raising=False)
    with EmbeddedAws(bundle, NOW) as aws:
        aws.client("iam").create_user(UserName="bob")
        assert "firedoor-cases" == os.environ["FIREDOOR_TABLE"]
    assert "mine" == os.environ["AWS_ACCESS_KEY_ID"]
    assert "FIREDOOR_TABLE" not in os.environ
    with EmbeddedAws(bundle, NOW) as aws:
        assert [] == aws.client("iam").list_users()["Users"]
        assert () == aws.cases()


def test_an_approval_that_nobody_gives_ends_by_itself(samples: Samples, bundle: Path) -> None:
    """When its time is over the case goes to a person, or on by itself, as its playbook says."""
    with EmbeddedAws(bundle, datetime(2026, 11, 20, 9, 5, tzinfo=UTC)) as aws:
        text = samples.text("securityhub_asff_s3_public")
        things = stage(aws, text)
        before = snapshot(things)
        aws.put_event(text)
        aws.pump()
        assert [State.WAITING] == [case.state for case in aws.cases()]
        aws.advance(4 * 3600 - 60)
        assert [State.WAITING] == [case.state for case in aws.cases()]
        aws.advance(120)
        assert [State.NEEDS_PERSON] == [case.state for case in aws.cases()]
        changed = [name for name, state in snapshot(things).items() if state != before[name]]
        assert ["Security Hub finding"] == [name[:20] for name in changed]


def test_whoever_caused_the_event_cannot_approve(samples: Samples, bundle: Path) -> None:
    """The signed caller of ``decide`` is compared with the event's actor."""
    with EmbeddedAws(bundle, datetime(2026, 11, 20, 14, 4, tzinfo=UTC)) as aws:
        text = samples.text("bedrock_invocation_no_guardrail")
        stage(aws, text)
        aws.put_event(text)
        aws.pump()
        case = aws.cases()[0]
        assert case.actor is not None
        answer = aws.decide({"decision": "approve", "case_id": case.id}, case.actor)
        assert False is answer["accepted"]
        assert [State.WAITING] == [case.state for case in aws.cases()]


def test_the_same_event_twice_is_answered_once(samples: Samples, bundle: Path) -> None:
    """EventBridge delivers at least once: a second delivery changes nothing and tells nobody."""
    with EmbeddedAws(bundle, NOW) as aws:
        text = samples.text(KEY_STOLEN)
        stage(aws, text)
        aws.put_event(text)
        aws.put_event(text)
        aws.pump()
        aws.put_event(text)
        aws.pump()
        assert [1] == [case.count for case in aws.cases()]
        assert 1 == len(aws.alerts())


# --- the command line


def test_replay_prints_one_json_object_per_event(capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` is for machines: a line an event, with the verdict and what changed."""
    assert 0 == main(["replay", "--json", "--undo", KEY_STOLEN, "guardduty_root_credentials"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [True, False] == [line["changed"] for line in lines]
    assert [True, None] == [line["restored"] for line in lines]


def test_replay_shows_plan_difference_alert_and_undo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A person reads what matched, what was done, both states, the mail and the undo, and can keep it as a page."""
    monkeypatch.setattr("sys.stdin", io.StringIO((EVENTS / f"{KEY_STOLEN}.json").read_text("utf-8")))
    page = tmp_path / "page.html"
    assert 0 == main(["replay", "-", "--undo", "--html", str(page)])
    shown = capsys.readouterr().out
    for expected in (
        "guardduty-access-key-stolen",
        "Deactivate access key …MPLE of user",
        "-   …MPLE: Active",
        "+   …MPLE: Inactive",
        "WHAT WAS DONE",
        "IAM user deploy-bot is exactly as it was before.",
    ):
        assert expected in shown
    assert "deploy-bot" in page.read_text("utf-8")


def test_replay_of_a_file_that_is_not_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in the call is exit code 2 and one sentence."""
    assert 2 == main(["replay", "no-such-event"])
    assert "no-such-event" in capsys.readouterr().err


def test_a_replay_that_ends_in_a_dead_letter_queue_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts see by the exit code that an event was not handled."""
    bad = tmp_path / "bad.json"
    bad.write_text("{", "utf-8")
    assert 1 == main(["replay", str(bad)])
    assert "dead-letter queue" in capsys.readouterr().out


def test_a_demo_replays_the_folder_and_sums_up(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every event of the folder has its line in the table, and is undone."""
    (tmp_path / "events").mkdir()
    for name in (KEY_STOLEN, "guardduty_root_credentials"):
        (tmp_path / "events" / f"{name}.json").write_text(samples.text(name), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert 0 == main(["demo"])
    table = capsys.readouterr().out.partition("Summary")[2]
    assert KEY_STOLEN in table
    assert "NEEDS YOU" in table
    assert "2 events, 1 changed something" in table


def test_a_demo_fails_where_a_playbook_breaks_its_own_promise(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An event that a playbook's tests promise to answer, and that nobody answers, is an exit code and a sentence."""
    (tmp_path / "events").mkdir()
    text = samples.text("guardduty_root_credentials", {"source": "example.unknown"})
    (tmp_path / "events" / "guardduty_root_credentials.json").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert 1 == main(["demo", "--json"])
    assert "guardduty-root-credentials-used should have answered it" in capsys.readouterr().err


# --- differences


def test_a_difference_names_what_left_stayed_and_came() -> None:
    """Lists are compared by their members, mappings by their fields, and what is the same stands as context."""
    one = {"state": "running", "groups": ["web", "ssh"], "gone": 1}
    other = {"state": "running", "groups": ["web", "quarantine"], "new": None}
    expected = [
        (" ", "state: running"),
        (" ", "groups:"),
        ("-", "  - ssh"),
        (" ", "  - web"),
        ("+", "  - quarantine"),
        ("-", "gone: 1"),
        ("+", "new: none"),
    ]
    assert expected == difference(one, other)
    assert [] == difference({"groups": ["web"]}, {"groups": ["web"]})
    assert [("-", "does not exist"), ("+", "a: 1")] == difference(None, {"a": 1})


def test_a_replay_as_json_is_json(samples: Samples, bundle: Path) -> None:
    """Nothing in it needs a special encoder."""
    result = replayed(samples, bundle, "cloudtrail_delete_trail")
    assert "cloudtrail_delete_trail.json" == json.loads(json.dumps(to_json(result)))["event"]
