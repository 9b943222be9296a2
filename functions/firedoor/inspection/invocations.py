"""One Bedrock model-invocation log record as one normalised invocation, whatever the model's own body looks like.

Owns the shapes of the log's records. The texts it holds stay in memory: ``to_event`` never contains any.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from firedoor.errors import EventError
from firedoor.events import SOURCE_OF_INSPECTION, identity_of, parse_time
from firedoor.inspection import reasoning
from firedoor.inspection.guardrails import Guardrail, read_guardrail
from firedoor.inspection.templates import read_turns

SCHEMA_VERSION = "1"
DETAIL_TYPE = "Bedrock Model Invocation"
_REQUIRED = ("timestamp", "accountId", "region", "requestId", "operation")
_DEPTH = 24
"""How deep content may nest before the rest is marked as not inspected."""

_TOO_MANY_TOKENS = 2**53
"""A count that no float holds exactly is none; the habits of principals are floats."""

OTHER = "other"
"""What stands for a word of a record that is none of those known: it could be any text."""
_NAME = re.compile(r"[A-Za-z]{1,64}")
_MODEL = re.compile(r"[\w.:/-]{0,2048}", re.ASCII)
"""https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html"""

_STOP_REASONS = frozenset(
    {
        "complete",
        "content_filter",
        "content_filtered",
        "end_turn",
        "error",
        "error_limit",
        "error_toxic",
        "finish",
        "function_call",
        "guardrail_intervened",
        "length",
        "malformed_model_output",
        "malformed_tool_use",
        "max_tokens",
        "model_context_window_exceeded",
        "pause_turn",
        "rag_query_when_rag_disabled",
        "refusal",
        "stop",
        "stop_criteria_met",
        "stop_sequence",
        "tool_calls",
        "tool_use",
    }
)
"""Those of Converse, Anthropic, OpenAI-compatible models, Llama, Mistral, Cohere and Titan, in lower case."""


class Origin(StrEnum):
    """Who wrote a piece of text."""

    SYSTEM = "system"
    USER = "user"
    TOOL_RESULT = "tool_result"
    DOCUMENT = "document"
    ASSISTANT = "assistant"
    """What the model said in earlier turns."""
    ANSWER = "answer"
    REASONING = "reasoning"
    """What a model thinks before it answers, where it tells that apart. It repeats its instructions as it thinks."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of text and who wrote it. Never leaves the process."""

    origin: Origin
    text: str = field(repr=False)
    label: str = field(default="", repr=False)
    """The name that it has in the object it stands in: often that alone says what a word or number is."""
    shown: bool = False
    """Of reasoning: whether it stood in the answer's own text, so that an application may show it."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model's answer asked for; the arguments never leave the process."""

    name: str
    arguments: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts as the record gives them; a missing count is 0."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def to_json(self) -> dict[str, int]:
        """Return the form in which playbooks see them."""
        return {
            "input": self.input,
            "output": self.output,
            "cache_read": self.cache_read,
            "cache_write": self.cache_write,
            "total": self.input + self.output,
        }


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a model."""

    request_id: str
    time: datetime
    account: str
    region: str
    principal: str
    operation: str
    model: str
    """The model's id without the ARN around it: of an inference profile its own id."""
    model_arn: str | None
    error_code: str | None
    stop_reason: str | None
    tokens: Tokens
    guardrail: Guardrail
    fragments: tuple[Fragment, ...] = field(default=(), repr=False)
    tool_calls: tuple[ToolCall, ...] = field(default=(), repr=False)
    bodies_in_s3: tuple[str, ...] = ()
    """``s3://`` addresses of what the record moved out; its reader may fetch and inspect them."""
    not_inspected: tuple[str, ...] = ()
    """What could not be looked at and why, as stable words."""

    @property
    def identity(self) -> str:
        """Whose habit it belongs to: of a role's session the role's, see ``events.identity_of``."""
        return identity_of(self.principal) or self.principal

    def to_event(self, **found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the EventBridge envelope that the playbooks match. It holds no text of prompts or answers.

        ``found`` is what is added to the detail: ``signals``, ``usage``, and ``log``, the bucket and key of the record.
        """
        return {
            "version": "0",
            "id": f"bedrock-{self.request_id}",
            "detail-type": DETAIL_TYPE,
            "source": SOURCE_OF_INSPECTION,
            "account": self.account,
            "time": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self.region,
            "resources": [self.model_arn] if self.model_arn else [],
            "detail": {
                "schema_version": SCHEMA_VERSION,
                "request_id": self.request_id,
                "principal": self.principal,
                "operation": self.operation,
                "model": self.model,
                "region": self.region,
                "error_code": self.error_code,
                "stop_reason": self.stop_reason,
                "tokens": self.tokens.to_json(),
                "guardrail": self.guardrail.to_json(),
                "not_inspected": list(self.not_inspected),
                **found,
            },
        }


def read_invocation(record: Any, repeated: Sequence[Any] = ()) -> Invocation:
    """Read one log record.

    Args:
        record: The record's JSON value.
        repeated: Values that its JSON text gives under a name that the same object has again, and that are not in
            ``record``. The model may have read them, so they are inspected as the user's.

    Raises:
        EventError: It is not a model-invocation record, or lacks what every record has.
    """
    if not isinstance(record, Mapping) or record.get("schemaType") != "ModelInvocationLog":
        raise EventError("The line is not a model-invocation log record (its schemaType says otherwise).")
    required = {name: _text(record.get(name)) or "" for name in _REQUIRED}
    wrong = [name for name, value in required.items() if not value]
    if wrong:
        raise EventError(f"The model-invocation record has no text in {', '.join(wrong)}.")
    given, answered = _part(record, "input"), _part(record, "output")
    asked, answer = _asked(record, given), answered.get("outputBodyJson")
    model = _model(record.get("modelId"))
    name = model.rpartition("/")[2] if model.startswith("arn:") else model
    reader = _BodyReader(templates=not _WITHOUT_TEMPLATE.search(name))
    before = [*reader.request(asked), *reader.repeated(repeated)]
    answers = reader.answer(answer)
    fragments = (*before, *_without_reasoning(answers, name, before, acts=bool(reader.tool_calls)))
    moved = tuple(
        path
        for path in (given.get("inputBodyS3Path"), answered.get("outputBodyS3Path"))
        if isinstance(path, str) and path
    )
    return Invocation(
        request_id=required["requestId"],
        time=parse_time(required["timestamp"]),
        account=required["accountId"],
        region=required["region"],
        principal=_text(_part(record, "identity").get("arn")) or "unknown",
        operation=required["operation"] if _NAME.fullmatch(required["operation"]) else OTHER,
        model=name,
        model_arn=model if model.startswith("arn:") else None,
        error_code=_error_code(record.get("errorCode")),
        stop_reason=reader.stop_reason,
        tokens=_tokens(given, answered),
        guardrail=read_guardrail(asked, answer),
        fragments=fragments,
        tool_calls=tuple(reader.tool_calls),
        bodies_in_s3=moved,
        not_inspected=tuple(dict.fromkeys([*reader.not_inspected, *("body in S3" for _ in moved)])),
    )


def _without_reasoning(
    answers: Sequence[Fragment], model: str, before: Sequence[Fragment], *, acts: bool
) -> Iterator[Fragment]:
    """Yield what was answered, with the thinking at its very beginning told apart; what is only that is the answer."""
    first = next((index for index, each in enumerate(answers) if each.origin is Origin.ANSWER), None)
    asked = (fragment.text for fragment in before if fragment.origin in _STRANGERS)
    parts = None if first is None else reasoning.split(answers[first].text, model, asked)
    if first is None or parts is None or not (parts[1].strip() or acts):
        yield from answers
        return
    thought, answer = parts
    yield from answers[:first]
    yield Fragment(Origin.REASONING, thought, shown=True)
    if answer.strip():
        yield Fragment(Origin.ANSWER, answer, answers[first].label)
    yield from answers[first + 1 :]


def _asked(record: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """Return the request's body; a record without one may have the conversation at its own top level."""
    if "inputBodyJson" in given or "inputBodyS3Path" in given:
        return given.get("inputBodyJson")
    beside = {name: value for name, value in record.items() if name in _CONVERSATION and name != "input"}
    return [beside] if beside else None


def parse_json(text: bytes) -> tuple[Any, list[Any]]:
    """Return what JSON text holds, and the values that the same name hides further on in the same object.

    Bytes that are no UTF-8 are replaced: one of them must not keep a whole record from being inspected.

    Raises:
        EventError: It is not JSON.
    """
    hidden: list[Any] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) < len(pairs):
            last = {name: index for index, (name, _) in enumerate(pairs)}
            hidden.extend(value for index, (name, value) in enumerate(pairs) if last[name] != index)
        return whole

    try:
        return json.loads(text.decode("utf-8-sig", "replace"), object_pairs_hook=keep), hidden
    except (ValueError, RecursionError) as error:
        raise EventError("The line is not JSON.") from error


