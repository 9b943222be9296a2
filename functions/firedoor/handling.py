"""What the five handlers share: log, metrics, their services, batches with partial failures, and the outermost frame.

A record that fails is logged with its reason and named in the answer, so that it alone comes again and at last
reaches the dead-letter queue; the rest of the batch goes on.

Powertools' Tracer, batch processor and event classes are left alone on purpose: they import the X-Ray SDK, asyncio and
an event class for every service, which costs more at a cold start than all of our own code (docs/performance.md).
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from firedoor.errors import FiredoorError
from firedoor.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable

logger = Logger()
metrics = Metrics()
warnings.filterwarnings("ignore", "No application metrics to publish")  # most runs have none, and this is no log line


@dataclass(frozen=True, slots=True)
class Record:
    """One SQS message, and how often it has been received, this time included."""

    message_id: str
    body: str
    received: int


@lru_cache(maxsize=1)
def services() -> Services:
    """Return the function's services; made once per process, kept while it is warm."""
    return Services.from_environment()


def answer_batch(event: dict[str, Any], handle: Callable[[Record], None]) -> dict[str, list[dict[str, str]]]:
    """Handle every record of an SQS batch and return which of them failed, as Lambda wants it.

    A bare EventBridge envelope (``sam local invoke -e events/….json``) is a batch of one.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    failed = [record.message_id for record in _records(event) if not _succeeds(handle, record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _records(event: dict[str, Any]) -> list[Record]:
    if "detail-type" in event:
        return [Record(str(event.get("id", "direct")), json.dumps(event), received=1)]
    return [
        Record(record["messageId"], record["body"], int(record["attributes"]["ApproximateReceiveCount"]))
        for record in event["Records"]
    ]


def _succeeds(handle: Callable[[Record], None], record: Record) -> bool:
    """Handle one record; what went wrong with it stands in the log and stops no other record."""
    try:
        handle(record)
    except FiredoorError as error:
        logger.warning("record failed", message_id=record.message_id, reason=str(error), kind=type(error).__name__)
    except Exception:
        logger.exception("record failed unexpectedly", message_id=record.message_id)
    else:
        return True
    metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
    return False


def is_last_try(record: Record, tries: int) -> bool:
    """Tell whether the queue will move this record to its dead-letter queue if it fails now."""
    return record.received >= tries


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
    """Add a metric; with dimensions it is written at once, as a record of its own."""
    if not dimensions:
        metrics.add_metric(name, unit, value)
        return
    from aws_lambda_powertools.metrics import single_metric

    with single_metric(name=name, unit=unit, value=value, namespace=metrics.namespace) as metric:
        for key, text in dimensions.items():
            metric.add_dimension(key, text)
