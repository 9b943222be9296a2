"""Actions on S3: closing a bucket to the public, and taking one object out of circulation."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

PUBLIC_TAG = ("firedoor:public", "intended")
"""A bucket with this tag is public on purpose."""

COPY_LIMIT = 5 * 1024**3
"""Bytes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""

_FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def bucket_arn(account: Account, bucket: str) -> str:
    """Return a bucket's ARN, which names neither region nor account."""
    return f"arn:{account.partition}:s3:::{bucket}"


class BlockPublicAccess(Action):
    """See ``summary``. Policy and ACLs stay as they are underneath."""

    name = "s3.block_public_access"
    summary = "Turns all four Block Public Access flags of a bucket on; undo restores the former flags, or none."
    parameters: ClassVar[Mapping[str, Parameter]] = {"bucket": Parameter("The bucket's name.", "payments-statements")}
    permissions = Permissions(
        plan=("s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:GetBucketWebsite"),
        apply=("s3:PutBucketPublicAccessBlock",),
        undo=("s3:PutBucketPublicAccessBlock",),
    )
    example = "{action: s3.block_public_access, with: {bucket: '{bucket}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to turn the flags on, unless the bucket is public on purpose."""
        bucket = params["bucket"]
        try:
            present = self._flags(account, bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return Plan(reason=f"Bucket {bucket} does not exist any more.")
            raise
        wanted = dict.fromkeys(_FLAGS, True)
        if present == wanted:
            return Plan(reason=f"Bucket {bucket} blocks all public access already.")
        self._refuse_if_intended(account, bucket)
        return Plan(
            (
                Change(
                    target=bucket_arn(account, bucket),
                    summary=f"Block all public access to bucket {bucket}",
                    before={"bucket": bucket, "flags": present},
                    after={"bucket": bucket, "flags": wanted},
                ),
            )
        )

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the four flags; None where the bucket has none."""
        return {**change.before, "flags": self._flags(account, change.before["bucket"])}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the flags."""
        self._set(account, change.after)
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Write the former flags, or remove them where there were none."""
        self._set(account, change.before)

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that restores the flags."""
        bucket, flags = shlex.quote(change.before["bucket"]), change.before["flags"]
        if flags is None:
            return (f"aws s3api delete-public-access-block --bucket {bucket}",)
        words = ",".join(f"{name}={str(value).lower()}" for name, value in flags.items())
        return (f"aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration {words}",)

    def _flags(self, account: Account, bucket: str) -> dict[str, bool] | None:
        try:
            found = account.client("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration":
                return None
            raise
        return {name: bool(found.get(name, False)) for name in _FLAGS}

    def _set(self, account: Account, state: Json) -> None:
        client, flags = account.client("s3"), state["flags"]
        if flags is None:
            client.delete_public_access_block(Bucket=state["bucket"])
        else:
            client.put_public_access_block(Bucket=state["bucket"], PublicAccessBlockConfiguration=flags)

    def _refuse_if_intended(self, account: Account, bucket: str) -> None:
        client = account.client("s3")
        tags = _unless_missing(lambda: client.get_bucket_tagging(Bucket=bucket)["TagSet"], "NoSuchTagSet") or []
        if {"Key": PUBLIC_TAG[0], "Value": PUBLIC_TAG[1]} in tags:
            raise Refused(f"Bucket {bucket} is tagged {PUBLIC_TAG[0]}={PUBLIC_TAG[1]}: it is public on purpose.")
        if _unless_missing(lambda: client.get_bucket_website(Bucket=bucket), "NoSuchWebsiteConfiguration"):
            raise Refused(f"Bucket {bucket} serves a web site, which blocking public access would take down.")


def _unless_missing(read: Any, *codes: str) -> Any:
    """Return what ``read`` returns, or None when AWS says that there is none."""
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise


class QuarantineObject(Action):
    """See ``summary``. No version is ever deleted: the bad one stays in its bucket's history for examination.

    ``before`` and ``after`` are ``{bucket, key, version_id, hidden}``; ``made`` names our copy and delete marker.
    """

    name = "s3.quarantine_object"
    summary = (
        "Copies one version of an object and a manifest to the quarantine bucket, then hides the object behind a "
        "delete marker; undo removes that marker."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "bucket": Parameter("The bucket's name.", "uploads"),
        "key": Parameter("The object's key.", "inbox/report.pdf"),
        "version_id": Parameter("The version that was scanned.", "3sL4kqtJlcpXroDTDmJ", required=False),
        "etag": Parameter("ETag of the version that was scanned.", "b1946ac92492d2347c6235b4d2611184", required=False),
    }
    permissions = Permissions(
        plan=(
            "s3:GetBucketVersioning",
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
            "s3:ListBucketVersions",
        ),
        apply=("kms:Decrypt", "kms:GenerateDataKey", "s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"),
        undo=("s3:DeleteObjectVersion",),
    )
    example = "{action: s3.quarantine_object, with: {bucket: '{bucket}', key: '{key}', version_id: '{version_id}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to hide the object while the version in question is its newest."""
        bucket, key = params["bucket"], params["key"]
        client = account.client("s3")
        try:
            versioning = client.get_bucket_versioning(Bucket=bucket).get("Status")
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return Plan(reason=f"Bucket {bucket} does not exist any more.")
            raise
        newest = self._newest(account, bucket, key)
        if newest is None or newest["hidden"]:
            return Plan(reason=f"Object {key} in bucket {bucket} is gone or hidden already.")
        if versioning != "Enabled":
            raise Refused(f"Bucket {bucket} keeps no versions, so hiding {key} could not be undone; move it by hand.")
        wanted, etag = params.get("version_id"), (params.get("etag") or "").strip('"')
        if (wanted and wanted != newest["version_id"]) or (etag and etag != newest["etag"]):
            return Plan(reason=f"Object {key} in bucket {bucket} was replaced by a newer version since.")
        if newest["size"] > COPY_LIMIT:
            raise Refused(f"Object {key} in bucket {bucket} is larger than 5 GB; copy it by hand.")
        state = {"bucket": bucket, "key": key, "version_id": newest["version_id"]}
        arn = f"{bucket_arn(account, bucket)}/{key}"
        return Plan(
            (
                Change(
                    target=arn,
                    summary=f"Copy object {key} of bucket {bucket} into quarantine and hide it",
                    before={**state, "hidden": False},
                    after={**state, "hidden": True},
                    resources=(
                        f"{bucket_arn(account, account.quarantine_bucket)}/{account.case_id}/*",
                        f"arn:{account.partition}:kms:{account.region}:*:key/*",
                    ),
                ),
            )
        )

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return whether the object is hidden; another version on top shows as that version."""
        before = change.before
        newest = self._newest(account, before["bucket"], before["key"])
        if newest is None:
            return {**before, "version_id": None, "hidden": True}
        return {**before, "version_id": newest["version_id"], "hidden": newest["hidden"]}

    def apply(self, account: Account, change: Change) -> Json:
        """Copy, write the manifest, hide. Done again, it copies to the same place and adds no second marker."""
        copy = self._copy(account, change)
        marker = self._marker(account, change)
        if marker is None:
            answer = account.client("s3").delete_object(Bucket=change.before["bucket"], Key=change.before["key"])
            marker = answer["VersionId"]
        return {"copy": copy, "delete_marker": marker}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Remove our delete marker, and only that. The copy in quarantine stays as evidence."""
        account.client("s3").delete_object(
            Bucket=change.before["bucket"], Key=change.before["key"], VersionId=made["delete_marker"]
        )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:
        """Return the command that removes the delete marker."""
        if not made:
            return ()
        where = f"--bucket {shlex.quote(change.before['bucket'])} --key {shlex.quote(change.before['key'])}"
        return (f"aws s3api delete-object {where} --version-id {shlex.quote(made['delete_marker'])}",)

    def _versions(self, account: Account, bucket: str, key: str) -> tuple[list[Any], list[Any]]:
        """Return the object's own versions and delete markers, newest first."""
        pages = account.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
        versions: list[Any] = []
        markers: list[Any] = []
        for page in pages:
            versions += [entry for entry in page.get("Versions", ()) if entry["Key"] == key]
            markers += [entry for entry in page.get("DeleteMarkers", ()) if entry["Key"] == key]
            if any(entry["Key"] > key for entry in page.get("Versions", ())):
                break
        return versions, markers

    def _newest(self, account: Account, bucket: str, key: str) -> dict[str, Any] | None:
        """Return the newest version that is no marker, and whether a marker hides it; None for no version."""
        versions, markers = self._versions(account, bucket, key)
        if not versions:
            return None
        version = next((entry for entry in versions if entry["IsLatest"]), versions[0])
        return {
            "version_id": version["VersionId"],
            "etag": version["ETag"].strip('"'),
            "size": version["Size"],
            "hidden": any(marker["IsLatest"] for marker in markers),
        }

    def _marker(self, account: Account, change: Change) -> str | None:
        """Return the delete marker that hides the object now, if one does."""
        _, markers = self._versions(account, change.before["bucket"], change.before["key"])
        return next((str(marker["VersionId"]) for marker in markers if marker["IsLatest"]), None)

    def _copy(self, account: Account, change: Change) -> str:
        """Copy the version and describe it; returns the copy's address. Encryption is the quarantine bucket's own."""
        client, state = account.client("s3"), change.before
        source = {"Bucket": state["bucket"], "Key": state["key"], "VersionId": state["version_id"]}
        place = f"{account.case_id}/{state['bucket']}/{state['key']}"
        client.copy_object(Bucket=account.quarantine_bucket, Key=place, CopySource=source, TaggingDirective="REPLACE")
        client.put_object(
            Bucket=account.quarantine_bucket,
            Key=f"{place}.manifest.json",
            Body=json.dumps(self._manifest(account, source), indent=1, sort_keys=True, default=str).encode(),
            ContentType="application/json",
        )
        return f"s3://{account.quarantine_bucket}/{place}"

    def _manifest(self, account: Account, source: Mapping[str, str]) -> dict[str, Any]:
        """Describe all that a copy does not carry, so that the object can be put back as it was."""
        client = account.client("s3")
        head = client.head_object(**source, ChecksumMode="ENABLED")
        return {
            "case_id": account.case_id,
            "source": dict(source),
            "etag": head["ETag"].strip('"'),
            "size": head["ContentLength"],
            "last_modified": head["LastModified"],
            "content_type": head.get("ContentType"),
            "metadata": head.get("Metadata", {}),
            "storage_class": head.get("StorageClass", "STANDARD"),
            "server_side_encryption": head.get("ServerSideEncryption"),
            "kms_key_id": head.get("SSEKMSKeyId"),
            "checksums": {name: value for name, value in head.items() if name.startswith("Checksum")},
            "tags": client.get_object_tagging(**source)["TagSet"],
            "acl": client.get_object_acl(**source)["Grants"],
        }
