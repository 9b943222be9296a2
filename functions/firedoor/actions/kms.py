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
