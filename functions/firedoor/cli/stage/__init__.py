"""Puts into an embedded AWS what an event names, in the state that the event describes, and reads it back.

Owns the users, keys, groups, instances, buckets, objects, trails and findings of the sample events. Does not own the
stack itself (``embedded``) nor what is shown of it (``replay``). An event of an unknown kind has no stage.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from firedoor.cli.stage.scene import Thing as Thing
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws

_NOT_STAGED = (LookupError, TypeError, AttributeError, ValueError, ClientError, BotoCoreError, ResponseParserError)
"""What a misshapen or hostile event makes of staging it: there is no stage then, and the event runs all the same."""

BASELINE_AGE = 3600
"""Seconds between the timer's last look and the event."""


def stage(aws: EmbeddedAws, text: str) -> tuple[Thing, ...]:
    """Make what the event names and return it; nothing for an event that is no event, or of an unknown kind.

    The clock of ``aws`` must stand ``BASELINE_AGE`` before the event; afterwards it stands a minute after it.
    """
    things: dict[str, Thing] = {}
    for event in _events(text):
        for make in _makers():
            with contextlib.suppress(*_NOT_STAGED):
                for thing in make(aws, event):
                    things[thing.name] = thing
    aws.clock.advance(BASELINE_AGE + 60)
    return tuple(things.values())


def _makers() -> Iterator[Callable[[EmbeddedAws, Json], Iterable[Thing]]]:
    """Yield the ``MAKERS`` of every module of this package: functions of the embedded AWS and an event."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        yield from getattr(importlib.import_module(f"{__name__}.{module.name}"), "MAKERS", ())


def _events(text: str) -> Iterable[Any]:
    """Return the event, or the records of an invocation log; nothing for what is not JSON."""
    for document in (text,) if not is_invocation_log(text) else text.splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            yield json.loads(document)


def is_invocation_log(text: str) -> bool:
    """Tell whether this is Bedrock's log, one record a line, instead of an EventBridge envelope."""
    try:
        first = json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and first.get("schemaType") == "ModelInvocationLog"


def snapshot(things: Sequence[Thing]) -> dict[str, Json | None]:
    """Read every thing: name → state."""
    return {thing.name: thing.read() for thing in things}
