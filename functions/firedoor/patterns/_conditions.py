"""The operators of EventBridge patterns: what one condition is, which values satisfy it, and how to say it to a person.

A condition looks at one leaf value. Which values stand at a path, and whether conditions hold together, is decided
elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from firedoor.patterns._addresses import parse_address
from firedoor.patterns._numbers import NumberText, comparable, comparable_integer
from firedoor.patterns._wildcards import wildcard_test

TextTest = Callable[[str], bool]


class Condition(NamedTuple):
    """One entry of a leaf array, normalised: equal conditions compare equal.

    The operand's type goes with ``kind``; conditions on text hold a str, the ``anything-but`` family a tuple of them.
    """

    kind: str
    operand: Any


class Bounds(NamedTuple):
    """Operand of ``numeric``: an interval. Absent bounds are infinite."""

    low: float
    low_included: bool
    high: float
    high_included: bool

    def hold(self, value: float) -> bool:
        """Tell whether ``value`` lies within."""
        return (self.low < value or (self.low_included and self.low == value)) and (
            value < self.high or (self.high_included and self.high == value)
        )


class NeedsSpelling(Exception):
    """A float met a condition on numbers, and only the event's text tells whether it was written exactly."""


EXISTS = Condition("exists", True)
ABSENT = Condition("exists", False)

TEXT_KINDS = frozenset(
    ("exact", "prefix", "suffix", "equals-ignore-case", "prefix-ignore-case", "suffix-ignore-case", "wildcard", "cidr")
)
NEGATED_KINDS = {
    "anything-but": "exact",
    "anything-but-prefix": "prefix",
    "anything-but-suffix": "suffix",
    "anything-but-wildcard": "wildcard",
    "anything-but-ignore-case": "equals-ignore-case",
}
"""``anything-but`` in its forms for text, with the kind of condition that each operand is the negation of."""


def number_of(value: object) -> float | None:
    """Return the comparable number that a leaf value is, or None (not a number, or not one AWS can compare)."""
    kind = type(value)
    if kind is int:
        return comparable_integer(value)  # type: ignore[arg-type]  # its type was just looked at
    if kind is NumberText:
        return comparable(value)  # type: ignore[arg-type]  # its type was just looked at
    if kind is float:
        raise NeedsSpelling
    return None


def spelling_of(value: object) -> str | None:
    """Return how a number was written, or None for what is not a number."""
    kind = type(value)
    if kind is float:
        raise NeedsSpelling
    return str(value) if kind is int or kind is NumberText else None


def text_test(kind: str, operand: Any) -> TextTest:
    """Return the test that a condition on text makes of a JSON string."""
    if kind == "exact":
        return str(operand).__eq__
    if kind == "prefix":
        return lambda text: text.startswith(operand)
    if kind == "suffix":
        return lambda text: text.endswith(operand)
    if kind == "wildcard":
        return wildcard_test(operand)
    if kind == "cidr":
        return _in_network(operand)
    return _ignoring_case(kind, operand)


def value_test(condition: Condition) -> Callable[[object], bool]:
    """Return the test that ``condition`` makes of one leaf value of any type.

    Values are str, int, bool, None and ``NumberText``; a float raises ``NeedsSpelling`` where its value matters.
    """
    kind, operand = condition
    if kind in TEXT_KINDS:
        test = text_test(kind, operand)
        return lambda value: type(value) is str and test(value)
    if kind in NEGATED_KINDS:
        tests = [text_test(NEGATED_KINDS[kind], each) for each in operand]
        return lambda value: type(value) is not str or not any(test(value) for test in tests)
    return _other_tests(condition)


def _other_tests(condition: Condition) -> Callable[[object], bool]:
    kind, operand = condition
    if kind == "exists":
        return lambda _value: bool(operand)  # there is a value; what holds without one is asked elsewhere
    if kind == "literal":
        return lambda value: value is operand
    if kind == "numeric":
        return lambda value: (number := number_of(value)) is not None and operand.hold(number)
    if kind == "anything-but-number":
        return lambda value: number_of(value) not in operand
    if kind == "number":
        return lambda value: number_of(value) == operand
    return lambda value: spelling_of(value) == operand  # a number that AWS cannot compare is matched by its text


