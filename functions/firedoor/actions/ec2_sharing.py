"""The action that takes a snapshot or image back from those with whom a call shared it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firedoor.accounts import Account

_ATTRIBUTES = {
    "snap": ("snapshot", "SnapshotId", "createVolumePermission", "CreateVolumePermissions"),
    "ami": ("image", "ImageId", "launchPermission", "LaunchPermissions"),
}
"""How an id begins → noun, argument, attribute, and where the answer has it."""

_GONE = ("InvalidSnapshot.NotFound", "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable")


class WithdrawSharing(Action):
    """See ``summary``. ``before`` and ``after`` are ``{"id", "receivers"}``: of those named, who has it."""

    name = "ec2.withdraw_sharing"
    summary = (
        "Takes a snapshot or image back from the accounts (or `all`) that are named; undo shares it with them again."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "id": Parameter("Id of the snapshot or image.", "snap-0a1b2c3d4e5f60718"),
        "receivers": Parameter("Accounts, or `all` for everyone.", ["999988887777"], type="array"),
    }
    permissions = Permissions(
        plan=("ec2:DescribeImageAttribute", "ec2:DescribeSnapshotAttribute"),
        apply=("ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute"),
        undo=("ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute"),
    )
    example = "{action: ec2.withdraw_sharing, with: {id: '{snapshot}', receivers: '{receivers}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to take it back from those of the named who have it.

        Raises:
            Refused: It is neither a snapshot nor an image.
        """
        resource = params["id"]
        if resource.partition("-")[0] not in _ATTRIBUTES:
            raise Refused(f"{resource} is neither a snapshot nor an image of EC2.")
        present = self._receivers(account, resource)
        noun = _ATTRIBUTES[resource.partition("-")[0]][0]
        if present is None:
            return Plan(reason=f"{noun.title()} {resource} does not exist any more.")
        sharing = sorted({str(receiver) for receiver in params["receivers"]} & present)
        if not sharing:
            return Plan(reason=f"{noun.title()} {resource} is shared with none of them any more.")
        change = Change(
            target=f"arn:{account.partition}:ec2:{account.region}::{noun}/{resource}",
            summary=f"Take {noun} {resource} back from {', '.join(map(_named, sharing))}",
            before={"id": resource, "receivers": sharing},
            after={"id": resource, "receivers": []},
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return who of them has it; none where it is gone."""
        present = self._receivers(account, change.before["id"]) or set()
        return {"id": change.before["id"], "receivers": sorted(present & set(change.before["receivers"]))}

    def apply(self, account: Account, change: Change) -> Json:
        """Take it back; what was taken back already stays so."""
        self._modify(account, change, "remove")
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Share it again."""
        self._modify(account, change, "add")

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that shares it."""
        return (_command(change, "add"),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that takes it back."""
        return (_command(change, "remove"),)

    def _receivers(self, account: Account, resource: str) -> set[str] | None:
        noun, argument, attribute, key = _ATTRIBUTES[resource.partition("-")[0]]
        describe = getattr(account.client("ec2"), f"describe_{noun}_attribute")
        try:
            found = describe(**{argument: resource}, Attribute=attribute)[key]
        except ClientError as error:
            if code_of(error) in _GONE:
                return None
            raise
        return {entry.get("UserId") or entry.get("Group", "") for entry in found}

    def _modify(self, account: Account, change: Change, operation: str) -> None:
        resource = change.before["id"]
        noun, argument, attribute, _ = _ATTRIBUTES[resource.partition("-")[0]]
        accounts, groups = _apart(change.before["receivers"])
        receivers: dict[str, Any] = {
            name: found for name, found in (("UserIds", accounts), ("GroupNames", groups)) if found
        }
        if noun == "image":  # its API names the groups otherwise
            receivers = {{"GroupNames": "UserGroups"}.get(name, name): found for name, found in receivers.items()}
        modify = getattr(account.client("ec2"), f"modify_{noun}_attribute")
        modify(**{argument: resource}, Attribute=attribute, OperationType=operation, **receivers)


def _named(receiver: str) -> str:
    return "everyone" if receiver == "all" else f"account {receiver}"


def _apart(receivers: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the accounts and the groups."""
    listed = list(receivers)
    return [name for name in listed if name != "all"], [name for name in listed if name == "all"]


def _command(change: Change, operation: str) -> str:
    resource = change.before["id"]
    noun, _, attribute, _ = _ATTRIBUTES[resource.partition("-")[0]]
    accounts, groups = _apart(change.before["receivers"])
    where = ["aws", "ec2", f"modify-{noun}-attribute", f"--{noun}-id", resource, "--attribute", attribute]
    who = [*(("--user-ids", *accounts) if accounts else ())]
    who += ["--user-groups" if noun == "image" else "--group-names", *groups] if groups else []
    return shlex.join([*where, "--operation-type", operation, *who])
