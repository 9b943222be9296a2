"""When a guardrail's version is made again, and what is saved of versions for that."""

from __future__ import annotations

import pytest
from scenarios import World
from scenarios_bedrock import STRONG, guardrails, version_deleted, version_deleted_before_a_draft

from firedoor import actions
from firedoor.actions.bedrock import save_baseline
from firedoor.actions.bedrock_guardrails import versions
from firedoor.errors import Refused

REMAKE = actions.load("bedrock.remake_guardrail_version")


def test_a_version_that_was_never_saved_is_not_made_up(world: World) -> None:
    """The draft may be anything by now."""
    parameters = {"guardrail": guardrails(world), "version": "7"}
    with pytest.raises(Refused, match="Nothing was saved of version 7"):
        REMAKE.plan(world.account(), parameters)


def test_of_a_guardrail_that_is_gone_no_version_can_be_made(world: World) -> None:
    """It is refused, and the reason says what must come first."""
    parameters = version_deleted(world)
    world.client("bedrock").delete_guardrail(guardrailIdentifier=parameters["guardrail"])
    with pytest.raises(Refused, match="must be restored first"):
        REMAKE.plan(world.account(), parameters)


def test_callers_are_told_which_version_to_name(world: World) -> None:
    """Where a version demands the same, another one would be of no use."""
    parameters = version_deleted(world)
    number = world.client("bedrock").create_guardrail_version(guardrailIdentifier=parameters["guardrail"])["version"]
    plan = REMAKE.plan(world.account(), parameters)
    assert () == plan.changes
    assert f"Version {number} of guardrail {STRONG['name']} demands what version 1 did" in plan.reason


def test_a_draft_that_is_being_written_is_there_again_afterwards(world: World) -> None:
    """A version can be made of the draft only, so the draft is another one for that moment."""
    parameters = version_deleted_before_a_draft(world)
    bedrock, named = world.client("bedrock"), {"guardrailIdentifier": parameters["guardrail"]}
    (change,) = REMAKE.plan(world.account(), parameters).changes
    made = REMAKE.apply(world.account(), change)
    draft, version = bedrock.get_guardrail(**named), bedrock.get_guardrail(**named, guardrailVersion=made["version"])
    assert ("payments-guard-2", "Not yet reviewed.") == (draft["name"], draft["description"])
    assert "contentPolicy" not in draft
    assert STRONG["contentPolicyConfig"]["filtersConfig"] == version["contentPolicy"]["filters"]


def test_a_version_is_saved_once(world: World) -> None:
    """It never changes, so the next look saves the drafts only."""
    guardrail = guardrails(world)
    world.client("bedrock").create_guardrail_version(guardrailIdentifier=guardrail)
    first = save_baseline(world.account())
    world.baselines |= first
    assert {f"{world.account().arn('bedrock', f'guardrail/{guardrail}')}:1"} == first.keys() - save_baseline(
        world.account()
    ).keys()


def test_a_guardrail_that_goes_while_it_is_looked_at_has_no_versions(world: World) -> None:
    """Saving what is there goes on with the next one."""
    assert [] == versions(world.account(), "gr7hx2k9m4pq")
    guardrail = guardrails(world)
    world.client("bedrock").create_guardrail_version(guardrailIdentifier=guardrail)
    assert ["1"] == versions(world.account(), guardrail)
