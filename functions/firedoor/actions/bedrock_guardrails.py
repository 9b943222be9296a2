"""Actions on Bedrock's guardrails: bringing back a definition that was weakened or deleted. Also what is saved of them.

`bedrock` hands these out with its other actions. Does not own what is done about versions, which have a module of
their own.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

BASELINE_PERMISSIONS = ("bedrock:GetGuardrail", "bedrock:ListGuardrails")

_ROOM = 350_000
"""Bytes of a definition that is saved; one item of DynamoDB has 400 KB, and long word lists are larger."""

_TEXTS = ("name", "description", "blockedInputMessaging", "blockedOutputsMessaging")
_POLICIES = ("topicPolicy", "contentPolicy", "wordPolicy", "sensitiveInformationPolicy", "contextualGroundingPolicy")


def save_baseline(account: Account) -> dict[str, Any]:
    """Return the definition of every guardrail's draft in this region, by the guardrail's ARN, and of its new versions.

    A version never changes, so one that was saved once is not asked for again. What a key does not let us read is left
    out, and what is too large to keep: nothing is restored of it then, a person is told instead.
    """
    saved = {}
    for entry in _listed(account):
        names = {entry["arn"]: "DRAFT"}
        for number in versions(account, entry["id"]):
            if account.baseline(version_name(entry["arn"], number)) is None:
                names[version_name(entry["arn"], number)] = number
        for name, version in names.items():
            found = _readable(account, entry["id"], version)
            if found is not None and len(json.dumps(found)) <= _ROOM:
                saved[name] = found
    return saved


def version_name(arn: str, version: str) -> str:
    """Return the name under which a guardrail's version is saved as baseline."""
    return f"{arn}:{version}"


def _readable(account: Account, guardrail_id: str, version: str) -> dict[str, Any] | None:
    try:
        return get(account, guardrail_id, version)
    except ClientError as error:
        if code_of(error) == "AccessDeniedException":
            return None
        raise


