"""Puts into an embedded AWS what an event names, in the state that the event describes, and reads it back.

Owns the users, keys, groups, instances, buckets, objects, trails and findings of the sample events. Does not own the
stack itself (``embedded``) nor what is shown of it (``replay``). An event of an unknown kind has no stage.
"""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

import firedoor
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws

_NOT_STAGED = (LookupError, TypeError, AttributeError, ValueError, ClientError, BotoCoreError, ResponseParserError)
"""What a misshapen or hostile event makes of staging it: there is no stage then, and the event runs all the same."""

BASELINE_AGE = 3600
"""Seconds between the timer's last look and the event."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that an event is about. ``read`` returns its present state as JSON, by Describe and Get calls only."""

    name: str
    read: Callable[[], Json | None]
    restorable: bool = True
    """False for what an undo leaves on purpose: evidence, and what other products were told."""


@dataclass(frozen=True, slots=True)
class _Where:
    """The account and region of a thing, with clients there."""

    aws: EmbeddedAws
    account: str
    region: str

    def client(self, service: str) -> Any:
        """Return an administrator's client."""
        return self.aws.client(service, self.account, self.region)


def stage(aws: EmbeddedAws, text: str) -> tuple[Thing, ...]:
    """Make what the event names and return it; nothing for an event that is no event, or of an unknown kind.

    The clock of ``aws`` must stand ``BASELINE_AGE`` before the event; afterwards it stands a minute after it.
    """
    things: dict[str, Thing] = {}
    for event in _events(text):
        for make in _MAKERS:
            with contextlib.suppress(*_NOT_STAGED):
                for thing in make(aws, event):
                    things[thing.name] = thing
    aws.clock.advance(BASELINE_AGE + 60)
    return tuple(things.values())


def _events(text: str) -> Iterable[Any]:
    """Return the event, or the records of an invocation log; nothing for what is not JSON."""
    for document in (text,) if not is_invocation_log(text) else text.splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            yield json.loads(document)


def is_invocation_log(text: str) -> bool:
    """Tell whether this is Bedrock's log, one record a line, instead of an EventBridge envelope."""
    try:
        first = json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and first.get("schemaType") == "ModelInvocationLog"


def snapshot(things: Sequence[Thing]) -> dict[str, Json | None]:
    """Read every thing: name → state."""
    return {thing.name: thing.read() for thing in things}


# --- giving things the ids of the event


@contextlib.contextmanager
def _ids(function: str, *ids: str) -> Iterator[None]:
    """Let moto's id generator ``function`` (its dotted path) hand out ``ids`` first, then its own again."""
    module, _, name = function.rpartition(".")
    import importlib

    original = getattr(importlib.import_module(module), name)
    waiting = list(ids)

    def generate(*args: Any, **options: Any) -> str:
        return waiting.pop(0) if waiting else str(original(*args, **options))

    with mock.patch(function, side_effect=generate):
        yield


# --- IAM


