"""Thresholds: when one event is not enough. Counting within a window, over events in any order, each counted once.

Owns the arithmetic and the in-memory window store. The store that concurrent Lambdas share is in ``cases``.

What is counted, added up or told apart is kept as one figure per bucket, a sixtieth of the window, so that an event
costs the same whether ten came before it or ten thousand. What lies a window apart always counts together; so may what
lies up to a bucket further apart. A sequence has no buckets: of each of its entries only the nearest event is read.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firedoor.playbooks import Threshold

BUCKETS = 60
"""Into how many buckets a window is divided. A bucket is at least a second, in which most events tell their time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event in a window. ``value`` is what is added up or told apart, ``entry`` the ``match`` entry that hit."""

    at: datetime
    event_id: str
    value: Any = None
    entry: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """What the events of one stretch of time make together."""

    start: int
    """Seconds since 1970."""
    amount: Decimal = Decimal(0)
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Share:
    """What one event adds to its bucket: an amount, or a value that is told apart from others, as a digest."""

    event_id: str
    start: int
    """Of the bucket, in seconds since 1970."""
    reach: int
    """Seconds by which buckets on either side can start and still lie in one window with this one."""
    enough: int | float
    """The threshold: a bucket that holds so much is full, for nothing more can make a difference."""
    amount: Decimal = Decimal(0)
    value: str | None = None


class Windows(Protocol):
    """Remembers what was seen, by group. A group is of one threshold: another one has other groups."""

    def add(self, group: str, share: Share) -> Sequence[Bucket] | None:
        """Add ``share`` to its bucket (once, however often it is told), and return the buckets within its reach.

        None says that its own bucket is full.
        """
        ...

    def place(self, group: str, seen: Seen, within: timedelta) -> None:
        """Remember an event of a sequence (once, however often it is told)."""
        ...

    def nearest(self, group: str, entry: int, low: datetime, high: datetime, *, latest: bool) -> datetime | None:
        """Return when the latest, or the earliest, event of an entry was placed from ``low`` to ``high``."""
        ...


@dataclass(slots=True)
class _Held:
    """A bucket in memory, and the events that were counted in it."""

    amount: Decimal = Decimal(0)
    values: set[str] = field(default_factory=set)
    event_ids: set[str] = field(default_factory=set)


class MemoryWindows:
    """Windows for one stream in one process."""

    def __init__(self) -> None:
        """Start empty."""
        self._groups: dict[str, dict[int, _Held]] = defaultdict(dict)
        self._placed: dict[tuple[str, int], list[tuple[datetime, str]]] = defaultdict(list)

    def add(self, group: str, share: Share) -> Sequence[Bucket] | None:
        """See ``Windows.add``; here no bucket is ever full. What lies two windows behind the newest is forgotten."""
        buckets = self._groups[group]
        held = buckets.setdefault(share.start, _Held())
        if share.event_id not in held.event_ids:
            held.event_ids.add(share.event_id)
            held.amount += share.amount
            if share.value:
                held.values.add(share.value)
        if len(buckets) > 4 * BUCKETS:
            oldest = min(max(buckets) - share.reach, share.start) - share.reach
            self._groups[group] = {start: kept for start, kept in buckets.items() if start >= oldest}
        return [
            Bucket(start, near.amount, frozenset(near.values))
            for start, near in buckets.items()
            if abs(start - share.start) <= share.reach
        ]

    def place(self, group: str, seen: Seen, within: timedelta) -> None:
        """See ``Windows.place``. What lies two windows behind the newest event of an entry is forgotten."""
        placed = self._placed[group, seen.entry]
        if (seen.at, seen.event_id) not in placed:
            insort(placed, (seen.at, seen.event_id))
        if len(placed) > 64:
            oldest = min(placed[-1][0] - within, seen.at) - within
            self._placed[group, seen.entry] = [known for known in placed if known[0] >= oldest]

    def nearest(self, group: str, entry: int, low: datetime, high: datetime, *, latest: bool) -> datetime | None:
        """See ``Windows.nearest``."""
        found = [at for at, _ in self._placed[group, entry] if low <= at <= high]
        return found[-1 if latest else 0] if found else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a threshold is: ``reached`` with the figure that reached it, for a person to read."""

    reached: bool
    so_far: str


