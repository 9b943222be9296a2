"""The ``respond`` function: cases from SQS are planned, guarded, contained, or put back."""

from firedoor.handling import MetricUnit, answer_batch, count, is_last_try, logger, metrics, services
from firedoor.messages import UNDO, Message
from firedoor.response import measures, respond, undo

TRIES = 5  # maxReceiveCount of the respond queue in template.yaml


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event, _context):
    """Answer one SQS batch; see ``handling.answer_batch``."""
    return answer_batch(event, carry_out)


def carry_out(record):
    """Bring one case as far as it may go."""
    message = Message.from_text(record.body)
    act = undo if message.do == UNDO else respond
    occurrence = act(services(), message, last_try=is_last_try(record, TRIES))
    logger.info("responded", case_id=message.case_id, do=message.do, state=occurrence.state, mode=occurrence.decided)
    count("Cases", state=occurrence.state.value)
    for name, value in measures(occurrence, services().now()).items():
        count(name, value, MetricUnit.Seconds if name == "TimeToContain" else MetricUnit.Count)
