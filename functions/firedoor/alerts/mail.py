"""The alert as a plain-text mail: 78 columns, the two first lines enough for a phone, then in the order of need.

Is it bad, is it stopped, what must I do, can I put it back, who and where, when, why should I believe it, why me.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from firedoor.alerts.alert import Alert, Link, StepLine
from firedoor.alerts.commands import fold
from firedoor.alerts.text import WIDTH, cap, clean, columns, wrap
from firedoor.alerts.times import clock, duration, moment
from firedoor.alerts.verdicts import MEANINGS, Verdict

SUBJECT = 99
"""Characters: SNS takes less than 100 (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)."""

_ASCII = str.maketrans({"…": "...", "–": "-", "—": "-", "→": "->", "‘": "'", "’": "'", "“": '"', "”": '"', "·": "-"})
_LEAST_TITLE, _ACCOUNT_NAME = 24, 32
_LABELS = 10


def render_email(alert: Alert) -> tuple[str, str]:
    """Return subject and body. Every line of the body has at most 78 columns; the subject is printable ASCII."""
    return subject(alert), "\n".join(_body(alert)) + "\n"


def subject(alert: Alert) -> str:
    """Return ``[HIGH] CONTAINED: stolen key of deploy-bot, prod-payments (111122223333)``, under 100 characters."""
    start = f"[{str(alert.severity).upper()}] {alert.verdict}: "
    name = _plain(alert.account_name, _ACCOUNT_NAME)
    end = f", {name} ({alert.account})" if name else f", account {alert.account}"
    if len(start) + _LEAST_TITLE + len(end) > SUBJECT:
        end = f" ({alert.account})"
    return f"{start}{_plain(alert.title, SUBJECT - len(start) - len(end))}{end}"


def _plain(text: str, limit: int) -> str:
    """Return printable ASCII: letters without their accents, ``?`` for what has no plain form."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_ASCII))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    ascii_only = bare.encode("ascii", "replace").decode()
    # Once more, because letters that came out of their wide or decorated forms may now make a link.
    plain = clean(ascii_only, len(ascii_only) * 4 + 1).translate(_ASCII)
    return plain if len(plain) <= limit else cap(plain, limit - 2).replace("…", "...")


def _body(alert: Alert) -> Iterator[str]:
    yield _one_line(f"[{str(alert.severity).upper()}] {alert.verdict}: {alert.title}")
    yield _one_line(alert.headline)
    yield from _section("WHAT HAPPENED", _happened(alert))
    yield from _section(MEANINGS[alert.verdict].steps, _steps(alert))
    yield from _section("DECIDE", _decide(alert))
    yield from _section("TO DO IT BY HAND", _by_hand(alert))
    yield from _section("WHAT TO DO NEXT", _next_steps(alert))
    yield from _section("UNDO", _undo(alert))
    yield from _section("WHO AND WHERE", _where(alert))
    yield from _section("WHEN", _when(alert))
    yield from _section("RELATED", _related(alert))
    yield from _section("EVIDENCE", _evidence(alert))
    yield from _section("WHY YOU GOT THIS", _why(alert))
    yield from _section("NOTES", (line for note in alert.notes for line in wrap(note, "  * ")))


