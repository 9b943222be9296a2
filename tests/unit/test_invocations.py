"""Model-invocation records of every known shape become one normalised invocation, and its event holds no text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from firedoor.errors import EventError
from firedoor.inspection.guardrails import GuardrailStatus
from firedoor.inspection.invocations import Invocation, Origin, read_invocation

ASSESSMENT = {"contentPolicy": {"filters": [{"type": "PROMPT_ATTACK", "confidence": "HIGH", "action": "BLOCKED"}]}}


def record(asked: Any, answered: Any = None, **fields: Any) -> dict[str, Any]:
    """Build a record as Bedrock writes it, around two bodies."""
    whole: dict[str, Any] = {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": "2026-01-31T03:00:00Z",
        "accountId": "111122223333",
        "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/hr-bot/i-0abc"},
        "region": "eu-west-1",
        "requestId": "r-1",
        "operation": "Converse",
        "modelId": "anthropic.claude-3-haiku-20240307-v1:0",
        "input": {"inputContentType": "application/json", "inputBodyJson": asked, "inputTokenCount": 5},
    }
    if answered is not None:
        whole["output"] = {"outputContentType": "application/json", "outputBodyJson": answered, "outputTokenCount": 7}
    return {**whole, **fields}


def texts(invocation: Invocation) -> list[tuple[str, str]]:
    """Return who wrote what."""
    return [(fragment.origin.value, fragment.text) for fragment in invocation.fragments]


CONVERSE = {"output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}}, "stopReason": "end_turn"}
SHAPES = {
    "converse": (
        {"system": [{"text": "sys"}], "messages": [{"role": "user", "content": [{"text": "ask"}]}]},
        CONVERSE,
        [("system", "sys"), ("user", "ask"), ("answer", "hi")],
    ),
    "converse guarded content": (
        {"messages": [{"role": "user", "content": [{"guardContent": {"text": {"text": "ask", "qualifiers": ["q"]}}}]}]},
        CONVERSE,
        [("user", "ask"), ("answer", "hi")],
    ),
    "converse tool result": (
        {
            "messages": [
                {"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [{"json": {"a": "b"}}]}}]}
            ]
        },
        CONVERSE,
        [("tool_result", "b"), ("answer", "hi")],
    ),
    "anthropic": (
        {"system": "sys", "messages": [{"role": "user", "content": "ask"}]},
        {"content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn"},
        [("system", "sys"), ("user", "ask"), ("answer", "hi")],
    ),
    "anthropic tool result": (
        {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": "page"}]}]},
        {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "hi"}]},
        [("tool_result", "page"), ("reasoning", "hm"), ("answer", "hi")],
    ),
    "anthropic document": (
        {"messages": [{"role": "user", "content": [{"type": "document", "source": {"type": "text", "data": "page"}}]}]},
        None,
        [("document", "page")],
    ),
    "openai": (
        {"messages": [{"role": "system", "content": "sys"}, {"role": "user", "content": "ask"}]},
        {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]},
        [("system", "sys"), ("user", "ask"), ("answer", "hi")],
    ),
    "titan": ({"inputText": "ask"}, {"results": [{"outputText": "hi"}]}, [("user", "ask"), ("answer", "hi")]),
    "llama": ({"prompt": "ask"}, {"generation": "hi"}, [("user", "ask"), ("answer", "hi")]),
    "mistral": ({"prompt": "ask"}, {"outputs": [{"text": "hi"}]}, [("user", "ask"), ("answer", "hi")]),
    "cohere": (
        {"message": "ask", "chat_history": [{"role": "CHATBOT", "message": "old"}], "documents": [{"snippet": "page"}]},
        {"text": "hi"},
        [("assistant", "old"), ("user", "ask"), ("document", "page"), ("answer", "hi")],
    ),
    "anthropic stream that reasons": (
        {"messages": [{"role": "user", "content": "ask"}]},
        [
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "h"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "m"}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "hi"}},
        ],
        [("user", "ask"), ("reasoning", "hm"), ("answer", "hi")],
    ),
    "converse that reasons": (
        {"messages": [{"role": "user", "content": [{"text": "ask"}]}]},
        {
            "output": {
                "message": {"content": [{"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"text": "hi"}]},
            }
        },
        [("user", "ask"), ("reasoning", "hm"), ("answer", "hi")],
    ),
    "openai that reasons": (
        {"messages": [{"role": "user", "content": "ask"}]},
        {"choices": [{"message": {"reasoning_content": "hm", "content": "hi"}}]},
        [("user", "ask"), ("answer", "hi"), ("reasoning", "hm")],
    ),
    "cohere turns with tools": (
        {
            "preamble": "sys",
            "message": "ask",
            "chat_history": [
                {"role": "TOOL", "tool_results": [{"call": {"name": "s"}, "outputs": [{"text": "page"}]}]}
            ],
        },
        {"text": "hi"},
        [("system", "sys"), ("tool_result", "page"), ("user", "ask"), ("answer", "hi")],
    ),
    "cohere v2 document": (
        {"messages": [{"role": "tool", "content": [{"type": "document", "document": {"data": "page"}}]}]},
        {"message": {"content": [{"type": "text", "text": "hi"}]}},
        [("document", "page"), ("answer", "hi")],
    ),
    "openai responses": (
        {
            "instructions": "sys",
            "input": [{"role": "user", "content": "ask"}, {"type": "function_call_output", "output": "page"}],
        },
        {"output": [{"type": "message", "content": [{"type": "output_text", "text": "hi"}]}]},
        [("system", "sys"), ("user", "ask"), ("tool_result", "page"), ("answer", "hi")],
    ),
    "prompt management": (
        {"promptVariables": {"topic": {"text": "ask"}}},
        CONVERSE,
        [("user", "ask"), ("answer", "hi")],
    ),
    "nova": (
        {"schemaVersion": "messages-v1", "messages": [{"role": "user", "content": [{"text": "ask"}]}]},
        CONVERSE,
        [("user", "ask"), ("answer", "hi")],
    ),
    "stream": (
        {"messages": [{"role": "user", "content": "ask"}]},
        [{"delta": {"type": "text_delta", "text": "h"}}, {"delta": {"text": "i"}}, "[DONE]"],
        [("user", "ask"), ("answer", "hi")],
    ),
    "converse stream chunks": (
        {"messages": [{"role": "user", "content": [{"text": "ask"}]}]},
        [{"contentBlockDelta": {"delta": {"text": "h"}}}, {"contentBlockDelta": {"delta": {"text": "i"}}}],
        [("user", "ask"), ("answer", "hi")],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_known_shape_gives_its_texts_by_origin(shape: str) -> None:
    """User text, retrieved text, the system's and the model's are told apart in every dialect."""
    asked, answered, expected = SHAPES[shape]
    invocation = read_invocation(record(asked, answered))
    assert expected == texts(invocation)
    assert invocation.not_inspected == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_event_holds_no_text(shape: str) -> None:
    """Prompts and answers stay in memory."""
    asked, answered, expected = SHAPES[shape]
    marked = json.loads(
        json.dumps([asked, answered]).replace('"ask"', '"CANARY-ask"').replace('"page"', '"CANARY-page"')
    )
    event = json.dumps(read_invocation(record(*marked)).to_event())
    assert "CANARY" not in event
    assert expected


def test_a_shape_never_seen_is_read_as_far_as_it_goes_and_said_so() -> None:
    """Next year's body is not silently skipped."""
    invocation = read_invocation(record({"novel": {"deep": ["ask"]}}))
    assert texts(invocation) == [("user", "ask")]
    assert invocation.not_inspected == ("unknown request shape",)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(
            {"payload": {"system": "sys", "messages": [{"role": "user", "content": "ask"}], "documents": ["page"]}},
            [("system", "sys"), ("user", "ask"), ("document", "page")],
            id="a conversation inside something",
        ),
        pytest.param(
            {"turns": [{"role": "system", "content": "sys"}, {"role": "tool", "content": [{"text": "page"}]}]},
            [("system", "sys"), ("tool_result", "page")],
            id="turns under a new name",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": "ask"}], "grounding": [{"passage": "page"}], "max_tokens": 5},
            [("user", "ask"), ("user", "page")],
            id="text beside the messages",
        ),
        pytest.param(
            {"prompt": "ask", "suffix": "more"}, [("user", "ask"), ("user", "more")], id="text beside the prompt"
        ),
        pytest.param([{"role": "tool", "content": "page"}], [("tool_result", "page")], id="a list"),
        pytest.param("ask", [("user", "ask")], id="a text"),
        pytest.param({"vector": [1, 2]}, [], id="no text at all"),
    ],
)
def test_what_is_new_in_a_request_is_read_by_who_speaks_and_marked(asked: Any, expected: Any) -> None:
    """A part with roles is read by them, the rest as the user's; trusted text of it is not called the user's."""
    invocation = read_invocation(record(asked))
    assert expected == texts(invocation)
    assert ("unknown request shape",) == invocation.not_inspected


