"""Resources of Security Hub findings, each as the control that found it does not want it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from firedoor.cli.moto_settings import PUBLIC_SHARING
from firedoor.cli.stage.ec2 import ensure_vpc
from firedoor.cli.stage.iam import allow
from firedoor.cli.stage.s3 import make_bucket
from firedoor.cli.stage.scene import Thing, Where, ids
from firedoor.plans import Json

_VPC = "vpc-0a1b2c3d4e5f60718"
_PASSWORD = "Not-a-real-1"  # noqa: S105  nobody can log in to an emulated database


def _trust(service: str) -> str:
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [trusted]})


def _last(arn: str) -> str:
    return arn.rpartition(":")[2].rpartition("/")[2]


def _instance(where: Where, arn: str, _found: Json) -> Thing:
    ec2, name = where.client("ec2"), _last(arn)
    with ids("moto.ec2.models.instances.random_instance_id", name):
        ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "optional"})

    def read() -> Json:
        found = ec2.describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"][0]
        return {"HttpTokens": found["MetadataOptions"]["HttpTokens"]}

    return Thing(f"Instance {name}", read)


def _subnet(where: Where, arn: str, _found: Json) -> Thing:
    ec2, name = where.client("ec2"), _last(arn)
    ensure_vpc(where, _VPC)
    with ids("moto.ec2.models.subnets.random_subnet_id", name):
        ec2.create_subnet(VpcId=_VPC, CidrBlock="10.20.1.0/24")
    ec2.modify_subnet_attribute(SubnetId=name, MapPublicIpOnLaunch={"Value": True})

    def read() -> Json:
        return {"MapPublicIpOnLaunch": ec2.describe_subnets(SubnetIds=[name])["Subnets"][0]["MapPublicIpOnLaunch"]}

    return Thing(f"Subnet {name}", read)


def _transit_gateway(where: Where, arn: str, _found: Json) -> Thing:
    ec2, name = where.client("ec2"), _last(arn)
    with ids("moto.ec2.models.transit_gateway.random_transit_gateway_id", name):
        ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})

    def read() -> Json:
        options = ec2.describe_transit_gateways(TransitGatewayIds=[name])["TransitGateways"][0]["Options"]
        return {"AutoAcceptSharedAttachments": options["AutoAcceptSharedAttachments"]}

    return Thing(f"Transit gateway {name}", read)


def _account(where: Where, _arn: str, _found: Json) -> Thing:
    """Give the account a public snapshot; what else such findings are about is off in an account that is new."""
    ec2 = where.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{where.region}a", Size=8)["VolumeId"]
    with ids("moto.ec2.models.elastic_block_store.random_snapshot_id", "snap-0a1b2c3d4e5f60718"):
        snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    public = {"SnapshotId": snapshot, "Attribute": "createVolumePermission"}
    ec2.modify_snapshot_attribute(**public, OperationType="add", GroupNames=["all"])
    guardduty = where.client("guardduty")
    macie, config, iam = where.client("macie2"), where.client("config"), where.client("iam")
    macie.disable_macie()
    role = f"arn:aws:iam::{where.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-logs"})
    _counted_trail(where)

    def read() -> Json:
        setting = where.client("ssm").get_service_setting(SettingId=PUBLIC_SHARING)["ServiceSetting"]
        return {
            "new volumes encrypted": ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
            f"who may restore {snapshot}": ec2.describe_snapshot_attribute(**public)["CreateVolumePermissions"],
            "public access of S3 blocked": _read_or_none(
                lambda: where.client("s3control").get_public_access_block(AccountId=where.account)[
                    "PublicAccessBlockConfiguration"
                ]
            ),
            "password policy": _read_or_none(lambda: iam.get_account_password_policy()["PasswordPolicy"]),
            "GuardDuty": [guardduty.get_detector(DetectorId=name)["Status"] for name in _detectors(guardduty)],
            "Macie": _read_or_none(lambda: macie.get_macie_session()["status"]),
            "alarms": [alarm["AlarmName"] for alarm in where.client("cloudwatch").describe_alarms()["MetricAlarms"]],
            "recorder": config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"],
            "public SSM documents": setting["SettingValue"],
        }

    return Thing(f"Account {where.account}", read)


def _detectors(guardduty: Any) -> list[str]:
    return list(guardduty.list_detectors()["DetectorIds"])


def _counted_trail(where: Where) -> None:
    """Make a trail whose events reach a log group where nobody counts them."""
    make_bucket(where, "trail-logs")
    group, trust = "trail/organisation", _trust("cloudtrail")
    where.client("logs").create_log_group(logGroupName=group)
    role = where.client("iam").create_role(RoleName="trail", AssumeRolePolicyDocument=trust)["Role"]
    where.client("cloudtrail").create_trail(
        Name="organisation",
        S3BucketName="trail-logs",
        IsMultiRegionTrail=True,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{where.region}:{where.account}:log-group:{group}:*",
        CloudWatchLogsRoleArn=role["Arn"],
    )


def _read_or_none(read: Callable[[], Any]) -> Any:
    """Return what AWS answers; None where it says that there is no such thing."""
    try:
        return read()
    except ClientError:
        return None


def _bucket(where: Where, bucket: str) -> Callable[[], Json]:
    """Return what reads the settings of a bucket that controls look at."""
    s3 = where.client("s3")
    return lambda: {
        "versions": s3.get_bucket_versioning(Bucket=bucket).get("Status", "Suspended"),
        "lifecycle": _read_or_none(lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]),
        "events": "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket),
    }


def found_bucket(where: Where, bucket: str, _resource: Json) -> Thing:
    """Make a bucket that anybody may read and that keeps nothing."""
    s3 = make_bucket(where, bucket)
    public = allow("*", "s3:GetObject", Resource=f"arn:aws:s3:::{bucket}/*")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [public]}))
    settings = _bucket(where, bucket)

    def read() -> Json:
        flags = _read_or_none(lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        return {"block public access": flags, "policy": policy, **settings()}

    return Thing(f"S3 bucket {bucket}", read)


def _topic(where: Where, arn: str, _found: Json) -> Thing:
    sns = where.client("sns")
    sns.create_topic(Name=_last(arn))
    return Thing(
        f"Topic {_last(arn)}",
        lambda: {"key": sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("KmsMasterKeyId") or None},
    )


def _workgroup(where: Where, arn: str, _found: Json) -> Thing:
    athena, name = where.client("athena"), _last(arn)
    athena.create_work_group(Name=name, Configuration={"PublishCloudWatchMetricsEnabled": False})
    return Thing(f"Workgroup {name}", lambda: dict(athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]))


def _stack(where: Where, arn: str, _found: Json) -> Thing:
    cloudformation, name = where.client("cloudformation"), arn.split("/")[1]
    body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}}}
    with ids("moto.cloudformation.models.generate_stack_id", arn):
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))

    def read() -> Json:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {"EnableTerminationProtection": found.get("EnableTerminationProtection", False)}

    return Thing(f"Stack {name}", read)


def _cache(where: Where, arn: str, _found: Json) -> Thing:
    elasticache, name = where.client("elasticache"), _last(arn)
    elasticache.create_cache_cluster(
        CacheClusterId=name, Engine="redis", CacheNodeType="cache.t4g.small", NumCacheNodes=1,
        SnapshotRetentionLimit=0, AutoMinorVersionUpgrade=False,
    )  # fmt: skip

    def read() -> Json:
        found = elasticache.describe_cache_clusters(CacheClusterId=name)["CacheClusters"][0]
        return {key: found[key] for key in ("SnapshotRetentionLimit", "AutoMinorVersionUpgrade")}

    return Thing(f"Cache cluster {name}", read)


def _document(where: Where, arn: str, _found: Json) -> Thing:
    ssm, name = where.client("ssm"), _last(arn)
    content = json.dumps({"schemaVersion": "2.2", "mainSteps": []})
    ssm.create_document(Name=name, Content=content, DocumentType="Command")
    shared = {"Name": name, "PermissionType": "Share"}
    ssm.modify_document_permission(**shared, AccountIdsToAdd=["all"])
    return Thing(f"Document {name}", lambda: {"shared": list(ssm.describe_document_permission(**shared)["AccountIds"])})


def _notebook(where: Where, arn: str, _found: Json) -> Thing:
    sagemaker, name = where.client("sagemaker"), _last(arn)
    role = where.client("iam").create_role(RoleName="notebook", AssumeRolePolicyDocument=_trust("sagemaker"))["Role"]
    sagemaker.create_notebook_instance(
        NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=role["Arn"], DirectInternetAccess="Enabled"
    )

    def read() -> Json:
        found = sagemaker.describe_notebook_instance(NotebookInstanceName=name)
        return {"status": found["NotebookInstanceStatus"]}

    return Thing(f"Notebook {name}", read)


def _trail(where: Where, arn: str, _found: Json) -> Thing:
    cloudtrail, name = where.client("cloudtrail"), _last(arn)
    make_bucket(where, "trail-logs")
    cloudtrail.create_trail(Name=name, S3BucketName="trail-logs")

    def read() -> Json:
        return {"LogFileValidationEnabled": cloudtrail.get_trail(Name=name)["Trail"]["LogFileValidationEnabled"]}

    return Thing(f"Trail {name}", read)


def _db_snapshot(where: Where, arn: str, _found: Json) -> Thing:
    rds, name = where.client("rds"), _last(arn)
    rds.create_db_instance(
        DBInstanceIdentifier="orders-1", Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20,
        MasterUsername="admin1", MasterUserPassword=_PASSWORD,
    )  # fmt: skip
    rds.create_db_snapshot(DBInstanceIdentifier="orders-1", DBSnapshotIdentifier=name)
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["all"])

    def read() -> Json:
        found: dict[str, Any] = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)
        return {"attributes": found["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]}

    return Thing(f"DB snapshot {name}", read)


def _user(where: Where, arn: str, _found: Json) -> Thing:
    """Make a user with a key of last year."""
    from moto.iam.models import iam_backends

    iam, name = where.client("iam"), _last(arn)
    iam.create_user(UserName=name)
    with ids("moto.iam.models.generate_access_key_id_from_account_id", "AKIAIOSFODNN7EXAMPLE"):
        iam.create_access_key(UserName=name)
    for key in iam_backends[where.account]["aws"].users[name].access_keys:
        key.create_date = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)

    def read() -> Json:
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return {"keys": {f"…{key['AccessKeyId'][-4:]}": key["Status"] for key in keys}}

    return Thing(f"User {name}", read)


def _secret(where: Where, arn: str, _found: Json) -> Thing:
    """Make the secret; the end of its ARN, which AWS draws by lot, is the event's."""
    from moto.secretsmanager.models import secretsmanager_backends

    secrets, name = where.client("secretsmanager"), arn.partition(":secret:")[2].rpartition("-")[0]
    secrets.create_secret(Name=name, SecretString="not-a-real-secret")
    secretsmanager_backends[where.account][where.region].secrets[name].arn = arn
    return Thing(f"Secret {name}", lambda: {"deleted": "DeletedDate" in secrets.describe_secret(SecretId=arn)})


