"""A second opinion on texts that the offline score leaves open, asked of a Bedrock guardrail. Off unless configured.

Owns whom to ask, how often and what the answer means. It changes no score: what the guardrail says stands beside it.
The text goes to Bedrock in our own account and region, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from firedoor.errors import SettingsError
from firedoor.faults import AwsError
from firedoor.inspection.guardrails import Filter, read_filters

GREY = (0.25, 0.75)
"""Scores from the first up to, but not with, the second: the offline verdict may be wrong on either side."""

BUDGET = 20
"""Questions in one delivery of a log; at up to some 300 ms each they fit the function's time."""

PER_MINUTE = 60
"""Questions of all deliveries together."""

TEXT_LIMIT = 4_000
"""Characters of a text that are sent, from a little before the place that looks worst: at most four text units each."""

LEAD = 500
"""How many of them stand before that place."""

_GUARDRAIL = re.compile(r"(?P<id>[a-z0-9]{1,64}):(?P<version>[1-9]\d{0,7}|DRAFT)")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the guardrail said of the worst text, or that it was not asked (the default) or could not be."""

    asked: bool = False
    failed: bool = False
    intervened: bool = False
    filters: tuple[Filter, ...] = ()

    @property
    def attack(self) -> bool:
        """Whether its prompt-attack filter found something, blocked or only detected."""
        return any(found.kind == "PROMPT_ATTACK" for found in self.filters)

    def to_json(self) -> dict[str, Any]:
        """Return the form in which playbooks see it."""
        return {
            "asked": self.asked,
            "failed": self.failed,
            "intervened": self.intervened,
            "attack": self.attack,
            "filters": [found.to_json() for found in self.filters],
        }


def parse_guardrail(text: str) -> tuple[str, str] | None:
    """Read ``id:version``; an empty text is None, which means that nobody is asked.

    Raises:
        SettingsError: It is something else.
    """
    if not text:
        return None
    found = _GUARDRAIL.fullmatch(text)
    if found is None:
        raise SettingsError("FIREDOOR_SECOND_STAGE must be a guardrail and its version, such as gr7k2p9x4q1z:3.")
    return found["id"], found["version"]


class SecondStage:
    """The questions of one delivery. After a failure no more are asked: a throttled guardrail must not hold up a log.

    A text that Bedrock refuses as such ends nothing, or whoever sends one could switch the second stage off.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
    """

    def __init__(
        self,
        make_client: Callable[[], Any],
        guardrail: tuple[str, str],
        take: Callable[[], bool],
        budget: int = BUDGET,
    ) -> None:
        """``make_client`` returns a ``bedrock-runtime`` client; it is called before the first question only.

        ``take`` takes one question from what all deliveries may ask in this minute; False if none is left.
        """
        self._make_client = make_client
        self._client: Any = None
        self._guardrail = guardrail
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
        if self._left <= 0 or not text.strip() or not (GREY[0] <= score < GREY[1] or acts_on_untrusted):
            return Opinion()
        if not self._take():
            return Opinion()
        self._left -= 1
        self.asked += 1
        start = max(0, place - LEAD)
        try:
            answer = self._apply(text[start : start + TEXT_LIMIT])
        except AwsError as error:
            self.failed += 1
            self._left = self._left if _is_about_the_text(error) else 0
            return Opinion(asked=True, failed=True)
        return Opinion(
            asked=True,
            intervened=answer["action"] == "GUARDRAIL_INTERVENED",
            filters=read_filters(answer["assessments"]),
        )

    def _apply(self, text: str) -> dict[str, Any]:
        if self._client is None:
            self._client = self._make_client()
        answer: dict[str, Any] = self._client.apply_guardrail(
            guardrailIdentifier=self._guardrail[0],
            guardrailVersion=self._guardrail[1],
            source="INPUT",
            content=[{"text": {"text": text.encode("utf-8", "replace").decode(), "qualifiers": ["guard_content"]}}],
        )
        return answer


def _is_about_the_text(error: ClientError | BotoCoreError) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "ValidationException"
