"""Actions on Bedrock's agents: sending callers back to the version that an alias pointed at. Not what a version holds.

`bedrock` hands these out with its other actions.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from firedoor.accounts import Account

_WRITTEN = ("agentAliasName", "description", "routingConfiguration", "aliasInvocationState")
"""What ``UpdateAgentAlias`` takes: it replaces all of it, so what is not to change is written as it was found."""


class RestoreAgentAlias(Action):
    """See ``summary``. What was done to the agent's draft stays; an alias that points at a version never shows it.

    ``before`` and ``after`` are ``{"alias": …}``, what ``UpdateAgentAlias`` takes of it; None where it is gone.
    """

    name = "bedrock.restore_agent_alias"
    summary = (
        "Lets an alias of an agent point at the version that it pointed at before the event, as its history has it; "
        "undo lets it point where it was found."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "agent": Parameter("The agent's id.", "AGENTEXAMP"),
        "alias": Parameter("The alias's id.", "ALIASEXAMP"),
    }
    permissions = Permissions(
        plan=("bedrock:GetAgentAlias", "bedrock:GetAgentVersion"),
        apply=("bedrock:UpdateAgentAlias",),
        undo=("bedrock:UpdateAgentAlias",),
    )
    example = "{action: bedrock.restore_agent_alias, with: {agent: '{agent}', alias: '{alias}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the former version where the alias points at another one.

        Raises:
            Refused: The history does not say where it pointed, or that version is gone.
        """
        agent, alias = params["agent"], params["alias"]
        if not all(re.fullmatch(r"[0-9a-zA-Z]{10}", name) for name in (agent, alias)):
            raise Refused("The event names no agent and alias of this account and region; look at them by hand.")
        found = _get(account, agent, alias)
        if found is None:
            return Plan(reason=f"Alias {alias} of agent {agent} does not exist any more.")
        former = _routing_before(found, account.event_time)
        if former is None:
            raise Refused(f"The history of alias {alias} has nothing from before the event; look at it by hand.")
        present = _written(found)
        if present["routingConfiguration"] == former:
            return Plan(reason=f"Alias {alias} of agent {agent} points where it did before the event.")
        version = former[0]["agentVersion"]
        _refuse_without(account, agent, version)
        change = Change(
            target=account.arn("bedrock", f"agent-alias/{agent}/{alias}"),
            summary=f"Let alias {found['agentAliasName']} of agent {agent} point at version {version} again",
            before={"alias": present},
            after={"alias": {**present, "routingConfiguration": former}},
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the alias as it is now."""
        found = _get(account, *_ids(change))
        return {"alias": _written(found) if found else None}

    def apply(self, account: Account, change: Change) -> Json:
        """Let it point at the former version."""
        account.client("bedrock-agent").update_agent_alias(**_arguments(change))
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Let it point where it was found."""
        self.apply(account, change.reversed())

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that lets it point where it was found."""
        return self.apply_commands(change.reversed())

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that lets it point at the former version."""
        arguments = json.dumps(_arguments(change))
        return (shlex.join(["aws", "bedrock-agent", "update-agent-alias", "--cli-input-json", arguments]),)


def _get(account: Account, agent: str, alias: str) -> dict[str, Any] | None:
    try:
        answer = account.client("bedrock-agent").get_agent_alias(agentId=agent, agentAliasId=alias)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    found: dict[str, Any] = answer["agentAlias"]
    return found


def _written(alias: Mapping[str, Any]) -> dict[str, Any]:
    return {name: alias[name] for name in _WRITTEN if alias.get(name)} | {
        "routingConfiguration": alias["routingConfiguration"]
    }


def _routing_before(alias: Mapping[str, Any], event_time: datetime) -> list[dict[str, Any]] | None:
    """Return the routing that began last before the event; None where the history has none, or it led nowhere.

    CloudTrail cuts an event's time to whole seconds, so what the event itself began is never before it.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_AgentAliasHistoryEvent.html
    """
    begun = [
        entry
        for entry in alias.get("agentAliasHistoryEvents", ())
        if entry.get("startDate") and entry["startDate"] < event_time
    ]
    if not begun:
        return None
    return max(begun, key=lambda entry: entry["startDate"]).get("routingConfiguration") or None


def _refuse_without(account: Account, agent: str, version: str) -> None:
    """Raise Refused where the version to go back to was deleted; the draft is always there, and has no number."""
    if version == "DRAFT":
        return
    try:
        account.client("bedrock-agent").get_agent_version(agentId=agent, agentVersion=version)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            raise Refused(f"Version {version} of agent {agent}, where the alias pointed, was deleted.") from error
        raise


def _ids(change: Change) -> tuple[str, str]:
    agent, alias = change.target.split("/")[-2:]
    return agent, alias


def _arguments(change: Change) -> dict[str, Any]:
    agent, alias = _ids(change)
    return {"agentId": agent, "agentAliasId": alias, **change.after["alias"]}
