"""Actions on an instance itself: keeping its volumes for examination, and taking its role away."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.faults import code_of, expect_dry_run
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firedoor.accounts import Account

CASE_TAG = "firedoor:case"
GONE = frozenset({"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"})
"""Error codes that say that there is no such instance."""


def find_instance(account: Account, instance_id: str) -> dict[str, Any] | None:
    """Return an instance as EC2 describes it; None when it is gone or being terminated."""
    try:
        answer = account.client("ec2").describe_instances(InstanceIds=[instance_id])
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    found = [instance for reservation in answer["Reservations"] for instance in reservation["Instances"]]
    if not found or found[0]["State"]["Name"] in ("terminated", "shutting-down"):
        return None
    return dict(found[0])


def gone(instance_id: str) -> Plan:
    """Return the plan for an instance that is not there."""
    return Plan(reason=f"Instance {instance_id} does not exist any more.")


class SnapshotVolumes(Action):
    """See ``summary``. Snapshots are evidence, so undo keeps them; delete them by hand when the case is closed."""

    additive = True
    name = "ec2.snapshot_volumes"
    summary = "Snapshots every volume of an instance, tagged with the case; additive: undo keeps the snapshots."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "instance_id": Parameter("The instance's id.", "i-0f1e2d3c4b5a69788")
    }
    permissions = Permissions(
        plan=("ec2:DescribeInstances", "ec2:DescribeSnapshots"),
        apply=("ec2:CreateSnapshot", "ec2:CreateTags"),
    )
    example = "{action: ec2.snapshot_volumes, with: {instance_id: '{instance_id}'}, on_error: continue}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan a snapshot of each volume that has none of this case."""
        instance_id = params["instance_id"]
        instance = find_instance(account, instance_id)
        if instance is None:
            return gone(instance_id)
        volumes = [device["Ebs"]["VolumeId"] for device in instance.get("BlockDeviceMappings", ()) if "Ebs" in device]
        done = self._snapshots(account, volumes)
        changes = tuple(self._change(account, instance_id, volume) for volume in volumes if volume not in done)
        reason = "" if changes else f"Every volume of instance {instance_id} has a snapshot of this case."
        return Plan(changes, reason)

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return whether the volume has a snapshot of this case."""
        volume = change.before["volume"]
        return {**change.before, "snapshot": volume in self._snapshots(account, [volume])}

    def apply(self, account: Account, change: Change) -> Json:
        """Start the snapshot; it completes by itself, and nothing waits for it."""
        volume = change.before["volume"]
        done = self._snapshots(account, [volume])
        if volume not in done:
            tags = [
                {"Key": CASE_TAG, "Value": account.case_id},
                {"Key": "Name", "Value": f"{account.case_id} {volume}"},
            ]
            answer = account.client("ec2").create_snapshot(
                VolumeId=volume,
                Description=f"Firedoor case {account.case_id}: volume of {change.before['instance_id']}",
                TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}],
            )
            return {"snapshot_id": answer["SnapshotId"]}
        return {"snapshot_id": done[volume]}

    def dry_run(self, account: Account, change: Change) -> None:
        """Ask EC2 whether a snapshot might be made."""
        expect_dry_run(lambda: account.client("ec2").create_snapshot(VolumeId=change.before["volume"], DryRun=True))

    def _change(self, account: Account, instance_id: str, volume: str) -> Change:
        state = {"instance_id": instance_id, "volume": volume}
        return Change(
            target=account.arn("ec2", f"volume/{volume}"),
            summary=f"Snapshot volume {volume} of instance {instance_id}",
            before={**state, "snapshot": False},
            after={**state, "snapshot": True},
            resources=(f"arn:{account.partition}:ec2:{account.region}::snapshot/*",),
        )

    def _snapshots(self, account: Account, volumes: Sequence[str]) -> dict[str, str]:
        """Return volume → snapshot of this case."""
        if not volumes:
            return {}
        filters = [
            {"Name": "volume-id", "Values": list(volumes)},
            {"Name": f"tag:{CASE_TAG}", "Values": [account.case_id]},
        ]
        pages = account.client("ec2").get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=filters)
        found = [snapshot for page in pages for snapshot in page["Snapshots"] if snapshot["State"] != "error"]
        return {snapshot["VolumeId"]: snapshot["SnapshotId"] for snapshot in found}


class DetachInstanceProfile(Action):
    """See ``summary``. Credentials that the instance already fetched stay valid until they expire."""

    name = "ec2.detach_instance_profile"
    summary = "Takes an instance's IAM role away; undo associates the same instance profile again."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "instance_id": Parameter("The instance's id.", "i-0f1e2d3c4b5a69788")
    }
    permissions = Permissions(
        plan=("ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeInstances", "iam:GetInstanceProfile"),
        apply=("ec2:DisassociateIamInstanceProfile",),
        undo=("ec2:AssociateIamInstanceProfile", "iam:PassRole"),
    )
    example = "{action: ec2.detach_instance_profile, with: {instance_id: '{instance_id}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to take the profile away if there is one."""
        instance_id = params["instance_id"]
        if find_instance(account, instance_id) is None:
            return gone(instance_id)
        association = self._association(account, instance_id)
        if association is None:
            return Plan(reason=f"Instance {instance_id} has no instance profile.")
        profile = association["IamInstanceProfile"]["Arn"]
        state = {"instance_id": instance_id}
        change = Change(
            target=account.arn("ec2", f"instance/{instance_id}"),
            summary=f"Take instance profile {profile.rpartition('/')[2]} away from instance {instance_id}",
            before={**state, "profile": profile},
            after={**state, "profile": None},
            resources=self._roles(account, profile),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the ARN of the profile that the instance has."""
        association = self._association(account, change.before["instance_id"])
        return {**change.before, "profile": association["IamInstanceProfile"]["Arn"] if association else None}

    def apply(self, account: Account, change: Change) -> Json:
        """Disassociate the profile."""
        association = self._association(account, change.before["instance_id"])
        if association is not None:
            account.client("ec2").disassociate_iam_instance_profile(AssociationId=association["AssociationId"])
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Associate the same profile again."""
        account.client("ec2").associate_iam_instance_profile(
            IamInstanceProfile={"Arn": change.before["profile"]}, InstanceId=change.before["instance_id"]
        )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that associates the profile."""
        instance, profile = shlex.quote(change.before["instance_id"]), shlex.quote(change.before["profile"])
        return (
            f"aws ec2 associate-iam-instance-profile --instance-id {instance} --iam-instance-profile Arn={profile}",
        )

    def _roles(self, account: Account, profile: str) -> tuple[str, ...]:
        """Return the ARN of the profile's role, which is what associating it again hands over."""
        try:
            found = account.client("iam").get_instance_profile(InstanceProfileName=profile.rpartition("/")[2])
        except ClientError as error:
            if code_of(error) == "NoSuchEntity":
                return ()
            raise
        return tuple(role["Arn"] for role in found["InstanceProfile"]["Roles"])

    def _association(self, account: Account, instance_id: str) -> dict[str, Any] | None:
        """Return the association that holds, or is on its way; one that is being dissolved is none."""
        filters = [{"Name": "instance-id", "Values": [instance_id]}]
        answer = account.client("ec2").describe_iam_instance_profile_associations(Filters=filters)
        found = answer["IamInstanceProfileAssociations"]
        return next((dict(entry) for entry in found if entry["State"] in ("associating", "associated")), None)
