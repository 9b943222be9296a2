"""Shadow predicts the real run: for every playbook that acts, the plan that it records is what auto then applies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from firedoor.cases import State
from firedoor.cli.playbook_tests import changed
from firedoor.cli.replay import Replay, replay
from firedoor.cli.sources import load_sources
from firedoor.playbooks import Mode

ROOT = Path(__file__).parent.parent.parent
SOURCES = load_sources(ROOT / "playbooks")
ACTING = {entry["id"] for entry in SOURCES.playbooks if entry.get("steps")}
HITS = {
    test.playbook: test
    for test in reversed(SOURCES.tests)
    if test.playbook in ACTING and test.matches and test.repeat == 1
}
"""Playbook that acts → its first test of a single event."""


@pytest.mark.parametrize("playbook", sorted(HITS))
def test_what_shadow_records_is_what_auto_applies(playbook: str, bundle: Path) -> None:
    """Target, before and after of every change; in shadow nothing is there afterwards that was not there before."""
    test = HITS[playbook]
    text = changed((ROOT / "events" / test.event).read_text("utf-8"), test.changes)
    rehearsed = replay(text, test.event, bundle, mode=Mode.SHADOW, approve=False)
    real = replay(text, test.event, bundle, mode=Mode.AUTO, approve=True)
    assert not rehearsed.changed
    assert planned(rehearsed, playbook)
    assert planned(rehearsed, playbook) == planned(real, playbook)
    assert {State.RECORDED} == states(rehearsed, playbook)
    assert {State.CONTAINED} == states(real, playbook)


CHANGING = re.compile(r"vol-[0-9a-f]{17}|AROA[0-9A-Z]{17}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""The emulator's own ids, and the time at which sessions are cut off, which is that of the approval."""


def planned(replayed: Replay, playbook: str) -> list[str]:
    """Return every change of a playbook's case."""
    return [
        CHANGING.sub("", json.dumps(change.to_json()))
        for case in replayed.cases
        if case.playbook == playbook
        for occurrence in case.occurrences
        for step in occurrence.steps
        for change in step.changes
    ]


def states(replayed: Replay, playbook: str) -> set[State]:
    """Return the states of a playbook's cases."""
    return {case.state for case in replayed.cases if case.playbook == playbook}


def test_only_playbooks_that_count_have_no_single_event() -> None:
    """All others that act are replayed above."""
    assert {"bedrock-token-burst"} == ACTING - set(HITS)