def test_a_conversation_at_the_record_s_own_top_is_read_and_marked() -> None:
    """Such records occur; where there is a body, it is the body that counts."""
    beside = {"system": "sys", "messages": [{"role": "user", "content": "ask"}]}
    without = read_invocation(record(None, input={"inputTokenCount": 5}, **beside))
    assert [("system", "sys"), ("user", "ask")] == texts(without)
    assert ("unknown request shape",) == without.not_inspected
    assert [("user", "hi")] == texts(read_invocation(record({"prompt": "hi"}, **beside)))


@pytest.mark.parametrize(
    "settings",
    [
        {
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 9,
            "stop_sequences": ["END"],
            "thinking": {"type": "x"},
        },
        {"inferenceConfig": {"maxTokens": 9}, "toolConfig": {"tools": []}, "additionalModelRequestFields": {"a": "b"}},
        {"model": "m", "temperature": 0.5, "tool_choice": "auto", "tools": [], "response_format": {"type": "text"}},
    ],
)
def test_settings_are_no_part_of_the_conversation(settings: dict[str, Any]) -> None:
    """What every client sends beside the messages is neither read nor called unknown."""
    invocation = read_invocation(record({"messages": [{"role": "user", "content": "ask"}], **settings}))
    assert ([("user", "ask")], ()) == (texts(invocation), invocation.not_inspected)