def measure(threshold: Threshold, windows: Windows, group: str, seen: Seen) -> Progress:
    """Count an event, and tell whether it lies in a window of ``threshold.within`` that reaches the threshold.

    An event that adds nothing (a sum's value is no number above 0, the value to tell apart is missing, the entry is not
    of the sequence) is not remembered, and reaches nothing.
    """
    if threshold.kind == "sequence":
        return _sequence(threshold, windows, group, seen)
    share = share_of(threshold, seen)
    if share is None:
        return Progress(False, "this event adds nothing to it")
    buckets = windows.add(group, share)
    if buckets is None:
        return Progress(True, f"{threshold.at_least:g} of {threshold.at_least:g}")
    best = max(_amount(threshold, window) for window in _windows(buckets, share))
    return Progress(best >= threshold.at_least, f"{best:g} of {threshold.at_least:g}")


def share_of(threshold: Threshold, seen: Seen) -> Share | None:
    """Return what an event adds to a count, a sum or a number of different values; None if it is nothing."""
    width = -(-threshold.within // BUCKETS)
    start = int(seen.at.timestamp()) // width * width
    reach = -(-threshold.within // width) * width
    if threshold.kind == "distinct":
        if seen.value is None:
            return None
        return Share(seen.event_id, start, reach, threshold.at_least, value=_digest(seen.value))
    amount = Decimal(1) if threshold.kind == "count" else _number(seen.value, threshold.at_least)
    return Share(seen.event_id, start, reach, threshold.at_least, amount) if amount else None


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _number(value: object, at_least: float) -> Decimal:
    """Return what a sum adds, to six places; more than the threshold itself makes no difference."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return Decimal(0)
    return Decimal(f"{min(value, at_least):.6f}")


def _windows(buckets: Sequence[Bucket], share: Share) -> Iterator[list[Bucket]]:
    """Yield the windows that hold the share's bucket: one per bucket that may start it.

    Where nothing later was seen, which is the rule, the window that ends with it holds all the others.
    """
    ordered = sorted(buckets, key=lambda bucket: bucket.start)
    starts = [bucket.start for bucket in ordered if bucket.start <= share.start]
    for start in starts if ordered[-1].start > share.start else starts[:1]:
        yield [bucket for bucket in ordered if start <= bucket.start <= start + share.reach]


def _amount(threshold: Threshold, window: Iterable[Bucket]) -> Decimal:
    if threshold.kind == "distinct":
        return Decimal(len(frozenset().union(*(bucket.values for bucket in window))))
    return sum((bucket.amount for bucket in window), Decimal(0))


def _sequence(threshold: Threshold, windows: Windows, group: str, seen: Seen) -> Progress:
    """Look for the entries 0, 1, … in order within one window, of which this event is one.

    From an event, the nearest one of the entry before is as good as any other, and so on to the first; then likewise to
    the last. Events of one second are in order, for CloudTrail tells no fraction of it.
    """
    length, within = int(threshold.at_least), timedelta(seconds=threshold.within)
    if seen.entry >= length:
        return Progress(False, "this event adds nothing to it")
    windows.place(group, seen, within)
    found, first = 1, seen.at
    for entry in reversed(range(seen.entry)):
        before = windows.nearest(group, entry, seen.at - within, first, latest=True)
        if before is None:
            return Progress(False, f"{found} of {length} in order")
        found, first = found + 1, before
    last = seen.at
    for entry in range(seen.entry + 1, length):
        after = windows.nearest(group, entry, last, first + within, latest=False)
        if after is None:
            return Progress(False, f"{found} of {length} in order")
        found, last = found + 1, after
    return Progress(True, f"{found} of {length} in order")