def read_line(line: bytes, fetch: Callable[[str], bytes]) -> Invocation:
    """Read a line of a log, with the bodies that Bedrock moved out of it, as far as they are JSON.

    Args:
        line: One record.
        fetch: Returns what lies at an ``s3://`` address, unpacked, or raises ``EventError`` if it cannot be had.

    Raises:
        EventError: The line is not JSON, or no model-invocation record.
    """
    record, repeated = parse_json(line)
    invocation = read_invocation(record, repeated)
    if not invocation.bodies_in_s3:
        return invocation
    whole = dict(record)
    for part, path, body in (
        ("input", "inputBodyS3Path", "inputBodyJson"),
        ("output", "outputBodyS3Path", "outputBodyJson"),
    ):
        address = _part(record, part).get(path)
        if isinstance(address, str):
            with suppress(EventError):
                moved, hidden = parse_json(fetch(address))
                kept = {name: value for name, value in record[part].items() if name != path}
                whole[part] = {**kept, body: moved}
                repeated += hidden
    return read_invocation(whole, repeated)


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = record.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _model(value: Any) -> str:
    """Return a model's id or ARN; the caller wrote it, and what has other signs than these is no id."""
    model = _text(value) or ""
    return model if _MODEL.fullmatch(model) else OTHER


def _error_code(value: Any) -> str | None:
    code = _text(value)
    return code if code is None or _NAME.fullmatch(code) else OTHER


