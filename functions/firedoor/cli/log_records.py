"""Where the records of a log file are: one to a line as Bedrock writes them, or as people keep them.

Owns finding them only: one record over many lines, several of them, or a JSON array. What is in one
is ``invocations``'.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"\s*")
_BETWEEN = re.compile(r"\s*,?\s*")
_DECODER = json.JSONDecoder()


def records(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (line, JSON text) of each record, with the line that it begins in, from 1.

    What is no JSON is yielded as it stands, by lines, or in one piece after records that are: its reader tells of it.
    """
    lines = [(number, line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
    if not lines or _is_an_object(lines[0][1]):
        yield from lines
        return
    found = _values(body.decode("utf-8-sig", "replace"))
    yield from lines if found is None else ((line, text.encode("utf-8", "replace")) for line, text in found)


def _is_an_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8-sig", "replace")), dict)
    except (ValueError, RecursionError):
        return False


def _values(text: str) -> list[tuple[int, str]] | None:
    """Return (line, text) of values that follow one another, in an array or without; None if the first is no JSON."""
    found: list[tuple[int, str]] = []
    start = _end(_SPACE, text, 0)
    in_array = text.startswith("[", start)
    start = _end(_SPACE, text, start + 1) if in_array else start
    line, counted = 1, 0
    while start < len(text) and not (in_array and text[start] == "]" and not text[start + 1 :].strip()):
        line, counted = line + text.count("\n", counted, start), start
        try:
            _, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            return [*found, (line, text[start:])] if found else None
        found.append((line, text[start:end]))
        start = _end(_BETWEEN if in_array else _SPACE, text, end)
    return found


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
