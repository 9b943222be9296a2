"""What may stand in an account before an action comes: for every action, states drawn at random on top of its worlds.

``STIRS`` has a function for each action whose resource can be in more states than two. A function gets the world after
its setup and draws what else stands there; through the plain API, not through the action.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from emulator import ACCOUNT, CREDENTIALS, REGION
from hypothesis import strategies as st
from scenarios import CASE, LOGGING, World
from scenarios_agents import move
from scenarios_bedrock import STRONG, WEAK
from scenarios_log_objects import BUCKET, KEY, LINES
from scenarios_policies import FOREIGN, KNOWLEDGE, allow, policy

from firedoor import actions
from firedoor.actions import Action
from firedoor.actions.setting import Setting

Value = TypeVar("Value")
Draw = Callable[[st.SearchStrategy[Value]], Value]
Stir = Callable[[World, Mapping[str, Any], "Draw[Any]"], None]

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ACCOUNTS = st.sets(st.sampled_from(["444455556666", "555566667777", "999988887777"]))
NAMES = st.sampled_from(
    ["own", "Own-2", f"FiredoorDeny-{CASE}", f"FiredoorDenyBedrock-{CASE}", "AWSRevokeOlderSessions"]
)
STATEMENTS = st.builds(
    lambda effect, what, where, sid: (
        {"Effect": effect, "Action": what, "Resource": where} | ({"Sid": sid} if sid else {})
    ),
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["s3:*", ["s3:GetObject", "kms:Decrypt"], "bedrock:InvokeModel"]),
    st.sampled_from(["*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]]),
    st.sampled_from(["", "One"]),
)
DOCUMENTS = st.one_of(
    STATEMENTS,
    st.lists(STATEMENTS, min_size=1, max_size=2, unique_by=lambda one: one.get("Sid", json.dumps(one))),
).map(lambda statements: json.dumps({"Version": "2012-10-17", "Statement": statements}))


def is_of_two_values(action: Action) -> bool:
    """Tell whether what an action changes knows two states only, so that its worlds are all that there is."""
    return isinstance(action, Setting) and all(isinstance(value, bool) for value in action.wanted.values())


# --- identities


def principals(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Users and roles with inline policies, some of them called like ours, and keys of either status."""
    iam = world.client("iam")
    for user in [entry["UserName"] for entry in iam.list_users()["Users"]]:
        for name in sorted(draw(st.sets(NAMES, max_size=3))):
            iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=draw(DOCUMENTS))
        for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            status = draw(st.sampled_from(["Active", "Active", "Inactive"]))
            iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status=status)
    for role in [entry["RoleName"] for entry in iam.list_roles()["Roles"]]:
        for name in sorted(draw(st.sets(NAMES, max_size=3))):
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=draw(DOCUMENTS))


