"""Thresholds count what lies within one window, in any order, each event once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

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
    within = timedelta(seconds=rule.within)
    return [measure(rule, windows.add("g", event, within), event).reached for event in events]


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


def test_memory_forgets_what_no_window_can_hold() -> None:
    """A long stream of one group keeps only what may still count."""
    windows = MemoryWindows()
    for second in range(10_000):
        held = windows.add("g", seen(second), timedelta(seconds=10))
    assert len(held) == 11
    assert len(windows._groups["g"]) < 200
