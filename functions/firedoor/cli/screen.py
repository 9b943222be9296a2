"""The terminal: one console, and what may be shown on it. Text from events never styles or moves the screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from firedoor.alerts import clean

if TYPE_CHECKING:
    from rich.console import Console


@lru_cache(maxsize=1)
def console() -> Console:
    """Return the console; without a terminal it writes plain text, as wide as it needs."""
    from rich.console import Console

    made = Console(highlight=False, markup=False, emoji=False)
    return made if made.is_terminal else Console(highlight=False, markup=False, emoji=False, width=120)


def plain(text: object, limit: int = 2000) -> str:
    """Return text without control, bidirectional and invisible characters, capped."""
    return clean(str(text), limit)
