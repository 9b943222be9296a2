"""EventBridge event patterns with AWS's exact semantics: compile, match, index, explain and lint.

Owns everything a pattern can say and nothing about what follows from a match. Start with ``compile_pattern`` for one
pattern and ``build_index`` for a library of them; ``parse_event`` lets one parse serve them all.

How AWS decides is taken from its documentation, its open-source engine (event-ruler) and recorded answers
(``tests/data/patterns_aws.jsonl.gz``). Left out on purpose, because they are defects there: IPv4 ranges that match IPv6
addresses of the same digits, characters beyond 16 bits that match nothing when case is ignored, the quote that
``prefix`` and ``suffix`` can match, malformed ``$or`` read as a field, and text after the JSON object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firedoor.patterns._compiler import InvalidPattern
from firedoor.patterns._events import Event, InvalidEvent, parse_event
from firedoor.patterns._explain import Failure, explain
from firedoor.patterns._index import Index, build_index
from firedoor.patterns._lint import PatternWarning, lint_pattern
from firedoor.patterns._pattern import Pattern, compile_pattern

__all__ = [
    "Answer",
    "Event",
    "Failure",
    "Index",
    "InvalidEvent",
    "InvalidPattern",
    "Pattern",
    "PatternWarning",
    "build_index",
    "compile_pattern",
    "explain",
    "lint_pattern",
    "parse_event",
    "test_event_pattern",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``aws events test-event-pattern`` would answer; ``error`` is the reason of the two exceptions."""

    result: Literal["match", "nomatch", "exception", "event_exception"]
    error: str | None = None


def test_event_pattern(pattern_text: str, event_text: str) -> Answer:
    """Answer as the TestEventPattern API does, for JSON texts; a wrong pattern is reported before a wrong event.

    Example:
        >>> test_event_pattern('{"source": ["aws.s3"]}', '{"source": "aws.s3"}').result
        'match'

    """
    try:
        pattern = compile_pattern(pattern_text)
    except InvalidPattern as error:
        return Answer("exception", str(error))
    try:
        matches = pattern.matches(event_text)
    except InvalidEvent as error:
        return Answer("event_exception", str(error))
    return Answer("match" if matches else "nomatch")


test_event_pattern.__test__ = False  # type: ignore[attr-defined]  # the API's name, not a test of pytest's