def _credentials(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user and key, or the role, of a GuardDuty finding about credentials."""
    key = event["detail"]["resource"]["accessKeyDetails"]
    where = _Where(aws, event["detail"]["accountId"], event["region"])
    if key["userType"] == "IAMUser":
        yield _user(where, key["userName"], key["accessKeyId"])
    elif key["userType"] == "AssumedRole":
        yield _role(where, key["userName"])


def _user(where: _Where, name: str, key_id: str) -> Thing:
    iam = where.client("iam")
    iam.create_user(UserName=name)
    with _ids("moto.iam.models.generate_access_key_id_from_account_id", key_id):
        iam.create_access_key(UserName=name)

    def read() -> Json:
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return {
            "access keys": {key["AccessKeyId"]: key["Status"] for key in keys},
            "inline policies": _policies(iam, "user", name),
        }

    return Thing(f"IAM user {name}", read)


def _role(where: _Where, name: str) -> Thing:
    iam = where.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [_allow({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")]}
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return Thing(f"IAM role {name}", lambda: {"inline policies": _policies(iam, "role", name)})


def _policies(iam: Any, kind: str, name: str) -> dict[str, Any]:
    owner = {f"{kind.title()}Name": name}
    names = getattr(iam, f"list_{kind}_policies")(**owner)["PolicyNames"]
    get = getattr(iam, f"get_{kind}_policy")
    return {policy: get(**owner, PolicyName=policy)["PolicyDocument"]["Statement"] for policy in names}


def _allow(principal: object, action: str, **more: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def _model_caller(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the role or user that called a model."""
    if event.get("schemaType") == "ModelInvocationLog":
        yield _principal(_Where(aws, event["accountId"], event["region"]), event["identity"]["arn"])
    elif event["source"] == "firedoor.inspection":
        where = _Where(aws, event["account"], event["region"])
        yield _principal(where, event["detail"]["principal"])


def _principal(where: _Where, arn: str) -> Thing:
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    if kind == "assumed-role":
        return _role(where, rest.partition("/")[0])
    if kind == "role":
        return _role(where, rest.rpartition("/")[2])
    name = rest.rpartition("/")[2]
    iam = where.client("iam")
    iam.create_user(UserName=name)
    return Thing(f"IAM user {name}", lambda: {"inline policies": _policies(iam, "user", name)})


# --- EC2: groups and their rules


def _ensure_vpc(where: _Where, vpc_id: str) -> None:
    ec2 = where.client("ec2")
    if not ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Vpcs"]:
        with _ids("moto.ec2.models.vpcs.random_vpc_id", vpc_id):
            ec2.create_vpc(CidrBlock="10.20.0.0/16")


def _group(where: _Where, group_id: str, name: str, vpc_id: str) -> Thing:
    ec2 = where.client("ec2")
    _ensure_vpc(where, vpc_id)
    with _ids("moto.ec2.models.security_groups.random_security_group_id", group_id):
        ec2.create_security_group(GroupName=name, Description=f"{name} (staged)", VpcId=vpc_id)
    return Thing(f"Security group {group_id} ({name})", lambda: {"ingress": _ingress(ec2, group_id)})


def _ingress(ec2: Any, group_id: str) -> list[str]:
    """Return a group's rules as a person writes them. Without their ids: a rule that is made again has a new one."""
    filters = [{"Name": "group-id", "Values": [group_id]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return sorted(_rule_text(rule) for rule in rules if not rule["IsEgress"])


def _rule_text(rule: Json) -> str:
    source = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or rule["ReferencedGroupInfo"]
    if rule["IpProtocol"] == "-1":
        traffic = "all traffic"
    else:
        low, high = rule["FromPort"], rule["ToPort"]
        traffic = f"{rule['IpProtocol']} {low}" if low == high else f"{rule['IpProtocol']} {low}-{high}"
    note = f' "{rule["Description"]}"' if rule.get("Description") else ""
    return f"{traffic} from {source}{note}"


def _authorise(where: _Where, group_id: str, permissions: list[dict[str, Any]], ids: Sequence[str] = ()) -> None:
    with _ids("moto.ec2.models.security_groups.random_security_group_rule_id", *ids):
        where.client("ec2").authorize_security_group_ingress(GroupId=group_id, IpPermissions=permissions)


def _opened_group(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the group to which a recorded call added rules, with a rule of its own that must stay."""
    detail = event["detail"]
    if detail.get("eventSource") != "ec2.amazonaws.com" or "SecurityGroup" not in detail["eventName"]:
        return
    where = _Where(aws, detail["recipientAccountId"], event["region"])
    asked = detail["requestParameters"].get("ModifySecurityGroupRulesRequest")
    group_id = asked["GroupId"] if asked else detail["requestParameters"]["groupId"]
    thing = _group(where, group_id, "payments-web", "vpc-0a1b2c3d4e5f60718")
    _authorise(where, group_id, [_permission("tcp", 8443, 8443, IpRanges=[{"CidrIp": "10.20.0.0/16"}])])
    if asked:
        _modified_rule(where, group_id, asked["SecurityGroupRule"])
    elif detail.get("responseElements"):
        _added_rules(where, group_id, detail["responseElements"]["securityGroupRuleSet"]["items"])
    yield thing


def _added_rules(where: _Where, group_id: str, rules: Sequence[Json]) -> None:
    for rule in rules:
        described = {"Description": rule["description"]} if rule.get("description") else {}
        source: dict[str, Any] = {}
        if "cidrIpv4" in rule:
            source["IpRanges"] = [{"CidrIp": rule["cidrIpv4"], **described}]
        elif "cidrIpv6" in rule:
            source["Ipv6Ranges"] = [{"CidrIpv6": rule["cidrIpv6"], **described}]
        elif "prefixListId" in rule:
            _prefix_list(where, rule["prefixListId"])
            source["PrefixListIds"] = [{"PrefixListId": rule["prefixListId"], **described}]
        permission = _permission(rule["ipProtocol"], rule["fromPort"], rule["toPort"], **source)
        _authorise(where, group_id, [permission], [rule["securityGroupRuleId"]])


def _modified_rule(where: _Where, group_id: str, asked: Json) -> None:
    """Make the rule as it stands after the change that was recorded."""
    rule = asked["SecurityGroupRule"]
    described = {"Description": rule["Description"]} if rule.get("Description") else {}
    source: dict[str, Any] = {}
    if "CidrIpv4" in rule:
        source["IpRanges"] = [{"CidrIp": rule["CidrIpv4"], **described}]
    if "CidrIpv6" in rule:
        source["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    permission = _permission(rule["IpProtocol"], rule["FromPort"], rule["ToPort"], **source)
    _authorise(where, group_id, [permission], [asked["SecurityGroupRuleId"]])


def _permission(protocol: str, low: int, high: int, **source: Any) -> dict[str, Any]:
    ports = {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
    return {"IpProtocol": protocol, **ports, **source}


def _prefix_list(where: _Where, prefix_list_id: str) -> None:
    """Make a managed prefix list that holds the whole internet in two halves."""
    with _ids("moto.ec2.models.managed_prefixes.random_managed_prefix_list_id", prefix_list_id):
        where.client("ec2").create_managed_prefix_list(
            PrefixListName="partners",
            MaxEntries=5,
            AddressFamily="IPv4",
            Entries=[{"Cidr": "0.0.0.0/1"}, {"Cidr": "128.0.0.0/1"}],
        )


# --- EC2: instances


def _instance(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the instance of a GuardDuty finding with its interfaces, groups, volume, profile and scaling group."""
    detail = event["detail"]
    if detail["resource"]["resourceType"] != "Instance":
        return
    found = detail["resource"]["instanceDetails"]
    where = _Where(aws, detail["accountId"], event["region"])
    instance_id = found["instanceId"]
    interfaces = [_interface(where, interface) for interface in found["networkInterfaces"]]
    with _ids("moto.ec2.models.instances.random_instance_id", instance_id):
        where.client("ec2").run_instances(
            ImageId=found["imageId"],
            InstanceType=found["instanceType"],
            MinCount=1,
            MaxCount=1,
            NetworkInterfaces=[
                {"DeviceIndex": number, "NetworkInterfaceId": interface} for number, interface in enumerate(interfaces)
            ],
        )
    tags = {tag["key"]: tag["value"] for tag in found["tags"]}
    if found.get("iamInstanceProfile"):
        _attach_profile(where, instance_id, found["iamInstanceProfile"]["arn"])
    if "aws:autoscaling:groupName" in tags:
        _join_scaling_group(where, instance_id, tags.pop("aws:autoscaling:groupName"))
    where.client("ec2").create_tags(
        Resources=[instance_id], Tags=[{"Key": name, "Value": value} for name, value in tags.items()]
    )
    yield Thing(f"EC2 instance {instance_id}", lambda: _read_instance(where, instance_id))
    yield Thing(f"Snapshots of instance {instance_id}", lambda: _read_snapshots(where, instance_id), restorable=False)


def _interface(where: _Where, found: Json) -> str:
    ec2 = where.client("ec2")
    _ensure_vpc(where, found["vpcId"])
    if not ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": [found["subnetId"]]}])["Subnets"]:
        with _ids("moto.ec2.models.subnets.random_subnet_id", found["subnetId"]):
            ec2.create_subnet(VpcId=found["vpcId"], CidrBlock="10.20.0.0/20", AvailabilityZone=f"{where.region}b")
    for group in found["securityGroups"]:
        _group(where, group["groupId"], group["groupName"], found["vpcId"])
        _authorise(where, group["groupId"], [_permission("tcp", 443, 443, IpRanges=[{"CidrIp": "10.20.0.0/16"}])])
    with _ids("moto.ec2.models.elastic_network_interfaces.random_eni_id", found["networkInterfaceId"]):
        ec2.create_network_interface(
            SubnetId=found["subnetId"], Groups=[group["groupId"] for group in found["securityGroups"]]
        )
    return str(found["networkInterfaceId"])


def _attach_profile(where: _Where, instance_id: str, arn: str) -> None:
    iam, name = where.client("iam"), arn.rpartition("/")[2]
    _role(where, name)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    where.client("ec2").associate_iam_instance_profile(IamInstanceProfile={"Arn": arn}, InstanceId=instance_id)


def _join_scaling_group(where: _Where, instance_id: str, name: str) -> None:
    autoscaling = where.client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=name, ImageId="ami-0abcdef1234567890", InstanceType="t3.micro"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName=name,
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=0,
        AvailabilityZones=[f"{where.region}b"],
    )
    autoscaling.attach_instances(AutoScalingGroupName=name, InstanceIds=[instance_id])


def _read_instance(where: _Where, instance_id: str) -> Json:
    ec2 = where.client("ec2")
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    filters = [{"Name": "instance-id", "Values": [instance_id]}]
    profiles = ec2.describe_iam_instance_profile_associations(Filters=filters)["IamInstanceProfileAssociations"]
    protected = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="disableApiTermination")
    state = {
        "state": instance["State"]["Name"],
        "security groups": {
            interface["NetworkInterfaceId"]: [group["GroupName"] for group in interface["Groups"]]
            for interface in sorted(instance["NetworkInterfaces"], key=lambda one: one["NetworkInterfaceId"])
        },
        "instance profile": [
            entry["IamInstanceProfile"]["Arn"] for entry in profiles if entry["State"] != "disassociated"
        ],
        "termination protection": protected["DisableApiTermination"]["Value"],
    }
    members = where.client("autoscaling").describe_auto_scaling_instances(InstanceIds=[instance_id])
    for member in members["AutoScalingInstances"]:
        state[f"in auto-scaling group {member['AutoScalingGroupName']}"] = member["LifecycleState"]
    return state


def _read_snapshots(where: _Where, instance_id: str) -> Json:
    ec2 = where.client("ec2")
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    volumes = [device["Ebs"]["VolumeId"] for device in instance["BlockDeviceMappings"]]
    found = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "volume-id", "Values": volumes}])["Snapshots"]
    return {"of its volumes": len(found)}


