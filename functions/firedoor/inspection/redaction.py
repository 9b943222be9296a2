"""Replace personal data and credentials by typed keyed fingerprints, in a text and in a whole JSON record.

Owns the form of the replacement (``[EMAIL:3f9a1c]``) and the walk over a record, which leaves its structure valid.
What is personal or secret is decided in `pii` and `secrets`; who may redact which object is not decided here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from firedoor.inspection import pii, secrets

_Finding = tuple[int, int, str, str]  # start, end, type, fingerprint
_Path = tuple[str | int, ...]

DIGITS = 6
"""Hex digits of a fingerprint in a text. Two of 1,000 different values share one with a chance of 3 %."""

MAX_DEPTH = 100
"""Levels of a record that are walked: log records have about ten, and what is deeper is replaced whole."""

TOO_DEEP = "[NOT_INSPECTED:too deep]"

_REPLACED = re.compile(r"\[[A-Z][A-Z0-9_]*:[0-9a-f]{6}\]")
# Keys of request and answer bodies: they say nothing about their value, and "text" would announce a phone number.
_BODY_KEYS = frozenset(
    ("body", "content", "data", "generation", "input", "message", "messages", "output", "prompt", "text", "value")
)
_SHORTEST_NUMBER = 7  # digits of the shortest number that can be personal data (a phone number)


def redact_text(text: str, key: bytes) -> str:
    """Return `text` with each finding replaced by ``[TYPE:fingerprint]``; what is already replaced stays as it is.

    The same value and `key` give the same fingerprint, however the value is spaced or cased, so that repeats correlate;
    without the key a fingerprint says nothing. A credential's is the beginning of `secrets.fingerprint`.
    """
    return _redact(text, key, label="")


def redact_record(json_value: Any, key: bytes) -> Any:
    """Return a copy of a decoded JSON value with every string, number and object key redacted.

    A string that holds JSON itself (a request body) is redacted inside and stays JSON. The key of a member counts as
    the words in front of its value, so that ``{"ssn": "…"}`` is found; a number with a finding becomes a string.
    What a streamed answer splits over several chunks of a list is found too: the first of them gets the replacement.
    """
    return _redact_value(json_value, key, label="", depth=0)


def _redact_value(value: Any, key: bytes, label: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        return {_redact(k, key, label=""): _redact_value(v, key, k, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_redact_value(item, key, label, depth + 1) for item in _redact_across_chunks(value, key)]
    if isinstance(value, str):
        return _redact_string(value, key, label, depth)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _redact_number(value, key, label)
    return value


def _redact_string(text: str, key: bytes, label: str, depth: int) -> str:
    """Redact a string that may be JSON; one without a finding is returned unchanged, to the byte."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            inner = json.loads(text, object_pairs_hook=_without_repeated_keys)
        except (ValueError, RecursionError):  # a text that only begins like JSON, or hides a value behind another
            return _redact(text, key, label)
        redacted = _redact_value(inner, key, label, depth + 1)
        return text if redacted == inner else json.dumps(redacted, ensure_ascii=False)
    return _redact(text, key, label)


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object repeats a key")
    return members


def _redact_number(number: float, key: bytes, label: str) -> float | str:
    written = str(number)
    if len(written) < _SHORTEST_NUMBER:
        return number
    redacted = _redact(written, key, label)
    return number if redacted == written else redacted


def announced(label: str) -> str:
    """Return the words that the name of a member puts in front of its value; none if it says nothing about it."""
    return f"{label}: " if label and label not in _BODY_KEYS else ""


def _redact(text: str, key: bytes, label: str) -> str:
    """Redact `text`, read as if ``label: `` stood in front of it."""
    prefix = announced(label)
    parts: list[str] = []
    position = 0
    for start, end, kind, value in _findings(prefix + text, key):
        if end > len(prefix):  # a finding in the label itself is redacted as the key that it is
            parts += (text[position : max(0, start - len(prefix))], f"[{kind}:{value}]")
            position = end - len(prefix)
    return "".join((*parts, text[position:]))


