"""A world for every action: what is in the account before, and the parameters of the step. Used by all rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3

from firedoor.accounts import Account

ACCOUNT, REGION = "123456789012", "eu-west-1"
EVENT_TIME = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)
NOW = datetime(2026, 1, 31, 3, 1, tzinfo=UTC)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


@dataclass
class World:
    """One emulated account, and what was saved of it before the event."""

    baselines: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION) -> Any:
        """Return a plain client, for the test's own eyes and hands."""
        return boto3.client(service, region_name=region)

    def account(self) -> Account:
        """Return what an action gets."""
        made: dict[tuple[str, str], Any] = {}

        def make_client(service: str, region: str) -> Any:
            return made.setdefault((service, region), boto3.client(service, region_name=region))

        return Account(
            account_id=ACCOUNT,
            region=REGION,
            partition="aws",
            case_id="fd-20260131-7f3a2b",
            event_time=EVENT_TIME,
            now=lambda: NOW,
            make_client=make_client,
            baseline=self.baselines.get,
            quarantine_bucket="firedoor-quarantine",
            home_account_id=ACCOUNT,
        )


Setup = Callable[[World], Mapping[str, Any]]
"""Puts things into the world and returns the step's parameters."""


def user_with_key(world: World) -> dict[str, Any]:
    """A user with one active key."""
    iam = world.client("iam")
    iam.create_user(UserName="deploy-bot", Path="/robots/")
    key = iam.create_access_key(UserName="deploy-bot")["AccessKey"]["AccessKeyId"]
    return {"user": "deploy-bot", "access_key_id": key}


def key_alone(world: World) -> dict[str, Any]:
    """The same, where the event does not name the user."""
    return {"access_key_id": user_with_key(world)["access_key_id"]}


def user(world: World) -> dict[str, Any]:
    """A user."""
    user_with_key(world)
    return {"user": "deploy-bot"}


def role(world: World) -> dict[str, Any]:
    """A role."""
    world.client("iam").create_role(RoleName="payments-api", AssumeRolePolicyDocument=TRUST)
    return {"role": "payments-api"}


def role_with_older_cut_off(world: World) -> dict[str, Any]:
    """A role whose sessions were revoked once, months ago."""
    parameters = role(world)
    condition = {"DateLessThan": {"aws:TokenIssueTime": "2025-06-01T00:00:00Z"}}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    world.client("iam").put_role_policy(
        RoleName="payments-api",
        PolicyName="AWSRevokeOlderSessions",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    return parameters


def role_session(world: World) -> dict[str, Any]:
    """One session of a role."""
    return {**role(world), "session": "i-0a1b2c3d4e5f67890"}


def role_session_arn(world: World) -> dict[str, Any]:
    """The principal of a model invocation."""
    role(world)
    return {"principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/payments-api/i-0abc"}


def unguarded_user(world: World) -> dict[str, Any]:
    """A user that is to be denied only what no guardrail watches."""
    user(world)
    return {"principal": f"arn:aws:iam::{ACCOUNT}:user/robots/deploy-bot", "only_without_guardrail": True}


def security_group(world: World) -> str:
    """A group with an open SSH rule, an internal one, and an open web port; returns its id."""
    ec2 = world.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    group: str = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "to be closed"}, {"CidrIp": "10.20.0.0/16"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            },
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ],
    )
    return group


def rules_of(world: World, group: str) -> list[dict[str, Any]]:
    """Return a group's ingress rules."""
    found = world.client("ec2").describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return [rule for rule in found["SecurityGroupRules"] if not rule["IsEgress"]]


def open_ports(world: World) -> dict[str, Any]:
    """What Security Hub reports: a group, whichever rules it has."""
    return {"group_id": security_group(world), "open_to_world": True, "ports": [22, 3389]}


def added_rules(world: World) -> dict[str, Any]:
    """What CloudTrail reports: exactly the rules that one call added, one of them harmless."""
    group = security_group(world)
    added = [rule["SecurityGroupRuleId"] for rule in rules_of(world, group) if rule["FromPort"] == 22]
    return {"group_id": group, "rule_ids": added, "open_to_world": True, "ports": [22]}


def instance(world: World) -> dict[str, Any]:
    """An instance with an instance profile."""
    ec2, iam = world.client("ec2"), world.client("iam")
    role(world)
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="payments-api")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    groups = [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("b", "a")]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=groups, InstanceType="t3.micro"
    )
    instance_id = made["Instances"][0]["InstanceId"]
    ec2.associate_iam_instance_profile(IamInstanceProfile={"Name": "web"}, InstanceId=instance_id)
    world.names |= {"vpc": vpc, "subnet": subnet, "group_b": groups[0], "group_a": groups[1]}
    return {"instance_id": instance_id}


def instance_in_auto_scaling_group(world: World) -> dict[str, Any]:
    """An instance that an auto-scaling group would replace."""
    parameters = instance(world)
    scaling = world.client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web", MinSize=0, MaxSize=3, InstanceId=parameters["instance_id"],
        VPCZoneIdentifier=world.names["subnet"], DesiredCapacity=0,
    )  # fmt: skip
    scaling.attach_instances(AutoScalingGroupName="web", InstanceIds=[parameters["instance_id"]])
    return parameters