def _in_network(operand: tuple[int, int, int]) -> TextTest:
    bits, mask, network = operand

    def test(text: str) -> bool:
        address = parse_address(text)
        return address is not None and address[0] == bits and address[1] >> (bits - mask) == network

    return test


def _ignoring_case(kind: str, operand: str) -> TextTest:
    if not operand.isascii():
        return _ignoring_case_by_character(kind, operand)
    lowered, length = operand.lower(), len(operand)
    if kind == "equals-ignore-case":
        return lambda text: len(text) == length and text.isascii() and text.lower() == lowered
    if kind == "prefix-ignore-case":
        return lambda text: (head := text[:length]).isascii() and head.lower() == lowered
    return lambda text: (
        (tail := text[len(text) - length :] if length <= len(text) else "\0").isascii() and (tail.lower() == lowered)
    )


def _ignoring_case_by_character(kind: str, operand: str) -> TextTest:
    """Each character of the operand stands for its lower-case and its upper-case form, which may be several characters.

    This is Java's way (event-ruler's ``EqualsIgnoreCaseParser``), so it is not symmetric: ``ß`` in a pattern matches
    ``SS``, but ``SS`` in a pattern does not match ``ß``.
    """
    forms = [{char.lower(), char.upper()} for char in operand]
    if kind == "suffix-ignore-case":
        reversed_forms = [{form[::-1] for form in pair} for pair in reversed(forms)]
        return lambda text: bool(_ends_of(reversed_forms, text[::-1]))
    if kind == "prefix-ignore-case":
        return lambda text: bool(_ends_of(forms, text))
    return lambda text: len(text) in _ends_of(forms, text)


def _ends_of(forms: list[set[str]], text: str) -> set[int]:
    """Return the positions in ``text`` at which a reading of all ``forms`` in turn may end."""
    ends = {0}
    for pair in forms:
        ends = {end + len(form) for end in ends for form in pair if text.startswith(form, end)}
        if not ends:
            break
    return ends


_WORDS = {
    "prefix": "a text that starts with {}",
    "suffix": "a text that ends with {}",
    "equals-ignore-case": "{} in any case",
    "prefix-ignore-case": "a text that starts with {} in any case",
    "suffix-ignore-case": "a text that ends with {} in any case",
    "anything-but": "a value other than {}",
    "anything-but-number": "a value other than {}",
    "anything-but-prefix": "a value that does not start with {}",
    "anything-but-suffix": "a value that does not end with {}",
    "anything-but-wildcard": "a value that does not look like {}",
    "anything-but-ignore-case": "a value other than {} in any case",
}


@lru_cache(maxsize=1024)
def describe(condition: Condition) -> str:
    """Return what ``condition`` asks of a value, in words that follow "expected"."""
    kind, operand = condition
    if kind == "exists":
        return "a value" if operand else "no value"
    if kind == "numeric":
        return _describe_bounds(operand)
    if kind == "cidr":
        return _describe_network(operand)
    if kind == "number":
        return f"the number {_plain(operand)}"
    if kind == "anything-but-number":
        words = _listed([_plain(number) for number in operand])
    elif kind == "number-text":
        words = str(operand)
    elif kind in ("wildcard", "anything-but-wildcard"):
        each = operand if kind != "wildcard" else (operand,)
        words = _listed([_quoted("*".join(part.replace("*", "\\*") for part in literals)) for literals in each])
    else:
        words = _listed([_quoted(value) for value in (operand if isinstance(operand, tuple) else (operand,))])
    if kind == "wildcard":
        return f"a text that looks like {words}"
    return _WORDS.get(kind, "{}").format(words)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def _describe_bounds(bounds: Bounds) -> str:
    words = []
    if bounds.low != float("-inf"):
        words.append(f"{'at least' if bounds.low_included else 'more than'} {_plain(bounds.low)}")
    if bounds.high != float("inf"):
        words.append(f"{'at most' if bounds.high_included else 'less than'} {_plain(bounds.high)}")
    return f"a number of {' and '.join(words)}"


def _describe_network(network: tuple[int, int, int]) -> str:
    import ipaddress

    bits, mask, prefix = network
    value = prefix << (bits - mask)
    address = ipaddress.IPv4Address(value) if bits == 32 else ipaddress.IPv6Address(value)
    return f"the address {address}" if mask == bits else f"an address in {address}/{mask}"
