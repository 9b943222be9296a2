"""Actions on SQS queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

_URL = "https://sqs.{region}.amazonaws.com/{account}/{name}"


class EncryptQueue(Setting):
    """See ``summary``. With keys of SQS, so that no sender or receiver needs a permission."""

    name = "sqs.encrypt_queue"
    service = "sqs"
    iam = "sqs"
    parameter = "queue"
    noun = "queue"
    promise = "Encrypt what waits in {name} with keys of SQS"
    arn = "{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"SqsManagedSseEnabled": "true"}
    reads = Call(
        "GetQueueAttributes",
        {"QueueUrl": _URL, "AttributeNames": ["SqsManagedSseEnabled"]},
        "Attributes",
    )
    writes = Call("SetQueueAttributes", {"QueueUrl": _URL}, put="Attributes")
    gone = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
