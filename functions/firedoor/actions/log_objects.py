"""Action on objects of Bedrock's invocation log: a copy without personal data and secrets takes the original's place.

`s3` hands it out with its other actions.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shlex
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode

from botocore.exceptions import ClientError

from firedoor import packing
from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.evidence import ORIGINAL
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

TAG = "firedoor:redacted"
"""Tag of a redacted copy; its value is the case."""

ORIGINALS = "originals"
"""Prefix of the evidence bucket under which originals lie."""

LIMIT = 16 * 1024**2
"""Bytes of log, unpacked; redacting more might not end while the function runs."""

_MOST_TAGS = 10
"""Tags of an object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

_WRITING = ("kms:Decrypt", "kms:GenerateDataKey", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging")


class RedactLogObject(Action):
    """See ``summary``. What is replaced is told apart by type and keyed fingerprint, so that repeats still correlate.

    Only objects of this account's own invocation log are touched, and only in Firedoor's own account, where the
    evidence is. Bodies that Bedrock moved out of a record are objects of their own. In a bucket that keeps versions the
    former version stays behind the redacted one: no version is ever deleted.

    ``before`` and ``after`` are ``{bucket, key, tags}``: the tag tells a redacted copy.
    """

    name = "s3.redact_log_object"
    summary = (
        "Copies an object of Bedrock's invocation log under lock into the evidence bucket and writes a copy in its "
        "place, in which personal data and secrets are keyed fingerprints; undo writes the original back."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "bucket": Parameter("The log bucket's name.", "prod-bedrock-logs"),
        "key": Parameter(
            "The log object's key.",
            "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/2026/11/20/15/20261120T150358Z_1a2b.json.gz",
        ),
    }
    two_person = True  # what a log says may be evidence: nobody writes it anew alone
    permissions = Permissions(plan=("s3:GetObjectTagging",), apply=_WRITING, undo=_WRITING)
    example = "{action: s3.redact_log_object, with: {bucket: '{log_bucket}', key: '{log_key}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to redact the object unless a redacted copy stands there already."""
        bucket, key = params["bucket"], params["key"]
        _refuse_other_objects(account, key)
        tags = _tags(account, bucket, key)
        if tags is None:
            return Plan(reason=f"Log object {key} in bucket {bucket} does not exist any more.")
        if TAG in tags:
            return Plan(reason=f"Log object {key} in bucket {bucket} is redacted already.")
        if len(tags) == _MOST_TAGS:
            raise Refused(f"Log object {key} has {_MOST_TAGS} tags already, so that it cannot be marked as redacted.")
        state = {"bucket": bucket, "key": key}
        change = Change(
            target=f"arn:{account.partition}:s3:::{bucket}/{key}",
            summary=f"Replace personal data and secrets in log object {key} of bucket {bucket} by fingerprints",
            before={**state, "tags": tags},
            after={**state, "tags": {**tags, TAG: account.case_id}},
            resources=(
                f"arn:{account.partition}:s3:::{account.evidence_bucket}/{ORIGINALS}/{account.case_id}/*",
                f"arn:{account.partition}:kms:{account.region}:*:key/*",
            ),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the object's tags; None where it is gone."""
        bucket, key = change.before["bucket"], change.before["key"]
        return {"bucket": bucket, "key": key, "tags": _tags(account, bucket, key)}

    def apply(self, account: Account, change: Change) -> Json:
        """Lock the original away, then put the redacted copy in its place if nobody else wrote there meanwhile."""
        client = account.client("s3")
        where = {"Bucket": change.before["bucket"], "Key": change.before["key"]}
        found = client.get_object(**where)
        earlier = found["Metadata"].get(ORIGINAL, "")
        if earlier and self.read(account, change, {}) == change.after:
            return {"original": f"s3://{account.evidence_bucket}/{earlier}"}
        body = found["Body"].read(LIMIT + 1)
        redacted = redacted_log(account, body)
        shape = {name: found[name] for name in ("ContentType", "ContentEncoding") if found.get(name)}
        place = f"{ORIGINALS}/{account.case_id}/{hashlib.sha256(body).hexdigest()}"
        self._lock_away(account, place, body, {**shape, "Metadata": found["Metadata"]}, change.before["tags"])
        client.put_object(
            **where,
            **shape,
            Body=redacted,
            Metadata={**found["Metadata"], ORIGINAL: place},
            Tagging=urlencode(change.after["tags"]),
            IfMatch=found["ETag"],
        )
        return {"original": f"s3://{account.evidence_bucket}/{place}"}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Write the original back. Its copy in the evidence bucket stays as long as the lock says."""
        client = account.client("s3")
        bucket, _, place = made["original"].removeprefix("s3://").partition("/")
        found = client.get_object(Bucket=bucket, Key=place)
        shape = {name: found[name] for name in ("ContentType", "ContentEncoding") if found.get(name)}
        client.put_object(
            Bucket=change.before["bucket"],
            Key=change.before["key"],
            Body=found["Body"].read(),
            Metadata={**found["Metadata"], ORIGINAL: place},
            Tagging=urlencode(change.before["tags"]),
            **shape,
        )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:
        """Return the command that copies the original back with its tags."""
        if not made:
            return ()
        where = ["--bucket", change.before["bucket"], "--key", change.before["key"]]
        source = quote(made["original"].removeprefix("s3://"))
        tags = ["--tagging", urlencode(change.before["tags"])] if change.before["tags"] else []
        return (
            shlex.join(
                [
                    "aws",
                    "s3api",
                    "copy-object",
                    *where,
                    "--copy-source",
                    source,
                    "--tagging-directive",
                    "REPLACE",
                    *tags,
                ]
            ),
        )

    def _lock_away(self, account: Account, place: str, body: bytes, shape: Json, tags: Mapping[str, str]) -> None:
        """Write the original once. The bucket locks it by its default; S3 demands a checksum of what is locked."""
        try:
            account.client("s3").put_object(
                Bucket=account.evidence_bucket,
                Key=place,
                Body=body,
                Tagging=urlencode(tags),
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                **shape,
            )
        except ClientError as error:
            if code_of(error) != "PreconditionFailed":  # an earlier try put the same bytes there
                raise


def redacted_log(account: Account, body: bytes) -> bytes:
    """Return a log object's content with personal data and secrets replaced, packed as it was.

    Each line is a record; one that is no JSON is redacted as a text.

    Raises:
        Refused: It is larger than ``LIMIT`` or cannot be unpacked.
    """
    packed = body.startswith(packing.MAGIC)
    lines = (_unpacked(body) if packed else body).splitlines(keepends=True)
    if sum(map(len, lines)) > LIMIT:
        raise Refused(f"The log object is larger than {LIMIT >> 20} MiB unpacked; redact it by hand.")
    redacted = "".join(_redacted_line(account, line.decode("utf-8", "replace")) for line in lines)
    text = redacted.encode("utf-8", "replace")
    return gzip.compress(text, mtime=0) if packed else text


def _redacted_line(account: Account, line: str) -> str:
    from firedoor.inspection.redaction import redact_record, redact_text
    from firedoor.inspection.signals import fingerprint_key

    key = fingerprint_key(account.external_id)
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return redact_text(line, key)
    return json.dumps(redact_record(record, key), ensure_ascii=False) + line[len(line.rstrip("\r\n")) :]


def _unpacked(body: bytes) -> bytes:
    try:
        return packing.unpack(body, LIMIT)
    except ValueError as error:
        raise Refused(f"The log object is {error}; look at it by hand.") from error


def _refuse_other_objects(account: Account, key: str) -> None:
    if account.account_id != account.home_account_id:
        raise Refused("The log is not in Firedoor's own account, where originals are kept; redact it by hand.")
    if not re.search(rf"(?:^|/)AWSLogs/{account.account_id}/BedrockModelInvocationLogs/", key):
        raise Refused("The object is not one of this account's model-invocation log, so it is not rewritten.")


def _tags(account: Account, bucket: str, key: str) -> dict[str, Any] | None:
    try:
        found = account.client("s3").get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    except ClientError as error:
        if code_of(error) in ("NoSuchKey", "NoSuchBucket"):
            return None
        raise
    return {tag["Key"]: tag["Value"] for tag in found}
