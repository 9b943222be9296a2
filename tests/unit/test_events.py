"""Every source's events answer the same questions, and what is no event is refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from firedoor.errors import EventError
from firedoor.events import Facts, identity_of, read_events
from firedoor.playbooks import Severity


def test_a_guardduty_finding_says_who_what_and_how_bad(samples: Any) -> None:
    """The key's user is the actor, the key the target."""
    (event,) = read_events(samples.text("guardduty_iam_key_stolen_tor"))
    assert "arn:aws:iam::111122223333:user/deploy-bot" == event.facts.actor
    assert "AKIAIOSFODNN7EXAMPLE" == event.facts.target
    assert "198.51.100.23" == event.facts.source_ip
    assert Severity.MEDIUM is event.facts.severity


@pytest.mark.parametrize(
    ("number", "severity"),
    [(9.0, Severity.CRITICAL), (8.9, Severity.HIGH), (7, Severity.HIGH), (6.9, Severity.MEDIUM), (4, Severity.MEDIUM),
     (1, Severity.LOW), (0, Severity.INFO), ("8", None), (True, None), (None, None)],
)  # fmt: skip
def test_guardduty_severity_follows_its_own_scale(samples: Any, number: object, severity: Severity | None) -> None:
    """Numbers become the words of GuardDuty's documentation; anything else is unknown."""
    (event,) = read_events(samples.text("guardduty_iam_key_stolen_tor", {"detail.severity": number}))
    assert severity is event.facts.severity


def test_an_archived_guardduty_finding_starts_nothing(samples: Any) -> None:
    """Somebody already dealt with it."""
    (event,) = read_events(samples.text("guardduty_iam_key_stolen_tor", {"detail.service.archived": True}))
    assert "the finding is archived" == event.ignore


def test_a_security_hub_batch_is_split_into_its_findings(samples: Any) -> None:
    """Each finding is an event of its own, in the account it is about."""
    events = read_events(samples.text("securityhub_asff_ec2_19_batch"))
    assert ["111122223333"] * 4 + ["444455556666"] == [event.facts.account for event in events]
    assert len(events) == len({event.id for event in events})
    assert all(1 == len(json.loads(event.text)["detail"]["findings"]) for event in events)


def test_suppressed_archived_and_resolved_findings_start_nothing(samples: Any) -> None:
    """Only what is failed, active and new does."""
    events = read_events(samples.text("securityhub_asff_ec2_19_batch"))
    ignored = [event.ignore for event in events]
    assert [
        None,
        "the finding's workflow status is SUPPRESSED",
        "the finding is archived",
        "the finding's workflow status is RESOLVED",
        None,
    ] == ignored


def test_a_passed_finding_starts_nothing(samples: Any) -> None:
    """Compliance counts even while the workflow status is NEW."""
    changes = {"detail.findings.0.Compliance.Status": "PASSED"}
    assert (
        "the finding's compliance status is PASSED"
        == read_events(samples.text("securityhub_asff_s3_public", changes))[0].ignore
    )


def test_a_finding_remembers_how_to_be_found_again(samples: Any) -> None:
    """Both feeds carry what writing back needs, and the hub that sent it."""
    (asff,) = read_events(samples.text("securityhub_asff_s3_public"))
    (ocsf,) = read_events(samples.text("securityhub_ocsf_s3_public"))
    assert asff.finding is not None
    assert ocsf.finding is not None
    assert ("asff", "111122223333", "eu-west-1") == tuple(asff.finding[key] for key in ("feed", "account", "region"))
    assert {"account", "region", "feed", "uid", "made_by"} == set(ocsf.finding)


