"""What holds for single settings only: what is better stays, and a policy speaks of the resource that AWS means."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest
from emulator import ACCOUNT, REGION
from scenarios import World
from scenarios_controls import stack
from scenarios_settings import log_group, scaling_group, short_log_group

from firedoor.accounts import Allowance, targets_of
from firedoor.actions import load


@pytest.mark.parametrize("days", [None, 365, 3653])
def test_a_log_that_is_kept_longer_is_not_cut_down(world: World, days: int | None) -> None:
    """CloudWatch Logs would delete for good what is older than a year."""
    params = log_group(world)
    if days:
        world.client("logs").put_retention_policy(logGroupName="/aws/lambda/payments", retentionInDays=days)
    assert () == load("logs.set_retention").plan(world.account(), params).changes


@pytest.mark.parametrize("named", ["/aws/lambda/pay", "/aws/lambda/pay'ments"])
def test_a_log_group_that_is_gone_is_not_mistaken_for_one_that_begins_alike(world: World, named: str) -> None:
    """CloudWatch Logs finds groups by the beginnings of their names, and the name is an event's to choose."""
    short_log_group(world)
    plan = load("logs.set_retention").plan(world.account(), {"log_group": named})
    assert ((), f"Log group {named} does not exist any more.") == (plan.changes, plan.reason)


@pytest.mark.parametrize(
    ("action", "setup", "arn"),
    [
        (
            "autoscaling.use_load_balancer_health_checks",
            scaling_group,
            f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:4d9e7a10-0f1e:autoScalingGroupName/%s",
        ),
        ("logs.set_retention", short_log_group, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:%s:log-stream:"),
        (
            "cloudformation.protect_stack_from_deletion",
            stack,
            f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/%s/4d9e",
        ),
    ],
)
def test_a_policy_lets_it_reach_a_resource_whose_arn_nobody_could_know(
    world: World, action: str, setup: object, arn: str
) -> None:
    """By its name, in whatever form the event has it; one of another name stays out of reach."""
    given = setup(world)  # type: ignore[operator]
    (parameter, name), *_ = given.items()
    for named in (name, load(action)._resource(world.account(), given)[1]):  # type: ignore[attr-defined]
        changes = load(action).plan(world.account(), {parameter: named}).changes
        policy = json.loads(Allowance(write=("service:Write",), targets=targets_of(changes)).policy())
        (statement,) = policy["Statement"]
        bare = changes[0].before["name"]
        assert any(fnmatchcase(arn % bare, pattern) for pattern in statement["Resource"])
        assert not any(fnmatchcase(arn % f"{bare}-of-others", pattern) for pattern in statement["Resource"])