def bedrock_keys(_world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """More or fewer API keys for Bedrock, of either status."""
    CREDENTIALS.clear()
    for number, status in enumerate(draw(st.lists(st.sampled_from(["Active", "Inactive"]), max_size=4))):
        CREDENTIALS[f"ACCAEXAMPLE{number}ACCAEXAMPLE"] = {"user": params["user"], "status": status}


def managed_policies(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """More policies on the user, role or group, and the one in question perhaps not any more."""
    iam = world.client("iam")
    (kind,) = {"user", "role", "group"} & set(params)
    holder = {f"{kind.title()}Name": params[kind]}
    for number in range(draw(st.integers(0, 3))):
        arn = iam.create_policy(PolicyName=f"more-{number}", PolicyDocument=draw(DOCUMENTS))["Policy"]["Arn"]
        getattr(iam, f"attach_{kind}_policy")(**holder, PolicyArn=arn)
    if draw(st.booleans()):
        getattr(iam, f"detach_{kind}_policy")(**holder, PolicyArn=params["policy"])


def password_rules(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Any rules for passwords, each one left out or not."""
    rules = st.fixed_dictionaries(
        {},
        optional={
            "MinimumPasswordLength": st.integers(6, 128),
            "RequireUppercaseCharacters": st.booleans(),
            "RequireLowercaseCharacters": st.booleans(),
            "RequireNumbers": st.booleans(),
            "RequireSymbols": st.booleans(),
            "MaxPasswordAge": st.integers(1, 1095),
            "PasswordReusePrevention": st.integers(1, 24),
            "AllowUsersToChangePassword": st.booleans(),
            "HardExpiry": st.booleans(),
        },
    )
    world.client("iam").update_account_password_policy(**draw(rules))


# --- networks and instances


SOURCES = st.one_of(
    st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "192.0.2.7/32"]).map(lambda cidr: ("IpRanges", {"CidrIp": cidr})),
    st.sampled_from(["::/0", "2001:db8::/32"]).map(lambda cidr: ("Ipv6Ranges", {"CidrIpv6": cidr})),
)
PORTS = st.one_of(
    st.tuples(st.sampled_from(["tcp", "udp"]), st.sampled_from([(22, 22), (0, 65535), (3389, 3389), (20, 25)])),
    st.just(("-1", None)),
)
RULES = st.lists(
    st.tuples(PORTS, SOURCES, st.sampled_from(["", "office", "to be closed"])),
    max_size=5,
    unique_by=lambda rule: (rule[0], str(rule[1])),
)


def group_rules(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """More rules of all kinds, in and out; one that stands there already is left as it is."""
    ec2 = world.client("ec2")
    for direction in ("ingress", "egress"):
        for (protocol, ports), (kind, source), description in draw(RULES):
            permission: dict[str, Any] = {
                "IpProtocol": protocol,
                kind: [source | ({"Description": description} if description else {})],
            }
            if ports:
                permission |= {"FromPort": ports[0], "ToPort": ports[1]}
            try:
                getattr(ec2, f"authorize_security_group_{direction}")(
                    GroupId=params["group_id"], IpPermissions=[permission]
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "InvalidPermission.Duplicate":
                    raise


def instances(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Other groups on the interfaces, one more volume, protected from termination or not, with a profile or not."""
    ec2, instance_id = world.client("ec2"), params["instance_id"]
    own = [world.names[name] for name in ("group_a", "group_b") if name in world.names]
    mine = [{"Name": "attachment.instance-id", "Values": [instance_id]}]
    for interface in ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"]:
        chosen = draw(st.lists(st.sampled_from(own), min_size=1, unique=True))
        if draw(st.booleans()):
            ec2.modify_network_interface_attribute(NetworkInterfaceId=interface["NetworkInterfaceId"], Groups=chosen)
    protected = {"Value": draw(st.booleans())}
    ec2.modify_instance_attribute(InstanceId=instance_id, DisableApiTermination=protected)
    for number in range(draw(st.integers(0, 2))):
        volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
        ec2.attach_volume(VolumeId=volume, InstanceId=instance_id, Device=f"/dev/sd{'fg'[number]}")
    if draw(st.booleans()):
        for entry in ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]:
            ec2.disassociate_iam_instance_profile(AssociationId=entry["AssociationId"])


def ec2_receivers(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Snapshots and images shared with more accounts, or with everybody."""
    ec2 = world.client("ec2")
    for entry in ec2.describe_snapshots(OwnerIds=[ACCOUNT])["Snapshots"]:
        for more in _receivers(draw):
            ec2.modify_snapshot_attribute(
                SnapshotId=entry["SnapshotId"], Attribute="createVolumePermission", OperationType="add", **more
            )
    for entry in ec2.describe_images(Owners=["self"])["Images"]:
        for more in _receivers(draw, everybody="UserGroups"):
            ec2.modify_image_attribute(
                ImageId=entry["ImageId"], Attribute="launchPermission", OperationType="add", **more
            )


def _receivers(draw: Draw[Any], everybody: str = "GroupNames") -> list[dict[str, Any]]:
    accounts = sorted(draw(ACCOUNTS))
    return [*([{"UserIds": accounts}] if accounts else []), *([{everybody: ["all"]}] if draw(st.booleans()) else [])]


def health_checks(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A group that asks EC2, and waits longer or shorter."""
    world.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName="web", HealthCheckGracePeriod=draw(st.integers(0, 900))
    )


def attachments(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A gateway that takes whoever comes, or not."""
    world.client("ec2").modify_transit_gateway(
        TransitGatewayId=params["transit_gateway"],
        Options={"AutoAcceptSharedAttachments": draw(st.sampled_from(["enable", "disable"]))},
    )


def metadata(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A metadata service that asks for a token or not, and answers near or far."""
    world.client("ec2").modify_instance_metadata_options(
        InstanceId=params["instance"].rpartition("/")[2],
        HttpTokens=draw(st.sampled_from(["optional", "required"])),
        HttpPutResponseHopLimit=draw(st.integers(1, 64)),
    )


# --- buckets and objects


def public_flags(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Any of the four flags, or none ever set."""
    flags = draw(st.none() | st.fixed_dictionaries({flag: st.booleans() for flag in FLAGS}))
    if "bucket" in params:
        owner, client = {"Bucket": params["bucket"]}, world.client("s3")
    else:
        owner, client = {"AccountId": ACCOUNT}, world.client("s3control")
    if flags is None:
        client.delete_public_access_block(**owner)
    else:
        client.put_public_access_block(**owner, PublicAccessBlockConfiguration=flags)


def versioning(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Versions never kept, or no longer, or kept."""
    status = draw(st.sampled_from(["", "Suspended", "Enabled"]))
    if status:
        world.client("s3").put_bucket_versioning(Bucket=_bucket(params), VersioningConfiguration={"Status": status})


def lifecycle(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Rules of the owner's, among them perhaps one called like ours, or one that ends uploads."""
    rule = st.builds(
        lambda name, status, days, prefix, ends: {
            "ID": name,
            "Status": status,
            "Filter": {"Prefix": prefix},
            **(
                {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days}}
                if ends
                else {"Expiration": {"Days": days}}
            ),
        },
        st.sampled_from(["keep", "drop", "firedoor-unfinished-uploads"]),
        st.sampled_from(["Enabled", "Disabled"]),
        st.integers(1, 365),
        st.sampled_from(["", "in/"]),
        st.booleans(),
    )
    rules = draw(st.lists(rule, max_size=3, unique_by=lambda entry: entry["ID"]))
    if rules:
        world.client("s3").put_bucket_lifecycle_configuration(
            Bucket=_bucket(params), LifecycleConfiguration={"Rules": rules}
        )


def bucket_policy(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A policy of the owner's, of one statement or several, with and without an id; or none."""
    arn = f"arn:aws:s3:::{_bucket(params)}"
    statement = st.builds(
        lambda effect, who, sid, where: {
            "Effect": effect, "Principal": who, "Action": "s3:GetObject", "Resource": where,
        } | ({"Sid": sid} if sid else {}),
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(["*", {"AWS": "arn:aws:iam::444455556666:root"}, {"Service": "cloudtrail.amazonaws.com"}]),
        st.sampled_from(["", "One", "FiredoorRequireTls", "FiredoorKeepControl"]),
        st.sampled_from([f"{arn}/*", [arn, f"{arn}/in/*"]]),
    )  # fmt: skip
    statements = st.lists(
        statement, min_size=1, max_size=3, unique_by=lambda entry: entry.get("Sid", json.dumps(entry))
    )
    drawn = draw(st.none() | statement | statements)
    if drawn is not None:
        policy = {"Version": "2012-10-17", "Statement": drawn} | draw(st.sampled_from([{}, {"Id": "of-the-owner"}]))
        world.client("s3").put_bucket_policy(Bucket=_bucket(params), Policy=json.dumps(policy))


def notifications(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A bucket that tells topics and queues, or nobody, or EventBridge already."""
    configuration: dict[str, Any] = {}
    if draw(st.booleans()):
        topic = world.client("sns").create_topic(Name="uploads")["TopicArn"]
        configuration["TopicConfigurations"] = [{"Id": "a", "TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]
    if draw(st.booleans()):
        world.client("sqs").create_queue(QueueName="uploads")
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:uploads"
        configuration["QueueConfigurations"] = [{"Id": "b", "QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]
    if draw(st.booleans()):
        configuration["EventBridgeConfiguration"] = {}
    world.client("s3").put_bucket_notification_configuration(
        Bucket=_bucket(params), NotificationConfiguration=configuration, SkipDestinationValidation=True
    )


def object_versions(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Newer versions on top of the bad one, or a delete marker."""
    s3, where = world.client("s3"), {"Bucket": params["bucket"], "Key": params["key"]}
    for step in draw(st.lists(st.sampled_from(["write", "delete"]), max_size=2)):
        if step == "write":
            s3.put_object(**where, Body=b"newer")
        else:
            s3.delete_object(**where)


def logged_lines(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A log object of any lines, packed or not, with tags or without."""
    line = st.sampled_from([*LINES, "{}", "", '{"input": {"inputBodyJson": "call +49 30 901820"}}', "no JSON"])
    body = "\n".join(draw(st.lists(line, max_size=5))).encode()
    tags = draw(st.sampled_from([{}, {"Tagging": "team=a%2Bb&cost=7"}]))
    packed = gzip.compress(body, mtime=0) if draw(st.booleans()) else body
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=packed, **tags)


def _bucket(params: Mapping[str, Any]) -> str:
    return str(params["bucket"]).removeprefix("arn:aws:s3:::")


# --- records of what happens


def trails(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A trail that somebody changed in any way, if it still stands."""
    client = world.client("cloudtrail")
    for trail in client.describe_trails()["trailList"]:
        arn = trail["TrailARN"]
        changes = st.fixed_dictionaries(
            {},
            optional={
                "S3KeyPrefix": st.sampled_from(["elsewhere", "a/b"]),
                "IsMultiRegionTrail": st.booleans(),
                "IncludeGlobalServiceEvents": st.booleans(),
                "EnableLogFileValidation": st.booleans(),
            },
        )
        client.update_trail(Name=arn, **draw(changes))
        client.put_event_selectors(TrailName=arn, **draw(SELECTORS))
        if draw(st.booleans()):
            client.add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": draw(st.sampled_from(["a", "b"]))}])
        (client.start_logging if draw(st.booleans()) else client.stop_logging)(Name=arn)


SELECTORS = st.one_of(
    st.builds(
        lambda kind, management: {
            "EventSelectors": [{"ReadWriteType": kind, "IncludeManagementEvents": management, "DataResources": []}]
        },
        st.sampled_from(["All", "ReadOnly", "WriteOnly"]),
        st.booleans(),
    ),
    st.just(
        {
            "AdvancedEventSelectors": [
                {"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
            ]
        }
    ),
)


def invocation_logging(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Logging off, or on in part, or to another place."""
    bedrock = world.client("bedrock")
    if draw(st.booleans()):
        bedrock.delete_model_invocation_logging_configuration()
        return
    switches = ("textDataDeliveryEnabled", "imageDataDeliveryEnabled", "embeddingDataDeliveryEnabled")
    prefix = draw(st.sampled_from(["bedrock", "elsewhere"]))
    bedrock.put_model_invocation_logging_configuration(
        loggingConfig={
            **LOGGING,
            **draw(st.fixed_dictionaries({switch: st.booleans() for switch in switches})),
            "s3Config": {"bucketName": "trail-logs", "keyPrefix": prefix},
        }
    )


def guardrails(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A guardrail that lost any of its policies, or that somebody made again, or nothing."""
    bedrock = world.client("bedrock")
    policies = sorted(set(STRONG) - {"name", "blockedInputMessaging", "blockedOutputsMessaging"})
    pages = bedrock.get_paginator("list_guardrails").paginate()
    for entry in [entry for page in pages for entry in page["guardrails"]]:
        if entry["name"] == STRONG["name"] and draw(st.booleans()):
            kept = draw(st.sets(st.sampled_from(policies), min_size=1))
            changed = {name: STRONG[name] for name in kept} | {
                name: WEAK[name] for name in WEAK if name not in policies
            }
            if not any(name.endswith("PolicyConfig") for name in kept):
                changed["wordPolicyConfig"] = WEAK["wordPolicyConfig"]
            bedrock.update_guardrail(guardrailIdentifier=entry["id"], **changed)


def guardrail_versions(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """More versions, of which one may demand what the deleted one did, and any draft."""
    bedrock, named = world.client("bedrock"), {"guardrailIdentifier": params["guardrail"]}
    for definition in draw(st.lists(st.sampled_from([STRONG, WEAK]), max_size=2)):
        bedrock.update_guardrail(**named, **definition)
        if draw(st.booleans()):
            bedrock.create_guardrail_version(**named)


def shared_knowledge(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A knowledge base whose policy gives to any accounts, by name or by a condition, or denies, or is not there."""
    if params["resource"] != KNOWLEDGE:
        return
    agents = world.client("bedrock-agent")
    agents.delete_resource_policy(resourceArn=KNOWLEDGE)
    accounts = st.lists(st.sampled_from([FOREIGN, ACCOUNT, "444455556666"]), min_size=1, unique=True)
    condition = st.sampled_from(
        [{}, {"Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/*"}}}]
    )
    statement = st.builds(
        lambda named, more, effect: {**allow(KNOWLEDGE, *named, **more), "Effect": effect},
        accounts,
        condition,
        st.sampled_from(["Allow", "Allow", "Deny"]),
    )
    drawn = draw(st.none() | statement | st.lists(statement, min_size=1, max_size=3))
    if drawn is not None:
        agents.put_resource_policy(resourceArn=KNOWLEDGE, policy=policy(drawn))


def aliases(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """An alias that was moved on, described otherwise, paused or not."""
    for version in draw(st.lists(st.sampled_from(["1", "2", "3", "DRAFT"]), max_size=2)):
        state = draw(st.sampled_from(["ACCEPT_INVOCATIONS", "REJECT_INVOCATIONS"]))
        move(world, params["alias"], version, aliasInvocationState=state, description=draw(st.sampled_from(["x", "y"])))


def detectors(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A detector that reports often or seldom, on or off."""
    guardduty = world.client("guardduty")
    for name in guardduty.list_detectors()["DetectorIds"]:
        guardduty.update_detector(
            DetectorId=name,
            Enable=draw(st.booleans()),
            FindingPublishingFrequency=draw(st.sampled_from(["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"])),
        )


def counted_calls(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Filters and alarms of the owner's beside ours."""
    for number in range(draw(st.integers(0, 2))):
        world.client("logs").put_metric_filter(
            logGroupName="trail/organisation",
            filterName=f"own-{number}",
            filterPattern="{ $.eventName = ConsoleLogin }",
            metricTransformations=[{"metricName": f"own-{number}", "metricNamespace": "Own", "metricValue": "1"}],
        )
        if draw(st.booleans()):
            world.client("cloudwatch").put_metric_alarm(
                AlarmName=f"own-{number}", MetricName=f"own-{number}", Namespace="Own", Period=300, Statistic="Sum",
                EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanOrEqualToThreshold",
            )  # fmt: skip


def retention(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Logs kept for ever, or for any of the times that AWS knows."""
    days = draw(st.sampled_from([0, 1, 3, 5, 7, 14, 30, 60, 90, 180, 365, 400, 731, 3653]))
    if days:
        world.client("logs").put_retention_policy(logGroupName="/aws/lambda/payments", retentionInDays=days)
    else:
        world.client("logs").delete_retention_policy(logGroupName="/aws/lambda/payments")


# --- functions, databases, and others


def permissions(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """More permissions on the function: for everybody, a service, an account, an organisation."""
    permit = st.builds(
        lambda principal, more: {"Principal": principal, **more},
        st.sampled_from(["*", "s3.amazonaws.com", "444455556666"]),
        st.sampled_from([{}, {"SourceArn": "arn:aws:s3:::statements"}, {"SourceAccount": ACCOUNT}]),
    )
    for number, extra in enumerate(draw(st.lists(permit, max_size=3))):
        world.client("lambda").add_permission(
            FunctionName=params["function"], Action="lambda:InvokeFunction", StatementId=f"more-{number}", **extra
        )


def function_url(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A URL that asks or does not, and lets some origins in."""
    origins = draw(st.lists(st.sampled_from(["https://a.example", "*"]), max_size=1))
    world.client("lambda").update_function_url_config(
        FunctionName=params["function"],
        AuthType=draw(st.sampled_from(["NONE", "AWS_IAM"])),
        Cors={"AllowOrigins": origins} if origins else {},
    )


def concurrency(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A function with any concurrency of its own, or none."""
    reserved = draw(st.none() | st.integers(0, 900))
    if reserved is None:
        world.client("lambda").delete_function_concurrency(FunctionName=params["function"])
    else:
        world.client("lambda").put_function_concurrency(
            FunctionName=params["function"], ReservedConcurrentExecutions=reserved
        )


def cache_backups(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A cache whose backups are kept for any number of days."""
    world.client("elasticache").modify_cache_cluster(
        CacheClusterId="sessions", SnapshotRetentionLimit=draw(st.integers(0, 35)), ApplyImmediately=True
    )


def warehouse_backups(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A data warehouse whose snapshots are kept for any number of days."""
    world.client("redshift").modify_cluster(
        ClusterIdentifier="reports", AutomatedSnapshotRetentionPeriod=draw(st.integers(0, 35))
    )


def rds_receivers(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A snapshot of a database that more accounts may restore."""
    accounts = sorted(draw(ACCOUNTS) - {"444455556666"})  # has it already, and moto would note it twice
    kind = "cluster_snapshot" if ":cluster-snapshot:" in params["snapshot"] else "snapshot"
    identifier = "DBClusterSnapshotIdentifier" if kind == "cluster_snapshot" else "DBSnapshotIdentifier"
    name = params["snapshot"].rpartition(":")[2]
    if accounts:
        getattr(world.client("rds"), f"modify_db_{kind}_attribute")(
            **{identifier: name}, AttributeName="restore", ValuesToAdd=accounts
        )


def rds_sharing(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A snapshot of a database that others may restore, or everybody, or those in question no longer."""
    kind, argument = {"instance": ("snapshot", "DBSnapshot"), "cluster": ("cluster_snapshot", "DBClusterSnapshot")}[
        params["of"]
    ]
    rds, named = world.client("rds"), {f"{argument}Identifier": params["snapshot"].rpartition(":")[2]}
    wanted = draw(st.lists(st.sampled_from([*params["receivers"], "444455556666", "555566667777"]), unique=True))
    answer = getattr(rds, f"describe_db_{kind}_attributes")(**named)[f"{argument}AttributesResult"]
    (present,) = [entry["AttributeValues"] for entry in answer[f"{argument}Attributes"]]
    changed = {"ValuesToRemove": [one for one in present if one not in wanted]}
    changed |= {"ValuesToAdd": [one for one in wanted if one not in present]}
    getattr(rds, f"modify_db_{kind}_attribute")(**named, AttributeName="restore", **changed)


def topic_key(world: World, params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A topic with a key of its owner's, or none."""
    key = draw(st.sampled_from(["", "alias/own", "alias/aws/sns"]))
    if key:
        world.client("sns").set_topic_attributes(
            TopicArn=params["topic"], AttributeName="KmsMasterKeyId", AttributeValue=key
        )


def queue_encryption(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """A queue that SQS encrypts, or nobody."""
    sqs = world.client("sqs")
    sqs.set_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"],
        Attributes={"SqsManagedSseEnabled": draw(st.sampled_from(["true", "false"]))},
    )


def public_documents(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Public documents allowed or blocked already."""
    from firedoor.cli.moto_settings import PUBLIC_SHARING

    value = draw(st.sampled_from(["Enable", "Disable"]))
    world.client("ssm").update_service_setting(SettingId=PUBLIC_SHARING, SettingValue=value)


def macie_status(world: World, _params: Mapping[str, Any], draw: Draw[Any]) -> None:
    """Macie off, on, or paused."""
    status = draw(st.sampled_from(["", "ENABLED", "PAUSED"]))
    if status:
        world.client("macie2").enable_macie(status=status)


STIRS: dict[str, Stir] = {
    "autoscaling.use_load_balancer_health_checks": health_checks,
    "bedrock.deny_model_invocation": principals,
    "bedrock.remake_guardrail_version": guardrail_versions,
    "bedrock.restore_agent_alias": aliases,
    "bedrock.restore_guardrail": guardrails,
    "bedrock.restore_invocation_logging": invocation_logging,
    "bedrock.withdraw_sharing": shared_knowledge,
    "cloudtrail.restore_trail": trails,
    "cloudwatch.alarm_on_calls": counted_calls,
    "ec2.accept_no_attachments": attachments,
    "ec2.detach_instance_profile": instances,
    "ec2.isolate_instance": instances,
    "ec2.require_imdsv2": metadata,
    "ec2.revoke_default_group_egress": group_rules,
    "ec2.revoke_default_group_ingress": group_rules,
    "ec2.revoke_security_group_rules": group_rules,
    "ec2.snapshot_volumes": instances,
    "ec2.unshare_snapshot": ec2_receivers,
    "ec2.withdraw_sharing": ec2_receivers,
    "elasticache.back_up_cluster": cache_backups,
    "guardduty.enable_detector": detectors,
    "iam.deactivate_access_key": principals,
    "iam.deactivate_bedrock_api_key": bedrock_keys,
    "iam.deactivate_logged_key": principals,
    "iam.deactivate_old_access_keys": principals,
    "iam.deactivate_unused_access_keys": principals,
    "iam.deny_user": principals,
    "iam.detach_policy": managed_policies,
    "iam.require_strong_passwords": password_rules,
    "iam.revoke_role_sessions": principals,
    "lambda.remove_permission": permissions,
    "lambda.remove_public_permissions": permissions,
    "lambda.require_iam_on_url": function_url,
    "lambda.stop_function": concurrency,
    "logs.set_retention": retention,
    "macie.enable": macie_status,
    "rds.unshare_cluster_snapshot": rds_receivers,
    "rds.unshare_snapshot": rds_receivers,
    "rds.withdraw_sharing": rds_sharing,
    "redshift.keep_snapshots": warehouse_backups,
    "s3.block_public_access": public_flags,
    "s3.block_public_access_of_account": public_flags,
    "s3.enable_versioning": versioning,
    "s3.end_unfinished_uploads": lifecycle,
    "s3.keep_control_from_other_accounts": bucket_policy,
    "s3.quarantine_object": object_versions,
    "s3.redact_log_object": logged_lines,
    "s3.require_tls": bucket_policy,
    "s3.send_events": notifications,
    "sns.encrypt_topic": topic_key,
    "sqs.encrypt_queue": queue_encryption,
    "ssm.block_public_documents": public_documents,
}


def without_random_states() -> set[str]:
    """Return the actions for which nothing is drawn although they know more than two states."""
    return {action.name for action in actions.catalogue() if not is_of_two_values(action)} - set(STIRS)
