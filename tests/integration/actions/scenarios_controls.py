"""Worlds for the settings that Security Hub's controls ask for; each begins with what the control finds wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from emulator import ACCOUNT, REGION, VIEWS
from moto.iam.models import iam_backends
from scenarios import IMAGE, NOW, TRUST, Setup, World
from scenarios_settings import function

from firedoor.cli.moto_settings import PUBLIC_SHARING


def instance(world: World) -> dict[str, Any]:
    """An instance whose metadata service asks for no token."""
    ec2 = world.client("ec2")
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": "optional"})
    name = made["Instances"][0]["InstanceId"]
    return {"instance": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{name}"}


def subnet(world: World) -> dict[str, Any]:
    """A subnet whose instances get public addresses."""
    ec2 = world.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]
    ec2.modify_subnet_attribute(SubnetId=made["SubnetId"], MapPublicIpOnLaunch={"Value": True})
    return {"subnet": made["SubnetArn"]}


def region(_world: World) -> dict[str, Any]:
    """Nothing but the region."""
    return {}


def transit_gateway(world: World) -> dict[str, Any]:
    """A transit gateway that takes whoever comes."""
    made = world.client("ec2").create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})
    return {"transit_gateway": made["TransitGateway"]["TransitGatewayId"]}


def snapshot(world: World) -> dict[str, Any]:
    """A snapshot that everybody and one account may restore, and one for that account alone."""
    ec2 = world.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
    for groups in (["all"], []):
        name = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        who: dict[str, Any] = {"GroupNames": groups} if groups else {}
        ec2.modify_snapshot_attribute(
            SnapshotId=name, Attribute="createVolumePermission", OperationType="add", UserIds=["444455556666"]
        )
        if who:
            ec2.modify_snapshot_attribute(
                SnapshotId=name, Attribute="createVolumePermission", OperationType="add", **who
            )
            public = name
    return {"snapshot": public}


def any_snapshot(world: World) -> dict[str, Any]:
    """The same, where the finding names none."""
    snapshot(world)
    return {}


def blocked_account(world: World) -> dict[str, Any]:
    """An account that blocks some ways to be public."""
    world.client("s3control").put_public_access_block(
        AccountId=ACCOUNT,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )  # fmt: skip
    return {}


def bucket(world: World) -> dict[str, Any]:
    """A bucket that never had versions."""
    world.client("s3").create_bucket(
        Bucket="payments-statements", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return {"bucket": "arn:aws:s3:::payments-statements"}


def topic(world: World) -> dict[str, Any]:
    """A topic without encryption."""
    return {"topic": world.client("sns").create_topic(Name="orders")["TopicArn"]}


def workgroup(world: World) -> dict[str, Any]:
    """A workgroup that tells nobody what it does."""
    world.client("athena").create_work_group(Name="reports", Configuration={"PublishCloudWatchMetricsEnabled": False})
    return {"workgroup": f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/reports"}


def stack(world: World) -> dict[str, Any]:
    """A stack that anybody may delete."""
    body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders"}}}}
    made = world.client("cloudformation").create_stack(StackName="orders", TemplateBody=json.dumps(body))
    return {"stack": made["StackId"]}


def cache_cluster(world: World) -> dict[str, Any]:
    """A cache that is neither backed up nor upgraded."""
    world.client("elasticache").create_cache_cluster(
        CacheClusterId="sessions", Engine="redis", CacheNodeType="cache.t4g.small", NumCacheNodes=1,
        SnapshotRetentionLimit=0, AutoMinorVersionUpgrade=False,
    )  # fmt: skip
    return {"cluster": f"arn:aws:elasticache:{REGION}:{ACCOUNT}:cluster:sessions"}


def replication_group(world: World) -> dict[str, Any]:
    """A group whose replica takes over only when somebody says so."""
    world.client("elasticache").create_replication_group(
        ReplicationGroupId="sessions", ReplicationGroupDescription="sessions", Engine="redis",
        CacheNodeType="cache.t4g.small", NumCacheClusters=2, AutomaticFailoverEnabled=False,
    )  # fmt: skip
    return {"replication_group": f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:sessions"}


def document(world: World) -> dict[str, Any]:
    """A document that everybody may run."""
    ssm = world.client("ssm")
    content = {"schemaVersion": "2.2", "mainSteps": []}
    ssm.create_document(Name="restart-orders", Content=json.dumps(content), DocumentType="Command")
    ssm.modify_document_permission(Name="restart-orders", PermissionType="Share", AccountIdsToAdd=["all"])
    return {"document": f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/restart-orders"}


def notebook(world: World) -> dict[str, Any]:
    """A notebook that runs."""
    role = world.client("iam").create_role(RoleName="notebook", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    made = world.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="explore", InstanceType="ml.t3.medium", RoleArn=role
    )
    return {"notebook": made["NotebookInstanceArn"]}


def trail(world: World) -> dict[str, Any]:
    """A trail whose files anybody could change unseen."""
    world.client("s3").create_bucket(Bucket="trail-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    made = world.client("cloudtrail").create_trail(Name="organisation", S3BucketName="trail-logs")
    return {"trail": made["TrailARN"]}


def table(world: World) -> dict[str, Any]:
    """A table that cannot be restored."""
    made = world.client("dynamodb").create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    return {"table": made["TableDescription"]["TableArn"]}


def db_snapshot(world: World) -> dict[str, Any]:
    """A snapshot of a database that everybody and one account may restore."""
    rds = world.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders-1", Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20,
        MasterUsername="admin1", MasterUserPassword="not-a-real-password",
    )  # fmt: skip
    made = rds.create_db_snapshot(DBInstanceIdentifier="orders-1", DBSnapshotIdentifier="orders-1-before")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="orders-1-before", AttributeName="restore", ValuesToAdd=["444455556666", "all"]
    )
    return {"snapshot": made["DBSnapshot"]["DBSnapshotArn"]}


def db_cluster_snapshot(world: World) -> dict[str, Any]:
    """The same of a cluster."""
    rds = world.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="orders", Engine="aurora-postgresql", MasterUsername="admin1",
        MasterUserPassword="not-a-real-password",
    )  # fmt: skip
    made = rds.create_db_cluster_snapshot(DBClusterIdentifier="orders", DBClusterSnapshotIdentifier="orders-before")
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="orders-before", AttributeName="restore", ValuesToAdd=["444455556666", "all"]
    )
    return {"snapshot": made["DBClusterSnapshot"]["DBClusterSnapshotArn"]}


def db_instance(world: World) -> dict[str, Any]:
    """A database in one zone."""
    world.client("rds").create_db_instance(
        DBInstanceIdentifier="orders-1", Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20,
        MasterUsername="admin1", MasterUserPassword="not-a-real-password", MultiAZ=False,
    )  # fmt: skip
    return {"db_instance": "orders-1"}


def redshift_cluster(world: World) -> dict[str, Any]:
    """A data warehouse that is neither backed up nor logged."""
    world.client("redshift").create_cluster(
        ClusterIdentifier="reports", NodeType="ra3.large", MasterUsername="admin1", MasterUserPassword="Not-a-real-1",
        AutomatedSnapshotRetentionPeriod=0,
    )  # fmt: skip
    return {"cluster": "reports"}


def weak_passwords(world: World) -> dict[str, Any]:
    """An account whose passwords may be short but not repeated, and expire early."""
    world.client("iam").update_account_password_policy(
        MinimumPasswordLength=8, MaxPasswordAge=30, PasswordReusePrevention=5, AllowUsersToChangePassword=True
    )
    return {}


def stale_user(world: World) -> dict[str, Any]:
    """A user with two active keys from three months ago that nobody used; named by an id, as in some findings."""
    world.client("iam").create_user(UserName="deploy-bot")
    for _ in range(2):
        world.client("iam").create_access_key(UserName="deploy-bot")
    user = iam_backends[ACCOUNT]["aws"].users["deploy-bot"]
    user.id = "AIDACKCEVSQ6C2EXAMPLE"
    for key in user.access_keys:
        key.create_date = NOW - timedelta(days=91)
    return {"user": f"arn:aws:iam::{ACCOUNT}:user/{user.id}", "days": 90}


def secret(world: World) -> dict[str, Any]:
    """A secret that nobody reads."""
    made = world.client("secretsmanager").create_secret(Name="orders/old", SecretString="not-a-real-secret")
    return {"secret": made["ARN"]}


def without_macie(world: World) -> dict[str, Any]:
    """A region where Macie is off; in moto it begins switched on."""
    world.client("macie2").disable_macie()
    return {}


def recorder(world: World) -> dict[str, Any]:
    """A configuration recorder that stands still."""
    config = world.client("config")
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-logs"})
    return {"recorder": "default"}


def counted_trail(world: World) -> dict[str, Any]:
    """A trail whose events reach a log group where nobody counts them."""
    world.client("s3").create_bucket(Bucket="trail-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    world.client("logs").create_log_group(logGroupName="trail/organisation")
    role = world.client("iam").create_role(RoleName="trail", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    world.client("cloudtrail").create_trail(
        Name="organisation", S3BucketName="trail-logs", IsMultiRegionTrail=True, CloudWatchLogsRoleArn=role,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:trail/organisation:*",
    )  # fmt: skip
    return {"control": "CloudWatch.4"}


def default_group(world: World) -> dict[str, Any]:
    """A network whose default group lets its members in, and the office, and everything out."""
    ec2 = world.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    chosen = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    group = ec2.describe_security_groups(Filters=chosen)["SecurityGroups"][0]["GroupId"]
    office = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[office])
    return {"group_id": group}


def detector_off(world: World) -> dict[str, Any]:
    """A region where GuardDuty is suspended."""
    world.client("guardduty").create_detector(Enable=False)
    return {}


def policed_bucket(world: World) -> dict[str, Any]:
    """A bucket with a policy that says nothing of strangers."""
    named = bucket(world)
    statement = {
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::payments-statements/*",
    }  # fmt: skip
    policy = {"Version": "2012-10-17", "Statement": statement}
    world.client("s3").put_bucket_policy(Bucket="payments-statements", Policy=json.dumps(policy))
    return named


def public_function(world: World) -> dict[str, Any]:
    """A function that everybody may call, and one topic too."""
    found = function(world)
    permit = {"FunctionName": found["function"], "Action": "lambda:InvokeFunction"}
    world.client("lambda").add_permission(**permit, StatementId="everybody", Principal="*")
    world.client("lambda").add_permission(
        **permit, StatementId="topic", Principal="sns.amazonaws.com", SourceArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
    )
    return {"function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{found['function']}"}


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "default group that lets in": ("ec2.revoke_default_group_ingress", default_group),
    "default group that lets out": ("ec2.revoke_default_group_egress", default_group),
    "region without guardduty": ("guardduty.enable_detector", region),
    "region with guardduty suspended": ("guardduty.enable_detector", detector_off),
    "bucket without policy, in the clear": ("s3.require_tls", bucket),
    "bucket with policy, in the clear": ("s3.require_tls", policed_bucket),
    "bucket without policy, in control": ("s3.keep_control_from_other_accounts", bucket),
    "bucket with policy, in control": ("s3.keep_control_from_other_accounts", policed_bucket),
    "function open to everybody": ("lambda.remove_public_permissions", public_function),
    "calls that nobody counts": ("cloudwatch.alarm_on_calls", counted_trail),
    "passwords without rules": ("iam.require_strong_passwords", region),
    "passwords with weak rules": ("iam.require_strong_passwords", weak_passwords),
    "old keys": ("iam.deactivate_old_access_keys", stale_user),
    "unused keys": ("iam.deactivate_unused_access_keys", stale_user),
    "bucket without lifecycle": ("s3.end_unfinished_uploads", bucket),
    "bucket that tells nobody": ("s3.send_events", bucket),
    "secret that nobody reads": ("secretsmanager.delete_unused_secret", secret),
    "recorder that stands still": ("config.start_recorder", recorder),
    "region without macie": ("macie.enable", without_macie),
    "metadata without token": ("ec2.require_imdsv2", instance),
    "subnet with public addresses": ("ec2.assign_no_public_addresses", subnet),
    "volumes not encrypted": ("ec2.encrypt_new_volumes", region),
    "gateway open to attachments": ("ec2.accept_no_attachments", transit_gateway),
    "public snapshot": ("ec2.unshare_snapshot", snapshot),
    "some public snapshot": ("ec2.unshare_snapshot", any_snapshot),
    "account open to public": ("s3.block_public_access_of_account", region),
    "account half open to public": ("s3.block_public_access_of_account", blocked_account),
    "bucket without versions": ("s3.enable_versioning", bucket),
    "topic not encrypted": ("sns.encrypt_topic", topic),
    "workgroup without metrics": ("athena.publish_metrics", workgroup),
    "stack open to deletion": ("cloudformation.protect_stack_from_deletion", stack),
    "cache not backed up": ("elasticache.back_up_cluster", cache_cluster),
    "cache not upgraded": ("elasticache.upgrade_cluster_by_itself", cache_cluster),
    "cache without failover": ("elasticache.fail_over_by_itself", replication_group),
    "public document": ("ssm.unshare_document", document),
    "public documents allowed": ("ssm.block_public_documents", region),
    "notebook running": ("sagemaker.stop_notebook", notebook),
    "trail without validation": ("cloudtrail.validate_log_files", trail),
    "table without history": ("dynamodb.enable_point_in_time_recovery", table),
    "public database snapshot": ("rds.unshare_snapshot", db_snapshot),
    "public cluster snapshot": ("rds.unshare_cluster_snapshot", db_cluster_snapshot),
    "database in one zone": ("rds.add_standby_to_instance", db_instance),
    "warehouse not backed up": ("redshift.keep_snapshots", redshift_cluster),
    "warehouse not logged": ("redshift.log_cluster", redshift_cluster),
}


def _of_ec2() -> dict[str, Any]:
    from emulator import client

    ec2 = client("ec2")
    snapshots = ec2.describe_snapshots(OwnerIds=[ACCOUNT])["Snapshots"]
    return {
        "tokens": [
            (entry.get("MetadataOptions") or {}).get("HttpTokens")
            for page in ec2.describe_instances()["Reservations"]
            for entry in page["Instances"]
        ],
        "subnets": [entry["MapPublicIpOnLaunch"] for entry in ec2.describe_subnets()["Subnets"]],
        "encrypted": ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
        "gateways": [entry["Options"] for entry in ec2.describe_transit_gateways()["TransitGateways"]],
        "shared snapshots": [found for found in map(_restorers, snapshots) if found],
    }


def _restorers(snapshot: dict[str, Any]) -> list[Any]:
    from emulator import client

    found = client("ec2").describe_snapshot_attribute(
        SnapshotId=snapshot["SnapshotId"], Attribute="createVolumePermission"
    )
    return list(found["CreateVolumePermissions"])


def _of_data() -> dict[str, Any]:
    from emulator import client

    s3control, rds, redshift = client("s3control"), client("rds"), client("redshift")
    try:
        blocked = s3control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
    except s3control.exceptions.ClientError:
        blocked = None
    return {
        "blocked": blocked,
        "snapshots": [
            _in_order(
                rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=entry["DBSnapshotIdentifier"])[
                    "DBSnapshotAttributesResult"
                ]["DBSnapshotAttributes"]
            )
            for entry in rds.describe_db_snapshots()["DBSnapshots"]
        ],
        "cluster snapshots": [
            _in_order(
                rds.describe_db_cluster_snapshot_attributes(
                    DBClusterSnapshotIdentifier=entry["DBClusterSnapshotIdentifier"]
                )["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
            )
            for entry in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]
        ],
        "logging": [
            redshift.describe_logging_status(ClusterIdentifier=entry["ClusterIdentifier"])["LoggingEnabled"]
            for entry in redshift.describe_clusters()["Clusters"]
        ],
        "histories": [
            client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"][
                "PointInTimeRecoveryDescription"
            ]["PointInTimeRecoveryStatus"]
            for name in client("dynamodb").list_tables()["TableNames"]
        ],
        "caches": client("elasticache").describe_cache_clusters()["CacheClusters"],
        "replication": [
            entry["AutomaticFailover"]
            for entry in client("elasticache").describe_replication_groups()["ReplicationGroups"]
        ],
    }


def _in_order(attributes: list[dict[str, Any]]) -> list[Any]:
    """Return who may restore a snapshot; AWS keeps no order."""
    return [(entry["AttributeName"], sorted(entry["AttributeValues"])) for entry in attributes]


def _of_services() -> dict[str, Any]:
    from emulator import client

    sns, ssm, athena = client("sns"), client("ssm"), client("athena")
    own = ssm.list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])["DocumentIdentifiers"]
    return {
        "topics": [
            sns.get_topic_attributes(TopicArn=entry["TopicArn"])["Attributes"] for entry in sns.list_topics()["Topics"]
        ],
        "public documents": ssm.get_service_setting(SettingId=PUBLIC_SHARING)["ServiceSetting"]["SettingValue"],
        "workgroups": [
            athena.get_work_group(WorkGroup=entry["Name"])["WorkGroup"].get("Configuration")
            for entry in athena.list_work_groups()["WorkGroups"]
        ],
        "stacks": [
            entry.get("EnableTerminationProtection") for entry in client("cloudformation").describe_stacks()["Stacks"]
        ],
        "documents": [
            sorted(ssm.describe_document_permission(Name=entry["Name"], PermissionType="Share")["AccountIds"])
            for entry in own
        ],
        "notebooks": [
            entry["NotebookInstanceStatus"]
            for entry in client("sagemaker").list_notebook_instances()["NotebookInstances"]
        ],
    }


def _of_account() -> dict[str, Any]:
    from emulator import client

    iam, s3, config = client("iam"), client("s3"), client("config")
    return {
        "passwords": _unless_refused(lambda: iam.get_account_password_policy()["PasswordPolicy"]),
        "secrets": [
            (entry["Name"], "DeletedDate" in entry)
            for entry in client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]
        ],
        "recorders": [
            entry["recording"]
            for entry in config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        ],
        "macie": _unless_refused(lambda: client("macie2").get_macie_session()["status"]),
        "detectors": [
            client("guardduty").get_detector(DetectorId=name)["Status"]
            for name in client("guardduty").list_detectors()["DetectorIds"]
        ],
        "functions": [
            _unless_refused(lambda: _by_name(client("lambda").get_policy(FunctionName=name)["Policy"]))  # noqa: B023
            for name in (entry["FunctionName"] for entry in client("lambda").list_functions()["Functions"])
        ],
        "buckets": [
            (
                _unless_refused(lambda: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])),  # noqa: B023
                _unless_refused(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]),  # noqa: B023
                "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=name),
            )
            for name in (entry["Name"] for entry in s3.list_buckets()["Buckets"])
        ],
    }


def _by_name(policy: str) -> list[Any]:
    return sorted(json.loads(policy)["Statement"], key=lambda statement: statement["Sid"])


def _unless_refused(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ClientError:
        return None


def _of_alarms() -> dict[str, Any]:
    from emulator import client

    logs = client("logs")
    return {
        "alarms": [entry["AlarmName"] for entry in client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "filters": [
            (group["logGroupName"], entry["filterName"], entry["filterPattern"])
            for group in logs.describe_log_groups()["logGroups"]
            for entry in logs.describe_metric_filters(logGroupName=group["logGroupName"])["metricFilters"]
        ],
    }


VIEWS["alarms"] = _of_alarms
VIEWS["controls of the account"] = _of_account
VIEWS.update({"controls of EC2": _of_ec2, "controls of data": _of_data, "controls of services": _of_services})
