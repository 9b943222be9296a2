"""The ``timer`` function: what EventBridge Scheduler calls because time passed."""

from firedoor.handling import count, logger, metrics, services
from firedoor.timers import run


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event, context):
    """Run one timer; see ``timers.run`` for the form of ``event``."""
    outcome = run(services(), event)
    logger.info("timer ran", timer=event.get("timer"), request_id=context.aws_request_id, outcome=outcome)
    if event.get("timer") == "heartbeat":
        count("Heartbeat", 1 if outcome["seen"] else 0)
    return outcome
