"""Replays as one self-contained HTML page: no script, nothing loaded, every text of an event escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from firedoor.cli.replay import NOT_ROUTED, Replay, difference, mode_of, playbooks_of, safe_line, shown_steps

if TYPE_CHECKING:
    from firedoor.plans import Json

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1c20;--soft:#5b6270;--paper:#fff;--card:#f6f7f9;--line:#dfe3e8;
--good:#1b7f3b;--ask:#9a5b00;--bad:#b00020;--add:#e2f4e6;--cut:#fbe4e6}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa3b0;--paper:#15171a;--card:#1e2125;--line:#343a42;
--good:#6fcf8a;--ask:#e6b35c;--bad:#ff8a95;--add:#173a22;--cut:#4a1f25}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:0 auto;
padding:1.5rem 1rem 4rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:0}h3{font-size:.8rem;margin:1.1rem 0 .35rem;
text-transform:uppercase;letter-spacing:.06em;color:var(--soft)}
p{margin:.3rem 0}.soft{color:var(--soft)}.good{color:var(--good)}.ask{color:var(--ask)}.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-size:.8rem;color:var(--soft);white-space:nowrap}a{color:inherit}
article{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.2rem;margin:1rem 0;background:var(--card)}
pre,.diff{font:13px/1.5 ui-monospace,monospace;background:var(--paper);border:1px solid var(--line);
border-radius:.4rem;padding:.6rem .8rem;white-space:pre-wrap;margin:.3rem 0}
.diff span{display:block;padding:0 .3rem}.add{background:var(--add)}.cut{background:var(--cut)}
ol{margin:.3rem 0;padding-left:1.4rem}summary{cursor:pointer}
.tag{display:inline-block;font-size:.75rem;font-weight:600;border:1px solid currentColor;border-radius:1rem;
padding:0 .55rem;margin-right:.4rem}
@media(max-width:40rem){thead{display:none}tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
td{display:block;border:0;padding:.1rem 0}td[data-name]:before{content:attr(data-name) ": ";color:var(--soft)}}
@media print{body{max-width:none;padding:0;font-size:11pt}article{background:none}
h2,h3{break-after:avoid}details::details-content{content-visibility:visible}}
"""
_CLASSES = {"CONTAINED": "good", "NEEDS APPROVAL": "ask", "NEEDS YOU": "ask", "FAILED": "bad"}
_SIGNS = {"+": "add", "-": "cut", " ": "soft"}


def render_page(replays: Sequence[Replay]) -> str:
    """Return the page: a table of all events, then each with its plan, its difference, its alert and its undo."""
    return "\n".join(_page(replays)) + "\n"


def _page(replays: Sequence[Replay]) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Firedoor replay</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield "<h1>Firedoor replay</h1>"
    yield (
        f'<p class="soft">{len(replays)} events through the real handlers, against an AWS that is embedded in this '
        "process. No account was touched.</p>"
    )
    yield from _table(replays)
    for number, replayed in enumerate(replays):
        yield from _article(number, replayed)
    yield "</body>\n</html>"


def _table(replays: Sequence[Replay]) -> Iterator[str]:
    names = ("Event", "Playbook", "Verdict", "Changed", "Undone")
    yield f"<table><thead><tr>{''.join(f'<th>{name}</th>' for name in names)}</tr></thead><tbody>"
    for number, replayed in enumerate(replays):
        restored = replayed.restored
        undone = "-" if restored is None else "yes" if restored else '<b class="bad">NO</b>'
        name = _text(replayed.name).replace("_", "_<wbr>")  # or it is broken within a word
        yield (
            f'<tr><td><a href="#event-{number}">{name}</a></td>'
            f'<td data-name="Playbook">{_text(playbooks_of(replayed) or "-")}</td>'
            f'<td data-name="Verdict" class="{_class(replayed)}">{_text(_verdict(replayed))}</td>'
            f'<td data-name="Changed">{"yes" if replayed.changed else "-"}</td>'
            f'<td data-name="Undone">{undone}</td></tr>'
        )
    yield "</tbody></table>"


def _verdict(replayed: Replay) -> str:
    return f"{replayed.verdict}{' (approved)' if replayed.approvals else ''}"


