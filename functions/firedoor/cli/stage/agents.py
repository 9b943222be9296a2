"""Aliases of Bedrock's agents, as the events moved them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from unittest import mock

from firedoor.cli.stage.scene import Thing, Where, happen, ids
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws

_NOW = "firedoor.cli.moto_agents.now"


def _alias(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make an alias that points at a version of its own, then do what was recorded; its history has both times."""
    detail = event["detail"]
    if detail.get("eventName") != "UpdateAgentAlias":
        return
    client = Where(aws, detail["recipientAccountId"], event["region"]).client("bedrock-agent")
    asked = detail["requestParameters"]
    names = {name: asked[name] for name in ("agentId", "agentAliasId")}
    with ids("firedoor.cli.moto_agents.new_id", asked["agentAliasId"]), mock.patch(_NOW, aws.clock):
        client.create_agent_alias(agentId=asked["agentId"], agentAliasName=asked["agentAliasName"])
    with mock.patch(_NOW, return_value=datetime.fromisoformat(detail["eventTime"])):
        happen(client, detail)

    def read() -> Json:
        found = client.get_agent_alias(**names)["agentAlias"]
        return {"points at version": found["routingConfiguration"][0]["agentVersion"]}

    yield Thing(f"Alias {asked['agentAliasName']} of agent {asked['agentId']}", read)


MAKERS = (_alias,)
