"""What a redacted log object holds, where its original lies, and which objects are left alone."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from scenarios import CASE, World
from scenarios_log_objects import BUCKET, KEY, LINES, RECORD, SECRET, log_object

from firedoor import actions
from firedoor.actions.log_objects import LIMIT
from firedoor.errors import Refused

ACTION = actions.load("s3.redact_log_object")


def redacted(world: World) -> tuple[str, str]:
    """Redact the log object and return where its original is and what it says now."""
    (change,) = ACTION.plan(world.account(), log_object(world)).changes
    made = ACTION.apply(world.account(), change)
    body = world.client("s3").get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
    return made["original"], gzip.decompress(body).decode()


def test_values_become_fingerprints_that_still_correlate(world: World) -> None:
    """The same address has the same fingerprint in a record and in a line that is none; ids and structure stay."""
    _, text = redacted(world)
    assert [] == [value for value in ("anna@example.com", SECRET) if value in text]
    first, second = text.splitlines()
    record = json.loads(first)
    assert RECORD["requestId"] == record["requestId"]
    assert 2 == len(re.findall(r"\[EMAIL:[0-9a-f]{6}\]", text))
    assert 1 == len(set(re.findall(r"\[EMAIL:[0-9a-f]{6}\]", text)))
    assert second.startswith("not JSON, from [EMAIL:")
    assert "[AWS_ACCESS_KEY:" in first


def test_gzip_files_put_one_after_another_are_redacted_to_the_end(world: World) -> None:
    """Inspection reads them to the end too; what were left out would be gone from the log."""
    params, s3 = log_object(world), world.client("s3")
    body = gzip.compress(b"from anna@example.com\n") + gzip.compress(b"from bert@example.com\n")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=body)
    (change,) = ACTION.plan(world.account(), params).changes
    ACTION.apply(world.account(), change)
    text = gzip.decompress(s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()).decode()
    assert ["from [EMAIL:", "from [EMAIL:"] == [line[:12] for line in text.splitlines()]


def test_the_original_is_locked_away_under_the_case(world: World) -> None:
    """Byte for byte, with its tags, in the evidence bucket's own prefix for originals."""
    original, _ = redacted(world)
    bucket, _, place = original.removeprefix("s3://").partition("/")
    assert place.startswith(f"originals/{CASE}/")
    s3 = world.client("s3")
    assert "\n".join(LINES) == gzip.decompress(s3.get_object(Bucket=bucket, Key=place)["Body"].read()).decode()
    assert [{"Key": "team", "Value": "a+b"}] == s3.get_object_tagging(Bucket=bucket, Key=place)["TagSet"]


@pytest.mark.parametrize(
    "key",
    [
        "reports/2026.json.gz",
        KEY.replace("123456789012", "444455556666"),
        KEY.replace("ai/AWSLogs", "aiAWSLogs"),
    ],
)
def test_nothing_but_the_own_invocation_log_is_rewritten(key: str, world: World) -> None:
    """The role may write only there, and an event cannot send it elsewhere."""
    with pytest.raises(Refused, match="not one of this account's model-invocation log"):
        ACTION.plan(world.account(), {"bucket": BUCKET, "key": key})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (gzip.compress(bytes(LIMIT + 1), mtime=0), "larger than 16 MiB"),
        (gzip.compress(bytes(LIMIT // 2 + 1), mtime=0) * 2, "larger than 16 MiB"),
        (b"\x1f\x8bbroken", "not gzip"),
        (gzip.compress(b"a line\n" * 99, mtime=0)[:-12], "cut short"),
    ],
)
def test_what_cannot_be_read_whole_is_left_as_it_is(body: bytes, says: str, world: World) -> None:
    """A half-redacted log would look safe; nothing is written, and a person is told."""
    params = log_object(world)
    s3 = world.client("s3")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=body)
    (change,) = ACTION.plan(world.account(), params).changes
    with pytest.raises(Refused, match=says):
        ACTION.apply(world.account(), change)
    assert body == s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
