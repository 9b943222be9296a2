"""Batches: each record stands for itself, and what failed is named so that it alone comes again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from firedoor import handling
from firedoor.errors import EventError
from firedoor.handling import Record, answer_batch, is_last_try


def sqs(*bodies: str, received: int = 1) -> dict[str, Any]:
    """Return a batch as SQS hands it to Lambda; the ids are ``m-1``, ``m-2`` and so on."""
    return {
        "Records": [
            {"messageId": f"m-{number}", "body": body, "attributes": {"ApproximateReceiveCount": str(received)}}
            for number, body in enumerate(bodies, start=1)
        ]
    }


@pytest.fixture(autouse=True)
def metrics() -> Iterator[Any]:
    """Give the process's metrics, and leave none behind."""
    yield handling.metrics
    handling.metrics.clear_metrics()


def test_every_record_is_handled_although_one_fails() -> None:
    """Known and unknown errors alike fail their own record only."""
    seen = []

    def handle(record: Record) -> None:
        seen.append(record.body)
        if record.body == "bad":
            raise EventError("not an envelope")
        if record.body == "worse":
            raise ZeroDivisionError

    answer = answer_batch(sqs("bad", "good", "worse", "good"), handle)
    assert ["bad", "good", "worse", "good"] == seen
    assert {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-3"}]} == answer


def test_nothing_failed_is_an_empty_list() -> None:
    """So Lambda is told that all of the batch may leave the queue.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    assert {"batchItemFailures": []} == answer_batch(sqs("good"), lambda _: None)


def test_failures_are_counted(metrics: Any) -> None:
    """The dashboard shows them before the dead-letter queue does."""

    def fail(_: Record) -> None:
        raise EventError("no")

    answer_batch(sqs("a", "b"), fail)
    assert [1.0, 1.0] == metrics.metric_set["RecordsFailed"]["Value"]


def test_an_envelope_is_a_batch_of_one() -> None:
    """``sam local invoke`` with a sample event works as the queue does."""
    envelope = {"id": "e-1", "detail-type": "GuardDuty Finding", "detail": {}}
    seen: list[Record] = []
    answer_batch(envelope, seen.append)
    assert [Record("e-1", json.dumps(envelope), received=1)] == seen


@pytest.mark.parametrize(("received", "expected"), [(1, False), (4, False), (5, True), (6, True)])
def test_the_last_try_is_known(received: int, expected: bool) -> None:
    """After ``maxReceiveCount`` receives, a record that fails goes to the dead-letter queue."""
    seen: list[Record] = []
    answer_batch(sqs("body", received=received), seen.append)
    assert [expected] == [is_last_try(record, 5) for record in seen]


def test_a_run_without_metrics_writes_nothing_that_is_no_log_line() -> None:
    """Powertools warns of it on standard error, in plain text, once a process."""
    code = "from firedoor.handling import metrics; metrics.log_metrics(lambda event, context: None)({}, None)"
    environment = {**os.environ, "POWERTOOLS_METRICS_NAMESPACE": "Firedoor", "POWERTOOLS_SERVICE_NAME": "timer"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  our code
    assert ("", "") == (done.stdout, done.stderr)
