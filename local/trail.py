"""CloudTrail's part on the bus: each call that changes something becomes an ``AWS API Call via CloudTrail`` event.

``local/emulator.py`` starts it and writes one exchange a line, as JSON, to its standard input. Requests and answers are
read with botocore's service models, and named as CloudTrail names them: parameters in lower camel case, lists of EC2 as
``items``, S3 with its subresource and its document, secrets left out.

Not told, as CloudTrail's rule on the bus does not tell them either: calls that only read, and calls on the data in
tables, queues, topics, streams and buckets.
"""

from __future__ import annotations

import base64
import json
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import boto3
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

SERVICES = {
    "autoscaling": ("autoscaling",),
    "bedrock": ("bedrock", "bedrock-agent"),
    "cloudtrail": ("cloudtrail",),
    "config": ("config",),
    "dynamodb": ("dynamodb",),
    "ec2": ("ec2",),
    "ecr": ("ecr",),
    "elasticloadbalancing": ("elbv2",),
    "iam": ("iam",),
    "kms": ("kms",),
    "lambda": ("lambda",),
    "logs": ("logs",),
    "organizations": ("organizations",),
    "rds": ("rds",),
    "s3": ("s3",),
    "secretsmanager": ("secretsmanager",),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
}
"""Name that a request is signed for → botocore's names of the services behind it. Calls of others are not told."""

READING = ("BatchGet", "Decrypt", "Describe", "Encrypt", "Filter", "GenerateDataKey", "Get", "Head", "List", "Lookup")
DATA = {
    "dynamodb": ("BatchWriteItem", "DeleteItem", "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"),
    "lambda": ("Invoke", "InvokeAsync"),
    "logs": ("FilterLogEvents", "PutLogEvents", "StartQuery"),
    "sns": ("Publish", "PublishBatch"),
    "sqs": ("ChangeMessageVisibility", "DeleteMessage", "DeleteMessageBatch", "ReceiveMessage", "SendMessage"),
}

NAMES = {
    "AddPermission": "AddPermission20150331v2",
    "CreateFunction": "CreateFunction20150331",
    "DeleteFunction": "DeleteFunction20150331",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "RemovePermission": "RemovePermission20150331v2",
    "UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
}
"""What botocore calls a call → what CloudTrail calls it (Lambda's with the date of its API, S3's by the bucket)."""


def to_event(exchange: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the record of one served call as CloudTrail has it, or None for one that it does not tell the bus.

    ``exchange`` is what ``tell`` in ``local/emulator.py`` writes: ``service`` (that the request is signed for),
    ``method``, ``url``, ``headers``, ``body``, ``status``, ``answer_headers``, ``answer`` (bodies in base64),
    ``account``, ``region``, ``key`` (access key id), ``session`` (``Arn`` and ``UserId`` of an assumed role and its
    own ARN, ``Role``; or None) and ``user`` (an IAM user's ARN, or None).
    """
    request = _request(exchange)
    operation, in_path = _operation(exchange["service"], request)
    if operation is None or _is_untold(operation):
        return None
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = _asked(operation, request, in_path)
    if operation.service_model.service_name == "s3" and "Key" in asked:
        return None
    answer = _answered(operation, exchange)
    failed = exchange["status"] >= 300
    error = answer.get("Error", {})
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(exchange, now),
        "eventTime": now,
        "eventSource": f"{operation.service_model.signing_name}.amazonaws.com",
        "eventName": NAMES.get(operation.name, operation.name),
        "awsRegion": exchange["region"],
        "sourceIPAddress": "192.0.2.44",
        "userAgent": request.headers.get("User-Agent", ""),
        **({"errorCode": error.get("Code", ""), "errorMessage": error.get("Message", "")} if failed else {}),
        "requestParameters": _parameters(operation, asked, request),
        "responseElements": None if failed else _elements(operation, answer),
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": exchange["account"],
        "eventCategory": "Management",
    }


def _request(exchange: Mapping[str, Any]) -> Request:
    body = base64.b64decode(exchange["body"])
    return Request.from_primitives(exchange["method"], exchange["url"], exchange["headers"], body)


def _operation(service: str, request: Request) -> tuple[OperationModel | None, dict[str, Any]]:
    for name in SERVICES.get(service, ()):
        try:
            return get_service_router(name).match(request)
        except (NotFound, NotImplementedError):
            continue
    return None, {}


def _is_untold(operation: OperationModel) -> bool:
    return operation.name.startswith(READING) or operation.name in DATA.get(operation.service_model.service_name, ())


def _asked(operation: OperationModel, request: Request, in_path: Mapping[str, Any]) -> dict[str, Any]:
    protocol = determine_request_protocol(operation.service_model, request.content_type)
    parsed: dict[str, Any] = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": in_path,
        }
    )
    return parsed


def _answered(operation: OperationModel, exchange: Mapping[str, Any]) -> dict[str, Any]:
    protocol = get_service_model(operation.service_model.service_name).protocol
    answer: dict[str, Any] = create_parser(protocol).parse(
        {
            "body": base64.b64decode(exchange["answer"]),
            "headers": exchange["answer_headers"],
            "status_code": exchange["status"],
        },
        operation.output_shape,
    )
    return answer


def _identity(exchange: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Return ``userIdentity``: an assumed role, an IAM user, or for the account's plain key a developer."""
    account, key, session = exchange["account"], exchange["key"], exchange["session"]
    if exchange["user"]:
        name = exchange["user"].rsplit("/", 1)[-1]
        arn = exchange["user"]
        return {"type": "IAMUser", "arn": arn, "accountId": account, "accessKeyId": key, "userName": name}
    arn = session["Arn"] if session else f"arn:aws:sts::{account}:assumed-role/Developer/dana.developer"
    principal = session["UserId"] if session else "AROAIDPPEZS35WEXAMPLE:dana.developer"
    role = session["Role"] if session else f"arn:aws:iam::{account}:role/Developer"
    return {
        "type": "AssumedRole",
        "principalId": principal,
        "arn": arn,
        "accountId": account,
        "accessKeyId": key if session else "ASIAI44QH8DHBEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal.partition(":")[0],
                "arn": role,
                "accountId": account,
                "userName": role.rsplit("/", 1)[-1],
            },
            "attributes": {"creationDate": now, "mfaAuthenticated": "false"},
        },
    }


