"""Why a pattern does not match an event: the first condition that failed, in words for a person.

Owns the wording only. Whether the pattern matches is asked of the same compiled pattern that matches.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firedoor.patterns._conditions import describe
from firedoor.patterns._consistency import Choice
from firedoor.patterns._events import Data, Event, Fields, parse_event
from firedoor.patterns._numbers import NumberText
from firedoor.patterns._pattern import Pattern, Requirement, Satisfied, choice_of, compile_pattern, holds

_LONGEST = 120
_SHOWN_VALUES = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """The first condition that an event does not meet.

    ``path`` is dotted; ``expected`` and ``found`` are words without a full stop. ``found`` quotes the event as JSON,
    cut at 120 characters a value: treat it as hostile text.
    """

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return the failure as one line."""
        return f"{self.path}: expected {self.expected}, found {self.found}"


def explain(pattern: str | Mapping[str, Any] | Pattern, event: str | Mapping[str, Any] | Event) -> Failure | None:
    """Return why ``pattern`` does not match ``event``, or None when it does.

    Of several ``$or`` combinations the one is told of that got furthest, in the order of the pattern.

    Raises:
        InvalidPattern: AWS would refuse the pattern.
        InvalidEvent: the event is not a JSON object that can be read.

    Example:
        >>> print(explain({"source": ["aws.iam"]}, {"source": "aws.s3"}))
        source: expected "aws.iam", found "aws.s3"

    """
    compiled = pattern if isinstance(pattern, Pattern) else compile_pattern(pattern)
    parsed = event if isinstance(event, Event) else parse_event(event)
    if compiled.matches(parsed):
        return None
    data = parsed.spelled
    fields = compiled.fields(data)
    known: Satisfied = {}
    attempts = [
        _attempt(requirements, written, fields, known)
        for requirements, written in zip(compiled.conjunctions, compiled.written, strict=True)
    ]
    _, requirement, apart = max(attempts, key=lambda attempt: attempt[0])
    return _failure(requirement, fields, data, apart=apart)


def _attempt(
    requirements: tuple[Requirement, ...], written: tuple[str, ...], fields: Fields, known: Satisfied
) -> tuple[int, Requirement, bool]:
    """Return how many conditions were met, the one that was not, and whether it was met but not by one element."""
    by_path = {requirement.path: requirement for requirement in requirements}
    for met, path in enumerate(written):
        if not _met_alone(choice_of(by_path[path], fields, known)):
            return met, by_path[path], False
    for number in range(1, len(requirements)):
        if not holds(requirements[:number], fields, known):
            return len(written), requirements[number - 1], True
    return len(written), requirements[-1], True


def _met_alone(choice: Choice) -> bool:
    return bool(choice.satisfying) or (choice.may_be_absent and (not choice.present or any(choice.present)))


def _failure(requirement: Requirement, fields: Fields, data: Data, *, apart: bool) -> Failure:
    expected = " or ".join(dict.fromkeys(describe(condition) for condition in requirement.conditions))
    if apart:
        expected += " in the same array element as the other conditions"
    values, _ = fields.found.get(requirement.path, ([], []))
    if not values:
        found = _standing(data, requirement.path)
    else:
        shown = [_quoted(value) for value in values[:_SHOWN_VALUES]]
        found = ", ".join(shown) + (f" and {len(values) - len(shown)} more" if len(values) > len(shown) else "")
        if apart:
            found += " in different elements"
    return Failure(requirement.path, expected, found)


def _standing(data: Data, path: str) -> str:
    """Say what is at ``path`` when no plain value is."""
    node: object = data
    for name in path.split("."):
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, dict):
        return "an object, which counts as absent"
    if isinstance(node, list):
        return "an array without plain values, which counts as absent"
    return "nothing"


def _quoted(value: object) -> str:
    shown = str(value) if isinstance(value, NumberText) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
