"""What is taken out of a resource policy of Bedrock, and what stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scenarios import ACCOUNT, World
from scenarios_policies import FOREIGN, GUARDRAIL, KNOWLEDGE, allow, of_guardrail, of_knowledge, of_runtime, policy

from firedoor import actions
from firedoor.errors import Refused
from firedoor.plans import Json

WITHDRAW = actions.load("bedrock.withdraw_sharing")


def left(world: World, params: Json) -> Any:
    """Return the policy that the plan leaves."""
    (change,) = WITHDRAW.plan(world.account(), params).changes
    return change.after["policy"]


def test_only_the_account_is_taken_out(world: World) -> None:
    """The organisation and our own account keep what they have, and a denial is nobody's access."""
    before = json.loads(policy([allow(GUARDRAIL, "444455556666")]))["Statement"]
    after = left(world, of_guardrail(world))["Statement"]
    assert ["*", "Allow", "Deny"] == [after[0]["Principal"], after[1]["Effect"], after[2]["Effect"]]
    assert before == after[1:2]


def test_a_policy_in_which_nothing_is_left_is_deleted(world: World) -> None:
    """AWS takes no policy without a statement."""
    assert left(world, of_knowledge(world)) is None


def test_a_condition_names_an_account_as_well_as_a_principal_does(world: World) -> None:
    """Everybody who comes from that account is that account."""
    assert [[f"arn:aws:iam::{ACCOUNT}:root"]] == [
        statement["Principal"]["AWS"] for statement in left(world, of_runtime(world))["Statement"]
    ]


@pytest.mark.parametrize(
    "principal",
    ["*", {"Service": "bedrock.amazonaws.com"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{FOREIGN}"}, {"AWS": "*"}],
)
def test_who_is_not_named_is_not_taken_out(world: World, principal: Any) -> None:
    """A role that is called like the account is ours, and what all may do is a person's to judge."""
    statement = {**allow(KNOWLEDGE), "Principal": principal}
    world.client("bedrock-agent").put_resource_policy(resourceArn=KNOWLEDGE, policy=policy(statement))
    plan = WITHDRAW.plan(world.account(), {"resource": KNOWLEDGE, "accounts": [FOREIGN]})
    assert ((), True) == (plan.changes, "gives nothing to 999988887777 any more" in plan.reason)


@pytest.mark.parametrize(
    "arn",
    [
        "a resource",
        "arn:aws:bedrock:eu-west-1:999988887777:guardrail/gr7hx2k9m4pq",
        "arn:aws:bedrock:us-east-1:123456789012:guardrail/gr7hx2k9m4pq",
        "arn:aws:bedrock:eu-west-1:123456789012:imported-model/abcdefghijkl",
    ],
)
def test_what_is_elsewhere_or_has_no_such_policy_goes_to_a_person(world: World, arn: str) -> None:
    """Neither another account's nor another region's resource is asked for."""
    with pytest.raises(Refused, match="nothing of this account and region"):
        WITHDRAW.plan(world.account(), {"resource": arn, "accounts": [FOREIGN]})
