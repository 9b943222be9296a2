"""Every sample event goes on the bus of the deployed stack, all at once, and each comes to the end that it must."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from local.cloud import LAYER, LOG_BUCKET
from stack import ROOT, Stack, wait_for

from firedoor.case import Occurrence, State
from firedoor.engine import Library
from firedoor.inspection.invocations import read_invocation
from firedoor.inspection.signals import inspect
from firedoor.playbooks import bundle_from_json
from firedoor.thresholds import MemoryWindows

EVENTS = {path.name: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "events").glob("*.json"))}
INSPECTED = {name for name, event in EVENTS.items() if event["source"] == "firedoor.inspection"}
RECORDS = [json.loads(line) for line in (ROOT / "events/bedrock_invocation_log.jsonl").read_text("utf-8").splitlines()]
ANNOUNCED = EVENTS["s3_bedrock_log_created.json"]["detail"]

LEFT_OUT = {
    "securityhub_asff_s3_1.json": "S3 Control puts the account before the host's name, and 127.0.0.1 takes none",
}
"""Sample events that do not go on the bus → why."""

ENDS = {State.CLOSED, State.RECORDED, State.ALERTED, State.WAITING, State.NEEDS_PERSON, State.CONTAINED, State.FAILED}
"""What is decided, and if it needs one, in a person's hands."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all samples at once."""

    ids: dict[str, str]
    """The id that the bus gave to the event of each file."""
    answers: dict[str, dict[str, Occurrence]]
    """See ``Stack.answers``."""

    def of(self, event_id: str) -> dict[str, Occurrence]:
        """Return the answers to one event; those to each finding of a batch are taken together."""
        return {
            playbook: occurrence
            for name, answers in self.answers.items()
            if name.startswith(event_id)
            for playbook, occurrence in answers.items()
        }


@pytest.fixture(scope="module")
def run(stack: Stack) -> Run:
    """Write the log of model invocations, put every event on the bus, and wait until all is answered."""
    lines = b"\n".join(json.dumps(record).encode() for record in RECORDS)
    assert LOG_BUCKET == ANNOUNCED["bucket"]["name"]
    stack.client("s3").put_object(Bucket=LOG_BUCKET, Key=ANNOUNCED["object"]["key"], Body=gzip.compress(lines))
    with stack.retried_after(15, "classify"), stack.retried_after(15, "respond"):  # who met on one case tries again
        ids = {name: stack.put(event) for name, event in EVENTS.items() if name not in LEFT_OUT}
        wait_for(stack.is_idle, "the queues to be empty")
    return Run(ids, stack.answers())


@pytest.fixture(scope="module")
def library() -> Library:
    """Give the playbooks that are deployed."""
    return Library(bundle_from_json(json.loads((LAYER / "firedoor/bundle.json").read_text("utf-8"))))


def hits(library: Library, event: dict[str, Any], windows: MemoryWindows) -> Iterator[str]:
    """Yield the playbooks that answer an event, as ``firedoor explain`` has them."""
    for classification in library.read(json.dumps(event), windows, datetime.now(UTC).date()):
        yield from (hit.playbook.id for hit in classification.hits)


def test_every_event_opens_the_cases_that_explain_says(run: Run, library: Library) -> None:
    """Rules, queue and function bring each event to the playbooks that match it, and to no others."""
    counted = {playbook.id for playbook in library.bundle.playbooks.values() if playbook.threshold}
    windows, differing, expected_of_counted, found_of_counted = MemoryWindows(), {}, set(), set()
    for name, event_id in run.ids.items():
        expected = set() if name in INSPECTED else set(hits(library, EVENTS[name], windows))
        found = set(run.of(event_id))
        expected_of_counted |= expected & counted  # which of several events completes a count, chance decides
        found_of_counted |= found & counted
        if expected - counted != found - counted:
            differing[name] = (expected, found)
    assert {} == differing
    assert expected_of_counted == found_of_counted


def test_what_is_written_to_the_log_is_inspected(run: Run, library: Library) -> None:
    """S3 announces the object, and each record opens the cases that its signals mean, however often it is told."""
    for record in RECORDS:
        invocation = read_invocation(record)
        event = invocation.to_event(signals=inspect(invocation, key=b"any").to_json(), usage={})
        assert set(hits(library, event, MemoryWindows())) == set(run.of(event["id"]))


def test_nobody_can_forge_an_inspection(run: Run) -> None:
    """What only ``inspect`` may say is taken from nobody else: no rule brings it."""
    assert 14 == len(INSPECTED)
    assert {name: {} for name in INSPECTED} == {name: run.of(run.ids[name]) for name in INSPECTED}


def test_only_what_is_named_is_left_out() -> None:
    """What does not go on the bus is a list; it cannot grow in silence."""
    assert ["securityhub_asff_s3_1.json"] == list(LEFT_OUT)
    assert set(EVENTS) >= set(LEFT_OUT)


def test_every_case_comes_to_an_end_and_nothing_is_a_dead_letter(run: Run, stack: Stack) -> None:
    """Most of what the events name does not exist here: that is told to a person, and fails nothing."""
    assert ENDS >= {occurrence.state for event_id in run.ids.values() for occurrence in run.of(event_id).values()}
    assert {queue: [] for queue in ("classify", "inspect", "respond", "async")} == {
        queue: stack.dead_letters(queue) for queue in ("classify", "inspect", "respond", "async")
    }


def test_what_is_told_reaches_the_subscriber(run: Run, stack: Stack) -> None:
    """SNS delivered an alert of each case, but for those with nothing to do and the canary's."""
    occurrences = [occurrence for event_id in run.ids.values() for occurrence in run.of(event_id).values()]
    to_tell = {
        occurrence.case_id for occurrence in occurrences if occurrence.state not in (State.CLOSED, State.RECORDED)
    }
    assert len(to_tell) > 50
    assert [] == [case_id for case_id in to_tell if not stack.mails(case_id, 1)]
