"""A dated exclusion, ready to paste into ``playbooks/exclusions.yaml``: as narrow as the event allows, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from firedoor.alerts.text import columns, is_unseen, mask, risks
from firedoor.events import SOURCE_OF_INSPECTION, Facts
from firedoor.playbooks import Playbook

LASTS_DAYS = 30
_LONGEST_VALUE = 400
_FOLD_AT = 72

_ASFF, _OCSF = "Security Hub Findings - Imported", "Findings Imported V2"


def exclusion(playbook: Playbook, facts: Facts, today: date) -> str:
    """Return the YAML entry that would have kept this event from the playbook, or nothing.

    It names the account and the actor or the resource, so it never silences more than this one thing. Every text of
    the event stands in it as a quoted, escaped YAML string that is exact and shows what is invisible.
    """
    patterns = [pattern for entry in playbook.match for pattern in _narrow(entry, facts)]
    unique = [pattern for place, pattern in enumerate(patterns) if pattern not in patterns[:place]]
    if not unique or any(not _showable(value) for value in _strings(unique)):
        return ""
    entry = {
        "reason": "Write here why this is expected",
        "owner": playbook.owner,
        "expires": (today + timedelta(days=LASTS_DAYS)).isoformat(),
        "playbooks": [playbook.id],
        "match": unique,
    }
    lines = list(_block(entry, 4))
    return "\n".join(["  - " + lines[0].lstrip(), *lines[1:]])


def _narrow(entry: Mapping[str, Any], facts: Facts) -> Iterator[dict[str, Any]]:
    """Yield the pattern of this playbook entry's source that speaks of the event's account and actor or target."""
    source, kinds = entry.get("source"), entry.get("detail-type")
    if not isinstance(source, list) or len(source) != 1 or not isinstance(kinds, list):
        return
    for kind in kinds:
        if source[0] == SOURCE_OF_INSPECTION and facts.actor:
            detail = {"principal": [facts.actor]}
            yield {"source": source, "detail-type": [kind], "account": [facts.account], "detail": detail}
        elif about := _detail(source[0], kind, facts):
            yield {"source": source, "detail-type": [kind], "detail": about}


def _detail(source: object, kind: object, facts: Facts) -> dict[str, Any] | None:
    if isinstance(kind, str) and kind.endswith(" via CloudTrail") and facts.actor and facts.actor.startswith("arn:"):
        return {"recipientAccountId": [facts.account], "userIdentity": {"arn": [facts.actor]}}
    if source == "aws.guardduty" and kind == "GuardDuty Finding":
        resource = _guardduty_resource(facts)
        return {"accountId": [facts.account], "resource": resource} if resource else None
    if source == "aws.macie" and facts.target:
        return {"accountId": [facts.account], "resourcesAffected": {"s3Bucket": {"arn": [facts.target]}}}
    if kind == _ASFF and facts.target:
        return {"findings": {"AwsAccountId": [facts.account], "Resources": {"Id": [facts.target]}}}
    if kind == _OCSF and facts.target:
        return {"findings": {"cloud": {"account": {"uid": [facts.account]}}, "resources": {"uid": [facts.target]}}}
    return None


_GUARDDUTY_ARNS = {
    ":s3:::": ("s3BucketDetails", "arn"),
    ":eks:": ("eksClusterDetails", "arn"),
    ":ecs:": ("ecsClusterDetails", "arn"),
    ":lambda:": ("lambdaDetails", "functionArn"),
    ":rds:": ("rdsDbInstanceDetails", "dbInstanceArn"),
    ":snapshot/": ("ebsSnapshotDetails", "snapshotArn"),
    ":image/": ("ec2ImageDetails", "imageArn"),
}
"""What tells the resource of a finding → where the finding has its ARN."""


def _guardduty_resource(facts: Facts) -> dict[str, Any] | None:
    target = facts.target or ""
    if target.startswith("i-"):
        return {"instanceDetails": {"instanceId": [target]}}
    if target.startswith("arn:"):
        for mark, (details, name) in _GUARDDUTY_ARNS.items():
            if mark in target:
                return {details: {name: [target]}}
    if facts.actor and "/" in facts.actor:
        return {"accessKeyDetails": {"userName": [facts.actor.partition("/")[2]]}}
    return None


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)
    else:
        yield str(value)


def _showable(value: str) -> bool:
    surrogate = any("\ud800" <= character <= "\udfff" for character in value)
    return not surrogate and len(value) <= _LONGEST_VALUE and mask(value) == value


def _block(value: Mapping[str, Any], indent: int) -> Iterator[str]:
    space = " " * indent
    for name, member in value.items():
        if isinstance(member, Mapping):
            yield f"{space}{name}:"
            yield from _block(member, indent + 2)
        elif isinstance(member, list) and isinstance(member[0], Mapping):
            yield f"{space}{name}:"
            for entry in member:
                lines = list(_block(entry, indent + 4))
                yield f"{space}  - {lines[0].lstrip()}"
                yield from lines[1:]
        elif isinstance(member, list):
            yield f"{quoted(str(member[0]), f'{space}{name}: [')}]"
        else:
            yield quoted(str(member), f"{space}{name}: ")


def quoted(value: str, before: str = "") -> str:
    r"""Write a double-quoted YAML string after ``before``; what is invisible, or would become a link, as escapes.

    A long one goes on after a ``\`` at the line's end (https://yaml.org/spec/1.2.2/#double-quoted-style).
    """
    hidden = {place for risk in risks(value) for place in range(risk.start, risk.end)}
    lines, line = [], f'{before}"'
    more = " " * (len(before) - len(before.lstrip()) + 4)
    for place, character in enumerate(value):
        escaped = _escaped(character, place in hidden)
        if columns(line + escaped) > _FOLD_AT:
            lines.append(f"{line}\\")
            line = more
        # Spaces that begin a line are not part of the string, unless escaped.
        line += f"\\{escaped}" if character == " " and line == more else escaped
    return "\n".join([*lines, f'{line}"'])


def _escaped(character: str, hide: bool) -> str:
    if character == '"':
        return '\\"'
    code = ord(character)
    # A doubled backslash would read as the beginning of a network share.
    if hide or character == "\\" or not character.isprintable() or is_unseen(character):
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65_536 else f"\\U{code:08x}"
    return character
