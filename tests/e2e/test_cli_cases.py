"""The commands on a stack, against the embedded one: the operator's own way through a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firedoor.cli import case_commands, main
from firedoor.cli.deployment import Deployment
from firedoor.cli.embedded import EmbeddedAws, bundle_file
from firedoor.cli.stage import stage

ROOT = Path(__file__).parent.parent.parent
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
        }

        class Embedded(Deployment):
            """The embedded stack: its outputs, and its decide function called as the URL would."""

            def _post(self, body: str) -> str:
                answer = embedded.decide(json.loads(body), OPERATOR)
                embedded.pump()
                return json.dumps(answer)

        deployment = Embedded(embedded.services.session, "firedoor")
        deployment.__dict__["outputs"] = outputs
        monkeypatch.setattr(case_commands, "deployment_of", lambda _arguments: deployment)
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
    assert 2 == code
    assert "put back already" in err


def test_reject_changes_nothing(aws: EmbeddedAws, capsys: Any) -> None:
    """And says so."""
    code, out, _ = say(capsys, "reject", case_id(aws), "--json")
    assert (0, "rejected") == (code, json.loads(out)["state"])


def test_why_tells_the_case_of_an_event(aws: EmbeddedAws, capsys: Any) -> None:
    """And exit 1 for an event that nobody knows."""
    event_id = aws.cases()[0].occurrences[0].event_id
    assert case_id(aws) in say(capsys, "why", event_id)[1]
    assert 1 == say(capsys, "why", "unknown")[0]


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
    assert {} == json.loads(say(capsys, "cap", "none", "--account", "111122223333", "--json")[1])["accounts"]


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


@pytest.mark.usefixtures("aws")
def test_an_unknown_case_is_a_sentence(capsys: Any) -> None:
    """Exit 2, no traceback."""
    code, _, err = say(capsys, "show", "fd-20260131-000000")
    assert (2, "firedoor: There is no case fd-20260131-000000.\n") == (code, err)