def bucket(world: World) -> dict[str, Any]:
    """A bucket without any block of public access."""
    world.client("s3").create_bucket(Bucket="statements", CreateBucketConfiguration={"LocationConstraint": REGION})
    return {"bucket": "statements"}


def bucket_half_blocked(world: World) -> dict[str, Any]:
    """A bucket with two of the four flags."""
    parameters = bucket(world)
    flags = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }
    world.client("s3").put_public_access_block(Bucket="statements", PublicAccessBlockConfiguration=flags)
    return parameters


def infected_object(world: World) -> dict[str, Any]:
    """A versioned bucket whose newest version of an object is bad, and a quarantine bucket."""
    bucket(world)
    s3 = world.client("s3")
    s3.put_bucket_versioning(Bucket="statements", VersioningConfiguration={"Status": "Enabled"})
    s3.create_bucket(Bucket="firedoor-quarantine", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="firedoor-quarantine", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="statements", Key="in/a b+c.pdf", Body=b"clean")
    bad = s3.put_object(Bucket="statements", Key="in/a b+c.pdf", Body=b"bad", Tagging="team=ml", Metadata={"by": "eve"})
    s3.put_object(Bucket="statements", Key="in/a b+c.pdf.other", Body=b"clean")
    return {"bucket": "statements", "key": "in/a b+c.pdf", "version_id": bad["VersionId"], "etag": bad["ETag"]}


def trail(world: World) -> str:
    """A trail that logs everything, saved as baseline; returns its ARN."""
    from firedoor.actions.cloudtrail import save_baseline

    world.client("s3").create_bucket(Bucket="trail-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    client = world.client("cloudtrail")
    arn: str = client.create_trail(Name="main", S3BucketName="trail-logs", IsMultiRegionTrail=True)["TrailARN"]
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    client.put_event_selectors(TrailName=arn, EventSelectors=[selector])
    client.start_logging(Name=arn)
    world.baselines |= save_baseline(world.account())
    return arn


def stopped_trail(world: World) -> dict[str, Any]:
    """Somebody stopped it."""
    arn = trail(world)
    world.client("cloudtrail").stop_logging(Name=arn)
    return {"trail": arn}


def narrowed_trail(world: World) -> dict[str, Any]:
    """Somebody made it record one region and writes only."""
    arn = trail(world)
    client = world.client("cloudtrail")
    client.update_trail(Name=arn, IsMultiRegionTrail=False, S3KeyPrefix="elsewhere")
    selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}
    client.put_event_selectors(TrailName=arn, EventSelectors=[selector])
    return {"trail": "main"}


def deleted_trail(world: World) -> dict[str, Any]:
    """Somebody deleted it."""
    arn = trail(world)
    world.client("cloudtrail").delete_trail(Name="main")
    return {"trail": arn}


LOGGING = {
    "s3Config": {"bucketName": "trail-logs", "keyPrefix": "bedrock"},
    "textDataDeliveryEnabled": True,
    "imageDataDeliveryEnabled": True,
    "embeddingDataDeliveryEnabled": True,
}


def bedrock_logging_deleted(world: World) -> dict[str, Any]:
    """Logging was on, and was switched off."""
    from firedoor.actions.bedrock import save_baseline

    world.client("s3").create_bucket(Bucket="trail-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    client = world.client("bedrock")
    client.put_model_invocation_logging_configuration(loggingConfig=LOGGING)
    world.baselines |= save_baseline(world.account())
    client.delete_model_invocation_logging_configuration()
    return {}


def bedrock_logging_narrowed(world: World) -> dict[str, Any]:
    """Logging was on for texts, and no longer is."""
    bedrock_logging_deleted(world)
    world.client("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={**LOGGING, "textDataDeliveryEnabled": False}
    )
    return {}


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "key": ("iam.deactivate_access_key", user_with_key),
    "key without user": ("iam.deactivate_access_key", key_alone),
    "deny user": ("iam.deny_user", user),
    "role sessions": ("iam.revoke_role_sessions", role),
    "role sessions again": ("iam.revoke_role_sessions", role_with_older_cut_off),
    "one role session": ("iam.revoke_role_sessions", role_session),
    "deny models": ("bedrock.deny_model_invocation", role_session_arn),
    "deny unguarded models": ("bedrock.deny_model_invocation", unguarded_user),
    "open ports": ("ec2.revoke_security_group_rules", open_ports),
    "added rules": ("ec2.revoke_security_group_rules", added_rules),
    "isolate": ("ec2.isolate_instance", instance),
    "isolate auto-scaling member": ("ec2.isolate_instance", instance_in_auto_scaling_group),
    "snapshot": ("ec2.snapshot_volumes", instance),
    "profile": ("ec2.detach_instance_profile", instance),
    "block public": ("s3.block_public_access", bucket),
    "block public half": ("s3.block_public_access", bucket_half_blocked),
    "quarantine": ("s3.quarantine_object", infected_object),
    "trail stopped": ("cloudtrail.restore_trail", stopped_trail),
    "trail narrowed": ("cloudtrail.restore_trail", narrowed_trail),
    "trail deleted": ("cloudtrail.restore_trail", deleted_trail),
    "bedrock logging deleted": ("bedrock.restore_invocation_logging", bedrock_logging_deleted),
    "bedrock logging narrowed": ("bedrock.restore_invocation_logging", bedrock_logging_narrowed),
}
