"""Every action lists exactly the IAM actions of the calls that it makes: not one more, not one less."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from unittest import mock

import botocore.client
import cfnlint
import pytest
from emulator import emulated
from scenarios import SCENARIOS, World

from firedoor import actions
from firedoor.accounts import Account
from firedoor.actions import Action
from firedoor.plans import Json

IAM_ACTION = {
    "s3:CopyObject": {"s3:PutObject"},
    "s3:GetBucketVersioning": {"s3:GetBucketVersioning"},
    "s3:GetObjectAcl": {"s3:GetObjectAcl", "s3:GetObjectVersionAcl"},
    "s3:GetObjectTagging": {"s3:GetObjectTagging", "s3:GetObjectVersionTagging"},
    "s3:GetPublicAccessBlock": {"s3:GetBucketPublicAccessBlock"},
    "s3:DeletePublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
    "s3:PutPublicAccessBlock": {"s3:PutBucketPublicAccessBlock"},
    "s3:HeadObject": {"s3:GetObject", "s3:GetObjectVersion"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "s3:DeleteBucketLifecycle": {"s3:PutLifecycleConfiguration"},
    "s3:GetBucketLifecycleConfiguration": {"s3:GetLifecycleConfiguration"},
    "s3:GetBucketNotificationConfiguration": {"s3:GetBucketNotification"},
    "s3:PutBucketLifecycleConfiguration": {"s3:PutLifecycleConfiguration"},
    "s3:PutBucketNotificationConfiguration": {"s3:PutBucketNotification"},
    "s3control:DeletePublicAccessBlock": {"s3:PutAccountPublicAccessBlock"},
    "s3control:GetPublicAccessBlock": {"s3:GetAccountPublicAccessBlock"},
    "s3control:PutPublicAccessBlock": {"s3:PutAccountPublicAccessBlock"},
}
"""API operation → IAM actions, where their names differ.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

SERVICE = {"monitoring": "cloudwatch"}
"""Name by which a service's calls are signed → prefix of its IAM actions, where they differ."""

WITHOUT_A_CALL = {
    "s3:AbortMultipartUpload": "called by the copy of a large object when a part of it fails",
    "cloudtrail:AddTags": "checked by AWS when a trail is made with tags",
    "iam:PassRole": "checked by AWS when a role is handed to a service",
    "ec2:CreateTags": "checked by AWS when a thing is made with tags",
    "kms:Decrypt": "checked by AWS when an encrypted object is copied",
    "kms:GenerateDataKey": "checked by AWS when the copy is encrypted",
    "s3:PutObjectTagging": "checked by AWS when a copy replaces tags",
    "s3:DeleteObjectVersion": "checked by AWS when a version id is given to DeleteObject",
}
"""IAM actions that no operation of their own stands for."""

Calls = dict[str, dict[str, set[str]]]


def iam_actions(service: str, operation: str, parameters: dict[str, object]) -> set[str]:
    """Return the IAM actions that a call needs."""
    name = f"{SERVICE.get(service, service)}:{operation}"
    if name == "s3:DeleteObject" and "VersionId" in parameters:
        return {"s3:DeleteObjectVersion"}
    if name == "s3:GetObjectTagging" and "VersionId" not in parameters:
        return {name}
    return IAM_ACTION.get(name, {name})


@pytest.fixture(scope="module")
def calls() -> Calls:
    """Run every scenario through plan, apply, read and undo, and record what each verb called."""
    recorded: Calls = defaultdict(lambda: defaultdict(set))
    real = botocore.client.BaseClient._make_api_call
    verb: list[tuple[str, str]] = []

    def record(client: botocore.client.BaseClient, operation: str, parameters: dict[str, object]) -> object:
        if verb:
            action, name = verb[-1]
            model = client.meta.service_model
            service = "s3control" if model.service_name == "s3control" else model.signing_name
            recorded[action][name] |= iam_actions(service, operation, parameters)
        return real(client, operation, parameters)

    def run(action: Action, account: Account, params: Json) -> None:
        verb.append((action.name, "plan"))
        changes = action.plan(account, params).changes
        verb.append((action.name, "apply"))
        made = [action.apply(account, change) for change in changes]
        verb.append((action.name, "plan"))
        for change, result in zip(changes, made, strict=True):
            action.read(account, change, result)
        verb.append((action.name, "undo"))
        if not action.additive:
            for change, result in reversed(list(zip(changes, made, strict=True))):
                action.undo(account, change, result)
        verb.clear()

    with mock.patch.object(botocore.client.BaseClient, "_make_api_call", record):
        for action_name, setup in SCENARIOS.values():
            with emulated():
                world = World()
                run(actions.load(action_name), world.account(), setup(world))
    return recorded


@pytest.mark.parametrize("name", sorted({action.name for action in actions.catalogue()}))
def test_what_is_called_is_listed(name: str, calls: Calls) -> None:
    """Applying and undoing may also read what planning reads."""
    permissions = actions.load(name).permissions
    assert set() == calls[name]["plan"] - set(permissions.plan)
    assert set() == calls[name]["apply"] - set(permissions.plan) - set(permissions.apply)
    assert set() == calls[name]["undo"] - set(permissions.plan) - set(permissions.undo)


@pytest.mark.parametrize("name", sorted({action.name for action in actions.catalogue()}))
def test_what_is_listed_is_called(name: str, calls: Calls) -> None:
    """A permission that no verb uses is one too many."""
    permissions, made = actions.load(name).permissions, calls[name]
    read = made["plan"] | made["apply"] | made["undo"]
    assert set() == set(permissions.plan) - read
    assert set() == set(permissions.apply) - made["apply"] - set(WITHOUT_A_CALL)
    assert set() == set(permissions.undo) - made["undo"] - set(WITHOUT_A_CALL)


def test_every_listed_permission_exists() -> None:
    """A misspelled IAM action would grant nothing; each must be in the service authorization reference.

    Source: the reference as cfn-lint carries it, https://docs.aws.amazon.com/service-authorization/latest/reference/.
    """
    reference = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text("utf-8"))
    for action in actions.catalogue():
        permissions = action.permissions
        for name in (*permissions.plan, *permissions.apply, *permissions.undo):
            service, _, operation = name.partition(":")
            assert operation.lower() in reference[service]["Actions"], name
