"""Actions on Macie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account


class Enable(Setting):
    """See ``summary``. Costs by the number of buckets and objects; undo deletes what Macie found meanwhile."""

    name = "macie.enable"
    service = iam = "macie2"
    noun = "region"
    promise = "Let Macie look at the buckets of this region"
    arn = "*"
    resources = ("*",)
    wanted: ClassVar[Mapping[str, Any]] = {"status": "ENABLED"}
    reads = Call("GetMacieSession", {}, "{status: status}")
    writes = Call("EnableMacie", {}, put=None)
    clears = Call("DisableMacie", {})

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return that it looks; where somebody paused it, that stays."""
        return dict(present) if present["status"] else super().aim(present, params)

    def _read(self, account: Account, target: str, name: str) -> dict[str, Any] | None:
        """Return the status; Macie denies every call where it is off, and says so in the message only."""
        try:
            return super()._read(account, target, name)
        except ClientError as error:
            if "Macie is not enabled" in error.response["Error"]["Message"]:
                return {"status": None}
            raise
