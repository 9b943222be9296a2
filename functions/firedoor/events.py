"""EventBridge envelopes: reading them, splitting batches of findings, and the facts that every event answers.

Owns what differs between GuardDuty, Security Hub (ASFF and OCSF), CloudTrail and our own inspection events. Decides
nothing: that a finding is archived, or a call failed, is told to the engine as a reason not to go on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from firedoor.errors import EventError
from firedoor.playbooks import Severity

SOURCE_OF_INSPECTION = "firedoor.inspection"
"""``source`` of the events that ``inspect`` makes from model-invocation records."""

_AWS_PRODUCT = re.compile(r"arn:[\w-]+:securityhub:[\w-]*::product(?:v2)?/aws/[\w-]+")
_ACCOUNT = re.compile(r"\d{12}")
_SESSION = re.compile(r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+", re.DOTALL)
_FOREIGN_SESSION = re.compile(r"(?P<role>AROA[A-Z0-9]+):.+", re.DOTALL)
_IDENTITY_CENTER = "AWSReservedSSO_"
_IDENTITY_CENTER_PATH = ":role/aws-reserved/sso.amazonaws.com/"
_WORD_SEVERITY = {
    "INFORMATIONAL": Severity.INFO,
    "LOW": Severity.LOW,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}
_OCSF_SEVERITY = {1: Severity.INFO, 2: Severity.LOW, 3: Severity.MEDIUM, 4: Severity.HIGH, 5: Severity.CRITICAL}


@dataclass(frozen=True, slots=True)
class Facts:
    """What every event answers the same way. Unknown is None; text is as it came, so treat it as hostile."""

    account: str
    region: str
    time: datetime
    actor: str | None = None
    """ARN of the principal that acted: for a role session the session's ARN."""
    source_ip: str | None = None
    target: str | None = None
    """ARN or id of the resource that the event is about."""
    severity: Severity | None = None
    finding_id: str | None = None
    identity: str | None = None
    """Whom to count the actor as: see ``identity_of``. Of what has no sessions it is the actor."""

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored, shown and used by ``extract``; severity is a word, time is RFC 3339."""
        return {
            "account": self.account,
            "region": self.region,
            "time": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "actor": self.actor,
            "source_ip": self.source_ip,
            "target": self.target,
            "severity": None if self.severity is None else str(self.severity),
            "finding_id": self.finding_id,
            "identity": self.identity,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        """Read what ``to_json`` wrote."""
        severity = data["severity"]
        return cls(
            account=data["account"],
            region=data["region"],
            time=parse_time(data["time"]),
            actor=data["actor"],
            source_ip=data["source_ip"],
            target=data["target"],
            severity=None if severity is None else Severity[severity.upper()],
            finding_id=data["finding_id"],
            identity=data.get("identity"),
        )


FACT_NAMES = ("account", "region", "time", "actor", "source_ip", "target", "severity", "finding_id", "identity")
"""The names that playbooks may use in ``with``, ``when``, ``dedup`` and ``alert`` without extracting them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One EventBridge envelope, holding at most one finding.

    ``text`` is the JSON to match (the spelling of numbers matters to patterns), ``data`` the same parsed. ``id`` is
    stable across redelivery: the envelope's id, followed by the finding's where a batch was split.
    """

    id: str
    text: str
    data: Mapping[str, Any]
    facts: Facts
    finding: Mapping[str, str] | None = None
    """How to find a Security Hub finding again, to write back what became of it: see ``firedoor.findings``."""
    ignore: str | None = None
    """Why this event starts nothing whatever the playbooks say: archived, suppressed, passed. None when it may."""

    @property
    def error_code(self) -> str | None:
        """CloudTrail's ``errorCode``: the call failed, so what it asked for did not happen."""
        value = self.data["detail"].get("errorCode")
        return value if isinstance(value, str) else None


def read_events(text: str) -> tuple[Event, ...]:
    """Read one EventBridge envelope from JSON text and return one event per finding in it.

    A Security Hub batch gives one event per finding, each with an envelope that holds only that finding.

    Raises:
        EventError: Not JSON, not an envelope, or a field every envelope has is missing or mistyped.
    """
    envelope = _parse(text)
    for field in ("source", "detail-type", "account", "region", "time"):
        if not isinstance(envelope.get(field), str):
            raise EventError(f"The event has no string field {field!r}; an EventBridge envelope always has one.")
    if not isinstance(envelope.get("detail"), dict):
        raise EventError("The event's 'detail' is not an object.")
    if not _ACCOUNT.fullmatch(envelope["account"]):
        raise EventError("The event's 'account' is not a string of twelve digits.")
    event_id = envelope.get("id")
    if not isinstance(event_id, str) or not event_id:
        event_id = "sha256-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return tuple(_split(event_id, text, envelope))


