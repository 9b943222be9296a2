"""What a cold start loads. Time is measured in benchmarks/; here is only what must not come in by accident.

Each handler is imported as Lambda does, in a process of its own, from a folder of a function's artifact.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parent.parent.parent / "functions"
HANDLERS = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))

NEVER = {
    *("yaml", "jsonschema", "pydantic"),  # playbooks are compiled before they are deployed
    "aws_xray_sdk",  # Lambda traces by itself; the SDK costs more than boto3
    *("moto", "rich", "cfnlint", "samtranslator", "firedoor.cli"),  # an engineer's tools
}
AT_FIRST_USE = {
    "aws_lambda_powertools.utilities.batch": set(),
    "aws_lambda_powertools.utilities.data_classes": {"decide", "inspect_logs"},
    "firedoor.inspection": {"inspect_logs"},
    "firedoor.patterns": {"classify", "inspect_logs"},
    "phonenumbers": set(),
    "stdnum": set(),
}
"""What is heavy, and the functions that need it for every event."""


def loaded_by(handler: str) -> set[str]:
    """Return the names of all modules that are there once the handler's module has been imported."""
    code = f"import sys, {handler}.app; print(*sorted(sys.modules))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIREDOOR")}
    environment["PYTHONPATH"] = str(FUNCTIONS)
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_every_function_is_looked_at() -> None:
    """A sixth handler joins by itself; an empty list would prove nothing."""
    assert 5 <= len(HANDLERS)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_cold_start_loads_nothing_it_does_not_need(handler: str) -> None:
    """Tools and tracing never; actions when they are used; heavy parts where every event needs them, and then now."""
    loaded = loaded_by(handler)
    assert f"{handler}.app" in loaded
    unwanted = {name for name in NEVER if name in loaded}
    unwanted |= {name for name in loaded if name.startswith("firedoor.actions.")}
    assert set() == unwanted
    assert {name for name, needed_by in AT_FIRST_USE.items() if handler in needed_by} == loaded & AT_FIRST_USE.keys()


@pytest.mark.parametrize("handler", HANDLERS)
def test_boto3_is_imported_while_lambda_initialises(handler: str) -> None:
    """It belongs to the Init phase, which SnapStart does ahead of any event, and not to the first event's own time.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    assert "boto3" in loaded_by(handler)
