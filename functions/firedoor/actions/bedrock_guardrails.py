"""Actions on Bedrock's guardrails: bringing back a definition that was weakened or deleted. Also what is saved of them.

`bedrock` hands these out with its other actions.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
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
    """Return the definition of every guardrail's draft in this region, by the guardrail's ARN.

    One whose key does not let us read it is left out, and one that is too large to keep: nothing is restored of it
    then, a person is told instead.
    """
    saved = {}
    for entry in _listed(account):
        try:
            found = _get(account, entry["id"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
        else:
            if found is not None and len(json.dumps(found)) <= _ROOM:
                saved[entry["arn"]] = found
    return saved


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
    """See ``summary``. Versions are not touched: they never change, and a deleted one cannot come back.

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
        arn = _guardrail_arn(account, params["guardrail"])
        saved = account.baseline(arn)
        if saved is None:
            raise Refused(f"Nothing was saved of guardrail {_id(arn)} from before the event; look at it by hand.")
        present_id, present = _find(account, _id(arn), saved["name"])
        if present == saved:
            return Plan(reason=f"Guardrail {saved['name']} is defined as before the event; its id is {present_id}.")
        verb = "Make guardrail {} anew as it was saved" if present is None else "Restore the definition of guardrail {}"
        change = Change(
            target=account.arn("bedrock", f"guardrail/{present_id}") if present_id else arn,
            summary=verb.format(saved["name"]),
            before={"guardrail": present},
            after={"guardrail": dict(saved)},
            # What does not exist yet is authorised on no resource of its own.
            resources=(*sorted(_named_in(saved) | _named_in(present or {})), *(() if present_id else ("*",))),
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
            return (_update_command(change.target, before),)
        if not made:
            return ()
        return (_command("delete-guardrail", "--guardrail-identifier", made["guardrail_id"]),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the saved definition."""
        wanted = change.after["guardrail"]
        if change.before["guardrail"] is not None:
            return (_update_command(change.target, wanted),)
        return (_command("create-guardrail", "--cli-input-json", json.dumps(dict(wanted))),)

    def _present(self, account: Account, change: Change) -> tuple[str | None, dict[str, Any] | None]:
        return _find(account, _id(change.target), change.after["guardrail"]["name"])

    def _update(self, account: Account, change: Change, wanted: Json) -> None:
        account.client("bedrock").update_guardrail(guardrailIdentifier=_id(change.target), **wanted)


def _find(account: Account, guardrail_id: str, name: str) -> tuple[str | None, dict[str, Any] | None]:
    """Return id and definition of a guardrail, or of the one that bears its name now; (None, None) for neither."""
    found = _get(account, guardrail_id)
    if found is not None:
        return guardrail_id, found
    for entry in _listed(account):
        if entry["name"] == name and entry["id"] != guardrail_id:
            return entry["id"], _get(account, entry["id"])
    return None, None


def _get(account: Account, guardrail_id: str) -> dict[str, Any] | None:
    try:
        return definition(account.client("bedrock").get_guardrail(guardrailIdentifier=guardrail_id))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise


def _listed(account: Account) -> list[dict[str, Any]]:
    """Return the drafts of all guardrails; the list has each once where no guardrail is asked for."""
    pages = account.client("bedrock").get_paginator("list_guardrails").paginate()
    return [entry for page in pages for entry in page["guardrails"]]


def _guardrail_arn(account: Account, guardrail: str) -> str:
    """Return the guardrail's ARN.

    Raises:
        Refused: It is none of this account and region, or no guardrail at all.
    """
    prefix = account.arn("bedrock", "guardrail/")
    guardrail_id = guardrail.removeprefix(prefix)
    if not re.fullmatch(r"[a-z0-9]+", guardrail_id):
        raise Refused("The event names no guardrail of this account and region; restore it where it is.")
    return prefix + guardrail_id


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]


def _named_in(wanted: Mapping[str, Any]) -> set[str]:
    """Return the ARNs of what a definition refers to; updating is authorised on these as well."""
    policies = (wanted.get("automatedReasoningPolicyConfig") or {}).get("policies", [])
    profile = (wanted.get("crossRegionConfig") or {}).get("guardrailProfileIdentifier")
    return {*policies, *([profile] if profile else [])}


def _update_command(arn: str, wanted: Json) -> str:
    return _command("update-guardrail", "--cli-input-json", json.dumps({"guardrailIdentifier": _id(arn), **wanted}))


def _command(*words: str) -> str:
    return shlex.join(["aws", "bedrock", *words])
