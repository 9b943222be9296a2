"""Actions on EC2: security group rules, and cutting a compromised instance off while keeping it for examination."""

from __future__ import annotations

import ipaddress
import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.accounts import literal
from firedoor.actions import Action
from firedoor.actions.ec2_settings import AskBeforeAttaching as AskBeforeAttaching
from firedoor.actions.ec2_settings import EncryptVolumes as EncryptVolumes
from firedoor.actions.ec2_settings import KeepSubnetPrivate as KeepSubnetPrivate
from firedoor.actions.ec2_settings import RequireTokens as RequireTokens
from firedoor.actions.ec2_settings import UnshareSnapshot as UnshareSnapshot
from firedoor.actions.ec2_sharing import WithdrawSharing as WithdrawSharing
from firedoor.errors import Refused, Retry
from firedoor.faults import AwsError
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firedoor.accounts import Account

QUARANTINE_GROUP = "firedoor-quarantine"
UNTRACK_GROUP = "firedoor-untrack"
CASE_TAG = "firedoor:case"
OWN_TAG = {"Key": "firedoor", "Value": "quarantine"}
"""What marks a security group as made by Firedoor."""

WIDE = 4
"""Prefix length up to which a network counts as the world: halves and quarters of it are the usual disguise.

Of IPv6 all that is routed is in ``2000::/3``.
"""

_GONE = frozenset(
    {
        "InvalidGroup.NotFound",
        "InvalidInstanceID.NotFound",
        "InvalidInstanceID.Malformed",
        "InvalidGroupId.Malformed",
        "InvalidSecurityGroupRuleId.NotFound",
    }
)


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def is_world(cidr: str) -> bool:
    """Tell whether a network is all of IPv4 or IPv6, or a part so large that it is meant to be."""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.prefixlen <= WIDE