def _function(where: Where, arn: str, _found: Json) -> Thing:
    """Make a function that everybody may call."""
    functions, name = where.client("lambda"), _last(arn)
    role = where.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_trust("lambda"))["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return None\n")
    functions.create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="app.handler", Code={"ZipFile": packed.getvalue()}
    )
    functions.add_permission(FunctionName=name, StatementId="everybody", Action="lambda:InvokeFunction", Principal="*")
    return Thing(
        f"Function {name}",
        lambda: {"policy": _read_or_none(lambda: json.loads(functions.get_policy(FunctionName=name)["Policy"]))},
    )


FOUND: dict[str, Callable[[Where, str, Json], Thing]] = {
    "AwsEc2Instance": _instance,
    "AwsEc2Subnet": _subnet,
    "AwsEc2TransitGateway": _transit_gateway,
    "AwsAccount": _account,
    "AwsIamUser": _user,
    "AwsLambdaFunction": _function,
    "AwsSecretsManagerSecret": _secret,
    "AwsSnsTopic": _topic,
    "AwsAthenaWorkGroup": _workgroup,
    "AwsCloudFormationStack": _stack,
    "AwsElastiCacheCacheCluster": _cache,
    "AwsSsmDocument": _document,
    "AwsSageMakerNotebookInstance": _notebook,
    "AwsCloudTrailTrail": _trail,
    "AwsRdsDbSnapshot": _db_snapshot,
}
"""Type of an ASFF resource → what makes it, given its ARN and the finding's resource."""
