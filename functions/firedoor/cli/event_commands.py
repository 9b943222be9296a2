"""The commands on events alone, without any AWS: ``match``, ``classify``, ``explain`` and ``inspect``."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from firedoor.cli import library
from firedoor.errors import EventError, FiredoorError, Refused

if TYPE_CHECKING:
    from datetime import date

    from firedoor.engine import Classification, Hit, Library
    from firedoor.inspection.invocations import Invocation
    from firedoor.thresholds import Windows


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the four commands."""
    _register_match(subparsers)
    _register_classify(subparsers)
    _register_explain(subparsers)
    _register_inspect(subparsers)


def _register_match(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    match = subparsers.add_parser(
        "match",
        help="does an event match a pattern, by EventBridge's rules?",
        description="Match one event against one pattern, as EventBridge does. Exit code 1: no match; 2: invalid.",
    )
    match.add_argument("--pattern", metavar="JSON|FILE", help="the event pattern")
    match.add_argument("--event", metavar="JSON|FILE", help="the event")
    match.add_argument(
        "--jsonl", action="store_true", help='read {"pattern", "event"} lines (both JSON text) from stdin'
    )
    match.add_argument("--json", action="store_true", help="print JSON")
    match.set_defaults(run=_match)


def _register_classify(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    classify = subparsers.add_parser(
        "classify",
        help="what would the playbooks say to these events?",
        description="Classify EventBridge events, one JSON object per line in, one per line out. No AWS, no state "
        "beyond the stream; thresholds count by event time. A line that cannot be read is exit code 1, at the end.",
    )
    classify.add_argument("files", metavar="FILE", nargs="*", help="files of events; standard input if there is none")
    classify.add_argument("--jsonl", action="store_true", help="one event per line (the default for standard input)")
    classify.add_argument("--json", action="store_true", help="accepted for symmetry: the output is always JSON lines")
    library.add_option(classify)
    classify.set_defaults(run=_classify)


def _register_explain(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    explain = subparsers.add_parser(
        "explain",
        help="why did each playbook match an event, or not?",
        description="Say for every playbook whether it matches the event and, if not, the first field that decided it.",
    )
    explain.add_argument("event", metavar="EVENT", help="a file, or the name of one in events/")
    explain.add_argument("--playbook", metavar="ID", help="only this one")
    explain.add_argument("--json", action="store_true", help="print JSON")
    library.add_option(explain)
    explain.set_defaults(run=_explain)


def _register_inspect(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inspect = subparsers.add_parser(
        "inspect",
        help="what do prompts and model-invocation logs show?",
        description="Print the signals of model-invocation log files, or of a text. Prompts are never printed. "
        "A line that cannot be read is told of in its place; exit code 1 if none could be read, 2 if a file could not.",
    )
    inspect.add_argument(
        "files", metavar="FILE", nargs="*", help="log files (NDJSON or JSON, gzip or not), or texts; - for stdin"
    )
    inspect.add_argument("--text", action="store_true", help="the input is a text, not a log")
    inspect.add_argument("--jsonl", action="store_true", help='with --text: read {"id", "text", "origin"?} lines')
    inspect.add_argument(
        "--allowed-host",
        metavar="DOMAIN",
        action="append",
        default=[],
        help="as AllowedHosts; more than one may be given",
    )
    inspect.add_argument(
        "--canary", metavar="STRING", action="append", default=[], help="as Canaries; more than one may be given"
    )
    inspect.add_argument("--json", action="store_true", help="print JSON, with every signal")
    inspect.set_defaults(run=_inspect)


# --- match


def _match(arguments: argparse.Namespace) -> int:
    from firedoor.patterns import test_event_pattern

    if arguments.jsonl:
        for line in _lines(_stdin()):
            print(json.dumps(_match_line(line)))
        return 0
    if not arguments.pattern or not arguments.event:
        raise FiredoorError("Give --pattern and --event, or --jsonl with lines on standard input.")
    answer = test_event_pattern(_text_of(arguments.pattern), _text_of(arguments.event))
    if arguments.json:
        print(json.dumps({"result": answer.result, "error": answer.error}))
    else:
        from firedoor.cli.screen import say

        say(answer.result if answer.error is None else f"{answer.result}: {answer.error}")
    return {"match": 0, "nomatch": 1}.get(answer.result, 2)


def _match_line(line: str) -> dict[str, str | None]:
    from firedoor.patterns import test_event_pattern

    try:
        case = json.loads(line)
        answer = test_event_pattern(_raw(case["pattern"]), _raw(case["event"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return {"result": "exception", "error": f"The line is not {{pattern, event}}: {type(error).__name__}."}
    return {"result": answer.result, "error": answer.error}


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _text_of(argument: str) -> str:
    """Return JSON given in place, or the content of the file that is named."""
    if argument.lstrip()[:1] in ("{", "[", '"'):
        return argument
    return library.read(Path(argument))


# --- classify


def _classify(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from firedoor.thresholds import MemoryWindows

    compiled, windows, failed = library.library_of(arguments), MemoryWindows(), False
    today = datetime.now(UTC).date()
    for text in _events_of(arguments):
        line = _classified(compiled, text, windows, today)
        failed = failed or line["error"] is not None
        print(json.dumps(line), flush=True)
    return 1 if failed else 0


def _events_of(arguments: argparse.Namespace) -> Iterator[str]:
    if not arguments.files:
        yield from _lines(_stdin())
        return
    for name in arguments.files:
        if name == "-":
            yield from _lines(_stdin())
        elif arguments.jsonl or name.endswith((".jsonl", ".ndjson")):
            with Path(name).open(encoding="utf-8", errors="surrogateescape") as stream:
                yield from _lines(stream)
        else:
            yield library.read(Path(name))


def _stdin() -> TextIO:
    """Return standard input, on which one line that is no UTF-8 is a bad line and not the end of the stream."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    return sys.stdin


def _lines(stream: TextIO) -> Iterator[str]:
    return (line for line in stream if line.strip())


def _classified(compiled: Library, text: str, windows: Windows, today: date) -> dict[str, Any]:
    from firedoor.patterns import InvalidEvent

    try:
        found = compiled.read(text, windows, today)
    except (EventError, InvalidEvent) as error:
        return {"id": None, "facts": None, "matches": [], "error": str(error)}
    matches = [_match_of(part, hit, several=len(found) > 1) for part in found for hit in part.hits]
    return {
        "id": found[0].event.id.partition("/")[0] if found else None,
        "facts": found[0].event.facts.to_json() if found else None,
        "matches": matches,
        "not_acted_on": [{"playbook": miss.playbook, "reason": miss.reason} for part in found for miss in part.misses],
        "error": None,
    }


def _match_of(part: Classification, hit: Hit, *, several: bool) -> dict[str, Any]:
    match: dict[str, Any] = {
        "playbook": hit.playbook.id,
        "severity": str(hit.severity),
        "mode": str(hit.playbook.cap),
        "steps": _steps_of(hit),
        "alert": _alert_of(hit),
    }
    if hit.problem:
        match["problem"] = hit.problem
    if several:
        match["facts"] = part.event.facts.to_json()
    return match


def _steps_of(hit: Hit) -> list[dict[str, Any]]:
    from firedoor import actions
    from firedoor.steps import fill, step_applies

    steps = []
    for step in hit.playbook.steps:
        optional = {name for name, rule in actions.load(step.action).parameters.items() if not rule.required}
        try:
            if step_applies(step, hit.extracted):
                steps.append({"action": step.action, "with": fill(step.params, hit.extracted, optional)})
        except Refused as error:
            steps.append({"action": step.action, "refused": str(error)})
    return steps


def _alert_of(hit: Hit) -> dict[str, Any]:
    from firedoor.alerts import fill_text

    text = hit.playbook.alert
    return {
        "title": fill_text(text.title, hit.extracted),
        "summary": fill_text(text.summary, hit.extracted),
        "owner": hit.playbook.owner,
    }


# --- explain


def _explain(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from firedoor.events import read_events
    from firedoor.thresholds import MemoryWindows

    text = library.read(library.event_file(arguments.event))
    compiled, rows = library.library_of(arguments), []
    ids = compiled.bundle.playbooks
    if arguments.playbook and arguments.playbook not in ids:
        library.unknown("playbook", arguments.playbook, ids)
    for event in read_events(text):
        found = compiled.classify(event, MemoryWindows(), datetime.now(UTC).date())
        rows += [row for row in _explained(compiled, found) if arguments.playbook in (None, row["playbook"])]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        _print_explained(rows)
    return 0 if any(row["matches"] for row in rows) else 1


def _explained(compiled: Library, found: Classification) -> Iterator[dict[str, Any]]:
    """Yield a row per playbook, those that hit first, then those that matched and do not act."""
    hits = {hit.playbook.id for hit in found.hits}
    reasons = {miss.playbook: miss.reason for miss in found.misses}
    order = sorted(compiled.bundle.playbooks, key=lambda name: (name not in hits, name not in reasons, name))
    for name in order:
        row: dict[str, Any] = {"event": found.event.id, "playbook": name, "matches": name in hits}
        if name in hits:
            yield {**row, "why": "its pattern matches"}
        elif name in reasons:
            yield {**row, "why": f"its pattern matches, but {reasons[name]}"}
        else:
            yield {**row, **_first_failure(compiled, name, found)}


def _first_failure(compiled: Library, name: str, found: Classification) -> dict[str, Any]:
    """Return what decided against the entry that came furthest."""
    from firedoor.patterns import compile_pattern, explain

    failures = [explain(compile_pattern(entry), found.event.text) for entry in compiled.bundle.playbooks[name].match]
    told = [failure for failure in failures if failure is not None]
    best = max(told, key=lambda failure: failure.path.count("."))
    return {"why": f"{best.path}: expected {best.expected}, found {best.found}", "field": best.path}


def _print_explained(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from firedoor.cli.screen import console, plain

    table = Table(box=None, pad_edge=False)
    table.add_column("playbook", no_wrap=True)
    table.add_column("")
    table.add_column("why", overflow="fold")
    for row in rows:
        mark = Text("matches", "bold green") if row["matches"] else Text("no", "dim")
        table.add_row(row["playbook"], mark, Text(plain(row["why"])))
    console().print(table)


# --- inspect


def _inspect(arguments: argparse.Namespace) -> int:
    if arguments.jsonl and not arguments.text:
        raise FiredoorError("--jsonl reads lines of texts: give it with --text. Log files need neither.")
    if not arguments.text and not arguments.files:
        raise FiredoorError("Name a log file, or give --text and a prompt on standard input.")
    if arguments.text and arguments.jsonl:
        return _show_signals(_inspected_lines(arguments.files or ["-"]), as_json=True)
    if arguments.text:
        names = arguments.files or ["-"]
        text = "".join(_stdin().read() if name == "-" else library.read(Path(name)) for name in names)
        return _show_signals([_inspected_text(text, "user")], as_json=arguments.json)
    several = len(arguments.files) > 1
    rows = (
        {**({"file": name} if several else {}), **row}
        for name in arguments.files
        for row in _inspected_log(name, arguments)
    )
    return _show_signals(rows, as_json=arguments.json, in_log=True)


def _inspected_lines(names: list[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        if name == "-":
            yield from _inspected_stream(_stdin())
        elif name.endswith(".gz"):
            text = _log_bytes(name).decode("utf-8", "surrogateescape")
            yield from _inspected_stream(io.StringIO(text, newline=None))
        else:
            with Path(name).open(encoding="utf-8", errors="surrogateescape") as stream:
                yield from _inspected_stream(stream)


def _inspected_stream(stream: TextIO) -> Iterator[dict[str, Any]]:
    """Inspect every line; the mark that some editors put before the first is none of its text."""
    lines = (line.removeprefix("\ufeff") if number == 1 else line for number, line in enumerate(stream, 1))
    return (_inspected_line(number, line) for number, line in enumerate(lines, 1) if line.strip())


def _inspected_line(number: int, line: str) -> dict[str, Any]:
    """Inspect one line. Of a line that is wrong the answer says which and why, and none of its text."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "line": number, "error": "The line is not JSON."}
    if not isinstance(asked, dict):
        return {"id": None, "line": number, "error": "The line is not an object with id and text."}
    identity, text = asked.get("id"), asked.get("text")
    if not isinstance(text, str):
        return {"id": identity, "line": number, "error": "The line has no text, or one that is not a string."}
    return {"id": identity, **_inspected_text(text, asked.get("origin"))}


def _inspected_text(text: str, origin: Any) -> dict[str, Any]:
    from firedoor.inspection import injection, pii, secrets

    found = injection.score(text, origin if origin in ("tool_result", "document") else "user")
    return {
        "score": round(found.score, 4),
        "flag": found.flag,
        "techniques": [{"name": item.name, "start": item.start, "end": item.end} for item in found.techniques],
        "pii": [{"start": span.start, "end": span.end, "type": span.type} for span in pii.find(text)],
        "secrets": [{"start": span.start, "end": span.end, "type": span.type} for span in secrets.find(text)],
    }


def _inspected_log(name: str, arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield what the playbooks would see of each record, and why. Habits are those of this file alone."""
    from firedoor.cli.log_records import records
    from firedoor.inspection.invocations import read_line
    from firedoor.inspection.signals import inspect
    from firedoor.inspection.usage import Habit, compare

    habits: dict[str, Habit] = {}
    for number, line in records(_log_bytes(name)):
        try:
            invocation = read_line(line, partial(_moved_body, name))
        except EventError as error:
            yield {"line": number, "error": str(error)}
            continue
        signals = inspect(
            invocation,
            allowed_hosts=arguments.allowed_host,
            canaries=arguments.canary,
            key=b"shown on this screen only",
        )
        usage, habits[invocation.identity] = compare(habits.get(invocation.identity, Habit()), invocation)
        detail = invocation.to_event(signals=signals.to_json(), usage=usage)["detail"]
        yield {"line": number, **detail, "why": _why(invocation)}


def _moved_body(log: str, address: str) -> bytes:
    """Return a body that Bedrock moved out of a record: beside a copy of the log it lies under ``data/`` too."""
    path = Path(log).parent / "data" / address.rpartition("/")[2]
    if not path.is_file():
        raise EventError(f"{path} is not there.")
    return _log_bytes(str(path))


def _log_bytes(name: str) -> bytes:
    import gzip
    import zlib

    body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise FiredoorError(f"{name} is damaged gzip, or cut short.") from error


def _why(invocation: Invocation) -> list[dict[str, Any]]:
    """Say in which text of the record (counted from 0, in order) each technique stands, and its offsets there."""
    return [
        {"text": number, "origin": fragment.origin.value, **technique}
        for number, fragment in enumerate(invocation.fragments)
        if fragment.origin.value in ("user", "tool_result", "document")
        for technique in _inspected_text(fragment.text, fragment.origin.value)["techniques"]
    ]


def _show_signals(rows: Iterable[dict[str, Any]], *, as_json: bool, in_log: bool = False) -> int:
    """Print each row as soon as it is there. The answer is 1 if there were lines and none of them could be read."""
    from firedoor.cli import inspect_report
    from firedoor.cli.screen import say

    seen = Counter[str]()
    for row in rows:
        seen["errors" if "error" in row else "records"] += 1
        if as_json:
            print(json.dumps(row))
            continue
        for line in inspect_report.tell(row):
            say(line)
        if "signals" in row:
            names = [finding.partition(":")[0] for finding in inspect_report.findings_of(row)]
            seen.update(dict.fromkeys(names, 1))
    if in_log and not as_json:
        say(inspect_report.summary(seen))
    return int(seen["errors"] > 0 and seen["records"] == 0)