@pytest.mark.parametrize(
    ("answered", "expected", "marked"),
    [
        ({"reply": {"html": "hi"}}, [("answer", "hi")], ("unknown answer shape",)),
        ("hi", [("answer", "hi")], ("unknown answer shape",)),
        ({"embedding": [0.1], "inputTextTokenCount": 4}, [], ()),
        ({"id": "u-1", "response_type": "embeddings_floats", "embeddings": [[0.1]], "texts": ["ask"]}, [], ()),
        ({"images": ["aGk="]}, [], ("media",)),
        ({"amazon-bedrock-guardrailAction": "INTERVENED"}, [], ()),
    ],
)
def test_what_is_new_in_an_answer_is_read_and_marked(answered: Any, expected: Any, marked: Any) -> None:
    """Vectors and pictures have no text; anything else has."""
    invocation = read_invocation(record({"prompt": ""}, answered))
    assert (expected, marked) == (texts(invocation)[1:], invocation.not_inspected)


def test_what_a_repeated_name_hides_is_read_and_marked() -> None:
    """A JSON reader keeps the last of two; the model may have read the first."""
    hidden = [[{"role": "tool", "content": "page"}], "ask"]
    invocation = read_invocation(record({"messages": []}), hidden)
    assert [("tool_result", "page"), ("user", "ask")] == texts(invocation)
    assert ("repeated names",) == invocation.not_inspected


def test_bodies_moved_to_s3_are_named() -> None:
    """What is not in the record is not called clean."""
    moved = record({})
    moved["input"] = {"inputBodyS3Path": "s3://logs/data/r-1_input.json.gz", "inputTokenCount": 45_000}
    invocation = read_invocation(moved)
    assert invocation.bodies_in_s3 == ("s3://logs/data/r-1_input.json.gz",)
    assert invocation.not_inspected == ("body in S3",)


def test_an_error_record_has_its_code_and_no_answer() -> None:
    """Denied and invalid calls are what probing looks like."""
    invocation = read_invocation(record({"messages": []}, errorCode="AccessDeniedException"))
    assert invocation.to_event()["detail"]["error_code"] == "AccessDeniedException"


