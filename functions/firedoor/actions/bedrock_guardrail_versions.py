"""The action on a guardrail's versions: making one again that was deleted. It can only have another number.

`bedrock` hands it out with its other actions. Does not own what is saved of versions (`bedrock_guardrails`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions import Action
from firedoor.actions.bedrock_guardrails import (
    command,
    get,
    guardrail_arn,
    id_of,
    named_in,
    update_command,
    version_name,
    versions,
)
from firedoor.errors import Refused
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

_OF_NO_EFFECT = ("name", "description")
"""What a version is told apart by, but does not do; both may be others than the draft's."""


class RemakeGuardrailVersion(Action):
    """See ``summary``. A version is made of the draft, so the draft is the version's definition for that moment.

    ``before`` and ``after`` are ``{"version", "draft"}``: what the version demands, None where there is none that
    demands it, and the draft's definition where it has to be changed and changed back, else None.
    """

    name = "bedrock.remake_guardrail_version"
    summary = (
        "Makes a new version of a guardrail that demands what a deleted one did, as it was saved before the event; "
        "callers must be given its number. Undo deletes it."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "guardrail": Parameter("Id or ARN of the guardrail.", "gr7hx2k9m4pq"),
        "version": Parameter("Number of the version that was deleted.", "3"),
    }
    permissions = Permissions(
        plan=("bedrock:GetGuardrail", "bedrock:ListGuardrails"),
        apply=("bedrock:CreateGuardrailVersion", "bedrock:UpdateGuardrail"),
        undo=("bedrock:DeleteGuardrail",),
    )
    example = "{action: bedrock.remake_guardrail_version, with: {guardrail: '{guardrail}', version: '{version}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan a version where no other one demands the same.

        Raises:
            Refused: Nothing was saved of the version, or its guardrail is gone as well.
        """
        arn, number = guardrail_arn(account, params["guardrail"]), params["version"]
        saved = account.baseline(version_name(arn, number))
        if saved is None:
            raise Refused(f"Nothing was saved of version {number} of guardrail {id_of(arn)} from before the event.")
        draft = get(account, id_of(arn))
        if draft is None:
            raise Refused(f"Guardrail {id_of(arn)} was deleted with all its versions; it must be restored first.")
        wanted = _demands(saved)
        same = _version_that_demands(account, id_of(arn), wanted)
        if same:
            return Plan(
                reason=f"Version {same} of guardrail {draft['name']} demands what version {number} did; callers of "
                "that one must name it."
            )
        found = {"draft": None if _demands(draft) == wanted else draft}
        change = Change(
            target=arn,
            summary=f"Make a version of guardrail {draft['name']} that demands what version {number} did",
            before={"version": None, **found},
            after={"version": wanted, **found},
            resources=tuple(sorted(named_in(wanted) | named_in(draft))),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:
        """Return what our version demands, or any that demands the same, and the draft if that is of interest."""
        guardrail, wanted = id_of(change.target), change.after["version"]
        number = made.get("version") or _version_that_demands(account, guardrail, wanted)
        found = get(account, guardrail, number) if number else None
        draft = get(account, guardrail) if change.before["draft"] else None
        return {"version": _demands(found) if found else None, "draft": draft}

    def apply(self, account: Account, change: Change) -> Json:
        """Make the version, or find the one that an earlier try made; then the draft is as it was found."""
        guardrail, wanted = id_of(change.target), change.after["version"]
        number = _version_that_demands(account, guardrail, wanted)
        if number is None:
            if change.before["draft"]:
                _write_draft(account, guardrail, {"name": change.before["draft"]["name"], **wanted})
            number = account.client("bedrock").create_guardrail_version(
                guardrailIdentifier=guardrail, clientRequestToken=account.case_id
            )["version"]
        if change.before["draft"]:
            _write_draft(account, guardrail, change.before["draft"])
        return {"version": number}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Delete the version that we made."""
        account.client("bedrock").delete_guardrail(
            guardrailIdentifier=id_of(change.target), guardrailVersion=made["version"]
        )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:
        """Return the command that deletes the version that we made."""
        if not made:
            return ()
        where = ("--guardrail-identifier", id_of(change.target), "--guardrail-version", made["version"])
        return (command("delete-guardrail", *where),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that makes a version, between those that change the draft and change it back."""
        guardrail, draft = id_of(change.target), change.before["draft"]
        make = command("create-guardrail-version", "--guardrail-identifier", guardrail)
        if draft is None:
            return (make,)
        wanted = {"name": draft["name"], **change.after["version"]}
        return (update_command(guardrail, wanted), make, update_command(guardrail, draft))


def _demands(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name not in _OF_NO_EFFECT}


def _version_that_demands(account: Account, guardrail: str, wanted: Json) -> str | None:
    """Return the number of the newest version that demands this."""
    for number in reversed(versions(account, guardrail)):
        found = get(account, guardrail, number)
        if found is not None and _demands(found) == wanted:
            return number
    return None


def _write_draft(account: Account, guardrail: str, wanted: Json) -> None:
    """Write a draft where it is not so already; neither call is taken while the last one is being worked on."""
    _wait_until_ready(account, guardrail)
    if get(account, guardrail) != wanted:
        account.client("bedrock").update_guardrail(guardrailIdentifier=guardrail, **wanted)
        _wait_until_ready(account, guardrail)


def _wait_until_ready(account: Account, guardrail: str) -> None:
    from botocore.waiter import create_waiter_with_client

    create_waiter_with_client("GuardrailReady", _waiters(), account.client("bedrock")).wait(
        guardrailIdentifier=guardrail
    )


@cache
def _waiters() -> Any:
    """Return what botocore lacks: how to see that a guardrail is worked on no more.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetGuardrail.html
    """
    from botocore.waiter import WaiterModel

    states = (("READY", "success"), ("FAILED", "failure"))
    return WaiterModel(
        {
            "version": 2,
            "waiters": {
                "GuardrailReady": {
                    "operation": "GetGuardrail",
                    "delay": 1,
                    "maxAttempts": 20,
                    "acceptors": [
                        {"matcher": "path", "argument": "status", "expected": status, "state": state}
                        for status, state in states
                    ],
                }
            },
        }
    )
