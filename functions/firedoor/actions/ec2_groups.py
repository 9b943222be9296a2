"""Actions on the rules of security groups: revoking those that an event added, and emptying default groups."""

from __future__ import annotations

import ipaddress
import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of, expect_dry_run
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firedoor.accounts import Account

_GONE = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed", "InvalidSecurityGroupRuleId.NotFound"})

WIDE = 4
"""Prefix length up to which a network counts as the world: halves and quarters of it are the usual disguise.

Of IPv6 all that is routed is in ``2000::/3``.
"""


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
        summary = f"Revoke from security group {group_id} (used by {users}): {what}"
        return _revocation(account, group_id, chosen, summary)

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
        expect_dry_run(
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
            if code_of(error) in _GONE:
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
        summary = f"Revoke every {self.direction} rule of default security group {group_id}: {what}"
        return _revocation(account, group_id, standing, summary)


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


def _revocation(account: Account, group_id: str, rules: Sequence[Mapping[str, Any]], summary: str) -> Plan:
    change = Change(
        target=account.arn("ec2", f"security-group/{group_id}"),
        summary=summary,
        before={"group_id": group_id, "rules": [_portable(rule) for rule in rules]},
        after={"group_id": group_id, "rules": []},
        resources=(account.arn("ec2", "security-group-rule/*"),),
    )
    return Plan((change,))


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
