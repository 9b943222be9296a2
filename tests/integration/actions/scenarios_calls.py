"""Worlds for the actions that take back what a recorded call did: each begins as the call left it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from emulator import VIEWS, client
from scenarios import TRUST, Setup, World
from scenarios_settings import function


def dying_key(world: World) -> dict[str, Any]:
    """A key that is to be deleted."""
    key = world.client("kms").create_key()["KeyMetadata"]
    world.client("kms").schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    return {"key": key["Arn"]}


def disabled_key(world: World) -> dict[str, Any]:
    """A key that decrypts nothing."""
    key = world.client("kms").create_key()["KeyMetadata"]
    world.client("kms").disable_key(KeyId=key["KeyId"])
    return {"key": key["Arn"]}


def stopped_recorder(world: World) -> dict[str, Any]:
    """A recorder with a channel, stopped."""
    config = world.client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{world.account().account_id}:role/aws-service-role/config",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        }
    )
    world.client("s3").create_bucket(
        Bucket="acme-config", CreateBucketConfiguration={"LocationConstraint": world.account().region}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "acme-config"})
    return {"recorder": "default"}


def open_function(world: World) -> dict[str, Any]:
    """A function that everyone may call, and a queue's service too."""
    parameters = function(world)
    for statement, principal in (("anyone", "*"), ("topic", "sns.amazonaws.com")):
        world.client("lambda").add_permission(
            FunctionName=parameters["function"],
            StatementId=statement,
            Action="lambda:InvokeFunction",
            Principal=principal,
        )
    return {**parameters, "statement": "anyone"}


def open_url(world: World) -> dict[str, Any]:
    """A function whose URL asks nobody."""
    parameters = function(world)
    world.client("lambda").create_function_url_config(FunctionName=parameters["function"], AuthType="NONE")
    return parameters


ALLOWED = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def administrator(kind: str) -> Setup:
    """Return the world in which a user, role or group was made administrator, and may read the billing too."""

    def setup(world: World) -> dict[str, Any]:
        iam = world.client("iam")
        name = {f"{kind.title()}Name": "backup-svc"}
        trust = {"AssumeRolePolicyDocument": TRUST} if kind == "role" else {}
        getattr(iam, f"create_{kind}")(**name, **trust)
        for policy in ("everything", "billing"):
            arn = iam.create_policy(PolicyName=policy, PolicyDocument=ALLOWED)["Policy"]["Arn"]
            getattr(iam, f"attach_{kind}_policy")(**name, PolicyArn=arn)
        return {"policy": arn.replace("billing", "everything"), kind: "backup-svc"}

    return setup


def shared_snapshot(world: World) -> dict[str, Any]:
    """A snapshot that two accounts may copy, one of them by the call that is taken back."""
    ec2 = world.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{world.account().region}a", Size=8)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add",
        UserIds=["444455556666", "999988887777"], GroupNames=["all"],
    )  # fmt: skip
    return {"id": snapshot, "receivers": ["999988887777", "all"]}


def shared_image(world: World) -> dict[str, Any]:
    """An image that a foreign account may start."""
    ec2 = world.client("ec2")
    image = ec2.register_image(Name="payments")["ImageId"]
    ec2.modify_image_attribute(
        ImageId=image, Attribute="launchPermission", OperationType="add", UserIds=["444455556666", "999988887777"]
    )
    return {"id": image, "receivers": ["999988887777"]}


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "key to be deleted": ("kms.cancel_key_deletion", dying_key),
    "key disabled": ("kms.enable_key", disabled_key),
    "function open to everyone": ("lambda.remove_permission", open_function),
    "function URL open to everyone": ("lambda.require_iam_on_url", open_url),
    "user made administrator": ("iam.detach_policy", administrator("user")),
    "role made administrator": ("iam.detach_policy", administrator("role")),
    "group made administrator": ("iam.detach_policy", administrator("group")),
    "snapshot shared": ("ec2.withdraw_sharing", shared_snapshot),
    "image shared": ("ec2.withdraw_sharing", shared_image),
    "recorder stopped": ("config.start_recorder", stopped_recorder),
}


def _states() -> dict[str, Any]:
    """Return what these actions change."""
    kms, config = client("kms"), client("config")
    keys = [kms.describe_key(KeyId=entry["KeyId"])["KeyMetadata"] for entry in kms.list_keys()["Keys"]]
    recorders = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    return {
        "attached": {kind: _attached(kind) for kind in ("user", "role", "group")},
        "shared": _shared(),
        "keys": {key["KeyId"]: key["KeyState"] for key in keys},
        "recorders": {recorder["name"]: recorder["recording"] for recorder in recorders},
        "functions": {
            entry["FunctionName"]: _doors(entry["FunctionName"])
            for entry in client("lambda").list_functions()["Functions"]
        },
    }


def _attached(kind: str) -> dict[str, Any]:
    """Return the managed policies of all users, roles or groups."""
    iam, name = client("iam"), f"{kind.title()}Name"
    names = [entry[name] for entry in getattr(iam, f"list_{kind}s")()[f"{kind.title()}s"]]
    read = getattr(iam, f"list_attached_{kind}_policies")
    return {
        holder: sorted(entry["PolicyArn"] for entry in read(**{name: holder})["AttachedPolicies"]) for holder in names
    }


def _shared() -> dict[str, Any]:
    """Return with whom snapshots and images are shared, of those that are."""
    ec2 = client("ec2")
    snapshots = [entry["SnapshotId"] for entry in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
    images = [entry["ImageId"] for entry in ec2.describe_images(Owners=["self"])["Images"]]
    found = {
        name: ec2.describe_snapshot_attribute(SnapshotId=name, Attribute="createVolumePermission")[
            "CreateVolumePermissions"
        ]
        for name in snapshots
    } | {
        name: ec2.describe_image_attribute(ImageId=name, Attribute="launchPermission")["LaunchPermissions"]
        for name in images
    }
    return {name: sorted(map(str, receivers)) for name, receivers in found.items() if receivers}


def _doors(name: str) -> dict[str, Any]:
    """Return who may call a function."""
    functions = client("lambda")
    doors: dict[str, Any] = {}
    with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
        doors["policy"] = sorted(
            json.dumps(entry, sort_keys=True)
            for entry in json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"]
        )
    with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
        doors["url"] = functions.get_function_url_config(FunctionName=name)["AuthType"]
    return doors


VIEWS["calls taken back"] = _states
