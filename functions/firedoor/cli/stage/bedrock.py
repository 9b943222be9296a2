"""Guardrails and log objects of the events.

A guardrail is saved as the timer saves it, then changed or deleted as the event says.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from firedoor.actions.bedrock_guardrails import definition
from firedoor.cli.stage.iam import user
from firedoor.cli.stage.s3 import SAMPLE_LOG, make_bucket
from firedoor.cli.stage.scene import Thing, Where, happen, ids
from firedoor.inspection.secrets import fingerprint
from firedoor.inspection.signals import fingerprint_key
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws

_KEY_ID = "AKIAIOSFODNN7EXAMPLE"

_GUARDRAIL = {
    "name": "payments-guard",
    "contentPolicyConfig": {
        "filtersConfig": [
            {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "NONE"},
            {"type": "MISCONDUCT", "inputStrength": "HIGH", "outputStrength": "HIGH"},
        ]
    },
    "sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
    "blockedInputMessaging": "I cannot help with that.",
    "blockedOutputsMessaging": "I cannot say that.",
}


def _guardrail(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make a guardrail that blocks, with the version that is named, have it saved, then do what was recorded."""
    detail = event["detail"]
    if detail.get("eventName") not in ("DeleteGuardrail", "UpdateGuardrail"):
        return
    where = Where(aws, detail["recipientAccountId"], event["region"])
    client = where.client("bedrock")
    asked = detail["requestParameters"]
    with ids("firedoor.cli.moto_bedrock.new_id", asked["guardrailIdentifier"].rpartition("/")[2]):
        client.create_guardrail(**_GUARDRAIL)
    _make_versions(client, asked)
    aws.timer({"timer": "baseline"})
    if detail["eventName"] == "DeleteGuardrail":
        happen(client, detail)
    elif not detail.get("errorCode"):  # CloudTrail hides the texts, so only what it shows is changed
        shown = {name: value for name, value in asked.items() if name in _GUARDRAIL and name.endswith("Config")}
        client.update_guardrail(guardrailIdentifier=asked["guardrailIdentifier"], **{**_GUARDRAIL, **shown})
    yield Thing(f"Bedrock guardrail {_GUARDRAIL['name']}", lambda: _read(client))
    yield Thing(f"Versions of guardrail {_GUARDRAIL['name']}", lambda: _read_versions(client))


_MOST_VERSIONS = 20
"""Versions that a guardrail may have: https://docs.aws.amazon.com/general/latest/gr/bedrock.html"""


def _make_versions(client: Any, asked: Json) -> None:
    """Make the version that is named, and those before it, each of which spoke otherwise."""
    named = {"guardrailIdentifier": asked["guardrailIdentifier"]}
    last = min(int(asked.get("guardrailVersion", 0)), _MOST_VERSIONS)
    for number in range(1, last + 1):
        older = {"blockedInputMessaging": f"Version {number} cannot help with that."} if number < last else {}
        client.update_guardrail(**named, **{**_GUARDRAIL, **older})
        client.create_guardrail_version(**named)


def _read_versions(client: Any) -> Json:
    """Return what each version of the guardrail of this name says where it blocks: they differ in nothing else."""
    pages = client.get_paginator("list_guardrails").paginate()
    found = {entry["name"]: entry["id"] for page in pages for entry in page["guardrails"]}
    guardrail = found.get(_GUARDRAIL["name"])
    if guardrail is None:
        return {}
    pages = client.get_paginator("list_guardrails").paginate(guardrailIdentifier=guardrail)
    numbers = [entry["version"] for page in pages for entry in page["guardrails"] if entry["version"] != "DRAFT"]
    return {
        number: client.get_guardrail(guardrailIdentifier=guardrail, guardrailVersion=number)["blockedInputMessaging"]
        for number in numbers
    }


def _read(client: Any) -> Json | None:
    """Return the definition of the guardrail of this name: one that was made anew has another id."""
    for page in client.get_paginator("list_guardrails").paginate():
        for entry in page["guardrails"]:
            if entry["name"] == _GUARDRAIL["name"]:
                return definition(client.get_guardrail(guardrailIdentifier=entry["id"]))
    return None


def _inspected_log(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the log object in which inspection found something, with a record that holds an address."""
    where = Where(aws, event["account"], event["region"])
    bucket, key = event["detail"]["log"]["bucket"], event["detail"]["log"]["key"]
    s3 = make_bucket(where, bucket)
    text = SAMPLE_LOG.read_text("utf-8") + json.dumps({"note": "Write to anna@example.com"}) + "\n"
    s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text.encode(), mtime=0))
    yield Thing(f"S3 object {bucket}/{key}", lambda: _read_log(s3, bucket, key))


def _own_key(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user whose key stands in the prompt: an event has no more of it than its fingerprint."""
    seen = {item["fingerprint"] for item in event["detail"]["signals"]["secrets"]["items"]}
    if fingerprint(_KEY_ID, fingerprint_key(aws.services.settings.external_id)) in seen:
        yield user(Where(aws, event["account"], event["region"]), "deploy-bot", _KEY_ID)


def _read_log(s3: Any, bucket: str, key: str) -> Json:
    last = gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).splitlines()[-1]
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return {"last record": json.loads(last), "tags": {tag["Key"]: tag["Value"] for tag in tags}}


MAKERS = (_guardrail, _inspected_log, _own_key)
