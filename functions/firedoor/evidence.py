"""What is kept to prove what was seen, planned and done: JSON objects in the evidence bucket.

Each is chained by SHA-256 to the one before it in the same occurrence. Owns their names, form and verification; not
how long they are locked (``template.yaml``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from botocore.exceptions import ClientError

from firedoor.faults import code_of
from firedoor.plans import Json

ORIGINAL = "firedoor-original"
"""Metadata of a log object that a redaction or its undo wrote: the place of the original in the evidence bucket.

A second try knows by it what the first one made, and the reader of the log that its calls are no new ones.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored piece of evidence: its key in the evidence bucket and the SHA-256 of its bytes, in hex."""

    key: str
    sha256: str


class Evidence:
    """The evidence bucket."""

    def __init__(self, s3: Any, bucket: str) -> None:
        """``s3`` is a boto3 S3 client."""
        self._s3 = s3
        self._bucket = bucket

    def save(self, where: str, kind: str, content: Json, before: Sequence[Entry], at: datetime) -> Entry:
        """Store ``content`` as ``cases/<where>-<kind>.json`` and return its entry.

        ``where`` names the case, the occurrence and its version, so that a retry finds what the first try stored: the
        first stays, a second one is not written. Botocore's errors pass through: without evidence nothing is changed.
        """
        key = f"cases/{where}-{kind}.json"
        body = _encode(
            {
                "kind": kind,
                "at": at.isoformat(timespec="seconds"),
                "tool": f"firedoor {tool_version()}",
                "previous_sha256": before[-1].sha256 if before else None,
                "content": content,
            }
        )
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType="application/json", IfNoneMatch="*"
            )
        except ClientError as error:
            if code_of(error) != "PreconditionFailed":
                raise
            body = self._read(key)
        return Entry(key, hashlib.sha256(body).hexdigest())

    def verify(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Read every entry of one occurrence back and return what is wrong with them, a sentence each; none is good."""
        wrong = []
        previous: str | None = None
        for entry in entries:
            try:
                body = self._read(entry.key)
            except ClientError as error:
                wrong.append(f"{entry.key} cannot be read ({error.response['Error']['Code']}).")
                continue
            if hashlib.sha256(body).hexdigest() != entry.sha256:
                wrong.append(f"{entry.key} is not what was stored: its SHA-256 differs.")
            elif json.loads(body)["previous_sha256"] != previous:
                wrong.append(f"{entry.key} does not follow the entry before it.")
            previous = entry.sha256
        return tuple(wrong)

    def uri(self, entry: Entry) -> str:
        """Return the entry's ``s3://`` address."""
        return f"s3://{self._bucket}/{entry.key}"

    def _read(self, key: str) -> bytes:
        body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body


def _encode(content: Json) -> bytes:
    return json.dumps(content, sort_keys=True, indent=1, default=str, ensure_ascii=True).encode()


def tool_version() -> str:
    """Return the installed version; in Lambda, where nothing is installed, the one in the artifact."""
    try:
        return version("firedoor")
    except PackageNotFoundError:
        return "in Lambda"
