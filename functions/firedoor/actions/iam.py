"""Actions on IAM users, roles and their credentials."""

from __future__ import annotations

import json
import re
import shlex
from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.actions.iam_grants import DetachPolicy as DetachPolicy
from firedoor.actions.iam_settings import RequireStrongPasswords as RequireStrongPasswords
from firedoor.errors import Refused
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from firedoor.accounts import Account

REVOKE_POLICY = "AWSRevokeOlderSessions"
"""The name that the IAM console uses for the same policy, so that people recognise it."""


def masked(key_id: str) -> str:
    """Return an access key's id as it may be shown: its last four characters."""
    return f"…{key_id[-4:]}"


def get_user(account: Account, user: str) -> dict[str, Any] | None:
    """Return a user as IAM describes it, or None where there is no such user."""
    try:
        return dict(account.client("iam").get_user(UserName=user)["User"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise


class DeactivateAccessKey(Action):
    """See ``summary``. Deleting a key would destroy evidence and cannot be undone, so it is never done."""

    name = "iam.deactivate_access_key"
    summary = "Sets a user's long-term access key to Inactive; undo sets it to Active again."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "access_key_id": Parameter("The key's id.", "AKIAIOSFODNN7EXAMPLE"),
        "user": Parameter("Whose key it is; looked up by the key when left out.", "deploy-bot", required=False),
    }
    permissions = Permissions(
        plan=("iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:ListAccessKeys"),
        apply=("iam:UpdateAccessKey",),
        undo=("iam:UpdateAccessKey",),
    )
    example = "{action: iam.deactivate_access_key, with: {access_key_id: '{access_key_id}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to deactivate the key if it is there and active."""
        key_id = params["access_key_id"]
        if key_id.startswith("ASIA"):
            raise Refused("A temporary key (ASIA…) cannot be deactivated; deny its user or revoke its role's sessions.")
        user, status = self._find(account, params.get("user"), key_id)
        if status is None:
            return Plan(reason=f"Access key {masked(key_id)} does not exist any more.")
        if status != "Active":
            return Plan(reason=f"Access key {masked(key_id)} of user {user} is {status.lower()} already.")
        found = get_user(account, user)
        if found is None:
            return Plan(reason=f"User {user} does not exist any more.")
        return Plan(
            (
                Change(
                    target=found["Arn"],
                    summary=f"Deactivate access key {masked(key_id)} of user {user}",
                    before={"user": user, "access_key_id": key_id, "status": "Active"},
                    after={"user": user, "access_key_id": key_id, "status": "Inactive"},
                ),
            )
        )

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002  the contract's argument
        """Return the key's status; ``absent`` when it was deleted."""
        user, key_id = change.before["user"], change.before["access_key_id"]
        return {**change.before, "status": self._status(account, user, key_id) or "absent"}

    def apply(self, account: Account, change: Change) -> Json:
        """Deactivate the key."""
        return self._set(account, change.after)

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Activate the key again."""
        self._set(account, change.before)

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that sets the former status."""
        user, key_id, status = (shlex.quote(change.before[name]) for name in ("user", "access_key_id", "status"))
        return (f"aws iam update-access-key --user-name {user} --access-key-id {key_id} --status {status}",)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that deactivates the key."""
        return self.undo_commands(change.reversed(), {})

    def _set(self, account: Account, state: Json) -> Json:
        account.client("iam").update_access_key(
            UserName=state["user"], AccessKeyId=state["access_key_id"], Status=state["status"]
        )
        return {}

    def _find(self, account: Account, user: str | None, key_id: str) -> tuple[str, str | None]:
        """Return the key's user and status; no status when the key is gone.

        The user that an event names need not own the key: a name such as ``root`` is no user at all. So a key that the
        named user does not have is looked up by itself.
        """
        status = self._status(account, user, key_id) if user else None
        if user and status:
            return user, status
        owner = self._owner(account, key_id)
        return (owner, self._status(account, owner, key_id)) if owner else ("", None)

    def _owner(self, account: Account, key_id: str) -> str | None:
        try:
            answer = account.client("iam").get_access_key_last_used(AccessKeyId=key_id)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NoSuchEntity":
                return None
            if code == "AccessDenied":
                raise Refused(
                    f"IAM does not tell whose key {masked(key_id)} is: it belongs to another account, or is gone."
                ) from error
            raise
        name = answer.get("UserName")
        if not name or name == "<root_account>":
            raise Refused("The key belongs to the account's root user; only root itself can deactivate it.")
        return str(name)

    def _status(self, account: Account, user: str, key_id: str) -> str | None:
        try:
            pages = account.client("iam").get_paginator("list_access_keys").paginate(UserName=user)
            keys = [key for page in pages for key in page["AccessKeyMetadata"]]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                return None
            raise
        return next((str(key["Status"]) for key in keys if key["AccessKeyId"] == key_id), None)


MOST_USERS = 1_000
"""Users whose keys are compared; listing the keys of more might not end while the function runs."""


class DeactivateLoggedKey(DeactivateAccessKey):
    """See ``summary``. The id of the key is nowhere in the event; the keys of all users are compared with it.

    Keys of root and of other accounts are not found.
    """

    name = "iam.deactivate_logged_key"
    summary = (
        "Sets the long-term access keys that inspection saw in a log, and knows by fingerprint only, to Inactive where "
        "they belong to a user of this account; undo sets them to Active again."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "fingerprints": Parameter("Keyed fingerprints of their ids.", ["9f2c4e1ab0d37c55"], type="array")
    }
    permissions = Permissions(
        plan=("iam:GetUser", "iam:ListAccessKeys", "iam:ListUsers"),
        apply=("iam:UpdateAccessKey",),
        undo=("iam:UpdateAccessKey",),
    )
    example = "{action: iam.deactivate_logged_key, with: {fingerprints: '{fingerprints}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to deactivate each of this account's keys that has one of the fingerprints and is active."""
        plans = [
            super(DeactivateLoggedKey, self).plan(account, {"user": user, "access_key_id": key_id})
            for user, key_id in self._with(account, frozenset(params["fingerprints"]))
        ]
        if not plans:
            return Plan(reason="No user of this account has the key that was seen.")
        changes = tuple(change for plan in plans for change in plan.changes)
        return Plan(changes) if changes else plans[0]

    def _with(self, account: Account, fingerprints: frozenset[str]) -> Iterator[tuple[str, str]]:
        from firedoor.inspection.secrets import fingerprint
        from firedoor.inspection.signals import fingerprint_key

        client, key = account.client("iam"), fingerprint_key(account.external_id)
        pages = client.get_paginator("list_users").paginate(PaginationConfig={"MaxItems": MOST_USERS + 1})
        users = [user["UserName"] for page in pages for user in page["Users"]]
        if len(users) > MOST_USERS:
            raise Refused(f"The account has more than {MOST_USERS} users; find out by hand whose key it is.")
        for user in users:
            for page in client.get_paginator("list_access_keys").paginate(UserName=user):
                for found in page["AccessKeyMetadata"]:
                    if fingerprint(found["AccessKeyId"], key) in fingerprints:
                        yield user, found["AccessKeyId"]


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
            if error.response["Error"]["Code"] != "NoSuchEntity":
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
        if error.response["Error"]["Code"] == "NoSuchEntity":
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
        if error.response["Error"]["Code"] == "LimitExceeded":
            raise Refused(
                f"The inline policies of {state['kind']} {state['name']} leave no room for a denial; "
                "attach the managed policy AWSDenyAll by hand."
            ) from error
        raise


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


def get_role(account: Account, role: str) -> dict[str, Any] | None:
    """Return a role that Firedoor may change, or None where there is no such role.

    Raises:
        Refused: The role belongs to AWS or to IAM Identity Center, which would take the change back.
    """
    try:
        found = dict(account.client("iam").get_role(RoleName=role)["Role"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    if found["Path"].startswith("/aws-service-role/"):
        raise Refused(f"Role {role} is linked to an AWS service; its policies cannot be changed.")
    if found["Path"].startswith("/aws-reserved/"):
        raise Refused(f"Role {role} is managed by IAM Identity Center; revoke the user's session there.")
    return found


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


class _DeactivateStaleKeys(DeactivateAccessKey):
    """Deactivates the keys of a user that fell behind, in one way or the other."""

    permissions = Permissions(
        plan=("iam:GetUser", "iam:ListAccessKeys", "iam:ListUsers"),
        apply=("iam:UpdateAccessKey",),
        undo=("iam:UpdateAccessKey",),
    )

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to deactivate each of the user's active keys that fell behind."""
        user = self._user_name(account, params["user"].rpartition("/")[2])
        since = account.now() - timedelta(days=params["days"])
        try:
            keys = account.client("iam").list_access_keys(UserName=user)["AccessKeyMetadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                return Plan(reason=f"User {user} does not exist any more.")
            raise
        plans = [
            super(_DeactivateStaleKeys, self).plan(account, {"user": user, "access_key_id": key["AccessKeyId"]})
            for key in keys
            if key["Status"] == "Active" and self._last(account, key) < since
        ]
        changes = tuple(change for plan in plans for change in plan.changes)
        return Plan(changes, "" if changes else f"No active access key of user {user} is as old as that.")

    def _user_name(self, account: Account, given: str) -> str:
        """Return the name of a user whom a finding names by id, as some do."""
        if not re.fullmatch(r"AIDA[A-Z0-9]{12,}", given):
            return given
        pages = account.client("iam").get_paginator("list_users").paginate()
        users = (user for page in pages for user in page["Users"])
        return next((str(user["UserName"]) for user in users if user["UserId"] == given), given)

    @abstractmethod
    def _last(self, account: Account, key: Mapping[str, Any]) -> datetime:
        """Return the time that counts, of a key as IAM lists it."""


def _days(after: str, example: int) -> Parameter:
    return Parameter(f"Days after {after} from which a key is deactivated.", example, type="integer")


class DeactivateOldKeys(_DeactivateStaleKeys):
    """See ``summary``. What still uses such a key fails, so its owner is asked first."""

    name = "iam.deactivate_old_access_keys"
    summary = "Sets a user's access keys that were made too long ago to Inactive; undo sets them to Active again."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "user": Parameter("Name, id or ARN of the user.", "deploy-bot"),
        "days": _days("its making", 90),
    }
    example = "{action: iam.deactivate_old_access_keys, with: {user: '{user}', days: 90}}"

    def _last(self, account: Account, key: Mapping[str, Any]) -> datetime:  # noqa: ARG002
        made: datetime = key["CreateDate"]
        return made


class DeactivateUnusedKeys(_DeactivateStaleKeys):
    """See ``summary``. Passwords stay: deleting one cannot be undone."""

    name = "iam.deactivate_unused_access_keys"
    summary = "Sets a user's access keys that nobody used for too long to Inactive; undo sets them to Active again."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "user": Parameter("Name, id or ARN of the user.", "deploy-bot"),
        "days": _days("its last use, or its making if nobody ever used it,", 45),
    }
    permissions = Permissions(
        plan=("iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:ListAccessKeys", "iam:ListUsers"),
        apply=("iam:UpdateAccessKey",),
        undo=("iam:UpdateAccessKey",),
    )
    example = "{action: iam.deactivate_unused_access_keys, with: {user: '{user}', days: 45}}"

    def _last(self, account: Account, key: Mapping[str, Any]) -> datetime:
        answer = account.client("iam").get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
        used: datetime = answer["AccessKeyLastUsed"].get("LastUsedDate", key["CreateDate"])
        return used


class DeactivateBedrockApiKey(Action):
    """See ``summary``. Short-term Bedrock keys are sessions: revoke their role's sessions or deny their user."""

    name = "iam.deactivate_bedrock_api_key"
    summary = "Sets a user's Bedrock API key (a service-specific credential) to Inactive; undo sets it to Active."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "user": Parameter("The user's name.", "BedrockAPIKey-1a2b"),
        "credential_id": Parameter(
            "The credential's id; all active Bedrock keys of the user when left out.", "ACCAEXAMPLE123", required=False
        ),
    }
    permissions = Permissions(
        plan=("iam:GetUser", "iam:ListServiceSpecificCredentials"),
        apply=("iam:UpdateServiceSpecificCredential",),
        undo=("iam:UpdateServiceSpecificCredential",),
    )
    example = "{action: iam.deactivate_bedrock_api_key, with: {user: '{user}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan one change per active key."""
        user, wanted = params["user"], params.get("credential_id")
        active = [
            credential
            for credential in self._credentials(account, user)
            if credential["Status"] == "Active" and wanted in (None, credential["ServiceSpecificCredentialId"])
        ]
        if not active:
            return Plan(reason=f"User {user} has no such active Bedrock API key.")
        found = get_user(account, user)
        if found is None:
            return Plan(reason=f"User {user} does not exist any more.")
        ids = [credential["ServiceSpecificCredentialId"] for credential in active]
        return Plan(tuple(self._change(found["Arn"], user, credential_id) for credential_id in ids))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the key's status; ``absent`` when it was deleted."""
        found = {
            credential["ServiceSpecificCredentialId"]: credential["Status"]
            for credential in self._credentials(account, change.before["user"])
        }
        return {**change.before, "status": found.get(change.before["credential_id"], "absent")}

    def apply(self, account: Account, change: Change) -> Json:
        """Deactivate the key."""
        return self._set(account, change.after)

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Activate the key again."""
        self._set(account, change.before)

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that sets the former status."""
        user, credential, status = (shlex.quote(change.before[name]) for name in ("user", "credential_id", "status"))
        return (
            (
                f"aws iam update-service-specific-credential --user-name {user} "
                f"--service-specific-credential-id {credential} --status {status}"
            ),
        )

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that deactivates the key."""
        return self.undo_commands(change.reversed(), {})

    def _change(self, arn: str, user: str, credential_id: str) -> Change:
        state = {"user": user, "credential_id": credential_id}
        return Change(
            target=arn,
            summary=f"Deactivate Bedrock API key {masked(credential_id)} of user {user}",
            before={**state, "status": "Active"},
            after={**state, "status": "Inactive"},
        )

    def _credentials(self, account: Account, user: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"UserName": user, "ServiceName": "bedrock.amazonaws.com"}
        try:
            while True:  # botocore has no paginator for it
                answer = account.client("iam").list_service_specific_credentials(**page)
                found += answer["ServiceSpecificCredentials"]
                if not answer.get("IsTruncated"):
                    return found
                page["Marker"] = answer["Marker"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                return []
            raise

    def _set(self, account: Account, state: Json) -> Json:
        account.client("iam").update_service_specific_credential(
            UserName=state["user"], ServiceSpecificCredentialId=state["credential_id"], Status=state["status"]
        )
        return {}
