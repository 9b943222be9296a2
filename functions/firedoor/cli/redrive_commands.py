"""The command ``redrive``: what lies in the dead-letter queues is sent again, once its cause is put right.

Owns the way back of each kind of message. Does not own the queues, nor why something came there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from firedoor.cli.deployment import add_options, deployment_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from firedoor.cli.deployment import Deployment

_AT_ONCE = 10
_HIDDEN = 60
"""Seconds for which a message that is being moved is hidden from others."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one dead-letter queue. ``left`` are those that no way back is known for."""

    queue: str
    waiting: int
    sent: int
    left: int


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    redrive = subparsers.add_parser(
        "redrive",
        help="send again what lies in the dead-letter queues",
        description="Send again what could not be handled, after its cause was put right; doing so twice does no harm. "
        "A message is deleted from its dead-letter queue only after it was sent. What cannot be sent is exit code 1.",
    )
    redrive.add_argument("--dry-run", action="store_true", help="only tell how much lies there")
    redrive.add_argument("--json", action="store_true", help="print JSON")
    redrive.set_defaults(run=_redrive)
    add_options(redrive)


def _redrive(arguments: argparse.Namespace) -> int:
    deployment = deployment_of(arguments)
    urls = deployment.output("DeadLetterQueues").split()
    moved = [_move(deployment, url, dry_run=arguments.dry_run) for url in urls]
    if arguments.json:
        print(json.dumps([asdict(entry) for entry in moved], indent=2))
    else:
        _print(moved, dry_run=arguments.dry_run)
    return 1 if any(entry.left for entry in moved) else 0


def _print(moved: list[Moved], *, dry_run: bool) -> None:
    from firedoor.cli.screen import say

    for entry in moved:
        done = "" if dry_run else f", {entry.sent} sent again"
        left = f", {entry.left} cannot be sent: see docs/operations.md" if entry.left else ""
        say(f"{entry.queue}: {entry.waiting} waiting{done}{left}")


def _move(deployment: Deployment, url: str, *, dry_run: bool) -> Moved:
    sqs, name = deployment.session.client("sqs"), url.rpartition("/")[2]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    waiting = int(asked["ApproximateNumberOfMessages"])
    if dry_run:
        return Moved(name, waiting, 0, 0)
    sources = sqs.list_dead_letter_source_queues(QueueUrl=url)["queueUrls"]
    sent = left = 0
    for message in _messages(sqs, url):
        if _send(deployment, sources, message["Body"]):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            sent += 1
        else:
            left += 1
    return Moved(name, max(waiting, sent + left), sent, left)


def _messages(sqs: Any, url: str) -> Iterator[dict[str, Any]]:
    """Yield what lies in a queue, each message once."""
    while True:
        asked = {"MaxNumberOfMessages": _AT_ONCE, "VisibilityTimeout": _HIDDEN, "WaitTimeSeconds": 1}
        found = sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])
        if not found:
            return
        yield from found


def _send(deployment: Deployment, sources: list[str], body: str) -> bool:
    """Send one message where it belongs: to the queue it fell out of, or to the function that failed on it."""
    payload = _payload(body)
    if payload is not None:
        function, request = payload
        deployment.session.client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=json.dumps(request).encode()
        )
        return True
    if len(sources) != 1:
        return False
    deployment.session.client("sqs").send_message(QueueUrl=sources[0], MessageBody=body)
    return True


def _payload(body: str) -> tuple[str, Any] | None:
    """Return function and request of what Lambda itself put there after an asynchronous call failed.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    try:
        record = json.loads(body)
        return record["requestContext"]["functionArn"].removesuffix(":$LATEST"), record["requestPayload"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
