"""Times and durations as a tired person reads them. All times are UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def duration(span: timedelta) -> str:
    """Say a span in at most two units: ``41 s``, ``3 h 5 min``, ``2 d``; a negative one is ``0 s``."""
    seconds = max(0, int(span.total_seconds()))
    for place, (size, name) in enumerate(_UNITS):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            following = _UNITS[place + 1] if place + 1 < len(_UNITS) else None
            if following and size > 60 and rest >= following[0]:
                return f"{whole} {name} {rest // following[0]} {following[1]}"
            return f"{whole} {name}"
    return "0 s"


def moment(time: datetime) -> str:
    """Write a time in full: ``2026-11-23 02:58:12 UTC``."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC")


def clock(time: datetime, now: datetime) -> str:
    """Write a time that is near: without its date if that is today's."""
    return time.strftime("%H:%M UTC" if time.date() == now.date() else "%Y-%m-%d %H:%M UTC")


def stamp(time: datetime) -> str:
    """Write a time for machines: ``2026-11-23T02:58:12Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
