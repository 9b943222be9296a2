"""Cost comes from a dated table; a call is compared with its principal's own habit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files

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


def test_all_tokens_count_those_of_the_cache_too() -> None:
    """Who pays with somebody else's key hides no load in the cache."""
    assert 10.0 == habit(ENOUGH, 100).ratio(Tokens(input=100, output=100, cache_read=700, cache_write=100))


def test_an_even_stream_has_the_rate_of_the_stream() -> None:
    """Thirty calls a minute for ten minutes are told as about thirty."""
    made = Habit()
    for call in range(300):
        made = made.after(Tokens(), START + timedelta(seconds=2 * call))
    assert 29 < made.rate < 31


def test_the_rate_falls_when_nobody_calls() -> None:
    """A call after an idle hour is one alone, whatever was before."""
    alone = Habit().after(Tokens(), START).rate
    assert alone == burst(habit(3, 100), 100).after(Tokens(), START + timedelta(hours=1)).rate


def test_calls_told_in_any_order_make_the_same_rate() -> None:
    """The calls of one log object are not sorted; told backwards they are no burst."""
    calls = [START + timedelta(seconds=10 * call) for call in range(30)]
    forwards, backwards = Habit(), Habit()
    for at in calls:
        forwards = forwards.after(Tokens(), at)
    for at in reversed(calls):
        backwards = backwards.after(Tokens(), at)
    assert forwards.rate == backwards.rate


def burst(made: Habit, calls: int, tokens: int = 100, start: datetime | None = None) -> Habit:
    """Let a principal call twice a second."""
    for call in range(calls):
        made = made.after(Tokens(input=tokens), (start or START) + timedelta(seconds=call / 2))
    return made


def test_a_burst_stands_out_against_the_usual_rate() -> None:
    """Who calls once a minute, and then twice a second, calls many times as often; nights between change nothing."""
    usual = habit(ENOUGH, 100)
    later = START + timedelta(hours=12)
    after = burst(usual, 60, start=later)
    assert usual.rate_ratio(after.rate) > 20
    assert 1.0 == pytest.approx(usual.rate_ratio(habit(ENOUGH + 1, 100).rate), abs=0.1)


def test_a_burst_does_not_become_the_habit_while_it_lasts() -> None:
    """As many calls again as were ever seen, a hundred times the usual, still are far above it at the end."""
    later = START + timedelta(hours=1)
    after = burst(habit(ENOUGH, 100), ENOUGH, tokens=10_000, start=later)
    assert after.ratio(Tokens(input=10_000)) > 20
    assert after.rate_ratio(60.0) > 10


def test_no_ratio_of_rates_before_there_is_a_habit() -> None:
    """The first calls are not bursts, however fast."""
    assert None is burst(Habit(), ENOUGH - 1).rate_ratio(100.0)


def test_a_habit_survives_storage() -> None:
    """What is stored reads back equal."""
    assert habit(3, 100) == Habit.from_json(habit(3, 100).to_json())


def test_what_another_version_wrote_is_learned_anew() -> None:
    """A habit in another form is none, and stops nobody's inspection."""
    assert Habit() == Habit.from_json({"calls": 4.0, "tokens": 400.0, "minutes": 3.0, "seen": 4, "last": None})


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


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", 0.3 + 3.75),
        ("eu.amazon.nova-lite-v1:0", 0.015 + 0.06),
        ("meta.llama3-3-70b-instruct-v1:0", 0.72 + 0.72),
    ],
)
def test_cached_tokens_have_prices_of_their_own(model: str, cost: float) -> None:
    """A million read from a cache and a million written to it; a model without a cache takes them as any other."""
    assert cost == pytest.approx(estimate_cost(model, Tokens(cache_read=1_000_000, cache_write=1_000_000)))


def test_every_model_of_the_table_has_all_four_prices() -> None:
    """A price that was forgotten would stop the inspection of a record."""
    table = json.loads((files("firedoor.inspection") / "data" / "prices.json").read_text("utf-8"))
    assert {4} == {len(prices) for prices in table["models"].values()}
