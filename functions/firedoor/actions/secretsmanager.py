"""Actions on secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account
    from firedoor.plans import Change, Json


class DeleteSecret(Setting):
    """See ``summary``. It can be restored for 30 days, and cannot be read meanwhile."""

    name = "secretsmanager.delete_unused_secret"
    service = iam = "secretsmanager"
    parameter = "secret"
    noun = "secret"
    promise = "Delete {name} after 30 days in which it can be restored"
    arn = "secret:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"deleted": True}
    reads = Call("DescribeSecret", {"SecretId": "{arn}"}, "{deleted: DeletedDate != `null`}")
    writes = Call("DeleteSecret", {"SecretId": "{arn}", "RecoveryWindowInDays": 30}, put=None)
    clears = Call("RestoreSecret", {"SecretId": "{arn}"})
    gone = ("ResourceNotFoundException",)

    def apply(self, account: Account, change: Change) -> Json:
        """Delete it; a second time would be refused, so it is looked at first."""
        if self.read(account, change, {}) == change.after:
            return {}
        return super().apply(account, change)
