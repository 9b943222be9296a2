"""The alert as a custom notification of Amazon Q Developer in chat applications (Slack, Microsoft Teams).

Schema: https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html. Owns the escape for both Markdowns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from firedoor.alerts.alert import Alert, StepLine
from firedoor.alerts.text import cap
from firedoor.alerts.times import clock, duration, moment
from firedoor.alerts.verdicts import MEANINGS, Verdict

TITLE, DESCRIPTION, NEXT_STEP, KEYWORD, SUMMARY, RESOURCE, CONTEXT = 250, 8_000, 350, 75, 300, 300, 250
"""Characters of each text. Titles and descriptions at the service's own limits, the others well below what it takes."""

_LOOKALIKES = str.maketrans(
    {"*": "∗", "~": "∼", "`": "'", "<": "‹", ">": "›", "[": "(", "]": ")", "|": "¦", "#": "＃", "\\": "＼"}
)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_EMOJI = re.compile(r"(?<![\w:]):(?=[\w+'-]+:(?![\w:]))")
_UNDERLINE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_NOT_IN_A_BLOCK = re.compile(r"[<>&]|```")
_CUT = "\n…the rest is in the mail, or: firedoor show "


def escape(text: str) -> str:
    """Return ``text`` so that neither Slack nor Teams formats it, links it or notifies anybody.

    Slack knows no escape character, so what would format is shown by a look-alike; names inside stay readable.
    """
    text = _ENTITY.sub("& ", text.translate(_LOOKALIKES))
    return _EMOJI.sub("∶", _MENTION.sub("(at)", _UNDERLINE.sub("＿", text)))


def render_chat(alert: Alert) -> dict[str, Any]:
    """Return the notification. Updates of one case go to one thread; ``additionalContext`` feeds custom actions."""
    return {
        "version": "1.0",
        "source": "custom",
        "id": f"{alert.case_id}-{alert.occurrence}-{_slug(alert.verdict)}",
        "content": {
            "textType": "client-markdown",
            "title": cap(_title(alert), TITLE),
            "description": _description(alert),
            "nextSteps": [cap(escape(step), NEXT_STEP) for step in alert.next_steps],
            "keywords": [
                cap(escape(word), KEYWORD)
                for word in (alert.verdict, str(alert.severity), alert.playbook, alert.owner, alert.account)
            ],
        },
        "metadata": {
            "threadId": alert.case_id,
            "summary": cap(escape(f"{alert.verdict}: {alert.title}. {alert.headline}"), SUMMARY),
            "eventType": f"firedoor-{_slug(alert.verdict)}",
            "relatedResources": [cap(escape(alert.target), RESOURCE), cap(escape(alert.actor), RESOURCE)],
            "additionalContext": {
                "caseId": alert.case_id,
                "verdict": str(alert.verdict),
                "severity": str(alert.severity),
                "playbook": cap(alert.playbook, CONTEXT),
                "account": alert.account,
                "region": cap(escape(alert.region), CONTEXT),
            },
        },
    }


def _slug(verdict: Verdict) -> str:
    return verdict.lower().replace(" ", "-")


def _title(alert: Alert) -> str:
    where = f"{alert.account_name} ({alert.account})" if alert.account_name else f"account {alert.account}"
    return escape(f"{str(alert.severity).upper()} {alert.verdict}: {alert.title}, {where}")


def _description(alert: Alert) -> str:
    text = "\n".join(_lines(alert))
    end = f"{_CUT}{alert.case_id}"
    if len(text) <= DESCRIPTION:
        return text
    kept = text[: DESCRIPTION - len(end) - 4].rpartition("\n")[0]
    # An open code block would swallow what follows it.
    return kept + ("\n```" if kept.count("```") % 2 else "") + end


def _lines(alert: Alert) -> Iterator[str]:
    yield f"*{escape(alert.headline)}*"
    yield escape(alert.summary)
    if alert.reason:
        yield f"Why: {escape(alert.reason)}"
    if alert.decision:
        yield escape(alert.decision)
    if alert.steps:
        yield f"\n*{MEANINGS[alert.verdict].steps.capitalize()}*"
    for number, step in enumerate(alert.steps, 1):
        yield from _step(number, step, differences=alert.verdict is Verdict.NEEDS_APPROVAL)
    yield from _decide(alert)
    yield from _by_hand(alert)
    yield from _undo(alert)
    yield from _facts(alert)
    for link in alert.links:
        yield f"{escape(link.text)}: {link.url}"
    yield from (f"Note: {escape(note)}" for note in alert.notes)
    yield f"Playbook {_code(alert.playbook)}, mode {alert.mode}, owner {_code(alert.owner)}, case {alert.case_id}"


def _step(number: int, step: StepLine, *, differences: bool) -> Iterator[str]:
    what = " and ".join(escape(change.summary) for change in step.changes) or _code(step.action)
    more = f" and {step.more_changes} more" if step.more_changes else ""
    why = f" — {escape(step.reason)}" if step.reason else ""
    back = f" (undone by itself {step.ending})" if step.ending else ""
    yield f"{number}. {step.label}: {what}{more}{back}{why}"
    if differences:
        yield from (f"• {escape(line)}" for change in step.changes for line in change.differences)


def _decide(alert: Alert) -> Iterator[str]:
    if alert.verdict is Verdict.NEEDS_APPROVAL:
        until = f" until {clock(alert.decide_until, alert.told)}" if alert.decide_until else ""
        yield f"\n*Decide{until}*"
        yield _block([f"firedoor approve {alert.case_id}", f"firedoor reject {alert.case_id}"])
        if alert.approvers > 1:
            yield "Two people must approve; one is enough to reject."
        yield alert.otherwise


def _by_hand(alert: Alert) -> Iterator[str]:
    if alert.apply_commands:
        yield "\n*To do it by hand*"
        yield from _commands((), alert.apply_commands)


def _undo(alert: Alert) -> Iterator[str]:
    if not alert.undoable:
        return
    yield "\n*Undo*"
    yield from _commands((f"firedoor undo {alert.case_id}",), alert.undo_commands)


def _commands(first: tuple[str, ...], exact: tuple[str, ...]) -> Iterator[str]:
    """Yield a block of commands: all of ``exact``, or none where chat would change one of them."""
    whole = not any(_NOT_IN_A_BLOCK.search(command) for command in exact)
    lines = [*first, *(exact if whole else ())]
    if lines:
        yield _block(lines)
    if not whole:
        yield "The commands to do it by hand are in the mail."


def _facts(alert: Alert) -> Iterator[str]:
    yield f"\n*Who and where*\nActor {_code(alert.actor)}\nSource {_code(alert.source_ip)}"
    yield f"Target {_code(alert.target)}\nRegion {_code(alert.region)}"
    yield f"Event {moment(alert.happened)}, told {duration(alert.told - alert.happened)} later"
    if alert.repeats:
        yield f"Came back {alert.repeats.count} times, first {moment(alert.repeats.first)}"
        yield f"From {_code(', '.join(alert.repeats.sources) or 'unknown')}"
    for other in alert.related:
        yield f"Related: {_code(other.case_id)} ({escape(other.state)}) {escape(other.title)}"


def _code(value: str) -> str:
    """Show a value as code: nothing in it is formatted."""
    return f"`{_MENTION.sub('(at)', _ENTITY.sub('& ', value.translate(_LOOKALIKES)))}`"


def _block(lines: list[str]) -> str:
    return "\n".join(["```", *lines, "```"])
