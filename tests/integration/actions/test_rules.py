"""The rules that every action keeps, shown in every world that the actions are made for."""

from __future__ import annotations

import botocore.client
import pytest
from scenarios import SCENARIOS, World

from firedoor import actions
from firedoor.actions import Action
from firedoor.plans import Change, Json

ALL = pytest.mark.parametrize("name", SCENARIOS)


def begin(name: str, world: World) -> tuple[Action, Json, tuple[Change, ...]]:
    """Set a scenario up and return its action, parameters and planned changes."""
    action_name, setup = SCENARIOS[name]
    action, params = actions.load(action_name), setup(world)
    return action, params, action.plan(world.account(), params).changes


def read_all(action: Action, world: World, changes: tuple[Change, ...], made: list[Json]) -> list[dict[str, object]]:
    """Read the present state of every change."""
    account = world.account()
    return [dict(action.read(account, change, result)) for change, result in zip(changes, made, strict=True)]


@ALL
def test_a_plan_reads_what_is_there_and_changes_nothing(name: str, world: World) -> None:
    """Planned twice, it is the same plan, and every change's before is the live state."""
    action, params, changes = begin(name, world)
    assert changes
    assert changes == action.plan(world.account(), params).changes
    assert [dict(change.before) for change in changes] == read_all(action, world, changes, [{}] * len(changes))


@ALL
def test_applied_it_is_as_promised_and_nothing_is_left(name: str, world: World) -> None:
    """Reading back shows every change's after, and a new plan is empty and says why."""
    action, params, changes = begin(name, world)
    made = [action.apply(world.account(), change) for change in changes]
    assert [dict(change.after) for change in changes] == read_all(action, world, changes, made)
    plan = action.plan(world.account(), params)
    assert () == plan.changes
    assert plan.reason


@ALL
def test_applying_twice_is_applying_once(name: str, world: World) -> None:
    """A retry does no harm and finds again what the first try made."""
    action, _, changes = begin(name, world)
    first = [action.apply(world.account(), change) for change in changes]
    second = [action.apply(world.account(), change) for change in changes]
    assert first == second
    assert [dict(change.after) for change in changes] == read_all(action, world, changes, second)


@ALL
def test_undone_it_is_as_before(name: str, world: World) -> None:
    """Undo restores every change's before, whatever was there; evidence stays."""
    action, _, changes = begin(name, world)
    made = [action.apply(world.account(), change) for change in changes]
    if action.additive:
        pytest.skip("evidence is kept")
    for change, result in reversed(list(zip(changes, made, strict=True))):
        action.undo(world.account(), change, result)
    assert [dict(change.before) for change in changes] == read_all(action, world, changes, made)


@ALL
def test_after_a_crash_anywhere_applying_again_ends_the_same(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call to AWS is made to fail once, in turn; the retry ends where a clean run ends."""
    action, _, changes = begin(name, world)
    call, real = {"left": 0}, botocore.client.BaseClient._make_api_call

    def crash_later(client: object, operation: str, parameters: object) -> object:
        if call["left"] == 0:
            raise RuntimeError("the process died here")
        call["left"] -= 1
        return real(client, operation, parameters)

    points = 0
    finished = False
    while not finished:
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", crash_later)
        call["left"] = points
        try:
            for change in changes:
                action.apply(world.account(), change)
            finished = True
        except RuntimeError:
            points += 1
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", real)
    made = [action.apply(world.account(), change) for change in changes]
    assert points
    assert [dict(change.after) for change in changes] == read_all(action, world, changes, made)


@ALL
def test_a_change_survives_storage(name: str, world: World) -> None:
    """What the case table keeps is enough to apply and undo."""
    _, _, changes = begin(name, world)
    assert changes == tuple(Change.from_json(change.to_json()) for change in changes)


@ALL
def test_a_summary_is_an_order_in_plain_words_without_whole_key_ids(name: str, world: World) -> None:
    """It begins with a capital, ends without a stop, and shows four characters of a key at most."""
    _, params, changes = begin(name, world)
    for change in changes:
        assert change.summary[0].isupper()
        assert not change.summary.endswith(".")
        assert str(params.get("access_key_id", "no key")) not in change.summary


@ALL
def test_undo_commands_are_there_for_a_person(name: str, world: World) -> None:
    """Every change that can be undone says how without Firedoor."""
    action, _, changes = begin(name, world)
    made = [action.apply(world.account(), change) for change in changes]
    commands = [action.undo_commands(change, result) for change, result in zip(changes, made, strict=True)]
    assert all(line.startswith("aws ") for lines in commands for line in lines)
    assert action.additive or all(commands)


STUBBED = {"iam.deactivate_bedrock_api_key"}
"""moto has no service-specific credentials: ``test_stubbed.py`` checks these against botocore's service model."""


def test_every_action_has_a_world() -> None:
    """A new action is under these rules as soon as it exists."""
    assert {action.name for action in actions.catalogue()} - STUBBED == {action for action, _ in SCENARIOS.values()}
