"""A member account: its events are answered there, through its own role, and nothing of home's is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest

from firedoor.case import State
from firedoor.cli.embedded import HOME, REGION, session
from firedoor.cli.stage.ec2 import authorise, make_group
from firedoor.cli.stage.scene import Where

OPENED = "cloudtrail_authorize_ingress_world"
MEMBER = "444455556666"
OPERATOR = f"arn:aws:sts::{HOME}:assumed-role/SecurityOperator/anna"
GROUP = "sg-0d5e6f708192a3b4c"
WORLD = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@contextmanager
def entries() -> Iterator[list[dict[str, Any]]]:
    """Collect the parameters of every AssumeRole; what the embedded AWS itself asks for is not ours."""
    found: list[dict[str, Any]] = []

    def note(request: Any, **_: object) -> None:
        found.append({name: value for name, (value,) in parse_qs(request.body).items()})

    events = session()._session.get_component("event_emitter")
    events.register_first("before-send.sts.AssumeRole", note, unique_id="test-entries")
    try:
        yield found
    finally:
        events.unregister("before-send.sts.AssumeRole", unique_id="test-entries")


def test_a_member_s_event_is_answered_in_the_member_account(start: Any) -> None:
    """The group there is closed and opened again; one of the same id at home stays as it is."""
    scene = start(OPENED, account=MEMBER)
    home = Where(scene.aws, HOME, REGION)
    same_id = make_group(home, GROUP, "payments-at-home", "vpc-0a1b2c3d4e5f60718")
    authorise(home, GROUP, WORLD)
    at_home = same_id.read()
    with entries() as entered:
        scene.deliver()
    assert (State.CONTAINED, MEMBER) == (scene.case.state, scene.case.account)
    assert scene.before != scene.state()
    assert at_home == same_id.read()
    assert {MEMBER} == {entry["RoleArn"].split(":")[4] for entry in entered if "Policy" in entry}
    assert "member" in scene.aws.alerts()[0].text

    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert State.REVERTED is scene.case.state
    assert scene.before == scene.state()
    assert at_home == same_id.read()


def test_a_session_carries_its_case_and_can_change_only_the_target(start: Any) -> None:
    """External id, session name, source identity and tag on every entry; writes are allowed on the one group."""
    scene = start(OPENED, account=MEMBER)
    with entries() as entered:
        scene.deliver()
    ours = [entry for entry in entered if "Policy" in entry]
    case = scene.case.id
    assert 2 == len(ours)
    for entry in ours:
        assert f"arn:aws:iam::{MEMBER}:role/firedoor/FiredoorResponder" == entry["RoleArn"]
        assert "firedoor-embedded" == entry["ExternalId"]
        assert (case, case) == (entry["RoleSessionName"], entry["SourceIdentity"])
        assert ("firedoor-case", case) == (entry["Tags.member.1.Key"], entry["Tags.member.1.Value"])
    to_plan, to_apply = (json.loads(entry["Policy"])["Statement"] for entry in ours)
    assert all(
        action.split(":")[1].startswith(("Describe", "Get", "List")) for part in to_plan for action in part["Action"]
    )
    (writes,) = [part for part in to_apply if part["Resource"] != "*"]
    assert ["ec2:RevokeSecurityGroupIngress"] == [name for name in writes["Action"] if ":Revoke" in name]
    assert all(arn.startswith(f"arn:aws:ec2:{REGION}:{MEMBER}:security-group") for arn in writes["Resource"])


@pytest.mark.parametrize("role", ["FiredoorResponder", "FiredoorRestorer"])
def test_what_our_own_role_did_in_a_member_starts_no_case(start: Any, role: str) -> None:
    """No loops, in any account."""
    issuer = "detail.userIdentity.sessionContext.sessionIssuer.arn"
    scene = start(OPENED, {issuer: f"arn:aws:iam::{HOME}:role/firedoor/{role}"}, account=MEMBER)
    scene.deliver()
    assert () == scene.aws.cases()
    assert [] == scene.verdicts()
