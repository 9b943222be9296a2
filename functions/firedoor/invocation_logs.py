"""Reading model-invocation logs where Bedrock delivers them, and telling the engine of each invocation.

Owns S3 log objects (announced by ``Object Created``) and CloudWatch Logs subscription batches. What a record means is
``inspection``'s. No text of a record is logged, stored or passed on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.data_classes import CloudWatchLogsEvent

from firedoor.errors import EventError, Retry
from firedoor.faults import AwsError, explain, is_passing
from firedoor.inspection.invocations import Invocation, read_invocation
from firedoor.intake import take_in

if TYPE_CHECKING:
    from firedoor.services import Services

OBJECT_LIMIT = 64 * 1024 * 1024
"""Bytes of log, unpacked, that are read of one object; Bedrock's own objects are far smaller."""


@dataclass(frozen=True, slots=True)
class LogRead:
    """What one delivery held: records inspected, cases opened, records that could not be read, and why skipped."""

    records: int = 0
    cases: int = 0
    not_read: int = 0
    skipped: str | None = None


def read_log_object(services: Services, text: str) -> LogRead:
    """Inspect the object that an EventBridge ``Object Created`` envelope names.

    Raises:
        EventError: The envelope names no object, or the object is not a log that can be unpacked.
        Retry: S3 could not be read at this moment.
    """
    bucket, key = _named_object(text)
    if _is_not_a_log(key):
        return LogRead(skipped="not a log object")
    body = _fetch(services, bucket, key)
    return _take_in_lines(services, _unpack(body, key).splitlines())


def read_subscription(services: Services, event: dict[str, Any]) -> LogRead:
    """Inspect a CloudWatch Logs subscription batch.

    Raises:
        EventError: It cannot be unpacked.
    """
    try:
        batch = CloudWatchLogsEvent(event).parse_logs_data()
        lines = [entry.message.encode("utf-8", "surrogatepass") for entry in batch.log_events]
    except (ValueError, KeyError, TypeError, OSError, zlib.error) as error:
        raise EventError(f"The CloudWatch Logs batch cannot be read: {type(error).__name__}.") from error
    if batch.message_type == "CONTROL_MESSAGE":
        return LogRead(skipped="control message")
    return _take_in_lines(services, lines)


def _named_object(text: str) -> tuple[str, str]:
    try:
        detail = json.loads(text)["detail"]
        bucket, key = detail["bucket"]["name"], detail["object"]["key"]
    except (ValueError, KeyError, TypeError) as error:
        raise EventError("The event names no S3 object.") from error
    if not isinstance(bucket, str) or not isinstance(key, str):
        raise EventError("The event names no S3 object.")
    return bucket, key


def _is_not_a_log(key: str) -> bool:
    """Bodies moved out of a record lie under ``data/``; the permission check leaves an empty object."""
    return "/data/" in key or key.endswith("amazon-bedrock-logs-permission-check")


def _fetch(services: Services, bucket: str, key: str) -> bytes:
    try:
        body: bytes = services.session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read(OBJECT_LIMIT + 1)
    except AwsError as error:
        raise (Retry if is_passing(error) else EventError)(
            f"The log object cannot be read. {explain(error)}"
        ) from error
    return body


def _unpack(body: bytes, key: str) -> bytes:
    if not key.endswith(".gz") and body[:2] != b"\x1f\x8b":
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, OBJECT_LIMIT)
    except zlib.error as error:
        raise EventError("The log object is not gzip.") from error
    if unpacker.unconsumed_tail:
        raise EventError(f"The log object is larger than {OBJECT_LIMIT} bytes unpacked.")
    return text


def _take_in_lines(services: Services, lines: Iterable[bytes]) -> LogRead:
    """Inspect every line; one that cannot be read is counted, and the others go on."""
    records, cases, not_read = 0, 0, 0
    for line in lines:
        if not line.strip():
            continue
        try:
            invocation = _parse(line)
            taken = take_in(services, json.dumps(invocation.to_event()))
        except EventError:
            not_read += 1
            continue
        records += 1
        cases += len(taken.cases)
    return LogRead(records, cases, not_read)


def _parse(line: bytes) -> Invocation:
    try:
        return read_invocation(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise EventError("A line of the log is not JSON.") from error
