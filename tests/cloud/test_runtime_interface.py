"""The artifact under Lambda's own runtime interface: it starts, answers as Lambda expects, and what follows happens."""

from __future__ import annotations

import json

from local.invoke import invoke
from stack import Stack, ingress, open_group

from firedoor.case import State


def test_a_batch_is_answered_and_its_case_contained(stack: Stack) -> None:
    """The handler's answer is read by the runtime interface client; the deployed stack does the rest."""
    group, event = open_group(stack)
    record = {"messageId": "m-1", "body": json.dumps(event), "attributes": {"ApproximateReceiveCount": "1"}}
    answer, log = invoke(stack.cloud.url, "classify", {"Records": [record]})
    assert {"batchItemFailures": []} == answer, log
    stack.case_about(group, State.CONTAINED)
    assert {(443, "10.20.0.0/16")} == ingress(stack, group)


def test_a_record_that_is_no_event_is_given_back(stack: Stack) -> None:
    """One bad record fails alone, in the form in which Lambda reads it."""
    record = {"messageId": "m-2", "body": "no event", "attributes": {"ApproximateReceiveCount": "1"}}
    answer, log = invoke(stack.cloud.url, "classify", {"Records": [record]})
    assert {"batchItemFailures": [{"itemIdentifier": "m-2"}]} == answer, log
