"""Reading values out of a YAML document in the types that the language wants, noting every mistake with its line.

Owns the wording of mistakes of form. What the values mean to each other is for those who read with it to check.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from firedoor.cli import language
from firedoor.cli.yaml_file import Document, Mistake, Place

_ABSENT: Final = object()


def nearest(word: str, known: Iterable[str]) -> str:
    """Return what was probably meant, as the end of a message."""
    words = sorted(known)
    if not words:
        return "leave it out"
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.6)
    return f"write {near[0]}" if near else f"write one of: {', '.join(words)}"


class Cursor:
    """One value of a document. Every read returns it in the wanted type, or notes a mistake and returns nothing.

    A cursor to something absent reads as nothing and notes nothing: that it is missing was said where it is missed.
    """

    def __init__(self, document: Document, notes: list[Mistake], place: Place = (), value: Any = None) -> None:
        """Point at ``value``, which stands at ``place``; ``notes`` collects the mistakes of the whole file."""
        self._document = document
        self._notes = notes
        self.place = place
        self.value = value

    @property
    def present(self) -> bool:
        """Whether there is anything here."""
        return self.value is not _ABSENT

    @property
    def name(self) -> str:
        """The field's name for messages and for ``language.TERMS``: ``steps.with``, without list positions."""
        return ".".join(part for part in self.place if isinstance(part, str))

    @property
    def line(self) -> int:
        """The line it stands in."""
        return self._document.line(self.place)

    def wrong(self, message: str, *, warning: bool = False) -> None:
        """Note a mistake at this place. ``message`` ends with what to write instead."""
        self._notes.append(Mistake(self._document.file, self.line, message, warning))

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> Mapping[str, Cursor]:
        """Read a mapping with known fields; unknown and missing ones are mistakes."""
        if not self.present:
            return {name: self._at(name, _ABSENT) for name in (*required, *optional)}
        if not isinstance(self.value, dict):
            self._mistyped("a mapping")
            return {name: self._at(name, _ABSENT) for name in (*required, *optional)}
        known = (*required, *optional)
        for name in self.value:
            if name not in known:
                self._at(name, self.value[name]).wrong(f"there is no field {name!r} here; {nearest(name, known)}")
        for name in required:
            if name not in self.value:
                full = f"{self.name}.{name}" if self.name else name
                self.wrong(f"the field {name!r} is missing; write {language.example_of(full)}")
        return {name: self._at(name, self.value.get(name, _ABSENT)) for name in known}

    def members(self) -> Mapping[str, Cursor]:
        """Read a mapping with names of the author's own."""
        if not self.present:
            return {}
        if not isinstance(self.value, dict):
            self._mistyped("a mapping")
            return {}
        return {name: self._at(name, value) for name, value in self.value.items()}

    def items(self, least: int = 1, most: int | None = None) -> list[Cursor]:
        """Read a list of ``least`` to ``most`` entries."""
        if not self.present:
            return []
        if not isinstance(self.value, list):
            self._mistyped("a list")
            return []
        if len(self.value) < least or (most is not None and len(self.value) > most):
            wanted = f"{least} to {most}" if most is not None else f"at least {least}"
            self.wrong(f"{self._last} has {len(self.value)} entries; write {wanted}")
        return [self._at(number, value) for number, value in enumerate(self.value)]

    def text(self, longest: int | None = None) -> str:
        """Read text that says something."""
        if not self.present:
            return ""
        if not isinstance(self.value, str) or not self.value.strip():
            self._mistyped("text")
            return ""
        if longest is not None and len(self.value) > longest:
            self.wrong(f"{self._last} has {len(self.value)} characters; write at most {longest}")
        return self.value

    def word(self, words: Sequence[str]) -> str:
        """Read one of a closed list of words."""
        text = self.text()
        if text and text not in words:
            self.wrong(f"{self._last} cannot be {text!r}; {nearest(text, words)}")
            return ""
        return text

    def shaped(self, pattern: str) -> str:
        """Read text of a certain form, of which the field's example is one."""
        text = self.text()
        if text and not re.fullmatch(pattern, text):
            self.wrong(f"{text!r} has not the form that {self._last} has; write for example {self._example}")
            return ""
        return text

    def duration(self) -> int:
        """Read a duration as seconds."""
        if not self.present:
            return 0
        if not isinstance(self.value, str) or not re.fullmatch(language.DURATION, self.value):
            self.wrong(f"{self.value!r} is not a duration; write a number with s, m, h or d, such as {self._example}")
            return 0
        return language.seconds(self.value)

    def day(self) -> date | None:
        """Read a date."""
        text = self.shaped(language.DATE)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong(f"{text} is not a day of the calendar; write for example {self._example}")
            return None

    def number(self, least: int = 1) -> int:
        """Read a whole number."""
        if not self.present:
            return 0
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self._mistyped("a whole number")
            return 0
        if self.value < least:
            self.wrong(f"{self._last} cannot be {self.value}; write {least} or more")
        return self.value

    def truth(self) -> bool:
        """Read true or false."""
        if self.present and not isinstance(self.value, bool):
            self._mistyped("true or false")
            return False
        return self.present and self.value

    def texts(self, pattern: str | None = None, least: int = 1) -> list[str]:
        """Read a list of texts, each of the given form, none of them twice."""
        texts = [item.text() if pattern is None else item.shaped(pattern) for item in self.items(least)]
        for item in self.items(0):
            if isinstance(item.value, str) and texts.count(item.value) > 1:
                item.wrong(f"{item.value!r} stands in {self._last} more than once; write it once")
                break
        return texts

    def within(self, path: str) -> Cursor:
        """Return the cursor at a dotted path below, as deep as the document follows it."""
        cursor, rest = self, path
        while rest and isinstance(cursor.value, dict):
            name = next((name for name in cursor.value if rest == name or rest.startswith(f"{name}.")), None)
            if name is None:
                break
            cursor, rest = cursor._at(name, cursor.value[name]), rest[len(name) + 1 :]
        return cursor

    def _at(self, key: str | int, value: Any) -> Cursor:
        return Cursor(self._document, self._notes, (*self.place, key), value)

    @property
    def _last(self) -> str:
        return next((part for part in reversed(self.place) if isinstance(part, str)), "the file")

    @property
    def _example(self) -> str:
        term = language.TERMS.get(self.name)
        example = term.example if term else None
        if isinstance(example, list) and self.place and isinstance(self.place[-1], int):
            example = example[0] if example else None
        return language.flow(example)

    def _mistyped(self, wanted: str) -> None:
        found = "nothing" if self.value is None else _TYPE_WORDS.get(type(self.value), "something else")
        if self.value == "":
            found = "empty"
        hint = f'"{self.value}"' if wanted == "text" and isinstance(self.value, int | float) else self._example
        subject = self._last if not self.place or isinstance(self.place[-1], str) else f"an entry of {self._last}"
        self.wrong(f"{subject} must be {wanted}, and is {found}; write for example {hint}")


_TYPE_WORDS = {
    str: "text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
}
