"""Worlds for the actions that give one setting of one resource its value; each begins with the other value."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

from emulator import ACCOUNT, REGION, VIEWS
from scenarios import TRUST, Setup, World


def db_instance(world: World, **settings: Any) -> dict[str, Any]:
    """A database of one instance."""
    world.client("rds").create_db_instance(
        DBInstanceIdentifier="orders-1", Engine="postgres", DBInstanceClass="db.t4g.medium",
        MasterUsername="admin1", MasterUserPassword="not-a-real-password", AllocatedStorage=20, **settings,
    )  # fmt: skip
    return {"db_instance": "orders-1"}


def db_cluster(world: World, **settings: Any) -> dict[str, Any]:
    """An Aurora cluster, named by its ARN."""
    made = world.client("rds").create_db_cluster(
        DBClusterIdentifier="orders", Engine="aurora-postgresql", MasterUsername="admin1",
        MasterUserPassword="not-a-real-password", **settings,
    )  # fmt: skip
    return {"db_cluster": made["DBCluster"]["DBClusterArn"]}


def key(world: World) -> dict[str, Any]:
    """A customer managed key."""
    return {"key": world.client("kms").create_key()["KeyMetadata"]["Arn"]}


def table(world: World) -> dict[str, Any]:
    """A table."""
    made = world.client("dynamodb").create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    return {"table": made["TableDescription"]["TableArn"]}


def repository(world: World) -> dict[str, Any]:
    """A repository of images, with a slash in its name."""
    made = world.client("ecr").create_repository(repositoryName="shop/checkout")
    return {"repository": made["repository"]["repositoryArn"]}


def log_group(world: World) -> dict[str, Any]:
    """A log group that never forgets."""
    world.client("logs").create_log_group(logGroupName="/aws/lambda/payments")
    return {"log_group": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/payments:*"}


def short_log_group(world: World) -> dict[str, Any]:
    """A log group that forgets within a week."""
    log_group(world)
    world.client("logs").put_retention_policy(logGroupName="/aws/lambda/payments", retentionInDays=7)
    return {"log_group": "/aws/lambda/payments"}


def queue(world: World) -> dict[str, Any]:
    """A queue without encryption."""
    world.client("sqs").create_queue(QueueName="orders", Attributes={"SqsManagedSseEnabled": "false"})
    return {"queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"}


def redshift_cluster(world: World) -> dict[str, Any]:
    """A data warehouse that is open, and stays at its version."""
    world.client("redshift").create_cluster(
        ClusterIdentifier="reports", NodeType="ra3.large", MasterUsername="admin1",
        MasterUserPassword="Not-a-real-1", PubliclyAccessible=True, AllowVersionUpgrade=False,
    )  # fmt: skip
    return {"cluster": "reports"}


def scaling_group(world: World) -> dict[str, Any]:
    """An Auto Scaling group that asks EC2 only."""
    vpc = world.client("ec2").create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = world.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    scaling = world.client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="web", ImageId="ami-12c6146b", InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchConfigurationName="web", MinSize=0, MaxSize=1, VPCZoneIdentifier=subnet
    )
    found = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    return {"group": found["AutoScalingGroupARN"]}


def function(world: World) -> dict[str, Any]:
    """A function without a concurrency of its own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 1\n")
    role = world.client("iam").create_role(RoleName="hook", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    world.client("lambda").create_function(
        FunctionName="payments-hook", Runtime="python3.13", Role=role, Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    return {"function": "payments-hook"}


def reserved_function(world: World) -> dict[str, Any]:
    """A function with a concurrency of its own."""
    parameters = function(world)
    world.client("lambda").put_function_concurrency(FunctionName="payments-hook", ReservedConcurrentExecutions=7)
    return parameters


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "database open to deletion": ("rds.protect_instance_from_deletion", db_instance),
    "database open to public": (
        "rds.close_instance_to_public",
        lambda world: db_instance(world, PubliclyAccessible=True),
    ),
    "database not upgraded": (
        "rds.upgrade_instance_by_itself",
        lambda world: db_instance(world, AutoMinorVersionUpgrade=False),
    ),
    "database tags not copied": ("rds.copy_instance_tags_to_snapshots", db_instance),
    "cluster open to deletion": ("rds.protect_cluster_from_deletion", db_cluster),
    "cluster tags not copied": ("rds.copy_cluster_tags_to_snapshots", db_cluster),
    "key not rotated": ("kms.enable_key_rotation", key),
    "table open to deletion": ("dynamodb.protect_table_from_deletion", table),
    "images not scanned": ("ecr.scan_images_on_push", repository),
    "logs kept for a week": ("logs.set_retention", short_log_group),
    "queue not encrypted": ("sqs.encrypt_queue", queue),
    "warehouse open to public": ("redshift.close_cluster_to_public", redshift_cluster),
    "warehouse not upgraded": ("redshift.upgrade_cluster_by_itself", redshift_cluster),
    "scaling by EC2's health": ("autoscaling.use_load_balancer_health_checks", scaling_group),
    "function": ("lambda.stop_function", function),
    "function with reserved concurrency": ("lambda.stop_function", reserved_function),
}


def _timeless(entry: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is another at every look."""
    return {name: value for name, value in entry.items() if not name.endswith("RestorableTime")}


def _all() -> dict[str, Any]:
    """Return every setting that one of these actions touches."""
    from emulator import client

    found: dict[str, Any] = {
        "databases": [_timeless(entry) for entry in client("rds").describe_db_instances()["DBInstances"]],
        "clusters": [_timeless(entry) for entry in client("rds").describe_db_clusters()["DBClusters"]],
        "warehouses": client("redshift").describe_clusters()["Clusters"],
        "repositories": client("ecr").describe_repositories()["repositories"],
        "logs": client("logs").describe_log_groups()["logGroups"],
        "scaling": [
            group["HealthCheckType"]
            for group in client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        ],
        "keys": [
            client("kms").get_key_rotation_status(KeyId=entry["KeyId"])["KeyRotationEnabled"]
            for entry in client("kms").list_keys()["Keys"]
        ],
        "tables": [
            client("dynamodb").describe_table(TableName=name)["Table"]
            for name in client("dynamodb").list_tables()["TableNames"]
        ],
        "queues": [
            client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["SqsManagedSseEnabled"])["Attributes"]
            for url in client("sqs").list_queues().get("QueueUrls", ())
        ],
    }
    with contextlib.suppress(client("lambda").exceptions.ResourceNotFoundException):
        found["function"] = (
            client("lambda").get_function_concurrency(FunctionName="payments-hook").get("ReservedConcurrentExecutions")
        )
    return found


VIEWS["settings"] = _all
