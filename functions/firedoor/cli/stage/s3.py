"""Buckets and objects of the events, invocation logs among them."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

import firedoor
from firedoor.cli.stage.iam import principal
from firedoor.cli.stage.scene import Thing, Where
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def make_bucket(where: Where, bucket: str, *, versioned: bool = False) -> Any:
    """Make a bucket and return a client of S3 for it."""
    s3 = where.client("s3")
    place = {} if where.region == "us-east-1" else {"LocationConstraint": where.region}
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return s3


def _scanned_object(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the object of a malware scan, with the version id and ETag of the event."""
    found = event["detail"]["s3ObjectDetails"]
    where = Where(aws, event["account"], event["region"])
    bucket, key = found["bucketName"], found["objectKey"]
    s3 = scanned_version(where, bucket, key, found)
    yield Thing(f"S3 object {bucket}/{key}", lambda: read_object(s3, bucket, key))
    quarantine = aws.services.settings.quarantine_bucket
    yield Thing(f"Quarantine bucket {quarantine}", lambda: _read_quarantine(aws, quarantine), restorable=False)


def scanned_version(where: Where, bucket: str, key: str, found: Json) -> Any:
    """Make a bucket and in it the version of an object with the ``versionId`` and ``eTag`` of an event; return S3."""
    s3 = make_bucket(where, bucket, versioned=bool(found.get("versionId")))
    s3.put_object(Bucket=bucket, Key=key, Body=b"a harmless stand-in", Tagging="uploader=partner-7")
    _name_version(where.account, bucket, key, found)
    return s3


def _name_version(account: str, bucket: str, key: str, found: Json) -> None:
    """Give the version that was just written the id and ETag that the event names."""
    from moto.s3.models import s3_backends

    version = s3_backends[account]["aws"].buckets[bucket].keys.getlist(key)[-1]
    if found.get("eTag"):
        version._etag = found["eTag"]  # noqa: SLF001  no call sets what S3 itself chooses
    if found.get("versionId"):
        version._version_id = found["versionId"]  # noqa: SLF001


def read_object(s3: Any, bucket: str, key: str) -> Json:
    """Read what a reader gets of an object, and which versions of it there are."""
    listed = s3.list_object_versions(Bucket=bucket, Prefix=key)
    try:
        s3.head_object(Bucket=bucket, Key=key)
        seen = "the object"
    except ClientError:
        seen = "404 Not Found"
    return {
        "a reader gets": seen,
        "versions": [version["VersionId"] for version in listed.get("Versions", ())],
        "hidden by delete markers": len(listed.get("DeleteMarkers", ())),
    }


def _read_quarantine(aws: EmbeddedAws, bucket: str) -> Json:
    found = aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return {"objects": [entry["Key"] for entry in found]}


def _log_object(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the invocation-log object that was announced, and the roles whose calls it holds."""
    if event["detail-type"] != "Object Created" or "BedrockModelInvocationLogs" not in event["detail"]["object"]["key"]:
        return
    where = Where(aws, event["account"], event["region"])
    lines = SAMPLE_LOG.read_text("utf-8").splitlines()
    s3 = make_bucket(where, event["detail"]["bucket"]["name"])
    s3.put_object(
        Bucket=event["detail"]["bucket"]["name"],
        Key=event["detail"]["object"]["key"],
        Body=gzip.compress("\n".join(lines).encode()),
    )
    for record in map(json.loads, lines):
        yield principal(Where(aws, record["accountId"], record["region"]), record["identity"]["arn"])


SAMPLE_LOG = Path(firedoor.__file__).parents[2] / "events" / "bedrock_invocation_log.jsonl"
"""What stands in every log object that is staged."""


def _misused_bucket(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the bucket of a GuardDuty finding, and its object, if it names one."""
    found = event["detail"]["resource"]["s3BucketDetails"][0]
    where, bucket = Where(aws, event["detail"]["accountId"], event["region"]), found["name"]
    objects = found.get("s3ObjectDetails", ())
    s3 = make_bucket(where, bucket, versioned=bool(objects))
    for entry in objects:
        s3.put_object(Bucket=bucket, Key=entry["key"], Body=b"a harmless stand-in")
        _name_version(where.account, bucket, entry["key"], entry)
        key = entry["key"]
        yield Thing(f"S3 object {bucket}/{key}", partial(read_object, s3, bucket, key))
    yield Thing(f"S3 bucket {bucket}", lambda: _read_access(s3, bucket))


def _called_bucket(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the bucket of a recorded call, and do what was recorded with its policy."""
    detail = event["detail"]
    if detail.get("eventSource") != "s3.amazonaws.com" or not detail.get("managementEvent"):
        return
    where, bucket = Where(aws, detail["recipientAccountId"], event["region"]), detail["requestParameters"]["bucketName"]
    s3 = make_bucket(where, bucket)
    if detail["eventName"] == "PutBucketPolicy":
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(detail["requestParameters"]["bucketPolicy"]))
    yield Thing(f"S3 bucket {bucket}", lambda: _read_access(s3, bucket))


def _read_access(s3: Any, bucket: str) -> Json:
    try:
        return {"block public access": s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]}
    except ClientError:
        return {"block public access": None}


MAKERS = (_scanned_object, _log_object, _called_bucket, _misused_bucket)
