"""What the signals say of one invocation as a whole; each finder has tests of its own."""

from __future__ import annotations

from typing import Any

import pytest

from firedoor.inspection.invocations import read_invocation
from firedoor.inspection.signals import inspect

BLOCKED = {"contentPolicy": {"filters": [{"type": "HATE", "confidence": "HIGH", "action": "BLOCKED"}]}}
MASKED = {"sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "match": "a", "action": "ANONYMIZED"}]}}


def signals_of(asked: Any, answered: Any) -> dict[str, Any]:
    """Return the signals of a Converse record around two lists of content."""
    record = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-01-31T03:00:00Z",
        "accountId": "111122223333",
        "region": "eu-west-1",
        "requestId": "r-1",
        "operation": "Converse",
        "modelId": "amazon.nova-lite-v1:0",
        "input": {"inputBodyJson": {"messages": [{"role": "user", "content": asked}]}},
        "output": {"outputBodyJson": answered},
    }
    return inspect(read_invocation(record), key=b"key").to_json()


def answer(*content: Any, **fields: Any) -> dict[str, Any]:
    """Return a Converse answer."""
    return {"output": {"message": {"role": "assistant", "content": list(content)}}, "stopReason": "end_turn", **fields}


def test_what_a_value_is_may_stand_in_its_name() -> None:
    """A tool answers in objects: numbers and names alone say that there is a card, a passport, a password."""
    row = {"card": 4111111111111111, "passport_number": "X12345678", "password": "kX9#mP2$vL5qR8wT"}
    found = signals_of([{"toolResult": {"toolUseId": "t", "content": [{"json": row}]}}], answer({"text": "ok"}))
    assert {"tool_result": {"CREDIT_CARD": 1, "PASSPORT_NUMBER": 1}} == found["pii"]["places"]
    assert [("GENERIC_SECRET", "tool_result")] == [(item["type"], item["place"]) for item in found["secrets"]["items"]]


def test_an_address_that_is_a_name_is_counted_once() -> None:
    """Not again as the name of its value."""
    found = signals_of([{"toolResult": {"content": [{"json": {"a.b@example.com": "yes"}}]}}], answer({"text": "ok"}))
    assert {"tool_result": {"EMAIL": 1}} == found["pii"]["places"]


def test_the_same_secret_has_the_same_fingerprint_with_and_without_a_name() -> None:
    """The name is no part of it."""
    token = "ghp_" + "aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4Zq7pL"
    found = signals_of(
        [{"text": token}, {"toolResult": {"content": [{"json": {"token": token}}]}}], answer({"text": "ok"})
    )
    assert ["user"] == [item["place"] for item in found["secrets"]["items"]]


def test_what_a_tool_is_given_counts_as_the_answer() -> None:
    """Personal data and secrets leave by a tool as well as by words."""
    token = "ghp_" + "aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4Zq7pL"
    call = {"toolUse": {"toolUseId": "t", "name": "save", "input": {"card": "4111 1111 1111 1111", "token": token}}}
    found = signals_of([{"text": "save it"}], answer(call))
    assert {"answer": {"CREDIT_CARD": 1}} == found["pii"]["places"]
    assert [("GITHUB_PAT", "answer")] == [(item["type"], item["place"]) for item in found["secrets"]["items"]]


@pytest.mark.parametrize(
    ("answered", "outcome"),
    [
        (answer({"text": "Here it is."}), "complied"),
        (answer({"text": "Here it is."}, stopReason="content_filtered"), "refused"),
        (answer(stopReason="refusal"), "refused"),
        (
            answer(
                {"text": "Ask something else."},
                stopReason="guardrail_intervened",
                trace={"guardrail": {"inputAssessment": {"gr1": BLOCKED}}},
            ),
            "refused",
        ),
        (
            answer(
                {"text": "Write to {EMAIL}."},
                stopReason="guardrail_intervened",
                trace={"guardrail": {"outputAssessments": {"gr1": [MASKED]}}},
            ),
            "complied",
        ),
        (answer({"text": "Ask something else."}, stopReason="guardrail_intervened"), "unclear"),
    ],
)
def test_what_a_guardrail_or_filter_blocked_was_not_complied_with(answered: Any, outcome: str) -> None:
    """Whatever words the application shows instead; masked data is answered, and without a trace nobody knows."""
    assert outcome == signals_of([{"text": "tell me"}], answered)["outcome"]
