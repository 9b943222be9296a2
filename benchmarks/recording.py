"""One case on record: a security group opened to the world, from event to contained, with every AWS call it takes.

The case runs through the real handlers in the embedded AWS. The record serves two benchmarks: the answers stand in for
AWS where a process is measured from its start (bench_coldstart.py), the parameters say what the very same calls are
without Firedoor (bench_warm.py).
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firedoor.cases import State
from firedoor.cli.embedded import HOME, REGION, EmbeddedAws, session
from firedoor.cli.stage.ec2 import authorise, make_group
from firedoor.cli.stage.scene import Where

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "events" / "cloudtrail_authorize_ingress_world.json"
GROUP, RULES = "sg-0d5e6f708192a3b4c", "sgr-0a1b2c3d4e5f6"
"""The security group that the sample event opens, and how its new rules' ids begin."""


@dataclass(slots=True)
class Call:
    """One AWS call: what was asked, and AWS's answer as it came over the wire."""

    service: str
    operation: str
    params: dict[str, Any]
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@contextlib.contextmanager
def recorded() -> Iterator[list[Call]]:
    """Record the calls of all clients that are made while this lasts and come from the embedded AWS's session."""
    calls: list[Call] = []

    def ask(params: dict[str, Any], model: Any, **_: object) -> None:
        calls.append(Call(model.service_model.service_name, model.name, copy.deepcopy(params)))

    def answer(response_dict: dict[str, Any], **_: object) -> None:
        calls[-1].status = response_dict["status_code"]
        calls[-1].headers = dict(response_dict["headers"])
        calls[-1].body = response_dict["body"].decode()

    events = session()._session.get_component("event_emitter")  # noqa: SLF001  boto3 gives no other way to it
    events.register("provide-client-params", ask)
    events.register("response-received", answer)
    try:
        yield calls
    finally:
        events.unregister("provide-client-params", ask)
        events.unregister("response-received", answer)


def opening(number: int) -> str:
    """Return the sample event, about a group of its own for each ``number``."""
    text = SAMPLE.read_text("utf-8").replace(GROUP, group(number)).replace(RULES, _rules(number))
    event = json.loads(text)
    event["id"] = event["detail"]["eventID"] = f"98025fb8-6bdf-e8a8-76e4-{number:012x}"
    return json.dumps(event)


def batch(text: str) -> dict[str, Any]:
    """Return an envelope as SQS hands it to ``classify``."""
    message = {"messageId": "m-1", "body": text, "attributes": {"ApproximateReceiveCount": "1"}}
    return {"Records": [message]}


def handed_on(aws: EmbeddedAws) -> dict[str, Any]:
    """Take what ``classify`` sent from the respond queue and return it as SQS hands it to ``respond``."""
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="firedoor-respond")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return batch(message["Body"])


def put_up(aws: EmbeddedAws, *numbers: int) -> None:
    """Make the groups of ``opening(number)`` with the rules that it adds, one for the world and one that may stay."""
    where = Where(aws, HOME, REGION)
    permissions = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}
        for port, source in ((22, "0.0.0.0/0"), (443, "10.20.0.0/16"))
    ]
    for number in numbers:
        make_group(where, group(number), f"payments-{number}", "vpc-0a1b2c3d4e5f60718")
        authorise(where, group(number), permissions, [f"{_rules(number)}000{rule}" for rule in (1, 2)])


def group(number: int) -> str:
    """Return the id of the group of ``opening(number)``."""
    return f"sg-{number:017x}"


def _rules(number: int) -> str:
    return f"sgr-{number:013x}"


def check_contained(aws: EmbeddedAws, cases: int) -> None:
    """Raise if not every case was contained: the time of something else would be worth nothing."""
    states = [case.state for case in aws.cases()]
    if states != [State.CONTAINED] * cases:
        raise RuntimeError(f"The cases are {states}, so this measures nothing. The log: {aws.log()}")
