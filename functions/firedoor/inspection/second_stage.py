"""A second opinion on texts that the offline score leaves open, asked of managed services. Off unless configured.

Owns whom to ask, how often and what the answers mean. It changes no score: what the services say stands beside it.
The text goes to Bedrock or Comprehend in our own account and region, and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from botocore.exceptions import ClientError

from firedoor.errors import FiredoorError, SettingsError
from firedoor.faults import AwsError
from firedoor.inspection.guardrails import Filter, read_filters

GREY = (0.25, 0.75)
"""Scores from the first up to, but not with, the second: the offline verdict may be wrong on either side."""

BUDGET = 20
"""Questions in one delivery of a log; at up to some 300 ms each they fit the function's time."""

PER_MINUTE = 60
"""Questions of all deliveries together."""

TEXT_LIMIT = 4_000
"""Characters of a text that are sent, from a little before the place that looks worst: at most four text units of a
guardrail, and far below the 100 KB that Comprehend takes."""

LEAD = 500
"""How many of them stand before that place."""

CHECKS = "checks"
"""In place of a guardrail: the checks that Bedrock runs without one."""

PERSONAL = ("NAME", "ADDRESS")
"""Personal data that is asked about: what has no checksum and no form, so that no pattern of ours finds it."""

SURE = 0.6
"""Score from which on a check has found something. Bedrock's are 0, 0.2, 0.4, 0.6, 0.8 or 1."""

SURE_OF_PERSON = 0.8
"""Comprehend's confidence from which on a name or an address is counted."""

_ATTACKS = ("JAILBREAK", "PROMPT_INJECTION", "PROMPT_LEAKAGE")
_ABOUT_THE_TEXT = frozenset(
    {
        "InvalidRequestException",
        "TextSizeLimitExceededException",
        "UnsupportedLanguageException",
        "ValidationException",
    }
)
_GUARDRAIL = re.compile(r"(?P<id>[a-z0-9]{1,64}):(?P<version>[1-9]\d{0,7}|DRAFT)")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the services said of the worst text, or that none was asked (the default), or that one could not be."""

    asked: bool = False
    failed: bool = False
    intervened: bool = False
    filters: tuple[Filter, ...] = ()
    pii: Mapping[str, int] = field(default_factory=dict)
    """Type (of ``PERSONAL``) → how often."""

    @property
    def attack(self) -> bool:
        """Whether a filter or check for prompt attacks found something, blocked or only detected."""
        return any(found.kind in ("PROMPT_ATTACK", *_ATTACKS) for found in self.filters)

    def to_json(self) -> dict[str, Any]:
        """Return the form in which playbooks see it."""
        return {
            "asked": self.asked,
            "failed": self.failed,
            "intervened": self.intervened,
            "attack": self.attack,
            "filters": [found.to_json() for found in self.filters],
            "pii": dict(self.pii),
        }


class NotOffered(FiredoorError):
    """The AWS SDK in use does not know the operation."""


class Judge(Protocol):
    """A managed service that can be asked about a text. It may fail with ``AwsError``."""

    def understands(self, text: str) -> bool:
        """Tell whether asking makes sense."""

    def ask(self, text: str) -> Opinion:
        """Ask; ``text`` has at most ``TEXT_LIMIT`` characters."""


@dataclass(frozen=True, slots=True)
class ApplyGuardrail:
    """A guardrail of the account.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
    """

    client: Callable[[], Any]
    """Returns a ``bedrock-runtime`` client; called before a question only."""
    guardrail: tuple[str, str]
    """Its id and version."""

    def understands(self, _text: str) -> bool:
        """Every text, as far as the guardrail's tier does."""
        return True

    def ask(self, text: str) -> Opinion:
        """Ask as if the text were a request that is to be guarded."""
        answer = self.client().apply_guardrail(
            guardrailIdentifier=self.guardrail[0],
            guardrailVersion=self.guardrail[1],
            source="INPUT",
            content=[{"text": {"text": text, "qualifiers": ["guard_content"]}}],
        )
        return Opinion(
            intervened=answer["action"] == "GUARDRAIL_INTERVENED", filters=read_filters(answer["assessments"])
        )


@dataclass(frozen=True, slots=True)
class GuardrailChecks:
    """Bedrock's checks for prompt attacks, names and addresses, which need no guardrail and block nothing.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-invoke-guardrail-checks.html
    """

    client: Callable[[], Any]
    """Returns a ``bedrock-runtime`` client; called before a question only."""

    def understands(self, _text: str) -> bool:
        """Every text."""
        return True

    def ask(self, text: str) -> Opinion:
        """Ask for scores.

        Raises:
            NotOffered: The SDK is older than the operation.
        """
        client = self.client()
        if not hasattr(client, "invoke_guardrail_checks"):
            raise NotOffered("The AWS SDK in use does not know InvokeGuardrailChecks.")
        results = client.invoke_guardrail_checks(
            messages=[{"role": "user", "content": [{"text": text}]}],
            checks={
                "promptAttack": {"categories": [{"category": name} for name in _ATTACKS]},
                "sensitiveInformation": {"entities": [{"type": name} for name in PERSONAL]},
            },
        )["results"]
        attacks = results.get("promptAttack", {}).get("results", [])
        persons = results.get("sensitiveInformation", {}).get("results", [])
        return Opinion(
            filters=tuple(
                Filter("promptAttack", found["category"], "NONE", "HIGH" if found["severityScore"] > SURE else "MEDIUM")
                for found in attacks
                if found["severityScore"] >= SURE
            ),
            pii=Counter(found["type"] for found in persons if found["confidenceScore"] >= SURE),
        )


