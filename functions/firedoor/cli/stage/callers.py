"""Who made a call that is answered by stopping them, and the objects that they wrote or Macie found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from firedoor.cli.stage.iam import role, user
from firedoor.cli.stage.s3 import read_object, scanned_version
from firedoor.cli.stage.scene import Thing, Where
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def _caller(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user or role of a recorded call on an object, or for a session of its own."""
    detail = event["detail"]
    if detail.get("eventCategory") != "Data" and detail.get("eventName") != "GetFederationToken":
        return
    where, identity = Where(aws, detail["recipientAccountId"], event["region"]), detail["userIdentity"]
    if identity["type"] == "IAMUser":
        yield user(where, identity["userName"], identity["accessKeyId"])
    elif identity["type"] == "AssumedRole":
        yield role(where, identity["sessionContext"]["sessionIssuer"]["userName"])


_WRITES = ("PutObject", "CopyObject", "CompleteMultipartUpload")


def _written_object(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the object that a recorded call wrote, with the version id that S3 answered."""
    detail = event["detail"]
    if event["source"] != "aws.s3" or detail.get("eventName") not in _WRITES or detail.get("errorCode"):
        return
    where, asked = Where(aws, detail["recipientAccountId"], event["region"]), detail["requestParameters"]
    bucket, key = asked["bucketName"], asked["key"]
    s3 = scanned_version(where, bucket, key, {"versionId": detail["responseElements"].get("x-amz-version-id")})
    yield Thing(f"S3 object {bucket}/{key}", lambda: read_object(s3, bucket, key))


def _found_object(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the object of a finding of Macie, with its version id and ETag."""
    if event["source"] != "aws.macie":
        return
    found = event["detail"]["resourcesAffected"]["s3Object"]
    where = Where(aws, event["detail"]["accountId"], event["region"])
    bucket = event["detail"]["resourcesAffected"]["s3Bucket"]["name"]
    s3 = scanned_version(where, bucket, found["key"], found)
    yield Thing(f"S3 object {bucket}/{found['key']}", lambda: read_object(s3, bucket, found["key"]))


MAKERS = (_caller, _found_object, _written_object)
