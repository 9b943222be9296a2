"""The emulated AWS of these tests: moto, corrected where it does otherwise than AWS, and a view of a whole account."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from moto.cloudtrail.models import Trail

from firedoor.cli.moto_gaps import CREDENTIALS, corrected

REGION = "eu-west-1"
ACCOUNT = "123456789012"
OWN_GROUPS = {"firedoor-quarantine", "firedoor-untrack"}
QUARANTINE_BUCKET = "firedoor-quarantine"
EVIDENCE_BUCKET = "firedoor-evidence"

VIEWS: dict[str, Callable[[], Any]] = {}
"""More to see in the account: name → what reads it. The worlds of a service add theirs."""


@cache
def client(service: str, region: str = REGION) -> Any:
    """Return a client; one serves all tests, since the emulated account is emptied between them."""
    return boto3.client(service, region_name=region, aws_access_key_id="testing", aws_secret_access_key="testing")


@contextlib.contextmanager
def emulated() -> Iterator[None]:
    """Give an empty account."""
    CREDENTIALS.clear()
    with contextlib.ExitStack() as stack:
        # Hundreds of images take moto longer to load than all else; it starts instances without them.
        stack.enter_context(mock.patch.dict(os.environ, MOTO_EC2_LOAD_DEFAULT_AMIS="false"))
        stack.enter_context(mock_aws())
        stack.enter_context(corrected())
        stack.enter_context(mock.patch.object(Trail, "put_insight_selectors", _replace_selectors))
        stack.enter_context(mock.patch.object(Trail, "put_event_selectors", _put_event_selectors))
        yield


def _replace_selectors(trail: Any, selectors: list[Any]) -> None:
    """Set a trail's insight selectors; moto adds them to those that stand."""
    trail.insight_selectors = list(selectors)


def _put_event_selectors(trail: Any, basic: list[Any], advanced: list[Any]) -> None:
    """Set a trail's event selectors: a trail has one kind of them; moto keeps the advanced beside the basic.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
    """
    trail.event_selectors, trail.advanced_event_selectors = basic or [], [] if basic else advanced


def everything() -> dict[str, Any]:
    """Return all that stands in the account and that an action might touch, but what Firedoor made for itself."""
    return {
        "users": {name: _user(name) for name in _names("list_users", "Users", "UserName")},
        "roles": {name: _role(name) for name in _names("list_roles", "Roles", "RoleName")},
        "credentials": {name: dict(entry) for name, entry in CREDENTIALS.items()},
        "groups": _groups(),
        "interfaces": _interfaces(),
        "instances": _instances(),
        "targets": _targets(),
        "buckets": _buckets(),
        "trails": _trails(),
        "bedrock": client("bedrock").get_model_invocation_logging_configuration().get("loggingConfig"),
        **{name: view() for name, view in VIEWS.items()},
    }


def _names(operation: str, key: str, name: str) -> list[str]:
    return [entry[name] for entry in getattr(client("iam"), operation)()[key]]


def _user(name: str) -> dict[str, Any]:
    iam = client("iam")
    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    policies = iam.list_user_policies(UserName=name)["PolicyNames"]
    return {
        "keys": {key["AccessKeyId"]: key["Status"] for key in keys},
        "policies": {
            policy: iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"] for policy in policies
        },
    }


def _role(name: str) -> dict[str, Any]:
    iam = client("iam")
    return {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }


def _groups() -> dict[str, Any]:
    ec2 = client("ec2")
    groups = {entry["GroupId"]: entry["GroupName"] for entry in ec2.describe_security_groups()["SecurityGroups"]}
    rules: dict[str, list[str]] = {group: [] for group, name in groups.items() if name not in OWN_GROUPS}
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        group = rule.pop("GroupId")
        for changes_when_made_again in ("SecurityGroupRuleId", "SecurityGroupRuleArn"):
            rule.pop(changes_when_made_again, None)
        if group in rules:
            rules[group].append(json.dumps(rule, sort_keys=True))
    return {group: sorted(found) for group, found in rules.items()}


def _interfaces() -> dict[str, list[str]]:
    found = client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return {entry["NetworkInterfaceId"]: [group["GroupId"] for group in entry["Groups"]] for entry in found}


def _instances() -> dict[str, Any]:
    ec2 = client("ec2")
    found = [entry for page in ec2.describe_instances()["Reservations"] for entry in page["Instances"]]
    profiles = ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
    scaling = client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]
    return {
        entry["InstanceId"]: {
            "state": entry["State"]["Name"],
            "profiles": [one["IamInstanceProfile"]["Arn"] for one in _of(entry, profiles)],
            "scaling": [one["LifecycleState"] for one in _of(entry, scaling)],
            "protected": _is_protected(entry["InstanceId"]),
        }
        for entry in found
    }


def _of(instance: dict[str, Any], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["InstanceId"] == instance["InstanceId"]]


def _is_protected(instance_id: str) -> bool:
    asked = {"InstanceId": instance_id, "Attribute": "disableApiTermination"}
    return bool(client("ec2").describe_instance_attribute(**asked)["DisableApiTermination"]["Value"])


def _targets() -> dict[str, list[str]]:
    balancing = client("elbv2")
    arns = [group["TargetGroupArn"] for group in balancing.describe_target_groups()["TargetGroups"]]
    return {
        arn: sorted(
            json.dumps(entry["Target"], sort_keys=True)
            for entry in balancing.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        )
        for arn in arns
    }


def _buckets() -> dict[str, Any]:
    s3 = client("s3")
    names = [
        entry["Name"]
        for entry in s3.list_buckets()["Buckets"]
        if entry["Name"] not in (QUARANTINE_BUCKET, EVIDENCE_BUCKET)
    ]
    found = {}
    for name in names:
        try:
            flags = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        except s3.exceptions.ClientError:
            flags = None
        page = s3.list_object_versions(Bucket=name)
        versions = [
            (entry["Key"], entry["VersionId"], entry["IsLatest"])
            for kind in ("Versions", "DeleteMarkers")
            for entry in page.get(kind, ())
        ]
        found[name] = {"flags": flags, "versions": versions}
    return found


def _trails() -> dict[str, Any]:
    trails = client("cloudtrail")
    found = {}
    for trail in trails.describe_trails()["trailList"]:
        arn = trail["TrailARN"]
        selectors = trails.get_event_selectors(TrailName=arn)
        found[arn] = {
            "trail": {name: value for name, value in trail.items() if name != "HasInsightSelectors"},
            "logs": trails.get_trail_status(Name=arn)["IsLogging"],
            "events": [selectors.get(kind) or [] for kind in ("EventSelectors", "AdvancedEventSelectors")],
            "insights": _insights(arn),
            "tags": trails.list_tags(ResourceIdList=[arn])["ResourceTagList"],
        }
    return found


def _insights(arn: str) -> list[Any]:
    trails = client("cloudtrail")
    try:
        return list(trails.get_insight_selectors(TrailName=arn).get("InsightSelectors") or [])
    except trails.exceptions.InsightNotEnabledException:
        return []
