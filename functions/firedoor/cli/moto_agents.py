"""Versions and aliases of Bedrock's agents, which moto does not have, as far as Firedoor needs them.

Names and shapes are those of botocore's model; history is written as the API page of AgentAliasHistoryEvent says.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from firedoor.cli.moto_answers import answering

_Key = tuple[str, str, str]
"""Account, region, and the agent's id."""

ALIASES: dict[_Key, dict[str, dict[str, Any]]] = {}
"""Agent → alias id → the alias, as ``GetAgentAlias`` answers it."""

VERSIONS: dict[_Key, set[str]] = {}
"""Agent → the numbers of its versions. There is no call that makes one: making an alias without a routing does."""


def now() -> datetime:
    """Return the time that is written into an alias's history."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return an id that no alias ever had."""
    from moto.moto_api._internal import mock_random

    return str(mock_random.get_random_hex(10)).upper()


@contextlib.contextmanager
def agents_filled() -> Iterator[None]:
    """Let moto's agents answer the calls below; what was made is forgotten in the end."""
    from moto.bedrockagent.responses import AgentsforBedrockResponse

    answers = {
        "create_agent_alias": _create,
        "get_agent_alias": _get,
        "update_agent_alias": _update,
        "get_agent_version": _get_version,
        "delete_agent_version": _delete_version,
    }
    with answering({AgentsforBedrockResponse: answers}, ALIASES, VERSIONS):
        yield


def _agent(response: Any) -> _Key:
    """Return the agent of a call whose path is ``/agents/{agentId}/…``."""
    return response.current_account, response.region, unquote(response.path).split("/")[2]


def _last(response: Any) -> str:
    return unquote(response.path).rstrip("/").rpartition("/")[2]


def _asked(response: Any) -> dict[str, Any]:
    found = ALIASES.get(_agent(response), {}).get(_last(response))
    if found is None:
        raise _missing("alias")
    return found


def _missing(what: str) -> Exception:
    from moto.bedrockagent.exceptions import ResourceNotFoundException

    return ResourceNotFoundException(f"The agent {what} could not be found.")


def _create(response: Any) -> str:
    agent, body, alias_id = _agent(response), json.loads(response.body), new_id()
    versions = VERSIONS.setdefault(agent, set())
    if not body.get("routingConfiguration"):
        versions.add(str(len(versions) + 1))
        body["routingConfiguration"] = [{"agentVersion": str(len(versions))}]
    alias = {
        "agentId": agent[2],
        "agentAliasId": alias_id,
        "agentAliasArn": f"arn:aws:bedrock:{agent[1]}:{agent[0]}:agent-alias/{agent[2]}/{alias_id}",
        "createdAt": now().isoformat(),
        "agentAliasHistoryEvents": [],
    }
    ALIASES.setdefault(agent, {})[alias_id] = alias
    return _write(alias, body)


def _update(response: Any) -> str:
    return _write(_asked(response), json.loads(response.body))


def _write(alias: dict[str, Any], body: dict[str, Any]) -> str:
    """Replace what a caller may set, and note where the alias points from now on."""
    time, history = now().isoformat(), alias["agentAliasHistoryEvents"]
    if alias.get("routingConfiguration") != body["routingConfiguration"]:
        if history:
            history[-1]["endDate"] = time
        history.append({"routingConfiguration": body["routingConfiguration"], "startDate": time})
    alias.pop("description", None)
    alias |= {name: value for name, value in body.items() if name != "clientToken"}
    alias |= {"agentAliasStatus": "PREPARED", "updatedAt": time}
    return json.dumps({"agentAlias": alias})


def _get(response: Any) -> str:
    return json.dumps({"agentAlias": _asked(response)})


def _get_version(response: Any) -> str:
    agent, version = _agent(response), _last(response)
    if version not in VERSIONS.get(agent, ()):
        raise _missing("version")
    time = now().isoformat()
    found = {
        "agentId": agent[2],
        "agentName": "agent",
        "agentArn": f"arn:aws:bedrock:{agent[1]}:{agent[0]}:agent/{agent[2]}",
        "version": version,
        "agentStatus": "PREPARED",
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": f"arn:aws:iam::{agent[0]}:role/agent",
        "createdAt": time,
        "updatedAt": time,
    }
    return json.dumps({"agentVersion": found})


def _delete_version(response: Any) -> str:
    agent, version = _agent(response), _last(response)
    VERSIONS[agent].discard(version)
    return json.dumps({"agentId": agent[2], "agentVersion": version, "agentStatus": "DELETING"})
