"""A world for every action: what is in the account before, and the parameters of the step. Used by all rules."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator import ACCOUNT, CREDENTIALS, EVIDENCE_BUCKET, QUARANTINE_BUCKET, REGION, client

from firedoor.accounts import Account

EVENT_TIME = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)
NOW = datetime(2026, 1, 31, 3, 1, tzinfo=UTC)
IMAGE = "ami-12c6146b"
CASE = "fd-20260131-7f3a2b"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


DENY_S3 = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
)  # fmt: skip


@dataclass
class World:
    """One emulated account, and what was saved of it before the event."""

    baselines: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, region: str = REGION) -> Any:
        """Return a plain client, for the test's own eyes and hands."""
        return client(service, region)

    def account(self) -> Account:
        """Return what an action gets."""
        return Account(
            account_id=ACCOUNT,
            region=REGION,
            partition="aws",
            case_id=CASE,
            event_time=EVENT_TIME,
            now=lambda: NOW,
            make_client=client,
            baseline=self.baselines.get,
            quarantine_bucket=QUARANTINE_BUCKET,
            evidence_bucket=EVIDENCE_BUCKET,
            home_account_id=ACCOUNT,
            external_id="an-external-id",
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


def user_denied_otherwise(world: World) -> dict[str, Any]:
    """A user on whom a policy of our name stands that says something else."""
    parameters = user(world)
    for name in (f"FiredoorDeny-{CASE}", f"FiredoorDenyBedrock-{CASE}"):
        world.client("iam").put_user_policy(UserName="deploy-bot", PolicyName=name, PolicyDocument=DENY_S3)
    return parameters


def bedrock_keys(world: World) -> dict[str, Any]:
    """A user with three Bedrock API keys, one of them inactive."""
    world.client("iam").create_user(UserName="BedrockAPIKey-1a2b")
    for name, status in (
        ("ACCAEXAMPLE1ACCAEXAMPLE1", "Active"),
        ("ACCAEXAMPLE2ACCAEXAMPLE2", "Inactive"),
        ("ACCAEXAMPLE3ACCAEXAMPLE3", "Active"),
    ):
        CREDENTIALS[name] = {"user": "BedrockAPIKey-1a2b", "status": status}
    return {"user": "BedrockAPIKey-1a2b"}


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


def user_denied_models_otherwise(world: World) -> dict[str, Any]:
    """A user on whom a policy of our name stands that says something else."""
    user_denied_otherwise(world)
    return {"principal": f"arn:aws:iam::{ACCOUNT}:user/robots/deploy-bot"}


def role_denied_models_otherwise(world: World) -> dict[str, Any]:
    """A role on which a policy of our name stands that says something else."""
    role(world)
    world.client("iam").put_role_policy(
        RoleName="payments-api", PolicyName=f"FiredoorDenyBedrock-{CASE}", PolicyDocument=DENY_S3
    )
    return {"principal": f"arn:aws:iam::{ACCOUNT}:role/payments-api"}


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


def prefix_list_rule(world: World) -> dict[str, Any]:
    """A group that is open to a prefix list with half of the internet in it, and to one with an office in it."""
    ec2, group = world.client("ec2"), security_group(world)
    sources = []
    for name, cidr in (("half", "128.0.0.0/1"), ("office", "203.0.113.0/24")):
        made = ec2.create_managed_prefix_list(
            PrefixListName=name, MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": cidr}]
        )
        sources.append({"PrefixListId": made["PrefixList"]["PrefixListId"], "Description": "ops team's list"})
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8100, "PrefixListIds": sources}],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "a'b"}]}],
    )
    return {"group_id": group, "open_to_world": True, "ports": ["8080-9000", 22]}


def instance(world: World) -> dict[str, Any]:
    """An instance with an instance profile."""
    ec2, iam = world.client("ec2"), world.client("iam")
    role(world)
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="payments-api")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    groups = [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("b", "a")]
    made = ec2.run_instances(
        ImageId=IMAGE, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=groups, InstanceType="t3.micro"
    )
    instance_id = made["Instances"][0]["InstanceId"]
    ec2.associate_iam_instance_profile(IamInstanceProfile={"Name": "web"}, InstanceId=instance_id)
    address = made["Instances"][0]["NetworkInterfaces"][0]["PrivateIpAddress"]
    world.names |= {"vpc": vpc, "subnet": subnet, "group_b": groups[0], "group_a": groups[1], "address": address}
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


def instance_behind_load_balancers(world: World) -> dict[str, Any]:
    """An instance that two target groups know, one by its id and one by its address, beside others."""
    parameters = instance(world)
    balancing = world.client("elbv2")
    for name, kind, targets in (
        ("by-id", "instance", [parameters["instance_id"]]),
        ("by-address", "ip", [world.names["address"], "10.20.1.250"]),
    ):
        made = balancing.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=world.names["vpc"], TargetType=kind
        )
        balancing.register_targets(
            TargetGroupArn=made["TargetGroups"][0]["TargetGroupArn"],
            Targets=[{"Id": target, "Port": port} for target in targets for port in (8080, 8081)],
        )
    return parameters


