"""What the tests of playbook sources share: three small actions, and one playbook without a mistake in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from firedoor.actions import Action
from firedoor.cli.sources import Sources, load_sources
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

TODAY = date(2026, 11, 23)

PLAYBOOK = """\
id: port-opened
title: A port was opened
description: Strangers may come in, so it is closed.
status: experimental
severity: high
owner: network
references:
  attack: [T1562.007]
match:
  - source: [aws.ec2]
    detail-type: [AWS API Call via CloudTrail]
    detail:
      eventName: [AuthorizeSecurityGroupIngress]
unless:
  - reason: A planned exercise
    match:
      - account: ["444455556666"]
    expires: 2027-01-31
extract:
  group_id: detail.requestParameters.groupId
  user: detail.userIdentity.userName
dedup: {by: [group_id], within: 24h}
mode: approve
approval: {within: 30m, otherwise: alert}
limits: {per_account: 10, within: 1h}
steps:
  - action: ec2.close_ports
    with: {group_id: "{group_id}", ports: [22]}
  - action: iam.deny_user
    with: {user: "{user}"}
    when: user && starts_with(user, 'temp')
    on_error: continue
    revert_after: 12h
alert:
  title: "Group {group_id} was opened"
  summary: "{actor} opened {group_id} from {source_ip}."
  next_steps:
    - "Ask {actor} why."
tests:
  - name: An opened group is closed
    event: opened.json
    expect: {matches: true, steps: [ec2.close_ports]}
  - name: A closed group is left alone
    event: opened.json
    set: {detail.eventName: RevokeSecurityGroupIngress}
    expect: {matches: false}
"""

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "0b7d9c1e-0000-4000-8000-000000000001",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.ec2",
    "account": "111122223333",
    "time": "2026-11-20T12:00:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {
        "eventName": "AuthorizeSecurityGroupIngress",
        "eventTime": "2026-11-20T12:00:00Z",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jo", "userName": "jo"},
        "requestParameters": {"groupId": "sg-1", "rules": [{"port": 22}, {"port": 80}]},
    },
}


class _Example(Action):
    """An action that the tests only name."""

    permissions = Permissions((), ())

    def plan(self, account: object, params: Json) -> Plan:
        raise NotImplementedError

    def read(self, account: object, change: Change, made: Json) -> Json:
        raise NotImplementedError

    def apply(self, account: object, change: Change) -> Json:
        raise NotImplementedError


class ClosePorts(_Example):
    """Closes a hole and can open it again."""

    name = "ec2.close_ports"
    summary = "Closes ports."
    parameters = {  # noqa: RUF012  a class variable by contract
        "group_id": Parameter("The group.", "sg-1"),
        "ports": Parameter("The ports.", [22], type="array", required=False),
        "everyone": Parameter("Whether for everybody.", True, type="boolean", required=False),
        "way": Parameter("How.", "in", required=False, values=("in", "out")),
    }
    example = ""


class DenyUser(_Example):
    """Temporary by nature."""

    name = "iam.deny_user"
    summary = "Denies a user."
    parameters = {"user": Parameter("The user.", "jo")}  # noqa: RUF012  a class variable by contract
    example = ""
    temporary = True


class WipeDisk(_Example):
    """Cannot be undone."""

    name = "ec2.wipe_disk"
    summary = "Wipes a disk."
    parameters = {}  # noqa: RUF012  a class variable by contract
    example = ""
    reversible = False


ACTIONS: Mapping[str, Action] = {action.name: action for action in (ClosePorts(), DenyUser(), WipeDisk())}


def write_sources(root: Path, playbook: str = PLAYBOOK, **others: str) -> Path:
    """Write one playbook, its event and other files (``exclusions="…"``) and return the folder of the playbooks."""
    directory, events = root / "playbooks", root / "events"
    directory.mkdir()
    events.mkdir()
    (directory / "port-opened.yaml").write_text(playbook, "utf-8")
    (events / "opened.json").write_text(json.dumps(EVENT), "utf-8")
    for name, text in others.items():
        (directory / f"{name}.yaml").write_text(text, "utf-8")
    return directory


def load(root: Path, playbook: str = PLAYBOOK, **others: str) -> Sources:
    """Load what ``write_sources`` wrote, with the three actions, on a fixed day."""
    return load_sources(write_sources(root, playbook, **others), actions=ACTIONS, today=TODAY)


def document() -> dict[str, Any]:
    """Return the playbook as JSON, to be changed."""
    loaded: dict[str, Any] = yaml.load(PLAYBOOK, Loader=yaml.BaseLoader)  # noqa: S506  a constant of ours
    loaded["limits"]["per_account"] = 10
    loaded["steps"][0]["with"]["ports"] = [22]
    for test in loaded["tests"]:
        test["expect"]["matches"] = test["expect"]["matches"] == "true"
    return loaded