def _no_number(name: str) -> None:
    """Refuse NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def parse_time(text: object) -> datetime:
    """Read an RFC 3339 time as AWS writes it; a time without zone is UTC.

    Raises:
        EventError: It is not such a text.
    """
    if not isinstance(text, str):
        raise EventError(f"A time must be a string such as 2026-01-31T03:00:00Z, not {type(text).__name__}.")
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise EventError("A time is not of the form 2026-01-31T03:00:00Z.") from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _parse(text: str) -> dict[str, Any]:
    try:
        envelope = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise EventError(f"The event is not JSON: {error}.") from None
    if not isinstance(envelope, dict):
        raise EventError("The event is not a JSON object.")
    return envelope


def _split(event_id: str, text: str, envelope: dict[str, Any]) -> Iterator[Event]:
    detail_type = envelope["detail-type"]
    if envelope["source"] != "aws.securityhub" or "findings" not in envelope["detail"]:
        read = _FACTS.get(envelope["source"], _plain_facts)
        if detail_type.endswith("via CloudTrail"):
            read = _cloudtrail_facts
        yield Event(event_id, text, envelope, read(envelope), ignore=_ignored(envelope))
        return
    findings = envelope["detail"]["findings"]
    if not isinstance(findings, list) or not all(isinstance(finding, dict) for finding in findings):
        raise EventError("The event's 'detail.findings' is not a list of objects.")
    ocsf = detail_type == "Findings Imported V2"
    for finding in findings:
        single = {**envelope, "detail": {**envelope["detail"], "findings": [finding]}}
        single_text = text if len(findings) == 1 else json.dumps(single)
        facts = _ocsf_facts(single, finding) if ocsf else _asff_facts(single, finding)
        ignore = _ocsf_ignored(finding) if ocsf else _asff_ignored(finding)
        reference = _reference(single, finding, ocsf=ocsf)
        yield Event(f"{event_id}/{_digest(facts.finding_id)}", single_text, single, facts, reference, ignore)


def _reference(envelope: dict[str, Any], finding: dict[str, Any], *, ocsf: bool) -> dict[str, str] | None:
    """Name the finding, the Security Hub that sent it, and whether AWS's own product made it.

    ``BatchImportFindings`` lets whoever may call it write findings about anything, though not in the name of AWS's
    products: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
    """
    product = _string(_at(finding, "metadata", "product", "uid") if ocsf else finding.get("ProductArn")) or ""
    hub = {
        "account": envelope["account"],
        "region": envelope["region"],
        "made_by": "aws" if _AWS_PRODUCT.fullmatch(product) else "others",
    }
    if ocsf:
        uid = _string(_at(finding, "metadata", "uid"))
        return {**hub, "feed": "ocsf", "uid": uid} if uid else None
    finding_id = _string(finding.get("Id"))
    return {**hub, "feed": "asff", "id": finding_id, "product_arn": product} if finding_id and product else None


def _digest(text: str | None) -> str:
    return hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _at(data: object, *path: str | int) -> Any:
    """Walk down ``path``; None as soon as a step is missing or of another type."""
    for key in path:
        if isinstance(key, int):
            if not isinstance(data, list) or len(data) <= key:
                return None
            data = data[key]
        elif isinstance(data, dict):
            data = data.get(key)
        else:
            return None
    return data


def _plain_facts(envelope: dict[str, Any]) -> Facts:
    resources = envelope.get("resources")
    return Facts(
        account=envelope["account"],
        region=envelope["region"],
        time=parse_time(envelope["time"]),
        target=_string(_at(resources, 0)),
    )


# --- CloudTrail: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html


def _cloudtrail_facts(envelope: dict[str, Any]) -> Facts:
    detail = envelope["detail"]
    actor = principal_arn(detail.get("userIdentity"))
    return Facts(
        account=_string(detail.get("recipientAccountId")) or envelope["account"],
        region=_string(detail.get("awsRegion")) or envelope["region"],
        time=parse_time(detail.get("eventTime") or envelope["time"]),
        actor=actor,
        source_ip=_string(detail.get("sourceIPAddress")),
        target=_string(_at(detail, "resources", 0, "ARN")),
        finding_id=_string(detail.get("eventID")),
        identity=identity_of(actor, _string(_at(detail, "userIdentity", "sessionContext", "sessionIssuer", "arn"))),
    )


def principal_arn(identity: object) -> str | None:
    """Return the principal's ARN from a CloudTrail ``userIdentity``: an AWS service gives its host name."""
    return _string(_at(identity, "arn")) or _string(_at(identity, "invokedBy")) or _string(_at(identity, "principalId"))


