"""Many events at the same time: a limit holds however many functions run beside each other."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.client
import pytest

from firedoor.case import State
from firedoor.cli.playbook_tests import changed
from firedoor.cli.stage import stage
from firedoor.messages import Message
from firedoor.response import respond

OPENED = "cloudtrail_authorize_ingress_world"
EVENTS, LIMIT = 50, 5


def test_of_fifty_at_once_exactly_the_limit_is_applied(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five groups are closed, one alert tells that the breaker opened, and the rest only alert.

    A thread for each case; every call to AWS is one step, as it is at AWS, and between two calls any thread may go on.
    """
    limits = {"limits": {"per_account": LIMIT, "within": 3600}}
    scene = start(OPENED, playbook={"cloudtrail-security-group-opened": limits})
    messages = open_cases(scene)
    opened = State.MATCHED
    assert {opened: EVENTS} == Counter(case.state for case in scene.aws.cases())
    one_call_at_a_time(monkeypatch)
    together = threading.Barrier(EVENTS)

    def run(message: Message) -> None:
        together.wait()
        respond(scene.aws.services, message)

    with ThreadPoolExecutor(EVENTS) as threads:
        list(threads.map(run, messages))
    states = Counter(case.state for case in scene.aws.cases())
    assert {State.CONTAINED: LIMIT, State.NEEDS_PERSON: 1, State.ALERTED: EVENTS - LIMIT - 1} == states
    told = [mail.record["reason"] or "" for mail in scene.aws.alerts()]
    assert 1 == len([reason for reason in told if reason.startswith("The breaker opened")])


def open_cases(scene: Any) -> list[Message]:
    """Stage a group for each event, let ``classify`` open the cases, and return what it queued for ``respond``."""
    group = "sg-0d5e6f708192a3b4c"
    for number in range(EVENTS):
        text = scene.text.replace(group, f"sg-0d5e6f70819200{number:03d}").replace("sgr-0", f"sgr-{number:02d}")
        text = changed(text, {"id": f"{number:08d}-0000-4000-8000-000000000000"})
        stage(scene.aws, text)
        scene.aws.invoke("classify", {"Records": [record(number, text)]})
    return [Message.from_text(body) for body in queued(scene)]


def record(number: int, body: str) -> dict[str, Any]:
    """Return what Lambda needs of an SQS message."""
    return {"messageId": str(number), "body": body, "attributes": {"ApproximateReceiveCount": "1"}}


def queued(scene: Any) -> list[str]:
    """Take every message from the respond queue."""
    sqs, url, found = scene.aws.client("sqs"), scene.aws.services.settings.respond_queue_url, []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
    return found


def one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every call atomic: moto's stores are not made for threads."""
    real, lock = botocore.client.BaseClient._make_api_call, threading.RLock()

    def call(client: Any, operation: str, parameters: Any) -> Any:
        with lock:
            return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
