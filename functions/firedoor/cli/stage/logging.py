"""Trails and invocation logging of the events: saved as the timer saves it, then changed as the event says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from firedoor.cli.stage.s3 import make_bucket
from firedoor.cli.stage.scene import Thing, Where, happen
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def _trail(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make a trail that records everything, have it saved, then do what was recorded."""
    detail = event["detail"]
    if detail.get("eventSource") != "cloudtrail.amazonaws.com":
        return
    where = Where(aws, detail["recipientAccountId"], event["region"])
    asked = detail["requestParameters"]
    name = (asked.get("name") or asked["trailName"]).rpartition("/")[2]
    bucket = f"acme-cloudtrail-{where.account}"
    make_bucket(where, bucket)
    client = where.client("cloudtrail")
    client.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    client.put_event_selectors(
        TrailName=name, EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
    )
    client.start_logging(Name=name)
    aws.timer({"timer": "baseline"})
    happen(client, detail)
    yield Thing(f"CloudTrail trail {name}", lambda: _read_trail(client, name))


def _read_trail(client: Any, name: str) -> Json | None:
    found = [trail for trail in client.describe_trails()["trailList"] if trail["Name"] == name]
    if not found:
        return None
    trail = found[0]
    return {
        "logging": client.get_trail_status(Name=name)["IsLogging"],
        "all regions": trail["IsMultiRegionTrail"],
        "global service events": trail["IncludeGlobalServiceEvents"],
        "log file validation": trail["LogFileValidationEnabled"],
        "bucket": trail["S3BucketName"],
        "event selectors": client.get_event_selectors(TrailName=name).get("EventSelectors"),
    }


def _invocation_logging(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Configure Bedrock's invocation logging, have it saved, then do what was recorded."""
    detail = event["detail"]
    if "ModelInvocationLoggingConfiguration" not in detail.get("eventName", ""):
        return
    where = Where(aws, detail["recipientAccountId"], event["region"])
    bucket = f"acme-bedrock-logs-{where.account}"
    make_bucket(where, bucket)
    client = where.client("bedrock")
    client.put_model_invocation_logging_configuration(
        loggingConfig={
            "s3Config": {"bucketName": bucket, "keyPrefix": "invocations"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": True,
            "embeddingDataDeliveryEnabled": True,
        }
    )
    aws.timer({"timer": "baseline"})
    happen(client, detail)
    yield Thing(
        f"Bedrock invocation logging in {where.region}",
        lambda: client.get_model_invocation_logging_configuration().get("loggingConfig"),
    )


MAKERS = (_trail, _invocation_logging)
