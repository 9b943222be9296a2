"""Read the cells of tables that stand in a text as CSV, TSV or Markdown, each with the heading of its column.

Knows nothing of what a heading stands for: who asks says which ones matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Cell = tuple[str, int, int]
"""The lowered heading of a column, and `text[start:end]`, a cell of it without its quotes and spaces."""

_LINE = re.compile(r"[^\n]{3,4000}")
_FIELDS = {d: re.compile(rf"(?:^|{re.escape(d)})([\"][^\"]*[\"]|[^{re.escape(d)}]*)") for d in ",;\t|"}
_DIGIT = re.compile("[0-9]")
_PADDING = " \t\r\"'`*"
_LONGEST_HEADING, _LONGEST_CELL = 40, 64


def cells(text: str, headings: re.Pattern[str]) -> Iterator[Cell]:
    """Yield the cells with a digit in columns whose heading `headings` finds, row by row.

    A table begins with a line of short fields without a digit, and goes on for as long as lines have as many fields.
    """
    delimiter, columns, width = "", dict[int, str](), 0
    for line in _LINE.finditer(text):
        row = line.group()
        if width:
            fields = [m.span(1) for m in _FIELDS[delimiter].finditer(row)]
            if len(fields) == width:
                yield from _row(text, line.start(), fields, columns)
                continue
        delimiter, columns, width = _heading(row, headings)


def _heading(row: str, headings: re.Pattern[str]) -> tuple[str, dict[int, str], int]:
    """Return the delimiter of a line of headings, the columns that matter by their index, and how many there are."""
    delimiter = max(_FIELDS, key=row.count)
    if delimiter in row and not _DIGIT.search(row):
        fields = [m.group(1).strip(_PADDING).lower() for m in _FIELDS[delimiter].finditer(row)]
        if max(map(len, fields)) <= _LONGEST_HEADING:
            columns = {i: field for i, field in enumerate(fields) if headings.search(field)}
            if columns:
                return delimiter, columns, len(fields)
    return "", {}, 0


def _row(text: str, offset: int, fields: list[tuple[int, int]], columns: dict[int, str]) -> Iterator[Cell]:
    for i, heading in columns.items():
        start, end = offset + fields[i][0], offset + fields[i][1]
        cell = text[start:end]
        start += len(cell) - len(cell.lstrip(_PADDING))
        end -= len(cell) - len(cell.rstrip(_PADDING))
        if start < end <= start + _LONGEST_CELL and _DIGIT.search(text, start, end):
            yield heading, start, end
