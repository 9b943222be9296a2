"""What people are told: one frozen ``Alert``, composed from a case, rendered for each medium, published once.

Does not own when people are told, nor what is done about a case.
"""

from firedoor.alerts.alert import Alert, Related
from firedoor.alerts.chat import render_chat
from firedoor.alerts.composing import compose, compose_digest, fill_text
from firedoor.alerts.delivery import message, publish, publish_report, put_event, route
from firedoor.alerts.mail import render_email
from firedoor.alerts.page import render_html
from firedoor.alerts.records import render_machine, render_ocsf, render_pagerduty
from firedoor.alerts.text import clean
from firedoor.alerts.verdicts import MEANINGS, Meaning, Verdict

__all__ = [
    "MEANINGS",
    "Alert",
    "Meaning",
    "Related",
    "Verdict",
    "clean",
    "compose",
    "compose_digest",
    "fill_text",
    "message",
    "publish",
    "publish_report",
    "put_event",
    "render_chat",
    "render_email",
    "render_html",
    "render_machine",
    "render_ocsf",
    "render_pagerduty",
    "route",
]
