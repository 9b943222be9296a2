"""Arithmetic on offsets that the finders of PII and of secrets share. Knows nothing of what a span stands for."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Interval(Protocol):
    """Anything that covers `text[start:end]`."""

    @property
    def start(self) -> int:
        """Index of the first character."""

    @property
    def end(self) -> int:
        """Index after the last character."""


S = TypeVar("S", bound=Interval)


def lower(text: str) -> str:
    """Lower `text` without moving an offset: ``İ`` alone becomes two characters in `str.lower`."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace("\u0130", "I").lower()


def without_overlaps(ranked: Iterable[S]) -> tuple[S, ...]:
    """Keep of `ranked` (best first) what overlaps nothing better, in the order of the text; n log n comparisons."""
    kept: list[S] = []
    starts: list[int] = []
    for span in ranked:
        i = bisect(starts, span.start)
        if (i == 0 or kept[i - 1].end <= span.start) and (i == len(kept) or span.end <= kept[i].start):
            kept.insert(i, span)
            starts.insert(i, span.start)
    return tuple(kept)
