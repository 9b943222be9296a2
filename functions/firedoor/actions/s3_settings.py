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
