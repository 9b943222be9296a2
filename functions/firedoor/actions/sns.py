"""Actions on SNS topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class EncryptTopic(Setting):
    """See ``summary``. Services that publish to it, such as CloudWatch alarms, may not use that key: ask first."""

    name = "sns.encrypt_topic"
    service = iam = "sns"
    parameter = "topic"
    noun = "topic"
    promise = "Encrypt what is sent to {name} with the key of SNS"
    arn = "{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"KmsMasterKeyId": "alias/aws/sns"}
    reads = Call("GetTopicAttributes", {"TopicArn": "{arn}"}, "Attributes.{KmsMasterKeyId: KmsMasterKeyId || ''}")
    writes = Call(
        "SetTopicAttributes",
        {"TopicArn": "{arn}", "AttributeName": "KmsMasterKeyId", "AttributeValue": "{=KmsMasterKeyId}"},
        put=None,
    )
    gone = ("NotFound",)

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the key of SNS; any other key is good too."""
        return dict(present) if present["KmsMasterKeyId"] else super().aim(present, params)