def _stop_reason(value: Any) -> str | None:
    """Return a stop reason; a model of the customer's own may answer anything in its place."""
    reason = _text(value)
    return reason if reason is None or reason.lower() in _STOP_REASONS else OTHER


def _tokens(given: Mapping[str, Any], answered: Mapping[str, Any]) -> Tokens:
    def number(part: Mapping[str, Any], name: str) -> int:
        value = part.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _TOO_MANY_TOKENS else 0

    return Tokens(
        input=number(given, "inputTokenCount"),
        output=number(answered, "outputTokenCount"),
        cache_read=number(given, "cacheReadInputTokenCount"),
        cache_write=number(given, "cacheWriteInputTokenCount"),
    )


class _BodyReader:
    """Collects the texts of a request's and an answer's body in any of the known dialects.

    Dialects: Converse, Anthropic Messages, Nova, OpenAI-compatible, Mistral and Llama prompts, Titan, Cohere. What
    is of none of these is walked as far as it goes, and said so in ``not_inspected``.
    """

    def __init__(self, *, templates: bool = True) -> None:
        """``templates``: whether the model takes prompts in a chat template, whose markers are then no forgery."""
        self._templates = templates
        self.tool_calls: list[ToolCall] = []
        self.stop_reason: str | None = None
        self.not_inspected: list[str] = []

    def request(self, body: Any) -> list[Fragment]:
        """Return the request's texts."""
        if body is None:
            return []
        if not isinstance(body, Mapping):
            self.not_inspected.append(_UNKNOWN_REQUEST)
            return list(self._stray(body, 0))
        strays = list(self._strays(body, 0))
        if strays or (body and not _CONVERSATION & body.keys()):
            self.not_inspected.append(_UNKNOWN_REQUEST)
        return [*self._conversation(body, 0), *strays]

    def repeated(self, values: Sequence[Any]) -> list[Fragment]:
        """Return the texts of values that a JSON reader drops, because a name is given twice."""
        if values:
            self.not_inspected.append("repeated names")
        return list(self._stray(list(values), 0))

    def _conversation(self, body: Mapping[str, Any], depth: int) -> Iterator[Fragment]:
        """Yield what stands under the names that some dialect has."""
        for name in _SYSTEMS:
            if body.get(name) is not None:
                yield from self._fragments(body[name], Origin.SYSTEM, depth)
        for name in _MESSAGES:
            for message in _listed(body.get(name)):
                if not (name in _PROMPTS and isinstance(message, str)):
                    yield from self._message(message)
        for name in _PROMPTS:
            value = body.get(name)
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield from self._prompt(text)
        yield from self._misshapen(body, depth)
        yield from self._strings(body.get("promptVariables"), Origin.USER, depth)
        yield from self._retrieved(body)

    def _misshapen(self, body: Mapping[str, Any], depth: int) -> Iterator[Fragment]:
        """Yield what stands under a known name in a shape that no dialect has there."""
        for name in dict.fromkeys((*_MESSAGES, *_PROMPTS)):
            value = body.get(name)
            if isinstance(value, Mapping) or (isinstance(value, str) and name not in _PROMPTS):
                self.not_inspected.append(_UNKNOWN_REQUEST)
                yield from self._stray(value, depth + 1, name)

    def _prompt(self, text: str) -> Iterator[Fragment]:
        turns = read_turns(text) if self._templates else []
        yield from (Fragment(_WHOSE[whose], said) for whose, said in turns or [("user", text)])

    def _strays(self, body: Mapping[str, Any], depth: int) -> Iterator[Fragment]:
        """Yield what stands under names that no dialect has: an application, or next year's model, may write there."""
        for name, value in body.items():
            if name not in _CONVERSATION and name not in _SETTINGS and not _says_nothing(name, value):
                yield from self._stray(value, depth + 1, name)

    def _stray(self, value: Any, depth: int, label: str = "") -> Iterator[Fragment]:
        """Yield the texts of a value of unknown shape: of a conversation in it by who speaks, else as the user's."""
        if depth > _DEPTH:
            self.not_inspected.append("nested too deep")
        elif isinstance(value, list):
            for member in value:
                yield from self._stray(member, depth + 1, label)
        elif not isinstance(value, Mapping):
            yield from self._strings(value, Origin.USER, depth, label)
        elif "role" in value and "content" in value:
            yield from self._message(value)
        else:
            yield from self._conversation(value, depth)
            yield from self._strays(value, depth)

    def _retrieved(self, body: Mapping[str, Any]) -> Iterator[Fragment]:
        """Yield what stands beside the conversation, or in a turn of it: Cohere's documents and results of tools."""
        yield from self._strings(_listed(body.get("documents")), Origin.DOCUMENT, 0)
        for result in _listed(body.get("tool_results")):
            outputs = result.get("outputs") if isinstance(result, Mapping) else result
            yield from self._strings(outputs, Origin.TOOL_RESULT, 0)

    def answer(self, body: Any) -> list[Fragment]:
        """Return the answer's texts; chunks of a stream are joined."""
        if body is None:
            return []
        if isinstance(body, list):
            found = self._streamed(body)
        else:
            found = self._answer_part(body, Origin.ANSWER) if isinstance(body, Mapping) else []
        if found or self.tool_calls or self.stop_reason:
            return found
        return list(self._unknown_answer(body))

    def _streamed(self, chunks: list[Any]) -> list[Fragment]:
        pieces: list[Fragment] = []
        for chunk in chunks:
            if isinstance(chunk, Mapping):
                pieces += self._answer_part(chunk, Origin.ANSWER)
            elif chunk != "[DONE]":
                self.not_inspected.append("unknown stream chunk")
                pieces += self._strings(chunk, Origin.ANSWER, 0)
        # A tool's arguments come in pieces too; a host cut in two would be no host, or another.
        self.tool_calls = _streamed_tools(chunks) or self.tool_calls
        return _joined(pieces)

    def _unknown_answer(self, body: Any) -> Iterator[Fragment]:
        """Yield the texts of an answer that no dialect knows; vectors and pictures have none."""
        whole = body if isinstance(body, Mapping) else {"": body}
        if _PICTURES & whole.keys():
            self.not_inspected.append("media")
        elif not _VECTORS & whole.keys():
            yield from self._beside(whole, _NOT_ANSWERED, Origin.ANSWER, 0)

    def _beside(self, whole: Mapping[str, Any], known: frozenset[str], origin: Origin, depth: int) -> list[Fragment]:
        """Return what stands under other names than the ``known`` ones, and mark it if there is any."""
        strange = {name: part for name, part in whole.items() if name not in known}
        found = list(self._strings(strange, origin, depth))
        if found:
            self.not_inspected.append(f"unknown {'answer' if origin in _STREAMED else 'message'} shape")
        return found

    def _message(self, message: Any) -> Iterator[Fragment]:
        if not isinstance(message, Mapping):
            yield from self._beside({"": message}, frozenset(), Origin.USER, 0)
            return
        role = str(message.get("role", "user")).lower()
        origin = {
            "system": Origin.SYSTEM,
            "developer": Origin.SYSTEM,
            "assistant": Origin.ASSISTANT,
            "chatbot": Origin.ASSISTANT,
            "model": Origin.ASSISTANT,
            "tool": Origin.TOOL_RESULT,
            "function": Origin.TOOL_RESULT,
        }.get(role, Origin.USER)
        content = message.get("content", message.get("message"))
        yield from self._fragments(content, origin, 0)
        yield from self._retrieved(message)
        if message.get("type") == "function_call_output":  # OpenAI's Responses
            yield from self._strings(message.get("output"), Origin.TOOL_RESULT, 0)
        yield from self._beside(message, _OF_A_TURN, origin, 0)

    def _fragments(self, content: Any, origin: Origin, depth: int) -> Iterator[Fragment]:
        if isinstance(content, str):
            yield Fragment(origin, content)
            return
        if depth > _DEPTH:
            self.not_inspected.append("nested too deep")
            return
        for block in content if isinstance(content, list) else [content]:
            if isinstance(block, str):
                yield Fragment(origin, block)
            elif isinstance(block, Mapping):
                yield from self._block(block, origin, depth + 1)

    def _block(self, block: Mapping[str, Any], origin: Origin, depth: int) -> Iterator[Fragment]:
        result = block.get("toolResult") or (block if block.get("type") == "tool_result" else None)
        if isinstance(result, Mapping):
            yield from self._strings(result.get("content"), Origin.TOOL_RESULT, depth)
            return
        kept = block if block.get("type") in ("document", "search_result") else None
        document = block.get("document") or block.get("searchResult") or kept
        if isinstance(document, Mapping):
            yield from self._document(document, depth)
            return
        guarded, cited = _part(block, "guardContent"), _part(block, "citationsContent")
        if guarded:
            yield from self._guarded(guarded, origin, depth)
        elif cited:
            yield from self._fragments(cited.get("content"), origin, depth)
        elif _is_media(block):
            self.not_inspected.append("media")
        elif not _is_of_a_model(block):
            yield from self._strings(block.get("text"), origin, depth)
            yield from self._beside(block, _OF_A_BLOCK, origin, depth)

    def _guarded(self, guarded: Mapping[str, Any], origin: Origin, depth: int) -> Iterator[Fragment]:
        """Yield what a request gives the guardrail; what answers are to be grounded in was retrieved."""
        if "image" in guarded:
            self.not_inspected.append("media")
        text = _part(guarded, "text")
        grounds = origin is Origin.USER and "grounding_source" in _listed(text.get("qualifiers"))
        yield from self._strings(text.get("text"), Origin.DOCUMENT if grounds else origin, depth)

    def _document(self, document: Mapping[str, Any], depth: int) -> Iterator[Fragment]:
        """Yield the texts of a document, with what it is called, or of a search result."""
        source: Any = document.get("source", document)
        if isinstance(source, Mapping):
            binary = "data" in source and source.get("type") not in (None, "text")
            if binary or any(name in source for name in ("s3Uri", "s3Location", "bytes")):
                self.not_inspected.append("media")
            readable = {name: source[name] for name in ("text", "content", "data") if name in source}
            if source.get("type") not in (None, "text", "content"):
                readable.pop("data", None)
            source = readable
        else:
            source = [source, document.get("content")]
        for text in (source, document.get("context"), document.get("title"), document.get("name")):
            yield from self._strings(text, Origin.DOCUMENT, depth)

    def _answer_part(self, part: Mapping[str, Any], origin: Origin) -> list[Fragment]:
        """Return the texts of an answer or of one chunk of it, and note its tools and stop reason."""
        for name in ("stopReason", "stop_reason", "finish_reason", "completionReason"):
            self.stop_reason = _stop_reason(part.get(name)) or self.stop_reason
        if part.get("type") == "reasoning":
            origin = Origin.REASONING
        found: list[Fragment] = []
        for name in _ANSWERS:
            member, whose = part.get(name), Origin.REASONING if name in _REASONING else origin
            if name == "content" and isinstance(member, list):
                found += [each for block in member for each in self._answer_block(block, whose)]
            else:
                found += self._answer_member(member, whose)
        self._note_tools(part)
        return found

    def _answer_block(self, block: Any, origin: Origin) -> list[Fragment]:
        """Return the texts of one block of an answer; one of a kind never seen is read as far as it goes."""
        if isinstance(block, Mapping) and _is_media(block):
            self.not_inspected.append("media")
            return []
        found = self._answer_member(block, origin)
        if found or not isinstance(block, Mapping) or _is_of_a_model(block):
            return found
        return self._beside(block, _OF_A_BLOCK, origin, 0)

    def _answer_member(self, member: Any, origin: Origin) -> list[Fragment]:
        if isinstance(member, str):
            return [Fragment(origin, member)]
        if isinstance(member, list):
            return [found for each in member for found in self._answer_member(each, origin)]
        return self._answer_part(member, origin) if isinstance(member, Mapping) else []

    def _note_tools(self, part: Mapping[str, Any]) -> None:
        use = part.get("toolUse") or (part if part.get("type") in _TOOL_USES else None)
        if isinstance(use, Mapping):
            self.tool_calls.append(ToolCall(str(use.get("name", "")), use.get("input")))
        call = part if part.get("type") == "function_call" else part.get("function_call")
        if isinstance(call, Mapping):  # OpenAI's Responses, and its first form of tools
            self.tool_calls.append(ToolCall(str(call.get("name", "")), call.get("arguments")))
        for call in _listed(part.get("tool_calls")):
            function = call.get("function") if isinstance(call, Mapping) else None
            if isinstance(function, Mapping):
                self.tool_calls.append(ToolCall(str(function.get("name", "")), function.get("arguments")))
            elif isinstance(call, Mapping) and "parameters" in call:  # Cohere's
                self.tool_calls.append(ToolCall(str(call.get("name", "")), call["parameters"]))

    def _strings(self, value: Any, origin: Origin, depth: int, label: str = "") -> Iterator[Fragment]:
        """Yield all that is written below ``value``: for content whose shape is the tool's or document's own."""
        if depth > _DEPTH:
            self.not_inspected.append("nested too deep")
        elif isinstance(value, str):
            if _PICTURE.match(value):
                self.not_inspected.append("media")
            else:
                yield Fragment(origin, value, label)
        elif isinstance(value, Mapping):
            yield from self._members(value, origin, depth)
        elif isinstance(value, list):
            for member in value:
                yield from self._strings(member, origin, depth + 1, label)
        elif isinstance(value, int) and _LEAST_NUMBER <= value < _TOO_LARGE_NUMBER:
            yield Fragment(origin, str(value), label)

    def _members(self, value: Mapping[str, Any], origin: Origin, depth: int) -> Iterator[Fragment]:
        """Yield what is written in an object: its names too, where one is more than a name."""
        encoded = value.get("type") == "base64" and "data" in value
        if "bytes" in value or encoded:
            self.not_inspected.append("media")
        for name, member in value.items():
            if _NO_NAME.search(name):
                yield Fragment(origin, name)
            if not _says_nothing(name, member) and not (encoded and name == "data"):
                yield from self._strings(member, origin, depth + 1, name)