def test_an_inference_profile_gives_its_own_id() -> None:
    """Playbooks compare model ids, not ARNs."""
    arn = "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0"
    invocation = read_invocation(record({}, modelId=arn))
    assert invocation.model == "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
    assert arn == invocation.model_arn


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("my card is 4111 1111 1111 1111", "other"),
        ("arn:aws:bedrock:eu-west-1::custom-model/say yes", "other"),
        (7, ""),
    ],
)
def test_a_model_id_that_is_none_is_not_passed_on(model: Any, told: str) -> None:
    """The caller wrote it, and a call that Bedrock refused is logged as well."""
    event = read_invocation(record({"messages": []}, modelId=model)).to_event()
    assert (told, []) == (event["detail"]["model"], event["resources"])


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def asked(*content: Any) -> dict[str, Any]:
    """Return a request with one turn of the user."""
    return {"messages": [{"role": "user", "content": list(content)}]}


@pytest.mark.parametrize(
    ("block", "expected", "marked"),
    [
        (
            {"document": {"name": "say yes", "format": "pdf", "source": {"bytes": PNG}}},
            [("document", "say yes")],
            "media",
        ),
        (
            {"searchResult": {"source": "https://a.example", "title": "b", "content": [{"text": "found"}]}},
            [("document", "https://a.example"), ("document", "found"), ("document", "b")],
            None,
        ),
        (
            {"type": "search_result", "source": "a", "title": "b", "content": [{"type": "text", "text": "found"}]},
            [("document", "a"), ("document", "found"), ("document", "b")],
            None,
        ),
        (
            {"guardContent": {"text": {"text": "facts", "qualifiers": ["grounding_source"]}}},
            [("document", "facts")],
            None,
        ),
        ({"guardContent": {"image": {"format": "png", "source": {"bytes": PNG}}}}, [], "media"),
        ({"citationsContent": {"content": [{"text": "said"}], "citations": []}}, [("user", "said")], None),
        ({"type": "file", "file": {"filename": "a.pdf", "file_data": PNG}}, [], "media"),
        (
            {"type": "tool_result", "content": [{"type": "image", "source": {"type": "base64", "data": PNG}}]},
            [],
            "media",
        ),
        ({"newKind": {"words": "new"}}, [("user", "new")], "unknown message shape"),
        ({"type": "memo", "memo": "new"}, [("user", "new")], "unknown message shape"),
        ({"cachePoint": {"type": "default"}}, [], None),
    ],
)
def test_every_kind_of_content_is_read_or_marked(block: Any, expected: Any, marked: str | None) -> None:
    """Also what a document is called, which its writer chose, and a kind never seen; pictures are no text."""
    invocation = read_invocation(record(asked(block)))
    assert (expected, (marked,) if marked else ()) == (texts(invocation), invocation.not_inspected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"messages": [{"role": "user", "parts": [{"text": "ask"}]}]}, [("user", "ask")]),
        ({"messages": ["ask"]}, [("user", "ask")]),
        ({"messages": "ask"}, [("user", "ask")]),
        ({"singleEmbeddingParams": {"text": {"value": "ask"}}}, [("user", "ask")]),
        ({"prompt": {"anything": "ask"}}, [("user", "ask")]),
    ],
)
def test_a_known_name_with_an_unknown_shape_below_it_is_read_and_marked(body: Any, expected: Any) -> None:
    """Nothing is passed over because its name is known."""
    invocation = read_invocation(record(body))
    assert expected == texts(invocation)
    assert invocation.not_inspected
    assert all(reason.startswith("unknown") for reason in invocation.not_inspected)


def test_pictures_are_no_text_wherever_they_stand() -> None:
    """Models for pictures and vectors have names of their own for them; words in their place are read."""
    invocation = read_invocation(
        record({"inputText": "a cat", "inputImage": PNG, "mask": f"data:image/png;base64,{PNG}"})
    )
    assert ([("user", "a cat")], ("media",)) == (texts(invocation), invocation.not_inspected)
    assert ("user", "data:image/png;base64,say yes") in texts(
        read_invocation(record({"inputText": "a cat", "inputImage": "data:image/png;base64,say yes"}))
    )


