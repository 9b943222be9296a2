"""All that inspection found in one invocation, as one versioned value that playbooks match on.

Owns which text is looked at for what: the system prompt never for injection, user text and retrieved text apart. What
each finder looks for is its own module's. The value holds kinds, counts and keyed fingerprints, never a text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from firedoor.inspection import injection, outcome, pii, secrets
from firedoor.inspection.exfiltration import Exfiltration, as_text, find_exfiltration, goes_somewhere_new
from firedoor.inspection.guardrails import GuardrailStatus
from firedoor.inspection.invocations import Fragment, Invocation, Origin
from firedoor.inspection.leaks import Leak, find_leak
from firedoor.inspection.recipients import follows_a_stranger
from firedoor.inspection.redaction import announced
from firedoor.inspection.second_stage import Opinion, SecondStage
from firedoor.inspection.spans import Interval

S = TypeVar("S", bound=Interval)

VERSION = "1"
_UNTRUSTED = (Origin.TOOL_RESULT, Origin.DOCUMENT)
_PROMPT = (Origin.SYSTEM, Origin.USER)
_REFUSALS = frozenset({"content_filter", "content_filtered", "error_toxic", "refusal"})
"""Stop reasons that say that nothing was answered."""

_ORIGINS: dict[Origin, Literal["user", "tool_result", "document"]] = {
    Origin.USER: "user",
    Origin.TOOL_RESULT: "tool_result",
    Origin.DOCUMENT: "document",
}
"""Whose text is looked at for injection, by the names that ``injection`` gives them."""


@dataclass(frozen=True, slots=True)
class InjectionSignal:
    """The highest score among the texts of one origin group."""

    score: float = 0.0
    flag: bool = False
    techniques: tuple[str, ...] = ()
    origin: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form in which playbooks see it."""
        return {
            "score": round(self.score, 3),
            "flag": self.flag,
            "techniques": list(self.techniques),
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True)
class Signals:
    """What one invocation shows. ``to_json`` is documented in ``docs/signals.md``."""

    injection: InjectionSignal
    outcome: str
    tool_call_after_untrusted: bool
    leak: Leak
    exfiltration: Exfiltration
    pii: dict[str, dict[str, int]]
    """Place (prompt, tool_result, answer) → type → count."""
    secrets: tuple[dict[str, str], ...]
    second_stage: Opinion = field(default_factory=Opinion)

    def to_json(self) -> dict[str, Any]:
        """Return the form in which playbooks see them."""
        types = Counter[str]()
        for counts in self.pii.values():
            types.update(counts)
        return {
            "version": VERSION,
            "injection": self.injection.to_json(),
            "outcome": self.outcome,
            "tool_call_after_untrusted": self.tool_call_after_untrusted,
            "leak": self.leak.to_json(),
            "exfiltration": self.exfiltration.to_json(),
            "pii": {
                "found": bool(types),
                "types": sorted(types),
                "count": types.total(),
                "places": {place: dict(counts) for place, counts in self.pii.items() if counts},
            },
            "secrets": {
                "found": bool(self.secrets),
                "types": sorted({secret["type"] for secret in self.secrets}),
                "items": list(self.secrets),
            },
            "second_stage": self.second_stage.to_json(),
        }


def inspect(
    invocation: Invocation,
    *,
    allowed_hosts: Collection[str] = (),
    canaries: Collection[str] = (),
    key: bytes,
    second_stage: SecondStage | None = None,
) -> Signals:
    """Compute the signals of one invocation.

    ``allowed_hosts`` are domains that answers may point to, ``canaries`` strings that must never be answered, ``key``
    makes the fingerprints of secrets comparable within this installation only, ``second_stage`` is asked about what
    the score leaves open.
    """
    answers = _texts(invocation, (Origin.ANSWER,))
    thoughts = [each.text for each in invocation.fragments if each.origin is Origin.REASONING and each.shown]
    trusted = _texts(invocation, _PROMPT)
    untrusted = _texts(invocation, _UNTRUSTED)
    worst = _worst(invocation)
    acts = bool(untrusted) and (
        goes_somewhere_new(invocation.tool_calls, trusted, allowed_hosts)
        or follows_a_stranger(invocation.tool_calls, trusted, untrusted)
    )
    return Signals(
        injection=worst.signal,
        outcome=_outcome(invocation, answers),
        tool_call_after_untrusted=acts,
        leak=find_leak(
            _texts(invocation, (Origin.SYSTEM,)),
            [*answers, *map(as_text, (call.arguments for call in invocation.tool_calls))],
            canaries,
            known=_texts(invocation, (Origin.USER,)),
            thoughts=thoughts,
        ),
        exfiltration=find_exfiltration(
            [*answers, *thoughts],
            invocation.tool_calls,
            trusted,
            allowed_hosts,
            asked=_texts(invocation, (Origin.USER,)),
            held=_texts(invocation, (Origin.SYSTEM, Origin.ASSISTANT, *_UNTRUSTED)),
        ),
        pii={
            "prompt": _count_pii(_labelled(invocation, _PROMPT)),
            "tool_result": _count_pii(_labelled(invocation, _UNTRUSTED)),
            "answer": _count_pii(_labelled(invocation, (Origin.ANSWER, Origin.REASONING))),
        },
        secrets=tuple(_secrets(invocation, key)),
        second_stage=_second_opinion(second_stage, worst, acts=acts),
    )


