"""Actions that deny by an inline policy: a user everything, or a role's sessions that began before now."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.actions.iam_principals import get_role, get_user
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firedoor.accounts import Account

REVOKE_POLICY = "AWSRevokeOlderSessions"
"""The name that the IAM console uses for the same policy, so that people recognise it."""


class InlinePolicyAction(Action):
    """What all actions share that write one inline policy to a user or role and take it away again.

    ``before`` and ``after`` are ``{kind, name, policy_name, document}``; no document means no such policy.
    """

    temporary = True

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the policy as it stands."""
        before = change.before
        document = get_inline_policy(account, before["kind"], before["name"], before["policy_name"])
        return {**before, "document": document}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the policy."""
        put_inline_policy(account, change.after)
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Write the former policy, or delete ours where there was none."""
        if change.before["document"] is not None:
            put_inline_policy(account, change.before)
            return
        before = change.before
        names = {_NAME_OF[before["kind"]]: before["name"], "PolicyName": before["policy_name"]}
        try:
            getattr(account.client("iam"), f"delete_{before['kind']}_policy")(**names)
        except ClientError as error:
            # Somebody deleted it first, or an earlier try of this undo did.
            if code_of(error) != "NoSuchEntity":
                raise

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that deletes the policy or writes the former one."""
        kind, before = change.before["kind"], change.before
        where = f"--{kind}-name {shlex.quote(before['name'])} --policy-name {shlex.quote(before['policy_name'])}"
        if before["document"] is None:
            return (f"aws iam delete-{kind}-policy {where}",)
        return (f"aws iam put-{kind}-policy {where} --policy-document {shlex.quote(json.dumps(before['document']))}",)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the policy."""
        return self.undo_commands(change.reversed(), {})


_NAME_OF = {"user": "UserName", "role": "RoleName"}


def get_inline_policy(account: Account, kind: str, name: str, policy_name: str) -> dict[str, Any] | None:
    """Return an inline policy's document, or None where there is no such policy, user or role."""
    names = {_NAME_OF[kind]: name, "PolicyName": policy_name}
    try:
        document = getattr(account.client("iam"), f"get_{kind}_policy")(**names)["PolicyDocument"]
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise
    return json.loads(unquote(document)) if isinstance(document, str) else dict(document)


def put_inline_policy(account: Account, state: Json) -> None:
    """Write ``state["document"]`` to the user or role that ``state`` names.

    Raises:
        Refused: The quota of inline policies is used up.
    """
    names = {_NAME_OF[state["kind"]]: state["name"], "PolicyName": state["policy_name"]}
    try:
        getattr(account.client("iam"), f"put_{state['kind']}_policy")(
            **names, PolicyDocument=json.dumps(state["document"], separators=(",", ":"))
        )
    except ClientError as error:
        if code_of(error) == "LimitExceeded":
            raise Refused(
                f"The inline policies of {state['kind']} {state['name']} leave no room for a denial; "
                "attach the managed policy AWSDenyAll by hand."
            ) from error
        raise


def plan_inline_policy(
    account: Account, *, target: str, kind: str, name: str, policy_name: str, statements: Sequence[Json], summary: str
) -> Plan:
    """Plan that the inline policy ``policy_name`` holds exactly ``statements``."""
    document = {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}
    present = get_inline_policy(account, kind, name, policy_name)
    if present == document:
        return Plan(reason=f"Policy {policy_name} stands on {kind} {name} already.")
    state = {"kind": kind, "name": name, "policy_name": policy_name}
    return Plan((Change(target, summary, {**state, "document": present}, {**state, "document": document}),))


class DenyUser(InlinePolicyAction):
    """See ``summary``. Sessions made with GetSessionToken outlive a deactivated key; a denial stops them too."""

    name = "iam.deny_user"
    summary = "Denies a user everything by an inline policy that bears the case's id; undo deletes that policy."
    parameters: ClassVar[Mapping[str, Parameter]] = {"user": Parameter("The user's name.", "deploy-bot")}
    permissions = Permissions(
        plan=("iam:GetUser", "iam:GetUserPolicy"),
        apply=("iam:PutUserPolicy",),
        undo=("iam:DeleteUserPolicy", "iam:PutUserPolicy"),
    )
    example = "{action: iam.deny_user, with: {user: '{user}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the denial unless it stands already."""
        user = params["user"]
        found = get_user(account, user)
        if found is None:
            return Plan(reason=f"User {user} does not exist any more.")
        return plan_inline_policy(
            account,
            target=found["Arn"],
            kind="user",
            name=user,
            policy_name=f"FiredoorDeny-{account.case_id}",
            statements=[{"Effect": "Deny", "Action": "*", "Resource": "*"}],
            summary=f"Deny user {user} everything",
        )


