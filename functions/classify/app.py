"""The ``classify`` function: EventBridge envelopes from SQS become cases."""

from firedoor.handling import MetricUnit, answer_batch, count, logger, metrics, services
from firedoor.intake import take_in


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event, _context):
    """Answer one SQS batch; see ``handling.answer_batch``."""
    return answer_batch(event, classify)


def classify(record):
    """Open the cases of one envelope."""
    taken = take_in(services(), record.body)
    logger.info("classified", message_id=record.message_id, cases=taken.cases, not_acted_on=taken.reasons)
    count("EventAge", taken.oldest_seconds, MetricUnit.Seconds)
    count("Matches", len(taken.cases))
