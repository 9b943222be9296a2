"""Thresholds: when one event is not enough. Counting within a window, over events in any order, each counted once.

Owns the arithmetic and the in-memory window store. The store that concurrent Lambdas share is in ``cases``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firedoor.playbooks import Threshold


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One event in a window. ``value`` is what is added up or told apart, ``entry`` the ``match`` entry that hit."""

    at: datetime
    event_id: str
    value: Any = None
    entry: int = 0


class Windows(Protocol):
    """Remembers what was seen, by group."""

    def add(self, group: str, seen: Seen, within: timedelta) -> Sequence[Seen]:
        """Remember ``seen`` (once, however often it is told) and return all that lies up to ``within`` around it."""
        ...


class MemoryWindows:
    """Windows for one stream in one process."""

    def __init__(self) -> None:
        """Start empty."""
        self._groups: dict[str, dict[str, Seen]] = defaultdict(dict)
        self._newest: dict[str, datetime] = {}

    def add(self, group: str, seen: Seen, within: timedelta) -> Sequence[Seen]:
        """See ``Windows.add``. What lies two windows behind the group's newest event is forgotten."""
        members = self._groups[group]
        members.setdefault(seen.event_id, seen)
        newest = max(seen.at, self._newest.get(group, seen.at))
        if len(members) > 64 and newest > self._newest.get(group, newest):
            self._groups[group] = members = {
                key: member for key, member in members.items() if newest - member.at <= 2 * within
            }
        self._newest[group] = newest
        return [member for member in members.values() if abs(member.at - seen.at) <= within]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a threshold is: ``reached`` with the figure that reached it, for a person to read."""

    reached: bool
    so_far: str


def measure(threshold: Threshold, seen: Sequence[Seen], latest: Seen) -> Progress:
    """Tell whether ``latest`` lies in a window of ``threshold.within`` seconds that reaches the threshold.

    ``seen`` holds ``latest`` and everything within one window around it, in any order.
    """
    ordered = sorted(seen, key=lambda member: (member.at, member.event_id))
    if threshold.kind == "sequence":
        return _sequence(threshold, ordered)
    best = max(_amount(threshold, window) for window in _windows(ordered, latest, threshold.within))
    return Progress(best >= threshold.at_least, f"{best:g} of {threshold.at_least:g}")


def _windows(ordered: list[Seen], latest: Seen, within: int) -> list[list[Seen]]:
    """Return every maximal window that holds ``latest``: one per member that may start it.

    Where nothing later was seen, which is the rule, the window that ends with ``latest`` holds all the others.
    """
    span = timedelta(seconds=within)
    if ordered[-1].at <= latest.at:
        return [[member for member in ordered if member.at >= latest.at - span]]
    starts = [member.at for member in ordered if latest.at - span <= member.at <= latest.at]
    return [[member for member in ordered if start <= member.at <= start + span] for start in dict.fromkeys(starts)]


def _amount(threshold: Threshold, window: list[Seen]) -> float:
    if threshold.kind == "count":
        return len(window)
    if threshold.kind == "distinct":
        return len({repr(member.value) for member in window if member.value is not None})
    return sum(
        member.value
        for member in window
        if isinstance(member.value, int | float) and not isinstance(member.value, bool)
    )


def _sequence(threshold: Threshold, ordered: list[Seen]) -> Progress:
    """Find the entries 0, 1, … in order within one window; ``at_least`` is how many entries there are."""
    length, span = int(threshold.at_least), timedelta(seconds=threshold.within)
    best = 0
    for index, first in enumerate(ordered):
        if first.entry == 0:
            best = max(best, _steps_from(ordered[index:], first.at + span, length))
    return Progress(best >= length, f"{best} of {length} in order")


def _steps_from(ordered: list[Seen], until: datetime, length: int) -> int:
    wanted = 0
    for member in ordered:
        if member.at <= until and wanted < length and member.entry == wanted:
            wanted += 1
    return wanted
