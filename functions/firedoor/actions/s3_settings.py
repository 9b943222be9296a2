"""Actions on S3 that give one setting its value; ``s3`` has those that do more."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account


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


class _DenyByPolicy(Setting):
    """Adds one denial to a bucket's policy. Policies are compared and written with sorted keys."""

    service = iam = "s3"
    parameter = "bucket"
    noun = "bucket"
    arn = "{name}"
    place = ":"
    reads = Call("GetBucketPolicy", {"Bucket": "{name}"}, "{Policy: Policy}")
    writes = Call("PutBucketPolicy", {"Bucket": "{name}"})
    clears = Call("DeleteBucketPolicy", {"Bucket": "{name}"})
    gone = ("NoSuchBucket",)
    unset = ("NoSuchBucketPolicy",)

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the policy with the denial."""
        denial = self._denial(params["target"], params["account"])
        policy = json.loads(present["Policy"] or '{"Version": "2012-10-17", "Statement": []}')
        statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
        if denial in statements:
            return dict(present)
        others = [statement for statement in statements if statement.get("Sid") != denial["Sid"]]
        return {"Policy": json.dumps({**policy, "Statement": [*others, denial]}, sort_keys=True)}

    def _read(self, account: Account, target: str, name: str) -> dict[str, Any] | None:
        found = super()._read(account, target, name)
        if found and found["Policy"]:
            found["Policy"] = json.dumps(json.loads(found["Policy"]), sort_keys=True)
        return found

    @abstractmethod
    def _denial(self, bucket: str, account: str) -> dict[str, Any]:
        """Return the statement, given the bucket's ARN and its account."""


class RequireTls(_DenyByPolicy):
    """See ``summary``. Clients that do not encrypt are shut out."""

    name = "s3.require_tls"
    promise = "Let nobody reach {name} without encryption on the way"
    wanted: ClassVar[Mapping[str, Any]] = {"Policy": "with statement FiredoorRequireTls"}

    def _denial(self, bucket: str, account: str) -> dict[str, Any]:  # noqa: ARG002
        return {
            "Sid": "FiredoorRequireTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }


class KeepControl(_DenyByPolicy):
    """See ``summary``. Strangers who write objects with an ACL fail too."""

    name = "s3.keep_control_from_other_accounts"
    promise = "Let no other account change policies, ACLs or encryption of {name}"
    wanted: ClassVar[Mapping[str, Any]] = {"Policy": "with statement FiredoorKeepControl"}

    def _denial(self, bucket: str, account: str) -> dict[str, Any]:
        return {
            "Sid": "FiredoorKeepControl",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [
                "s3:DeleteBucketPolicy",
                "s3:PutBucketAcl",
                "s3:PutBucketPolicy",
                "s3:PutEncryptionConfiguration",
                "s3:PutObjectAcl",
            ],
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {
                "StringNotEquals": {"aws:PrincipalAccount": account},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
        }
