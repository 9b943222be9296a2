"""The deployed stack: one emulated AWS and one ``sam deploy`` for all tests of this folder (``make e2e``).

Tests share the stack and run one after another. What each needs in the account it makes itself, with names of its own,
and nothing that Firedoor does is called by hand: events go on the bus, and everything else follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from local.cloud import Cloud
from stack import ROOT, Stack

from firedoor.cli import main


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Give the deployed stack, in which everything may be done (cap ``auto``)."""
    with Cloud.start() as cloud:
        cloud.deploy(cap="auto")
        sqs, sns = cloud.client("sqs"), cloud.client("sns")
        mailbox = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=mailbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        (topic,) = [entry["TopicArn"] for entry in sns.list_topics()["Topics"]]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield Stack(cloud, mailbox)


@pytest.fixture
def operator(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., str]:
    """Give a way to run ``firedoor`` with an operator's environment; returns what it printed."""
    for name, value in stack.cloud.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)

    def run(*words: str) -> str:
        code = main(list(words))
        output = capsys.readouterr()
        assert (0, "") == (code, output.err)
        return str(output.out)

    return run
