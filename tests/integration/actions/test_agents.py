"""When an alias of an agent is left where it is, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scenarios import EVENT_TIME, World
from scenarios_agents import AGENT, alias, at, moved_to_draft, moved_twice

from firedoor import actions
from firedoor.errors import Refused

RESTORE = actions.load("bedrock.restore_agent_alias")


def test_an_alias_that_the_event_made_has_nothing_to_go_back_to(world: World) -> None:
    """What began in the second of the event is what the event did, not what was before."""
    with at(EVENT_TIME + timedelta(milliseconds=1)):
        made = world.client("bedrock-agent").create_agent_alias(agentId=AGENT, agentAliasName="new")["agentAlias"]
    with pytest.raises(Refused, match="nothing from before the event"):
        RESTORE.plan(world.account(), {"agent": AGENT, "alias": made["agentAliasId"]})


def test_a_version_that_was_deleted_cannot_be_gone_back_to(world: World) -> None:
    """It is refused before anybody is asked to approve it."""
    parameters = moved_twice(world)
    world.client("bedrock-agent").delete_agent_version(agentId=AGENT, agentVersion="2")
    with pytest.raises(Refused, match="Version 2 of agent AGENTEXAMP"):
        RESTORE.plan(world.account(), parameters)


def test_it_goes_back_to_where_it_was_last_before_the_event(world: World) -> None:
    """The first entry of its history is older, and the last one is the event's."""
    (change,) = RESTORE.plan(world.account(), moved_to_draft(world)).changes
    assert [{"agentVersion": "DRAFT"}] == change.before["alias"]["routingConfiguration"]
    assert [{"agentVersion": "2"}] == change.after["alias"]["routingConfiguration"]


def test_an_alias_that_is_gone_or_was_not_moved_needs_nothing(world: World) -> None:
    """The plan is empty, and says why."""
    parameters = alias(world)
    plan = RESTORE.plan(world.account(), parameters)
    reason = f"Alias {parameters['alias']} of agent {AGENT} points where it did before the event."
    assert ((), reason) == (plan.changes, plan.reason)
    plan = RESTORE.plan(world.account(), {"agent": AGENT, "alias": "GONEALIAS1"})
    assert ((), "Alias GONEALIAS1 of agent AGENTEXAMP does not exist any more.") == (plan.changes, plan.reason)


def test_a_name_that_is_no_id_is_never_asked_for(world: World) -> None:
    """Text of an event does not become part of a path or a policy."""
    with pytest.raises(Refused, match="names no agent and alias"):
        RESTORE.plan(world.account(), {"agent": AGENT, "alias": "*"})
