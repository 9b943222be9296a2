"""The rules that every action keeps, shown in every world that the actions are made for."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from unittest import mock

import botocore.client
import pytest
from emulator import emulated, everything
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
def test_a_plan_is_of_what_is_there(name: str, world: World) -> None:
    """Planned twice, it is the same plan, and every change's before is the live state."""
    action, params, changes = begin(name, world)
    assert changes
    assert changes == action.plan(world.account(), params).changes
    assert [dict(change.before) for change in changes] == read_all(action, world, changes, [{}] * len(changes))


@ALL
def test_planning_and_reading_change_nothing(name: str, world: World) -> None:
    """The whole account is as before."""
    action, params, changes = begin(name, world)
    before = everything()
    action.plan(world.account(), params)
    read_all(action, world, changes, [{}] * len(changes))
    assert before == everything()


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
def test_undone_the_whole_account_is_as_before(name: str, world: World) -> None:
    """Undo restores every change's before, whatever was there, and nothing else was touched; evidence stays."""
    action, _, changes = begin(name, world)
    before = everything()
    made = [action.apply(world.account(), change) for change in changes]
    if not action.additive:
        put_back(action, world, changes, made)
        assert [dict(change.before) for change in changes] == read_all(action, world, changes, made)
    assert before == everything()


def put_back(action: Action, world: World, changes: tuple[Change, ...], made: list[Json]) -> None:
    """Undo as ``response`` does: last change first, and what is as before already is left alone."""
    account = world.account()
    for change, result in reversed(list(zip(changes, made, strict=True))):
        if dict(action.read(account, change, result)) != dict(change.before):
            action.undo(account, change, result)


class Crash(Exception):
    """The process died here."""


@contextlib.contextmanager
def crashing_at(number: int | None) -> Iterator[list[str]]:
    """Let the call of this number to AWS raise (none for None); gives the names of the calls that were made."""
    calls: list[str] = []
    real = botocore.client.BaseClient._make_api_call

    def crash(client: object, operation: str, parameters: object) -> object:
        if len(calls) == number:
            raise Crash(operation)
        calls.append(operation)
        return real(client, operation, parameters)

    with mock.patch.object(botocore.client.BaseClient, "_make_api_call", crash):
        yield calls


@ALL
def test_after_a_crash_at_any_call_applying_again_ends_the_same(name: str) -> None:
    """For every call to AWS that a clean run makes, a world of its own in which it fails; then it is tried again."""
    with emulated():
        action, _, changes = begin(name, World())
        with crashing_at(None) as calls:
            apply_all(action, World(), changes)
    assert calls
    for number in range(len(calls)):
        with emulated():
            world = World()
            action, _, changes = begin(name, world)
            before = everything()
            with pytest.raises(Crash), crashing_at(number):
                apply_all(action, world, changes)
            made = apply_all(action, world, changes)
            assert [dict(change.after) for change in changes] == read_all(action, world, changes, made), calls[number]
            if not action.additive:
                put_back(action, world, changes, made)
            assert before == everything(), calls[number]


@ALL
def test_after_a_crash_at_any_call_undoing_again_ends_the_same(name: str) -> None:
    """The same of undo; half of it done is no reason to stop."""
    for number in itertools.count():
        with emulated():
            world = World()
            action, _, changes = begin(name, world)
            before = everything()
            if action.additive:
                return
            made = apply_all(action, world, changes)
            try:
                with crashing_at(number):
                    put_back(action, world, changes, made)
            except Crash:
                put_back(action, world, changes, made)
                assert before == everything()
            else:
                assert number
                return


def apply_all(action: Action, world: World, changes: tuple[Change, ...]) -> list[Json]:
    """Apply every change."""
    return [action.apply(world.account(), change) for change in changes]


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
    """Every change that can be undone says how without Firedoor; what is as before needs nothing."""
    action, _, changes = begin(name, world)
    made = [action.apply(world.account(), change) for change in changes]
    commands = [action.undo_commands(change, result) for change, result in zip(changes, made, strict=True)]
    assert all(line.startswith("aws ") for lines in commands for line in lines)
    needed = [not action.additive and change.before != change.after for change in changes]
    assert needed == [bool(lines) for lines in commands]


REHEARSED = [
    name for name, (action, _) in SCENARIOS.items() if type(actions.load(action)).dry_run is not Action.dry_run
]
"""Scenarios of the actions that have a rehearsal; to the others it is nothing at all."""


@pytest.mark.parametrize("name", REHEARSED)
def test_a_rehearsal_changes_nothing(name: str, world: World) -> None:
    """EC2's DryRun is asked where there is one; nothing is there afterwards that was not there before."""
    action, params, changes = begin(name, world)
    before = everything()
    for change in changes:
        action.dry_run(world.account(), change)
    assert before == everything()
    assert changes == action.plan(world.account(), params).changes


def test_every_action_has_a_world() -> None:
    """A new action is under these rules as soon as it exists."""
    assert {action.name for action in actions.catalogue()} == {action for action, _ in SCENARIOS.values()}


TAKEN_BACK = {
    "bedrock:DeleteResourcePolicy": "undo writes the policy again",
    "bedrock-agentcore:DeleteResourcePolicy": "undo writes the policy again",
    "s3:DeleteObject": "without a version id it only puts a delete marker on top",
    "lambda:RemovePermission": "undo writes the statement again",
    "secretsmanager:DeleteSecret": "only ever with thirty days in which undo restores it",
}
"""What sounds like an end and is none."""


def test_nothing_is_ever_terminated_or_deleted_for_good() -> None:
    """No action may so much as ask for it, and what only some undo may delete is ours: a policy, a marker, a trail."""
    verbs = ("Delete", "Terminate", "Remove", "Release", "Reset")
    for action in actions.catalogue():
        asked = {name for name in action.permissions.apply if name.split(":")[1].startswith(verbs)}
        assert asked <= set(TAKEN_BACK), action.name
