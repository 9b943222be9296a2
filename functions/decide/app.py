"""The ``decide`` function: a person approves, rejects or undoes, by IAM-signed request or direct invocation."""

from firedoor.decisions import answer_request
from firedoor.handling import logger, metrics, services


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event, context):
    """Answer one request; see ``decisions.answer_request`` for its form and the answer's."""
    answer = answer_request(services(), event)
    logger.info("decided", request_id=context.aws_request_id, status=answer["statusCode"])
    return answer
