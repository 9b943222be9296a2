"""What the five handlers share: Powertools, their services, batches with partial failures, and the outermost frame.

A record that fails is logged with its reason and named in the answer, so that it alone comes again and at last
reaches the dead-letter queue; the rest of the batch goes on.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from firedoor.errors import FiredoorError
from firedoor.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger()
metrics = Metrics()
tracer = Tracer(auto_patch=False)


@lru_cache(maxsize=1)
def services() -> Services:
    """Return the function's services; made once per process, kept while it is warm."""
    return Services.from_environment()


def answer_batch(event: dict[str, Any], context: Any, handle: Callable[[SQSRecord], None]) -> Any:
    """Handle every record of an SQS batch and return which of them failed, as Lambda wants it.

    A bare EventBridge envelope (``sam local invoke -e events/….json``) is a batch of one.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """

    def framed(record: SQSRecord) -> None:
        try:
            handle(record)
        except FiredoorError as error:
            metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
            logger.warning("record failed", message_id=record.message_id, reason=str(error), kind=type(error).__name__)
            raise
        except Exception:
            metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
            logger.exception("record failed unexpectedly", message_id=record.message_id)
            raise

    if "detail-type" in event:
        event = {"Records": [_as_record(event)]}
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=framed, processor=processor, context=context)


def _as_record(envelope: dict[str, Any]) -> dict[str, Any]:
    """Wrap an envelope as SQS would deliver it for the first time."""
    return {
        "messageId": str(envelope.get("id", "direct")),
        "body": json.dumps(envelope),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def is_last_try(record: SQSRecord, tries: int) -> bool:
    """Tell whether the queue will move this record to its dead-letter queue if it fails now."""
    return int(record.attributes.approximate_receive_count) >= tries


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
    """Add a metric; with dimensions it is written at once, as a record of its own."""
    if not dimensions:
        metrics.add_metric(name, unit, value)
        return
    from aws_lambda_powertools.metrics import single_metric

    with single_metric(name=name, unit=unit, value=value, namespace=metrics.namespace) as metric:
        for key, text in dimensions.items():
            metric.add_dimension(key, text)
