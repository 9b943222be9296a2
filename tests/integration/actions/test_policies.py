"""Every action runs under exactly the policies of template.yaml, and whatever else its role asks for is denied.

moto enforces IAM by the names of actions; it knows the resources of few calls and no conditions. So each statement
speaks of every resource here and has no condition: those are held by ``tests/content/test_template.py``.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.exceptions import ClientError
from emulator import ACCOUNT, REGION
from moto import settings
from moto.core.responses import ActionAuthenticatorMixin
from moto.iam.access_control import IAMPolicyStatement, IAMRequestBase, PermissionResult
from scenarios import SCENARIOS, TRUST, World
from test_permissions import IAM_ACTION
from test_rules import begin

from firedoor.accounts import Account
from firedoor.cli.roles import USES
from firedoor.cli.sources import load_sources
from firedoor.cli.template import PATH, resources

FORBIDDEN = 403
"""moto says no in XML to every client, so that the code in the answer is not always read."""


def allowed(role: str) -> frozenset[str]:
    """Return the IAM actions that the template lets a role call; ``role`` is a logical id."""
    return frozenset(
        name for statement in statements(role) if statement["Effect"] == "Allow" for name in statement["Action"]
    )


def statements(role: str) -> list[dict[str, Any]]:
    """Return the statements of every policy that the template gives a role, with the names of this account in them."""
    documents = [
        policy["Properties"]["PolicyDocument"]
        for policy in resources("AWS::IAM::ManagedPolicy").values()
        if {"Fn::Ref": role} in policy["Properties"]["Roles"]
    ]
    documents += [
        policy["PolicyDocument"] for policy in resources("AWS::IAM::Role")[role]["Properties"].get("Policies", ())
    ]
    names = {"AWS::Partition": "aws", "AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
    text = json.dumps([statement for document in documents for statement in document["Statement"]])
    filled: list[dict[str, Any]] = json.loads(text, object_hook=_substituted)
    return json.loads(re.sub(r"\$\{([\w:]+)\}", lambda found: names.get(found[1], found[0]), json.dumps(filled)))


def _substituted(value: dict[str, Any]) -> Any:
    return value["Fn::Sub"] if {"Fn::Sub"} == set(value) else value


@contextlib.contextmanager
def enforced() -> Iterator[None]:
    """Let moto check every call's permission; not its signature, which moto gets wrong where paths hold a colon."""
    with (
        mock.patch.object(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0),
        mock.patch.object(ActionAuthenticatorMixin, "request_count", 0),
        mock.patch.object(IAMRequestBase, "check_signature"),
    ):
        yield


def become(world: World, role: str, names: frozenset[str]) -> dict[str, str]:
    """Make a role that may call ``names`` and return the credentials of a session of it."""
    statement = {"Effect": "Allow", "Action": sorted(names), "Resource": "*"}
    iam = world.client("iam")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(
        RoleName=role,
        PolicyName="template",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    made = world.client("sts").assume_role(RoleArn=arn, RoleSessionName="fd-20260131-7f3a2b")["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }


def entered(account: Account, credentials: dict[str, str]) -> Account:
    """Return the account as a session sees it."""
    session = boto3.Session(**credentials)
    return replace(account, make_client=cache(lambda service, region: session.client(service, region_name=region)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_action_needs_no_more_than_its_role_has(name: str, world: World) -> None:
    """Planned, applied and planned again as the responder, put back as the restorer."""
    action, params, changes = begin(name, world)
    responder = become(world, "FiredoorResponder", as_moto_asks(allowed("ResponderRole")))
    restorer = become(world, "FiredoorRestorer", as_moto_asks(allowed("RestorerRole")))
    with enforced():
        account = entered(world.account(), responder)
        assert changes == action.plan(account, params).changes
        made = [action.apply(account, change) for change in changes]
        assert () == action.plan(account, params).changes
        account = entered(world.account(), restorer)
        if not action.additive:
            for change, result in reversed(list(zip(changes, made, strict=True))):
                action.undo(account, change, result)


MOTO_ASKS = {
    "s3:GetBucketPublicAccessBlock": {"s3:ListBucket"},
    "s3:PutBucketPublicAccessBlock": {"s3:CreateBucket", "s3:DeleteBucket"},
}
"""IAM action → what moto checks in its place: it takes a query that it does not know for none at all."""


def as_moto_asks(names: frozenset[str]) -> frozenset[str]:
    """Add what moto asks for instead: operations' own names, where IAM knows them by others, and ``MOTO_ASKS``."""
    operations = {operation for operation, needed in IAM_ACTION.items() if needed <= names}
    signed = {name.replace("cloudwatch:", "monitoring:") for name in names}  # the name that the signature has
    return names.union(operations, signed, *(asked for name, asked in MOTO_ASKS.items() if name in names))


@pytest.mark.parametrize("role", ["ResponderRole", "RestorerRole"])
def test_the_role_alone_keeps_what_is_protected(role: str) -> None:
    """With no guard in the code: each change of a user, role or bucket that the role may make is denied on these.

    moto's engine evaluates the policies as they are, but for those that ask about a tag, which it cannot.
    """
    of_role = [statement for statement in statements(role) if "ResourceTag" not in json.dumps(statement)]
    looks = ("Describe", "Get", "List")
    may = {name for name in allowed(role) - set(USES) if not name.split(":")[1].startswith(looks)}
    tried = 0
    for entry in load_sources(PATH.parent / "playbooks").protected:
        if "arn" in entry:
            arn = entry["arn"].replace("arn:*", "arn:aws").replace("::*:", f"::{ACCOUNT}:").replace("*", "anything")
            _, _, service, _, _, resource = arn.split(":", 5)
            kind = "user" if resource.startswith("user/") else "role"
            changes = {
                name for name in may if name.startswith(f"{service}:") and (service == "s3" or kind in name.lower())
            }
            assert changes
            for name in changes:
                tried += 1
                assert PermissionResult.DENIED is judged(of_role, name, arn), f"{name} on {arn}"
                ordinary = "arn:aws:s3:::statements" if service == "s3" else f"arn:aws:iam::{ACCOUNT}:{kind}/payments"
                assert PermissionResult.DENIED is not judged(of_role, name, ordinary), name
    assert tried > 20


def judged(of_role: list[dict[str, Any]], name: str, arn: str) -> PermissionResult:
    """Return what policies say of a call; a Deny has the last word."""
    said = {IAMPolicyStatement(statement).is_action_permitted(name, arn) for statement in of_role}
    order = (PermissionResult.DENIED, PermissionResult.PERMITTED, PermissionResult.NEUTRAL)
    return next(result for result in order if result in said)


UNCHECKED = {"s3:PutAccountPublicAccessBlock"}
"""What moto lets everybody do."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_action_that_its_role_does_not_have_is_denied(name: str, world: World) -> None:
    """Without what it declares for applying, the responder is refused, and nothing has changed."""
    action, params, changes = begin(name, world)
    only_to_apply = frozenset(action.permissions.apply).difference(action.permissions.plan)
    if only_to_apply <= UNCHECKED:
        pytest.skip("moto does not check it")
    responder = become(world, "FiredoorResponder", as_moto_asks(allowed("ResponderRole") - only_to_apply))
    with enforced():
        account = entered(world.account(), responder)
        with pytest.raises(ClientError) as refused:
            action.apply(account, changes[0])
    assert FORBIDDEN == refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert changes == action.plan(world.account(), params).changes
