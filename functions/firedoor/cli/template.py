"""What ``template.yaml`` says, for tools that must do as the deployed stack does: handlers, queues, table and rules."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from firedoor.patterns import Index, build_index

PATH = Path(__file__).resolve().parents[3] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short intrinsics, each as ``{"Fn::Name": value}``."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {f"Fn::{suffix}": loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {f"Fn::{suffix}": loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)  # noqa: S101  for the type checker: no other node is left
    return {f"Fn::{suffix}": loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


@lru_cache(maxsize=2)
def read_template(path: Path = PATH) -> dict[str, Any]:
    """Return a template, parsed; raises OSError if there is none."""
    parsed: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506  it is a safe loader
    return parsed


def resources(kind: str, path: Path = PATH) -> dict[str, dict[str, Any]]:
    """Return the resources of one type: logical id → the whole resource."""
    return {name: value for name, value in read_template(path)["Resources"].items() if value["Type"] == kind}


def handlers() -> dict[str, str]:
    """Return function → handler: ``{"classify": "classify.app.handler", …}``."""
    functions = resources("AWS::Serverless::Function")
    return {name.removesuffix("Function").lower(): entry["Properties"]["Handler"] for name, entry in functions.items()}


def variables() -> frozenset[str]:
    """Return the names of the environment variables that every function gets."""
    return frozenset(read_template()["Globals"]["Function"]["Environment"]["Variables"])


def table_definition() -> dict[str, Any]:
    """Return what ``CreateTable`` wants to know of the table."""
    properties = resources("AWS::DynamoDB::Table")["Table"]["Properties"]
    return {
        name: properties[name]
        for name in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    }


def max_receive_count(queue: str) -> int:
    """Return how often a queue delivers a message before it becomes a dead letter."""
    redrive = resources("AWS::SQS::Queue")[f"{queue.capitalize()}Queue"]["Properties"]["RedrivePolicy"]
    return int(redrive["maxReceiveCount"])


@lru_cache(maxsize=1)
def routes() -> Index:
    """Return the rules as one index: an event's matches are the queues that it is sent to.

    A rule that is off by default counts too, and the rule of the Bedrock log bucket matches any bucket: both are for
    the operator to switch on.
    """
    return build_index(_rules())


def _rules() -> list[tuple[str, Any]]:
    found = []
    for rule in resources("AWS::Events::Rule").values():
        properties = rule["Properties"]
        if "Queue." not in properties["Targets"][0]["Arn"]["Fn::GetAtt"]:
            continue  # our own alerts, on their way out
        text = json.dumps(properties["EventPattern"]).replace('{"Fn::Ref": "BedrockLogBucket"}', '{"exists": true}')
        queue = properties["Targets"][0]["Arn"]["Fn::GetAtt"].partition("Queue.")[0].lower()
        found.append((queue, json.loads(text)))
    return found
