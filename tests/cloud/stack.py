"""The deployed stack as its tests use it: events go in at the bus, cases and alerts are read where people read them."""

from __future__ import annotations

import contextlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from local.cloud import STACK, Cloud

from firedoor.case import Case, Occurrence, State
from firedoor.cases import Cases

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 180.0
"""Seconds for what the stack does in one or two; a slow machine is no failure."""

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Look until there is something; fails, saying what was missed."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"Nothing came within {PATIENCE:.0f} s: {what}.")


@dataclass(frozen=True, slots=True)
class Stack:
    """The deployed stack as an operator and a subscriber see it."""

    cloud: Cloud
    mailbox: str
    """URL of an SQS queue that is subscribed to the alerts."""
    mail: list[dict[str, Any]] = field(default_factory=list)
    """The alerts that came out of it so far, as machine records."""

    def client(self, service: str) -> Any:
        """Return an operator's client."""
        return self.cloud.client(service)

    @property
    def cases(self) -> Cases:
        """The table."""
        return Cases(self.client("dynamodb"), f"{STACK}-cases")

    def put(self, event: dict[str, Any]) -> str:
        """Put an event on the bus; returns the id that the bus gave it."""
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        (answer,) = self.client("events").put_events(Entries=[entry])["Entries"]
        return str(answer["EventId"])

    def queue(self, name: str) -> str:
        """Return the URL of one of the stack's queues."""
        return str(self.client("sqs").get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"])

    @contextlib.contextmanager
    def retried_after(self, seconds: int, queue: str) -> Iterator[None]:
        """Let a queue deliver again after so many seconds, instead of the minutes that the template sets."""
        sqs, url = self.client("sqs"), self.queue(queue)
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=before)

    def is_idle(self) -> bool:
        """Tell whether nothing lies in the stack's queues and nothing is being handled."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.client("sqs")
        counts = (
            sqs.get_queue_attributes(QueueUrl=self.queue(queue), AttributeNames=names)["Attributes"]
            for queue in ("classify", "inspect", "respond")
        )
        return all(count == "0" for counted in counts for count in counted.values())

    def dead_letters(self, queue: str) -> list[dict[str, Any]]:
        """Return what lies in a dead-letter queue, hidden from others for a while."""
        answer = self.client("sqs").receive_message(QueueUrl=self.queue(f"{queue}-dlq"), MaxNumberOfMessages=10)
        return list(answer.get("Messages", ()))

    def cases_about(self, text: str) -> list[Case]:
        """Return the cases whose newest occurrence was extracted with ``text`` in it."""
        cases = self.cases
        return [
            whole
            for case in cases.newest()
            if text in json.dumps((whole := cases.get(case.id)).occurrences[-1].extracted, default=str)
        ]

    def case_about(self, text: str, state: State) -> Case:
        """Wait until there is one case about ``text`` in this state."""

        def look() -> Case | None:
            found = [case for case in self.cases_about(text) if case.occurrences[-1].state is state]
            return found[0] if found else None

        return wait_for(look, f"a case about {text} that is {state}")

    def answers(self) -> dict[str, dict[str, Occurrence]]:
        """Return what became of every event so far: its id → playbook → the occurrence that it is in a case."""
        cases, found = self.cases, defaultdict[str, dict[str, Occurrence]](dict)
        for case in map(cases.get, self._case_ids()):
            for occurrence in case.occurrences:
                found[occurrence.event_id][case.playbook] = occurrence
        return found

    def _case_ids(self) -> Iterator[str]:
        """Yield the id of every case, of those too that no listing shows: the heartbeats'."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=f"{STACK}-cases")
        keys = ((item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"])
        yield from (partition.removeprefix("CASE#") for partition, sort in keys if sort == "CASE")

    def mails(self, case_id: str, number: int) -> list[dict[str, Any]]:
        """Wait for this many alerts of a case and return them, as the subscriber got them."""
        sqs = self.client("sqs")

        def look() -> list[dict[str, Any]] | None:
            for message in sqs.receive_message(QueueUrl=self.mailbox, MaxNumberOfMessages=10).get("Messages", ()):
                self.mail.append(json.loads(json.loads(message["Body"])["Message"]))
                sqs.delete_message(QueueUrl=self.mailbox, ReceiptHandle=message["ReceiptHandle"])
            records = [record for record in self.mail if record.get("case_id") == case_id]
            return records if len(records) >= number else None

        return wait_for(look, f"{number} alerts of {case_id}")


def open_group(stack: Stack) -> tuple[str, dict[str, Any]]:
    """Open a group of its own to the world as the sample event does; return its id and the event about it."""
    ec2 = stack.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    group: str = ec2.create_security_group(GroupName="payments-web", Description="staged", VpcId=vpc)["GroupId"]
    added = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.20.0.0/16"}]},
        ],
    )["SecurityGroupRules"]
    text = (ROOT / "events" / "cloudtrail_authorize_ingress_world.json").read_text("utf-8")
    names = {"sg-0d5e6f708192a3b4c": group}
    names |= {f"sgr-0a1b2c3d4e5f6000{n}": rule["SecurityGroupRuleId"] for n, rule in enumerate(added, 1)}
    for name, real in names.items():
        assert name in text
        text = text.replace(name, real)
    return group, json.loads(text)


def ingress(stack: Stack, group: str) -> set[tuple[int, str]]:
    """Return a group's rules as (port, source)."""
    rules = stack.client("ec2").describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return {(rule["FromPort"], rule["CidrIpv4"]) for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]}
