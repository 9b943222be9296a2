"""How much of the models a principal uses: estimated cost, and this call against the principal's own habit.

Owns the arithmetic of the baseline, which is an exponentially weighted mean. Where baselines are kept is the reader's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from firedoor.inspection.invocations import Tokens

HALF_LIFE = 7 * 86_400
"""Seconds after which a call weighs half as much in the habit as a new one."""

ENOUGH = 20
"""Calls that must have been seen before a ratio is told; before that there is no habit."""

_GEOGRAPHY = re.compile(r"^(?:us|us-gov|eu|apac|au|jp|ca|sa|global)\.")


@dataclass(frozen=True, slots=True)
class Habit:
    """A principal's usual call, as decayed sums, so that it can be updated by one call at a time."""

    calls: float = 0.0
    tokens: float = 0.0
    minutes: float = 0.0
    """Decayed time in which the calls were made; calls / minutes is the usual rate."""
    seen: int = 0
    last: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored."""
        last = self.last.isoformat() if self.last else None
        return {"calls": self.calls, "tokens": self.tokens, "minutes": self.minutes, "seen": self.seen, "last": last}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Habit:
        """Read what ``to_json`` wrote."""
        last = datetime.fromisoformat(data["last"]) if data["last"] else None
        return cls(data["calls"], data["tokens"], data["minutes"], data["seen"], last)

    def ratio(self, tokens: Tokens) -> float | None:
        """Return how many times the usual call this one is; None while too few were seen."""
        if self.seen < ENOUGH or self.tokens <= 0:
            return None
        return round((tokens.input + tokens.output) / (self.tokens / self.calls), 2)

    def after(self, tokens: Tokens, at: datetime) -> Habit:
        """Return the habit with one more call. A call told late counts as one at the newest time."""
        elapsed = max(0.0, (at - self.last).total_seconds()) if self.last else 0.0
        decay: float = 0.5 ** (elapsed / HALF_LIFE)
        return Habit(
            calls=self.calls * decay + 1,
            tokens=self.tokens * decay + tokens.input + tokens.output,
            minutes=self.minutes * decay + elapsed / 60,
            seen=self.seen + 1,
            last=max(at, self.last) if self.last else at,
        )


def estimate_cost(model: str, tokens: Tokens) -> float | None:
    """Return the call's list price in US dollars, or None for a model that the price table does not know.

    The table is dated and has no discounts: the figure tells a burst from a habit, it is no invoice.
    """
    price = _price_of(_GEOGRAPHY.sub("", model))
    if price is None:
        return None
    return round((tokens.input * price[0] + tokens.output * price[1]) / 1_000_000, 6)


@lru_cache(maxsize=256)
def _price_of(model: str) -> tuple[float, float] | None:
    """Return the price of the longest prefix of ``model`` in the table."""
    known = [name for name in _prices() if model.startswith(name)]
    return _prices()[max(known, key=len)] if known else None


@lru_cache(maxsize=1)
def _prices() -> dict[str, tuple[float, float]]:
    table = json.loads((Path(__file__).parent / "data" / "prices.json").read_text("utf-8"))
    return {name: (price[0], price[1]) for name, price in table["models"].items()}
