"""The action that takes a managed policy back from whom it was attached to."""

from __future__ import annotations

import contextlib
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

_KINDS = {"user": "UserName", "role": "RoleName", "group": "GroupName"}


class DetachPolicy(Action):
    """See ``summary``. ``before`` and ``after`` are ``{"kind", "name", "policy", "attached"}``."""

    name = "iam.detach_policy"
    summary = "Detaches one managed policy from a user, role or group; undo attaches it again."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "policy": Parameter("ARN of the policy.", "arn:aws:iam::aws:policy/AdministratorAccess"),
        "user": Parameter("The user's name.", "backup-svc", required=False),
        "role": Parameter("The role's name.", "payments-api", required=False),
        "group": Parameter("The group's name.", "developers", required=False),
    }
    permissions = Permissions(
        plan=(
            "iam:GetGroup",
            "iam:GetRole",
            "iam:GetUser",
            "iam:ListAttachedGroupPolicies",
            "iam:ListAttachedRolePolicies",
            "iam:ListAttachedUserPolicies",
        ),
        apply=("iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"),
        undo=("iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy"),
    )
    example = "{action: iam.detach_policy, with: {policy: '{policy}', user: '{user}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to detach the policy where it is attached.

        Raises:
            Refused: Not exactly one of user, role and group is named, or the role belongs to AWS.
        """
        kinds = [kind for kind in _KINDS if params.get(kind)]
        if len(kinds) != 1:
            raise Refused("The event names not exactly one user, role or group that the policy was attached to.")
        kind, name, policy = kinds[0], params[kinds[0]], params["policy"]
        found = self._holder(account, kind, name)
        if found is None:
            return Plan(reason=f"{kind.title()} {name} does not exist any more.")
        if found["Path"].startswith(("/aws-service-role/", "/aws-reserved/")):
            raise Refused(f"Role {name} belongs to AWS, which says what it may do.")
        state = {"kind": kind, "name": name, "policy": policy}
        if not self._attached(account, state):
            return Plan(reason=f"{policy} is not attached to {kind} {name} any more.")
        summary = f"Detach policy {policy.rpartition('/')[2]} from {kind} {name}"
        return Plan((Change(found["Arn"], summary, {**state, "attached": True}, {**state, "attached": False}),))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Tell whether it is attached."""
        return {**change.before, "attached": self._attached(account, change.before)}

    def apply(self, account: Account, change: Change) -> Json:
        """Detach it, unless somebody did."""
        client = account.client("iam")
        with contextlib.suppress(client.exceptions.NoSuchEntityException):
            getattr(client, f"detach_{change.before['kind']}_policy")(**_names(change))
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Attach it again; attaching twice is attaching once."""
        getattr(account.client("iam"), f"attach_{change.before['kind']}_policy")(**_names(change))

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that attaches it."""
        return (_command("attach", change.before),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that detaches it."""
        return (_command("detach", change.before),)

    def _holder(self, account: Account, kind: str, name: str) -> dict[str, Any] | None:
        client = account.client("iam")
        try:
            return dict(getattr(client, f"get_{kind}")(**{_KINDS[kind]: name})[kind.title()])
        except client.exceptions.NoSuchEntityException:
            return None

    def _attached(self, account: Account, state: Json) -> bool:
        client, kind = account.client("iam"), state["kind"]
        pages = client.get_paginator(f"list_attached_{kind}_policies").paginate(**{_KINDS[kind]: state["name"]})
        try:
            return any(entry["PolicyArn"] == state["policy"] for page in pages for entry in page["AttachedPolicies"])
        except client.exceptions.NoSuchEntityException:
            return False


def _names(change: Change) -> dict[str, str]:
    return {_KINDS[change.before["kind"]]: change.before["name"], "PolicyArn": change.before["policy"]}


def _command(verb: str, state: Json) -> str:
    kind = state["kind"]
    return shlex.join(
        ["aws", "iam", f"{verb}-{kind}-policy", f"--{kind}-name", state["name"], "--policy-arn", state["policy"]]
    )