def _findings(text: str, key: bytes) -> Iterator[_Finding]:
    """Yield what to replace, in order; findings that overlap are replaced as one, under the name of the secret."""
    found = [(s.start, s.end, s.type, False) for s in secrets.find(text)]
    found += [(s.start, s.end, s.type, True) for s in pii.find(text)]
    replaced = [match.span() for match in _REPLACED.finditer(text)]
    merged: list[tuple[int, int, str, bool]] = []
    for span in sorted(found):
        if _touches(replaced, span[0], span[1]):
            continue
        if merged and span[0] < merged[-1][1]:
            before = merged.pop()
            kind, is_pii = (before[2:], span[2:])[before[3]]
            span = (before[0], max(before[1], span[1]), kind, is_pii)
        merged.append(span)
    for start, end, kind, is_pii in merged:
        value = text[start:end]
        yield start, end, kind, _fingerprint(kind, value, key) if is_pii else secrets.fingerprint(value, key)[:DIGITS]


def _touches(intervals: list[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether ``start:end`` overlaps one of `intervals`, which are sorted and do not overlap."""
    i = bisect(intervals, (end, -1))
    return i > 0 and intervals[i - 1][1] > start


def _fingerprint(kind: str, value: str, key: bytes) -> str:
    """Name a value by its type and by what is left of it without spaces, punctuation and case."""
    plain = value.casefold() if kind in ("EMAIL", "IP") else "".join(filter(str.isalnum, value)).casefold()
    message = f"{kind}\0{plain}".encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:DIGITS]


def _redact_across_chunks(items: list[Any], key: bytes) -> list[Any]:
    """Replace what begins in the string of one item and ends in the same string of a later one (a streamed answer)."""
    pieces: dict[_Path, list[tuple[int, str]]] = {}
    for index, item in enumerate(items):
        if isinstance(item, dict):
            for path, text in _strings(item):
                pieces.setdefault(path, []).append((index, text))
    changed: dict[int, list[tuple[_Path, str]]] = {}
    for path, parts in pieces.items():
        texts = [text for _, text in parts]
        for (index, before), after in zip(parts, _redact_joined(texts, key), strict=True):
            if before != after:
                changed.setdefault(index, []).append((path, after))
    return [_with_strings(item, changed[i]) if i in changed else item for i, item in enumerate(items)]


def _strings(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    """Yield the strings under `value` with their paths, as deep as a chunk of a stream goes."""
    if isinstance(value, str):
        yield path, value
    elif len(path) < 8 and isinstance(value, (dict, list)):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(inner, (*path, step))


def _redact_joined(texts: list[str], key: bytes) -> list[str]:
    """Redact what crosses from one of `texts` into the next, and nothing that lies in one of them."""
    if len(texts) < 2:
        return texts
    ends = list(accumulate(map(len, texts)))
    redacted = list(texts)
    for start, end, kind, value in reversed(list(_findings("".join(texts), key))):
        first, last = bisect(ends, start), bisect(ends, end - 1)
        begin = start - (ends[first] - len(texts[first]))
        if first == last or any(s == begin for s, _, _, _ in _findings(texts[first], key)):
            continue  # the item's own finding; what follows it only happens to look like more of it
        redacted[last] = redacted[last][end - (ends[last] - len(texts[last])) :]
        redacted[first + 1 : last] = [""] * (last - first - 1)
        redacted[first] = redacted[first][:begin] + f"[{kind}:{value}]"
    return redacted


def _with_strings(value: Any, strings: list[tuple[_Path, str]]) -> Any:
    """Return a copy of `value` with the strings at the given paths exchanged."""
    copy = json.loads(json.dumps(value))
    for path, text in strings:
        holder = copy
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = text
    return copy
