"""What moto lacks or does otherwise than AWS, as far as Firedoor needs it, added while an embedded AWS runs.

Owns Security Hub's write-back, who may assume a role, the groups of network interfaces, service-specific
credentials, and trails named by their ARN. What nobody answers is an error here: no call leaves the
process.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError

from firedoor.cli.moto_agents import agents_filled
from firedoor.cli.moto_bedrock import bedrock_filled
from firedoor.cli.moto_policies import policies_filled
from firedoor.cli.moto_settings import settings_known


class NotEmulated(BotoCoreError):  # type: ignore[misc]  # botocore ships no types
    """A call that the embedded AWS cannot answer."""

    fmt = "The embedded AWS does not know this call: {call}"


@dataclass(slots=True)
class Gaps:
    """State of what is added: which accounts can be entered, and Security Hub's findings by id."""

    accounts: frozenset[str]
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """ASFF findings by ``Id``, OCSF findings by ``metadata.uid``, in the form in which they came."""


class _Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """Yield the body."""
        yield self._body

    def read(self, *_: object, **__: object) -> bytes:
        """Return the body."""
        body, self._body = self._body, b""
        return body


@contextlib.contextmanager
def filled(session: Any, gaps: Gaps) -> Iterator[None]:
    """Answer what moto cannot, for every client of ``session``."""
    events = session._session.get_component("event_emitter")
    answers: dict[str, Callable[..., Any]] = {
        "before-send.sts.AssumeRole": lambda request, **_: _assume_role(gaps, request),
        "before-send.securityhub.GetFindings": lambda request, **_: _get_findings(gaps, request),
        "before-send.securityhub.GetFindingsV2": lambda request, **_: _get_findings(gaps, request),
        "before-send.securityhub.BatchUpdateFindings": lambda request, **_: _update_asff(gaps, request),
        "before-send.securityhub.BatchUpdateFindingsV2": lambda request, **_: _update_ocsf(gaps, request),
    }
    for name, answer in answers.items():
        events.register_first(name, answer, unique_id=name)
    try:
        with corrected(), mock.patch("botocore.httpsession.URLLib3Session.send", _refuse):
            yield
    finally:
        for name in answers:
            events.unregister(name, unique_id=name)


def _refuse(_session: object, request: Any) -> None:
    """Stand in for botocore's HTTP: what reaches it would leave the process."""
    raise NotEmulated(call=f"{request.method} {request.url.partition('?')[0]}")


@contextlib.contextmanager
def corrected() -> Iterator[None]:
    """Let moto do as AWS does where it does otherwise.

    An interface has its own groups and an instance those of its first interface; moto adds the instance's groups to
    every interface's, so that a change of one interface cannot be seen. A trail can be deleted by its ARN; moto
    answers that it did, and deletes nothing. What can be called is looked up once, not at every call.
    """
    from moto.cloudtrail.models import CloudTrailBackend
    from moto.core.utils import method_names_from_class
    from moto.ec2.models.elastic_network_interfaces import NetworkInterface
    from moto.ec2.models.instances import Instance
    from moto.iam.responses import IamResponse

    def of_interface(interface: Any) -> list[Any]:
        return list(interface._group_set)

    def of_instance(instance: Any) -> list[Any]:
        first = instance.nics.get(0)
        return of_interface(first) if first else list(instance.security_groups)

    def delete_trail(backend: Any, name: str) -> None:
        backend.trails.pop(name.rpartition("/")[2], None)

    with (
        settings_known(),
        bedrock_filled(),
        _cheap_transactions(),
        mock.patch("moto.core.responses.method_names_from_class", cache(method_names_from_class)),
        agents_filled(),
        policies_filled(),
        mock.patch.object(CloudTrailBackend, "delete_trail", delete_trail),
        mock.patch.object(IamResponse, "list_service_specific_credentials", _list_credentials, create=True),
        mock.patch.object(IamResponse, "update_service_specific_credential", _update_credential, create=True),
        mock.patch.dict(CREDENTIALS, clear=True),
        mock.patch.object(NetworkInterface, "group_set", property(of_interface)),
        mock.patch.object(Instance, "dynamic_group_list", property(of_instance)),
    ):
        yield


