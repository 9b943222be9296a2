"""The alert as one self-contained HTML page: no script, nothing loaded, and links only to the AWS console."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from firedoor.alerts.alert import Alert, StepLine
from firedoor.alerts.mail import subject
from firedoor.alerts.times import clock, duration, moment
from firedoor.alerts.verdicts import MEANINGS, Verdict

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff;overflow-wrap:anywhere}h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}"
    ".lead{font-size:1.15rem;font-weight:600;margin:.3rem 0}.bar{border-left:.5rem solid;padding-left:1rem}"
    ".calm{border-color:#1b7f3b}.ask{border-color:#b26a00}.alarm{border-color:#b00020}.note{border-color:#4a5568}"
    "pre{background:#f3f4f6;padding:.7rem;white-space:pre-wrap}code{background:#f3f4f6}dt{font-weight:600}"
    "dd{margin:0 0 .4rem 1rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}"
    "pre,code{background:#262626}a{color:#8ab4f8}}"
)
_BARS = {
    Verdict.CONTAINED: "calm",
    Verdict.REVERTED: "note",
    Verdict.WOULD_HAVE: "note",
    Verdict.NEEDS_APPROVAL: "ask",
    Verdict.NEEDS_YOU: "alarm",
    Verdict.FAILED: "alarm",
    Verdict.STILL_HAPPENING: "alarm",
}


def render_html(alert: Alert) -> str:
    """Return the page. Every text is escaped; nothing an event said becomes a link."""
    return "\n".join(_page(alert)) + "\n"


def _page(alert: Alert) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="format-detection" content="telephone=no, address=no, email=no, date=no, url=no">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(subject(alert))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f'<div class="bar {_BARS[alert.verdict]}">'
    yield f"<h1>{escape(str(alert.severity).upper())} {alert.verdict}: {escape(alert.title)}</h1>"
    yield f'<p class="lead">{escape(alert.headline)}</p>\n</div>'
    yield f"<p>{escape(alert.summary)}</p>"
    if alert.reason:
        yield f"<p>Why: {escape(alert.reason)}</p>"
    if alert.decision:
        yield f"<p>{escape(alert.decision)}</p>"
    if alert.steps:
        yield from _ordered(MEANINGS[alert.verdict].steps.capitalize(), [_step(step) for step in alert.steps])
    yield from _decide(alert)
    yield from _by_hand(alert)
    if alert.next_steps:
        yield from _ordered("What to do next", [escape(step) for step in alert.next_steps])
    yield from _undo(alert)
    yield from _facts(alert)
    yield from _evidence(alert)
    yield from _why(alert)
    yield "</body>\n</html>"


def _ordered(heading: str, items: list[str]) -> Iterator[str]:
    yield f"<h2>{heading}</h2>\n<ol>"
    yield from (f"<li>{item}</li>" for item in items)
    yield "</ol>"


def _step(step: StepLine) -> str:
    what = f"<code>{escape(step.action)}</code>"
    if step.changes:
        what = "; ".join(
            f"{escape(change.summary)} <br><code>{escape(change.target)}</code>"
            + "".join(f"<br>{escape(difference)}" for difference in change.differences)
            for change in step.changes
        )
    more = f"<br>and {step.more_changes} more changes of this kind" if step.more_changes else ""
    why = f"<br>Why: {escape(step.reason)}" if step.reason else ""
    back = f"<br>Undone by itself {step.ending}." if step.ending else ""
    return f"<b>{escape(step.label)}:</b> {what}{more}{why}{back}"


def _decide(alert: Alert) -> Iterator[str]:
    if alert.verdict is not Verdict.NEEDS_APPROVAL:
        return
    until = f" until {clock(alert.decide_until, alert.told)}" if alert.decide_until else ""
    case = escape(alert.case_id)
    yield f"<h2>Decide{until}</h2>\n<pre>firedoor approve {case}\nfiredoor reject {case}</pre>"
    if alert.approvers > 1:
        yield "<p>Two people must approve; one is enough to reject.</p>"
    yield f"<p>{escape(alert.otherwise)}</p>"


def _by_hand(alert: Alert) -> Iterator[str]:
    if alert.apply_commands:
        yield "<h2>To do it by hand</h2>"
        yield f"<p>Check that it is still so; then, signed in to account {escape(alert.account)}:</p>"
        yield f"<pre>{escape(chr(10).join(alert.apply_commands))}</pre>"


def _undo(alert: Alert) -> Iterator[str]:
    if alert.undoable:
        yield f"<h2>Undo</h2>\n<pre>firedoor undo {escape(alert.case_id)}</pre>"
        yield "<p>Works at any time, unless somebody has changed the same thing since.</p>"
    if alert.undoable and alert.undo_commands:
        yield f"<p>Or by hand, signed in to account {escape(alert.account)}:</p>"
        yield f"<pre>{escape(chr(10).join(alert.undo_commands))}</pre>"


def _facts(alert: Alert) -> Iterator[str]:
    name = f"{alert.account_name} ({alert.account})" if alert.account_name else alert.account
    facts = [
        ("Account", f"{name}, {alert.region}"),
        ("Actor", alert.actor),
        ("Source", alert.source_ip),
        ("Target", alert.target),
        ("Event", f"{moment(alert.happened)}; told {duration(alert.told - alert.happened)} later"),
        (
            "Case",
            f"{alert.case_id}; {alert.count} event{'' if alert.count == 1 else 's'}, since {moment(alert.opened)}",
        ),
    ]
    if alert.repeats:
        sources = ", ".join(alert.repeats.sources) or "unknown"
        last = f"{moment(alert.repeats.first)} to {moment(alert.repeats.last)}"
        facts.append(("Came back", f"{alert.repeats.count} times, {last}, from {sources}"))
    related = [f"{other.case_id} ({other.state}): {other.title}" for other in alert.related]
    facts.append(("Related", "; ".join(related) or "No other open case is about the same actor or target."))
    yield "<h2>Who, where and when</h2>\n<dl>"
    yield from (f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in facts)
    yield "</dl>"


def _evidence(alert: Alert) -> Iterator[str]:
    if not alert.evidence and not alert.links:
        return
    yield "<h2>Evidence</h2>\n<ul>"
    yield from (f"<li><code>{escape(address)}</code></li>" for address in alert.evidence)
    yield from (
        f'<li><a rel="noreferrer" href="{escape(link.url)}">{escape(link.text)}</a></li>' for link in alert.links
    )
    yield "</ul>"


def _why(alert: Alert) -> Iterator[str]:
    yield "<h2>Why you got this</h2>"
    yield f"<p>Playbook <code>{escape(alert.playbook)}</code> ({escape(alert.playbook_title)}),"
    yield f"mode {escape(alert.mode)}. Owner: {escape(alert.owner)}.</p>"
    yield f"<pre>firedoor feedback {escape(alert.case_id)} --false-positive --why '...'</pre>"
    if alert.exclusion:
        yield "<p>Expected, and to be silent for 30 days? Add to <code>playbooks/exclusions.yaml</code>:</p>"
        yield f"<pre>{escape(alert.exclusion)}</pre>"
    if alert.notes:
        yield "<ul>"
        yield from (f"<li>{escape(note)}</li>" for note in alert.notes)
        yield "</ul>"
