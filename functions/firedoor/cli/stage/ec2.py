"""Security groups, their rules, and instances of the events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from firedoor.cli.stage.iam import role
from firedoor.cli.stage.scene import Thing, Where, ids
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def ensure_vpc(where: Where, vpc_id: str) -> None:
    """Make a VPC of this id, unless it is there."""
    ec2 = where.client("ec2")
    if not ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Vpcs"]:
        with ids("moto.ec2.models.vpcs.random_vpc_id", vpc_id):
            ec2.create_vpc(CidrBlock="10.20.0.0/16")


def make_group(where: Where, group_id: str, name: str, vpc_id: str) -> Thing:
    """Make a security group of this id; reading it gives its ingress rules as text."""
    ec2 = where.client("ec2")
    if name == "default":  # a network comes with it, as the account's own does at the first call
        ec2.describe_vpcs()
        with ids("moto.ec2.models.security_groups.random_security_group_id", group_id):
            ensure_vpc(where, vpc_id)
        return Thing(f"Security group {group_id} ({name})", lambda: {"ingress": _ingress(ec2, group_id)})
    ensure_vpc(where, vpc_id)
    with ids("moto.ec2.models.security_groups.random_security_group_id", group_id):
        known = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])["SecurityGroups"]
        name = f"{name}-{group_id[-4:]}" if known else name
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


def authorise(where: Where, group_id: str, permissions: list[dict[str, Any]], rule_ids: Sequence[str] = ()) -> None:
    """Add ingress rules, as ``IpPermissions``, with these rule ids."""
    with ids("moto.ec2.models.security_groups.random_security_group_rule_id", *rule_ids):
        where.client("ec2").authorize_security_group_ingress(GroupId=group_id, IpPermissions=permissions)


def _opened_group(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the group to which a recorded call added rules, with a rule of its own that must stay."""
    detail = event["detail"]
    if detail.get("eventSource") != "ec2.amazonaws.com" or "SecurityGroup" not in detail["eventName"]:
        return
    where = Where(aws, detail["recipientAccountId"], event["region"])
    asked = detail["requestParameters"].get("ModifySecurityGroupRulesRequest")
    group_id = asked["GroupId"] if asked else detail["requestParameters"]["groupId"]
    thing = make_group(where, group_id, "payments-web", "vpc-0a1b2c3d4e5f60718")
    authorise(where, group_id, [_permission("tcp", 8443, 8443, IpRanges=[{"CidrIp": "10.20.0.0/16"}])])
    if asked:
        _modified_rule(where, group_id, asked["SecurityGroupRule"])
    elif detail.get("responseElements"):
        _added_rules(where, group_id, detail["responseElements"]["securityGroupRuleSet"]["items"])
    yield thing


def _added_rules(where: Where, group_id: str, rules: Sequence[Json]) -> None:
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
        authorise(where, group_id, [permission], [rule["securityGroupRuleId"]])


def _modified_rule(where: Where, group_id: str, asked: Json) -> None:
    """Make the rule as it stands after the change that was recorded."""
    rule = asked["SecurityGroupRule"]
    described = {"Description": rule["Description"]} if rule.get("Description") else {}
    source: dict[str, Any] = {}
    if "CidrIpv4" in rule:
        source["IpRanges"] = [{"CidrIp": rule["CidrIpv4"], **described}]
    if "CidrIpv6" in rule:
        source["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    permission = _permission(rule["IpProtocol"], rule["FromPort"], rule["ToPort"], **source)
    authorise(where, group_id, [permission], [asked["SecurityGroupRuleId"]])


def _permission(protocol: str, low: int, high: int, **source: Any) -> dict[str, Any]:
    ports = {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
    return {"IpProtocol": protocol, **ports, **source}


def _prefix_list(where: Where, prefix_list_id: str) -> None:
    """Make a managed prefix list that holds the whole internet in two halves."""
    with ids("moto.ec2.models.managed_prefixes.random_managed_prefix_list_id", prefix_list_id):
        where.client("ec2").create_managed_prefix_list(
            PrefixListName="partners",
            MaxEntries=5,
            AddressFamily="IPv4",
            Entries=[{"Cidr": "0.0.0.0/1"}, {"Cidr": "128.0.0.0/1"}],
        )


def _instance(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the instance of a GuardDuty finding with its interfaces, groups, volume, profile and scaling group."""
    detail = event["detail"]
    if detail["resource"]["resourceType"] != "Instance":
        return
    found = detail["resource"]["instanceDetails"]
    where = Where(aws, detail["accountId"], event["region"])
    instance_id = found["instanceId"]
    interfaces = [_interface(where, interface) for interface in found["networkInterfaces"]]
    with ids("moto.ec2.models.instances.random_instance_id", instance_id):
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


def _interface(where: Where, found: Json) -> str:
    ec2 = where.client("ec2")
    ensure_vpc(where, found["vpcId"])
    if not ec2.describe_subnets(Filters=[{"Name": "subnet-id", "Values": [found["subnetId"]]}])["Subnets"]:
        with ids("moto.ec2.models.subnets.random_subnet_id", found["subnetId"]):
            ec2.create_subnet(VpcId=found["vpcId"], CidrBlock="10.20.0.0/20", AvailabilityZone=f"{where.region}b")
    for group in found["securityGroups"]:
        make_group(where, group["groupId"], group["groupName"], found["vpcId"])
        authorise(where, group["groupId"], [_permission("tcp", 443, 443, IpRanges=[{"CidrIp": "10.20.0.0/16"}])])
    with ids("moto.ec2.models.elastic_network_interfaces.random_eni_id", found["networkInterfaceId"]):
        ec2.create_network_interface(
            SubnetId=found["subnetId"], Groups=[group["groupId"] for group in found["securityGroups"]]
        )
    return str(found["networkInterfaceId"])


def _attach_profile(where: Where, instance_id: str, arn: str) -> None:
    iam, name = where.client("iam"), arn.rpartition("/")[2]
    role(where, name)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    where.client("ec2").associate_iam_instance_profile(IamInstanceProfile={"Arn": arn}, InstanceId=instance_id)


def _join_scaling_group(where: Where, instance_id: str, name: str) -> None:
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


def _read_instance(where: Where, instance_id: str) -> Json:
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


def _read_snapshots(where: Where, instance_id: str) -> Json:
    ec2 = where.client("ec2")
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    volumes = [device["Ebs"]["VolumeId"] for device in instance["BlockDeviceMappings"]]
    found = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "volume-id", "Values": volumes}])["Snapshots"]
    return {"of its volumes": len(found)}


MAKERS = (_instance, _opened_group)
