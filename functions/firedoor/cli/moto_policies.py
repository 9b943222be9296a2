"""Resource policies of Bedrock, its agents and AgentCore, which moto does not have, as far as Firedoor needs them.

Names and shapes are those of botocore's models. A policy is kept as it was written; nothing is allowed by it here.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from firedoor.cli.moto_answers import Answers, answering

POLICIES: dict[tuple[str, str], str] = {}
"""Region and ARN of a resource → its policy."""


@contextlib.contextmanager
def policies_filled() -> Iterator[None]:
    """Let moto answer the calls on policies; what was written is forgotten in the end."""
    from moto.bedrock.responses import BedrockResponse
    from moto.bedrockagent.responses import AgentsforBedrockResponse
    from moto.bedrockagentcorecontrol.responses import BedrockAgentCoreControlResponse

    answers = {
        BedrockResponse: _answers("resourcePolicy"),
        AgentsforBedrockResponse: _answers("policy"),
        BedrockAgentCoreControlResponse: _answers("policy"),
    }
    with answering(answers, POLICIES):
        yield


def _answers(name: str) -> Answers:
    """Return what answers the calls of a service that calls a policy ``name``."""

    def put(response: Any) -> str:
        body = json.loads(response.body)
        arn = body.get("resourceArn") or _in_path(response)
        POLICIES[response.region, arn] = body[name]
        return json.dumps({"resourceArn": arn, "revisionId": "1", name: body[name]})

    def get(response: Any) -> str:
        arn = _in_path(response)
        return json.dumps({"resourceArn": arn, "revisionId": "1", name: _policy(response, arn)})

    def delete(response: Any) -> str:
        arn = _in_path(response)
        _policy(response, arn)
        del POLICIES[response.region, arn]
        return json.dumps({"resourceArn": arn})

    return {"put_resource_policy": put, "get_resource_policy": get, "delete_resource_policy": delete}


def _in_path(response: Any) -> str:
    """Return the ARN, which stands last in the path and has slashes of its own."""
    return "arn:" + unquote(response.path).partition("/arn:")[2]


def _policy(response: Any, arn: str) -> str:
    from moto.bedrock.exceptions import ResourceNotFoundException

    if (response.region, arn) not in POLICIES:
        raise ResourceNotFoundException("The resource policy could not be found.")
    return POLICIES[response.region, arn]