def _says_nothing(name: str, value: Any) -> bool:
    """Tell whether what stands under a name is a mere setting or binary; a sentence never is."""
    return name == "bytes" or (name in _NOT_TEXT and isinstance(value, str) and bool(_ONE_WORD.fullmatch(value)))


def _is_media(block: Mapping[str, Any]) -> bool:
    return any(name in block for name in ("image", "video", "audio")) or block.get("type") in _MEDIA


def _is_of_a_model(block: Mapping[str, Any]) -> bool:
    """Tell whether a block is what a model thought or called; a tool's call has its own place."""
    return bool(_OF_A_MODEL & block.keys()) or block.get("type") in (*_TOOL_USES, "thinking", "redacted_thinking")


_WITHOUT_TEMPLATE = re.compile(r"(?:^|\.)(?:ai21|amazon|anthropic|cohere)\.")
"""Models of these providers take turns as JSON; in a prompt of theirs, a marker of a chat template is a forgery."""
_WHOSE = {
    "system": Origin.SYSTEM,
    "user": Origin.USER,
    "assistant": Origin.ASSISTANT,
    "tool": Origin.TOOL_RESULT,
}
_UNKNOWN_REQUEST = "unknown request shape"
_SYSTEMS = ("system", "preamble", "instructions")
_MESSAGES = ("messages", "chat_history", "input")
_PROMPTS = ("prompt", "inputText", "message", "texts", "query", "input_text", "text", "input")
_CONVERSATION = frozenset({*_SYSTEMS, *_MESSAGES, *_PROMPTS, "documents", "tool_results", "promptVariables"})
_SETTINGS = frozenset(
    {
        "additionalModelRequestFields",
        "additionalModelResponseFieldPaths",
        "anthropic_beta",
        "anthropic_version",
        "embeddingConfig",
        "embeddingTypes",
        "embedding_types",
        "guardrailConfig",
        "inferenceConfig",
        "input_type",
        "metadata",
        "model",
        "modelId",
        "outputConfig",
        "performanceConfig",
        "prompt_truncation",
        "reasoning_effort",
        "requestMetadata",
        "response_format",
        "return_likelihoods",
        "schemaVersion",
        "serviceTier",
        "service_tier",
        "stop",
        "stop_sequences",
        "stream_options",
        "textGenerationConfig",
        "thinking",
        "toolConfig",
        "tool_choice",
        "tools",
        "truncate",
    }
)
"""Names of a request that hold no part of the conversation."""
_VECTORS = frozenset({"embedding", "embeddings", "embeddingsByType"})
_PICTURES = frozenset({"images", "artifacts", "videos"})
_NOT_ANSWERED = frozenset({"amazon-bedrock-guardrailAction", "amazon-bedrock-trace", "id", "model", "object"})
_REASONING = frozenset({"reasoningContent", "reasoningText", "reasoning_content", "reasoning", "thinking"})
_ANSWERS = (
    "output",
    "message",
    "content",
    "text",
    "delta",
    "completion",
    "generation",
    "outputText",
    "results",
    "outputs",
    "choices",
    "generations",
    "contentBlockDelta",
    "messageStop",
    "citationsContent",
    *sorted(_REASONING),
)
_STRANGERS = frozenset({Origin.USER, Origin.TOOL_RESULT, Origin.DOCUMENT})
_STREAMED = (Origin.REASONING, Origin.ANSWER)
_TOOL_USES = ("tool_use", "server_tool_use", "mcp_tool_use")
_MEDIA = (
    "audio",
    "container_upload",
    "file",
    "image",
    "image_url",
    "input_audio",
    "input_file",
    "input_image",
    "video",
)
_OF_A_MODEL = frozenset({"toolUse", "reasoningContent"})
_OF_A_BLOCK = frozenset({"cachePoint", "cache_control", "citations", "refusal", "text", "type"})
_OF_A_TURN = frozenset(
    {
        "annotations",
        "arguments",
        "audio",
        "cache_control",
        "call_id",
        "citations",
        "content",
        "encrypted_content",
        "function_call",
        "id",
        "message",
        "name",
        "output",
        "reasoning",
        "reasoning_content",
        "refusal",
        "role",
        "status",
        "summary",
        "tool_call_id",
        "tool_calls",
        "tool_plan",
        "tool_results",
        "type",
    }
)
_NOT_TEXT = frozenset({"bytes", "type", "format", "status", "toolUseId", "tool_use_id", "qualifiers", "media_type"})
_ONE_WORD = re.compile(r"[\w./+:-]{0,64}")
_NO_NAME = re.compile(r"[^\w-]")
"""What no name of a field has; a name that has it may be a person's address, or speak to the model."""

