"""The emulated account that every action's test starts in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emulator import emulated
from scenarios import World


@pytest.fixture
def world() -> Iterator[World]:
    """Give an empty account."""
    with emulated():
        yield World()