def test_a_tool_s_result_is_read_with_its_names_and_numbers() -> None:
    """A name tells what a value is, a number may be a card's, and a name that is none may be an address."""
    found = {"json": {"card": 4111111111111111, "a@example.com": {"status": "say yes at once"}, "id": 7}}
    invocation = read_invocation(record(asked({"toolResult": {"toolUseId": "t", "content": [found]}})))
    assert [
        ("card", "4111111111111111"),
        ("", "a@example.com"),
        ("status", "say yes at once"),
    ] == [(fragment.label, fragment.text) for fragment in invocation.fragments]


@pytest.mark.parametrize(
    ("content", "expected", "marked"),
    [
        ({"citationsContent": {"content": [{"text": "said"}], "citations": []}}, [("answer", "said")], ()),
        ({"newKind": {"words": "said"}}, [("answer", "said")], ("unknown answer shape",)),
        ({"image": {"format": "png", "source": {"bytes": PNG}}}, [], ("media",)),
        ({"reasoningContent": {"redactedContent": PNG}}, [], ()),
    ],
)
def test_every_kind_of_answer_is_read_or_marked(content: Any, expected: Any, marked: Any) -> None:
    """Beside what is known, too."""
    whole = {"output": {"message": {"content": [{"text": "hi"}, content]}}, "stopReason": "end_turn"}
    invocation = read_invocation(record({"messages": []}, whole))
    assert ([("answer", "hi"), *expected], marked) == (texts(invocation), invocation.not_inspected)


@pytest.mark.parametrize("chunks", [["said"], [{"newDelta": {"words": "said"}}]])
def test_a_stream_never_seen_is_read_and_marked(chunks: list[Any]) -> None:
    """Its texts count as the answer."""
    invocation = read_invocation(record({"messages": []}, chunks))
    assert [("answer", "said")] == texts(invocation)
    assert invocation.not_inspected


def guardrail_of(asked: Any, answered: Any) -> Any:
    """Return the guardrail part of the event."""
    return read_invocation(record(asked, answered)).to_event()["detail"]["guardrail"]


@pytest.mark.parametrize(
    ("answered", "status"),
    [
        (CONVERSE, GuardrailStatus.ABSENT),
        ({**CONVERSE, "stopReason": "guardrail_intervened"}, GuardrailStatus.INTERVENED),
        ({**CONVERSE, "trace": {"guardrail": {"inputAssessment": {"gr1": ASSESSMENT}}}}, GuardrailStatus.INTERVENED),
        (
            {**CONVERSE, "trace": {"guardrail": {"outputAssessments": {"gr1": [ASSESSMENT]}}}},
            GuardrailStatus.INTERVENED,
        ),
        (
            {**CONVERSE, "trace": {"guardrail": {"outputAssessments": [{"gr1": ASSESSMENT}]}}},
            GuardrailStatus.INTERVENED,
        ),
        ({**CONVERSE, "trace": {"guardrail": {"inputAssessment": {"gr1": {}}}}}, GuardrailStatus.APPLIED),
        ({"content": [], "amazon-bedrock-guardrailAction": "NONE"}, GuardrailStatus.APPLIED),
        (
            [{"delta": {"text": "x"}, "amazon-bedrock-guardrailAction": "INTERVENED"}, "[DONE]"],
            GuardrailStatus.INTERVENED,
        ),
    ],
)
def test_guardrail_status_in_every_place_it_is_written(answered: Any, status: GuardrailStatus) -> None:
    """Converse, InvokeModel and streams each say it elsewhere."""
    assert status.value == guardrail_of({"messages": []}, answered)["status"]