@dataclass(frozen=True, slots=True)
class ComprehendPii:
    """Comprehend's detection of names and addresses, in English.

    Source: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectPiiEntities.html
    """

    client: Callable[[], Any]
    """Returns a ``comprehend`` client; called before a question only."""

    def understands(self, text: str) -> bool:
        """Text that can be English: four of five letters are of the English alphabet."""
        letters = [letter for letter in text if letter.isalpha()]
        return bool(letters) and sum(map(str.isascii, letters)) >= 0.8 * len(letters)

    def ask(self, text: str) -> Opinion:
        """Ask for the types, and keep them without the places."""
        found = self.client().detect_pii_entities(Text=text, LanguageCode="en")["Entities"]
        return Opinion(
            pii=Counter(each["Type"] for each in found if each["Type"] in PERSONAL and each["Score"] >= SURE_OF_PERSON)
        )


def judges_of(guardrail: str, pii: bool, client: Callable[[str], Any]) -> list[Judge]:
    """Return who is asked: nobody, where nothing is configured.

    Args:
        guardrail: ``id:version`` of a guardrail, ``checks`` for the checks that need none, or an empty text.
        pii: Whether Comprehend is asked for names and addresses too.
        client: Returns the client of a service, such as ``bedrock-runtime``; called before a question only.

    Raises:
        SettingsError: ``guardrail`` is something else.
    """
    judges: list[Judge] = []
    if guardrail == CHECKS:
        judges.append(GuardrailChecks(partial(client, "bedrock-runtime")))
    elif guardrail:
        judges.append(ApplyGuardrail(partial(client, "bedrock-runtime"), _parse(guardrail)))
    if pii:
        judges.append(ComprehendPii(partial(client, "comprehend")))
    return judges


def _parse(guardrail: str) -> tuple[str, str]:
    found = _GUARDRAIL.fullmatch(guardrail)
    if found is None:
        raise SettingsError(
            "FIREDOOR_SECOND_STAGE must be a guardrail and its version, such as gr7k2p9x4q1z:3, or the word checks."
        )
    return found["id"], found["version"]


class SecondStage:
    """Judges with a budget, for the time of one delivery.

    The offline verdict stands where nobody is asked. A judge who fails (throttled, denied, gone) is not asked again in
    this delivery. But a text that is refused as such ends nothing, or whoever sends one could switch the stage off.
    """

    def __init__(self, judges: Iterable[Judge], take: Callable[[], bool], budget: int = BUDGET) -> None:
        """``take`` takes one question from what all deliveries may ask in this minute; False if none is left."""
        self._judges = list(judges)
        self._take = take
        self._left = budget
        self.asked = 0
        self.failed = 0

    def ask(self, text: str, score: float, *, place: int = 0, acts_on_untrusted: bool = False) -> Opinion:
        """Ask about one text, if its score is grey or a tool was called after it, and if there is budget left.

        Args:
            text: The worst text of an invocation, which no trusted party wrote.
            score: Its offline score.
            place: Where in it the worst begins.
            acts_on_untrusted: It was retrieved, and a tool call to a new place followed.
        """
        if not text.strip() or not (GREY[0] <= score < GREY[1] or acts_on_untrusted):
            return Opinion()
        start = max(0, place - LEAD)
        piece = text[start : start + TEXT_LIMIT].encode("utf-8", "replace").decode()
        return _together([self._ask(judge, piece) for judge in tuple(self._judges) if judge.understands(piece)])

    def _ask(self, judge: Judge, text: str) -> Opinion:
        if self._left <= 0 or not self._take():
            return Opinion()
        self._left -= 1
        self.asked += 1
        try:
            said = judge.ask(text)
        except (*AwsError, NotOffered) as error:
            self.failed += 1
            if not _is_about_the_text(error):
                self._judges.remove(judge)
            return Opinion(asked=True, failed=True)
        return Opinion(asked=True, intervened=said.intervened, filters=said.filters, pii=said.pii)


def _together(said: Sequence[Opinion]) -> Opinion:
    """Return as one what several judges said."""
    pii = Counter[str]()
    for each in said:
        pii.update(each.pii)
    return Opinion(
        asked=any(each.asked for each in said),
        failed=any(each.failed for each in said),
        intervened=any(each.intervened for each in said),
        filters=tuple(found for each in said for found in each.filters),
        pii=pii,
    )


def _is_about_the_text(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _ABOUT_THE_TEXT
