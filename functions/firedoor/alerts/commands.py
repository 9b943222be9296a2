"""Shell commands that a person can paste: kept exact, kept from becoming links, folded to the width of a mail.

Owns quoting and folding. Which commands there are is the actions' to say.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from firedoor.alerts.text import WIDTH, columns, is_unseen, mask, mask_key_ids, risks

LONGEST = 2_000
"""Characters; a longer command is fetched with ``firedoor show``, not read in a mail."""

_KEY = re.compile(r"\S*A(?:KIA|SIA)[A-Z0-9]{12,}\S*")
_KEY_OPTION = re.compile(r"--access-key-id[ =]['\"]?(AKIA[A-Z0-9]{12,})['\"]?(?=\s|$)")
_USER_OPTION = re.compile(r"--user-name[ =]('[^']*'|[^\s'\"]+)(?=\s|$)")
_ACTIVE = re.compile(r"[$`\\!*?~#;&|<>(){}\[\]]")
_CHUNK_MARGIN = 4


def pasteable(command: str) -> tuple[str, ...]:
    """Return a command as it may be shown: one or two commands that do the same, or nothing if that cannot be had.

    A full key id is looked up by its last four characters; a name that would become a link is quoted apart; a command
    with invisible characters, another secret, or too long is left out.
    """
    if len(command) > LONGEST or any(is_unseen(character) for character in command):
        return ()
    lookup, command = _without_key_id(command)
    words = split(command)
    if words is None or mask(command) != command:
        return ()
    shown = [_safe(word) for word in words]
    if any(word is None for word in shown):
        return ()
    return (*lookup, " ".join(word for word in shown if word))


def _without_key_id(command: str) -> tuple[tuple[str, ...], str]:
    key, user = _KEY_OPTION.search(command), _USER_OPTION.search(command)
    if (
        not key
        or not user
        or mask_key_ids(command[: key.start(1)] + command[key.end(1) :])
        != (command[: key.start(1)] + command[key.end(1) :])
    ):
        return (), command
    last = key[1][-4:]
    find = (
        f"KEY=$(aws iam list-access-keys --user-name {user[1]} --output text "
        f"--query \"AccessKeyMetadata[?ends_with(AccessKeyId,'{last}')].AccessKeyId\")"
    )
    return (find,), f'{command[: key.start()]}--access-key-id "$KEY"{command[key.end() :]}'


def split(command: str) -> list[str] | None:
    """Split a command at its unquoted spaces, quotes kept; None if a quote is not closed."""
    words: list[str] = []
    word, quote = "", ""
    for character in command:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == " ":
            words += [word] if word else []
            word = ""
            continue
        word += character
    return None if quote else words + ([word] if word else [])


def _literal(word: str) -> str | None:
    """Return what the shell makes of a word in which nothing is expanded; None if something may be."""
    try:
        parts = shlex.split(word)
    except ValueError:
        return None
    unquoted = re.sub(r"'[^']*'", "", word)
    if len(parts) != 1 or _ACTIVE.search(unquoted.replace('"', "")):
        return None
    return parts[0]


def _safe(word: str) -> str | None:
    if not any(True for _ in risks(word)) and columns(word) <= WIDTH - 8:
        return word
    value = _literal(word)
    return None if value is None else "".join(_atoms(value, LONGEST))


def _atoms(value: str, room: int) -> Iterator[str]:
    """Quote a value in pieces, broken where it would make a link, each at most ``room`` columns wide."""
    cuts = sorted({cut for risk in risks(value) for cut in (risk.end - 1, risk.end)})
    for start, end in zip([0, *cuts], [*cuts, len(value)], strict=True):
        piece = ""
        for character in value[start:end]:
            if columns(shlex.quote(piece + character)) > room - _CHUNK_MARGIN:
                whole = max(piece.rfind(separator, len(piece) // 2) for separator in " ,/") + 1 or len(piece)
                yield _quoted(piece[:whole])
                piece = piece[whole:]
            piece += character
        if piece:
            yield _quoted(piece)


def _quoted(piece: str) -> str:
    if piece in (".", ":"):
        return piece
    return f"'{piece}'" if "'" not in piece else shlex.quote(piece)


def fold(command: str, indent: str = "    ", width: int = WIDTH) -> list[str]:
    r"""Break a pasteable command into lines of at most ``width`` columns that the shell joins again (``\``).

    The lines after the first of a word that had to be broken begin at the first column: a space would end the word.
    """
    lines, line, more = [], indent, indent + "  "
    for word in split(command) or []:
        glue = "" if not line.strip() else " "
        if columns(line + glue + word) <= width - 2:
            line += glue + word
            continue
        if line.strip():
            lines.append(f"{line} \\")
            line = more
        if columns(line + word) <= width - 2:
            line += word
            continue
        value = _literal(word)
        for atom in _atoms(value, width - len(more)) if value is not None else [word]:
            if line.strip() and columns(line + atom) > width - 1:
                lines.append(f"{line}\\")
                line = ""
            line += atom
    return [*lines, line]
