"""The messages on the respond queue: what may stand in one, and how a large event travels."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firedoor.errors import EventError

if TYPE_CHECKING:
    from firedoor.services import Services

PLAIN_LIMIT = 150_000
PACKED_LIMIT = 240_000
"""Bytes as they travel; a message on SQS and all its attributes must stay below 256 KiB where the limit is lowest."""

RESPOND, UNDO = "respond", "undo"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing for ``respond`` to do."""

    case_id: str
    occurrence: int
    do: str = RESPOND
    event: str | None = None
    """The event's JSON text, to be kept as evidence; only the first message of an occurrence carries it."""
    force: bool = False
    """For an undo: overwrite what was changed since."""
    by: str = ""
    """For an undo: who asked."""
    temporary_only: bool = False
    """For an undo: only the steps whose time is over."""

    def to_text(self) -> str:
        """Return the message body."""
        body: dict[str, Any] = {
            name: getattr(self, name) for name in ("case_id", "occurrence", "do", "force", "by", "temporary_only")
        }
        return json.dumps({**body, **_pack(self.event)})

    @classmethod
    def from_text(cls, text: str) -> Message:
        """Read a message body.

        Raises:
            EventError: It is not one.
        """
        try:
            data = json.loads(text)
            event = _unpack(data)
            return cls(
                case_id=str(data["case_id"]),
                occurrence=int(data["occurrence"]),
                do=data.get("do", RESPOND),
                event=event,
                force=data.get("force", False) is True,
                by=str(data.get("by", "")),
                temporary_only=data.get("temporary_only", False) is True,
            )
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise EventError(f"A message on the respond queue cannot be read: {type(error).__name__}.") from error


def send(services: Services, message: Message) -> None:
    """Put a message on the respond queue; botocore's errors pass through."""
    services.sqs.send_message(QueueUrl=services.settings.respond_queue_url, MessageBody=message.to_text())


def _pack(event: str | None) -> dict[str, str]:
    if event is None:
        return {}
    if len(json.dumps(event)) <= PLAIN_LIMIT:  # six bytes for each letter that is not ASCII
        return {"event": event}
    packed = base64.b64encode(gzip.compress(event.encode("utf-8", "surrogatepass"))).decode()
    if len(packed) <= PACKED_LIMIT:
        return {"event_gzip": packed}
    return {"event_sha256": hashlib.sha256(event.encode("utf-8", "surrogatepass")).hexdigest()}


def _unpack(data: dict[str, Any]) -> str | None:
    if "event_gzip" in data:
        return gzip.decompress(base64.b64decode(data["event_gzip"])).decode("utf-8", "surrogatepass")
    if "event_sha256" in data:
        return json.dumps({"omitted": "too large to travel with the case", "sha256": data["event_sha256"]})
    event = data.get("event")
    return event if isinstance(event, str) else None
