"""A slow matcher for valid patterns that is meant to be obviously right: no index, no bits, plain recursion.

It shares no code with ``firedoor.patterns``. It knows nothing of the rare things that recorded answers of AWS cover:
numbers too precise for a double, odd spellings of addresses, characters whose upper case is longer.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from typing import Any

Membership = dict[int, int]
"""For each array around a value, the position of the element that holds it."""
Field = tuple[str, Any, Membership]
Conjunction = dict[str, list[Any]]


def reference_matches(pattern: str, event: str) -> bool:
    """Tell whether the valid pattern matches the event, both JSON texts."""
    fields = list(flatten(json.loads(event), "", {}, []))
    expanded = expand(json.loads(pattern, object_pairs_hook=Pairs), "", [{}])
    return any(tried_in_order(sorted(conjunction.items()), fields, {}) for conjunction in expanded)


class Pairs(list[tuple[str, Any]]):
    """A JSON object of a pattern, in document order."""


def expand(node: Pairs, path: str, conjunctions: list[Conjunction]) -> list[Conjunction]:
    """Write the leaves into each conjunction in document order; ``$or`` copies the conjunctions for each member."""
    for name, value in node:
        here = f"{path}.{name}" if path else name
        if name == "$or":
            copies = [[dict(each) for each in conjunctions] for _ in value]
            conjunctions = [
                done for member, copy in zip(value, copies, strict=True) for done in expand(member, path, copy)
            ]
        elif isinstance(value, Pairs):
            conjunctions = expand(value, here, conjunctions)
        else:
            conjunctions = [{**each, here: value} for each in conjunctions]
    return conjunctions


def flatten(node: Any, path: str, around: Membership, arrays: list[None]) -> Iterator[Field]:
    """Yield every leaf value with its path and its place in arrays; an array's number is how many came before."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from flatten(value, f"{path}.{name}" if path else name, around, arrays)
    elif isinstance(node, list):
        number = len(arrays)
        arrays.append(None)
        for position, value in enumerate(node):
            inside = {**around, number: position} if isinstance(value, (dict, list)) else around
            yield from flatten(value, path, inside, arrays)
    else:
        yield path, node, around


def tried_in_order(conditions: list[tuple[str, list[Any]]], fields: list[Field], so_far: Membership) -> bool:
    """Try each way to satisfy the first path, and then the rest with the array elements that this way chose."""
    if not conditions:
        return True
    (path, entries), *rest = conditions
    possible = [
        (value, around)
        for name, value, around in fields
        if name == path and all(so_far.get(array, position) == position for array, position in around.items())
    ]
    if not possible and any(is_absent(entry) for entry in entries) and tried_in_order(rest, fields, so_far):
        return True
    return any(
        tried_in_order(rest, fields, {**so_far, **around})
        for value, around in possible
        if any(satisfies(value, entry) for entry in entries)
    )


def is_absent(entry: Any) -> bool:
    """Tell whether an entry is ``{"exists": false}``."""
    return isinstance(entry, Pairs) and entry == [("exists", False)]


def satisfies(value: Any, entry: Any) -> bool:
    """Tell whether one leaf value satisfies one entry of a leaf array."""
    if not isinstance(entry, Pairs):
        return equal(value, entry)
    ((operator, operand),) = entry
    if operator == "exists":
        return bool(operand)
    if operator == "anything-but":
        return anything_but(value, operand)
    if operator == "numeric":
        return is_number(value) and all(
            compare(value, symbol, bound) for symbol, bound in zip(operand[::2], operand[1::2], strict=True)
        )
    return isinstance(value, str) and text_satisfies(value, operator, operand)


def equal(value: Any, wanted: Any) -> bool:
    """Compare as JSON: a number never equals a boolean, nor a text except one address written in two ways."""
    if is_number(value) and is_number(wanted):
        return bool(value == wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        return value == wanted or (address(wanted) is not None and address(value) == address(wanted))
    return type(value) is type(wanted) and bool(value == wanted)


def is_number(value: Any) -> bool:
    """Tell whether a parsed JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def compare(value: float, symbol: str, bound: float) -> bool:
    """Apply one comparison of ``numeric``."""
    if symbol[0] in "<>" and value != bound:
        return value < bound if symbol[0] == "<" else value > bound
    return value == bound and symbol.endswith("=")


def anything_but(value: Any, operand: Any) -> bool:
    """Negate what the operand says, for any value that is there."""
    if isinstance(operand, Pairs):
        ((operator, texts),) = operand
        texts = texts if isinstance(texts, list) else [texts]
        return not (isinstance(value, str) and any(text_satisfies(value, operator, text) for text in texts))
    unwanted = operand if isinstance(operand, list) else [operand]
    return not any(type(value) is type(each) is str and value == each for each in unwanted) and not any(
        is_number(value) and is_number(each) and value == each for each in unwanted
    )


def text_satisfies(text: str, operator: str, operand: Any) -> bool:
    """Apply an operator on text."""
    if isinstance(operand, Pairs):
        ((_, inner),) = operand
        text, operand = text.lower(), inner.lower()
    if operator == "prefix":
        return text.find(operand) == 0
    if operator == "suffix":
        return text[len(text) - len(operand) :] == operand if len(operand) <= len(text) else False
    if operator == "equals-ignore-case":
        return text.lower() == str(operand).lower()
    if operator == "wildcard":
        return wildcard(operand, text)
    found = address(text)
    return found is not None and found in ipaddress.ip_network(operand, strict=False)


def wildcard(pattern: str, text: str) -> bool:
    """Match by trying, for each star, every length it may stand for."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(wildcard(pattern[1:], text[start:]) for start in range(len(text) + 1))
    literal, rest = (pattern[1], pattern[2:]) if pattern[0] == "\\" else (pattern[0], pattern[1:])
    return text[:1] == literal and wildcard(rest, text[1:])


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a text is."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
