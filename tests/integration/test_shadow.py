"""What holds for every playbook that acts: shadow predicts it, undo takes it back, and what is protected stays."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from firedoor.case import State
from firedoor.cli.playbook_tests import changed
from firedoor.cli.replay import Replay, replay
from firedoor.cli.sources import load_sources
from firedoor.playbooks import Mode

ROOT = Path(__file__).parent.parent.parent
SOURCES = load_sources(ROOT / "playbooks")
ACTING = {entry["id"] for entry in SOURCES.playbooks if entry.get("steps")}
_SINGLE = [
    test
    for test in reversed(SOURCES.tests)
    if test.playbook in ACTING and test.matches and test.repeat == 1 and not test.before and test.steps != ()
]
HITS = {test.playbook: test for test in _SINGLE} | {test.playbook: test for test in _SINGLE if test.steps}
"""Playbook that acts → its first test of a single event that names steps, or leaves them open."""


@pytest.mark.parametrize("playbook", sorted(HITS))
def test_what_shadow_records_is_what_auto_applies(playbook: str, bundle: Path) -> None:
    """Target, before and after of every change. Nothing is changed in shadow, and nothing is left after an undo."""
    text, name = event_of(playbook)
    rehearsed = replay(text, name, bundle, mode=Mode.SHADOW, approve=False)
    real = replay(text, name, bundle, mode=Mode.AUTO, approve=True, undo=True)
    assert not rehearsed.changed
    assert planned(rehearsed, playbook)
    assert planned(rehearsed, playbook) == planned(real, playbook)
    assert {State.RECORDED} == states(rehearsed, playbook)
    assert {State.CONTAINED} == states(real, playbook)
    assert ((), True) == (real.problems, real.restored)


@pytest.mark.parametrize("playbook", sorted(HITS))
def test_what_is_protected_is_not_touched(playbook: str, bundle: Path, tmp_path: Path) -> None:
    """A person is told instead."""
    data = json.loads(bundle.read_text("utf-8"))
    data["protected"] += [{"reason": "Everything, today", "arn": "*"}]
    protecting = tmp_path / "bundle.json"
    protecting.write_text(json.dumps(data), "utf-8")
    result = replay(*event_of(playbook), protecting, mode=Mode.AUTO, approve=True)
    assert not result.changed
    assert {State.NEEDS_PERSON} == states(result, playbook)


def event_of(playbook: str) -> tuple[str, str]:
    """Return the event of a playbook's first hit, and its file's name."""
    test = HITS[playbook]
    return changed((ROOT / "events" / test.event).read_text("utf-8"), test.changes), test.event


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
    assert {
        "bedrock-key-from-many-regions",
        "bedrock-listed-then-invoked",
        "bedrock-token-burst",
        "bedrock-usage-above-habit",
        "data-destroyed-in-bulk",
        "instance-secrets-read-in-bulk",
        "s3-objects-deleted-in-bulk",
    } == ACTING - set(HITS)
