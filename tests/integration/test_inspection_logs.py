"""Log objects and subscription batches as Bedrock, S3 and CloudWatch Logs deliver them, and as nobody should."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from firedoor.cli.embedded import EmbeddedAws
from firedoor.invocation_logs import BODY_LIMIT

if TYPE_CHECKING:
    from tests.conftest import Samples

GZIP = b"\x1f\x8b"
PII, NOT_INSPECTED = "bedrock-pii-in-prompt", "bedrock-not-inspected"
BUCKET = "acme-bedrock-logs-111122223333"


@pytest.fixture
def aws(bundle: Path) -> Iterator[EmbeddedAws]:
    """Return a stack with a bucket of logs."""
    with EmbeddedAws(bundle, datetime(2026, 11, 20, 15, 5, tzinfo=UTC)) as stack:
        where = {"LocationConstraint": "eu-west-1"}
        stack.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield stack


def line(number: int, **fields: Any) -> bytes:
    """Return a Converse record."""
    whole = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-11-20T15:04:05Z",
        "accountId": "111122223333",
        "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/hr-bot/i-0abc"},
        "region": "eu-west-1",
        "requestId": f"r-{number}",
        "operation": "Converse",
        "modelId": "amazon.nova-lite-v1:0",
        "input": {"inputBodyJson": {"messages": [{"role": "user", "content": [{"text": "Good morning."}]}]}},
        "output": {"outputBodyJson": {"output": {"message": {"content": [{"text": "Good morning."}]}}}},
    }
    return json.dumps({**whole, **fields}).encode()


def deliver(aws: EmbeddedAws, samples: Samples, body: bytes, key: str = "logs/log.json.gz") -> dict[str, Any]:
    """Let Bedrock write an object and S3 announce it; return what the handler says it read."""
    aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    aws.put_event(samples.text("s3_bedrock_log_created", {"detail.object.key": key}))
    aws.pump()
    return next((told for told in aws.log() if told.get("message") == "inspected"), {})


def test_a_shape_never_seen_is_inspected_and_counted_in_a_metric(aws: EmbeddedAws, samples: Samples) -> None:
    """Its neighbour of a known shape is not counted."""
    strange = line(2, input={"inputBodyJson": {"score_these": ["Good morning."]}})
    assert 2 == deliver(aws, samples, gzip.compress(line(1) + b"\n" + strange))["records"]
    assert [1.0] == [value for told in aws.log() for value in told.get("InvocationsOfUnknownShape", ())]


def test_gzip_files_put_one_after_another_are_read_to_the_end(aws: EmbeddedAws, samples: Samples) -> None:
    """Nothing hides behind the end of the first."""
    body = gzip.compress(line(1) + b"\n") + gzip.compress(line(2) + b"\n")
    assert 2 == deliver(aws, samples, body)["records"]


@pytest.mark.parametrize("files", [1, 3])
def test_a_gzip_bomb_is_not_unpacked(aws: EmbeddedAws, samples: Samples, files: int) -> None:
    """The limit holds for the whole, in however many files it is packed."""
    bomb = gzip.compress(b" " * (66 * 1024 * 1024 // files)) * files
    assert {} == deliver(aws, samples, bomb)
    assert any("larger than 67108864 bytes unpacked" in json.dumps(told) for told in aws.log())


def test_a_log_object_that_was_cut_short_goes_to_a_person(aws: EmbeddedAws, samples: Samples) -> None:
    """S3 writes objects whole: what lacks its end was tampered with, and its first lines are not taken for all."""
    assert {} == deliver(aws, samples, gzip.compress(line(1) + b"\n")[:-9])
    assert any("gzip that was cut short" in json.dumps(told) for told in aws.log())


@pytest.mark.parametrize("key", ["logs/data/r-1_input.json.gz", "logs/amazon-bedrock-logs-permission-check"])
def test_what_is_no_log_is_skipped(aws: EmbeddedAws, samples: Samples, key: str) -> None:
    """Bodies that Bedrock moved out, and the object with which it tries whether it may write."""
    told = deliver(aws, samples, line(1), key)
    assert (0, "not a log object") == (told["records"], told["skipped"])


def test_a_control_message_is_skipped(aws: EmbeddedAws) -> None:
    """CloudWatch Logs sends one to try whether the subscription can be reached."""
    batch = {"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": ""}
    events = [{"id": "", "timestamp": 0, "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]
    whole = json.dumps({**batch, "subscriptionFilters": [], "logEvents": events})
    aws.invoke("inspect", {"awslogs": {"data": base64.b64encode(gzip.compress(whole.encode())).decode()}})
    told = next(told for told in aws.log() if told.get("message") == "inspected")
    assert (0, 0, "control message") == (told["records"], told.get("not_read", 0), told["skipped"])


@pytest.mark.parametrize("count", [10**400, -1, True, 1.5, "9"])
def test_a_count_of_tokens_that_cannot_be_one_stops_nothing(aws: EmbeddedAws, samples: Samples, count: Any) -> None:
    """The record and its neighbour are inspected."""
    strange = line(1, input={"inputTokenCount": count})
    assert 2 == deliver(aws, samples, gzip.compress(strange + b"\n" + line(2)))["records"]


def moved(aws: EmbeddedAws, body: bytes | None) -> bytes:
    """Return a record whose request lies in S3, or is said to."""
    key = f"logs/data/r-1_input.json{'.gz' if body is None or body.startswith(GZIP) else ''}"
    if body is not None:
        aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
    return line(1, input={"inputContentType": "application/json", "inputBodyS3Path": f"s3://{BUCKET}/{key}"})


def asked(padding: int = 0) -> bytes:
    """Return a request that holds a card number, as long as is asked for."""
    head, tail = b'{"messages":[{"role":"user","content":"My card is 4111 1111 1111 1111.', b'"}]}'
    return head + b" " * (padding - len(head) - len(tail)) + tail


def seen_of(aws: EmbeddedAws, samples: Samples, record: bytes) -> tuple[str | None, str | None]:
    """Deliver one record; return the personal data that was found in it, and what could not be inspected."""
    deliver(aws, samples, gzip.compress(record))
    found = {case.playbook: case.occurrences[-1].extracted for case in aws.cases()}
    return found.get(PII, {}).get("types"), found.get(NOT_INSPECTED, {}).get("why")


@pytest.mark.parametrize("packed", [False, True])
def test_a_moved_body_of_just_the_limit_is_inspected(aws: EmbeddedAws, samples: Samples, packed: bool) -> None:
    """The limit is of the body unpacked, and what is found in it is told; nothing is left to mark."""
    body = asked(BODY_LIMIT)
    assert ("CREDIT_CARD", None) == seen_of(aws, samples, moved(aws, gzip.compress(body) if packed else body))


@pytest.mark.parametrize("packed", [False, True])
def test_a_moved_body_above_the_limit_is_marked(aws: EmbeddedAws, samples: Samples, packed: bool) -> None:
    """One byte more is not fetched to the end, nor unpacked; the record is told of all the same."""
    body = asked(BODY_LIMIT + 1)
    assert (None, "body in S3") == seen_of(aws, samples, moved(aws, gzip.compress(body) if packed else body))


@pytest.mark.parametrize("body", [None, b"", b"\x89PNG", gzip.compress(asked(), mtime=0)[:-30], b"[" * 100_000])
def test_a_moved_body_that_cannot_be_read_is_marked(aws: EmbeddedAws, samples: Samples, body: bytes | None) -> None:
    """It is missing, empty, a picture, cut off, or no JSON that can be parsed."""
    assert (None, "body in S3") == seen_of(aws, samples, moved(aws, body))


@pytest.mark.parametrize("in_s3", [False, True])
def test_what_stands_under_a_repeated_name_is_inspected(aws: EmbeddedAws, samples: Samples, in_s3: bool) -> None:
    """In a record and in a moved body: a card number hides behind the second of two names."""
    twice = asked().replace(b"}]}", b'}],"messages":[]}')
    record = moved(aws, twice) if in_s3 else line(1, input={"inputBodyJson": "HERE"}).replace(b'"HERE"', twice)
    assert ("CREDIT_CARD", "repeated names") == seen_of(aws, samples, record)


def test_a_byte_that_is_no_utf_8_keeps_nothing_from_being_inspected(aws: EmbeddedAws, samples: Samples) -> None:
    """Nor does half a surrogate pair, or a byte order mark."""
    spoiled = line(1, input={"inputBodyJson": "HERE"}).replace(b'"HERE"', asked().replace(b"My", b"\xff\\ud800"))
    assert ("CREDIT_CARD", None) == seen_of(aws, samples, b"\xef\xbb\xbf" + spoiled)


def test_nesting_of_any_depth_stops_no_other_record(aws: EmbeddedAws, samples: Samples) -> None:
    """Each record is inspected, or counted as not read, at depths about that which can just be parsed too."""
    depths = [10, 100, 500, *range(900, 1_000, 10), 100_000]
    lines = [line(0)]
    for number, depth in enumerate(depths, 1):
        nested = b"[" * depth + b'"deep"' + b"]" * depth
        call = {"output": {"message": {"content": [{"toolUse": {"name": "send", "input": "HERE"}}]}}}
        asks = {"messages": [{"role": "user", "content": [{"toolResult": {"content": "HERE"}}]}]}
        whole = line(number, input={"inputBodyJson": asks}, output={"outputBodyJson": call})
        lines.append(whole.replace(b'"HERE"', nested))
    lines.append(line(len(lines)))
    told = deliver(aws, samples, gzip.compress(b"\n".join(lines)))
    (not_read,) = [value for told in aws.log() for value in told.get("InvocationsNotRead", ())]
    assert told["records"] + not_read == len(lines)
    assert told["records"] > len(depths) / 2


def test_a_roles_sessions_share_a_habit_and_people_do_not(aws: EmbeddedAws, samples: Samples) -> None:
    """Every pod has a session of its own: none of them would ever call often enough to have a habit."""
    roles = ("hr-bot", "AWSReservedSSO_Developer_0a1b2c3d4e5f6071")
    sessions = [f"arn:aws:sts::111122223333:assumed-role/{role}/s-{number}" for role in roles for number in range(3)]
    records = [line(number, identity={"arn": arn}) for number, arn in enumerate(sessions)]
    deliver(aws, samples, b"\n".join(records), "logs/one.json")
    deliver(aws, samples, b"\n".join(records), "logs/two.json")
    of_role = aws.services.cases.habit("111122223333", "eu-west-1", "arn:aws:iam::111122223333:role/hr-bot")
    of_people = [aws.services.cases.habit("111122223333", "eu-west-1", arn).seen for arn in sessions]
    assert (6, [0, 0, 0, 2, 2, 2]) == (of_role.seen, of_people)
