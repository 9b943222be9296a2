"""What a Bedrock guardrail did in one invocation, read from the log record's bodies. Owns the shapes of its traces.

Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailAssessment.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_ACTION = "amazon-bedrock-guardrailAction"
_TRACE = "amazon-bedrock-trace"
_CHUNKS = ("delta", "messageStop", "metadata")
"""What in a chunk of a stream tells how it ended: Anthropic's and OpenAI's chunks, and Converse's and Nova's events."""

_POLICIES = {
    "topicPolicy": ("topics",),
    "contentPolicy": ("filters",),
    "wordPolicy": ("customWords", "managedWordLists"),
    "sensitiveInformationPolicy": ("piiEntities", "regexes"),
    "contextualGroundingPolicy": ("filters",),
    "automatedReasoningPolicy": ("findings",),
}
_ID = re.compile(r"[a-z0-9]{1,64}")
_WORD = re.compile(r"[A-Z][A-Z_]{0,63}")
"""What AWS calls types, actions, confidences and origins. A body can hold anything in their place, a prompt as well."""


class GuardrailStatus(StrEnum):
    """What the record shows of a guardrail."""

    ABSENT = "absent"
    """No sign of one. The trace may have been off: InvokeModel without trace shows only the action."""
    APPLIED = "applied"
    INTERVENED = "intervened"
    DETECT_ONLY = "detect_only"
    """It found something and was set to let it pass."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing a policy found. ``kind`` is a content filter's or PII entity's type, never the matched text."""

    policy: str
    kind: str
    action: str
    confidence: str

    def to_json(self) -> dict[str, str]:
        """Return the form in which playbooks see it."""
        return {"policy": self.policy, "kind": self.kind, "action": self.action, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class Guardrail:
    """All that one record tells about guardrails."""

    status: GuardrailStatus
    ids: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    """Who demanded it: REQUEST, ACCOUNT_ENFORCED, ORGANIZATION_ENFORCED; empty when the trace does not say."""
    filters: tuple[Filter, ...] = ()
    coverage: float | None = None
    """Guarded share of the text's characters, 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        """Return the form in which playbooks see it."""
        return {
            "status": self.status.value,
            "ids": list(self.ids),
            "origins": list(self.origins),
            "policies": sorted({found.policy for found in self.filters}),
            "filters": [found.to_json() for found in self.filters],
            "coverage": self.coverage,
        }


def read_guardrail(input_body: Any, output_body: Any) -> Guardrail:
    """Read what a record's two bodies say about guardrails; either may be missing or of a shape never seen."""
    intervened, seen = False, False
    assessments: list[tuple[str, Mapping[str, Any]]] = []
    for part in _parts(output_body):
        action = part.get(_ACTION)
        intervened = intervened or action == "INTERVENED" or part.get("stopReason") == "guardrail_intervened"
        trace = part.get(_TRACE) or part.get("trace")
        guardrail = trace.get("guardrail") if isinstance(trace, Mapping) else None
        seen = seen or isinstance(action, str) or isinstance(guardrail, Mapping)
        assessments += _assessments(guardrail)
    ids = dict.fromkeys([guardrail_id for guardrail_id, _ in assessments] + _asked_for(input_body))
    filters = tuple(found for _, assessment in assessments for found in _filters(assessment))
    return Guardrail(
        status=_status(filters, intervened=intervened, seen=seen or bool(ids)),
        ids=tuple(ids),
        origins=tuple(dict.fromkeys(origin for _, assessment in assessments for origin in _origins(assessment))),
        filters=filters,
        coverage=min((share for _, assessment in assessments for share in _coverage(assessment)), default=None),
    )


def _parts(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield where a guardrail's result may stand: the answer, or each chunk of it and what a chunk holds at its top."""
    for chunk in _listed(body):
        if isinstance(chunk, Mapping):
            yield chunk
            yield from (part for name in _CHUNKS if isinstance(part := chunk.get(name), Mapping))


def read_filters(assessments: Any) -> tuple[Filter, ...]:
    """Return what a list of assessments found, as ``ApplyGuardrail`` answers it."""
    return tuple(
        found
        for assessment in _listed(assessments)
        if isinstance(assessment, Mapping)
        for found in _filters(assessment)
    )


def _status(filters: tuple[Filter, ...], *, intervened: bool, seen: bool) -> GuardrailStatus:
    if intervened or any(found.action in ("BLOCKED", "ANONYMIZED") for found in filters):
        return GuardrailStatus.INTERVENED
    if filters:
        return GuardrailStatus.DETECT_ONLY
    return GuardrailStatus.APPLIED if seen else GuardrailStatus.ABSENT


def _asked_for(body: Any) -> list[str]:
    """Return the guardrail that a Converse request named. InvokeModel names it in a header, which is not logged."""
    config = body.get("guardrailConfig") if isinstance(body, Mapping) else None
    name = config.get("guardrailIdentifier") if isinstance(config, Mapping) else None
    return [_id(name)] if isinstance(name, str) and name else []


def _id(name: str) -> str:
    """Return a guardrail's id without the ARN around it; the caller wrote it, and it may be no id at all."""
    last = name.rpartition("/")[2]
    return last if _ID.fullmatch(last) else "unknown"


def _word(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else otherwise


def _assessments(guardrail: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (guardrail id, assessment). Both ``{id: {…}}`` and ``{id: [{…}]}`` occur, and lists of either."""
    if not isinstance(guardrail, Mapping):
        return
    for name in ("inputAssessment", "outputAssessments", "input", "outputs"):
        for entry in _listed(guardrail.get(name)):
            if isinstance(entry, Mapping):
                for guardrail_id, found in entry.items():
                    for assessment in _listed(found):
                        if isinstance(assessment, Mapping):
                            yield _id(str(guardrail_id)), assessment


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _filters(assessment: Mapping[str, Any]) -> Iterator[Filter]:
    for policy, names in _POLICIES.items():
        part = assessment.get(policy)
        if not isinstance(part, Mapping):
            continue
        for name in names:
            for found in _listed(part.get(name)):
                if isinstance(found, Mapping) and _is_detection(found):
                    yield Filter(
                        policy,
                        kind=_word(found.get("type"), "CUSTOM"),
                        action=_word(found.get("action"), ""),
                        confidence=_word(found.get("confidence"), ""),
                    )


def _is_detection(found: Mapping[str, Any]) -> bool:
    """A full trace lists filters that found nothing too: ``detected`` false, or action NONE with confidence NONE."""
    if "detected" in found:
        return found["detected"] is True
    return not (found.get("action") == "NONE" and found.get("confidence") in (None, "NONE") and "match" not in found)


def _origins(assessment: Mapping[str, Any]) -> list[str]:
    details = assessment.get("appliedGuardrailDetails")
    origins = details.get("guardrailOrigin") if isinstance(details, Mapping) else None
    return [word for origin in _listed(origins) if (word := _word(origin, ""))]


def _coverage(assessment: Mapping[str, Any]) -> list[float]:
    metrics = assessment.get("invocationMetrics")
    coverage = metrics.get("guardrailCoverage") if isinstance(metrics, Mapping) else None
    characters = coverage.get("textCharacters") if isinstance(coverage, Mapping) else None
    if not isinstance(characters, Mapping):
        return []
    guarded, total = characters.get("guarded"), characters.get("total")
    if isinstance(guarded, int) and isinstance(total, int) and total > 0:
        return [min(1.0, guarded / total)]
    return []
