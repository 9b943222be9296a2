"""The action that takes a snapshot of a database back from those with whom a call shared it."""

from __future__ import annotations

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

_KINDS = {
    "instance": ("snapshot", "db_snapshot", "DBSnapshot"),
    "cluster": ("cluster-snapshot", "db_cluster_snapshot", "DBClusterSnapshot"),
}
"""Whose snapshot → how its ARN says that, and what the calls and their members are called by."""

_GONE = ("DBSnapshotNotFound", "DBSnapshotNotFoundFault", "DBClusterSnapshotNotFoundFault")


class WithdrawSharing(Action):
    """See ``summary``. ``before`` and ``after`` are ``{"of", "receivers"}``: of those named, who may restore it."""

    name = "rds.withdraw_sharing"
    summary = (
        "Takes a snapshot of a DB instance or cluster back from the accounts (or `all`) that are named; undo shares it "
        "with them again."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "snapshot": Parameter("Name or ARN of the snapshot.", "orders-before-upgrade"),
        "of": Parameter("Whose snapshot it is.", "instance", values=tuple(_KINDS)),
        "receivers": Parameter("Accounts, or `all` for everyone.", ["999988887777"], type="array"),
    }
    permissions = Permissions(
        plan=("rds:DescribeDBClusterSnapshotAttributes", "rds:DescribeDBSnapshotAttributes"),
        apply=("rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute"),
        undo=("rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute"),
    )
    example = "{action: rds.withdraw_sharing, with: {snapshot: '{snapshot}', of: instance, receivers: '{receivers}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to take it back from those of the named who may restore it.

        Raises:
            Refused: It is another account's or region's.
        """
        of, start = params["of"], account.arn("rds", f"{_KINDS[params['of']][0]}:")
        name = params["snapshot"].removeprefix(start)
        if name.startswith("arn:"):
            raise Refused(f"Snapshot {name} belongs to another account or region, where it must be taken back.")
        present = _receivers(account, of, name)
        if present is None:
            return Plan(reason=f"Snapshot {name} does not exist any more.")
        sharing = sorted({str(receiver) for receiver in params["receivers"]} & present)
        if not sharing:
            return Plan(reason=f"Snapshot {name} is shared with none of them any more.")
        change = Change(
            target=start + name,
            summary=f"Take snapshot {name} of a DB {of} back from {', '.join(map(_named, sharing))}",
            before={"of": of, "receivers": sharing},
            after={"of": of, "receivers": []},
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return who of them may restore it; none where it is gone."""
        present = _receivers(account, change.before["of"], _name(change)) or set()
        return {"of": change.before["of"], "receivers": sorted(present & set(change.before["receivers"]))}

    def apply(self, account: Account, change: Change) -> Json:
        """Take it back; what was taken back already stays so."""
        _modify(account, change, "ValuesToRemove")
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Share it again."""
        _modify(account, change, "ValuesToAdd")

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that shares it."""
        return (_command(change, "--values-to-add"),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that takes it back."""
        return (_command(change, "--values-to-remove"),)


def _receivers(account: Account, of: str, name: str) -> set[str] | None:
    _, call, member = _KINDS[of]
    describe = getattr(account.client("rds"), f"describe_{call}_attributes")
    try:
        answer: dict[str, Any] = describe(**{f"{member}Identifier": name})[f"{member}AttributesResult"]
    except ClientError as error:
        if code_of(error) in _GONE:
            return None
        raise
    attributes = {entry["AttributeName"]: entry["AttributeValues"] for entry in answer[f"{member}Attributes"]}
    return set(attributes.get("restore", ()))


def _name(change: Change) -> str:
    return change.target.split(":", 6)[6]


def _modify(account: Account, change: Change, how: str) -> None:
    _, call, member = _KINDS[change.before["of"]]
    which = {f"{member}Identifier": _name(change), "AttributeName": "restore"}
    getattr(account.client("rds"), f"modify_{call}_attribute")(**which, **{how: list(change.before["receivers"])})


def _named(receiver: str) -> str:
    return "everyone" if receiver == "all" else f"account {receiver}"


def _command(change: Change, how: str) -> str:
    call = _KINDS[change.before["of"]][1].replace("_", "-")
    which = ["aws", "rds", f"modify-{call}-attribute", f"--{call}-identifier", _name(change)]
    return shlex.join([*which, "--attribute-name", "restore", how, *change.before["receivers"]])
