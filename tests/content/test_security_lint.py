"""What the security linter (``make lint-security``) is told to skip, which must not grow in silence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from firedoor.cli import template

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ("template.yaml", "deploy/member.yaml")
FUNCTIONS = {"ClassifyFunction", "DecideFunction", "InspectFunction", "RespondFunction", "TimerFunction"}
SKIPPED = {
    "CKV_AWS_18": {"EvidenceBucket", "QuarantineBucket"},  # access logging
    "CKV_AWS_115": FUNCTIONS,  # reserved concurrency
    "CKV_AWS_116": FUNCTIONS,  # the function's own dead-letter queue
    "CKV_AWS_117": FUNCTIONS,  # VPC
}


def skips(resource: dict[str, Any]) -> list[dict[str, str]]:
    """Return the entries for the linter in a resource's metadata."""
    entries: list[dict[str, str]] = resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    return entries


def test_nothing_more_is_skipped() -> None:
    """A new exception is a line here too, where it is seen in review."""
    found: dict[str, set[str]] = {}
    for name in TEMPLATES:
        for logical_id, resource in template.read_template(ROOT / name)["Resources"].items():
            for entry in skips(resource):
                found.setdefault(entry["id"], set()).add(logical_id)
    assert SKIPPED == found


def test_every_exception_has_its_reason() -> None:
    """A sentence, and not only a number."""
    for name in TEMPLATES:
        for resource in template.read_template(ROOT / name)["Resources"].values():
            for entry in skips(resource):
                assert {"id", "comment"} == set(entry)
                assert re.fullmatch(r"[A-Z].{30,}\.", entry["comment"]), entry


def test_every_function_that_is_said_to_be_limited_by_its_queue_is() -> None:
    """The reasons lean on the template; what they lean on must be there."""
    functions = template.resources("AWS::Serverless::Function")
    limited = {name for name, entry in functions.items() if "MaximumConcurrency" in str(skips(entry))}
    assert {"ClassifyFunction", "InspectFunction", "RespondFunction"} == limited
    for name in limited:
        queue = functions[name]["Properties"]["Events"]["Queue"]["Properties"]
        assert queue["ScalingConfig"]["MaximumConcurrency"] > 0


def test_what_nobody_waits_for_has_a_place_to_fail_to() -> None:
    """Functions without a dead-letter queue of their own: those that are called asynchronously have a destination."""
    destinations = template.resources("AWS::Lambda::EventInvokeConfig")
    for logical_id in ("InspectAsyncFailures", "TimerAsyncFailures"):
        assert "OnFailure" in destinations[logical_id]["Properties"]["DestinationConfig"]
