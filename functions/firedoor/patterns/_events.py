"""Events for matching: parsing JSON strictly, and finding the leaf values that stand at the paths of patterns.

Owns how AWS flattens an event: dotted keys, nested arrays, and which array element a value comes from. Decides nothing
about conditions.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NoReturn

from firedoor.patterns._numbers import NumberText

Data = dict[str, Any]


class InvalidEvent(ValueError):
    """The event is not a JSON object that AWS could read; ``str()`` says why."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _fast_parser() -> Callable[[str], Any] | None:
    """Return ``orjson.loads`` where it is installed.

    What it reads equals what ``json`` reads, but for two things: integers beyond 64 bits become floats (a float that
    meets a condition on numbers is read again from the text), and objects may nest some levels deeper than Python's
    recursion limit lets ``json`` go. What it refuses is left to ``json`` to judge.
    """
    try:
        loads: Callable[[str], Any] = importlib.import_module("orjson").loads
    except ImportError:
        return None
    return loads


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
_parse_standard = _decoder.decode
_parse_bare = _decoder.raw_decode  # without the look for spaces around, which no sender writes
_parse_spelled = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=NumberText).decode
_parse_fast = _fast_parser()


def _checked(parse: Callable[[str], Any], text: str) -> Data:
    try:
        data = parse(text)
    except RecursionError:
        raise InvalidEvent("the event is nested too deeply") from None
    except (ValueError, TypeError) as error:
        raise InvalidEvent(f"the event is not valid JSON: {error}") from None
    if type(data) is not dict:
        raise InvalidEvent("the event is not a JSON object")
    return data


def parse_plain(text: str) -> Data:
    """Return the event as plain Python values. Raises ``InvalidEvent``."""
    try:
        if _parse_fast is not None:
            data = _parse_fast(text)
        else:
            data, end = _parse_bare(text)
            data = data if end == len(text) else None
    except (ValueError, RecursionError):
        data = None
    return data if type(data) is dict else _checked(_parse_standard, text)


def parse_spelled(text: str) -> Data:
    """Return the event with every float as ``NumberText``. Raises ``InvalidEvent``."""
    return _checked(_parse_spelled, text)


class Event:
    """One parsed event, for any number of indexes, patterns and expressions. Treat ``data`` as read-only."""

    __slots__ = ("_spelled", "data", "text")

    def __init__(self, text: str) -> None:
        """Parse ``text``; use ``parse_event``."""
        self.text: Final = text
        self.data: Final = parse_plain(text)
        self._spelled: Data | None = None

    @property
    def spelled(self) -> Data:
        """``data`` with every float as it was written, parsed when first asked for."""
        if self._spelled is None:
            self._spelled = parse_spelled(self.text)
        return self._spelled


def parse_event(event: str | Mapping[str, Any]) -> Event:
    """Parse an event once, for matching, explaining and extracting.

    Args:
        event: the JSON text as it arrived (the spelling of numbers can matter), or a mapping, whose numbers count as
            Python writes them. Of duplicate keys the last one counts.

    Raises:
        InvalidEvent: it is not valid JSON, not an object, or nested more deeply than can be read.

    """
    if isinstance(event, str):
        return Event(event)
    try:
        return Event(json.dumps(event))
    except (TypeError, RecursionError) as error:
        raise InvalidEvent(f"the event cannot be written as JSON: {error}") from None


class Step:
    """A node of the tree of paths that patterns look at; ``path`` is set where a pattern's path ends."""

    __slots__ = ("children", "path")

    def __init__(self) -> None:
        """Start without children."""
        self.children: dict[str, Step] = {}
        self.path: str | None = None


def tree_of(paths: Iterable[str]) -> Step:
    """Return the tree of ``paths``. AWS joins names with dots, so a path's steps are what stands between its dots."""
    root = Step()
    for path in paths:
        node = root
        for name in path.split("."):
            node = node.children.setdefault(name, Step())
        node.path = path
    return root


class Elements:
    """The array elements that hold values: each has a number, the element or event around it, and its array."""

    __slots__ = ("arrays", "parents")

    def __init__(self) -> None:
        """Start with element 0, which is the event itself."""
        self.parents: list[int] = [0]
        self.arrays: list[int] = [0]


class Fields:
    """The leaf values of one event at the paths of a tree: for each path found, its values and their elements.

    ``found[path]`` is two lists of equal length. Element 0 means that a value stands in no array of objects.
    """

    __slots__ = ("elements", "found")

    def __init__(self, data: Data, tree: Step) -> None:
        """Walk ``data`` along ``tree`` once, without recursion."""
        self.found: dict[str, tuple[list[Any], list[int]]] = {}
        self.elements: Final = Elements()
        self._walk(data, tree)

    def _walk(self, data: Data, tree: Step) -> None:
        pending: list[tuple[Any, Step, int]] = [(data, tree, 0)]
        while pending:
            value, step, element = pending.pop()
            if type(value) is list:
                pending.extend(self._array(value, step, element)[::-1])
            else:
                pending.extend(self._object(value, step, element)[::-1])

    def _object(self, value: Data, step: Step, element: int) -> list[tuple[Any, Step, int]]:
        children = step.children
        inner = []
        for name, member in value.items():
            child = children.get(name)
            if child is None:
                if "." not in name:
                    continue
                child = _descend(step, name)
                if child is None:
                    continue
            kind = type(member)
            if kind is list or (kind is dict and child.children):
                inner.append((member, child, element))
            elif kind is not dict and child.path is not None:
                self._add(child.path, member, element)
        return inner

    def _array(self, values: list[Any], step: Step, element: int) -> list[tuple[Any, Step, int]]:
        """Note the plain values of an array, and return its inner arrays and objects, each with its own element."""
        parents, arrays = self.elements.parents, self.elements.arrays
        array = len(parents)  # any number that no other array has
        inner = []
        for value in values:
            kind = type(value)
            if kind is list or (kind is dict and step.children):
                inner.append((value, step, len(parents)))
                parents.append(element)
                arrays.append(array)
            elif kind is not dict and step.path is not None:
                self._add(step.path, value, element)
        return inner

    def _add(self, path: str, value: Any, element: int) -> None:
        field = self.found.get(path)
        if field is None:
            self.found[path] = ([value], [element])
        else:
            field[0].append(value)
            field[1].append(element)


def _descend(step: Step, name: str) -> Step | None:
    """Return the step that a dotted key leads to."""
    node: Step | None = step
    for part in name.split("."):
        node = node.children.get(part) if node is not None else None
    return node
