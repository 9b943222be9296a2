"""Finds which of many conditions on text one text satisfies, at a cost that follows the text and not their number.

Owns the second-level structures: look-ups by prefix and suffix of each length in use, by lower case, by network, and
by a rare piece of each wildcard. A set of conditions is an integer with one bit each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from firedoor.patterns._addresses import parse_address
from firedoor.patterns._conditions import TextTest, text_test

Entry = tuple[str, Any, int]
"""Kind and operand of a condition on text, and the bits that it sets when it holds."""
Finder = Callable[[str], int]
Tried = tuple[TextTest, int]

_FEW = 4
"""Up to this many wildcards are tried one by one; from there on a look-up of pieces is cheaper."""
_LONGEST_PIECE = 4


def finder_of(entries: Sequence[Entry]) -> Finder | None:
    """Return a function from a text to the bits of the ``entries`` that it satisfies, or None without entries."""
    tables: dict[str, list[tuple[Any, int]]] = {}
    tried: list[Tried] = []
    for kind, operand, bits in entries:
        if kind in _TABLES and (kind != "equals-ignore-case" or operand.isascii()):
            tables.setdefault(kind, []).append((operand, bits))
        else:
            tried.append((text_test(kind, operand), bits))
    finders = [_TABLES[kind](group) for kind, group in tables.items()]
    if tried:
        finders.append(_trying(tried))
    if len(finders) < 2:
        return finders[0] if finders else None

    def find(text: str) -> int:
        found = 0
        for finder in finders:
            found |= finder(text)
        return found

    return find


def _table(pairs: Sequence[tuple[Any, int]]) -> dict[Any, int]:
    table: dict[Any, int] = {}
    for key, bits in pairs:
        table[key] = table.get(key, 0) | bits
    return table


def _satisfied(tried: Sequence[Tried], text: str) -> int:
    found = 0
    for test, bits in tried:
        if test(text):
            found |= bits
    return found


def _trying(tried: Sequence[Tried]) -> Finder:
    return lambda text: _satisfied(tried, text)


def _by_exact(pairs: Sequence[tuple[str, int]]) -> Finder:
    table = _table(pairs)
    return lambda text: table.get(text, 0)


def _by_lower_case(pairs: Sequence[tuple[str, int]]) -> Finder:
    table = _table([(operand.lower(), bits) for operand, bits in pairs])
    return lambda text: table.get(text.lower(), 0) if text.isascii() else 0


def _by_length(pairs: Sequence[tuple[str, int]]) -> list[tuple[int, dict[str, int]]]:
    lengths: dict[int, list[tuple[str, int]]] = {}
    for operand, bits in pairs:
        lengths.setdefault(len(operand), []).append((operand, bits))
    return [(length, _table(group)) for length, group in lengths.items()]


def _by_prefix(pairs: Sequence[tuple[str, int]]) -> Finder:
    tables = _by_length(pairs)

    def find(text: str) -> int:
        found = 0
        for length, table in tables:
            found |= table.get(text[:length], 0)
        return found

    return find


def _by_suffix(pairs: Sequence[tuple[str, int]]) -> Finder:
    tables = _by_length(pairs)

    def find(text: str) -> int:
        found = 0
        size = len(text)
        for length, table in tables:
            if length <= size:
                found |= table.get(text[size - length :], 0)
        return found

    return find


def _by_network(pairs: Sequence[tuple[tuple[int, int, int], int]]) -> Finder:
    masks: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (family, mask, network), bits in pairs:
        masks.setdefault((family, mask), []).append((network, bits))
    tables = [(family, family - mask, _table(group)) for (family, mask), group in masks.items()]

    def find(text: str) -> int:
        address = parse_address(text)
        if address is None:
            return 0
        found = 0
        for family, shift, table in tables:
            if family == address[0]:
                found |= table.get(address[1] >> shift, 0)
        return found

    return find


def _by_piece(pairs: Sequence[tuple[tuple[str, ...], int]]) -> Finder:
    """Find wildcards by one piece of up to four characters that a matching text must hold, the rarest each has."""
    tests = [(max(literals, key=len), (text_test("wildcard", literals), bits)) for literals, bits in pairs]
    tried: list[Tried] = []
    uses = Counter(piece for literal, _ in tests for piece in set(_pieces(literal)))
    tables: dict[int, dict[str, list[Tried]]] = {}
    for literal, test in tests:
        if len(tests) <= _FEW or len(literal) < 2:
            tried.append(test)
        else:
            piece = min(_pieces(literal), key=uses.__getitem__)
            tables.setdefault(len(piece), {}).setdefault(piece, []).append(test)
    by_size = tuple(tables.items())
    find_tried = _trying(tried)

    def find(text: str) -> int:
        candidates: list[Tried] = []
        for size, table in by_size:
            seen = {text[start : start + size] for start in range(len(text) - size + 1)}
            for piece in seen & table.keys():
                candidates += table[piece]
        return find_tried(text) | _satisfied(candidates, text)

    return find if by_size else find_tried


def _pieces(literal: str) -> list[str]:
    size = min(len(literal), _LONGEST_PIECE)
    return [literal[start : start + size] for start in range(len(literal) - size + 1)]


_TABLES: dict[str, Callable[[Sequence[Any]], Finder]] = {
    "exact": _by_exact,
    "equals-ignore-case": _by_lower_case,
    "prefix": _by_prefix,
    "suffix": _by_suffix,
    "cidr": _by_network,
    "wildcard": _by_piece,
}