def definition(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``CreateGuardrail`` and ``UpdateGuardrail`` take, of what ``GetGuardrail`` answered.

    The names differ by a suffix: ``topicPolicy.topics`` is written as ``topicPolicyConfig.topicsConfig``. A policy
    that demands nothing is left out, since neither call takes an empty one.
    """
    taken = {name: answer[name] for name in _TEXTS if answer.get(name)}
    for policy in _POLICIES:
        members = answer.get(policy) or {}
        if any(isinstance(value, list) and value for value in members.values()):
            taken[f"{policy}Config"] = {f"{name}Config": value for name, value in members.items() if value}
    if answer.get("automatedReasoningPolicy"):
        taken["automatedReasoningPolicyConfig"] = dict(answer["automatedReasoningPolicy"])
    if answer.get("crossRegionDetails"):
        taken["crossRegionConfig"] = {"guardrailProfileIdentifier": answer["crossRegionDetails"]["guardrailProfileArn"]}
    if answer.get("kmsKeyArn"):
        taken["kmsKeyId"] = answer["kmsKeyArn"]
    return taken


class RestoreGuardrail(Action):
    """See ``summary``. Versions are not touched.

    A guardrail that was deleted is made anew and has another id; so it is found again by its name, which is unique in
    a region. ``before`` and ``after`` are ``{"guardrail": definition}``: None where there is none.
    """

    name = "bedrock.restore_guardrail"
    summary = (
        "Writes the definition of a guardrail that was saved before the event into its draft, and makes a deleted "
        "guardrail anew under its name, with another id; undo returns to what was found."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {"guardrail": Parameter("Id or ARN of it.", "gr7hx2k9m4pq")}
    permissions = Permissions(
        plan=BASELINE_PERMISSIONS,
        apply=("bedrock:CreateGuardrail", "bedrock:UpdateGuardrail"),
        undo=("bedrock:DeleteGuardrail", "bedrock:UpdateGuardrail"),
    )
    example = "{action: bedrock.restore_guardrail, with: {guardrail: '{guardrail}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the saved definition where the present one differs."""
        arn = guardrail_arn(account, params["guardrail"])
        saved = account.baseline(arn)
        if saved is None:
            raise Refused(f"Nothing was saved of guardrail {id_of(arn)} from before the event; look at it by hand.")
        present_id, present = _find(account, id_of(arn), saved["name"])
        if present == saved:
            return Plan(reason=f"Guardrail {saved['name']} is defined as before the event; its id is {present_id}.")
        verb = "Make guardrail {} anew as it was saved" if present is None else "Restore the definition of guardrail {}"
        change = Change(
            target=account.arn("bedrock", f"guardrail/{present_id}") if present_id else arn,
            summary=verb.format(saved["name"]),
            before={"guardrail": present},
            after={"guardrail": dict(saved)},
            # What does not exist yet is authorised on no resource of its own.
            resources=(*sorted(named_in(saved) | named_in(present or {})), *(() if present_id else ("*",))),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002  found by its name
        """Return the present definition."""
        return {"guardrail": self._present(account, change)[1]}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the saved definition; a guardrail that was made by an earlier try is found by its name."""
        wanted = change.after["guardrail"]
        present_id, present = self._present(account, change)
        if change.before["guardrail"] is not None:
            self._update(account, change, wanted)
            return {}
        if present_id is None:
            made = account.client("bedrock").create_guardrail(**wanted, clientRequestToken=account.case_id)
            return {"guardrail_id": made["guardrailId"]}
        if present != wanted:
            raise Refused(f"Somebody made another guardrail {wanted['name']} meanwhile: {present_id}.")
        return {"guardrail_id": present_id}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Write the definition that was found, or delete the guardrail that we made."""
        if change.before["guardrail"] is None:
            account.client("bedrock").delete_guardrail(guardrailIdentifier=made["guardrail_id"])
        else:
            self._update(account, change, change.before["guardrail"])

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:
        """Return the command that writes the definition that was found, or deletes the guardrail that we made."""
        before = change.before["guardrail"]
        if before is not None:
            return (update_command(id_of(change.target), before),)
        if not made:
            return ()
        return (command("delete-guardrail", "--guardrail-identifier", made["guardrail_id"]),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the saved definition."""
        wanted = change.after["guardrail"]
        if change.before["guardrail"] is not None:
            return (update_command(id_of(change.target), wanted),)
        return (command("create-guardrail", "--cli-input-json", json.dumps(dict(wanted))),)

    def _present(self, account: Account, change: Change) -> tuple[str | None, dict[str, Any] | None]:
        return _find(account, id_of(change.target), change.after["guardrail"]["name"])

    def _update(self, account: Account, change: Change, wanted: Json) -> None:
        account.client("bedrock").update_guardrail(guardrailIdentifier=id_of(change.target), **wanted)


def _find(account: Account, guardrail_id: str, name: str) -> tuple[str | None, dict[str, Any] | None]:
    """Return id and definition of a guardrail, or of the one that bears its name now; (None, None) for neither."""
    found = get(account, guardrail_id)
    if found is not None:
        return guardrail_id, found
    for entry in _listed(account):
        if entry["name"] == name and entry["id"] != guardrail_id:
            return entry["id"], get(account, entry["id"])
    return None, None


def get(account: Account, guardrail_id: str, version: str = "DRAFT") -> dict[str, Any] | None:
    """Return the definition of a guardrail's draft or version; None where there is none."""
    asked = {} if version == "DRAFT" else {"guardrailVersion": version}
    try:
        return definition(account.client("bedrock").get_guardrail(guardrailIdentifier=guardrail_id, **asked))
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise


def versions(account: Account, guardrail_id: str) -> list[str]:
    """Return the numbers of a guardrail's versions, oldest first; none where it is gone."""
    try:
        listed = _listed(account, guardrailIdentifier=guardrail_id)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return []
        raise
    return sorted((entry["version"] for entry in listed if entry["version"] != "DRAFT"), key=int)


def _listed(account: Account, **asked: str) -> list[dict[str, Any]]:
    """Return the drafts of all guardrails, each once, or the draft and the versions of the one that is asked for.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListGuardrails.html
    """
    pages = account.client("bedrock").get_paginator("list_guardrails").paginate(**asked)
    return [entry for page in pages for entry in page["guardrails"]]


def guardrail_arn(account: Account, guardrail: str) -> str:
    """Return the guardrail's ARN.

    Raises:
        Refused: It is none of this account and region, or no guardrail at all.
    """
    prefix = account.arn("bedrock", "guardrail/")
    guardrail_id = guardrail.removeprefix(prefix)
    if not re.fullmatch(r"[a-z0-9]+", guardrail_id):
        raise Refused("The event names no guardrail of this account and region; restore it where it is.")
    return prefix + guardrail_id


def id_of(arn: str) -> str:
    """Return the guardrail's id, of its ARN."""
    return arn.rpartition("/")[2]


def named_in(wanted: Mapping[str, Any]) -> set[str]:
    """Return the ARNs of what a definition refers to; updating is authorised on these as well."""
    policies = (wanted.get("automatedReasoningPolicyConfig") or {}).get("policies", [])
    profile = (wanted.get("crossRegionConfig") or {}).get("guardrailProfileIdentifier")
    return {*policies, *([profile] if profile else [])}


def update_command(guardrail_id: str, wanted: Json) -> str:
    """Return the command that writes a draft."""
    return command("update-guardrail", "--cli-input-json", json.dumps({"guardrailIdentifier": guardrail_id, **wanted}))


def command(*words: str) -> str:
    """Return a command of the ``aws`` CLI on Bedrock."""
    return shlex.join(["aws", "bedrock", *words])
