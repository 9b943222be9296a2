"""Worlds for redacting objects of the invocation log."""

from __future__ import annotations

import gzip
import json
from typing import Any

from emulator import EVIDENCE_BUCKET, REGION, VIEWS, client
from scenarios import Setup, World

BUCKET = "prod-bedrock-logs"
KEY = f"ai/AWSLogs/123456789012/BedrockModelInvocationLogs/{REGION}/2026/01/31/03/20260131T0258_1a2b.json.gz"
SECRET = "AKIA" + "J45Q7YFFARZ2KQ5D"
"""In two pieces, lest a scanner of this repository finds it; what ends in EXAMPLE counts as no secret."""
RECORD = {
    "schemaType": "ModelInvocationLog",
    "accountId": "123456789012",
    "requestId": "db92cf5b-a412-4c3c-a2ea-f60575dc3ff1",
    "input": {
        "inputBodyJson": {
            "messages": [{"role": "user", "content": [{"text": f"Write to anna@example.com with {SECRET}"}]}]
        }
    },
}
LINES = (json.dumps(RECORD), "not JSON, from anna@example.com")


def log_object(world: World) -> dict[str, Any]:
    """A log object with two lines, in which one address stands twice, and the bucket for originals."""
    s3 = world.client("s3")
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    s3.create_bucket(Bucket=EVIDENCE_BUCKET, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    s3.put_object(
        Bucket=BUCKET,
        Key=KEY,
        Body=gzip.compress("\n".join(LINES).encode(), mtime=0),
        ContentType="application/json",
        Tagging="team=a%2Bb",
    )
    return {"bucket": BUCKET, "key": KEY}


def plain_log_object(world: World) -> dict[str, Any]:
    """One that is not packed, and has no tags."""
    parameters = log_object(world)
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=LINES[0].encode())
    return parameters


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "log object": ("s3.redact_log_object", log_object),
    "plain log object": ("s3.redact_log_object", plain_log_object),
}


def content() -> dict[str, Any] | None:
    """Return what a reader of the log object gets, and its tags."""
    s3 = client("s3")
    if BUCKET not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]:
        return None
    found = s3.get_object(Bucket=BUCKET, Key=KEY)
    return {
        "body": found["Body"].read(),
        "type": found["ContentType"],
        "tags": s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"],
    }


VIEWS["log object"] = content