# --- S3


def _make_bucket(where: _Where, bucket: str, *, versioned: bool = False) -> Any:
    s3 = where.client("s3")
    place = {} if where.region == "us-east-1" else {"LocationConstraint": where.region}
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return s3


def _scanned_object(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the object of a malware scan, with the version id and ETag of the event."""
    found = event["detail"]["s3ObjectDetails"]
    where = _Where(aws, event["account"], event["region"])
    bucket, key = found["bucketName"], found["objectKey"]
    s3 = _make_bucket(where, bucket, versioned=bool(found.get("versionId")))
    s3.put_object(Bucket=bucket, Key=key, Body=b"a harmless stand-in", Tagging="uploader=partner-7")
    _name_version(where.account, bucket, key, found)
    yield Thing(f"S3 object {bucket}/{key}", lambda: _read_object(s3, bucket, key))
    quarantine = aws.services.settings.quarantine_bucket
    yield Thing(f"Quarantine bucket {quarantine}", lambda: _read_quarantine(aws, quarantine), restorable=False)


def _name_version(account: str, bucket: str, key: str, found: Json) -> None:
    """Give the version that was just written the id and ETag that the event names."""
    from moto.s3.models import s3_backends

    version = s3_backends[account]["aws"].buckets[bucket].keys.getlist(key)[-1]
    version._etag = found["eTag"]  # noqa: SLF001  no call sets what S3 itself chooses
    if found.get("versionId"):
        version._version_id = found["versionId"]  # noqa: SLF001


def _read_object(s3: Any, bucket: str, key: str) -> Json:
    listed = s3.list_object_versions(Bucket=bucket, Prefix=key)
    try:
        s3.head_object(Bucket=bucket, Key=key)
        seen = "the object"
    except ClientError:
        seen = "404 Not Found"
    return {
        "a reader gets": seen,
        "versions": [version["VersionId"] for version in listed.get("Versions", ())],
        "hidden by delete markers": len(listed.get("DeleteMarkers", ())),
    }


def _read_quarantine(aws: EmbeddedAws, bucket: str) -> Json:
    found = aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return {"objects": [entry["Key"] for entry in found]}


def _log_object(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the invocation-log object that was announced, and the roles whose calls it holds."""
    if event["detail-type"] != "Object Created" or "BedrockModelInvocationLogs" not in event["detail"]["object"]["key"]:
        return
    where = _Where(aws, event["account"], event["region"])
    lines = SAMPLE_LOG.read_text("utf-8").splitlines()
    s3 = _make_bucket(where, event["detail"]["bucket"]["name"])
    s3.put_object(
        Bucket=event["detail"]["bucket"]["name"],
        Key=event["detail"]["object"]["key"],
        Body=gzip.compress("\n".join(lines).encode()),
    )
    for record in map(json.loads, lines):
        yield _principal(_Where(aws, record["accountId"], record["region"]), record["identity"]["arn"])


SAMPLE_LOG = Path(firedoor.__file__).parents[2] / "events" / "bedrock_invocation_log.jsonl"
"""What stands in every log object that is staged."""


# --- Security Hub


def _findings(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Import the findings of either feed, and make what each is about."""
    if event["source"] != "aws.securityhub":
        return
    for finding in event["detail"]["findings"]:
        yield from _finding(aws, event, finding)


def _finding(aws: EmbeddedAws, event: Json, finding: Mapping[str, Any]) -> Iterable[Thing]:
    asff = "Id" in finding
    uid = finding["Id"] if asff else finding["metadata"]["uid"]
    account = finding["AwsAccountId"] if asff else finding["cloud"]["account"]["uid"]
    resource = finding["Resources"][0] if asff else finding["resources"][0]
    aws.gaps.findings[uid] = dict(finding)
    name = (resource["Id"] if asff else resource["uid"]).rpartition(":")[2].rpartition("/")[2]
    where = _Where(aws, account, event["region"])
    make = {
        "AwsEc2SecurityGroup": _found_group,
        "AWS::EC2::SecurityGroup": _found_group,
        "AwsS3Bucket": _found_bucket,
        "AWS::S3::Bucket": _found_bucket,
        "AwsEc2NetworkAcl": _found_acl,
    }.get(resource["Type"] if asff else resource["type"])
    if make is not None:
        yield make(where, name, resource)
    yield Thing(f"Security Hub finding …{uid[-12:]}", lambda: _read_finding(aws, uid), restorable=False)


def _read_finding(aws: EmbeddedAws, uid: str) -> Json:
    finding = aws.gaps.findings[uid]
    if "Id" in finding:
        return {"workflow": finding["Workflow"]["Status"], "note": finding.get("Note", {}).get("Text")}
    return {"status_id": finding["status_id"], "comment": finding.get("comment")}


def _found_group(where: _Where, group_id: str, resource: Json) -> Thing:
    found = (resource.get("Details") or {}).get("AwsEc2SecurityGroup") or {}
    thing = _group(where, group_id, found.get("GroupName", "orders-db"), found.get("VpcId", "vpc-0a1b2c3d4e5f60718"))
    _authorise(where, group_id, found.get("IpPermissions") or _OPEN_DATABASE)
    return thing


_OPEN_DATABASE = [
    {
        "IpProtocol": "tcp",
        "FromPort": 3306,
        "ToPort": 3306,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
    },
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
]
"""OCSF findings do not tell a group's rules."""


def _found_bucket(where: _Where, bucket: str, _resource: Json) -> Thing:
    s3 = _make_bucket(where, bucket)
    public = _allow("*", "s3:GetObject", Resource=f"arn:aws:s3:::{bucket}/*")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [public]}))

    def read() -> Json:
        try:
            flags = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError:
            flags = None
        return {
            "block public access": flags,
            "policy": json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"],
        }

    return Thing(f"S3 bucket {bucket}", read)


