"""Where an alert goes and what SNS is given: one publish with a body for every protocol.

Owns routing, size and the difference between a fault that passes and one that does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from firedoor.alerts.alert import Alert, StepLine
from firedoor.alerts.chat import render_chat
from firedoor.alerts.mail import render_email, subject
from firedoor.alerts.records import render_machine
from firedoor.alerts.text import cap
from firedoor.errors import Retry, SettingsError

LIMIT = 262_144
"""Bytes of a message with its attributes (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""

_SMS = 140
_SHORT_TEXT, _SHORT_LIST = 200, 3
_PASSING = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "KMSThrottling",
        "KMSThrottlingException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def route(alert: Alert, topic_arns: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the topic that an alert goes to, and a note for the reader if its owner has none.

    The owner's topic comes first, then the severity's, then ``default``. Where there is but one topic, everybody reads
    it, and nothing needs to be said.

    Raises:
        SettingsError: There is neither a topic for it nor a default.
    """
    if alert.owner in topic_arns:
        return topic_arns[alert.owner], None
    topic = topic_arns.get(str(alert.severity)) or topic_arns.get("default")
    if not topic:
        raise SettingsError("FIREDOOR_TOPIC_ARNS has no topic 'default'; give it one, so that no alert is lost.")
    if len(topic_arns) == 1:
        return topic, None
    return topic, f"No topic is configured for owner {alert.owner}, so this went to a topic that others read."


def message(alert: Alert) -> dict[str, Any]:
    """Return what ``sns.publish`` takes besides the topic.

    ``default`` (queues, functions, ``http``) is the machine record, ``email`` the mail, and ``https`` the chat
    notification, because Amazon Q Developer in chat applications subscribes with that protocol. At most 256 KB; what
    is cut is said in it.
    """
    request = _message(alert)
    if _size(request) > LIMIT:
        request = _message(_shortened(alert))
    return request


def _message(alert: Alert) -> dict[str, Any]:
    title, body = render_email(alert)
    bodies = {
        "default": _json(render_machine(alert)),
        "email": body,
        "https": _json(render_chat(alert)),
        "sms": cap(title, _SMS - len(alert.case_id) - 1) + f" {alert.case_id}",
    }
    return {
        "Subject": title,
        "Message": _json(bodies),
        "MessageStructure": "json",
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value or "unknown"}
            for name, value in (
                ("severity", str(alert.severity)),
                ("verdict", str(alert.verdict)),
                ("playbook", alert.playbook),
                ("owner", alert.owner),
                ("account", alert.account),
            )
        },
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _size(request: Mapping[str, Any]) -> int:
    attributes = request["MessageAttributes"].items()
    texts = [request["Message"], *(name + each["DataType"] + each["StringValue"] for name, each in attributes)]
    return sum(len(text.encode()) for text in texts)


def _shortened(alert: Alert) -> Alert:
    """Return the alert without what can be fetched: details of steps, commands, links, the exclusion."""
    return replace(
        alert,
        summary=cap(alert.summary, 2 * _SHORT_TEXT),
        steps=tuple(_shortened_step(step) for step in alert.steps),
        undo_commands=(),
        evidence=alert.evidence[:_SHORT_LIST],
        related=alert.related[:_SHORT_LIST],
        exclusion="",
        notes=(
            f"This was too long to send whole; all of it: `firedoor show {alert.case_id}`.",
            *alert.notes[:_SHORT_LIST],
        ),
    )


def _shortened_step(step: StepLine) -> StepLine:
    changes = tuple(
        replace(change, summary=cap(change.summary, _SHORT_TEXT), differences=()) for change in step.changes[:1]
    )
    more = step.more_changes + len(step.changes) - len(changes)
    return replace(step, reason=cap(step.reason, _SHORT_TEXT), changes=changes, more_changes=more)


def publish(sns_client: Any, topic_arns: Mapping[str, str], alert: Alert) -> str:
    """Publish an alert to its topic and return SNS's message id.

    Raises:
        Retry: SNS throttled, failed or could not be reached; nothing went out for certain.
        SettingsError: No topic is configured. Other errors of SNS pass through.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NotConnected

    topic, note = route(alert, topic_arns)
    noted = replace(alert, notes=(*alert.notes, note)) if note else alert
    try:
        answer = sns_client.publish(TopicArn=topic, **message(noted))
    except (NotConnected, HTTPClientError) as error:
        raise Retry(f"SNS could not be reached for case {alert.case_id} ({type(error).__name__}).") from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _PASSING or status >= 500:
            raise Retry(f"SNS did not take the alert of case {alert.case_id} ({code}).") from error
        raise
    return str(answer["MessageId"])


__all__ = ["message", "publish", "route", "subject"]
