"""Findings of both Security Hub feeds, and what they are about, by resource type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from firedoor.cli.stage import controls, settings
from firedoor.cli.stage.ec2 import authorise, ensure_vpc, make_group
from firedoor.cli.stage.scene import Thing, Where, ids
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


_BY_TYPE = {**settings.FOUND, **controls.FOUND}


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
    where = Where(aws, account, event["region"])
    kind = resource["Type"] if asff else resource["type"]
    if kind in _BY_TYPE:
        yield _BY_TYPE[kind](where, resource["Id"], resource)
    make = {
        "AwsEc2SecurityGroup": _found_group,
        "AWS::EC2::SecurityGroup": _found_group,
        "AwsS3Bucket": controls.found_bucket,
        "AWS::S3::Bucket": controls.found_bucket,
        "AwsEc2NetworkAcl": _found_acl,
    }.get(kind)
    if make is not None:
        yield make(where, name, resource)
    yield Thing(f"Security Hub finding …{uid[-12:]}", lambda: _read_finding(aws, uid), restorable=False)


def _read_finding(aws: EmbeddedAws, uid: str) -> Json:
    finding = aws.gaps.findings[uid]
    if "Id" in finding:
        return {"workflow": finding["Workflow"]["Status"], "note": finding.get("Note", {}).get("Text")}
    return {"status_id": finding["status_id"], "comment": finding.get("comment")}


def _found_group(where: Where, group_id: str, resource: Json) -> Thing:
    found = (resource.get("Details") or {}).get("AwsEc2SecurityGroup") or {}
    thing = make_group(
        where, group_id, found.get("GroupName", "orders-db"), found.get("VpcId", "vpc-0a1b2c3d4e5f60718")
    )
    authorise(where, group_id, found.get("IpPermissions") or _OPEN_DATABASE)
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


def _found_acl(where: Where, acl_id: str, resource: Json) -> Thing:
    ec2 = where.client("ec2")
    vpc_id = resource["Details"]["AwsEc2NetworkAcl"]["VpcId"]
    ensure_vpc(where, vpc_id)
    with ids("moto.ec2.models.network_acls.random_network_acl_id", acl_id):
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


MAKERS = (_findings,)
