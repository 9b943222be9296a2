"""The sample events of inspection have the form that inspection gives them: playbooks are tried on the truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from firedoor.events import SOURCE_OF_INSPECTION
from firedoor.inspection.guardrails import Filter
from firedoor.inspection.invocations import Origin, read_invocation
from firedoor.inspection.signals import inspect
from firedoor.inspection.usage import Habit, compare

EVENTS = Path(__file__).parents[2] / "events"
FREE = {"signals.pii.places", "signals.second_stage.pii"}
"""Whose names are the types that were found."""

KEY = "AKIA" + "Z7QJ5M2XK4WTR6PN"
"""Of the form of an access key, and nobody's."""


def samples() -> list[str]:
    """Return the names of the files."""
    return sorted(path.name for path in EVENTS.glob("*.json") if SOURCE_OF_INSPECTION in path.read_text("utf-8"))


def told() -> dict[str, Any]:
    """Return the detail of the event that inspection makes of the record that has a bit of everything."""
    record = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-11-20T15:04:05Z",
        "accountId": "111122223333",
        "region": "eu-west-1",
        "requestId": "r-1",
        "operation": "Converse",
        "modelId": "amazon.nova-lite-v1:0",
        "input": {"inputBodyJson": {"messages": [{"role": "user", "content": f"My key is {KEY}."}]}},
        "output": {
            "outputBodyJson": {
                "stopReason": "guardrail_intervened",
                "trace": {
                    "guardrail": {
                        "inputAssessment": {
                            "gr7hx2k9m4pq": {"contentPolicy": {"filters": [{"type": "INSULTS", "action": "BLOCKED"}]}}
                        }
                    }
                },
            }
        },
    }
    invocation = read_invocation(record)
    usage, _ = compare(Habit(), invocation)
    return dict(invocation.to_event(signals=inspect(invocation, key=b"k").to_json(), usage=usage)["detail"])


def form(value: Any, path: str = "") -> Any:
    """Return the names in ``value`` without what they stand for; of a list, the form of its members."""
    if isinstance(value, dict) and path not in FREE:
        return {name: form(member, f"{path}.{name}".lstrip(".")) for name, member in sorted(value.items())}
    if isinstance(value, list):
        return [form(member, path) for member in value if isinstance(member, dict)][:1]
    return None


def test_the_record_has_a_bit_of_everything() -> None:
    """Or the comparison would say nothing of filters and secrets."""
    detail = told()
    assert [Filter("contentPolicy", "INSULTS", "BLOCKED", "").to_json()] == detail["guardrail"]["filters"]
    assert detail["signals"]["secrets"]["items"]


@pytest.mark.parametrize("name", samples())
def test_a_sample_has_the_form_of_what_inspection_tells(name: str) -> None:
    """Every name, and no other; where the log lies is told of logs in S3 only. Places are who wrote the text."""
    detail = json.loads((EVENTS / name).read_text("utf-8"))["detail"]
    assert detail.pop("log", {"bucket": "b", "key": "k"}).keys() == {"bucket", "key"}
    expected, actual = form(told()), form(detail)
    expected["guardrail"]["filters"] = expected["guardrail"]["filters"][: len(detail["guardrail"]["filters"])]
    secrets = expected["signals"]["secrets"]
    secrets["items"] = secrets["items"][: len(detail["signals"]["secrets"]["items"])]
    assert expected == actual
    assert {item["place"] for item in detail["signals"]["secrets"]["items"]} <= {origin.value for origin in Origin}
