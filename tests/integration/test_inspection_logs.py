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

if TYPE_CHECKING:
    from tests.conftest import Samples

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
