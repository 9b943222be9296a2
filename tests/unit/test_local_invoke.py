"""``make invoke`` says what it wants in the words of make, before it starts anything."""

from __future__ import annotations

import sys

import pytest
from local import invoke


@pytest.mark.parametrize(
    ("function", "event", "said"),
    [
        ("", "", "argument FUNCTION: invalid choice: ''"),
        ("ClassifyFunction", "", "choose from 'classify', 'inspect', 'respond', 'decide', 'timer'"),
        ("timer", "", "EVENT= cannot be read as an event"),
        ("timer", "README.md", 'timer      {"timer": "heartbeat"}'),
    ],
)
def test_what_is_missing_or_misspelled_is_said(
    function: str, event: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A variable that is not given arrives as an empty word."""
    monkeypatch.setattr(sys, "argv", ["invoke.py", function, event])
    with pytest.raises(SystemExit) as ended:
        invoke.main()
    error = capsys.readouterr().err
    assert 2 == ended.value.code
    assert "make invoke FUNCTION=classify|inspect|respond|decide|timer EVENT=events/" in error
    assert said in error
