"""Reading model-invocation logs where Bedrock delivers them, and telling the engine of each invocation.

Owns S3 log objects (announced by ``Object Created``) and CloudWatch Logs subscription batches. What a record means is
``inspection``'s. No text of a record is logged, stored or passed on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aws_lambda_powertools.utilities.data_classes import CloudWatchLogsEvent
from botocore.config import Config

from firedoor import packing
from firedoor.errors import EventError, Retry
from firedoor.evidence import ORIGINAL
from firedoor.faults import AwsError, explain, is_passing
from firedoor.inspection.invocations import Invocation, read_line
from firedoor.inspection.second_stage import PER_MINUTE, SecondStage, judges_of
from firedoor.inspection.signals import fingerprint_key, inspect
from firedoor.inspection.usage import Habit, compare
from firedoor.intake import take_in

if TYPE_CHECKING:
    from firedoor.services import Services

OBJECT_LIMIT = 64 * 1024 * 1024
"""Bytes of log, unpacked, that are read of one object; Bedrock's own objects are far smaller."""

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes, unpacked, up to which a body that Bedrock moved to S3 is fetched and inspected."""


@dataclass(frozen=True, slots=True)
class LogRead:
    """What one delivery held: records inspected, cases opened, records not readable, or why it was skipped."""

    records: int = 0
    cases: int = 0
    not_read: int = 0
    unknown_shapes: int = 0
    """Of the records inspected, those with a part of a shape never seen, which was read as far as it went."""
    asked: int = 0
    """Questions to the second stage, and how many of them failed."""
    ask_failed: int = 0
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
    found = _get(services, bucket, key)
    if ORIGINAL in found["Metadata"]:
        return LogRead(skipped="written by a redaction or its undo")
    body = found["Body"].read(OBJECT_LIMIT + 1)
    return _take_in_lines(services, _unpack(body, key, OBJECT_LIMIT).splitlines(), {"bucket": bucket, "key": key})


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


def _get(services: Services, bucket: str, key: str) -> dict[str, Any]:
    try:
        return dict(services.s3.get_object(Bucket=bucket, Key=key))
    except AwsError as error:
        raise (Retry if is_passing(error) else EventError)(
            f"The log object cannot be read. {explain(error)}"
        ) from error


def _unpack(body: bytes, key: str, limit: int) -> bytes:
    try:
        text = packing.unpack(body, limit) if key.endswith(".gz") or body.startswith(packing.MAGIC) else body
    except ValueError as error:
        raise EventError(f"The log object is {error}.") from error
    if len(text) > limit:
        raise EventError(f"The object is larger than {limit} bytes unpacked.")
    return text


def _take_in_lines(services: Services, lines: Iterable[bytes], log: Mapping[str, str] | None = None) -> LogRead:
    """Inspect every line; one that cannot be read is counted, and the others go on. ``log`` is where they lie in S3."""
    habits, second_stage = _Habits(services), _second_stage(services)
    records, cases, not_read, unknown_shapes = 0, 0, 0, 0
    for line in lines:
        if not line.strip():
            continue
        try:
            event = _event_of(services, habits, second_stage, line, log)
            taken = take_in(services, json.dumps(event))
        except EventError:
            not_read += 1
            continue
        records += 1
        cases += len(taken.cases)
        unknown_shapes += any(reason.startswith("unknown") for reason in event["detail"]["not_inspected"])
    habits.save()
    asked, failed = (second_stage.asked, second_stage.failed) if second_stage else (0, 0)
    return LogRead(records, cases, not_read, unknown_shapes, asked, failed)


def _second_stage(services: Services) -> SecondStage | None:
    """Return the second stage with its budget for one delivery, or None where none is configured.

    Its clients try once and wait little: the offline verdict stands anyway.
    """

    @cache
    def client(service: str) -> Any:
        config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
        return services.session.client(service, config=config)

    def take() -> bool:
        taker, now, account = str(uuid4()), services.now(), services.settings.account_id
        return services.cases.take_slot("second-stage", account, taker, limit=PER_MINUTE, window=60, now=now)

    judges = judges_of(services.settings.second_stage, services.settings.second_stage_pii, client)
    return SecondStage(judges, take) if judges else None


def _event_of(
    services: Services,
    habits: _Habits,
    second_stage: SecondStage | None,
    line: bytes,
    log: Mapping[str, str] | None,
) -> dict[str, Any]:
    invocation = read_line(line, partial(_moved_body, services))
    settings = services.settings
    signals = inspect(
        invocation,
        allowed_hosts=settings.allowed_hosts,
        canaries=settings.canaries,
        key=fingerprint_key(settings.external_id),
        second_stage=second_stage,
    )
    usage = habits.compare(invocation)
    return invocation.to_event(signals=signals.to_json(), usage=usage, **({"log": log} if log else {}))


def _moved_body(services: Services, address: str) -> bytes:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return _unpack(_get(services, bucket, key)["Body"].read(BODY_LIMIT + 1), key, BODY_LIMIT)


class _Habits:
    """The usual calls of the callers in one batch: read once each, written once at the end.

    Two batches at once may each miss the other's calls; a habit is a mean over weeks and can bear that.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._habits: dict[tuple[str, str, str], Habit] = {}

    def compare(self, invocation: Invocation) -> dict[str, float | None]:
        """Return this call's usage against its caller's habit, and count the call into the habit."""
        key = (invocation.account, invocation.region, invocation.identity)
        if key not in self._habits:
            self._habits[key] = self._services.cases.habit(*key)
        usage, self._habits[key] = compare(self._habits[key], invocation)
        return usage

    def save(self) -> None:
        """Write the habits back."""
        for key, habit in self._habits.items():
            self._services.cases.save_habit(*key, habit, self._services.now())
