"""Where an alert goes and what SNS is given: one publish with a body for every protocol.

Owns routing, size and the difference between a fault that passes and one that does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from firedoor.alerts.alert import Alert, StepLine
from firedoor.alerts.chat import DESCRIPTION, render_chat
from firedoor.alerts.mail import render_email, subject
from firedoor.alerts.records import render_machine, render_pagerduty
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
        apply_commands=(),
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
    """Publish an alert to its topic, or to the default if that does not take it, and return SNS's message id.

    Raises:
        Retry: SNS throttled, failed or could not be reached; nothing went out for certain.
        SettingsError: No topic is configured. Other errors of SNS pass through.
    """
    from botocore.exceptions import ClientError

    topic, note = route(alert, topic_arns)
    what = f"the alert of case {alert.case_id}"
    try:
        return _publish(sns_client, topic, message(_noted(alert, note)), what)
    except ClientError as error:
        default = topic_arns.get("default")
        if not default or default == topic:
            raise
        # A topic that somebody forgot to make, or closed, must not keep an alert from everybody.
        code = error.response.get("Error", {}).get("Code", "an error")
        note = f"Topic {topic.rpartition(':')[2]} did not take this ({code}), so it went to the stack's own topic."
        return _publish(sns_client, default, message(_noted(alert, note)), what)


def _noted(alert: Alert, note: str | None) -> Alert:
    return replace(alert, notes=(*alert.notes, note)) if note else alert


def publish_report(
    sns_client: Any, topic_arns: Mapping[str, str], title: str, body: str, record: Mapping[str, Any]
) -> str:
    """Publish a report to the default topic and return SNS's message id; raises as :func:`publish`.

    ``severity`` and ``verdict`` of its attributes are ``report``, so that subscribers who filter do not get it.
    """
    if not topic_arns.get("default"):
        raise SettingsError("FIREDOOR_TOPIC_ARNS has no topic 'default'; give it one, so that no report is lost.")
    chat = {
        "version": "1.0",
        "source": "custom",
        "content": {"textType": "client-markdown", "title": title, "description": f"```\n{_whole_lines(body)}\n```"},
        "metadata": {"enableCustomActions": False},
    }
    bodies = {"default": _json(record), "email": body, "https": _json(chat), "sms": cap(title, _SMS)}
    attributes = {name: {"DataType": "String", "StringValue": "report"} for name in ("severity", "verdict")}
    request = {
        "Subject": title,
        "Message": _json(bodies),
        "MessageStructure": "json",
        "MessageAttributes": attributes,
    }
    return _publish(sns_client, topic_arns["default"], request, "the report")


def _whole_lines(body: str) -> str:
    """Return a report as it fits in chat; what is cut is said."""
    if len(body) <= _REPORT:
        return body
    return body[:_REPORT].rpartition("\n")[0] + "\n\nThe rest is in the mail, or: firedoor report"


_REPORT = DESCRIPTION - 100
"""Characters of a report in chat."""


def _publish(sns_client: Any, topic: str, request: Mapping[str, Any], what: str) -> str:
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NotConnected

    try:
        answer = sns_client.publish(TopicArn=topic, **request)
    except (NotConnected, HTTPClientError) as error:
        raise Retry(f"SNS could not be reached for {what} ({type(error).__name__}).") from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _PASSING or status >= 500:
            raise Retry(f"SNS did not take {what} ({code}).") from error
        raise
    return str(answer["MessageId"])


EVENT_SOURCE = "firedoor.alerts"


def put_event(events_client: Any, alert: Alert) -> None:
    """Put an alert on the default bus, for a rule of the template to bring it to an API destination.

    ``detail`` is ``{"alert": machine record, "pagerduty": event of PagerDuty Events v2 without its routing key}``.

    Raises:
        Retry: EventBridge did not take it.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    detail = {"alert": render_machine(alert), "pagerduty": render_pagerduty(alert)}
    entry = {"Source": EVENT_SOURCE, "DetailType": "Firedoor Alert", "Detail": _json(detail)}
    if len(entry["Detail"].encode()) > EVENT_LIMIT:
        shorter = _shortened(alert)
        detail = {"alert": render_machine(shorter), "pagerduty": render_pagerduty(shorter)}
        entry["Detail"] = _json(detail)
    try:
        answer = events_client.put_events(Entries=[entry])
    except (BotoCoreError, ClientError) as error:
        raise Retry(f"EventBridge did not take the alert of case {alert.case_id} ({type(error).__name__}).") from error
    if answer["FailedEntryCount"]:
        code = answer["Entries"][0].get("ErrorCode", "unknown")
        raise Retry(f"EventBridge did not take the alert of case {alert.case_id} ({code}).")


EVENT_LIMIT = 250_000
"""Bytes of an event's detail; EventBridge takes 256 KB with all else.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
"""


__all__ = ["message", "publish", "publish_report", "put_event", "route", "subject"]
