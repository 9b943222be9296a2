"""Strict YAML: scalars as they are written, every value with its line, and all mistakes of a file at once.

Owns what YAML itself lets people get wrong: duplicate keys, numbers that lose digits, words that are booleans to one
parser and text to the next, anchors, tags. Knows nothing of what the values mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""Where a value stands: the keys and list positions that lead to it."""

DEEPEST = 60

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_YAML_11_BOOLEAN = re.compile(r"yes|no|on|off", re.IGNORECASE)
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_YAML_11_NUMBER = re.compile(
    r"[-+]?(0[box][0-9a-fA-F_]+|[0-9][0-9_]*_[0-9_]*|[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?|\.(inf|nan))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong in one file. ``message`` ends with what to write instead."""

    file: str
    line: int
    message: str
    warning: bool = False
    """True for what is allowed but surely not meant, or needs attention."""

    def __str__(self) -> str:
        """Return ``file:line: message``, as compilers do, so that editors can jump there."""
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its value, where each part of it stands, and what is wrong with it as YAML."""

    file: str
    data: Any
    lines: Mapping[Place, int]
    mistakes: tuple[Mistake, ...]

    def line(self, place: Place) -> int:
        """Return the line of a value, or of the nearest thing around it that is in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path, words: frozenset[str] = frozenset()) -> Document:
    """Read one file. ``words`` names the keys under which ``on``, ``off``, ``yes`` and ``no`` are plain words."""
    file = str(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        return Document(file, None, {}, (Mistake(file, 1, f"this is not UTF-8 ({error.reason}); save it as UTF-8"),))
    return _Reader(file, text, words).read()


class _Reader:
    """Builds the value from the parser's events, so that nothing is resolved behind our back."""

    def __init__(self, file: str, text: str, words: frozenset[str]) -> None:
        self._file = file
        self._text = text
        self._words = words
        self._lines: dict[Place, int] = {}
        self._mistakes: list[Mistake] = []

    def read(self) -> Document:
        data = None
        try:
            data = self._documents(iter(yaml.parse(self._text, Loader=_LOADER)))
        except yaml.YAMLError as error:
            self._note(_line_of(error, self._text), f"this is not YAML: {_problem(error)}")
        return Document(self._file, data, self._lines, tuple(self._mistakes))

    def _note(self, line: int, message: str) -> None:
        self._mistakes.append(Mistake(self._file, line, message))

    def _documents(self, events: Iterator[Any]) -> Any:
        found: list[Any] = []
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                first = next(events)
                if found:
                    self._note(first.start_mark.line + 1, "a second document starts here; write one document per file")
                found.append(self._value(first, events, ()))
        if not found:
            self._note(1, "the file is empty; write its fields")
        return found[0] if found else None

    def _value(self, event: Any, events: Iterator[Any], place: Place) -> Any:
        line = event.start_mark.line + 1
        self._lines.setdefault(place, line)
        if len(place) > DEEPEST:
            raise yaml.MarkedYAMLError(problem=f"more than {DEEPEST} levels deep", problem_mark=event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._note(line, f"*{event.anchor} refers to another place; write the value out")
            return None
        if event.anchor is not None:
            self._note(line, f"&{event.anchor} is an anchor; write the value out wherever it is needed")
        if event.tag is not None:
            self._note(line, f"{event.tag} is a tag; write the value without it")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, place)
        return self._mapping(events, place)

    def _sequence(self, events: Iterator[Any], place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            values.append(self._value(event, events, (*place, len(values))))
        return values

    def _mapping(self, events: Iterator[Any], place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key, line = self._key(event, events, place), event.start_mark.line + 1
            if key in lines:
                self._note(line, f"{key!r} stands here for the second time (first in line {lines[key]}); write it once")
                self._value(next(events), events, (*place, key, "again"))
                continue
            lines[key] = self._lines[*place, key] = line
            values[key] = self._value(next(events), events, (*place, key))
        return values

    def _key(self, event: Any, events: Iterator[Any], place: Place) -> str:
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent):
            self._value(event, events, (*place, "?"))
            self._note(line, "a key must be a word; write `name: value`")
            return f"?{line}"
        if event.value == "<<":
            self._note(line, "<< merges another mapping into this one; write the fields out")
        return str(event.value)

    def _scalar(self, event: Any, place: Place, line: int) -> Any:
        if event.style:
            return event.value
        value, complaint = _plain(event.value, is_word=bool(place) and place[-1] in self._words)
        if complaint:
            self._note(line, complaint)
        return value


def _plain(text: str, *, is_word: bool) -> tuple[Any, str | None]:
    """Return what an unquoted scalar means, and what is wrong with leaving it unquoted."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None, None
    if text in ("true", "True", "TRUE"):
        return True, None
    if text in ("false", "False", "FALSE"):
        return False, None
    complaint = _ambiguous(text, is_word=is_word)
    if complaint:
        return text, complaint
    if _INTEGER.fullmatch(text):
        return int(text), None
    if _FLOAT.fullmatch(text):
        return float(text), None
    return text, None


def _ambiguous(text: str, *, is_word: bool) -> str | None:
    if _YAML_11_BOOLEAN.fullmatch(text) and not is_word:
        truth = "true" if text.lower() in ("yes", "on") else "false"
        return f'unquoted {text} is a truth value to some YAML parsers and text to others; write {truth} or "{text}"'
    if _ACCOUNT_ID.fullmatch(text):
        return f'{text} is a number here, and a number never equals an account id; write "{text}"'
    if _LEADING_ZERO.fullmatch(text):
        return f'{text} is an octal number to some YAML parsers; write "{text}", or the number without leading zeros'
    if _YAML_11_NUMBER.fullmatch(text):
        return f'{text} is a number to some YAML parsers and text to others; write "{text}", or a decimal number'
    return None


def _line_of(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return mark.line + 1 if mark else 1
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position if isinstance(position, int) else 0) + 1


def _problem(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        said = ", ".join(part for part in (error.context, error.problem) if part)
        hint = (
            "indent with spaces" if " tab" in said else "look at the quotes, colons and indentation before this place"
        )
        return f"{said}; {hint}"
    return f"{str(error).splitlines()[0]}; remove that character"
