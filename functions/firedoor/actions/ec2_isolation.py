"""The action that cuts a compromised instance off, while it goes on running for examination."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.accounts import literal
from firedoor.actions import Action
from firedoor.actions.ec2_instances import GONE, find_instance, gone
from firedoor.errors import Refused, Retry
from firedoor.faults import AwsError, code_of, expect_dry_run
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firedoor.accounts import Account

QUARANTINE_GROUP = "firedoor-quarantine"
UNTRACK_GROUP = "firedoor-untrack"
OWN_TAG = {"Key": "firedoor", "Value": "quarantine"}
"""What marks a security group as made by Firedoor."""


class IsolateInstance(Action):
    """See ``summary``. It keeps running, so that its memory can be examined.

    First of all the instance is taken out of its auto-scaling group, which would replace it otherwise, then out of the
    network. Connections that are tracked outlive a change of groups; so each interface first gets a group that allows
    everything, which makes its connections untracked, and then the one that allows nothing. Interfaces that AWS
    manages for itself are left alone. Classic load balancers are not looked at.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html

    There is one change per thing: ``{"kind": "standby" | "target" | "termination" | "groups", …}``. Where the
    auto-scaling group may not shrink, it starts a replacement, and has one instance more after an undo: Firedoor
    terminates nothing.
    """

    name = "ec2.isolate_instance"
    summary = (
        "Puts an instance into standby in its auto-scaling group, takes it out of its target groups, protects it from "
        "termination, and gives every network interface a security group that allows nothing; undo restores the "
        "former groups and the rest."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "instance_id": Parameter("The instance's id.", "i-0f1e2d3c4b5a69788")
    }
    permissions = Permissions(
        plan=(
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ),
        apply=(
            "autoscaling:EnterStandby",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
            "ec2:ModifyInstanceAttribute",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "elasticloadbalancing:DeregisterTargets",
        ),
        undo=(
            "autoscaling:ExitStandby",
            "ec2:ModifyInstanceAttribute",
            "ec2:ModifyNetworkInterfaceAttribute",
            "elasticloadbalancing:RegisterTargets",
        ),
    )
    example = "{action: ec2.isolate_instance, with: {instance_id: '{instance_id}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan what is left to do of standby, termination protection, groups and target groups."""
        instance_id = params["instance_id"]
        instance = find_instance(account, instance_id)
        if instance is None:
            return gone(instance_id)
        interfaces = self._interfaces(account, instance_id)
        changes = [
            *self._standby(account, instance_id),
            *self._termination(account, instance),
            *self._groups(account, instance_id, interfaces),
            *self._targets(account, instance_id, interfaces),
        ]
        return Plan(tuple(changes), "" if changes else f"Instance {instance_id} is isolated already.")

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the present state of the one thing that the change is about."""
        before = change.before
        instance_id = before["instance_id"]
        if before["kind"] == "standby":
            member = self._member(account, instance_id)
            state = "Standby" if member and "Standby" in member["LifecycleState"] else "InService"
            return {**before, "lifecycle": state if member else "absent"}
        if before["kind"] == "termination":
            return {**before, "protected": self._is_protected(account, instance_id)}
        if before["kind"] == "target":
            registered = self._registered(account, before["target_group"])
            return {**before, "registered": before["target"] in registered}
        interfaces = {found["NetworkInterfaceId"]: found for found in self._interfaces(account, instance_id)}
        return {**before, "groups": _group_names(interfaces.get(before["interface"]))}

    def apply(self, account: Account, change: Change) -> Json:
        """Make one of the four kinds of change."""
        state = change.after
        if state["kind"] == "standby":
            self._enter_standby(account, change)
        elif state["kind"] == "termination":
            self._protect(account, state)
        elif state["kind"] == "target":
            self._register(account, change, wanted=False)
        else:
            quarantine = self._ensure_group(account, state["vpc"], QUARANTINE_GROUP)
            if self.read(account, change, {}) != dict(state):
                untrack = self._ensure_group(account, state["vpc"], UNTRACK_GROUP)
                self._set_groups(account, state, [untrack])
                try:
                    self._set_groups(account, state, [quarantine])
                except AwsError:
                    self.undo(account, change, {})  # the other group lets everything through: nobody stays in it
                    raise
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Put one of the four kinds of change back."""
        state = change.before
        if state["kind"] == "standby":
            account.client("autoscaling").exit_standby(
                AutoScalingGroupName=state["auto_scaling_group"], InstanceIds=[state["instance_id"]]
            )
        elif state["kind"] == "termination":
            self._protect(account, state)
        elif state["kind"] == "target":
            self._register(account, change, wanted=True)
        else:
            self._set_groups(
                account, state, [self._group_id(account, state["vpc"], group) for group in state["groups"]]
            )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that puts it back.

        There is none to a group of our own: those are recorded by name, and the CLI takes ids only.
        """
        state = change.before
        instance = state["instance_id"]
        if state["kind"] == "standby":
            group = ["--auto-scaling-group-name", state["auto_scaling_group"]]
            command = ["autoscaling", "exit-standby", *group, "--instance-ids", instance]
        elif state["kind"] == "termination":
            command = ["ec2", "modify-instance-attribute", "--instance-id", instance, "--no-disable-api-termination"]
        elif state["kind"] == "target":
            target = ",".join(f"{name}={value}" for name, value in state["target"].items())
            group = ["--target-group-arn", state["target_group"]]
            command = ["elbv2", "register-targets", *group, "--targets", target]
        elif {QUARANTINE_GROUP, UNTRACK_GROUP} & set(state["groups"]):
            return ()
        else:
            interface = ["--network-interface-id", state["interface"]]
            command = ["ec2", "modify-network-interface-attribute", *interface, "--groups", *state["groups"]]
        return (shlex.join(["aws", *command]),)

    def dry_run(self, account: Account, change: Change) -> None:
        """Ask EC2 whether groups or protection might be changed; auto scaling and load balancing cannot be asked."""
        client, state = account.client("ec2"), change.after
        if state["kind"] == "termination":
            expect_dry_run(
                lambda: client.modify_instance_attribute(
                    InstanceId=state["instance_id"], DisableApiTermination={"Value": True}, DryRun=True
                )
            )
        elif state["kind"] == "groups":
            expect_dry_run(
                lambda: client.modify_network_interface_attribute(
                    NetworkInterfaceId=state["interface"], Groups=change.before["groups"], DryRun=True
                )
            )

    def _standby(self, account: Account, instance_id: str) -> Iterable[Change]:
        member = self._member(account, instance_id)
        if member is None or member["LifecycleState"] != "InService":
            return
        group = member["AutoScalingGroupName"]
        state = {"kind": "standby", "instance_id": instance_id, "auto_scaling_group": group}
        replaced = "" if self._may_shrink(account, group) else ", which starts a replacement"
        yield Change(
            target=account.arn("ec2", f"instance/{instance_id}"),
            summary=f"Put instance {instance_id} into standby in auto-scaling group {group}{replaced}",
            before={**state, "lifecycle": "InService"},
            after={**state, "lifecycle": "Standby"},
            resources=(account.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{literal(group)}"),),
        )

    def _termination(self, account: Account, instance: Mapping[str, Any]) -> Iterable[Change]:
        """EC2 has no such protection for spot instances."""
        instance_id = instance["InstanceId"]
        if instance.get("InstanceLifecycle") == "spot" or self._is_protected(account, instance_id):
            return
        state = {"kind": "termination", "instance_id": instance_id}
        yield Change(
            target=account.arn("ec2", f"instance/{instance_id}"),
            summary=f"Protect instance {instance_id} from termination",
            before={**state, "protected": False},
            after={**state, "protected": True},
        )

    def _groups(self, account: Account, instance_id: str, interfaces: Sequence[Mapping[str, Any]]) -> Iterable[Change]:
        for interface in interfaces:
            interface_id, vpc = interface["NetworkInterfaceId"], interface["VpcId"]
            former, tight = _group_names(interface), self._is_tight(account, vpc)
            if former == [QUARANTINE_GROUP] and tight:
                continue
            state = {"kind": "groups", "instance_id": instance_id, "interface": interface_id, "vpc": vpc}
            yield Change(
                target=account.arn("ec2", f"network-interface/{interface_id}"),
                summary=f"Cut interface {interface_id} of instance {instance_id} off (was in {', '.join(former)})",
                before={**state, "groups": former},
                after={**state, "groups": [QUARANTINE_GROUP]},
                resources=(
                    account.arn("ec2", f"instance/{instance_id}"),
                    account.arn("ec2", "security-group/*"),
                    account.arn("ec2", "security-group-rule/*"),
                    account.arn("ec2", f"vpc/{vpc}"),
                ),
            )

    def _targets(self, account: Account, instance_id: str, interfaces: Sequence[Mapping[str, Any]]) -> Iterable[Change]:
        """An instance is registered by its id or by one of its addresses."""
        vpcs = {interface["VpcId"] for interface in interfaces}
        own = {instance_id, *(address for interface in interfaces for address in _addresses(interface))}
        pages = account.client("elbv2").get_paginator("describe_target_groups").paginate()
        for group in [group for page in pages for group in page["TargetGroups"]]:
            if group.get("TargetType") not in ("instance", "ip") or group.get("VpcId") not in vpcs:
                continue
            arn = group["TargetGroupArn"]
            for target in self._registered(account, arn):
                if target["Id"] not in own:
                    continue
                state = {"kind": "target", "instance_id": instance_id, "target_group": arn, "target": target}
                yield Change(
                    target=account.arn("ec2", f"instance/{instance_id}"),
                    summary=f"Take instance {instance_id} out of target group {group['TargetGroupName']}",
                    before={**state, "registered": True},
                    after={**state, "registered": False},
                    resources=(arn,),
                )

    def _registered(self, account: Account, target_group: str) -> list[dict[str, Any]]:
        """Return the targets of a group that get requests; those that are being drained do not."""
        try:
            found = account.client("elbv2").describe_target_health(TargetGroupArn=target_group)
        except ClientError as error:
            if code_of(error) == "TargetGroupNotFound":
                return []
            raise
        entries = found["TargetHealthDescriptions"]
        return [dict(entry["Target"]) for entry in entries if entry["TargetHealth"]["State"] != "draining"]

    def _register(self, account: Account, change: Change, *, wanted: bool) -> None:
        if self.read(account, change, {})["registered"] is wanted:
            return
        client, state = account.client("elbv2"), change.before
        call = client.register_targets if wanted else client.deregister_targets
        call(TargetGroupArn=state["target_group"], Targets=[state["target"]])

    def _interfaces(self, account: Account, instance_id: str) -> list[Mapping[str, Any]]:
        """Return the interfaces whose groups may be changed: those that AWS manages for itself are not."""
        filters = [{"Name": "attachment.instance-id", "Values": [instance_id]}]
        pages = account.client("ec2").get_paginator("describe_network_interfaces").paginate(Filters=filters)
        return [found for page in pages for found in page["NetworkInterfaces"] if not _is_managed(found)]

    def _set_groups(self, account: Account, state: Json, groups: list[str]) -> None:
        account.client("ec2").modify_network_interface_attribute(NetworkInterfaceId=state["interface"], Groups=groups)

    def _member(self, account: Account, instance_id: str) -> dict[str, Any] | None:
        found = account.client("autoscaling").describe_auto_scaling_instances(InstanceIds=[instance_id])
        return next(iter(found["AutoScalingInstances"]), None)

    def _may_shrink(self, account: Account, group: str) -> bool:
        found = account.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
        return any(entry["DesiredCapacity"] > entry["MinSize"] for entry in found["AutoScalingGroups"])

    def _enter_standby(self, account: Account, change: Change) -> None:
        """Enter standby. Where the group may not shrink further, it starts a replacement at once instead."""
        state = change.after
        if self.read(account, change, {}) == dict(state):
            return
        account.client("autoscaling").enter_standby(
            AutoScalingGroupName=state["auto_scaling_group"],
            InstanceIds=[state["instance_id"]],
            ShouldDecrementDesiredCapacity=self._may_shrink(account, state["auto_scaling_group"]),
        )

    def _is_protected(self, account: Account, instance_id: str) -> bool:
        try:
            answer = account.client("ec2").describe_instance_attribute(
                InstanceId=instance_id, Attribute="disableApiTermination"
            )
        except ClientError as error:
            if code_of(error) in GONE:
                return False
            raise
        return bool(answer["DisableApiTermination"]["Value"])

    def _protect(self, account: Account, state: Json) -> None:
        account.client("ec2").modify_instance_attribute(
            InstanceId=state["instance_id"], DisableApiTermination={"Value": state["protected"]}
        )

    def _own_group(self, account: Account, vpc: str, name: str) -> dict[str, Any] | None:
        """Return our group of this name in a VPC.

        Raises:
            Refused: There is a group of this name that Firedoor did not make.
        """
        filters = [{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [vpc]}]
        found = account.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
        if found and OWN_TAG not in found[0].get("Tags", []):
            raise Refused(
                f"Security group {found[0]['GroupId']} has the name {name}, but Firedoor did not make it; rename it."
            )
        return dict(found[0]) if found else None

    def _group_id(self, account: Account, vpc: str, group: str) -> str:
        """Return a group's id; our own are recorded by name, since they may not exist when planning."""
        own = self._own_group(account, vpc, group) if group in (QUARANTINE_GROUP, UNTRACK_GROUP) else None
        return str(own["GroupId"]) if own else group

    def _is_tight(self, account: Account, vpc: str) -> bool:
        """Tell whether our quarantine group, if there is one yet, allows nothing: a name alone isolates nobody."""
        group = self._own_group(account, vpc, QUARANTINE_GROUP)
        return group is None or not (group["IpPermissions"] or group["IpPermissionsEgress"])

    def _ensure_group(self, account: Account, vpc: str, name: str) -> str:
        """Return the id of our group in a VPC, making it, and bringing its rules to what they must be."""
        group = self._own_group(account, vpc, name)
        if group is None:
            made = account.client("ec2").create_security_group(
                GroupName=name,
                Description="Made by Firedoor to isolate compromised instances; do not use or change",
                VpcId=vpc,
                TagSpecifications=[{"ResourceType": "security-group", "Tags": [OWN_TAG]}],
            )
            account.client("ec2").get_waiter("security_group_exists").wait(GroupIds=[made["GroupId"]])
            group = self._own_group(account, vpc, name)
        if group is None:
            raise Retry(f"EC2 does not show security group {name} yet, which was just made.")
        (self._close if name == QUARANTINE_GROUP else self._open)(account, group)
        return str(group["GroupId"])

    def _open(self, account: Account, group: Mapping[str, Any]) -> None:
        client = account.client("ec2")
        for present, authorise in (
            (group["IpPermissions"], client.authorize_security_group_ingress),
            (group["IpPermissionsEgress"], client.authorize_security_group_egress),
        ):
            missing = _missing_world(present)
            if missing:
                authorise(GroupId=group["GroupId"], IpPermissions=[missing])

    def _close(self, account: Account, group: Mapping[str, Any]) -> None:
        """A new group allows all egress; whatever else somebody gave to it goes too."""
        client = account.client("ec2")
        for present, revoke in (
            (group["IpPermissions"], client.revoke_security_group_ingress),
            (group["IpPermissionsEgress"], client.revoke_security_group_egress),
        ):
            if present:
                revoke(GroupId=group["GroupId"], IpPermissions=present)


