"""At least once, and machines that fail: through the deployed stack nothing is lost and nothing is done twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from stack import Stack, ingress, open_group, wait_for

from firedoor.case import State
from firedoor.messages import Message

CLOSED = {(443, "10.20.0.0/16")}


def test_what_is_delivered_twice_is_done_once(stack: Stack) -> None:
    """SQS may deliver any message again: the event to classify, the case to respond."""
    sqs = stack.client("sqs")
    group, event = open_group(stack)
    with stack.retried_after(3, "respond"):
        for _ in range(2):
            sqs.send_message(QueueUrl=stack.queue("classify"), MessageBody=json.dumps(event | {"id": f"twice-{group}"}))
        case = stack.case_about(group, State.CONTAINED)
        sqs.send_message(QueueUrl=stack.queue("respond"), MessageBody=Message(case.id, 1).to_text())
        wait_for(stack.is_idle, "the queues to be empty")

    (case,) = stack.cases_about(group)
    assert 1 == case.count
    assert CLOSED == ingress(stack, group)
    assert 1 == len([note for note in stack.cases.get(case.id).timeline if note.what.startswith("Applying")])
    assert {"CONTAINED"} == {mail["verdict"] for mail in stack.mails(case.id, 1)}  # the same may be told twice (ADR 3)


def test_a_function_that_dies_in_the_middle_is_taken_over(stack: Stack, operator: Callable[..., str]) -> None:
    """The rules are revoked and the process dies before it knows: the next one finishes, and undo still works."""
    group, event = open_group(stack)
    before = ingress(stack, group)
    with stack.retried_after(20, "respond"):
        with stack.cloud.fault("ec2", "hang", "RevokeSecurityGroupIngress"):
            stack.put(event)
            case = stack.case_about(group, State.APPLYING)
            wait_for(lambda: ingress(stack, group) == CLOSED, "the call that is not answered")
            assert stack.cloud.kill("respond") > 0
        # What the clock would do after 150 seconds: the dead process's lease runs out.
        stack.cases.save(stack.cases.occurrence(case.id, 1), lease_until=None)
        stack.case_about(group, State.CONTAINED)
    assert "CONTAINED" == stack.mails(case.id, 1)[0]["verdict"]
    operator("undo", case.id)
    assert before == ingress(stack, group)


def test_a_table_that_stops_for_ten_seconds_loses_nothing(stack: Stack) -> None:
    """What could not be written is delivered again."""
    group, event = open_group(stack)
    with stack.retried_after(15, "classify"):
        with stack.cloud.fault("dynamodb", "break"):
            stack.put(event)
            time.sleep(10)
        stack.case_about(group, State.CONTAINED)
    assert CLOSED == ingress(stack, group)


def test_what_fails_five_times_waits_in_the_dead_letters_and_can_be_sent_again(
    stack: Stack, operator: Callable[..., str]
) -> None:
    """An event outlives a broken table in the dead-letter queue; one command sends it again, and it is answered."""
    group, event = open_group(stack)
    with stack.retried_after(1, "classify"), stack.cloud.fault("dynamodb", "refuse"):
        stack.put(event)
        wait_for(lambda: "classify-dlq: 1 waiting" in operator("redrive", "--dry-run"), "the event in the dead letters")
    assert "classify-dlq: 1 waiting, 1 sent again" in operator("redrive")
    stack.case_about(group, State.CONTAINED)
    assert CLOSED == ingress(stack, group)
