"""Thresholds count what lies within one window, in any order, each event once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firedoor.playbooks import Threshold
from firedoor.thresholds import MemoryWindows, Seen, measure

START = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)


def seen(seconds: int, name: str = "", value: object = None, entry: int = 0) -> Seen:
    """Build one event ``seconds`` after the start; its id is its time unless named."""
    return Seen(START + timedelta(seconds=seconds), name or str(seconds), value, entry)


def threshold(kind: str, at_least: float, within: int = 60) -> Threshold:
    """Build a threshold of one kind."""
    return Threshold(group_by=("actor",), kind=kind, at_least=at_least, of="value", within=within)


def reached(rule: Threshold, *events: Seen) -> list[bool]:
    """Tell for each event, in the order told, whether it reached the threshold."""
    windows = MemoryWindows()
    return [measure(rule, windows, "g", event).reached for event in events]


def test_count_is_reached_by_the_event_that_fills_the_window() -> None:
    """Three within a minute means the third, not the second."""
    assert reached(threshold("count", 3), seen(0), seen(30), seen(60)) == [False, False, True]


def test_events_a_window_apart_do_not_add_up() -> None:
    """Sixty-one seconds are not within sixty."""
    assert reached(threshold("count", 2), seen(0), seen(61)) == [False, False]


def test_the_same_event_told_twice_counts_once() -> None:
    """Delivery is at least once; counting is once."""
    assert reached(threshold("count", 2), seen(0, "a"), seen(0, "a"), seen(0, "a")) == [False, False, False]


def test_a_late_event_completes_the_window_it_belongs_to() -> None:
    """Order of arrival does not matter, only the time of each event."""
    assert reached(threshold("count", 3), seen(0), seen(50), seen(20)) == [False, False, True]


def test_a_late_event_does_not_join_two_windows() -> None:
    """Events at 0, 50 and 100 share no window of sixty seconds."""
    assert reached(threshold("count", 3), seen(0), seen(100), seen(50)) == [False, False, False]


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("sum", (400, 500, 200), [False, False, True]),
        ("sum", (400, None, True), [False, False, False]),
        ("distinct", ("eu-west-1", "eu-west-1", "us-east-1"), [False, False, True]),
    ],
)
def test_sum_and_distinct_look_at_the_value(kind: str, values: tuple[object, ...], expected: list[bool]) -> None:
    """Sum adds numbers and ignores everything else; distinct tells values apart."""
    at_least = 1000 if kind == "sum" else 2
    events = [seen(second, value=value) for second, value in enumerate(values)]
    assert expected == reached(threshold(kind, at_least), *events)


def test_a_sequence_wants_its_entries_in_order() -> None:
    """List, then invoke; the other way round is no sequence."""
    rule = threshold("sequence", 2)
    assert reached(rule, seen(0, entry=0), seen(10, entry=1)) == [False, True]
    assert reached(rule, seen(0, entry=1), seen(10, entry=0)) == [False, False]


def test_a_sequence_told_backwards_is_still_one() -> None:
    """What arrives late is put where its time says."""
    assert reached(threshold("sequence", 2), seen(10, entry=1), seen(0, entry=0)) == [False, True]


def test_events_of_one_second_are_in_order() -> None:
    """CloudTrail tells no fraction of a second, so which of the two came first is not known."""
    assert [False, True] == reached(threshold("sequence", 2), seen(5, "b", entry=0), seen(5, "a", entry=1))


def test_a_sequence_fits_into_one_window() -> None:
    """Each step within a window of the next is not enough: the first and the last must be."""
    rule = threshold("sequence", 3)
    assert [False, False, False] == reached(rule, seen(0, entry=0), seen(40, entry=1), seen(80, entry=2))
    assert [False, False, True] == reached(rule, seen(0, entry=0), seen(60, entry=2), seen(30, entry=1))


@pytest.mark.parametrize("value", [0, -5, None, True, "7", [], 1e-9])
def test_what_adds_nothing_is_not_remembered(value: object) -> None:
    """A call without tokens costs no write, and is no reason for a case even where the window is full."""
    rule, windows = threshold("sum", 10), MemoryWindows()
    assert measure(rule, windows, "g", seen(0, value=20)).reached
    kept = len(windows._groups["g"])
    assert not measure(rule, windows, "g", seen(1, value=value)).reached
    assert kept == len(windows._groups["g"])


@pytest.mark.parametrize("value", [10**400, 1e308, float("inf")])
def test_no_number_is_too_large_to_add(value: float) -> None:
    """What the event says may be anything; more than the threshold is as good as the threshold."""
    assert [True] == reached(threshold("sum", 2_000_000), seen(0, value=value))


def test_small_amounts_add_up_exactly() -> None:
    """Ten times a tenth is one."""
    assert [False] * 9 + [True] == reached(threshold("sum", 1), *(seen(at, value=0.1) for at in range(10)))


def test_a_window_is_at_most_a_sixtieth_too_long() -> None:
    """An hour is counted in minutes: what lies an hour apart counts together, what lies 61 minutes apart never."""
    hour = threshold("count", 2, within=3600)
    for first in range(0, 60, 7):
        assert [False, True] == reached(hour, seen(first), seen(first + 3600))
        assert [False, False] == reached(hour, seen(first), seen(first + 3660))


def test_memory_forgets_what_no_window_can_hold() -> None:
    """A long stream of one group keeps only what may still count."""
    windows, rule = MemoryWindows(), threshold("count", 11, within=10)
    found = [measure(rule, windows, "g", seen(second)) for second in range(10_000)]
    assert ["10 of 11", "11 of 11", "11 of 11"] == [progress.so_far for progress in (found[9], found[10], found[-1])]
    assert len(windows._groups["g"]) <= 241


@pytest.mark.parametrize("kind", ["count", "sequence"])
def test_a_very_late_event_is_not_forgotten_at_once(kind: str) -> None:
    """Its own window is still looked at, however far the stream has gone on."""
    rule, windows = threshold(kind, 2, within=10), MemoryWindows()
    for second in range(1000, 2000):
        measure(rule, windows, "g", seen(second))
    late = [measure(rule, windows, "g", seen(second, entry=int(second == 5))).reached for second in (0, 5)]
    assert [False, True] == late


DELIVERIES = st.lists(
    st.builds(
        seen,
        seconds=st.integers(0, 400),
        name=st.sampled_from("abcdefghijklmnopqrstuvwxyz"),
        value=st.sampled_from([1, 2, 5, 40, 0, None, "x", "y"]),
        entry=st.integers(0, 3),
    ),
    max_size=26,
    unique_by=lambda event: event.event_id,
).flatmap(lambda events: st.lists(st.sampled_from(events), max_size=60) if events else st.just([]))
"""Events in any order, some of them several times, some never."""

RULES = st.builds(
    threshold,
    kind=st.sampled_from(["count", "sum", "distinct", "sequence"]),
    at_least=st.integers(2, 4),
    within=st.sampled_from([10, 60, 90, 120]),
)


@given(RULES, DELIVERIES)
def test_any_order_and_any_repeats_come_to_what_a_list_of_all_events_says(
    rule: Threshold, deliveries: list[Seen]
) -> None:
    """Whatever an exact window reaches is reached; what is reached at all is so in a window a bucket or two longer."""
    windows, told = MemoryWindows(), dict[str, Seen]()
    width = -(-rule.within // 60)
    for event in deliveries:
        told[event.event_id] = event
        found = measure(rule, windows, "g", event).reached
        exact = by_the_book(rule, list(told.values()), event, rule.within)
        if rule.kind == "sequence" or rule.within <= 60:
            assert exact == found
        else:
            assert exact <= found <= by_the_book(rule, list(told.values()), event, rule.within + 2 * width - 1)


def by_the_book(rule: Threshold, told: Sequence[Seen], latest: Seen, within: int) -> bool:
    """Look at every window that holds ``latest``, event by event."""
    span = timedelta(seconds=within)
    starts = [event.at for event in told if latest.at - span <= event.at <= latest.at]
    windows = ([event for event in told if start <= event.at <= start + span] for start in starts)
    return any(holds(rule, window, latest) for window in windows)


def holds(rule: Threshold, window: list[Seen], latest: Seen) -> bool:
    """Tell whether a window holds enough, and ``latest`` has a part in it."""
    if rule.kind == "sequence":
        return completes(window, latest, int(rule.at_least))
    if rule.kind == "distinct":
        different = {event.value for event in window} - {None}
        return latest.value is not None and len(different) >= rule.at_least
    amounts = {
        event.event_id: 1 if rule.kind == "count" else event.value if isinstance(event.value, int) else 0
        for event in window
    }
    return amounts[latest.event_id] > 0 and sum(amounts.values()) >= rule.at_least


def completes(window: list[Seen], latest: Seen, length: int) -> bool:
    """Try every way to choose one event per entry, ``latest`` for its own."""
    ways: list[list[datetime]] = [[]]
    for entry in range(length):
        those = [latest] if entry == latest.entry else [event for event in window if event.entry == entry]
        ways = [[*way, event.at] for way in ways for event in those]
    return latest.entry < length and any(way == sorted(way) for way in ways)
