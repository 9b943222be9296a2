"""What every maker of things uses: the thing, the place it is in, the ids and the calls of an event."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that an event is about. ``read`` returns its present state as JSON, by Describe and Get calls only."""

    name: str
    read: Callable[[], Json | None]
    restorable: bool = True
    """False for what an undo leaves on purpose: evidence, and what other products were told."""


@dataclass(frozen=True, slots=True)
class Where:
    """The account and region of a thing, with clients there."""

    aws: EmbeddedAws
    account: str
    region: str

    def client(self, service: str) -> Any:
        """Return an administrator's client."""
        return self.aws.client(service, self.account, self.region)


@contextlib.contextmanager
def ids(function: str, *ids: str) -> Iterator[None]:
    """Let moto's id generator ``function`` (its dotted path) hand out ``ids`` first, then its own again."""
    module, _, name = function.rpartition(".")
    import importlib

    original = getattr(importlib.import_module(module), name)
    waiting = list(ids)

    def generate(*args: Any, **options: Any) -> str:
        return waiting.pop(0) if waiting else str(original(*args, **options))

    with mock.patch(function, side_effect=generate):
        yield


def happen(client: Any, detail: Json) -> None:
    """Make the call that CloudTrail recorded; one that was refused changed nothing."""
    if detail.get("errorCode"):
        return
    from botocore import xform_name

    operation = detail["eventName"]
    names = client.meta.service_model.operation_model(operation).input_shape.members
    by_recorded = {name[0].lower() + name[1:]: (name, shape) for name, shape in names.items()}
    parameters = {}
    for recorded, value in (detail["requestParameters"] or {}).items():
        name, shape = by_recorded[recorded]
        parameters[name] = _as_input(shape, value)
    getattr(client, xform_name(operation))(**parameters)


def _as_input(shape: Any, value: Any) -> Any:
    """Return a recorded value with the names that the API's input has: CloudTrail writes them in lower camel case."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = {name[0].lower() + name[1:]: (name, member) for name, member in shape.members.items()}
        return {members[key][0]: _as_input(members[key][1], inner) for key, inner in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_as_input(shape.member, inner) for inner in value]
    return value
