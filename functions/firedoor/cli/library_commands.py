"""The commands on playbooks and actions: ``check``, ``test`` and ``actions``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firedoor.cli import library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firedoor.actions import Action
    from firedoor.cli.sources import Sources


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three commands."""
    check = subparsers.add_parser(
        "check",
        help="are the playbooks written well?",
        description="Check every playbook, exclusion and protection. Mistakes are exit code 1; warnings are not.",
    )
    check.add_argument("--bundle", type=Path, metavar="FILE", help="also write the compiled bundle that Lambda loads")
    check.set_defaults(run=_check)
    test = subparsers.add_parser(
        "test",
        help="run the playbooks' own tests",
        description="Run the tests that stand in the playbooks. One that fails is exit code 1.",
    )
    test.add_argument("--playbook", metavar="ID", help="only this one's")
    test.set_defaults(run=_test)
    actions = subparsers.add_parser(
        "actions",
        help="what can a step do?",
        description="List the actions, or describe one: parameters, permissions, undo, and an example.",
    )
    actions.add_argument("name", metavar="NAME", nargs="?", help="an action such as ec2.isolate_instance")
    actions.set_defaults(run=_actions)
    for parser in (check, test, actions):
        parser.add_argument("--json", action="store_true", help="print JSON")
    for parser in (check, test):
        library.add_option(parser)


# --- check


def _check(arguments: argparse.Namespace) -> int:
    sources = library.sources_of(arguments)
    if arguments.json:
        mistakes = [
            {"file": str(item.file), "line": item.line, "message": item.message, "warning": item.warning}
            for item in sources.mistakes
        ]
        print(json.dumps({"playbooks": [entry["id"] for entry in sources.playbooks], "mistakes": mistakes}, indent=2))
    else:
        _print_checked(sources)
    if sources.errors:
        return 1
    if arguments.bundle:
        _write_bundle(sources, arguments.bundle)
    return 0


def _print_checked(sources: Sources) -> None:
    from firedoor.cli.screen import say

    for mistake in sources.mistakes:
        say(mistake)
    errors, warnings = len(sources.errors), len(sources.warnings)
    say(f"{len(sources.playbooks)} playbooks, {errors} mistakes, {warnings} warnings.")


def _write_bundle(sources: Sources, path: Path) -> None:
    from firedoor.cli.sources import compile_bundle

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(compile_bundle(sources), separators=(",", ":")), "utf-8")


# --- test


def _test(arguments: argparse.Namespace) -> int:
    from firedoor.cli.playbook_tests import run_tests
    from firedoor.errors import PlaybookError

    sources = library.sources_of(arguments)
    if sources.errors:
        raise PlaybookError("The playbooks have mistakes; `firedoor check` lists them.")
    ids = {entry["id"] for entry in sources.playbooks}
    if arguments.playbook and arguments.playbook not in ids:
        library.unknown("playbook", arguments.playbook, ids)
    outcomes = [
        outcome
        for outcome in run_tests(sources, library.folder("events"))
        if arguments.playbook in (None, outcome.playbook)
    ]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if arguments.json:
        rows = [{"playbook": item.playbook, "name": item.name, "problems": list(item.problems)} for item in outcomes]
        print(json.dumps(rows, indent=2))
        return 1 if failed else 0
    from firedoor.cli.screen import say

    for outcome in failed:
        say(f"{outcome.file}:{outcome.line}: {outcome.name}", style="bold red")
        for problem in outcome.problems:
            say(f"  {problem}")
    say(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


# --- actions


def _actions(arguments: argparse.Namespace) -> int:
    from firedoor import actions

    chosen = [actions.load(arguments.name)] if arguments.name else list(actions.catalogue())
    if arguments.json:
        print(json.dumps([_described(action) for action in chosen], indent=2))
    elif arguments.name:
        print(markdown(chosen).split("\n", 4)[4])
    else:
        _print_actions(chosen)
    return 0


def _described(action: Action) -> dict[str, Any]:
    return {
        "name": action.name,
        "summary": action.summary,
        "parameters": {
            name: {
                "description": rule.description,
                "type": rule.type,
                "required": rule.required,
                "example": rule.example,
                "values": list(rule.values),
            }
            for name, rule in action.parameters.items()
        },
        "permissions": {verb: list(getattr(action.permissions, verb)) for verb in ("plan", "apply", "undo")},
        "reversible": action.reversible,
        "temporary": action.temporary,
        "additive": action.additive,
        "two_person": action.two_person,
        "example": action.example,
    }


def _print_actions(chosen: list[Action]) -> None:
    from rich.table import Table

    from firedoor.cli.screen import console

    table = Table(box=None, pad_edge=False)
    table.add_column("action", no_wrap=True)
    table.add_column("what it does")
    for action in chosen:
        table.add_row(action.name, action.summary)
    console().print(table)


def markdown(chosen: list[Action]) -> str:
    """Return the page that describes actions, as ``docs/actions.md`` holds it."""
    return "\n".join(_page(chosen))


def _page(chosen: list[Action]) -> Iterator[str]:
    yield "# Actions\n"
    yield "What a step can do. Written by `firedoor generate`; a test keeps it current.\n"
    for action in chosen:
        yield f"## {action.name}\n"
        yield f"{action.summary}\n"
        yield f"* undo: {_undo(action)}"
        if action.two_person:
            yield "* two people have to approve it"
        if action.temporary:
            yield "* temporary by nature: a step may give it a `revert_after`"
        for verb in ("plan", "apply", "undo"):
            names = getattr(action.permissions, verb)
            yield f"* {verb} calls: {', '.join(f'`{name}`' for name in names) or 'nothing'}"
        yield ""
        for name, rule in action.parameters.items():
            needed = "required" if rule.required else "optional"
            yield f"* `{name}` ({rule.type}, {needed}): {rule.description} Example: `{rule.example}`"
        yield f"\n```yaml\n- {action.example}\n```\n"


def _undo(action: Action) -> str:
    if action.additive:
        return "keeps what was added, which is evidence"
    return "yes" if action.reversible else "no, so it is never automatic"