def _group_names(interface: Mapping[str, Any] | None) -> list[str]:
    """Return an interface's groups in order: ids, but our own by name, since they may not exist when planning."""
    own = (QUARANTINE_GROUP, UNTRACK_GROUP)
    groups = interface["Groups"] if interface else []
    return [group["GroupName"] if group["GroupName"] in own else group["GroupId"] for group in groups]


def _is_managed(interface: Mapping[str, Any]) -> bool:
    operated = (interface.get("Operator") or {}).get("Managed")
    return bool(interface.get("RequesterManaged") or operated or interface.get("InterfaceType") == "efa-only")


def _addresses(interface: Mapping[str, Any]) -> Iterable[str]:
    yield from (entry["PrivateIpAddress"] for entry in interface.get("PrivateIpAddresses", ()))
    yield from (entry["Ipv6Address"] for entry in interface.get("Ipv6Addresses", ()))


def _missing_world(present: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the permission that a group lacks to allow all of IPv4 and IPv6."""
    v4 = {entry["CidrIp"] for rule in present for entry in rule.get("IpRanges", ()) if rule["IpProtocol"] == "-1"}
    v6 = {entry["CidrIpv6"] for rule in present for entry in rule.get("Ipv6Ranges", ()) if rule["IpProtocol"] == "-1"}
    missing: dict[str, Any] = {"IpProtocol": "-1"}
    if "0.0.0.0/0" not in v4:
        missing["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
    if "::/0" not in v6:
        missing["Ipv6Ranges"] = [{"CidrIpv6": "::/0"}]
    return missing if len(missing) > 1 else None
