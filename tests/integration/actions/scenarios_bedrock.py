"""Worlds for what is restored of Bedrock: guardrails and their versions."""

from __future__ import annotations

from typing import Any

from emulator import VIEWS, client
from scenarios import Setup, World

from firedoor.actions.bedrock import save_baseline

STRONG: dict[str, Any] = {
    "name": "payments-guard",
    "description": "What the payments assistant may be asked.",
    "topicPolicyConfig": {
        "topicsConfig": [{"name": "Investing", "definition": "Advice on investments.", "type": "DENY"}],
        "tierConfig": {"tierName": "CLASSIC"},
    },
    "contentPolicyConfig": {
        "filtersConfig": [{"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"}]
    },
    "wordPolicyConfig": {"managedWordListsConfig": [{"type": "PROFANITY"}]},
    "sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
    "contextualGroundingPolicyConfig": {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.75}]},
    "automatedReasoningPolicyConfig": {
        "policies": ["arn:aws:bedrock:eu-west-1:123456789012:automated-reasoning-policy/abcdefghijkl:1"],
        "confidenceThreshold": 1.0,
    },
    "crossRegionConfig": {
        "guardrailProfileIdentifier": "arn:aws:bedrock:eu-west-1:123456789012:guardrail-profile/eu.guardrail.v1:0"
    },
    "blockedInputMessaging": "I cannot help with that.",
    "blockedOutputsMessaging": "I cannot say that.",
}
WEAK = {name: STRONG[name] for name in ("name", "wordPolicyConfig", "blockedInputMessaging", "blockedOutputsMessaging")}


def guardrails(world: World) -> str:
    """Two guardrails, of which the second was saved with the first; returns the second's id."""
    bedrock = world.client("bedrock")
    bedrock.create_guardrail(**{**WEAK, "name": "another-guard"})
    made: str = bedrock.create_guardrail(**STRONG)["guardrailId"]
    world.baselines |= save_baseline(world.account())
    return made


def weakened(world: World) -> dict[str, Any]:
    """Somebody took all filters but one away."""
    guardrail = guardrails(world)
    world.client("bedrock").update_guardrail(guardrailIdentifier=guardrail, **WEAK)
    return {"guardrail": guardrail}


def deleted(world: World) -> dict[str, Any]:
    """Somebody deleted it; the event names it by its ARN."""
    guardrail = guardrails(world)
    world.client("bedrock").delete_guardrail(guardrailIdentifier=guardrail)
    return {"guardrail": world.account().arn("bedrock", f"guardrail/{guardrail}")}


def replaced(world: World) -> dict[str, Any]:
    """Somebody deleted it and made a weak one of the same name."""
    guardrail = deleted(world)
    bedrock = world.client("bedrock")
    bedrock.create_guardrail(**{**WEAK, "name": "a-third-guard"})
    bedrock.create_guardrail(**WEAK)
    return guardrail


def version_deleted(world: World) -> dict[str, Any]:
    """Somebody deleted the first of two versions; the draft demands what that one did."""
    guardrail = guardrails(world)
    bedrock, named = world.client("bedrock"), {"guardrailIdentifier": guardrail}
    bedrock.create_guardrail_version(**named, description="What the shop runs on.")
    bedrock.update_guardrail(**named, **WEAK)
    bedrock.create_guardrail_version(**named)
    bedrock.update_guardrail(**named, **STRONG)
    world.baselines |= save_baseline(world.account())
    bedrock.delete_guardrail(**named, guardrailVersion="1")
    return {"guardrail": guardrail, "version": "1"}


def version_deleted_before_a_draft(world: World) -> dict[str, Any]:
    """The same, while a draft is being written that demands less and has a name of its own."""
    parameters = version_deleted(world)
    draft = {**WEAK, "name": "payments-guard-2", "description": "Not yet reviewed."}
    world.client("bedrock").update_guardrail(guardrailIdentifier=parameters["guardrail"], **draft)
    return parameters


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "guardrail weakened": ("bedrock.restore_guardrail", weakened),
    "guardrail deleted": ("bedrock.restore_guardrail", deleted),
    "guardrail replaced": ("bedrock.restore_guardrail", replaced),
    "version deleted": ("bedrock.remake_guardrail_version", version_deleted),
    "version deleted before a draft": ("bedrock.remake_guardrail_version", version_deleted_before_a_draft),
}


def _guardrails() -> list[dict[str, Any]]:
    """Return the draft and the versions of every guardrail."""
    bedrock = client("bedrock")
    drafts = [
        entry["id"] for page in bedrock.get_paginator("list_guardrails").paginate() for entry in page["guardrails"]
    ]
    answers = []
    for name in drafts:
        pages = bedrock.get_paginator("list_guardrails").paginate(guardrailIdentifier=name)
        for number in [entry["version"] for page in pages for entry in page["guardrails"]]:
            version = {} if number == "DRAFT" else {"guardrailVersion": number}
            answers.append(bedrock.get_guardrail(guardrailIdentifier=name, **version))
    return [{name: value for name, value in answer.items() if name != "ResponseMetadata"} for answer in answers]


VIEWS["guardrails"] = _guardrails