def identity_of(actor: str | None, role: str | None = None) -> str | None:
    """Return whom to count an actor as: of a role's session the role, for its holder may call a session anything.

    A session of IAM Identity Center stays itself: it is named after the person, and all people of a permission set have
    one role. Users, root, federated users and AWS services stay themselves too.

        arn:aws:sts::111122223333:assumed-role/support-chat/i-0abc → arn:aws:iam::111122223333:role/support-chat
        AROAEXAMPLE:i-0abc → AROAEXAMPLE        # a role of another account, where CloudTrail tells no more

    Args:
        actor: As in ``Facts.actor``. The role's path is not in it, and is left out in what is returned.
        role: The role's own ARN, where the event tells it. Without it, the name alone tells a role of Identity Center.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    session = _SESSION.fullmatch(actor or "")
    if session is None:
        foreign = _FOREIGN_SESSION.fullmatch(actor or "")
        return foreign["role"] if foreign else actor
    if session["role"].startswith(_IDENTITY_CENTER) and (role is None or _IDENTITY_CENTER_PATH in role):
        return actor
    return f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"


# --- GuardDuty: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html


def _guardduty_facts(envelope: dict[str, Any]) -> Facts:
    detail = envelope["detail"]
    actor = _guardduty_actor(detail)
    return Facts(
        account=_string(detail.get("accountId")) or envelope["account"],
        region=_string(detail.get("region")) or envelope["region"],
        time=parse_time(_at(detail, "service", "eventLastSeen") or detail.get("updatedAt") or envelope["time"]),
        actor=actor,
        source_ip=_guardduty_ip(detail),
        target=_guardduty_target(detail),
        severity=_guardduty_severity(detail.get("severity")),
        finding_id=_string(detail.get("id")),
        identity=identity_of(actor),
    )


def _guardduty_actor(detail: dict[str, Any]) -> str | None:
    key = _at(detail, "resource", "accessKeyDetails")
    name, account = _string(_at(key, "userName")), _string(detail.get("accountId"))
    if name is None or account is None:
        return None
    partition = _string(detail.get("partition")) or "aws"
    kind = {"IAMUser": f"user/{name}", "AssumedRole": f"role/{name}", "Root": "root"}.get(str(_at(key, "userType")))
    return f"arn:{partition}:iam::{account}:{kind}" if kind else name


def _guardduty_ip(detail: dict[str, Any]) -> str | None:
    action = _at(detail, "service", "action")
    if not isinstance(action, dict):
        return None
    for part in action.values():
        address = _string(_at(part, "remoteIpDetails", "ipAddressV4")) or _string(
            _at(part, "remoteIpDetails", "ipAddressV6")
        )
        if address:
            return address
    return _string(_at(action, "portProbeAction", "portProbeDetails", 0, "remoteIpDetails", "ipAddressV4"))


def _guardduty_target(detail: dict[str, Any]) -> str | None:
    resource = _at(detail, "resource")
    for path in (
        ("instanceDetails", "instanceId"),
        ("s3BucketDetails", 0, "arn"),
        ("eksClusterDetails", "arn"),
        ("ecsClusterDetails", "arn"),
        ("lambdaDetails", "functionArn"),
        ("rdsDbInstanceDetails", "dbInstanceArn"),
        ("ebsSnapshotDetails", "snapshotArn"),
        ("ec2ImageDetails", "imageArn"),
        ("recoveryPointDetails", "recoveryPointArn"),
        ("accessKeyDetails", "accessKeyId"),
    ):
        found = _string(_at(resource, *path))
        if found:
            return found
    return None


def _guardduty_severity(value: object) -> Severity | None:
    """Map GuardDuty's number (1.0 to 10.0) to the word of its own scale.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for bottom, severity in ((9, Severity.CRITICAL), (7, Severity.HIGH), (4, Severity.MEDIUM), (1, Severity.LOW)):
        if value >= bottom:
            return severity
    return Severity.INFO