def instance_in_false_quarantine(world: World) -> dict[str, Any]:
    """An instance in our quarantine group, to which somebody gave rules."""
    parameters = instance(world)
    ec2 = world.client("ec2")
    tags = [{"Key": "firedoor", "Value": "quarantine"}]
    group = ec2.create_security_group(
        GroupName="firedoor-quarantine",
        Description="x",
        VpcId=world.names["vpc"],
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    interface = ec2.describe_network_interfaces(
        Filters=[{"Name": "attachment.instance-id", "Values": [parameters["instance_id"]]}]
    )["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[group])
    return parameters


def instance_with_two_interfaces(world: World) -> dict[str, Any]:
    """An instance with a second interface, in a group of its own."""
    parameters = instance(world)
    ec2 = world.client("ec2")
    second = ec2.create_network_interface(SubnetId=world.names["subnet"], Groups=[world.names["group_a"]])
    ec2.attach_network_interface(
        NetworkInterfaceId=second["NetworkInterface"]["NetworkInterfaceId"],
        InstanceId=parameters["instance_id"],
        DeviceIndex=1,
    )
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


def trail_without_insights(world: World) -> dict[str, Any]:
    """Somebody switched its insights off."""
    arn = trail(world)
    world.baselines[arn] = {**world.baselines[arn], "insight_selectors": [{"InsightType": "ApiCallRateInsight"}]}
    return {"trail": arn}


def deleted_trail_with_tags(world: World) -> dict[str, Any]:
    """Somebody deleted a trail with tags."""
    from firedoor.actions.cloudtrail import save_baseline

    arn = trail(world)
    world.client("cloudtrail").add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "security"}])
    world.baselines |= save_baseline(world.account())
    world.client("cloudtrail").delete_trail(Name="main")
    return {"trail": "main"}


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


OWN: dict[str, tuple[str, Setup]] = {
    "key": ("iam.deactivate_access_key", user_with_key),
    "key without user": ("iam.deactivate_access_key", key_alone),
    "deny user": ("iam.deny_user", user),
    "deny user again": ("iam.deny_user", user_denied_otherwise),
    "bedrock keys": ("iam.deactivate_bedrock_api_key", bedrock_keys),
    "role sessions": ("iam.revoke_role_sessions", role),
    "role sessions again": ("iam.revoke_role_sessions", role_with_older_cut_off),
    "one role session": ("iam.revoke_role_sessions", role_session),
    "deny models": ("bedrock.deny_model_invocation", role_session_arn),
    "deny models to user again": ("bedrock.deny_model_invocation", user_denied_models_otherwise),
    "deny models to role again": ("bedrock.deny_model_invocation", role_denied_models_otherwise),
    "deny unguarded models": ("bedrock.deny_model_invocation", unguarded_user),
    "open ports": ("ec2.revoke_security_group_rules", open_ports),
    "added rules": ("ec2.revoke_security_group_rules", added_rules),
    "prefix lists": ("ec2.revoke_security_group_rules", prefix_list_rule),
    "isolate": ("ec2.isolate_instance", instance),
    "isolate auto-scaling member": ("ec2.isolate_instance", instance_in_auto_scaling_group),
    "isolate behind load balancers": ("ec2.isolate_instance", instance_behind_load_balancers),
    "isolate from false quarantine": ("ec2.isolate_instance", instance_in_false_quarantine),
    "isolate two interfaces": ("ec2.isolate_instance", instance_with_two_interfaces),
    "snapshot": ("ec2.snapshot_volumes", instance),
    "profile": ("ec2.detach_instance_profile", instance),
    "block public": ("s3.block_public_access", bucket),
    "block public half": ("s3.block_public_access", bucket_half_blocked),
    "quarantine": ("s3.quarantine_object", infected_object),
    "trail stopped": ("cloudtrail.restore_trail", stopped_trail),
    "trail narrowed": ("cloudtrail.restore_trail", narrowed_trail),
    "trail deleted": ("cloudtrail.restore_trail", deleted_trail),
    "trail without insights": ("cloudtrail.restore_trail", trail_without_insights),
    "trail with tags deleted": ("cloudtrail.restore_trail", deleted_trail_with_tags),
    "bedrock logging deleted": ("bedrock.restore_invocation_logging", bedrock_logging_deleted),
    "bedrock logging narrowed": ("bedrock.restore_invocation_logging", bedrock_logging_narrowed),
}
"""Worlds of the first services; a service that came later has ``scenarios_<service>.py`` with its own ``SCENARIOS``."""


def _all() -> dict[str, tuple[str, Setup]]:
    found = dict(OWN)
    for path in sorted(Path(__file__).parent.glob("scenarios_*.py")):
        more = importlib.import_module(path.stem).SCENARIOS
        assert not set(found) & set(more), "two worlds have one name"
        found |= more
    return found


SCENARIOS = _all()
