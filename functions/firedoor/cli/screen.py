"""The terminal: one console, and what may be shown on it. Text from events never styles or moves the screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from firedoor.alerts import clean

if TYPE_CHECKING:
    from rich.console import Console


@lru_cache(maxsize=1)
def console() -> Console:
    """Return the console; without a terminal it writes plain text, 120 columns wide."""
    from rich.console import Console

    made = Console(highlight=False, markup=False, emoji=False)
    return made if made.is_terminal else Console(highlight=False, markup=False, emoji=False, width=120)


def say(text: object, style: str | None = None) -> None:
    """Print one line of text that may come from an event; a long one is left whole for ``grep``."""
    console().print(plain(text), style=style, soft_wrap=True)


def plain(text: object, limit: int = 2000) -> str:
    """Return one line without control, bidirectional and invisible characters, capped; it keeps its indentation."""
    whole = str(text)
    return " " * (len(whole) - len(whole.lstrip(" "))) + clean(whole, limit)