def _section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a heading and its lines, or nothing when there are none. Only headings begin at the first column."""
    found = list(lines)
    if found:
        yield from ("", heading, *found)


def _one_line(text: str) -> str:
    room = WIDTH
    shown = cap(text, room)
    while columns(shown) > WIDTH:
        room -= 1
        shown = cap(text, room)
    return shown


def _happened(alert: Alert) -> Iterator[str]:
    yield from wrap(alert.summary, "  ")
    if alert.reason:
        yield from wrap(f"Why: {alert.reason}", "  ")
    if alert.decision:
        yield from wrap(alert.decision, "  ")


def _steps(alert: Alert) -> Iterator[str]:
    for number, step in enumerate(alert.steps, 1):
        reason = "" if step.reason == alert.reason else step.reason
        yield from _step(number, replace(step, reason=reason), differences=alert.verdict in _SHOWS_DIFFERENCES)


_SHOWS_DIFFERENCES = frozenset({Verdict.NEEDS_APPROVAL, Verdict.NEEDS_YOU, Verdict.WOULD_HAVE})


def _step(number: int, step: StepLine, *, differences: bool) -> Iterator[str]:
    start = f"  {number}. {step.label}: "
    if not step.changes:
        yield from wrap(f"{step.action}. {step.reason}".strip(), start, "     ")
    for change in step.changes:
        yield from wrap(change.summary, start, "     ")
        yield from wrap(f"on {change.target}", "     ")
        for difference in change.differences if differences else ():
            yield from wrap(difference, "     - ")
        start = "     and: "
    if step.more_changes:
        yield f"     and {step.more_changes} more changes of this kind."
    if step.changes and step.reason:
        yield from wrap(f"Why: {step.reason}", "     ")
    if step.ending:
        yield f"     Undone by itself {step.ending}."


def _decide(alert: Alert) -> Iterator[str]:
    if alert.verdict is not Verdict.NEEDS_APPROVAL:
        return
    yield f"  firedoor approve {alert.case_id}"
    yield f"  firedoor reject {alert.case_id}"
    if alert.approvers > 1:
        yield "  Two people must approve; one is enough to reject."
    if alert.decide_until:
        left = duration(alert.decide_until - alert.told)
        yield from wrap(f"Until {clock(alert.decide_until, alert.told)}, {left} from now. {alert.otherwise}", "  ")


def _by_hand(alert: Alert) -> Iterator[str]:
    if alert.apply_commands:
        yield f"  Check that it is still so; then, signed in to account {alert.account}:"
    for command in alert.apply_commands:
        yield from fold(command)


def _next_steps(alert: Alert) -> Iterator[str]:
    for number, step in enumerate(alert.next_steps, 1):
        yield from wrap(step, f"  {number}. ")


def _undo(alert: Alert) -> Iterator[str]:
    if not alert.undoable:
        return
    yield f"  firedoor undo {alert.case_id}"
    yield "  Works at any time, unless somebody has changed the same thing since."
    if alert.undo_commands:
        yield f"  Or by hand, signed in to account {alert.account}:"
    for command in alert.undo_commands:
        yield from fold(command)


def _where(alert: Alert) -> Iterator[str]:
    name = f"{alert.account_name} ({alert.account})" if alert.account_name else alert.account
    for label, value in (
        ("Account", f"{name}, {alert.region}"),
        ("Actor", alert.actor),
        ("Source", alert.source_ip),
        ("Target", alert.target),
    ):
        yield from wrap(value, f"  {label:<{_LABELS}}")


def _when(alert: Alert) -> Iterator[str]:
    yield f"  Event     {moment(alert.happened)}"
    yield f"  This mail {moment(alert.told)}, {duration(alert.told - alert.happened)} after the event"
    if alert.repeats:
        yield f"  Came back {alert.repeats.count} times"
        yield f"  First     {moment(alert.repeats.first)}"
        yield f"  Last      {moment(alert.repeats.last)}"
        more = f" and {alert.repeats.more_sources} more" if alert.repeats.more_sources else ""
        yield from wrap(f"{', '.join(alert.repeats.sources) or 'unknown'}{more}", "  From      ")
    elif alert.count > 1:
        yield f"  Case      holds {alert.count} events since {moment(alert.opened)}"


def _related(alert: Alert) -> Iterator[str]:
    if not alert.related:
        yield "  No other open case is about the same actor or target."
    for other in alert.related:
        yield from wrap(f"{other.case_id} ({other.state}): {other.title}", "  * ", "    ")


def _evidence(alert: Alert) -> Iterator[str]:
    for address in alert.evidence:
        yield from wrap(address, "  ")
    if alert.links:
        yield f"  In the console, signed in to account {alert.account}:"
    for link in alert.links:
        yield from _link(link)
    yield f"  The whole story: firedoor show {alert.case_id}"


def _link(link: Link) -> Iterator[str]:
    """Yield a link on a line of its own, never broken: the deep one if it fits, else its page and what to look for."""
    if columns(link.url) + 2 <= WIDTH:
        yield from wrap(f"{link.text}:", "  ")
        yield f"  {link.url}"
        return
    yield from wrap(f"{link.text}: look for {link.find} on" if link.find else f"{link.text}:", "  ")
    yield f"  {link.page}"


def _why(alert: Alert) -> Iterator[str]:
    yield from wrap(f"Playbook {alert.playbook}: {alert.playbook_title}.", "  ")
    lowered = f" (it asks for {alert.asked_mode}; its status or a cap holds it lower)"
    yield from wrap(
        f"Mode {alert.mode}{lowered if alert.mode != alert.asked_mode else ''}. Owner: {alert.owner}.", "  "
    )
    yield "  Not a threat? Report it:"
    yield from fold(f"firedoor feedback {alert.case_id} --false-positive --why '...'")
    if alert.exclusion:
        yield "  Expected, and to be silent for 30 days? Add to playbooks/exclusions.yaml:"
        yield from alert.exclusion.split("\n")
    else:
        yield from wrap("No exclusion can be suggested that would silence only this.", "  ")
