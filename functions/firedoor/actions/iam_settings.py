"""Actions on IAM that give one setting its value; the other modules of IAM have those that do more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class RequireStrongPasswords(Setting):
    """See ``summary``. What is stricter stays; passwords older than 90 days must be changed at the next sign-in."""

    name = "iam.require_strong_passwords"
    service = iam = "iam"
    noun = "account"
    promise = "Ask for long, mixed and young passwords in the account"
    arn = "account-password-policy"
    place = ":{account}"
    resources = ("*",)
    wanted: ClassVar[Mapping[str, Any]] = {
        "MinimumPasswordLength": 14,
        "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True,
        "RequireNumbers": True,
        "RequireSymbols": True,
        "MaxPasswordAge": 90,
        "PasswordReusePrevention": 24,
        "AllowUsersToChangePassword": True,
        "HardExpiry": False,
    }
    reads = Call(
        "GetAccountPasswordPolicy",
        {},
        "PasswordPolicy.{MinimumPasswordLength: MinimumPasswordLength, RequireNumbers: RequireNumbers,"
        " RequireUppercaseCharacters: RequireUppercaseCharacters, RequireSymbols: RequireSymbols,"
        " RequireLowercaseCharacters: RequireLowercaseCharacters, MaxPasswordAge: [MaxPasswordAge][?@ > `0`] | [0],"
        " PasswordReusePrevention: PasswordReusePrevention, HardExpiry: HardExpiry || `false`,"
        " AllowUsersToChangePassword: AllowUsersToChangePassword || `false`}",
    )
    writes = Call("UpdateAccountPasswordPolicy", {})
    clears = Call("DeleteAccountPasswordPolicy", {})
    unset = ("NoSuchEntity",)

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the wanted policy, with what is stricter in the present one, and what it says of other things."""
        found = super().aim(present, params)
        for name in ("AllowUsersToChangePassword", "HardExpiry"):
            if present[name] is not None:
                found[name] = present[name]
        found["MinimumPasswordLength"] = max(present["MinimumPasswordLength"] or 0, found["MinimumPasswordLength"])
        found["MaxPasswordAge"] = min(present["MaxPasswordAge"] or found["MaxPasswordAge"], found["MaxPasswordAge"])
        return found
