"""MiniStack, an emulator of AWS, with two things put right that Firedoor depends on.

Run by ``local/cloud.py`` with the Python of ``.venv-cloud``.

* ``PutEvents`` refuses a source that begins with ``aws.``, as AWS does; here the sample events have to come from
  somewhere, so it takes them.
* A function URL with ``AWS_IAM`` tells the function who signed, in ``requestContext.authorizer.iam`` (Lambda developer
  guide, "Invoking Lambda function URLs", request payload). The emulator leaves it out, and knows of no roles.
"""

from functools import partial

from ministack import app
from ministack.services import eventbridge, lambda_svc

OPERATOR = "arn:aws:sts::{account}:assumed-role/SecurityOperator/local"

eventbridge._put_events = partial(eventbridge._put_events, allow_aws_source=True)
build_event = lambda_svc._build_function_url_event


def signed_event(url_id, account_id, *args, **options):
    """Add to a function URL's event who signed the request."""
    event = build_event(url_id, account_id, *args, **options)
    event["requestContext"]["authorizer"] = {"iam": {"userArn": OPERATOR.format(account=account_id)}}
    return event


lambda_svc._build_function_url_event = signed_event
app.main()
