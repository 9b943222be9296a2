"""The command line ``firedoor``: which command stands in which module. What a command does is its module's own."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence

from firedoor.errors import FiredoorError, Refused

COMMANDS = {
    "demo": "replay_commands",
    "replay": "replay_commands",
    "check": "library_commands",
    "test": "library_commands",
    "actions": "library_commands",
    "explain": "event_commands",
    "classify": "event_commands",
    "match": "event_commands",
    "inspect": "event_commands",
    "cases": "case_commands",
    "show": "case_commands",
    "why": "case_commands",
    "approve": "case_commands",
    "reject": "case_commands",
    "undo": "case_commands",
    "cap": "case_commands",
    "feedback": "case_commands",
    "alert": "case_commands",
    "report": "case_commands",
    "coverage": "coverage_commands",
    "generate": "generate_commands",
    "training-data": "training_commands",
    "redrive": "redrive_commands",
}
"""Command → the module here whose ``register(subparsers)`` adds it, and perhaps others, with ``run`` as its default.

Only the module of the command that is asked for is imported, so that a small command starts fast.
"""

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130
"""Exit codes: the answer is no, or something is not as it should be; the command cannot be carried out; Ctrl-C."""

EXIT_CODES = (
    "Exit codes: 0 good; 1 the answer is no, or something is not as it should be; 2 wrong use or bad input; "
    "130 interrupted."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, one of ``EXIT_CODES``."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except BrokenPipeError:
        _leave_the_pipe()
        return FAILED
    except Refused as error:
        _complain(str(error))
        return FAILED
    except (FiredoorError, OSError) as error:
        _complain(str(error))
        return WRONG_USE
    except Exception as error:
        if not type(error).__module__.startswith("botocore"):  # importing botocore costs more than most commands do
            raise
        _complain(f"AWS did not do as asked: {error}")
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: Sequence[str]) -> int:
    parser = _parser(_modules(arguments))
    try:
        parsed = parser.parse_args(arguments)
        return int(parsed.run(parsed))
    finally:
        sys.stdout.flush()  # a pipe that was closed shows here, and not while Python exits


def _complain(message: str) -> None:
    """Tell a person what is wrong; a message may quote an event, or a name in AWS, so it is cleaned like any text."""
    from firedoor.cli.screen import plain

    print("firedoor: " + "\n".join(map(plain, message.splitlines())), file=sys.stderr)


def _leave_the_pipe() -> None:
    """Send what is still unwritten nowhere, or Python complains about it while it exits (see the ``signal`` docs)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _modules(arguments: Sequence[str]) -> Iterable[str]:
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    return (COMMANDS[asked],) if asked in COMMANDS else dict.fromkeys(COMMANDS.values())


def _parser(modules: Iterable[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="firedoor",
        description="Detection and response for AWS accounts and AI workloads: plan first, act narrowly, undo.",
        epilog=EXIT_CODES,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in modules:
        importlib.import_module(f"firedoor.cli.{module}").register(commands)
    for command in commands.choices.values():
        command.epilog = EXIT_CODES
    return parser