class RevokeRoleSessions(InlinePolicyAction):
    """See ``summary``. A cut-off that stands is never moved back, and other statements of the policy stay."""

    name = "iam.revoke_role_sessions"
    summary = (
        "Denies everything to sessions of a role that were issued before now, or to one session of it; "
        "undo restores the policy that stood before."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "role": Parameter("The role's name.", "payments-api"),
        "session": Parameter(
            "Only sessions of this name; of an EC2 instance it is the instance's id.", "i-0abc", required=False
        ),
    }
    permissions = Permissions(
        plan=("iam:GetRole", "iam:GetRolePolicy"),
        apply=("iam:PutRolePolicy",),
        undo=("iam:DeleteRolePolicy", "iam:PutRolePolicy"),
    )
    example = "{action: iam.revoke_role_sessions, with: {role: '{role}'}, revert_after: 1d}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan a cut-off at the time of planning: later than anything the event can know of."""
        role, session = params["role"], params.get("session")
        if session is not None and not _SESSION_NAME.fullmatch(session):
            raise Refused("The session's name is not one that STS gives, so a policy about it might mean another.")
        found = get_role(account, role)
        if found is None:
            return Plan(reason=f"Role {role} does not exist any more.")
        policy_name = f"FiredoorRevoke-{account.case_id}" if session else REVOKE_POLICY
        user_id = f"{found['RoleId']}:{session}" if session else None
        standing = _statements(get_inline_policy(account, "role", role, policy_name))
        cut_offs = [time for time in (_cut_off(statement, user_id) for statement in standing) if time]
        if any(time >= account.event_time.replace(microsecond=0) for time in cut_offs):
            return Plan(reason=f"Sessions of role {role} from before this event are denied already.")
        # The event's clock may be ahead of ours; what it speaks of must be covered.
        now = max(account.now(), account.event_time)
        whose = f"session {session} of role {role}" if session else f"all sessions of role {role}"
        return plan_inline_policy(
            account,
            target=found["Arn"],
            kind="role",
            name=role,
            policy_name=policy_name,
            statements=[
                *(statement for statement in standing if _cut_off(statement, user_id) is None),
                _revocation(f"{now:%Y-%m-%dT%H:%M:%SZ}", user_id),
            ],
            summary=f"Deny {whose} issued before now",
        )


_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


def _revocation(time: str, user_id: str | None) -> dict[str, Any]:
    """Return the statement that denies everything to sessions issued before ``time``, of one ``aws:userid`` or all."""
    condition: dict[str, Any] = {"DateLessThan": {"aws:TokenIssueTime": time}}
    if user_id:
        condition["StringEquals"] = {"aws:userid": user_id}
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def _statements(document: Json | None) -> list[Json]:
    found = (document or {}).get("Statement") or []
    return [found] if isinstance(found, dict) else list(found)


def _cut_off(statement: Json, user_id: str | None) -> datetime | None:
    """Return the cut-off of a statement that is ``_revocation`` for the same sessions, as the console writes it too."""
    try:
        time = _only(statement["Condition"]["DateLessThan"]["aws:TokenIssueTime"])
        plain = {**statement, "Action": _only(statement["Action"]), "Resource": _only(statement["Resource"])}
        del plain["Condition"]
        plain.pop("Sid", None)
        condition = {**statement["Condition"], "DateLessThan": {"aws:TokenIssueTime": time}}
        if {**plain, "Condition": condition} != _revocation(time, user_id):
            return None
        moment = datetime.fromisoformat(time)
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _only(value: Any) -> Any:
    """Return the one member of a list of one: IAM takes both forms."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
