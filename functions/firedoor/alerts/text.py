"""Text from events, made safe to show: stripped, masked, defanged, capped and wrapped.

Owns what may be seen. Escaping for a medium (Markdown, HTML, a shell) is the renderings' and ``commands``'.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from firedoor.alerts.tlds import TLDS

_TLDS = frozenset(TLDS.split())

WIDTH = 78
"""Columns of a mail."""

_REACH = 20_000
"""Characters of a value that are looked at; no limit of a field is near it."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_SPACES = re.compile(r"\s+")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufffc"
    "\U0001d159\U0001d173\U0001d174\U0001d175\U0001d176\U0001d177\U0001d178\U0001d179\U0001d17a"
)
"""Characters that show nothing although their category says that they do (Unicode's Default_Ignorable, and blanks)."""
_MARKS_IN_A_ROW = 2
"""Real writing needs no more combining marks on one letter; more of them cover the lines above and below."""

# No boundary is asked for, unlike in ``inspection``: a key with a letter glued to it must not be shown either.
_KEY_ID = re.compile(
    r"A(?:KIA|SIA|BIA|CCA|3T[A-Z0-9])[A-Z0-9]{8,}([A-Z0-9]{4})|ABSK[A-Za-z0-9+/=]{8,}([A-Za-z0-9+/=]{4})"
)

_TOKEN = re.compile(
    r"(?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|sk_live_|rk_live_|sk-ant-|sk-proj-|AIza|hvs\.|npm_|dop_v1_)[\w-]{16,}"
)

_RISKS = re.compile(
    r"""
      (?P<web>https?|ftps?)\s?:(?=\s?[/\\])                   # a web address, also as browsers mend it
    | (?P<scheme>(?<![a-z0-9+-])(?!s3:)[a-z][a-z0-9+-]*):(?=//)
    | (?P<bare>javascript|vbscript|mailto
        |(?<![a-z0-9:])(?:data|tel|sms|file|blob|callto|facetime|skype|slack|msteams)):(?=\S)
    | (?P<share>\\\\)(?=[\w.])                                # \\server\share
    | (?P<dot>[.。．｡])(?=(?P<label>[\w-]+))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE_DOT = re.compile(r"(?:@[\w.。．｡-]*|(?<!\w)www)$", re.IGNORECASE)


def clean(value: object, limit: int) -> str:
    """Return ``value`` as one line that may be shown: visible, masked, defanged, at most ``limit`` characters long.

    ``None`` and what is empty after stripping give an empty string. What is too long ends in ``…``.
    """
    if value is None:
        return ""
    return cap(defang(mask(visible(str(value)[:_REACH]))), limit)


def cap(text: str, limit: int) -> str:
    """Cut ``text`` to ``limit`` characters; a cut one ends in ``…``."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space >= limit - _LAST_WORD else cut).rstrip() + "…"


_LAST_WORD = 18
"""A word of at most so many characters is dropped whole rather than cut."""


def visible(text: str) -> str:
    """Drop terminal sequences and every character that shows nothing or turns the direction of others; one line."""
    kept: list[str] = []
    marks = _MARKS_IN_A_ROW
    for character in _SPACES.sub(" ", _ANSI.sub("", text)):
        if is_unseen(character):
            continue
        marks = marks + 1 if unicodedata.combining(character) or unicodedata.category(character) == "Me" else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return _SPACES.sub(" ", "".join(kept)).strip()


def is_unseen(character: str) -> bool:
    """Tell whether a character is a control, bidirectional, zero-width or otherwise invisible one."""
    if " " <= character <= "~":
        return False
    if unicodedata.category(character) in _UNSEEN_CATEGORIES or character in _UNSEEN:
        return True
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def mask(text: str) -> str:
    """Hide secrets, and all of a key id but its last four characters."""
    from firedoor.inspection.secrets import find

    text = _TOKEN.sub("[secret hidden]", mask_key_ids(text))
    for span in sorted(find(text), key=lambda span: span.start, reverse=True):
        text = f"{text[: span.start]}[{span.type} hidden]{text[span.end :]}"
    return text


def mask_key_ids(text: str) -> str:
    """Replace every key id (``AKIA…``, ``ASIA…``, ``ABSK…``) by ``…`` and its last four characters."""
    return _KEY_ID.sub(lambda found: f"…{found[1] or found[2]}", text)


@dataclass(frozen=True, slots=True)
class Risk:
    """A place in a text that programs would make a link of, and what stands there instead."""

    start: int
    end: int
    instead: str


def risks(text: str) -> Iterator[Risk]:
    """Yield the places that make a link of a text, in order, never overlapping."""
    for found in _RISKS.finditer(text):
        if found["dot"]:
            if _links(text[: found.start()], found["dot"], found["label"]):
                yield Risk(found.start("dot"), found.end("dot"), "[.]")
        elif found["share"]:
            yield Risk(found.start(), found.end("share"), "[\\\\]")
        elif found["web"]:
            yield Risk(found.start(), found.end(), f"{_HARMLESS[found['web'].lower()]}[:]")
        else:
            yield Risk(found.end() - 1, found.end(), "[:]")


_HARMLESS = {"http": "hxxp", "https": "hxxps", "ftp": "fxp", "ftps": "fxps"}


def _links(before: str, dot: str, label: str) -> bool:
    if not before or before[-1].isspace():
        return False
    # No domain has an underscore: a program that makes links stops before it.
    label = label.partition("_")[0]
    return (
        dot != "."
        or label.lower() in _TLDS
        or label.lower().startswith("xn--")
        or not label.isascii()
        or _BEFORE_DOT.search(before[-300:]) is not None
    )


def defang(text: str) -> str:
    """Break web addresses, mail addresses and domains so that no program makes a link of them."""
    parts: list[str] = []
    position = 0
    for risk in risks(text):
        parts += text[position : risk.start], risk.instead
        position = risk.end
    return "".join(parts) + text[position:]


def columns(text: str) -> int:
    """Return how many columns a terminal or a fixed-width mail needs for ``text``."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrap(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> list[str]:
    """Break ``text`` into lines of at most ``width`` columns; ``first`` and ``rest`` stand before them.

    A word that is too long for a line is broken, after ``/`` or ``:`` where there is one.
    """
    rest = " " * columns(first) if rest is None else rest
    lines: list[str] = []
    prefix, line = first, ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if columns(prefix + joined) <= width:
            line = joined
            continue
        room = width - columns(prefix + line) - 1
        if line and room >= _WORTH_FILLING and columns(rest + word) > width:
            # The word must be broken anyway: its beginning stays on this line.
            head = _head(word, room)
            line, word = f"{line} {head}", word[len(head) :]
        if line:
            lines.append(prefix + line)
            prefix, line = rest, ""
        while columns(prefix + word) > width:
            head = _head(word, width - columns(prefix))
            lines.append(prefix + head)
            prefix, word = rest, word[len(head) :]
        line = word
    return [*lines, prefix + line] if line or not lines else lines


_WORTH_FILLING = 24
"""Columns that must be left on a line for a broken word to begin there."""


def _head(word: str, room: int) -> str:
    """Return the longest beginning of ``word`` that fits, ending after a separator if a near one is there."""
    end = used = 0
    for character in word:
        used += columns(character)
        if used > room:
            break
        end += 1
    nice = max(word.rfind(separator, end // 2, end) for separator in "/:,")
    return word[: nice + 1] if nice > 0 else word[: max(end, 1)]
