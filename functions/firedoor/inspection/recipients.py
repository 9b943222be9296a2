"""Whether a tool call reaches somebody or something that only a stranger's sentence named.

Owns what is reached by the name of its argument: a channel, an account, a user, a branch, a file. What its own
form shows (a host, an address, an ARN) is ``exfiltration``'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firedoor.inspection.invocations import ToolCall

_MOST = 32
"""Values of one invocation that are looked for in what was retrieved."""

_LONGEST = 120
"""Characters from which on a value is no name."""

_FIELD = re.compile(
    r"(?!(?:from|source|sender|by|my|current|default)_)(?:[a-z]+_){0,2}"
    r"(?:account|assignee|attendee|bcc|beneficiary|branch|cc|channel|chat|contact|conversation|group|iban|invitee|member|mobile|org"
    r"|organi[sz]ation|participant|payee|phone|receiver|recipient|repo|repository|room|team|telephone|user|user_?name|wallet|workspace)s?"
    r"(?:_(?:address|handle|ids?|key|names?|no|numbers?))?"
)
_FIELD_OF_ANYTHING = re.compile(r"(?:send_|share_)?to|with|target|destination")
"""May hold a town or a date too: then a name must look like one of a computer's."""

_FILE_FIELD = re.compile(r"(?:[a-z]+_){0,2}(?:dir|directory|file|file_?name|file_?path|folder|path|dst|src)s?")
_OUTSIDE = re.compile(
    r"(?:~|\.\.|[a-z]:)?[/\\]|.*(?:[/\\]\.\.[/\\]|\.(?:aws|docker|env|git-credentials|gnupg|kube|netrc|npmrc|ssh)\b)",
    re.I,
)
"""What lies outside of the folder in which an agent works, or holds credentials."""

_FOLDER = re.compile(r"(?<![\w/])(?:~|\.\.|[a-z]:)?(?:[/\\][\w.-]{1,100}){1,16}[/\\]?", re.I)
_READS = re.compile(
    r"(?:^|__|[.:/])(?i:check|count|describe|fetch|find|get|has|is|list|load|look_?up|query|read|retrieve|search|select|show"
    r"|validate|verify|view)(?![a-z])"
)
"""Tools that look something up reach nobody by whom they look up."""

_NO_NAME = re.compile(
    r"(?:all|default|dev|develop|everyone|false|head|here|main|master|me|myself|none|null|private|public|self|true|trunk|user|[\W_]*)",
    re.I,
)
_DATE = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[ T].*)?")
_FORM = re.compile(r"://|@[\w-]+\.\w|^arn:|^\+\d|^(?:[\w-]+\.)+[a-z]{2,24}$|^(?:\d{1,3}\.){3}\d{1,3}$", re.I)
_LIKE_A_COMPUTER_S = re.compile(r"[@#]|\d|_|\w-\w")
_FIRST_OF_A_PERSON = re.compile(r"^([^\W\d_]{3,})(?: [^\W\d_]+){1,3}$")
_LETTERS = re.compile(r"[^\W_]+")
_SAYS = re.compile(r"[^\W\d_]{2,}")
_BETWEEN_CELLS = re.compile(r"[\n\t|;{}\[\]]|,(?! )")
_AROUND = 300
"""Characters before and after a name that are looked at for a sentence."""

_DIRECTS = re.compile(
    r"\b(?:to|into|via|add|call|change|copy|delete|forward|give|grant|invite|merge|message|move|notify|pay|post|push|send|set|share|switch|text|"
    r"transfer|upload|use|write)\b",
    re.I,
)
_PROSE = re.compile(
    r"answer|body|comment|contents?|description|html|markdown|message|notes?|reply|report|subject|summary|text|title",
    re.IGNORECASE,
)
"""Names of arguments that say something. What is only spoken of there is not reached."""


def follows_a_stranger(tool_calls: Sequence[ToolCall], trusted: Sequence[str], untrusted: Sequence[str]) -> bool:
    """Tell whether a tool call reaches what only a sentence in retrieved text named.

    A name that stands alone in retrieved text, as a value of JSON, a cell or a ``name: value`` line, is what tools
    answer with, as the id of a channel that the user named otherwise; the same in a sentence is somebody's wish.

    Args:
        tool_calls: What the model called.
        trusted: What the system and the user wrote.
        untrusted: What was retrieved.
    """
    reached = dict.fromkeys(value for call in tool_calls for value in _reached(call))
    names = [name for name in list(reached)[:_MOST] if not _is_named(name, trusted)]
    if not names:
        return False
    pieces = [piece for text in untrusted for piece in _pieces(text)]
    return any(_is_wished(name, pieces) for name in names)


