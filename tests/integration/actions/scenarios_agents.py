"""Worlds for what is restored of Bedrock's agents: where an alias points."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from emulator import VIEWS, client
from scenarios import EVENT_TIME, Setup, World

from firedoor.cli.moto_agents import ALIASES

AGENT = "AGENTEXAMP"
SETTABLE = ("agentAliasName", "description", "routingConfiguration", "aliasInvocationState")


def at(time: datetime) -> Any:
    """Let the calls to the emulated agents happen at ``time``."""
    return mock.patch("firedoor.cli.moto_agents.now", return_value=time)


def alias(world: World) -> dict[str, Any]:
    """An alias that was moved from its first version to its second, months ago."""
    agents = world.client("bedrock-agent")
    described: dict[str, Any] = {"agentAliasName": "production", "description": "What the shop asks."}
    with at(EVENT_TIME - timedelta(days=90)):
        made = agents.create_agent_alias(agentId=AGENT, **described)["agentAlias"]["agentAliasId"]
        agents.create_agent_alias(agentId=AGENT, agentAliasName="test")
    with at(EVENT_TIME - timedelta(days=60)):
        move(world, made, "2")
    return {"agent": AGENT, "alias": made}


def move(world: World, alias_id: str, version: str, **more: Any) -> None:
    """Let an alias point at another version, and leave all else as it is."""
    agents, names = world.client("bedrock-agent"), {"agentId": AGENT, "agentAliasId": alias_id}
    found = agents.get_agent_alias(**names)["agentAlias"]
    present = {name: found[name] for name in SETTABLE if name in found}
    agents.update_agent_alias(**names, **{**present, "routingConfiguration": [{"agentVersion": version}], **more})


def moved_to_draft(world: World) -> dict[str, Any]:
    """Somebody let it point at the draft."""
    parameters = alias(world)
    with at(EVENT_TIME + timedelta(milliseconds=400)):
        move(world, parameters["alias"], "DRAFT")
    return parameters


def moved_twice(world: World) -> dict[str, Any]:
    """Somebody let it point at the first version, and bought capacity for it a moment later; it is paused, too."""
    parameters = alias(world)
    with at(EVENT_TIME):
        move(world, parameters["alias"], "1", aliasInvocationState="REJECT_INVOCATIONS")
    with at(EVENT_TIME + timedelta(seconds=2)):
        bought = [{"agentVersion": "1", "provisionedThroughput": "arn:aws:bedrock:eu-west-1::provisioned-model/abc"}]
        move(world, parameters["alias"], "1", routingConfiguration=bought)
    return parameters


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "alias moved to the draft": ("bedrock.restore_agent_alias", moved_to_draft),
    "alias moved twice": ("bedrock.restore_agent_alias", moved_twice),
}


def _aliases() -> dict[str, Any]:
    """Return what callers may set; the history of an alias only ever grows."""
    found = {}
    for (_, region, agent), own in ALIASES.items():
        for name in own:
            entry = client("bedrock-agent", region).get_agent_alias(agentId=agent, agentAliasId=name)["agentAlias"]
            found[name] = {field: entry.get(field) for field in SETTABLE}
    return found


VIEWS["agent aliases"] = _aliases
