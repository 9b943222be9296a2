"""Numbers as EventBridge compares them: by exact decimal value, as far as a double can hold it.

Owns the question whether two spellings mean the same number. Knows nothing of operators.
"""

from __future__ import annotations

_EXACT_INTEGERS = 2**53
_SAFE_LENGTH = 15
"""A decimal of at most 15 digits without exponent always survives the way through a double."""


class NumberText(str):
    """A JSON number as it was written; its spelling decides whether AWS can compare it."""

    __slots__ = ()


def comparable(text: str) -> float | None:
    """Return the double that stands for the JSON number ``text``, or None when a double would change its value.

    AWS refuses to compare such numbers (event-ruler's ``ComparableNumber``): ``9007199254740993``, ``1e309`` and
    ``300.0000000000000001`` satisfy no numeric operator, and a pattern that names one as an operand is invalid.
    """
    value = float(text)
    if len(text) <= _SAFE_LENGTH and "e" not in text and "E" not in text:
        return value + 0.0  # makes -0.0 the same as 0
    if value in (float("inf"), float("-inf")):
        return None
    if value == 0:
        mantissa = text.lower().partition("e")[0]
        return None if mantissa.strip("-.0") else 0.0
    from decimal import Decimal  # rarely needed, and slow to import at a cold start

    return value if Decimal(text) == Decimal(_as_java_writes(value)) else None


def comparable_integer(value: int) -> float | None:
    """Return ``comparable`` of an integer."""
    if -_EXACT_INTEGERS <= value <= _EXACT_INTEGERS:
        return float(value)
    return comparable(str(value))


def _as_java_writes(value: float) -> str:
    """Return the shortest decimal that reads back as ``value``, of at least two digits (Java's 5e-324 is 4.9E-324)."""
    two_digits = f"{value:.1e}"
    return two_digits if float(two_digits) == value else repr(value)
