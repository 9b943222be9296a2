"""The ``inspect`` function: Bedrock model-invocation logs from S3 (through SQS) or a CloudWatch Logs subscription.

The folder is not called ``inspect``, because a module of that name at the top of the artifact would be Python's own.
"""

from firedoor.handling import answer_batch, count, logger, metrics, services
from firedoor.invocation_logs import read_log_object, read_subscription


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event, _context):
    """Answer one SQS batch, or one CloudWatch Logs subscription event."""
    if "awslogs" in event:
        return tell(read_subscription(services(), event))
    return answer_batch(event, inspect)


def inspect(record):
    """Inspect the log object that one ``Object Created`` event names."""
    tell(read_log_object(services(), record.body))


def tell(read):
    """Log what was read."""
    logger.info("inspected", records=read.records, cases=read.cases, skipped=read.skipped)
    count("InvocationsInspected", read.records)
    count("InvocationsNotRead", read.not_read)
    count("InvocationsOfUnknownShape", read.unknown_shapes)
    if read.asked:
        count("SecondStageAsked", read.asked)
        count("SecondStageFailed", read.ask_failed)
