"""The strict YAML reader: nothing is guessed, every mistake is told, each with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firedoor.cli.yaml_file import Document, read_yaml


def read(tmp_path: Path, text: str, words: frozenset[str] = frozenset()) -> Document:
    """Read ``text`` as the file ``x.yaml``."""
    path = tmp_path / "x.yaml"
    path.write_bytes(text.encode("utf-8"))
    return read_yaml(path, words)


def complaints(document: Document) -> list[tuple[int, str]]:
    """Return line and message of each mistake."""
    return [(mistake.line, mistake.message) for mistake in document.mistakes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 5", 5),
        ("a: -7", -7),
        ("a: 1.5", 1.5),
        ("a: 1e3", 1000.0),
        ("a: true", True),
        ("a: null", None),
        ("a:", None),
        ("a: plain words", "plain words"),
        ('a: "5"', "5"),
        ("a: 'yes'", "yes"),
        ("a: 2027-01-31", "2027-01-31"),
        ("a: 203.0.113.0/24", "203.0.113.0/24"),
        ("a: 24h", "24h"),
        ("a: [1, {b: c}]", [1, {"b": "c"}]),
        ("a: >-\n  one\n  two", "one two"),
    ],
)
def test_scalars_are_what_yaml_1_2_says(tmp_path: Path, text: str, expected: Any) -> None:
    """A scalar that all parsers read alike is read so, and a date stays text."""
    document = read(tmp_path, text)
    assert () == document.mistakes
    assert expected == document.data["a"]
    assert type(expected) is type(document.data["a"])


@pytest.mark.parametrize(
    ("written", "fragment"),
    [
        ("yes", 'write true or "yes"'),
        ("No", 'write false or "No"'),
        ("on", 'write true or "on"'),
        ("OFF", 'write false or "OFF"'),
        ("111122223333", 'never equals an account id; write "111122223333"'),
        ("012345678901", 'write "012345678901"'),
        ("0644", 'octal number to some YAML parsers; write "0644"'),
        ("0x1F", 'write "0x1F"'),
        ("1_000", 'write "1_000"'),
        ("12:30", 'write "12:30"'),
        (".inf", 'write ".inf"'),
    ],
)
def test_what_parsers_disagree_on_must_be_quoted(tmp_path: Path, written: str, fragment: str) -> None:
    """What one parser reads as a number or truth value and the next as text is a mistake, and says what to write."""
    document = read(tmp_path, f"a: 1\nb: {written}\n")
    ((line, message),) = complaints(document)
    assert 2 == line
    assert fragment in message
    assert () == read(tmp_path, f'a: 1\nb: "{written}"\n').mistakes


def test_off_is_a_word_where_a_mode_stands(tmp_path: Path) -> None:
    """``mode: off`` is written without quotes, as everybody writes it; elsewhere off is ambiguous."""
    document = read(tmp_path, "mode: off\nother: off\n", frozenset({"mode"}))
    assert "off" == document.data["mode"]
    assert [2] == [line for line, _ in complaints(document)]


def test_a_duplicate_key_names_both_lines(tmp_path: Path) -> None:
    """A key that stands twice is a mistake at the second place; the first value is kept."""
    document = read(tmp_path, "a: 1\nb: {c: 1,\n    c: 2}\na: 3\n")
    assert [
        (3, "'c' stands here for the second time (first in line 2); write it once"),
        (4, "'a' stands here for the second time (first in line 1); write it once"),
    ] == complaints(document)
    assert {"a": 1, "b": {"c": 1}} == document.data


@pytest.mark.parametrize(
    ("text", "line", "fragment"),
    [
        ("a: &x 1\nb: *x", 1, "anchor"),
        ("a: 1\nb: *x", 2, "*x refers to another place; write the value out"),
        ("a: !!str 1", 1, "is a tag"),
        ("a: !secret 1", 1, "is a tag"),
        ("a: {<<: {b: 1}}", 1, "merges"),
        ("? [a, b]\n: 1", 1, "a key must be a word"),
        ("a: 1\n---\nb: 2", 3, "one document per file"),
        ("a: 1\nb: c: d", 2, "this is not YAML"),
        ("a: 1\n\tb: 2", 2, "indent with spaces"),
        ("a: 1\nb: \x07", 2, "not YAML"),
        ("# nothing but a comment", 1, "the file is empty"),
        ("", 1, "the file is empty"),
        ("[" * 100, 1, "levels deep"),
    ],
)
def test_what_the_language_leaves_out_is_told(tmp_path: Path, text: str, line: int, fragment: str) -> None:
    """Anchors, tags, merges and broken files are mistakes with a line, never an exception."""
    found = complaints(read(tmp_path, text))
    assert (line, True) == (found[0][0], fragment in found[0][1]), found


def test_bytes_that_are_not_utf_8_are_told(tmp_path: Path) -> None:
    """A file in another encoding is a mistake, not a crash."""
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: caf\xe9")
    assert ["save it as UTF-8"] == [mistake.message[-16:] for mistake in read_yaml(path).mistakes]


def test_a_mistake_reads_as_compilers_write_it(tmp_path: Path) -> None:
    """Editors jump to ``file:line``."""
    document = read(tmp_path, "a: 1\na: 2\n")
    assert f"{tmp_path / 'x.yaml'}:2: 'a' stands" in str(document.mistakes[0])


def test_a_value_s_line_is_its_key_s_line(tmp_path: Path) -> None:
    """A place that is not in the file has the line of what would hold it."""
    document = read(tmp_path, "a:\n  b:\n    - c: 1\n    - c: 2\n")
    assert 4 == document.line(("a", "b", 1, "c"))
    assert 4 == document.line(("a", "b", 1, "missing", "deeper"))
    assert 1 == document.line(("nowhere",))
