"""Actions on S3: closing a bucket to the public, taking one object out of circulation, redacting one of a log."""

from __future__ import annotations

import hashlib
import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.actions.log_objects import RedactLogObject as RedactLogObject
from firedoor.actions.s3_settings import BlockAccount as BlockAccount
from firedoor.actions.s3_settings import EndUnfinishedUploads as EndUnfinishedUploads
from firedoor.actions.s3_settings import KeepControl as KeepControl
from firedoor.actions.s3_settings import KeepVersions as KeepVersions
from firedoor.actions.s3_settings import RequireTls as RequireTls
from firedoor.actions.s3_settings import SendEvents as SendEvents
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

PUBLIC_TAG = ("firedoor:public", "intended")
"""A bucket with this tag is public on purpose."""

COPY_LIMIT = 5 * 1024**3
"""Bytes that one CopyObject takes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""

PART_SIZE = 512 * 1024**2
"""Bytes of one part of a larger copy."""

SIZE_LIMIT = 50 * 1024**3
"""Bytes; a copy of more might not end while the function runs."""

KEY_LIMIT = 1024
"""Bytes of a key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""

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
            if code_of(error) == "NoSuchBucket":
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
        """Return the four flags: None where the bucket has none, no flags at all where it is gone."""
        bucket = change.before["bucket"]
        found = _unless_missing(lambda: {"flags": self._flags(account, bucket)}, "NoSuchBucket")
        return {"bucket": bucket, **(found or {})}

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

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the flags."""
        return self.undo_commands(change.reversed(), {})

    def _flags(self, account: Account, bucket: str) -> dict[str, bool] | None:
        try:
            found = account.client("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError as error:
            if code_of(error) == "NoSuchPublicAccessBlockConfiguration":
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
        if code_of(error) in codes:
            return None
        raise


class QuarantineObject(Action):
    """See ``summary``. No version is ever deleted: the bad one stays in its bucket's history for examination.

    Only the newest version can be hidden by a delete marker; where the version that was scanned is no longer the
    newest, a marker would hide a newer one that may be clean, so nothing is done.

    ``before`` and ``after`` are ``{bucket, key, version_id, hidden}``; ``made`` names our copy and delete marker. A
    marker that somebody else put on top shows as drift.
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
        plan=("s3:GetBucketVersioning", "s3:ListBucketVersions"),
        apply=(
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
            "s3:PutObject",
            "s3:PutObjectTagging",
        ),
        undo=("s3:DeleteObjectVersion",),
    )
    example = "{action: s3.quarantine_object, with: {bucket: '{bucket}', key: '{key}', version_id: '{version_id}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to hide the object while the version in question is its newest."""
        bucket, key = params["bucket"], params["key"]
        name = f"Object {key} in bucket {bucket}"
        newest = self._newest(account, bucket, key)
        if newest is None:
            return Plan(reason=f"{name} does not exist any more.")
        if newest["marker"]:
            return Plan(reason=f"{name} is hidden by a delete marker already.")
        wanted, etag = params.get("version_id"), (params.get("etag") or "").strip('"')
        if (wanted and wanted != newest["version_id"]) or (etag and etag != newest["etag"]):
            return Plan(
                reason=f"{name} has a newer version than the one that was scanned, and hiding it would hide that; "
                "readers get the newer one, the scanned one is still there by its version id."
            )
        self._refuse_if_final(account, bucket, key, newest["size"])
        state = {"bucket": bucket, "key": key, "version_id": newest["version_id"]}
        change = Change(
            target=f"{bucket_arn(account, bucket)}/{key}",
            summary=f"Copy object {key} of bucket {bucket} into quarantine and hide it",
            before={**state, "hidden": False},
            after={**state, "hidden": True},
            resources=(
                f"{bucket_arn(account, account.quarantine_bucket)}/{account.case_id}/*",
                f"arn:{account.partition}:kms:{account.region}:*:key/*",
            ),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:
        """Return whether the object is hidden by us; another version on top shows as that version."""
        before = change.before
        newest = self._newest(account, before["bucket"], before["key"])
        if newest is None:
            return {**before, "version_id": None, "hidden": True}
        hidden: bool | str = newest["marker"] is not None
        if hidden and made.get("delete_marker") not in (None, newest["marker"]):
            hidden = "by another delete marker"
        return {**before, "version_id": newest["version_id"], "hidden": hidden}

    def apply(self, account: Account, change: Change) -> Json:
        """Copy, write the manifest, hide. Done again, it copies to the same place and adds no second marker."""
        bucket, key, version = (change.before[name] for name in ("bucket", "key", "version_id"))
        place = self._place(account, bucket, key)
        is_retry = self._is_copied(account, change, place)
        newest = self._newest(account, bucket, key)
        marker = newest["marker"] if newest else None
        if newest is None or newest["version_id"] != version or (marker and not is_retry):
            raise Refused(f"Object {key} in bucket {bucket} was changed meanwhile; it was copied, but not hidden.")
        made = {"copy": f"s3://{account.quarantine_bucket}/{place}"}
        return {**made, "delete_marker": marker or self._hide(account, bucket, key, newest["etag"])}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Remove our delete marker, and only that. The copy in quarantine stays as evidence."""
        account.client("s3").delete_object(
            Bucket=change.before["bucket"], Key=change.before["key"], VersionId=made["delete_marker"]
        )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:
        """Return the command that removes the delete marker."""
        if not made:
            return ()
        where = ["--bucket", change.before["bucket"], "--key", change.before["key"]]
        return (shlex.join(["aws", "s3api", "delete-object", *where, "--version-id", made["delete_marker"]]),)

    def _newest(self, account: Account, bucket: str, key: str) -> dict[str, Any] | None:
        """Return the newest version that is no marker, and the marker that hides it; None for no version.

        S3 lists by key, newest first, so all that matters is at the start of the first page.
        """
        client = account.client("s3")
        page = _unless_missing(lambda: client.list_object_versions(Bucket=bucket, Prefix=key), "NoSuchBucket") or {}
        version = next((entry for entry in page.get("Versions", ()) if entry["Key"] == key), None)
        if version is None:
            return None
        markers = [entry for entry in page.get("DeleteMarkers", ()) if entry["Key"] == key and entry["IsLatest"]]
        return {
            "version_id": version["VersionId"],
            "etag": version["ETag"].strip('"'),
            "size": version["Size"],
            "marker": markers[0]["VersionId"] if markers else None,
        }

    def _refuse_if_final(self, account: Account, bucket: str, key: str, size: int) -> None:
        """Refuse what could not be undone, or not be copied."""
        # With versioning suspended, a delete removes the version whose id is "null" for good.
        if account.client("s3").get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
            raise Refused(f"Bucket {bucket} keeps no versions, so hiding {key} could not be undone; move it by hand.")
        if size > SIZE_LIMIT:
            raise Refused(f"Object {key} in bucket {bucket} is larger than {SIZE_LIMIT >> 30} GiB; copy it by hand.")

    def _place(self, account: Account, bucket: str, key: str) -> str:
        """Return the copy's key; where the object's own does not fit behind the case's, its SHA-256 stands for it."""
        place = f"{account.case_id}/{bucket}/{key}"
        if len(place.encode()) <= KEY_LIMIT - _MANIFEST_ROOM:
            return place
        return f"{account.case_id}/{bucket}/sha256-{hashlib.sha256(key.encode()).hexdigest()}"

    def _is_copied(self, account: Account, change: Change, place: str) -> bool:
        """Copy the version and describe it; tells whether an earlier try had done so already.

        The manifest is written last and only once, so a delete marker that stands before it is not ours. Encryption is
        the quarantine bucket's own.
        """
        from boto3.s3.transfer import TransferConfig

        client, state = account.client("s3"), change.before
        source = {"Bucket": state["bucket"], "Key": state["key"], "VersionId": state["version_id"]}
        client.copy(
            source,
            account.quarantine_bucket,
            place,
            ExtraArgs={"TaggingDirective": "REPLACE", "Tagging": f"firedoor:case={account.case_id}"},
            Config=TransferConfig(multipart_threshold=COPY_LIMIT, multipart_chunksize=PART_SIZE),
        )
        try:
            client.put_object(
                Bucket=account.quarantine_bucket,
                Key=f"{place}.{hashlib.sha256(state['version_id'].encode()).hexdigest()[:16]}.manifest.json",
                Body=json.dumps(
                    self._manifest(account, change, source), indent=1, sort_keys=True, default=str
                ).encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if code_of(error) == "PreconditionFailed":
                return True
            raise
        return False

    def _hide(self, account: Account, bucket: str, key: str, etag: str) -> str:
        """Put a delete marker on top, if nothing newer came in between; returns the marker's version id.

        Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
        """
        try:
            answer = account.client("s3").delete_object(Bucket=bucket, Key=key, IfMatch=f'"{etag}"')
        except ClientError as error:
            if code_of(error) in ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"):
                raise Refused(
                    f"Object {key} in bucket {bucket} was changed meanwhile; it was copied, but not hidden."
                ) from error
            raise
        return str(answer["VersionId"])

    def _manifest(self, account: Account, change: Change, source: Mapping[str, str]) -> dict[str, Any]:
        """Describe all that a copy does not carry, so that the object can be put back as it was."""
        client = account.client("s3")
        head = client.head_object(**source, ChecksumMode="ENABLED")
        return {
            "case_id": account.case_id,
            "arn": change.target,
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


_MANIFEST_ROOM = len(".0123456789abcdef.manifest.json")