@pytest.mark.parametrize(
    ("name", "path", "forged"),
    [
        (
            "securityhub_asff_s3_public",
            "detail.findings.0.ProductArn",
            "arn:aws:securityhub:eu-west-1:444455556666:product/444455556666/default",
        ),
        (
            "securityhub_ocsf_s3_public",
            "detail.findings.0.metadata.product.uid",
            "arn:aws:securityhub:x::productv2/me/aws",
        ),
    ],
)
def test_a_finding_that_somebody_imported_is_told_from_awss_own(
    samples: Any, name: str, path: str, forged: str
) -> None:
    """What a member account can write must not be what remediation trusts."""
    (genuine,), (imported,) = read_events(samples.text(name)), read_events(samples.text(name, {path: forged}))
    assert genuine.finding is not None
    assert imported.finding is not None
    assert ("aws", "others") == (genuine.finding["made_by"], imported.finding["made_by"])


def test_ocsf_severity_is_its_number(samples: Any) -> None:
    """``severity_id`` 1 to 5, not the word."""
    (event,) = read_events(samples.text("securityhub_ocsf_ec2_19", {"detail.findings.0.severity_id": 2}))
    assert Severity.LOW is event.facts.severity


def test_a_failed_call_says_so(samples: Any) -> None:
    """``errorCode`` is what keeps a remediation from running for something that did not happen."""
    (event,) = read_events(samples.text("cloudtrail_authorize_ingress_denied"))
    assert "Client.UnauthorizedOperation" == event.error_code


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        ({"type": "AWSService", "invokedBy": "config.amazonaws.com"}, "config.amazonaws.com"),
        ({"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "999988887777"}, "AIDAEXAMPLE"),
        ("no object", None),
        (None, None),
    ],
)
def test_callers_without_an_arn(samples: Any, identity: object, actor: str | None) -> None:
    """Services and foreign accounts are named as CloudTrail names them."""
    (event,) = read_events(samples.text("cloudtrail_stop_logging", {"detail.userIdentity": identity}))
    assert actor == event.facts.actor


ROLE = "arn:aws:iam::111122223333:role/support-chat"
KIM = "assumed-role/AWSReservedSSO_Developer_0a1b2c3d4e5f6071/kim@example.com"
RESERVED = "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Developer_0a1b2c3d4e5f6071"


@pytest.mark.parametrize(
    ("actor", "role", "identity"),
    [
        ("arn:aws:sts::111122223333:assumed-role/support-chat/i-0abc", None, ROLE),
        ("arn:aws:sts::111122223333:assumed-role/support-chat/i-0abc", ROLE.replace("support", "apps/support"), ROLE),
        ("arn:aws:sts::111122223333:assumed-role/support-chat/a/b\n", None, ROLE),
        ("arn:aws-cn:sts::111122223333:assumed-role/x/y", None, "arn:aws-cn:iam::111122223333:role/x"),
        (f"arn:aws:sts::111122223333:{KIM}", None, f"arn:aws:sts::111122223333:{KIM}"),
        (
            f"arn:aws:sts::111122223333:{KIM}",
            f"arn:aws:iam::111122223333:{RESERVED}",
            f"arn:aws:sts::111122223333:{KIM}",
        ),
        ("AROAEXAMPLEID:i-0abc", None, "AROAEXAMPLEID"),
        *(
            (itself, None, itself)
            for itself in (
                "arn:aws:iam::111122223333:user/deploy-bot",
                "arn:aws:iam::111122223333:root",
                "arn:aws:sts::111122223333:federated-user/kim",
                ROLE,
                "config.amazonaws.com",
                "AIDAEXAMPLE",
                "unknown",
                None,
            )
        ),
    ],
)
def test_a_roles_sessions_are_one_identity(actor: str | None, role: str | None, identity: str | None) -> None:
    """But people of Identity Center, users, root and federated users are each their own."""
    assert identity == identity_of(actor, role)