class RevokeSecurityGroupRules(Action):
    """See ``summary``. What else the group allows stays.

    ``before`` and ``after`` are ``{"group_id", "rules"}``; the rules of the change as far as they stand, each without
    its id, which changes when a rule is made again. A rule is the same as long as protocol, ports and source are;
    when its description or tags were changed since, that shows as drift. No rules (None) means no group.

    A rule that an event names by id may have been changed since. So it is revoked only if it is open to the world
    now, unless the step says ``open_to_world: false``.
    """

    direction: ClassVar[str] = "ingress"
    name = "ec2.revoke_security_group_rules"
    summary = (
        "Revokes ingress rules of a security group that are open to the world: those named by id, or all that reach "
        "one of the given ports; undo authorises the same rules again, with description and tags."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "group_id": Parameter("The group's id.", "sg-0d5e6f708192a3b4c"),
        "rule_ids": Parameter(
            "Only these rules: those that one call added.", ["sgr-0a1b2c3d4e5f60001"], type="array", required=False
        ),
        "open_to_world": Parameter(
            "Only rules open to all of IPv4 or IPv6, to halves of it, or to a prefix list that holds such; with "
            "rule_ids it is true unless it says otherwise, without them it must be true.",
            True,
            type="boolean",
            required=False,
        ),
        "ports": Parameter(
            "Only rules that reach one of these TCP or UDP ports or ranges; all when left out.",
            [22, "8000-8100"],
            type="array",
            required=False,
        ),
    }
    permissions = Permissions(
        plan=(
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
            "ec2:GetManagedPrefixListEntries",
        ),
        apply=("ec2:RevokeSecurityGroupIngress",),
        undo=("ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags"),
    )
    example = "{action: ec2.revoke_security_group_rules, with: {group_id: '{group_id}', rule_ids: '{rule_ids}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to revoke the rules that are chosen and stand now."""
        if params.get("rule_ids") is None and not params.get("open_to_world"):
            raise Refused("The step names no rules: give rule_ids, or open_to_world with ports.")
        group_id = params["group_id"]
        standing = self._rules(account, group_id)
        if standing is None:
            return Plan(reason=f"Security group {group_id} does not exist any more.")
        ports = None if params.get("ports") is None else [_range(port) for port in params["ports"]]
        chosen = [rule for rule in standing if self._is_chosen(account, rule, params, ports)]
        if not chosen:
            return Plan(reason=f"Security group {group_id} has no such rule any more.")
        count = self._count_users(account, group_id)
        users = "1 network interface" if count == 1 else f"{count} network interfaces"
        what = ", ".join(_told(rule) for rule in chosen)
        change = Change(
            target=account.arn("ec2", f"security-group/{group_id}"),
            summary=f"Revoke from security group {group_id} (used by {users}): {what}",
            before={"group_id": group_id, "rules": [_portable(rule) for rule in chosen]},
            after={"group_id": group_id, "rules": []},
            resources=(account.arn("ec2", "security-group-rule/*"),),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the change's rules as far as they stand now, and as they are now."""
        group_id = change.before["group_id"]
        found = self._rules(account, group_id)
        if found is None:
            return {"group_id": group_id, "rules": None}
        standing = {_identity(rule): rule for rule in map(_portable, found)}
        identities = [_identity(rule) for rule in change.before["rules"]]
        return {"group_id": group_id, "rules": [standing[name] for name in identities if name in standing]}

    def apply(self, account: Account, change: Change) -> Json:
        """Revoke the rules by the ids they have now; a rule that is gone is no error."""
        ids = self._ids(account, change)
        if ids:
            self._call(account, "revoke", GroupId=change.before["group_id"], SecurityGroupRuleIds=ids)
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Authorise those of the rules that do not stand, as far as they bear the same tags in one call."""
        standing = {_identity(rule) for rule in self.read(account, change, made)["rules"] or ()}
        missing = [rule for rule in change.before["rules"] if _identity(rule) not in standing]
        for authorisation in _authorisations(missing):
            self._call(account, "authorize", GroupId=change.before["group_id"], **authorisation)

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return one command for all rules with the same tags."""
        return tuple(
            _authorise_command(self.direction, change.before["group_id"], authorisation)
            for authorisation in _authorisations(change.before["rules"])
        )

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return one command for all rules; EC2 finds them by protocol, ports and source."""
        permissions = [_permission({**rule, "description": ""}) for rule in change.before["rules"]]
        group = ["--group-id", change.before["group_id"]]
        text = json.dumps(permissions, separators=(",", ":"))
        command = f"revoke-security-group-{self.direction}"
        return (shlex.join(["aws", "ec2", command, *group, "--ip-permissions", text]),)

    def dry_run(self, account: Account, change: Change) -> None:
        """Ask EC2 whether revoking would be allowed."""
        ids = self._ids(account, change)
        _expect_dry_run(
            lambda: self._call(
                account, "revoke", GroupId=change.before["group_id"], SecurityGroupRuleIds=ids, DryRun=True
            )
        )

    def _call(self, account: Account, verb: str, **arguments: Any) -> None:
        getattr(account.client("ec2"), f"{verb}_security_group_{self.direction}")(**arguments)

    def _rules(self, account: Account, group_id: str) -> list[dict[str, Any]] | None:
        """Return the group's rules of this direction; None when there is no such group."""
        client = account.client("ec2")
        try:
            client.describe_security_groups(GroupIds=[group_id])
        except ClientError as error:
            if _code(error) in _GONE:
                return None
            raise
        pages = client.get_paginator("describe_security_group_rules").paginate(
            Filters=[{"Name": "group-id", "Values": [group_id]}]
        )
        egress = self.direction == "egress"
        return [rule for page in pages for rule in page["SecurityGroupRules"] if rule["IsEgress"] == egress]

    def _ids(self, account: Account, change: Change) -> list[str]:
        rules = self._rules(account, change.before["group_id"]) or []
        return [rule["SecurityGroupRuleId"] for rule in rules if _portable(rule) in change.before["rules"]]

    def _is_chosen(
        self, account: Account, rule: Mapping[str, Any], params: Json, ports: Sequence[range] | None
    ) -> bool:
        rule_ids = params.get("rule_ids")
        if rule_ids is not None and rule["SecurityGroupRuleId"] not in rule_ids:
            return False
        if ports is not None and not _reaches(rule, ports):
            return False
        return not params.get("open_to_world", True) or self._is_open(account, rule)

    def _is_open(self, account: Account, rule: Mapping[str, Any]) -> bool:
        cidr = rule.get("CidrIpv4") or rule.get("CidrIpv6")
        if cidr:
            return is_world(cidr)
        prefix_list = rule.get("PrefixListId")
        if not prefix_list:
            return False
        pages = (
            account.client("ec2").get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=prefix_list)
        )
        return any(is_world(entry["Cidr"]) for page in pages for entry in page["Entries"])

    def _count_users(self, account: Account, group_id: str) -> int:
        pages = (
            account.client("ec2")
            .get_paginator("describe_network_interfaces")
            .paginate(Filters=[{"Name": "group-id", "Values": [group_id]}])
        )
        return sum(len(page["NetworkInterfaces"]) for page in pages)


