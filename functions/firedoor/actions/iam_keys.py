"""Actions on long-term credentials: access keys and Bedrock API keys. They deactivate, and delete nothing."""

from __future__ import annotations

import re
import shlex
from abc import abstractmethod
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.actions.iam_principals import get_user
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from firedoor.accounts import Account


def masked(key_id: str) -> str:
    """Return an access key's id as it may be shown: its last four characters."""
    return f"…{key_id[-4:]}"


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
            code = code_of(error)
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
            if code_of(error) == "NoSuchEntity":
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
            if code_of(error) == "NoSuchEntity":
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
            if code_of(error) == "NoSuchEntity":
                return []
            raise

    def _set(self, account: Account, state: Json) -> Json:
        account.client("iam").update_service_specific_credential(
            UserName=state["user"], ServiceSpecificCredentialId=state["credential_id"], Status=state["status"]
        )
        return {}
