"""What travels on the respond queue."""

from __future__ import annotations

import json
import random

import pytest

from firedoor.messages import Message

QUEUE_LIMIT = 256 * 1024
"""Bytes that SQS takes in every partition; EventBridge's events are no larger."""


@pytest.mark.parametrize("letter", ["a", '"', "é", "漢", "\U0001f525", "\x01"], ids=ascii)
@pytest.mark.parametrize("size", [100, 100_000, QUEUE_LIMIT])
def test_every_event_fits_into_a_message_in_any_script(letter: str, size: int) -> None:
    """JSON writes six bytes for a letter that is not ASCII: a message that SQS refuses is an event that is lost."""
    event = json.dumps({"detail": letter * (size // len(letter.encode()))}, ensure_ascii=False)
    text = Message("fd-20260131-7f3a2b", 1, event=event).to_text()
    assert len(text.encode()) < QUEUE_LIMIT
    assert event == Message.from_text(text).event


def test_what_cannot_be_packed_travels_by_its_hash() -> None:
    """The case is worked on all the same; the evidence says what is left out."""
    generator = random.Random(7)  # noqa: S311  no secret
    noise = "".join(chr(generator.randrange(0x4E00, 0x9FFF)) for _ in range(150_000))
    text = Message("fd-20260131-7f3a2b", 1, event=noise).to_text()
    assert len(text.encode()) < QUEUE_LIMIT
    assert "too large to travel" in str(Message.from_text(text).event)