class _EmptyDefaultGroup(RevokeSecurityGroupRules):
    """Revokes every rule of one direction of a network's default group."""

    parameters: ClassVar[Mapping[str, Parameter]] = {
        "group_id": Parameter("The group's id.", "sg-0d5e6f708192a3b4c"),
    }

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to revoke all rules of this direction.

        Raises:
            Refused: The group is not its network's default.
        """
        group_id = params["group_id"]
        standing = self._rules(account, group_id)
        if standing is None:
            return Plan(reason=f"Security group {group_id} does not exist any more.")
        group = account.client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
        if group["GroupName"] != "default":
            raise Refused(f"Security group {group_id} is not the default one of its network.")
        if not standing:
            return Plan(reason=f"Security group {group_id} has no {self.direction} rule.")
        what = ", ".join(_told(rule) for rule in standing)
        change = Change(
            target=account.arn("ec2", f"security-group/{group_id}"),
            summary=f"Revoke every {self.direction} rule of default security group {group_id}: {what}",
            before={"group_id": group_id, "rules": [_portable(rule) for rule in standing]},
            after={"group_id": group_id, "rules": []},
            resources=(account.arn("ec2", "security-group-rule/*"),),
        )
        return Plan((change,))


class EmptyDefaultIngress(_EmptyDefaultGroup):
    """See ``summary``. What relies on the default group can be reached no longer."""

    name = "ec2.revoke_default_group_ingress"
    summary = "Revokes every ingress rule of a network's default security group; undo authorises the same rules again."
    permissions = Permissions(
        plan=("ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"),
        apply=("ec2:RevokeSecurityGroupIngress",),
        undo=("ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags"),
    )
    example = "{action: ec2.revoke_default_group_ingress, with: {group_id: '{group_id}'}}"


class EmptyDefaultEgress(_EmptyDefaultGroup):
    """See ``summary``. What relies on the default group can reach nothing any more."""

    direction = "egress"
    name = "ec2.revoke_default_group_egress"
    summary = "Revokes every egress rule of a network's default security group; undo authorises the same rules again."
    permissions = Permissions(
        plan=("ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"),
        apply=("ec2:RevokeSecurityGroupEgress",),
        undo=("ec2:AuthorizeSecurityGroupEgress", "ec2:CreateTags"),
    )
    example = "{action: ec2.revoke_default_group_egress, with: {group_id: '{group_id}'}}"


def _expect_dry_run(call: Any) -> None:
    """Make a call with ``DryRun``; the error that says it would have worked is success."""
    try:
        call()
    except ClientError as error:
        if _code(error) != "DryRunOperation":
            raise


def _range(ports: object) -> range:
    """Read ``22``, ``"22"`` or ``"8000-8100"``.

    Raises:
        Refused: It is none of these.
    """
    low, dash, high = str(ports).partition("-")
    try:
        return range(int(low), int(high if dash else low) + 1)
    except ValueError:
        raise Refused(f"The step's port {ports!r} is neither a number nor a range such as 8000-8100.") from None


def _reaches(rule: Mapping[str, Any], ports: Sequence[range]) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    if rule["IpProtocol"] not in ("tcp", "udp", "6", "17"):
        return False
    low, high = rule.get("FromPort", -1), rule.get("ToPort", -1)
    return (low, high) == (-1, -1) or any(wanted.start <= high and low < wanted.stop for wanted in ports)


_SOURCES = ("CidrIpv4", "CidrIpv6", "PrefixListId")


_GROUP_KEYS = ("GroupId", "UserId", "VpcId", "VpcPeeringConnectionId")


def _portable(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of a rule that can be made again, with stable keys. Tags of AWS itself cannot."""
    group = rule.get("ReferencedGroupInfo") or {}
    return {
        "protocol": rule["IpProtocol"],
        "from_port": rule.get("FromPort"),
        "to_port": rule.get("ToPort"),
        **{name: rule[name] for name in _SOURCES if rule.get(name)},
        **({"group": {key: group[key] for key in _GROUP_KEYS if group.get(key)}} if group else {}),
        "description": rule.get("Description") or "",
        "tags": sorted([tag["Key"], tag["Value"]] for tag in rule.get("Tags", []) if not tag["Key"].startswith("aws:")),
    }