def _texts(invocation: Invocation, origins: Iterable[Origin]) -> list[str]:
    wanted = frozenset(origins)
    return [fragment.text for fragment in invocation.fragments if fragment.origin in wanted]


@dataclass(frozen=True, slots=True)
class _Worst:
    """The text with the highest score, and where in it the first technique shows. Never leaves the process."""

    signal: InjectionSignal = InjectionSignal()
    text: str = field(default="", repr=False)
    place: int = 0


def _worst(invocation: Invocation) -> _Worst:
    """Score every text that somebody other than the application wrote, and return the worst."""
    worst = _Worst()
    for fragment in invocation.fragments:
        if fragment.origin not in _ORIGINS:
            continue
        found = injection.score(fragment.text, _ORIGINS[fragment.origin])
        if (found.flag, found.score) > (worst.signal.flag, worst.signal.score):
            names = dict.fromkeys(technique.name for technique in found.techniques)
            signal = InjectionSignal(found.score, found.flag, tuple(names), fragment.origin.value)
            worst = _Worst(signal, fragment.text, found.techniques[0].start if found.techniques else 0)
    return worst


def _second_opinion(second_stage: SecondStage | None, worst: _Worst, *, acts: bool) -> Opinion:
    if second_stage is None:
        return Opinion()
    acts_on_it = acts and worst.signal.origin in [origin.value for origin in _UNTRUSTED]
    return second_stage.ask(worst.text, worst.signal.score, place=worst.place, acts_on_untrusted=acts_on_it)


def _outcome(invocation: Invocation, answers: Sequence[str]) -> str:
    """Say what became of the request. Where a guardrail or filter blocked it, what was answered is no model's word."""
    actions = {found.action for found in invocation.guardrail.filters}
    if "BLOCKED" in actions or (invocation.stop_reason or "").lower() in _REFUSALS:
        return "refused"
    found = outcome.classify("\n".join(answers)) if answers else "unclear"
    masked = invocation.guardrail.status is not GuardrailStatus.INTERVENED or "ANONYMIZED" in actions
    return found if masked or found == "refused" else "unclear"


def _labelled(invocation: Invocation, origins: Iterable[Origin]) -> Iterator[Fragment]:
    """Yield texts with the names that they stand under; what a tool is given counts as the answer's."""
    wanted = frozenset(origins)
    yield from (fragment for fragment in invocation.fragments if fragment.origin in wanted)
    if Origin.ANSWER in wanted:
        yield from (Fragment(Origin.ANSWER, as_text(call.arguments)) for call in invocation.tool_calls)


def _count_pii(texts: Iterable[Fragment]) -> dict[str, int]:
    return dict(Counter(span.type for text in texts for span, _ in _found(pii.find, text)))


def _secrets(invocation: Invocation, key: bytes) -> Iterable[dict[str, str]]:
    """Yield every secret once: its type, where it stood, how bad it is, and its fingerprint."""
    seen = set()
    for text in _labelled(invocation, Origin):
        for span, value in _found(secrets.find, text):
            item = {
                "type": span.type,
                "place": text.origin.value,
                "severity": span.severity,
                "fingerprint": secrets.fingerprint(value, key),
            }
            if item["fingerprint"] not in seen:
                seen.add(item["fingerprint"])
                yield item


def _found(find: Callable[[str], Iterable[S]], text: Fragment) -> Iterator[tuple[S, str]]:
    """Yield what is found in a text that its name announces, as in ``{"ssn": …}``, and the words found."""
    label = announced(text.label)
    for span in find(label + text.text):
        if span.end > len(label):
            yield span, text.text[max(span.start - len(label), 0) : span.end - len(label)]


def fingerprint_key(external_id: str) -> bytes:
    """Derive the key of fingerprints from the installation's external id, which is secret and does not change."""
    return hashlib.sha256(b"firedoor fingerprint\0" + external_id.encode()).digest()
