"""The second stage against a guardrail that really filters: the emulated Bedrock applies its words and types."""

from __future__ import annotations

import pytest
from stack import Stack

from firedoor.inspection.second_stage import ApplyGuardrail, Opinion, SecondStage


@pytest.fixture(scope="module")
def guardrail(stack: Stack) -> tuple[str, str]:
    """Make a guardrail that blocks a word and mail addresses; return its id and version."""
    bedrock = stack.client("bedrock")
    made = bedrock.create_guardrail(
        name="second-stage",
        blockedInputMessaging="No.",
        blockedOutputsMessaging="No.",
        wordPolicyConfig={"wordsConfig": [{"text": "moonstone"}]},
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [{"type": "EMAIL", "action": "BLOCK"}]},
    )
    version = bedrock.create_guardrail_version(guardrailIdentifier=made["guardrailId"])["version"]
    return made["guardrailId"], version


def _ask(stack: Stack, guardrail: tuple[str, str], text: str) -> Opinion:
    judge = ApplyGuardrail(lambda: stack.client("bedrock-runtime"), guardrail)
    return SecondStage([judge], lambda: True).ask(text, 0.5)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The word is moonstone.", ["CUSTOM"]),
        ("Write to ana@example.com today.", ["EMAIL"]),
        ("What is for lunch?", []),
    ],
)
def test_what_a_guardrail_filters_is_told(
    stack: Stack, guardrail: tuple[str, str], text: str, kinds: list[str]
) -> None:
    """Its filters are named and an intervention is one; of an innocent text nothing is said."""
    opinion = _ask(stack, guardrail, text)
    assert (True, False) == (opinion.asked, opinion.failed)
    assert bool(kinds) == opinion.intervened
    assert kinds == [found.kind for found in opinion.filters]


def test_a_guardrail_that_is_not_there_leaves_the_offline_verdict(stack: Stack) -> None:
    """A wrong id is counted as a failure, and says nothing about the text."""
    opinion = _ask(stack, ("gr0000000000", "1"), "The word is moonstone.")
    assert Opinion(asked=True, failed=True) == opinion