@contextlib.contextmanager
def _cheap_transactions() -> Iterator[None]:
    """Let DynamoDB's transactions remember which items a table had, and not a copy of them all for each write.

    moto copies the whole table in depth to be able to go back. Its writes replace an item, but for updates, which
    change the item itself: those get a copy to change, so that what was remembered stays as it was.
    """
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.dynamo_type import DynamoType
    from moto.dynamodb.models.table import Table

    update_item = DynamoDBBackend.update_item

    def remember(table: Any, _memo: Any) -> Any:
        known = copy.copy(table)
        copied = {name: dict(items) if table.has_range_key else items for name, items in table.items.items()}
        known.items = defaultdict(dict, copied)
        return known

    def update_a_copy(backend: Any, table_name: str, key: dict[str, Any], *rest: Any, **named: Any) -> Any:
        table = backend.get_table(table_name)
        items = table.items
        name = DynamoType(key[table.hash_key_attr])
        if table.has_range_key:
            items, name = items.get(name, {}), DynamoType(key[table.range_key_attr])
        if name in items:
            items[name] = copy.deepcopy(items[name])
        return update_item(backend, table_name, key, *rest, **named)

    with (
        mock.patch.object(Table, "__deepcopy__", remember, create=True),
        mock.patch.object(DynamoDBBackend, "update_item", update_a_copy),
    ):
        yield


CREDENTIALS: dict[str, dict[str, str]] = {}
"""Service-specific credentials by id, which moto does not have: ``{"user", "status"}``."""


def _list_credentials(response: Any) -> Any:
    """Answer with one credential a page, so that paging is seen to work.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
    """
    from moto.core.responses import ActionResult

    own = [(name, entry) for name, entry in CREDENTIALS.items() if entry["user"] == response._get_param("UserName")]
    start = int(response._get_param("Marker") or 0)
    credentials = [
        {
            "UserName": entry["user"],
            "Status": entry["status"],
            "ServiceUserName": "x",
            "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
            "ServiceSpecificCredentialId": name,
            "ServiceName": response._get_param("ServiceName"),
        }
        for name, entry in own[start : start + 1]
    ]
    more = {"Marker": str(start + 1)} if start + 1 < len(own) else {}
    return ActionResult({"ServiceSpecificCredentials": credentials, "IsTruncated": bool(more), **more})


def _update_credential(response: Any) -> Any:
    from moto.core.responses import ActionResult

    CREDENTIALS[response._get_param("ServiceSpecificCredentialId")]["status"] = response._get_param("Status")
    return ActionResult({})


def _assume_role(gaps: Gaps, request: Any) -> AWSResponse | None:
    """Refuse Firedoor's roles in accounts that have none; moto lets anybody assume anything."""
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    arn = parse_qs(body)["RoleArn"][0]
    account, role = arn.split(":")[4:6]
    if not role.startswith("role/firedoor/") or account in gaps.accounts:
        return None
    error = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        "<Code>AccessDenied</Code><Message>not authorized to perform sts:AssumeRole</Message></Error></ErrorResponse>"
    )
    return AWSResponse(request.url, 403, {"content-type": "text/xml"}, _Raw(error.encode()))


def _answer(request: Any, body: object) -> AWSResponse:
    return AWSResponse(request.url, 200, {"content-type": "application/json"}, _Raw(json.dumps(body).encode()))


def _get_findings(gaps: Gaps, request: Any) -> AWSResponse:
    return _answer(request, {"Findings": list(gaps.findings.values())})


def _update_asff(gaps: Gaps, request: Any) -> AWSResponse:
    """Set workflow and note: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html."""
    asked = json.loads(request.body)
    known = [named for named in asked["FindingIdentifiers"] if named["Id"] in gaps.findings]
    for named in known:
        finding = gaps.findings[named["Id"]]
        finding.update({name: asked[name] for name in ("Workflow", "Note") if name in asked})
    unknown = [
        {"FindingIdentifier": named, "ErrorCode": "FindingNotFound", "ErrorMessage": "Finding Not Found"}
        for named in asked["FindingIdentifiers"]
        if named not in known
    ]
    return _answer(request, {"ProcessedFindings": known, "UnprocessedFindings": unknown})


def _update_ocsf(gaps: Gaps, request: Any) -> AWSResponse:
    """Set status and comment: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindingsV2.html."""
    asked = json.loads(request.body)
    known = [uid for uid in asked.get("MetadataUids", []) if uid in gaps.findings]
    for uid in known:
        gaps.findings[uid].update({"status_id": asked.get("StatusId"), "comment": asked.get("Comment")})
    unknown = [
        {"MetadataUid": uid, "ErrorCode": "ResourceNotFoundException"}
        for uid in asked["MetadataUids"]
        if uid not in known
    ]
    return _answer(
        request, {"ProcessedFindings": [{"MetadataUid": uid} for uid in known], "UnprocessedFindings": unknown}
    )