def _parameters(operation: OperationModel, asked: dict[str, Any], request: Request) -> dict[str, Any] | None:
    if operation.service_model.service_name == "s3":
        return _s3_parameters(operation, asked, request)
    return _named(operation.input_shape, asked, operation) or None


def _s3_parameters(operation: OperationModel, asked: dict[str, Any], request: Request) -> dict[str, Any]:
    """Return S3's: the bucket, the subresource as it stood in the URL, and the document by its own name."""
    bucket = asked.pop("Bucket")
    parameters: dict[str, Any] = {"bucketName": bucket, "Host": f"{bucket}.s3.amazonaws.com"}
    parameters |= dict(parse_qsl(request.query_string.decode(), keep_blank_values=True))
    payload = operation.input_shape.serialization.get("payload")
    if payload == "Policy":
        parameters["bucketPolicy"] = json.loads(asked["Policy"])
    elif payload in asked:
        shape = operation.input_shape.members[payload]
        parameters[shape.serialization.get("name", payload)] = {"xmlns": _XMLNS, **_plain(asked[payload])}
    parameters |= {"x-amz-acl": asked["ACL"]} if "ACL" in asked else {}
    return parameters


_XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"


def _elements(operation: OperationModel, answer: dict[str, Any]) -> dict[str, Any] | None:
    """Return ``responseElements``: null where the call answers nothing."""
    request_id = answer.pop("ResponseMetadata", {}).get("RequestId", "")
    elements = _named(operation.output_shape, answer, operation)
    if operation.service_model.service_name == "ec2":
        return {"requestId": request_id, "_return": True, **{k: v for k, v in elements.items() if k != "return"}}
    return elements if elements and operation.service_model.service_name != "s3" else None


def _named(shape: Shape | None, value: Any, operation: OperationModel) -> Any:
    """Name what was parsed as CloudTrail does."""
    in_ec2 = operation.service_model.service_name == "ec2"
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            _name(member, name, in_ec2): _named(member, value[name], operation)
            for name, member in shape.members.items()
            if name in value and not (member.metadata.get("sensitive") or member.type_name == "blob")
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        entries = [_named(shape.member, entry, operation) for entry in value]
        return {"items": entries} if in_ec2 and entries else {} if in_ec2 else entries
    if isinstance(shape, MapShape):
        return value
    return _plain(value)


def _name(member: Shape, name: str, in_ec2: bool) -> str:
    written = member.serialization.get("name", name) if in_ec2 else name
    return str(written[0].lower() + written[1:])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.strftime("%b %d, %Y, %I:%M:%S %p") if isinstance(value, datetime) else value


def main() -> None:
    """Put an event on the bus at the address in the first argument for each line of standard input, until it ends."""
    bus: dict[str, Any] = {}
    for line in sys.stdin:
        exchange = json.loads(line)
        try:
            event = to_event(exchange)
        except Exception as error:  # noqa: BLE001 - one call that cannot be told must not silence the others
            print(f"{exchange['service']} {exchange['url']} is not told: {error!r}", file=sys.stderr, flush=True)
            continue
        if event is None:
            continue
        account, region = exchange["account"], exchange["region"]
        if (account, region) not in bus:
            session = boto3.Session(account, "local", region_name=region)
            bus[account, region] = session.client("events", endpoint_url=sys.argv[1])
        source = f"aws.{event['eventSource'].partition('.')[0]}"
        entry = {
            "Source": source,
            "DetailType": "AWS API Call via CloudTrail",
            "Detail": json.dumps(event, default=str),
        }
        bus[account, region].put_events(Entries=[entry])


if __name__ == "__main__":
    main()
