"""The commands ``replay`` and ``demo``: which events, in which form, and the exit code. The work is ``replay``'s."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from firedoor.cli import library, screen
from firedoor.playbooks import Mode

if TYPE_CHECKING:
    from firedoor.cli.playbook_reader import PlaybookTest
    from firedoor.cli.replay import Replay
    from firedoor.cli.sources import Sources

_MODES = ("shadow", "alert", "approve", "auto")
_ENDINGS = (".json", ".jsonl")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``replay`` and ``demo``."""
    replay = subparsers.add_parser(
        "replay",
        help="run events through the real handlers on an embedded AWS",
        description="Run events through the real handlers, on an AWS in this process. Nothing leaves the machine. "
        "What should have acted and did not is exit code 1.",
    )
    replay.add_argument(
        "events",
        metavar="EVENT",
        nargs="+",
        help="a file with an EventBridge event or a Bedrock invocation log; the name of one in events/; - for stdin",
    )
    replay.add_argument("--undo", action="store_true", help="undo what was done, and compare with the state before")
    replay.add_argument(
        "--mode", choices=_MODES, default="auto", help="the highest mode that the caps allow (default: auto)"
    )
    replay.set_defaults(run=_replay)
    demo = subparsers.add_parser(
        "demo",
        help="replay every sample event, undo it, and sum up",
        description="Replay every event in events/ on an AWS in this process, undo it, and end with a table. "
        "What did not go as the playbooks promise is exit code 1.",
    )
    demo.add_argument("--full", action="store_true", help="show every alert whole")
    demo.set_defaults(run=_demo)
    for parser in (replay, demo):
        _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--playbooks", type=Path, help="folder of the playbooks (default: playbooks/)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write all of it as one page as well")
    parser.add_argument("--json", action="store_true", help="print one JSON object per event instead")


def _replay(arguments: argparse.Namespace) -> int:
    mode = Mode.parse(arguments.mode)
    approve = mode is not Mode.APPROVE

    def run(text: str, name: str, bundle: Path) -> Replay:
        from firedoor.cli.replay import replay

        return replay(text, name, bundle, mode=mode, approve=approve, undo=arguments.undo)

    return _run(arguments, list(_named(arguments.events)), run, whole_alerts=True)


def _demo(arguments: argparse.Namespace) -> int:
    names = sorted(path for path in library.folder("events").iterdir() if path.suffix in _ENDINGS)

    def run(text: str, name: str, bundle: Path) -> Replay:
        from firedoor.cli.replay import replay

        return replay(text, name, bundle, undo=True)

    events = [(path.name, path.read_text("utf-8")) for path in names]
    return _run(arguments, events, run, whole_alerts=arguments.full, summary=True)


def _named(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each event's name and text; raises FiredoorError for one that is not there."""
    for name in names:
        if name == "-":
            yield "standard input", sys.stdin.read()
        else:
            path = library.event_file(name, *_ENDINGS)
            yield path.name, path.read_bytes().decode("utf-8", "replace")


def _run(
    arguments: argparse.Namespace,
    events: Sequence[tuple[str, str]],
    run: Callable[[str, str, Path], Replay],
    *,
    whole_alerts: bool,
    summary: bool = False,
) -> int:
    """Replay the events one after the other and show each as soon as it is done."""
    from firedoor.cli.sources import load_sources

    sources = load_sources(arguments.playbooks or library.folder("playbooks"))
    with tempfile.TemporaryDirectory(prefix="firedoor-") as folder:
        bundle = _write_bundle(sources, Path(folder))
        replays = []
        for name, text in events:
            replays.append(run(text, name, bundle))
            _show(arguments, replays[-1], whole_alerts=whole_alerts)
    missed = tuple(_missed(sources.tests, replays)) if summary else ()
    if summary and not arguments.json:
        _print_summary(replays)
    for problem in missed:
        print(problem, file=sys.stderr)
    if arguments.html:
        from firedoor.cli.report_html import render_page

        arguments.html.write_text(render_page(replays), "utf-8")
    return 1 if missed or any(replayed.problems for replayed in replays) else 0


def _write_bundle(sources: Sources, folder: Path) -> Path:
    from firedoor.cli.sources import compile_bundle

    path = folder / "bundle.json"
    path.write_text(json.dumps(compile_bundle(sources)), "utf-8")
    return path


def _missed(tests: Iterable[PlaybookTest], replays: Sequence[Replay]) -> Iterator[str]:
    """Yield what the playbooks' own tests promise of single, unchanged events and the replay did not show."""
    answered = {replayed.name: {case.playbook for case in replayed.cases} for replayed in replays}
    for test in tests:
        playbooks = answered.get(test.event)
        single = test.repeat == 1 and not test.changes and not test.before
        if playbooks is not None and single and test.matches and test.playbook not in playbooks:
            yield f"{test.event}: playbook {test.playbook} should have answered it ({test.name}), and did not."


def _show(arguments: argparse.Namespace, replayed: Replay, *, whole_alerts: bool) -> None:
    if arguments.json:
        from firedoor.cli.replay import to_json

        print(json.dumps(to_json(replayed), default=str))
        return
    from firedoor.cli.replay_console import render

    screen.console().print(render(replayed, whole_alerts=whole_alerts))


def _print_summary(replays: Sequence[Replay]) -> None:
    from firedoor.cli.replay_console import summary

    console = screen.console()
    console.print(summary(replays, console.width))
    acted = sum(replayed.changed for replayed in replays)
    console.print(f"{len(replays)} events, {acted} changed something, all in memory: no account was touched.")
