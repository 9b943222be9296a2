"""Actions on S3 that give one setting its value; ``s3`` has those that do more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class BlockAccount(Setting):
    """See ``summary``. Whoever reads a bucket of this account without signing in is shut out."""

    name = "s3.block_public_access_of_account"
    service = "s3control"
    iam = "s3"
    noun = "account"
    promise = "Block all public access to every bucket of the account"
    arn = "account-public-access-block"
    place = ":{account}"
    resources = ("*",)
    wanted: ClassVar[Mapping[str, Any]] = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    reads = Call(
        "GetPublicAccessBlock",
        {"AccountId": "{account}"},
        "PublicAccessBlockConfiguration",
        permission="GetAccountPublicAccessBlock",
    )
    writes = Call(
        "PutPublicAccessBlock",
        {"AccountId": "{account}"},
        put="PublicAccessBlockConfiguration",
        permission="PutAccountPublicAccessBlock",
    )
    clears = Call("DeletePublicAccessBlock", {"AccountId": "{account}"}, permission="PutAccountPublicAccessBlock")
    unset = ("NoSuchPublicAccessBlockConfiguration",)


class KeepVersions(Setting):
    """See ``summary``. A bucket cannot be as if it never had versions: undo suspends them, which does the same."""

    name = "s3.enable_versioning"
    service = iam = "s3"
    parameter = "bucket"
    noun = "bucket"
    promise = "Keep former versions of what is in {name}"
    arn = "{name}"
    place = ":"
    wanted: ClassVar[Mapping[str, Any]] = {"Status": "Enabled"}
    reads = Call("GetBucketVersioning", {"Bucket": "{name}"}, "{Status: Status || 'Suspended'}")
    writes = Call("PutBucketVersioning", {"Bucket": "{name}"}, put="VersioningConfiguration")
    gone = ("NoSuchBucket",)


class EndUnfinishedUploads(Setting):
    """See ``summary``. Objects stay; any rule that is there is good too."""

    name = "s3.end_unfinished_uploads"
    service = iam = "s3"
    parameter = "bucket"
    noun = "bucket"
    promise = "Remove parts of uploads to {name} that nobody finished within a week"
    arn = "{name}"
    place = ":"
    wanted: ClassVar[Mapping[str, Any]] = {
        "Rules": [
            {
                "ID": "firedoor-unfinished-uploads",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ]
    }
    reads = Call(
        "GetBucketLifecycleConfiguration",
        {"Bucket": "{name}"},
        "{Rules: Rules}",
        permission="GetLifecycleConfiguration",
    )
    writes = Call(
        "PutBucketLifecycleConfiguration",
        {"Bucket": "{name}"},
        put="LifecycleConfiguration",
        permission="PutLifecycleConfiguration",
    )
    clears = Call("DeleteBucketLifecycle", {"Bucket": "{name}"}, permission="PutLifecycleConfiguration")
    gone = ("NoSuchBucket",)
    unset = ("NoSuchLifecycleConfiguration",)

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the rule, or those that are there."""
        return dict(present) if present["Rules"] else super().aim(present, params)


class SendEvents(Setting):
    """See ``summary``. Nobody hears them who did not ask EventBridge for them."""

    name = "s3.send_events"
    service = iam = "s3"
    parameter = "bucket"
    noun = "bucket"
    promise = "Send what happens in {name} to EventBridge"
    arn = "{name}"
    place = ":"
    wanted: ClassVar[Mapping[str, Any]] = {
        "EventBridgeConfiguration": {},
        "TopicConfigurations": None,
        "QueueConfigurations": None,
        "LambdaFunctionConfigurations": None,
    }
    reads = Call("GetBucketNotificationConfiguration", {"Bucket": "{name}"}, "@", permission="GetBucketNotification")
    writes = Call(
        "PutBucketNotificationConfiguration",
        {"Bucket": "{name}", "NotificationConfiguration": {}},
        put="NotificationConfiguration",
        permission="PutBucketNotification",
    )
    gone = ("NoSuchBucket",)

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return EventBridge beside what is there, since the call replaces all; any receiver is good enough."""
        heard = any(value is not None for value in present.values())
        return {**present, **({} if heard else {"EventBridgeConfiguration": {}})}
