"""Actions on IAM: credentials, denials, grants, and single settings. Each kind has a module of its own."""

from firedoor.actions.iam_denials import DenyUser, RevokeRoleSessions
from firedoor.actions.iam_grants import DetachPolicy
from firedoor.actions.iam_keys import (
    DeactivateAccessKey,
    DeactivateBedrockApiKey,
    DeactivateLoggedKey,
    DeactivateOldKeys,
    DeactivateUnusedKeys,
)
from firedoor.actions.iam_settings import RequireStrongPasswords

__all__ = [
    "DeactivateAccessKey",
    "DeactivateBedrockApiKey",
    "DeactivateLoggedKey",
    "DeactivateOldKeys",
    "DeactivateUnusedKeys",
    "DenyUser",
    "DetachPolicy",
    "RequireStrongPasswords",
    "RevokeRoleSessions",
]
