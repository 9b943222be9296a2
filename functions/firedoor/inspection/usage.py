"""How much of the models a user or role uses: estimated cost, and this call against the caller's own habit.

Owns the arithmetic of the baselines, which are exponentially weighted. Where habits are kept is the reader's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from firedoor.inspection.invocations import Invocation, Tokens

HALF_LIFE = 7 * 86_400
"""Seconds after which a call weighs half as much in the habit as a new one."""

RATE_HALF_LIFE = 60
"""Seconds after which a call weighs half as much in the rate of now."""

ENOUGH = 20
"""Calls that must have been seen before a ratio is told; before that there is no habit."""

AT_MOST = 3
"""How many times the usual a call can count in the habit: a burst must not become the habit while it lasts."""

_GEOGRAPHY = re.compile(r"^(?:us|us-gov|eu|apac|au|jp|ca|sa|global)\.")


@dataclass(frozen=True, slots=True)
class Habit:
    """A user's or role's usual call, as decayed sums, so that it can be updated by one call at a time."""

    calls: float = 0.0
    tokens: float = 0.0
    rates: float = 0.0
    """Sum of the rates at which the calls were made: by call, not by hour, so that idle nights lower nothing."""
    recent: float = 0.0
    """Calls up to ``last``, by ``RATE_HALF_LIFE``."""
    seen: int = 0
    last: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored."""
        return {**asdict(self), "last": self.last.isoformat() if self.last else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Habit:
        """Read what ``to_json`` wrote. What another version wrote says something else: the habit is learned anew."""
        if data.keys() != {entry.name for entry in fields(cls)}:
            return cls()
        return cls(**{**data, "last": datetime.fromisoformat(data["last"]) if data["last"] else None})

    @property
    def rate(self) -> float:
        """Calls a minute at the time of the last one. Of an even stream it is the stream's rate; one call is 0.69."""
        return round(self.recent * math.log(2) * 60 / RATE_HALF_LIFE, 2)

    def ratio(self, tokens: Tokens) -> float | None:
        """Return how many times the usual call this one is; None while too few were seen."""
        return self._times_the_usual(_size(tokens), self.tokens)

    def rate_ratio(self, rate: float) -> float | None:
        """Return how many times the usual rate ``rate`` is; None while too few calls were seen."""
        return self._times_the_usual(rate, self.rates)

    def after(self, tokens: Tokens, at: datetime) -> Habit:
        """Return the habit with one more call. A call told late weighs what it would if it had been told in time."""
        last = max(at, self.last) if self.last else at
        elapsed = (last - self.last).total_seconds() if self.last else 0.0
        recent = self.recent * _weight(elapsed, RATE_HALF_LIFE) + _weight((last - at).total_seconds(), RATE_HALF_LIFE)
        now = Habit(recent=recent).rate
        decay = _weight(elapsed, HALF_LIFE)
        return Habit(
            calls=self.calls * decay + 1,
            tokens=self.tokens * decay + self._limited(_size(tokens), self.tokens),
            rates=self.rates * decay + self._limited(now, self.rates),
            recent=recent,
            seen=self.seen + 1,
            last=last,
        )

    def _times_the_usual(self, value: float, total: float) -> float | None:
        if self.seen < ENOUGH or total <= 0:
            return None
        return round(value / (total / self.calls), 2)

    def _limited(self, value: float, total: float) -> float:
        return min(value, AT_MOST * total / self.calls) if self.seen >= ENOUGH and total > 0 else value


def _size(tokens: Tokens) -> int:
    """Return all tokens that the model worked on; Bedrock's input tokens are those that no cache held."""
    return tokens.input + tokens.output + tokens.cache_read + tokens.cache_write


def _weight(age: float, half_life: float) -> float:
    weight: float = 0.5 ** (age / half_life)
    return weight


def compare(habit: Habit, invocation: Invocation) -> tuple[dict[str, float | None], Habit]:
    """Return what playbooks see of a call's usage, and the caller's habit with that call in it."""
    tokens = invocation.tokens
    after = habit.after(tokens, invocation.time)
    usage = {
        "cost_usd": estimate_cost(invocation.model, tokens),
        "ratio": habit.ratio(tokens),
        "rate": after.rate,
        "rate_ratio": habit.rate_ratio(after.rate),
    }
    return usage, after


def estimate_cost(model: str, tokens: Tokens) -> float | None:
    """Return the call's list price in US dollars, or None for a model that the price table does not know.

    The table is dated and has no discounts: the figure tells a burst from a habit, it is no invoice. Bedrock's input
    tokens are those that no cache held; what was read from a cache or written to it is counted and priced apart.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    """
    price = _price_of(_GEOGRAPHY.sub("", model))
    if price is None:
        return None
    counts = (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write)
    return round(sum(count * each for count, each in zip(counts, price, strict=True)) / 1_000_000, 6)


@lru_cache(maxsize=256)
def _price_of(model: str) -> tuple[float, ...] | None:
    """Return the price of the longest prefix of ``model`` in the table."""
    known = [name for name in _prices() if model.startswith(name)]
    return _prices()[max(known, key=len)] if known else None


@lru_cache(maxsize=1)
def _prices() -> dict[str, tuple[float, ...]]:
    table = json.loads((Path(__file__).parent / "data" / "prices.json").read_text("utf-8"))
    return {name: tuple(price) for name, price in table["models"].items()}
