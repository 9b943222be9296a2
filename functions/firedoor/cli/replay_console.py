"""What a replay looks like in a terminal. Owns colours and order; an event's text is shown as it is, never parsed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from firedoor.cli.replay import NOT_ROUTED, Replay, difference, mode_of, playbooks_of, safe_line, shown_steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from firedoor.cli.embedded import Mail
    from firedoor.plans import Json, StepResult

_COLOURS = {
    "CONTAINED": "green",
    "REVERTED": "green",
    "NEEDS APPROVAL": "yellow",
    "NEEDS YOU": "yellow",
    "WOULD HAVE": "cyan",
    "FAILED": "red",
    "IN DEAD-LETTER QUEUE": "red",
}
_SIGNS = {"-": "red", "+": "green", " ": "dim"}
_HEADLINE_LINES = 2


def render(replayed: Replay, *, whole_alerts: bool = True) -> RenderableType:
    """Return a replay for a Rich console; without ``whole_alerts`` each alert is cut to its headline."""
    return Group(*_parts(replayed, whole_alerts=whole_alerts), Text())


def _parts(replayed: Replay, *, whole_alerts: bool) -> Iterator[RenderableType]:
    yield Rule(Text(safe_line(replayed.name), style="bold"), align="left")
    yield _line(f"{replayed.event.get('detail-type', 'no event')} from {replayed.event.get('source', 'nowhere')}")
    if not replayed.routed:
        yield _line(NOT_ROUTED, "yellow")
    yield from _matches(replayed)
    yield from _section("Plan and what was done", _plans(replayed))
    yield from _section("Before and after", _changes(replayed))
    yield from _section("Alert", _alerts(replayed, whole=whole_alerts))
    yield from _section("Undo", _undo(replayed))
    for problem in replayed.problems:
        yield _line(problem, "bold red")


def _section(title: str, parts: Iterator[RenderableType]) -> Iterator[RenderableType]:
    found = list(parts)
    if found:
        yield Text(f"\n{title}", style="bold")
        yield Padding(Group(*found), (0, 0, 0, 2))


def _line(text: str, style: str = "") -> Text:
    return Text(safe_line(text), style=style, overflow="fold")


def _matches(replayed: Replay) -> Iterator[RenderableType]:
    for case in replayed.cases:
        mode = mode_of(case)
        events = f", {case.count} events" if case.count > 1 else ""
        line = Text("matched  ", style="bold")
        line.append(f"{case.playbook}  ", style="magenta")
        line.append(f"case {case.id}, {case.severity}, mode {mode}{events}: ")
        line.append(case.state.value, style=_COLOURS.get(case.state.value.upper(), "yellow"))
        yield line
    for reason in replayed.not_acted_on:
        yield _line(f"not acted on  {reason}", "dim")
    if not replayed.cases and not replayed.not_acted_on and not replayed.rejected:
        yield _line("No playbook answers this event.", "dim")


def _plans(replayed: Replay) -> Iterator[RenderableType]:
    for case in replayed.cases:
        for step in shown_steps(case):
            yield from _step(step)
        if case.occurrences[-1].reason:
            yield _line(case.occurrences[-1].reason, "dim")
    for approval in replayed.approvals:
        yield _line(approval, "yellow")


def _step(step: StepResult) -> Iterator[RenderableType]:
    colour = {"done": "green", "failed": "red", "rolled back": "red", "refused": "yellow"}.get(step.status, "cyan")
    for text in [change.summary for change in step.changes] or [step.reason]:
        line = Text(f"{step.status.value:<11}", style=colour)
        line.append(f"{step.action}  ", style="bold")
        line.append(safe_line(text))
        yield line


def _changes(replayed: Replay) -> Iterator[RenderableType]:
    for thing in replayed.things:
        if thing.changed:
            yield _line(thing.name, "bold")
            yield _diff(thing.before, thing.after)
    untouched = [thing.name for thing in replayed.things if not thing.changed]
    if untouched:
        yield _line(f"Unchanged: {', '.join(untouched)}", "dim")


def _diff(one: Json | None, other: Json | None) -> RenderableType:
    lines = [Text(f"{sign} {text}", style=_SIGNS[sign], overflow="fold") for sign, text in difference(one, other)]
    return Padding(Group(*lines), (0, 0, 0, 2))


def _alerts(replayed: Replay, *, whole: bool) -> Iterator[RenderableType]:
    for mail in replayed.alerts:
        yield _mail(mail, whole=whole)


def _mail(mail: Mail, *, whole: bool) -> RenderableType:
    """Return a mail as it is laid out: its lines fit 78 columns."""
    lines = mail.text.splitlines()
    shown = lines if whole else lines[1:_HEADLINE_LINES]
    subject = Text(f"Subject: {safe_line(mail.subject)}", style="blue")
    return Group(subject, Text("\n".join(safe_line(line) for line in shown)))


def _undo(replayed: Replay) -> Iterator[RenderableType]:
    for answer in replayed.undo:
        yield _line(answer)
    for thing in replayed.things:
        if replayed.undo and thing.restorable and thing.changed:
            if thing.restored:
                yield _line(f"{thing.name} is exactly as it was before.", "green")
            else:
                yield _line(f"{thing.name} is not as it was:", "red")
                yield _diff(thing.before, thing.undone)
    kept = [thing.name for thing in replayed.things if replayed.undo and not thing.restorable and thing.changed]
    if kept:
        yield _line(f"Kept on purpose: {', '.join(kept)}", "dim")


def summary(replays: Sequence[Replay], width: int) -> RenderableType:
    """Return the table that ends a demo; in a narrow terminal the playbook stands under its event."""
    narrow = width < _WIDE
    table = Table(title="Summary", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("event", *(() if narrow else ("playbook",)), "verdict", "changed", "undone"):
        widest = len("CONTAINED (approved)") if name == "verdict" else None
        table.add_column(name, overflow="fold", no_wrap=name == "event", max_width=widest)
    for replayed in replays:
        table.add_row(*_row(replayed, narrow=narrow))
    return table


_WIDE = 118


def _row(replayed: Replay, *, narrow: bool) -> Iterator[Text]:
    event = Text(safe_line(replayed.name.rpartition(".")[0] or replayed.name))
    playbooks = Text(playbooks_of(replayed) or "-", style="magenta")
    if narrow:
        yield event.append("\n  ").append_text(playbooks)
    else:
        yield event
        yield playbooks
    yield Text(f"{replayed.verdict}{' (approved)' if replayed.approvals else ''}", style=_colour(replayed))
    yield Text("yes" if replayed.changed else "-")
    restored = replayed.restored
    yield Text("-" if restored is None else "yes" if restored else "NO", style="red" if restored is False else "")


def _colour(replayed: Replay) -> str:
    return "red" if replayed.problems else _COLOURS.get(replayed.verdict, "")
