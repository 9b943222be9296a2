"""Actions on EC2 that give one setting its value; the other modules of EC2 have those that do more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting
from firedoor.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account
    from firedoor.plans import Json


class RequireTokens(Setting):
    """See ``summary``. Software that asks for its role's credentials without a token gets none any more."""

    name = "ec2.require_imdsv2"
    service = iam = "ec2"
    parameter = "instance"
    noun = "instance"
    promise = "Let the metadata service of {name} answer only requests with a token (IMDSv2)"
    arn = "instance/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"HttpTokens": "required"}
    reads = Call("DescribeInstances", {"InstanceIds": ["{name}"]}, "Reservations[0].Instances[0].MetadataOptions")
    writes = Call("ModifyInstanceMetadataOptions", {"InstanceId": "{name}"})
    gone = ("InvalidInstanceID.NotFound",)


class KeepSubnetPrivate(Setting):
    """See ``summary``. Instances that have an address keep it."""

    name = "ec2.assign_no_public_addresses"
    service = iam = "ec2"
    parameter = "subnet"
    noun = "subnet"
    promise = "Give new instances in {name} no public address by themselves"
    arn = "subnet/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"MapPublicIpOnLaunch": False}
    reads = Call("DescribeSubnets", {"SubnetIds": ["{name}"]}, "Subnets[0]")
    writes = Call(
        "ModifySubnetAttribute",
        {"SubnetId": "{name}", "MapPublicIpOnLaunch": {"Value": "{=MapPublicIpOnLaunch}"}},
        put=None,
    )
    gone = ("InvalidSubnetID.NotFound",)


class EncryptVolumes(Setting):
    """See ``summary``. Volumes that exist stay as they are."""

    name = "ec2.encrypt_new_volumes"
    service = iam = "ec2"
    noun = "region"
    promise = "Encrypt every new EBS volume of this region"
    arn = "ebs-encryption-by-default"
    resources = ("*",)
    wanted: ClassVar[Mapping[str, Any]] = {"EbsEncryptionByDefault": True}
    reads = Call("GetEbsEncryptionByDefault", {}, "{EbsEncryptionByDefault: EbsEncryptionByDefault}")
    writes = Call("EnableEbsEncryptionByDefault", {}, put=None)
    clears = Call("DisableEbsEncryptionByDefault", {})


class AskBeforeAttaching(Setting):
    """See ``summary``. Networks that are attached stay so."""

    name = "ec2.accept_no_attachments"
    service = iam = "ec2"
    parameter = "transit_gateway"
    noun = "transit gateway"
    promise = "Let {name} take no other account's network before somebody accepted it"
    arn = "transit-gateway/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"AutoAcceptSharedAttachments": "disable"}
    reads = Call("DescribeTransitGateways", {"TransitGatewayIds": ["{name}"]}, "TransitGateways[0].Options")
    writes = Call("ModifyTransitGateway", {"TransitGatewayId": "{name}"}, put="Options")
    gone = ("InvalidTransitGatewayID.NotFound",)


class UnshareSnapshot(Setting):
    """See ``summary``. Accounts that it is shared with by their number keep it."""

    name = "ec2.unshare_snapshot"
    service = iam = "ec2"
    parameter = "snapshot"
    noun = "snapshot"
    promise = "Share {name} with everybody no longer"
    arn = "snapshot/{name}"
    place = "{region}:"
    optional = True
    also_reads = ("ec2:DescribeSnapshots",)
    wanted: ClassVar[Mapping[str, Any]] = {"restorable_by_all": False}
    reads = Call(
        "DescribeSnapshotAttribute",
        {"SnapshotId": "{name}", "Attribute": "createVolumePermission"},
        "{restorable_by_all: contains(CreateVolumePermissions[].Group, 'all')}",
    )
    writes = Call(
        "ModifySnapshotAttribute",
        {
            "SnapshotId": "{name}",
            "Attribute": "createVolumePermission",
            "OperationType": "remove",
            "GroupNames": ["all"],
        },
        put=None,
    )
    clears = Call(
        "ModifySnapshotAttribute",
        {
            "SnapshotId": "{name}",
            "Attribute": "createVolumePermission",
            "OperationType": "add",
            "GroupNames": ["all"],
        },
    )
    gone = ("InvalidSnapshot.NotFound",)

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan for the snapshot, or for each of the region's that is public now."""
        if self.parameter in params:
            return super().plan(account, params)
        pages = (
            account.client("ec2")
            .get_paginator("describe_snapshots")
            .paginate(OwnerIds=[account.account_id], RestorableByUserIds=["all"])
        )
        found = [entry["SnapshotId"] for page in pages for entry in page["Snapshots"]]
        plans = [self.plan(account, {self.parameter: name}) for name in found]
        changes = tuple(change for plan in plans for change in plan.changes)
        return Plan(changes, "" if changes else "No snapshot of this region is public.")
