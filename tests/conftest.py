"""What all tests share: the named sample events, and the one way to change them."""

from __future__ import annotations

import copy
import gc
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# moto and boto3 hold a million objects that stay; looking through them over and over took a third of the tests' time.
gc.set_threshold(200_000, 50, 50)
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")  # what a change must pass is the same every time; laptops go on searching

EVENTS = Path(__file__).parent.parent / "events"
PLAYBOOKS = Path(__file__).parent.parent / "playbooks"

_REMOVE = object()


class Samples:
    """The folder of sample events."""

    REMOVE = _REMOVE

    def load(self, name: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the event ``name`` with fields changed: ``{"detail.severity": 8}``; ``REMOVE`` takes a field away."""
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
        for path, value in (changes or {}).items():
            _set(event, path.split("."), value if value is _REMOVE else copy.deepcopy(value))
        return event

    def text(self, name: str, changes: dict[str, Any] | None = None) -> str:
        """Return the same as JSON text."""
        return json.dumps(self.load(name, changes))


def _set(holder: Any, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        holder = holder[int(part)] if isinstance(holder, list) else holder.setdefault(part, {})
    last: Any = int(path[-1]) if isinstance(holder, list) else path[-1]
    if value is _REMOVE:
        del holder[last]
    else:
        holder[last] = value


@pytest.fixture
def samples() -> Samples:
    """Give the sample events."""
    return Samples()