def _class(replayed: Replay) -> str:
    return "bad" if replayed.problems else _CLASSES.get(replayed.verdict, "soft")


def _text(text: object) -> str:
    return escape(safe_line(str(text)))


def _article(number: int, replayed: Replay) -> Iterator[str]:
    yield f'<article id="event-{number}">'
    yield f'<h2>{_text(replayed.name)} <span class="tag {_class(replayed)}">{_text(_verdict(replayed))}</span></h2>'
    source, kind = replayed.event.get("source", "nowhere"), replayed.event.get("detail-type", "no event")
    yield f'<p class="soft">{_text(kind)} from {_text(source)}</p>'
    if not replayed.routed:
        yield f'<p class="ask">{_text(NOT_ROUTED)}</p>'
    for problem in replayed.problems:
        yield f'<p class="bad"><b>{_text(problem)}</b></p>'
    yield from _matches(replayed)
    yield from _plan(replayed)
    yield from _changes(replayed)
    yield from _alerts(replayed)
    yield from _undo(replayed)
    yield "</article>"


def _matches(replayed: Replay) -> Iterator[str]:
    if not replayed.rejected:
        yield "<h3>Matched</h3>"
    for case in replayed.cases:
        mode = mode_of(case)
        yield (
            f"<p><b>{_text(case.playbook)}</b>, case {_text(case.id)}, {case.severity}, mode {mode}: "
            f"{_text(case.state.value)}</p>"
        )
    for reason in replayed.not_acted_on:
        yield f'<p class="soft">Not acted on: {_text(reason)}</p>'
    if not replayed.cases and not replayed.not_acted_on and not replayed.rejected:
        yield '<p class="soft">No playbook answers this event.</p>'


def _plan(replayed: Replay) -> Iterator[str]:
    lines = [
        f"<li><b>{_text(step.status.value)}</b> <code>{_text(step.action)}</code> {_text(told)}</li>"
        for case in replayed.cases
        for step in shown_steps(case)
        for told in [change.summary for change in step.changes] or [step.reason]
    ]
    reasons = [case.occurrences[-1].reason for case in replayed.cases if case.occurrences[-1].reason]
    if lines or reasons or replayed.approvals:
        yield "<h3>Plan and what was done</h3>"
    if lines:
        yield f"<ol>{''.join(lines)}</ol>"
    for reason in (*reasons, *replayed.approvals):
        yield f'<p class="soft">{_text(reason)}</p>'


def _changes(replayed: Replay) -> Iterator[str]:
    if not replayed.things:
        return
    yield "<h3>Before and after</h3>"
    for thing in replayed.things:
        if thing.changed:
            yield f"<p><b>{_text(thing.name)}</b></p>"
            yield _diff(thing.before, thing.after)
    untouched = [thing.name for thing in replayed.things if not thing.changed]
    if untouched:
        yield f'<p class="soft">Unchanged: {_text(", ".join(untouched))}</p>'


def _diff(one: Json | None, other: Json | None) -> str:
    lines = [f'<span class="{_SIGNS[sign]}">{sign} {escape(text)}</span>' for sign, text in difference(one, other)]
    return f'<div class="diff" role="group" aria-label="difference">{"".join(lines)}</div>'


def _alerts(replayed: Replay) -> Iterator[str]:
    if replayed.alerts:
        yield "<h3>Alerts, as the operator reads them</h3>"
    for mail in replayed.alerts:
        body = "\n".join(escape(safe_line(line)) for line in mail.text.splitlines())
        yield f"<details><summary>{_text(mail.subject)}</summary><pre>{body}</pre></details>"


def _undo(replayed: Replay) -> Iterator[str]:
    if not replayed.undo:
        return
    yield "<h3>Undo</h3>"
    for answer in replayed.undo:
        yield f"<p>{_text(answer)}</p>"
    for thing in replayed.things:
        if thing.changed and thing.restorable and thing.restored:
            yield f'<p class="good">{_text(thing.name)} is exactly as it was before.</p>'
        elif thing.changed and thing.restorable:
            yield f'<p class="bad">{_text(thing.name)} is not as it was:</p>'
            yield _diff(thing.before, thing.undone)
        elif thing.changed:
            yield f'<p class="soft">Kept on purpose: {_text(thing.name)}</p>'