def _identity(rule: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what EC2 tells rules of one group apart by."""
    source = next((rule[name] for name in _SOURCES if name in rule), None) or rule["group"]["GroupId"]
    return (rule["protocol"], rule["from_port"], rule["to_port"], source)


def _authorisations(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the arguments of the calls of ``AuthorizeSecurityGroupIngress`` that make rules again.

    EC2 gives all rules of a call the same tags, and makes all of them or none.
    """
    by_tags: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rules:
        by_tags.setdefault(json.dumps(rule["tags"]), []).append(rule)
    return [_authorisation(alike) for alike in by_tags.values()]


def _authorisation(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in rules[0]["tags"]]
    specification = [{"ResourceType": "security-group-rule", "Tags": tags}]
    permissions = [_permission(rule) for rule in rules]
    return {"IpPermissions": permissions, **({"TagSpecifications": specification} if tags else {})}


def _permission(rule: Mapping[str, Any]) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": rule["protocol"]}
    for key, name in (("from_port", "FromPort"), ("to_port", "ToPort")):
        if rule[key] is not None:
            permission[name] = rule[key]
    described = {"Description": rule["description"]} if rule["description"] else {}
    if "CidrIpv4" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIpv4"], **described}]
    elif "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    elif "PrefixListId" in rule:
        permission["PrefixListIds"] = [{"PrefixListId": rule["PrefixListId"], **described}]
    else:
        permission["UserIdGroupPairs"] = [{**rule["group"], **described}]
    return permission


def _authorise_command(direction: str, group_id: str, authorisation: Json) -> str:
    command = ["aws", "ec2", f"authorize-security-group-{direction}", "--group-id", group_id]
    for argument, option in (("IpPermissions", "--ip-permissions"), ("TagSpecifications", "--tag-specifications")):
        if argument in authorisation:
            command += [option, json.dumps(authorisation[argument], separators=(",", ":"))]
    return shlex.join(command)


def _told(rule: Mapping[str, Any]) -> str:
    """Say a rule as people do: ``tcp 22 from 0.0.0.0/0``."""
    group = (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
    source = next((rule[name] for name in _SOURCES if rule.get(name)), group or "?")
    low, high = rule.get("FromPort", -1), rule.get("ToPort", -1)
    ports = "" if rule["IpProtocol"] == "-1" or low == -1 else f" {low}" if low == high else f" {low}-{high}"
    protocol = "all traffic" if rule["IpProtocol"] == "-1" else rule["IpProtocol"]
    return f"{protocol}{ports} from {source}"


def find_instance(account: Account, instance_id: str) -> dict[str, Any] | None:
    """Return an instance as EC2 describes it; None when it is gone or being terminated."""
    try:
        answer = account.client("ec2").describe_instances(InstanceIds=[instance_id])
    except ClientError as error:
        if _code(error) in _GONE:
            return None
        raise
    found = [instance for reservation in answer["Reservations"] for instance in reservation["Instances"]]
    if not found or found[0]["State"]["Name"] in ("terminated", "shutting-down"):
        return None
    return dict(found[0])


def _gone(instance_id: str) -> Plan:
    return Plan(reason=f"Instance {instance_id} does not exist any more.")


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
            return _gone(instance_id)
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
            _expect_dry_run(
                lambda: client.modify_instance_attribute(
                    InstanceId=state["instance_id"], DisableApiTermination={"Value": True}, DryRun=True
                )
            )
        elif state["kind"] == "groups":
            _expect_dry_run(
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
            if _code(error) == "TargetGroupNotFound":
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
            if _code(error) in _GONE:
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
            return _gone(instance_id)
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
        _expect_dry_run(lambda: account.client("ec2").create_snapshot(VolumeId=change.before["volume"], DryRun=True))

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
            return _gone(instance_id)
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
            if _code(error) == "NoSuchEntity":
                return ()
            raise
        return tuple(role["Arn"] for role in found["InstanceProfile"]["Roles"])

    def _association(self, account: Account, instance_id: str) -> dict[str, Any] | None:
        """Return the association that holds, or is on its way; one that is being dissolved is none."""
        filters = [{"Name": "instance-id", "Values": [instance_id]}]
        answer = account.client("ec2").describe_iam_instance_profile_associations(Filters=filters)
        found = answer["IamInstanceProfileAssociations"]
        return next((dict(entry) for entry in found if entry["State"] in ("associating", "associated")), None)