_PICTURE = re.compile(
    r"(?:data:[\w.+/-]{1,80};base64,)?"
    r"(?=iVBORw0KGgo|/9j/|R0lGOD|UklGR|JVBERi0|UEsDB|SUkq|TU0AK|T2dnUw|SUQz|AAAA.{4}Z0eX)"
    r"(?:[A-Za-z0-9+/]{60,}\r?\n)*[A-Za-z0-9+/]{24,}={0,2}\s*\Z"
)
"""Pictures, sound and documents as Base64, by how their formats begin."""

_LEAST_NUMBER, _TOO_LARGE_NUMBER = 10**6, 10**20
"""Numbers between these are read: shorter ones identify nobody, longer ones are no card's or account's."""


def _joined(pieces: Sequence[Fragment]) -> list[Fragment]:
    """Return what a stream gave in pieces, by who speaks; the answer comes last."""
    texts = {origin: "".join(p.text for p in pieces if p.origin is origin) for origin in _STREAMED}
    return [Fragment(origin, text) for origin, text in texts.items() if text]


def _streamed_tools(chunks: list[Any]) -> list[ToolCall]:
    """Return the tool calls whose names and arguments a stream gave piece by piece."""
    names: dict[str, str] = {}
    arguments: dict[str, list[str]] = {}
    for chunk in chunks:
        for index, name, piece in _tool_pieces(chunk) if isinstance(chunk, Mapping) else ():
            names[str(index)] = name if isinstance(name, str) else names.get(str(index), "")
            arguments.setdefault(str(index), []).append(piece if isinstance(piece, str) else "")
    return [ToolCall(names[index], "".join(pieces)) for index, pieces in arguments.items()]


def _tool_pieces(chunk: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield (which call, its name, a piece of its arguments): Anthropic's events, Converse's and Nova's, OpenAI's."""
    block, delta = _part(chunk, "content_block"), _part(chunk, "delta")
    if block.get("type") == "tool_use" or "partial_json" in delta:
        yield chunk.get("index"), block.get("name"), delta.get("partial_json")
    for event, part in (("contentBlockStart", "start"), ("contentBlockDelta", "delta")):
        use = _part(_part(chunk, event), part).get("toolUse")
        if isinstance(use, Mapping):
            yield _part(chunk, event).get("contentBlockIndex"), use.get("name"), use.get("input")
    for choice in _listed(chunk.get("choices")):
        calls = _part(choice, "delta").get("tool_calls") if isinstance(choice, Mapping) else None
        for call in _listed(calls):
            if isinstance(call, Mapping):
                function = _part(call, "function")
                yield call.get("index"), function.get("name"), function.get("arguments")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
