"""Compiles EventBridge patterns: JSON text or a mapping in, validated conditions by path out, as AWS accepts them.

Owns the grammar and the words in which a mistake is told. The rules follow event-ruler's ``JsonRuleCompiler``. Its
fallback that reads a malformed ``$or`` as the name of a field is left out: such a pattern is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

from firedoor.patterns._addresses import parse_address, parse_network
from firedoor.patterns._conditions import ABSENT, EXISTS, Bounds, Condition
from firedoor.patterns._numbers import NumberText, comparable
from firedoor.patterns._wildcards import MAX_COMPLEXITY, complexity, parse_wildcard

Conjunction = dict[str, tuple[Condition, ...]]
"""Conditions by path, in the order of the pattern; one condition per path must hold, and every path must."""

MAX_COMBINATIONS = 1000
"""Conjunctions that the ``$or``s of one pattern may multiply to (a quota of the service)."""
MAX_PATHS = 256
"""Paths in one conjunction (event-ruler's ``MAXIMUM_RULE_SIZE``)."""
_MAX_NUMBER_LENGTH = 1000

_OR = "$or"
_WILDCARDS = frozenset(("wildcard", "anything-but-wildcard"))
_RESERVED_IN_OR = frozenset(
    (
        *("exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"),
        *("=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case"),
        *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
        *("ip-address-in-range", "ip-address-not-in-range"),
    )
)
"""Field names that AWS keeps for operators: they cannot stand inside ``$or``."""


class InvalidPattern(ValueError):
    """AWS would refuse this pattern. ``str()`` is one sentence: where, what is wrong, and what to write instead."""

    def __init__(self, path: str, reason: str, fix: str) -> None:
        """Keep the three parts: dotted ``path`` (empty for the pattern itself), ``reason`` and ``fix``."""
        super().__init__(f"{path or 'pattern'}: {reason}; {fix}")
        self.path = path
        self.reason = reason
        self.fix = fix


class _Object(tuple[tuple[str, Any], ...]):
    """A JSON object with its duplicate keys, in document order."""

    __slots__ = ()


def compile_conjunctions(pattern: str | Mapping[str, Any]) -> list[Conjunction]:
    """Return the conjunctions of which any one makes ``pattern`` match (one, unless it holds ``$or``).

    Raises ``InvalidPattern``.
    """
    document = _parse(pattern) if isinstance(pattern, str) else pattern
    if not _is_object(document):
        raise InvalidPattern("", "it is not a JSON object", 'write {"source": ["aws.guardduty"]}, for example')
    try:
        conjunctions = _add_fields(document, [], (), inside_or=False)
    except RecursionError:
        raise _too_deep() from None
    for conjunction in conjunctions:
        if len(conjunction) > MAX_PATHS:
            raise InvalidPattern("", f"it names more than {MAX_PATHS} fields", "split it into several patterns")
    return conjunctions


def _parse(text: str) -> object:
    try:
        return _decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise InvalidPattern("", f"it is not valid JSON ({error})", "correct the JSON") from None


def _number(text: str) -> NumberText:
    if len(text) > _MAX_NUMBER_LENGTH:
        raise ValueError("a number has too many digits")
    return NumberText(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_number, parse_float=_number, parse_constant=_refuse_constant
).decode


def _too_deep() -> InvalidPattern:
    return InvalidPattern("", "it is nested too deeply", "name the field with a dotted key")


def _is_object(node: object) -> bool:
    return type(node) is dict or isinstance(node, (_Object, Mapping))


def _is_array(node: object) -> bool:
    return type(node) is list or (isinstance(node, (list, tuple)) and not isinstance(node, _Object))


def _members(node: Any, path: str) -> Sequence[tuple[str, Any]]:
    """Return the members of an object; from a mapping (YAML) the keys may be anything, so they are looked at."""
    if isinstance(node, _Object):
        return node
    for key in node:
        if not isinstance(key, str):
            raise InvalidPattern(path, f"the key {key!r} is not text", f'put it in quotes: "{key}"')
    return list(node.items())


def _number_text(node: object) -> str | None:
    """Return the spelling of a number, or None when ``node`` is not one."""
    if isinstance(node, NumberText):
        return node
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        return repr(node)
    return None


def _text(node: object) -> str | None:
    return node if isinstance(node, str) and not isinstance(node, NumberText) else None


def _add_fields(
    node: Any, conjunctions: list[Conjunction], steps: tuple[str, ...], *, inside_or: bool
) -> list[Conjunction]:
    """Return ``conjunctions`` with the fields of one object added, in document order, so that the last of a path wins.

    An empty list stands for one conjunction without fields yet.
    """
    path = ".".join(steps)
    members = _members(node, path)
    if not members:
        raise InvalidPattern(path, "it is an empty object", 'name a field in it, such as {"source": ["aws.iam"]}')
    for name, value in members:
        here = f"{path}.{name}" if path else name
        if name == _OR:
            conjunctions = _add_alternatives(value, conjunctions, steps, here)
        elif inside_or and name in _RESERVED_IN_OR:
            raise InvalidPattern(
                here, "AWS keeps this name for an operator, so it cannot be a field inside $or", "name the field first"
            )
        elif _is_object(value):
            conjunctions = _add_fields(value, conjunctions, (*steps, name), inside_or=inside_or)
        elif _is_array(value):
            conditions = _leaf(value, here)
            conjunctions = conjunctions or [{}]
            for conjunction in conjunctions:
                conjunction[here] = conditions
        else:
            raise InvalidPattern(here, "its value is not in an array", f"write [{_shown(value)}]")
    return conjunctions


def _add_alternatives(
    value: Any, conjunctions: list[Conjunction], steps: tuple[str, ...], path: str
) -> list[Conjunction]:
    example = '{"$or": [{"a": ["x"]}, {"b": ["y"]}]}'
    if not _is_array(value) or len(value) < 2 or not all(_is_object(member) for member in value):
        raise InvalidPattern(path, "$or needs an array of two or more objects", f"write {example}")
    expanded: list[Conjunction] = []
    for member in value:
        copies = [dict(conjunction) for conjunction in conjunctions]
        expanded += _add_fields(member, copies, steps, inside_or=True)
        if len(expanded) > MAX_COMBINATIONS:
            raise InvalidPattern(
                path,
                f"the $or alternatives multiply to more than {MAX_COMBINATIONS} combinations",
                "split it into several patterns",
            )
    return expanded


def _leaf(entries: Sequence[Any], path: str) -> tuple[Condition, ...]:
    if not entries:
        raise InvalidPattern(path, "it is an empty array", 'list at least one value, or write [{"exists": false}]')
    conditions = tuple([_exact(entry) if type(entry) is str else _entry(entry, path) for entry in entries])
    wildcards = {condition for condition in conditions if condition.kind in _WILDCARDS}
    if wildcards:
        _check_complexity(wildcards, path)
    return conditions


def _check_complexity(wildcards: Iterable[Condition], path: str) -> None:
    terms = [(operand,) if kind == "wildcard" else operand for kind, operand in wildcards]
    if complexity(terms) > MAX_COMPLEXITY:
        raise InvalidPattern(
            path,
            "its wildcards are too complex for AWS",
            "use fewer '*', fewer wildcards on this field, or less repetition after a '*'",
        )


def _entry(entry: Any, path: str) -> Condition:
    text = _text(entry)
    if text is not None:
        return _exact(text)
    number = _number_text(entry)
    if number is not None:
        return _exact_number(number, path)
    if entry is None or isinstance(entry, bool):
        return Condition("literal", entry)
    if not _is_object(entry):
        shown = _shown(entry)
        raise InvalidPattern(path, f"{shown} is not a text, number, true, false or null", "put plain values in it")
    members = _members(entry, path)
    if len(members) != 1:
        raise InvalidPattern(
            path, "an operator object holds one operator", 'write one object each: [{"prefix": "a"}, {"suffix": "b"}]'
        )
    name, operand = members[0]
    compile_operator = _OPERATORS.get(name)
    if compile_operator is None:
        known = ", ".join(_OPERATORS)
        raise InvalidPattern(path, f"{_shown(name)} is not an operator", f"use one of {known}, in lower case")
    return compile_operator(operand, path)


@lru_cache(maxsize=4096)
def _exact(text: str) -> Condition:
    address = parse_address(text)
    if address is None:
        return Condition("exact", text)
    return Condition("cidr", (address[0], address[0], address[1]))


def _exact_number(text: str, path: str) -> Condition:
    _refuse_infinite(text, path)
    value = comparable(text)
    return Condition("number-text", text) if value is None else Condition("number", value)


def _operand_number(node: object, operator: str, path: str) -> float:
    text = _number_text(node)
    if text is None:
        raise InvalidPattern(path, f"{operator} needs a number, not {_shown(node)}", f"write {operator} with a number")
    _refuse_infinite(text, path)
    value = comparable(text)
    if value is None:
        raise InvalidPattern(path, f"AWS cannot compare {text} exactly", "use a number that a double can hold")
    return value


def _refuse_infinite(text: str, path: str) -> None:
    if text in ("inf", "-inf", "nan"):
        raise InvalidPattern(path, f"{text} is not a JSON number", "write a number")


def _operand_text(node: object, operator: str, path: str) -> str:
    text = _text(node)
    if text is None:
        raise InvalidPattern(path, f"{operator} needs a text, not {_shown(node)}", f'write {{"{operator}": "text"}}')
    return text


def _only_member(node: Any, operator: str, path: str) -> tuple[str, Any]:
    members = _members(node, path)
    if len(members) != 1:
        raise InvalidPattern(path, f"{operator} holds one operator", f'write {{"{operator}": {{"name": "text"}}}}')
    return members[0]


def _exactly(operand: Any, path: str) -> Condition:
    return Condition("exact", _operand_text(operand, "exactly", path))


def _equals_ignore_case(operand: Any, path: str) -> Condition:
    return Condition("equals-ignore-case", _operand_text(operand, "equals-ignore-case", path))


def _end(operator: str) -> Callable[[Any, str], Condition]:
    """Return the compiler of ``prefix`` or ``suffix``, which take a text or an ``equals-ignore-case``."""

    def compile_operator(operand: Any, path: str) -> Condition:
        if not _is_object(operand):
            return Condition(operator, _operand_text(operand, operator, path))
        name, text = _only_member(operand, operator, path)
        if name != "equals-ignore-case":
            raise InvalidPattern(
                path,
                f"{operator} cannot hold {_shown(name)}",
                f'write {{"{operator}": "text"}} or {{"{operator}": {{"equals-ignore-case": "text"}}}}',
            )
        return Condition(f"{operator}-ignore-case", _operand_text(text, "equals-ignore-case", path))

    return compile_operator


def _wildcard_operand(text: str, path: str) -> tuple[str, ...]:
    try:
        return parse_wildcard(text)
    except ValueError as error:
        raise InvalidPattern(
            path,
            f"the wildcard {_shown(text)} is not valid ({error})",
            r"write \\* for a star and \\\\ for a backslash",
        ) from None


def _wildcard(operand: Any, path: str) -> Condition:
    literals = _wildcard_operand(_operand_text(operand, "wildcard", path), path)
    return Condition("wildcard", literals)


def _exists(operand: Any, path: str) -> Condition:
    if not isinstance(operand, bool):
        raise InvalidPattern(path, f"exists needs true or false, not {_shown(operand)}", 'write {"exists": true}')
    return EXISTS if operand else ABSENT


def _cidr(operand: Any, path: str) -> Condition:
    text = _operand_text(operand, "cidr", path)
    try:
        return Condition("cidr", parse_network(text))
    except ValueError as error:
        raise InvalidPattern(
            path,
            f"{_shown(text)} is not a CIDR range ({error})",
            'write {"cidr": "10.0.0.0/8"}; a single address stands as a plain value',
        ) from None


def _numeric(operand: Any, path: str) -> Condition:
    example = 'write {"numeric": [">=", 1, "<", 5]}'
    if not _is_array(operand) or not operand:
        raise InvalidPattern(path, "numeric needs an array of operators and numbers", example)
    if len(operand) % 2 or any(_text(name) is None for name in operand[::2]):
        raise InvalidPattern(path, "numeric alternates operators and numbers", example)
    names: tuple[str, ...] = tuple(operand[::2])
    numbers = [_operand_number(node, name, path) for name, node in zip(names, operand[1::2], strict=True)]
    infinity = float("inf")
    if names == ("=",):
        return Condition("number", numbers[0])
    included = [name.endswith("=") for name in names]
    if names in ((">",), (">=",)):
        return Condition("numeric", Bounds(numbers[0], included[0], infinity, high_included=False))
    if names in (("<",), ("<=",)):
        return Condition("numeric", Bounds(-infinity, low_included=False, high=numbers[0], high_included=included[0]))
    if len(names) != 2 or names[0] not in (">", ">=") or names[1] not in ("<", "<="):
        raise InvalidPattern(path, "numeric takes one operator, or a lower bound and then an upper bound", example)
    if numbers[0] >= numbers[1]:
        raise InvalidPattern(path, "the lower bound of numeric must be below the upper bound", 'use "=" for one number')
    return Condition("numeric", Bounds(numbers[0], included[0], numbers[1], included[1]))


def _anything_but(operand: Any, path: str) -> Condition:
    if _is_object(operand):
        return _anything_but_operator(operand, path)
    entries = operand if _is_array(operand) else [operand]
    texts = [text for entry in entries if (text := _text(entry)) is not None]
    if texts and len(texts) == len(entries):
        return Condition("anything-but", tuple(sorted(set(texts))))
    if not entries or texts or any(_number_text(entry) is None for entry in entries):
        raise InvalidPattern(
            path,
            "anything-but needs texts only or numbers only",
            'write {"anything-but": ["a", "b"]}; for null, true or false list what is wanted instead',
        )
    numbers = {_operand_number(entry, "anything-but", path) for entry in entries}
    return Condition("anything-but-number", tuple(sorted(numbers)))


def _anything_but_operator(operand: Any, path: str) -> Condition:
    name, value = _only_member(operand, "anything-but", path)
    if name not in ("prefix", "suffix", "wildcard", "equals-ignore-case"):
        raise InvalidPattern(
            path,
            f"anything-but cannot hold {_shown(name)}",
            "use prefix, suffix, wildcard or equals-ignore-case in it",
        )
    entries = value if _is_array(value) else [value]
    texts = {_operand_text(entry, name, path) for entry in entries}
    if not texts or (name in ("prefix", "suffix") and "" in texts):
        raise InvalidPattern(path, f"{name} inside anything-but needs a text that is not empty", "give it a text")
    kind = "anything-but-ignore-case" if name == "equals-ignore-case" else f"anything-but-{name}"
    if name == "wildcard":
        return Condition(kind, tuple(_wildcard_operand(text, path) for text in sorted(texts)))
    return Condition(kind, tuple(sorted(texts)))


_OPERATORS: dict[str, Callable[[Any, str], Condition]] = {
    "prefix": _end("prefix"),
    "suffix": _end("suffix"),
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
    "cidr": _cidr,
    "wildcard": _wildcard,
    "equals-ignore-case": _equals_ignore_case,
    "exactly": _exactly,
}


def _shown(node: object) -> str:
    """Return ``node`` as JSON for a message, cut at 60 characters."""
    try:
        shown = json.dumps(node, default=str, ensure_ascii=False)
    except (RecursionError, ValueError):
        shown = "this value"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