def _ignored(envelope: dict[str, Any]) -> str | None:
    if envelope["source"] == "aws.guardduty" and _at(envelope, "detail", "service", "archived") is True:
        return "the finding is archived"
    if envelope["source"] == "aws.macie" and _at(envelope, "detail", "archived") is True:
        return "the finding is archived"
    return None


# --- Security Hub, ASFF: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html


def _asff_facts(envelope: dict[str, Any], finding: dict[str, Any]) -> Facts:
    resource = _at(finding, "Resources", 0)
    label = _string(_at(finding, "Severity", "Label"))
    return Facts(
        account=_account(finding.get("AwsAccountId"), envelope),
        region=_string(_at(resource, "Region")) or _string(finding.get("Region")) or envelope["region"],
        time=parse_time(finding.get("UpdatedAt") or envelope["time"]),
        source_ip=_string(_at(finding, "Network", "SourceIpV4")),
        target=_string(_at(resource, "Id")),
        severity=_WORD_SEVERITY.get(label or ""),
        finding_id=_string(finding.get("Id")),
    )


def _asff_ignored(finding: dict[str, Any]) -> str | None:
    if finding.get("RecordState") == "ARCHIVED":
        return "the finding is archived"
    workflow = _at(finding, "Workflow", "Status") or finding.get("WorkflowState")
    if workflow in ("SUPPRESSED", "RESOLVED"):
        return f"the finding's workflow status is {workflow}"
    if _at(finding, "Compliance", "Status") in ("PASSED", "NOT_AVAILABLE"):
        return f"the finding's compliance status is {_at(finding, 'Compliance', 'Status')}"
    return None


# --- Security Hub, OCSF: https://schema.ocsf.io (classes 2002, 2003 and 2004)


def _ocsf_facts(envelope: dict[str, Any], finding: dict[str, Any]) -> Facts:
    resource = _at(finding, "resources", 0)
    modified = _at(finding, "finding_info", "modified_time_dt") or finding.get("time_dt")
    severity_id = finding.get("severity_id")
    return Facts(
        account=_account(_at(finding, "cloud", "account", "uid"), envelope),
        region=_string(_at(resource, "region")) or _string(_at(finding, "cloud", "region")) or envelope["region"],
        time=parse_time(modified or envelope["time"]),
        target=_string(_at(resource, "uid")),
        severity=_OCSF_SEVERITY.get(severity_id) if isinstance(severity_id, int) else None,
        finding_id=_string(_at(finding, "finding_info", "uid")),
    )


def _ocsf_ignored(finding: dict[str, Any]) -> str | None:
    status = finding.get("status")
    if status in ("Suppressed", "Resolved", "Archived"):
        return f"the finding's status is {status}"
    compliance = _at(finding, "compliance", "status")
    if isinstance(compliance, str) and compliance.lower() in ("pass", "passed"):
        return f"the finding's compliance status is {compliance}"
    return None


def _account(value: object, envelope: dict[str, Any]) -> str:
    return value if isinstance(value, str) and _ACCOUNT.fullmatch(value) else str(envelope["account"])


# --- Macie: https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html


def _macie_facts(envelope: dict[str, Any]) -> Facts:
    detail = envelope["detail"]
    affected, word = detail.get("resourcesAffected"), _string(_at(detail, "severity", "description"))
    return Facts(
        account=_account(detail.get("accountId"), envelope),
        region=_string(detail.get("region")) or envelope["region"],
        time=parse_time(detail.get("updatedAt") or envelope["time"]),
        target=_string(_at(affected, "s3Bucket", "arn")),
        severity=_WORD_SEVERITY.get((word or "").upper()),
        finding_id=_string(detail.get("id")),
    )


def _inspection_facts(envelope: dict[str, Any]) -> Facts:
    detail = envelope["detail"]
    actor = _string(_at(detail, "principal"))
    return Facts(
        account=envelope["account"],
        region=envelope["region"],
        time=parse_time(envelope["time"]),
        actor=actor,
        target=_string(_at(detail, "model")),
        finding_id=_string(_at(detail, "request_id")),
        identity=identity_of(actor),
    )


_FACTS = {"aws.guardduty": _guardduty_facts, "aws.macie": _macie_facts, SOURCE_OF_INSPECTION: _inspection_facts}
