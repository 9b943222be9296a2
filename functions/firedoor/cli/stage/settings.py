"""Resources of the events that have a setting which must be otherwise, and functions that are to be stopped."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from firedoor.cli.stage.ec2 import ensure_vpc
from firedoor.cli.stage.scene import Thing, Where, ids
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws

_PASSWORD = "Not-a-real-1"  # noqa: S105  nobody can log in to an emulated database


def _database(where: Where, arn: str, _found: Json) -> Thing:
    rds, name = where.client("rds"), arn.rpartition(":")[2]
    rds.create_db_instance(
        DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20,
        MasterUsername="admin1", MasterUserPassword=_PASSWORD, PubliclyAccessible=True, AutoMinorVersionUpgrade=False,
    )  # fmt: skip
    shown = ("DeletionProtection", "PubliclyAccessible", "MultiAZ", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot")
    return _described(name, "DB instance", lambda: rds.describe_db_instances()["DBInstances"][0], shown)


def _cluster(where: Where, arn: str, _found: Json) -> Thing:
    rds, name = where.client("rds"), arn.rpartition(":")[2]
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="admin1", MasterUserPassword=_PASSWORD
    )
    shown = ("DeletionProtection", "CopyTagsToSnapshot")
    return _described(name, "DB cluster", lambda: rds.describe_db_clusters()["DBClusters"][0], shown)


def _key(where: Where, arn: str, _found: Json) -> Thing:
    kms, name = where.client("kms"), arn.rpartition("/")[2]
    with ids("moto.kms.models.generate_key_id", name):
        kms.create_key()
    return _described(name, "KMS key", lambda: kms.get_key_rotation_status(KeyId=name), ("KeyRotationEnabled",))


def _table(where: Where, arn: str, _found: Json) -> Thing:
    dynamodb, name = where.client("dynamodb"), arn.rpartition("/")[2]
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    shown = ("DeletionProtectionEnabled",)
    return _described(name, "Table", lambda: dynamodb.describe_table(TableName=name)["Table"], shown)


def _repository(where: Where, arn: str, _found: Json) -> Thing:
    ecr, name = where.client("ecr"), arn.partition(":repository/")[2]
    ecr.create_repository(repositoryName=name)
    return _described(
        name, "Repository",
        lambda: ecr.describe_repositories(repositoryNames=[name])["repositories"][0], ("imageScanningConfiguration",),
    )  # fmt: skip


def _log_group(where: Where, arn: str, _found: Json) -> Thing:
    logs, name = where.client("logs"), arn.partition(":log-group:")[2].partition(":")[0]
    logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=30)
    return _described(name, "Log group", lambda: logs.describe_log_groups()["logGroups"][0], ("retentionInDays",))


def _queue(where: Where, arn: str, _found: Json) -> Thing:
    sqs, name = where.client("sqs"), arn.rpartition(":")[2]
    url = sqs.create_queue(QueueName=name, Attributes={"SqsManagedSseEnabled": "false"})["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["SqsManagedSseEnabled"]}
    return _described(name, "Queue", lambda: sqs.get_queue_attributes(**asked)["Attributes"], ("SqsManagedSseEnabled",))


def _warehouse(where: Where, arn: str, _found: Json) -> Thing:
    redshift, name = where.client("redshift"), arn.rpartition(":")[2]
    redshift.create_cluster(
        ClusterIdentifier=name, NodeType="ra3.large", MasterUsername="admin1", MasterUserPassword=_PASSWORD,
        PubliclyAccessible=True, AllowVersionUpgrade=False,
    )  # fmt: skip
    shown = ("PubliclyAccessible", "AutomatedSnapshotRetentionPeriod", "AllowVersionUpgrade")
    return _described(name, "Redshift cluster", lambda: redshift.describe_clusters()["Clusters"][0], shown)


def _scaling_group(where: Where, arn: str, _found: Json) -> Thing:
    scaling, name = where.client("autoscaling"), arn.rpartition("/")[2]
    ensure_vpc(where, "vpc-0a1b2c3d4e5f60718")
    subnet = where.client("ec2").create_subnet(VpcId="vpc-0a1b2c3d4e5f60718", CidrBlock="10.20.1.0/24")["Subnet"]
    scaling.create_launch_configuration(LaunchConfigurationName=name, ImageId="ami-12c6146b", InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchConfigurationName=name, MinSize=0, MaxSize=1,
        VPCZoneIdentifier=subnet["SubnetId"],
    )  # fmt: skip
    return _described(
        name, "Auto Scaling group",
        lambda: scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0], ("HealthCheckType",),
    )  # fmt: skip


def _described(name: str, noun: str, read: Callable[[], Any], shown: Iterable[str]) -> Thing:
    return Thing(f"{noun} {name}", lambda: {key: value for key, value in read().items() if key in shown})


FOUND: dict[str, Callable[[Where, str, Json], Thing]] = {
    "AwsRdsDbInstance": _database,
    "AwsRdsDbCluster": _cluster,
    "AwsKmsKey": _key,
    "AwsDynamoDbTable": _table,
    "AwsEcrRepository": _repository,
    "AwsLogsLogGroup": _log_group,
    "AwsSqsQueue": _queue,
    "AwsRedshiftCluster": _warehouse,
    "AwsAutoScalingAutoScalingGroup": _scaling_group,
}
"""Type of an ASFF resource → what makes it, given its ARN and the finding's resource."""


def make_function(where: Where, name: str, role: str) -> Any:
    """Make a function that runs as a role of this ARN, and the role; return a client of Lambda."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = where.client("iam").create_role(
        RoleName=role.rpartition("/")[2],
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return None\n")
    functions = where.client("lambda")
    functions.create_function(
        FunctionName=name, Runtime="python3.13", Role=made, Handler="app.handler", Code={"ZipFile": packed.getvalue()}
    )
    return functions


def _function(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the function of a GuardDuty finding."""
    found = event["detail"]["resource"]["lambdaDetails"]
    where, name = Where(aws, event["detail"]["accountId"], event["region"]), found["functionName"]
    functions = make_function(where, name, found["role"])

    def read() -> Json:
        answer = functions.get_function_concurrency(FunctionName=name)
        return {"reserved concurrency": answer.get("ReservedConcurrentExecutions")}

    yield Thing(f"Function {name}", read)


MAKERS = (_function,)
