"""Users, keys and roles of the events."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from firedoor.cli.stage.scene import Thing, Where, ids
from firedoor.plans import Json

if TYPE_CHECKING:
    from firedoor.cli.embedded import EmbeddedAws


def _credentials(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user and key, or the role, of a GuardDuty finding about credentials."""
    key = event["detail"]["resource"]["accessKeyDetails"]
    where = Where(aws, event["detail"]["accountId"], event["region"])
    if key["userType"] == "IAMUser":
        yield user(where, key["userName"], key["accessKeyId"])
    elif key["userType"] == "AssumedRole":
        yield role(where, key["userName"])


def user(where: Where, name: str, key_id: str) -> Thing:
    """Make a user with one active key of this id."""
    iam = where.client("iam")
    iam.create_user(UserName=name)
    with ids("moto.iam.models.generate_access_key_id_from_account_id", key_id):
        iam.create_access_key(UserName=name)

    def read() -> Json:
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return {
            "access keys": {key["AccessKeyId"]: key["Status"] for key in keys},
            "inline policies": policies(iam, "user", name),
        }

    return Thing(f"IAM user {name}", read)


def role(where: Where, name: str) -> Thing:
    """Make a role that EC2 may assume, unless it is there."""
    iam = where.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [allow({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")]}
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return Thing(f"IAM role {name}", lambda: {"inline policies": policies(iam, "role", name)})


def policies(iam: Any, kind: str, name: str) -> dict[str, Any]:
    """Return the inline policies of a user or role: name → statements."""
    owner = {f"{kind.title()}Name": name}
    names = getattr(iam, f"list_{kind}_policies")(**owner)["PolicyNames"]
    get = getattr(iam, f"get_{kind}_policy")
    return {policy: get(**owner, PolicyName=policy)["PolicyDocument"]["Statement"] for policy in names}


def allow(principal: object, action: str, **more: str) -> dict[str, Any]:
    """Return an Allow statement for a principal."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def _model_caller(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the role or user that called a model."""
    if event.get("schemaType") == "ModelInvocationLog":
        yield principal(Where(aws, event["accountId"], event["region"]), event["identity"]["arn"])
    elif event["source"] == "firedoor.inspection":
        where = Where(aws, event["account"], event["region"])
        yield principal(where, event["detail"]["principal"])


def principal(where: Where, arn: str) -> Thing:
    """Make the user or role of an ARN, of a session too."""
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    if kind == "assumed-role":
        return role(where, rest.partition("/")[0])
    if kind == "role":
        return role(where, rest.rpartition("/")[2])
    name = rest.rpartition("/")[2]
    iam = where.client("iam")
    iam.create_user(UserName=name)
    return Thing(f"IAM user {name}", lambda: {"inline policies": policies(iam, "user", name)})


def _keyed_user(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user for whom a recorded call made an access key, with this key."""
    detail = event["detail"]
    if detail.get("eventName") == "CreateAccessKey":
        made = detail["responseElements"]["accessKey"]
        yield user(Where(aws, detail["recipientAccountId"], event["region"]), made["userName"], made["accessKeyId"])


def _bedrock_key(aws: EmbeddedAws, event: Json) -> Iterable[Thing]:
    """Make the user of a Bedrock API key that a recorded call made or used, with this key."""
    from firedoor.cli.moto_gaps import CREDENTIALS

    detail = event["detail"]
    name = (detail.get("requestParameters") or {}).get("userName") or detail["userIdentity"]["userName"]
    made = (detail.get("responseElements") or {}).get("serviceSpecificCredential", {})
    if not name.startswith("BedrockAPIKey-") or detail["eventName"] == "CreateAccessKey":
        return
    iam = Where(aws, detail["recipientAccountId"], event["region"]).client("iam")
    iam.create_user(UserName=name)
    key = made.get("serviceSpecificCredentialId", "ACCAEXAMPLE2ACCAEXAMPLE")
    CREDENTIALS[key] = {"user": name, "status": "Active"}
    yield Thing(f"Bedrock API key of {name}", lambda: {"status": CREDENTIALS[key]["status"]})


MAKERS = (_credentials, _keyed_user, _model_caller, _bedrock_key)
