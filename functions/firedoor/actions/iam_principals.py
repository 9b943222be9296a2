"""Users and roles as IAM describes them, and which of them may be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from firedoor.errors import Refused
from firedoor.faults import code_of

if TYPE_CHECKING:
    from firedoor.accounts import Account


def get_user(account: Account, user: str) -> dict[str, Any] | None:
    """Return a user as IAM describes it, or None where there is no such user."""
    try:
        return dict(account.client("iam").get_user(UserName=user)["User"])
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise


def get_role(account: Account, role: str) -> dict[str, Any] | None:
    """Return a role that Firedoor may change, or None where there is no such role.

    Raises:
        Refused: The role belongs to AWS or to IAM Identity Center, which would take the change back.
    """
    try:
        found = dict(account.client("iam").get_role(RoleName=role)["Role"])
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise
    if found["Path"].startswith("/aws-service-role/"):
        raise Refused(f"Role {role} is linked to an AWS service; its policies cannot be changed.")
    if found["Path"].startswith("/aws-reserved/"):
        raise Refused(f"Role {role} is managed by IAM Identity Center; revoke the user's session there.")
    return found
