"""Actions on KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class RotateKey(Setting):
    """See ``summary``. What was encrypted before stays readable."""

    name = "kms.enable_key_rotation"
    service = "kms"
    iam = "kms"
    parameter = "key"
    noun = "key"
    promise = "Rotate the material of {name} every year"
    arn = "key/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"KeyRotationEnabled": True}
    reads = Call("GetKeyRotationStatus", {"KeyId": "{name}"}, "@")
    writes = Call("EnableKeyRotation", {"KeyId": "{name}"}, put=None)
    clears = Call("DisableKeyRotation", {"KeyId": "{name}"})
    gone = ("NotFoundException",)


class CancelDeletion(Setting):
    """See ``summary``. The key stays disabled. Undo orders the deletion for the latest day that AWS takes."""

    name = "kms.cancel_key_deletion"
    service = "kms"
    iam = "kms"
    parameter = "key"
    noun = "key"
    promise = "Cancel the deletion of {name}"
    arn = "key/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"kept": True}
    reads = Call("DescribeKey", {"KeyId": "{name}"}, "KeyMetadata.{kept: KeyState != 'PendingDeletion'}")
    writes = Call("CancelKeyDeletion", {"KeyId": "{name}"}, put=None)
    clears = Call("ScheduleKeyDeletion", {"KeyId": "{name}", "PendingWindowInDays": 30})
    gone = ("NotFoundException",)


class EnableKey(Setting):
    """See ``summary``."""

    name = "kms.enable_key"
    service = "kms"
    iam = "kms"
    parameter = "key"
    noun = "key"
    promise = "Enable {name}"
    arn = "key/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"Enabled": True}
    reads = Call("DescribeKey", {"KeyId": "{name}"}, "KeyMetadata")
    writes = Call("EnableKey", {"KeyId": "{name}"}, put=None)
    clears = Call("DisableKey", {"KeyId": "{name}"})
    gone = ("NotFoundException",)
