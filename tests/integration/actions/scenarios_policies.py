"""Worlds for what Bedrock's resource policies give away."""

from __future__ import annotations

import json
from typing import Any

from emulator import ACCOUNT, REGION, VIEWS
from scenarios import Setup, World

from firedoor.cli.moto_policies import POLICIES

FOREIGN = "999988887777"
GATEWAY = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/shop-tools-a1b2c3d4e5"
GUARDRAIL = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/gr7hx2k9m4pq"
KNOWLEDGE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/KBEXAMPLE1"
RUNTIME = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/shop_agent-a1b2c3d4e5"


def allow(arn: str, *accounts: str, **more: Any) -> dict[str, Any]:
    """Return a statement that allows accounts something."""
    named = [f"arn:aws:iam::{account}:root" for account in accounts]
    return {"Effect": "Allow", "Principal": {"AWS": named}, "Action": "bedrock:*", "Resource": arn, **more}


def policy(statement: Any) -> str:
    """Return a policy, as its owner wrote it."""
    return json.dumps({"Version": "2012-10-17", "Id": "of-the-owner", "Statement": statement})


def of_knowledge(world: World) -> dict[str, Any]:
    """A knowledge base that one foreign account may ask, and nobody else; the one statement is no list."""
    world.client("bedrock-agent").put_resource_policy(resourceArn=KNOWLEDGE, policy=policy(allow(KNOWLEDGE, FOREIGN)))
    return {"resource": KNOWLEDGE, "accounts": [FOREIGN]}


def of_guardrail(world: World) -> dict[str, Any]:
    """A guardrail for the organisation, to which a foreign account was added among our own; one is denied as well."""
    ours = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    document = policy(
        [
            {**allow(GUARDRAIL), "Principal": "*", "Condition": ours},
            allow(GUARDRAIL, "444455556666", FOREIGN),
            {**allow(GUARDRAIL, FOREIGN), "Effect": "Deny"},
        ]
    )
    world.client("bedrock").put_resource_policy(resourceArn=GUARDRAIL, resourcePolicy=document)
    return {"resource": GUARDRAIL, "accounts": [FOREIGN]}


def of_runtime(world: World) -> dict[str, Any]:
    """An agent of AgentCore that all may call who come from the foreign account, which a condition says."""
    come = {"StringEquals": {"aws:PrincipalAccount": [FOREIGN]}}
    document = policy([{**allow(RUNTIME), "Principal": "*", "Condition": come}, allow(RUNTIME, ACCOUNT)])
    world.client("bedrock-agentcore-control").put_resource_policy(resourceArn=RUNTIME, policy=document)
    return {"resource": RUNTIME, "accounts": [FOREIGN]}


def of_gateway(world: World) -> dict[str, Any]:
    """A gateway of AgentCore for two foreign accounts, the second by its bare id, and for nobody else."""
    statement = {**allow(GATEWAY), "Principal": {"AWS": FOREIGN}}
    document = policy([allow(GATEWAY, "555566667777"), statement])
    world.client("bedrock-agentcore-control").put_resource_policy(resourceArn=GATEWAY, policy=document)
    return {"resource": GATEWAY, "accounts": [FOREIGN, "555566667777"]}


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "gateway shared": ("bedrock.withdraw_sharing", of_gateway),
    "guardrail shared": ("bedrock.withdraw_sharing", of_guardrail),
    "knowledge base shared": ("bedrock.withdraw_sharing", of_knowledge),
    "runtime shared": ("bedrock.withdraw_sharing", of_runtime),
}

VIEWS["resource policies"] = lambda: {arn: json.loads(text) for (_, arn), text in POLICIES.items()}