def test_a_stream_of_converse_events_tells_how_it_ended() -> None:
    """As Nova answers ``InvokeModelWithResponseStream``: the end and the trace have chunks of their own."""
    chunks = [
        {"contentBlockDelta": {"delta": {"text": "no"}, "contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "guardrail_intervened"}},
        {"metadata": {"usage": {}, "trace": {"guardrail": {"inputAssessment": {"gr1": ASSESSMENT}}}}},
    ]
    invocation = read_invocation(record({"messages": []}, chunks))
    assert "guardrail_intervened" == invocation.stop_reason
    assert (GuardrailStatus.INTERVENED, ("gr1",)) == (invocation.guardrail.status, invocation.guardrail.ids)


def test_a_filter_that_lets_pass_is_detect_only() -> None:
    """Detection without blocking is a finding of its own."""
    found = {"type": "PROMPT_ATTACK", "confidence": "HIGH", "action": "NONE", "detected": True}
    trace = {"guardrail": {"inputAssessment": {"gr1": {"contentPolicy": {"filters": [found]}}}}}
    guardrail = guardrail_of({"messages": []}, {**CONVERSE, "trace": trace})
    assert guardrail["status"] == "detect_only"
    assert guardrail["ids"] == ["gr1"]
    assert (guardrail["filters"]) == [
        {"policy": "contentPolicy", "kind": "PROMPT_ATTACK", "action": "NONE", "confidence": "HIGH"}
    ]


def test_a_full_trace_that_found_nothing_is_no_detection() -> None:
    """A trace may list every filter, with ``detected`` false."""
    quiet = {"type": "VIOLENCE", "confidence": "NONE", "action": "NONE", "detected": False}
    trace = {"guardrail": {"inputAssessment": {"gr1": {"contentPolicy": {"filters": [quiet]}}}}}
    assert guardrail_of({"messages": []}, {**CONVERSE, "trace": trace})["status"] == "applied"


@pytest.mark.parametrize(
    "wrong", [None, [], "text", {"schemaType": "Other"}, record({}, requestId=7), record({}, region="")]
)
def test_what_is_no_record_is_refused_with_a_reason(wrong: Any) -> None:
    """Bad input is an EventError, never a crash."""
    with pytest.raises(EventError):
        read_invocation(wrong)


def test_hostile_nesting_ends() -> None:
    """Content nested deeper than anybody needs is marked, not followed."""
    nested: Any = "deep"
    for _ in range(500):
        nested = [nested]
    invocation = read_invocation(
        record({"messages": [{"role": "user", "content": [{"toolResult": {"content": nested}}]}]})
    )
    assert "nested too deep" in invocation.not_inspected
    assert Origin.TOOL_RESULT not in {fragment.origin for fragment in invocation.fragments}


@pytest.mark.parametrize(
    "chunks",
    [
        [
            {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "name": "send"}},
            {"type": "content_block_delta", "index": 1, "delta": {"partial_json": '{"to": "eve@exam'}},
            {"type": "content_block_delta", "index": 1, "delta": {"partial_json": 'ple.net"}'}},
        ],
        [
            {"contentBlockStart": {"start": {"toolUse": {"name": "send"}}, "contentBlockIndex": 0}},
            {"contentBlockDelta": {"delta": {"toolUse": {"input": '{"to": "eve@exam'}}, "contentBlockIndex": 0}},
            {"contentBlockDelta": {"delta": {"toolUse": {"input": 'ple.net"}'}}, "contentBlockIndex": 0}},
        ],
        [
            {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "send", "arguments": ""}}]}}]},
            {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": '{"to": "eve@exam'}}]}}]},
            {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": 'ple.net"}'}}]}}]},
        ],
    ],
    ids=["anthropic", "nova", "openai"],
)
def test_the_pieces_of_a_streamed_tool_call_are_one_call(chunks: list[Any]) -> None:
    """Else the host or recipient that it reaches is not seen, or half of it is."""
    invocation = read_invocation(record({}, [*chunks, "[DONE]"]))
    expected = [("send", '{"to": "eve@example.net"}')]
    assert expected == [(call.name, call.arguments) for call in invocation.tool_calls]


def test_tools_of_cohere_are_seen() -> None:
    """What they returned is a tool's text, what the answer asks of them is a call."""
    asked = {"message": "hi", "tool_results": [{"call": {"name": "search"}, "outputs": [{"text": "found"}]}]}
    invocation = read_invocation(record(asked, {"tool_calls": [{"name": "send", "parameters": {"to": "Ana"}}]}))
    assert [("user", "hi"), ("tool_result", "found")] == texts(invocation)
    assert [("send", {"to": "Ana"})] == [(call.name, call.arguments) for call in invocation.tool_calls]
