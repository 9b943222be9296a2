"""The commands that people are given do what Firedoor does: they are run, and the account is looked at."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape
from emulator import everything
from scenarios import SCENARIOS, World
from test_rules import begin, read_all

from firedoor import actions

ALL = pytest.mark.parametrize("name", SCENARIOS)

BY_FIREDOOR_ONLY = {
    "ec2.detach_instance_profile",  # by an id that is looked up
    "ec2.isolate_instance",  # a group that may have to be made, and two changes of it in a row
    "ec2.snapshot_volumes",  # tagged with the case
    "s3.redact_log_object",  # it rewrites a text
    "s3.quarantine_object",  # a copy, its manifest, and a check that nothing came in between
}
"""Actions that take more than a command or two."""


def run(world: World, command: str) -> None:
    """Run an ``aws`` command by calling what the CLI would call with the same arguments."""
    program, service, operation, *words = shlex.split(command)
    assert "aws" == program
    client = world.client({"s3api": "s3"}.get(service, service))
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    options = {xform_name(member, "-"): member for member in (shape.members if shape else ())}
    arguments: dict[str, Any] = {}
    for option, values in _options(words):
        if option == "cli-input-json":
            arguments |= json.loads(values[0])
        else:
            member = options[option if option in options else option.removeprefix("no-")]
            arguments[member] = _value(shape.members[member], values, on=option in options)
    getattr(client, method)(**arguments)


def _options(words: list[str]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("--"):
            found.append((word[2:], []))
        else:
            found[-1][1].append(word)
    return found


def _value(shape: Shape, words: list[str], *, on: bool = True) -> Any:
    """Read an option's words as the CLI does: JSON, its shorthand ``name=value,name=value``, lists, flags."""
    if not words:
        return {"Value": on} if isinstance(shape, StructureShape) else on
    if words[0][0] in "[{" and shape.type_name != "string":
        return json.loads(words[0])
    if isinstance(shape, ListShape):
        return [_value(shape.member, [word]) for word in words]
    (word,) = words
    if isinstance(shape, StructureShape):
        pairs = [pair.split("=", 1) for pair in word.split(",")]
        return {name: _value(shape.members[name], [value]) for name, value in pairs}
    return {"boolean": lambda: word == "true", "integer": lambda: int(word)}.get(shape.type_name, lambda: word)()


@ALL
def test_by_hand_it_is_as_if_firedoor_had_done_it(name: str, world: World) -> None:
    """Every change's after is there, and a new plan is empty; what takes more than commands offers none."""
    action, params, changes = begin(name, world)
    commands = [command for change in changes for command in action.apply_commands(change)]
    assert (action.name in BY_FIREDOOR_ONLY) == (not commands)
    if commands:
        for command in commands:
            run(world, command)
        assert [dict(change.after) for change in changes] == read_all(action, world, changes, [{}] * len(changes))
        assert () == action.plan(world.account(), params).changes


@ALL
def test_by_hand_it_is_undone(name: str, world: World) -> None:
    """What undo would restore, the commands restore: the whole account is as before."""
    action, _, changes = begin(name, world)
    before = everything()
    made = [action.apply(world.account(), change) for change in changes]
    for change, result in reversed(list(zip(changes, made, strict=True))):
        for command in action.undo_commands(change, result):
            run(world, command)
    assert action.additive or before == everything()


def test_only_known_actions_have_no_commands() -> None:
    """The list above names no action that is gone."""
    assert {action.name for action in actions.catalogue()} >= BY_FIREDOOR_ONLY