def test_a_role_that_only_bears_a_name_of_identity_center_is_a_role_like_any_other(samples: Any) -> None:
    """Nobody but Identity Center can make roles under its path; a name anybody can give."""
    session = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::111122223333:{KIM}",
        "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::111122223333:{RESERVED.replace('reserved', 'x')}"}},
    }
    (event,) = read_events(samples.text("cloudtrail_stop_logging", {"detail.userIdentity": session}))
    role = "arn:aws:iam::111122223333:role/AWSReservedSSO_Developer_0a1b2c3d4e5f6071"
    assert (session["arn"], role) == (event.facts.actor, event.facts.identity)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("cloudtrail_guardrail_applied", ROLE),
        ("bedrock_guardrail_intervened", ROLE),
        ("bedrock_token_burst", "arn:aws:iam::111122223333:user/deploy-bot"),
        ("guardduty_iam_key_stolen_tor", "arn:aws:iam::111122223333:user/deploy-bot"),
        ("securityhub_asff_s3_public", None),
    ],
)
def test_every_source_that_knows_an_actor_knows_its_identity(samples: Any, name: str, identity: str | None) -> None:
    """The same caller is the same in CloudTrail and in Bedrock's log."""
    (event,) = read_events(samples.text(name))
    assert identity == event.facts.identity


def test_facts_of_before_there_were_identities_can_be_read(samples: Any) -> None:
    """A case that was open while Firedoor was updated goes on."""
    stored = read_events(samples.text("bedrock_token_burst"))[0].facts.to_json()
    del stored["identity"]
    assert None is Facts.from_json(stored).identity


def test_an_event_without_id_gets_one_from_its_text(samples: Any) -> None:
    """Redelivery is told apart from a second event even then."""
    text = samples.text("cloudtrail_stop_logging", {"id": samples.REMOVE})
    assert read_events(text)[0].id == read_events(text)[0].id
    assert read_events(text)[0].id.startswith("sha256-")


def test_facts_survive_storage(samples: Any) -> None:
    """What is stored reads back equal."""
    (event,) = read_events(samples.text("guardduty_ec2_cryptomining"))
    assert event.facts == Facts.from_json(event.facts.to_json())


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", "null", '{"source": 1}', "[" * 100_000, '{"a": ' * 50_000, "\ud800", '"text"'],
)
def test_what_is_no_envelope_is_refused(text: str) -> None:
    """Bad input is an EventError, never a crash."""
    with pytest.raises(EventError):
        read_events(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("detail", "text"),
        ("detail", []),
        ("account", 111122223333),
        ("account", "12345"),
        ("detail.eventTime", "yesterday"),
        ("detail-type", None),
        ("region", {}),
    ],
)
def test_a_wrong_envelope_is_refused_with_the_field(samples: Any, path: str, value: object) -> None:
    """The message names what is wrong."""
    with pytest.raises(EventError, match="time" if path.endswith("Time") else path):
        read_events(samples.text("cloudtrail_stop_logging", {path: value}))


@pytest.mark.parametrize("findings", ["text", [1], {"a": 1}])
def test_a_batch_that_is_no_list_of_findings_is_refused(samples: Any, findings: object) -> None:
    """A broken batch goes to the dead-letter queue as a whole; none of it is guessed."""
    with pytest.raises(EventError, match="findings"):
        read_events(samples.text("securityhub_asff_s3_public", {"detail.findings": findings}))


@pytest.mark.parametrize("junk", [None, 7, "text", [], [[]], {"a": {"b": []}}])
def test_mistyped_details_give_unknown_facts(samples: Any, junk: object) -> None:
    """A missing or mistyped field is unknown; it never stops the event."""
    for name, path in (
        ("guardduty_iam_key_stolen_tor", "detail.resource"),
        ("guardduty_iam_key_stolen_tor", "detail.service"),
        ("cloudtrail_stop_logging", "detail.resources"),
        ("securityhub_asff_s3_public", "detail.findings.0.Resources"),
        ("securityhub_ocsf_s3_public", "detail.findings.0.resources"),
        ("guardduty_s3_object_threats_found", "resources"),
    ):
        (event,) = read_events(samples.text(name, {path: junk}))
        assert event.facts.account


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number_is_no_event(number: str) -> None:
    """Python would read it; everything after it would not."""
    text = f'{{"detail-type": "x", "source": "x", "account": "111122223333", "detail": {{"n": {number}}}}}'
    with pytest.raises(EventError, match="is not JSON"):
        read_events(text)