def _found_acl(where: _Where, acl_id: str, resource: Json) -> Thing:
    ec2 = where.client("ec2")
    vpc_id = resource["Details"]["AwsEc2NetworkAcl"]["VpcId"]
    _ensure_vpc(where, vpc_id)
    with _ids("moto.ec2.models.network_acls.random_network_acl_id", acl_id):
        ec2.create_network_acl(VpcId=vpc_id)
    ec2.create_network_acl_entry(
        NetworkAclId=acl_id,
        RuleNumber=100,
        Protocol="6",
        RuleAction="allow",
        Egress=False,
        CidrBlock="0.0.0.0/0",
        PortRange={"From": 22, "To": 22},
    )

    def read() -> Json:
        entries = ec2.describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"][0]["Entries"]
        return {
            "ingress": [f"{e['RuleNumber']} {e['RuleAction']} {e['CidrBlock']}" for e in entries if not e["Egress"]]
        }

    return Thing(f"Network ACL {acl_id}", read)


# --- CloudTrail and Bedrock's invocation logging: saved as the timer saves it, then changed as the event says


def _trail(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make a trail that records everything, have it saved, then do what was recorded."""
    detail = event["detail"]
    if detail.get("eventSource") != "cloudtrail.amazonaws.com":
        return
    where = _Where(aws, detail["recipientAccountId"], event["region"])
    asked = detail["requestParameters"]
    name = (asked.get("name") or asked["trailName"]).rpartition("/")[2]
    bucket = f"acme-cloudtrail-{where.account}"
    _make_bucket(where, bucket)
    client = where.client("cloudtrail")
    client.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    client.put_event_selectors(
        TrailName=name, EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
    )
    client.start_logging(Name=name)
    aws.timer({"timer": "baseline"})
    _happen(client, detail)
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
    if detail.get("eventSource") != "bedrock.amazonaws.com":
        return
    where = _Where(aws, detail["recipientAccountId"], event["region"])
    bucket = f"acme-bedrock-logs-{where.account}"
    _make_bucket(where, bucket)
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
    _happen(client, detail)
    yield Thing(
        f"Bedrock invocation logging in {where.region}",
        lambda: client.get_model_invocation_logging_configuration().get("loggingConfig"),
    )


def _happen(client: Any, detail: Json) -> None:
    """Make the call that CloudTrail recorded; one that was refused changed nothing."""
    if detail.get("errorCode"):
        return
    from botocore import xform_name

    operation = detail["eventName"]
    names = client.meta.service_model.operation_model(operation).input_shape.members
    by_recorded = {name[0].lower() + name[1:]: (name, shape) for name, shape in names.items()}
    parameters = {}
    for recorded, value in (detail["requestParameters"] or {}).items():
        name, shape = by_recorded[recorded]
        parameters[name] = _as_input(shape, value)
    getattr(client, xform_name(operation))(**parameters)


def _as_input(shape: Any, value: Any) -> Any:
    """Return a recorded value with the names that the API's input has: CloudTrail writes them in lower camel case."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = {name[0].lower() + name[1:]: (name, member) for name, member in shape.members.items()}
        return {members[key][0]: _as_input(members[key][1], inner) for key, inner in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_as_input(shape.member, inner) for inner in value]
    return value


_MAKERS: tuple[Callable[[EmbeddedAws, Json], Iterable[Thing]], ...] = (
    _credentials,
    _instance,
    _opened_group,
    _trail,
    _invocation_logging,
    _scanned_object,
    _log_object,
    _findings,
    _model_caller,
)