def named_values(arguments: Any) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of a tool call's arguments that may reach something; they may be JSON text."""
    left: list[tuple[str, Any]] = [("", _parsed(arguments))]
    while left:
        name, value = left.pop()
        if isinstance(value, Mapping):
            left += [(str(key), member) for key, member in value.items()]
        elif isinstance(value, list):
            left += [(name, member) for member in value]
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, str(value)
        elif isinstance(value, str) and not _PROSE.fullmatch(name):
            yield name, value


def _parsed(arguments: Any) -> Any:
    if isinstance(arguments, str):
        try:
            return json.loads(arguments)
        except (ValueError, RecursionError):
            return arguments
    return arguments


def _reached(call: ToolCall) -> Iterator[str]:
    """Yield the names in a call's arguments, without the signs around them."""
    for argument, text in named_values(call.arguments):
        name, value = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", argument).lower(), text.strip()
        if not 2 < len(value) <= _LONGEST or _FORM.search(value):
            continue
        if _FILE_FIELD.fullmatch(name):
            if _OUTSIDE.match(value):
                yield value
        elif not _READS.search(call.name) and _is_a_name(name, value):
            yield value


def _is_a_name(field: str, value: str) -> bool:
    if _NO_NAME.fullmatch(value) or _DATE.fullmatch(value) or (value.isdigit() and len(value) < 5):
        return False
    if _FIELD.fullmatch(field):
        return True
    return bool(_FIELD_OF_ANYTHING.fullmatch(field) and _LIKE_A_COMPUTER_S.search(value))


def _is_named(name: str, trusted: Sequence[str]) -> bool:
    """Tell whether trusted text has a name, however spelled; of a person the first name, of a file a folder or end."""
    forms = [name, *_FIRST_OF_A_PERSON.findall(name)]
    if re.search(r"[/\\]", name) and (last := re.split(r"[/\\]", name.rstrip("/\\"))[-1]):
        forms += [last] if _OUTSIDE.match(name) and "." in last.lstrip(".") else []
        folders = (folder.rstrip("/\\") for text in trusted for folder in _FOLDER.findall(text))
        if ".." not in name and any(folder and name.startswith((folder + "/", folder + "\\")) for folder in folders):
            return True
    patterns = [_spelled(form) for form in forms]
    return any(pattern.search(text) for pattern in patterns for text in trusted)


def _spelled(name: str) -> re.Pattern[str]:
    """Match a name with other signs, or none, between its parts: ``dev-team``, "Dev Team", an IBAN in groups."""
    if re.search(r"[/\\]", name):
        body = re.escape(name)
    elif sum(map(str.isdigit, name)) >= 8 or name.isdigit():
        body = r"[ .()/-]{0,2}".join(re.escape(letter) for letter in re.sub(r"[\W_]", "", name))
    else:
        body = r"[\W_]{1,3}".join(map(re.escape, _LETTERS.findall(name)))
    return re.compile(rf"(?<![^\W_]){body}(?![^\W_])", re.I)


def _pieces(text: str) -> Iterator[str]:
    """Yield a text, or of JSON text the values in it."""
    if text.lstrip()[:1] in ("{", "["):
        parsed = _parsed(text)
        if not isinstance(parsed, str):
            yield from _values(parsed)
            return
    yield text


def _values(value: Any) -> Iterator[str]:
    """Yield all texts and numbers of a JSON value."""
    left: list[Any] = [value]
    while left:
        each = left.pop()
        if isinstance(each, Mapping):
            left += each.values()
        elif isinstance(each, list):
            left += each
        elif isinstance(each, (str, int)) and not isinstance(each, bool):
            yield str(each)


def _is_wished(name: str, pieces: Sequence[str]) -> bool:
    """Tell whether a name stands in a sentence of a piece, and nowhere alone."""
    spelled, wished = _spelled(name), False
    for piece in pieces:
        for found in spelled.finditer(piece):
            before = _BETWEEN_CELLS.split(piece[max(found.start() - _AROUND, 0) : found.start()])[-1]
            after = _BETWEEN_CELLS.split(piece[found.end() : found.end() + _AROUND])[0]
            if not _is_sentence(before, after):
                return False
            wished = True
    return wished


def _is_sentence(before: str, after: str) -> bool:
    around = f"{before} {after}"
    words = len(_SAYS.findall(around))
    return words >= 6 or (words >= 3 and bool(_DIRECTS.search(around)))
