"""Resources of recorded calls, as the call left them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from firedoor.cli.stage.s3 import make_bucket
from firedoor.cli.stage.scene import Thing, Where, happen, ids
from firedoor.cli.stage.settings import make_function
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def _key(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the key of a recorded call on KMS, then do what was recorded."""
    detail = event["detail"]
    if detail.get("eventSource") != "kms.amazonaws.com":
        return
    kms = Where(aws, detail["recipientAccountId"], event["region"]).client("kms")
    name = detail["requestParameters"]["keyId"].rpartition("/")[2]
    with ids("moto.kms.models.generate_key_id", name):
        kms.create_key()
    happen(kms, {**detail, "requestParameters": {**detail["requestParameters"], "keyId": name}})
    yield Thing(f"KMS key {name}", lambda: {"state": kms.describe_key(KeyId=name)["KeyMetadata"]["KeyState"]})


def _recorder(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make a recorder of Config that runs, then do what was recorded."""
    detail = event["detail"]
    if detail.get("eventSource") != "config.amazonaws.com":
        return
    where = Where(aws, detail["recipientAccountId"], event["region"])
    config, name = where.client("config"), detail["requestParameters"]["configurationRecorderName"]
    role = f"arn:aws:iam::{where.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": name, "roleARN": role, "recordingGroup": {"allSupported": True}}
    )
    bucket = f"acme-config-{where.account}"
    make_bucket(where, bucket)
    config.put_delivery_channel(DeliveryChannel={"name": name, "s3BucketName": bucket})
    config.start_configuration_recorder(ConfigurationRecorderName=name)
    happen(config, detail)

    def read() -> Json:
        found = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        return {entry["name"]: {"recording": entry["recording"]} for entry in found}

    yield Thing(f"Configuration recorder {name}", read)


def _function(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the function of a recorded call on Lambda, then do what was recorded."""
    detail = event["detail"]
    if detail.get("eventSource") != "lambda.amazonaws.com":
        return
    asked, where = detail["requestParameters"], Where(aws, detail["recipientAccountId"], event["region"])
    name, functions = asked["functionName"].rpartition(":")[2], where.client("lambda")
    make_function(where, name, f"arn:aws:iam::{where.account}:role/{name}")
    # the names of Lambda's events carry a date
    happen(functions, {**detail, "eventName": re.sub(r"\d{8}(v\d)?$", "", detail["eventName"])})

    def read() -> Json:
        doors: dict[str, Json] = {"policy": {}, "url": {}}
        with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
            doors["policy"] = json.loads(functions.get_policy(FunctionName=name)["Policy"])
        with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
            doors["url"] = {"auth": functions.get_function_url_config(FunctionName=name)["AuthType"]}
        return doors

    yield Thing(f"Function {name}", read)


def _receiver(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user, role or group that a recorded call gave a policy or a password, then do what was recorded."""
    detail = event["detail"]
    kinds = {"AttachUserPolicy": "user", "AttachRolePolicy": "role", "AttachGroupPolicy": "group"}
    kind = kinds.get(detail["eventName"], "user" if detail["eventName"] == "CreateLoginProfile" else "")
    if not kind or detail.get("eventSource") != "iam.amazonaws.com":
        return
    iam = Where(aws, detail["recipientAccountId"], event["region"]).client("iam")
    name = {f"{kind.title()}Name": detail["requestParameters"][f"{kind}Name"]}
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    getattr(iam, f"create_{kind}")(**name, **({"AssumeRolePolicyDocument": trust} if kind == "role" else {}))
    if detail["eventName"] != "CreateLoginProfile":  # the password is never recorded
        _publish(detail["recipientAccountId"], detail["requestParameters"]["policyArn"])
        happen(iam, detail)

    def read() -> Json:
        attached = getattr(iam, f"list_attached_{kind}_policies")(**name)["AttachedPolicies"]
        inline = getattr(iam, f"list_{kind}_policies")(**name)["PolicyNames"]
        return {"attached policies": [entry["PolicyName"] for entry in attached], "inline policies": inline}

    yield Thing(f"IAM {kind} {next(iter(name.values()))}", read)


def _shared_disk(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the snapshot or image that a recorded call shared, and share it."""
    detail = event["detail"]
    kinds = {"ModifySnapshotAttribute": "snapshot", "ModifyImageAttribute": "image"}
    kind = kinds.get(detail["eventName"])
    if kind is None or detail.get("eventSource") != "ec2.amazonaws.com":
        return
    ec2 = Where(aws, detail["recipientAccountId"], event["region"]).client("ec2")
    asked, permission = (
        detail["requestParameters"],
        "createVolumePermission" if kind == "snapshot" else "launchPermission",
    )
    name, items = asked[f"{kind}Id"], asked[permission]["add"]["items"]
    if kind == "snapshot":
        volume = ec2.create_volume(AvailabilityZone=f"{event['region']}a", Size=8)["VolumeId"]
        with ids("moto.ec2.models.elastic_block_store.random_snapshot_id", name):
            ec2.create_snapshot(VolumeId=volume)
    else:
        with ids("moto.ec2.models.amis.random_ami_id", name):
            ec2.register_image(Name=name)
    modify, describe = getattr(ec2, f"modify_{kind}_attribute"), getattr(ec2, f"describe_{kind}_attribute")
    which = {f"{kind.title()}Id": name, "Attribute": permission}
    groups = {"snapshot": "GroupNames", "image": "UserGroups"}[kind]
    for item in items:
        given = {"UserIds": [item["userId"]]} if "userId" in item else {groups: [item["group"]]}
        modify(**which, OperationType="add", **given)

    def read() -> Json:
        found = describe(**which)[f"{permission[0].upper()}{permission[1:]}s"]
        return {"shared with": [entry.get("UserId") or entry.get("Group") for entry in found]}

    yield Thing(f"{kind.title()} {name}", read)


def _shared_database(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the snapshot of a database that a recorded call shared, and share it."""
    detail = event["detail"]
    if detail["eventName"] != "ModifyDBSnapshotAttribute" or detail.get("eventSource") != "rds.amazonaws.com":
        return
    rds = Where(aws, detail["recipientAccountId"], event["region"]).client("rds")
    name = detail["requestParameters"]["dBSnapshotIdentifier"]
    rds.create_db_instance(
        DBInstanceIdentifier="orders", Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20,
        MasterUsername="admin1", ManageMasterUserPassword=True,
    )  # fmt: skip
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier=name)
    happen(rds, detail)

    def read() -> Json:
        found = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"]
        return {entry["AttributeName"]: entry["AttributeValues"] for entry in found["DBSnapshotAttributes"]}

    yield Thing(f"DB snapshot {name}", read)


def _notebook(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make a notebook as a recorded call made it."""
    detail = event["detail"]
    if detail["eventName"] != "CreateNotebookInstance":
        return
    sagemaker = Where(aws, detail["recipientAccountId"], event["region"]).client("sagemaker")
    asked = {**detail["requestParameters"], "instanceType": "ml.t3.medium"}  # moto knows no newer ones
    name = asked["notebookInstanceName"]
    happen(sagemaker, {**detail, "requestParameters": asked})

    def read() -> Json:
        return {"status": sagemaker.describe_notebook_instance(NotebookInstanceName=name)["NotebookInstanceStatus"]}

    yield Thing(f"Notebook {name}", read)


def _versions(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make a bucket that keeps versions, then set what a recorded call set."""
    detail = event["detail"]
    if detail["eventName"] != "PutBucketVersioning" or detail.get("errorCode"):
        return
    bucket = detail["requestParameters"]["bucketName"]
    s3 = make_bucket(Where(aws, detail["recipientAccountId"], event["region"]), bucket, versioned=True)
    status = detail["requestParameters"]["VersioningConfiguration"]["Status"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
    yield Thing(f"Versions in S3 bucket {bucket}", lambda: {"kept": s3.get_bucket_versioning(Bucket=bucket)["Status"]})


def _publish(account: str, arn: str) -> None:
    """Make a policy of AWS's own, of which moto knows none unless it loads them all, which takes long."""
    from moto.iam.models import AWSManagedPolicy, iam_backends

    dated = dict.fromkeys(("CreateDate", "UpdateDate"), "2015-02-06T18:39:46+00:00")
    data = {"DefaultVersionId": "v1", "Path": "/", "Document": {}, **dated}
    policy = AWSManagedPolicy.from_data(arn.rpartition("/")[2], account, "aws", data)
    iam_backends[account]["aws"].managed_policies[arn] = policy


MAKERS = (_key, _recorder, _function, _receiver, _shared_disk, _shared_database, _notebook, _versions)
