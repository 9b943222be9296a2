"""Cost comes from a dated table; a call is compared with its principal's own habit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from firedoor.inspection.invocations import Tokens
from firedoor.inspection.usage import ENOUGH, HALF_LIFE, Habit, estimate_cost

START = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)


def habit(calls: int, tokens: int) -> Habit:
    """Build the habit of somebody who made ``calls`` calls of ``tokens`` tokens, a minute apart."""
    made = Habit()
    for minute in range(calls):
        made = made.after(Tokens(input=tokens), START + timedelta(minutes=minute))
    return made


def test_no_ratio_before_there_is_a_habit() -> None:
    """The first calls of a principal are not bursts."""
    assert None is habit(ENOUGH - 1, 100).ratio(Tokens(input=100_000))


def test_the_ratio_is_this_call_to_the_usual_one() -> None:
    """Input and output count together."""
    assert 12.0 == habit(ENOUGH, 100).ratio(Tokens(input=700, output=500))


def test_old_calls_fade() -> None:
    """After a half-life, what was usual weighs half."""
    later = START + timedelta(minutes=ENOUGH - 1, seconds=HALF_LIFE)
    faded = habit(ENOUGH, 100).after(Tokens(input=100), later)
    assert 9 < faded.calls < 12
    assert ENOUGH + 1 == faded.seen


def test_a_late_call_does_not_turn_time_back() -> None:
    """Logs arrive out of order."""
    made = habit(3, 100)
    assert made.last == made.after(Tokens(input=100), START).last


def test_a_habit_survives_storage() -> None:
    """What is stored reads back equal."""
    assert habit(3, 100) == Habit.from_json(habit(3, 100).to_json())


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", 1.5),
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", 6.0),
        ("anthropic.claude-opus-4-5-20251101-v1:0", 30.0),
        ("anthropic.claude-opus-4-1-20250805-v1:0", 90.0),
        ("next-year.model", None),
    ],
)
def test_cost_by_the_longest_known_prefix(model: str, cost: float | None) -> None:
    """A million tokens in and a million out cost the two list prices; an unknown model costs nobody knows what."""
    assert cost == estimate_cost(model, Tokens(input=1_000_000, output=1_000_000))
