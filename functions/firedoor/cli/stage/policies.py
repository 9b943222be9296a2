"""Resource policies of Bedrock, as the events changed them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from firedoor.cli.stage.scene import Thing, Where, happen
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def _resource(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Do what was recorded of a resource policy."""
    detail = event["detail"]
    if detail.get("eventName") != "PutResourcePolicy" or event["source"] not in (
        "aws.bedrock",
        "aws.bedrock-agentcore",
    ):
        return
    asked = detail["requestParameters"]
    arn, name = asked["resourceArn"], "resourcePolicy" if "resourcePolicy" in asked else "policy"
    service = "bedrock" if name == "resourcePolicy" else "bedrock-agent"
    if event["source"] == "aws.bedrock-agentcore":
        service = "bedrock-agentcore-control"
    client = Where(aws, detail["recipientAccountId"], event["region"]).client(service)
    happen(client, detail)

    def read() -> Json:
        try:
            return {"policy": json.loads(client.get_resource_policy(resourceArn=arn)[name])}
        except client.exceptions.ResourceNotFoundException:
            return {"policy": None}

    yield Thing(f"Resource policy of {arn}", read)


MAKERS = (_resource,)
