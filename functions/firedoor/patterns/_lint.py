"""Warnings about patterns that are valid and yet surely not what was meant, for ``firedoor check``.

Owns what is known about the events of the sources that playbooks use. Refuses nothing: that is the compiler's part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from firedoor.patterns._compiler import Conjunction, compile_conjunctions
from firedoor.patterns._conditions import ABSENT, EXISTS, NEGATED_KINDS, Condition
from firedoor.patterns._wildcards import MAX_COMPLEXITY, complexity

_NUMBERS = frozenset(("number", "number-text", "numeric", "anything-but-number"))
_NEGATIONS = frozenset(NEGATED_KINDS) | {"anything-but-number"}


def _under(prefix: str, names: str) -> frozenset[str]:
    """Return the words of ``names``, each behind ``prefix``."""
    return frozenset([prefix + name for name in names.split()])


_ACCOUNTS = frozenset(("account", "accountId", "recipientAccountId", "AwsAccountId", "accountid", "ownerAccountId"))
_ENVELOPE = frozenset(("version", "id", "detail-type", "source", "account", "time", "region"))
_IN_EVERY_CALL = _under(
    "detail.",
    """eventVersion eventTime eventSource eventName awsRegion eventID eventType requestID readOnly
    managementEvent recipientAccountId eventCategory""",
)
"""Fields of every management event that CloudTrail delivers (the record contents page of its user guide)."""
_IN_EVERY_FINDING = _under(
    "detail.", "schemaVersion accountId region partition id arn type severity title description createdAt"
) | _under(
    "detail.findings.",
    """AwsAccountId CreatedAt Description GeneratorId Id ProductArn SchemaVersion Title UpdatedAt
    Resources.Id Resources.Type RecordState Workflow.Status Severity.Label""",
)
"""Fields of every GuardDuty finding, and the required ones of the AWS Security Finding Format."""
_ALWAYS_THERE = _ENVELOPE | _IN_EVERY_CALL | _IN_EVERY_FINDING

_OBJECTS = _under(
    "",
    """detail detail.userIdentity detail.userIdentity.sessionContext detail.userIdentity.sessionContext.sessionIssuer
    detail.userIdentity.sessionContext.attributes detail.requestParameters detail.responseElements
    detail.additionalEventData detail.tlsDetails detail.insightDetails detail.serviceEventDetails detail.resource
    detail.resource.accessKeyDetails detail.resource.instanceDetails detail.service detail.service.action
    detail.service.additionalInfo detail.findings detail.findings.Severity detail.findings.Compliance
    detail.findings.Workflow detail.findings.Resources detail.findings.ProductFields detail.findings.Remediation
    detail.findings.FindingProviderFields detail.bucket detail.object""",
)
"""Objects, and arrays of objects, that events hold: conditions see only the plain values within."""

_TEXTS = (
    _ENVELOPE
    | _under(
        "detail.",
        """eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode
    errorMessage requestID eventID eventType eventCategory recipientAccountId userIdentity.type userIdentity.arn
    userIdentity.accountId userIdentity.userName userIdentity.principalId userIdentity.accessKeyId
    userIdentity.sessionContext.attributes.mfaAuthenticated accountId schemaVersion type id arn title
    service.detectorId""",
    )
    | _under(
        "detail.findings.",
        """AwsAccountId SchemaVersion Id Title GeneratorId RecordState Workflow.Status Severity.Label
    Severity.Original Compliance.Status Compliance.SecurityControlId""",
    )
)
"""Fields that hold text although their values may look like numbers."""
_AS_NUMBERS = frozenset(("detail.severity", "detail.service.count", "detail.findings.Severity.Normalized"))
_AS_BOOLEANS = frozenset(("detail.readOnly", "detail.managementEvent", "detail.service.archived"))

_CLOUDTRAIL = frozenset(
    f"AWS {kind} via CloudTrail"
    for kind in ("API Call", "Console Sign In", "Console Signin", "Console Action", "Service Event", "Insight")
)
_DETAIL_TYPES: dict[str, frozenset[str]] = {
    "aws.guardduty": frozenset(
        (
            "GuardDuty Finding",
            "GuardDuty Runtime Protection Healthy",
            "GuardDuty Runtime Protection Unhealthy",
            "GuardDuty Malware Protection Object Scan Result",
            "GuardDuty Malware Protection Resource Status Active",
            "GuardDuty Malware Protection Resource Status Warning",
            "GuardDuty Malware Protection Resource Status Error",
            "GuardDuty Malware Protection Post Scan Action Failed",
        )
    ),
    "aws.securityhub": frozenset(
        (
            "Security Hub Findings - Imported",
            "Security Hub Findings - Custom Action",
            "Security Hub Insight Results",
            "Findings Imported V2",
        )
    ),
    "aws.s3": frozenset(
        f"Object {what}"
        for what in (
            "Created",
            "Deleted",
            "Restore Initiated",
            "Restore Completed",
            "Restore Expired",
            "Storage Class Changed",
            "Access Tier Changed",
            "ACL Updated",
            "Tags Added",
            "Tags Deleted",
        )
    ),
    "aws.macie": frozenset(("Macie Finding",)),
    "aws.signin": frozenset(("Sign-in Anomaly Alert",)),
    "aws.iam": frozenset(),
    "aws.sts": frozenset(),
    "aws.cloudtrail": frozenset(),
}
"""What each source sends by itself, from the events reference of the EventBridge documentation."""

_DATED_LAMBDA_CALLS = _under(
    "",
    """AddLayerVersionPermission AddPermission CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias
    DeleteEventSourceMapping DeleteFunction DeleteFunctionConcurrency DeleteLayerVersion GetFunction GetPolicy
    ListFunctions PublishLayerVersion PublishVersion PutFunctionConcurrency RemoveLayerVersionPermission
    RemovePermission TagResource UntagResource UpdateAlias UpdateEventSourceMapping UpdateFunctionCode
    UpdateFunctionConfiguration""",
)
"""Lambda's calls whose event name in CloudTrail carries the date of its API (UpdateFunctionCode20150331v2)."""


@dataclass(frozen=True, slots=True)
class PatternWarning:
    """One thing in a valid pattern that is surely wrong. ``message`` says what will happen, and why."""

    path: str
    message: str
    write_instead: str

    def __str__(self) -> str:
        """Return the warning as one sentence."""
        return f"{self.path}: {self.message}; {self.write_instead}"


_Findings = Iterator[PatternWarning]


def lint_pattern(pattern: str | Mapping[str, Any]) -> tuple[PatternWarning, ...]:
    """Return the warnings about a pattern, in its order and each once; none for a pattern without doubts.

    Raises:
        InvalidPattern: AWS would refuse the pattern, which is more than a warning.

    Example:
        >>> [warning.path for warning in lint_pattern({"account": [123456789012]})]
        ['account']

    """
    conjunctions = compile_conjunctions(pattern)
    found: dict[PatternWarning, None] = {}
    for conjunction in conjunctions:
        for path, conditions in conjunction.items():
            for check in _CHECKS:
                found.update(dict.fromkeys(check(path, conditions, conjunctions)))
        found.update(dict.fromkeys(_unknown_detail_types(conjunction)))
        found.update(dict.fromkeys(_undated_lambda_calls(conjunction)))
    return tuple(found)


def _unquoted_accounts(path: str, conditions: tuple[Condition, ...], _: list[Conjunction]) -> _Findings:
    named_so = path.rpartition(".")[2] in _ACCOUNTS
    for kind, operand in conditions:
        numbers = operand if kind == "anything-but-number" else (operand,) if kind == "number" else ()
        for number in numbers:
            whole = number == int(number) and 0 <= number < 10**12
            if whole and (named_so or number >= 10**11):
                yield PatternWarning(
                    path,
                    f"AWS sends account ids as text, so the number {int(number)} never equals one",
                    f'write "{int(number):012}" in quotes',
                )


def _lonely_negations(path: str, conditions: tuple[Condition, ...], conjunctions: list[Conjunction]) -> _Findings:
    if path in _ALWAYS_THERE or any(kind not in _NEGATIONS for kind, _ in conditions):
        return
    if not any(ABSENT in conjunction.get(path, ()) for conjunction in conjunctions):
        yield PatternWarning(
            path,
            "anything-but does not match when the field is missing",
            'add {"exists": false} beside it, or ask for a field that is always there',
        )


def _exists_on_objects(path: str, conditions: tuple[Condition, ...], conjunctions: list[Conjunction]) -> _Findings:
    if EXISTS not in conditions and ABSENT not in conditions:
        return
    has_inner = any(other.startswith(f"{path}.") for conjunction in conjunctions for other in conjunction)
    if path in _OBJECTS or has_inner:
        always = "never" if EXISTS in conditions else "always"
        yield PatternWarning(
            path,
            f"this is an object, and exists looks at plain values only, so it {always} holds",
            "name a field within it",
        )


def _numbers_for_texts(path: str, conditions: tuple[Condition, ...], _: list[Conjunction]) -> _Findings:
    if path in _TEXTS and path.rpartition(".")[2] not in _ACCOUNTS:
        for kind, _operand in conditions:
            if kind in _NUMBERS:
                yield PatternWarning(path, "AWS sends this field as text, which no number equals", "put it in quotes")


def _texts_for_numbers(path: str, conditions: tuple[Condition, ...], _: list[Conjunction]) -> _Findings:
    wanted = "a number" if path in _AS_NUMBERS else "true or false" if path in _AS_BOOLEANS else None
    if wanted is not None and any(kind == "exact" for kind, _operand in conditions):
        yield PatternWarning(path, f"AWS sends this field as {wanted}, which no text equals", "take away the quotes")


def _repetitive_wildcards(path: str, conditions: tuple[Condition, ...], _: list[Conjunction]) -> _Findings:
    terms = [
        (operand,) if kind == "wildcard" else operand
        for kind, operand in dict.fromkeys(conditions)
        if kind in ("wildcard", "anything-but-wildcard")
    ]
    if terms and complexity(terms, repetition_counts=True) > MAX_COMPLEXITY:
        yield PatternWarning(
            path,
            "AWS may refuse this rule as too complex: a text after a '*' repeats itself",
            "use fewer '*' or less repetition",
        )


def _unknown_detail_types(conjunction: Conjunction) -> _Findings:
    sources = _exact_texts(conjunction, "source")
    known = [_DETAIL_TYPES.get(source) for source in sources]
    if not sources or None in known:
        return
    allowed = _CLOUDTRAIL.union(*[types for types in known if types is not None])
    for text in _exact_texts(conjunction, "detail-type"):
        if text not in allowed:
            yield PatternWarning(
                "detail-type",
                f"{' and '.join(sources)} send no {json.dumps(text)}",
                f"use one of {', '.join(json.dumps(each) for each in sorted(allowed))}",
            )


def _undated_lambda_calls(conjunction: Conjunction) -> _Findings:
    sources = {*_exact_texts(conjunction, "source"), *_exact_texts(conjunction, "detail.eventSource")}
    if not sources & {"aws.lambda", "lambda.amazonaws.com"}:
        return
    for text in _exact_texts(conjunction, "detail.eventName"):
        if text in _DATED_LAMBDA_CALLS:
            yield PatternWarning(
                "detail.eventName",
                f"CloudTrail writes Lambda's {text} with the version of its API, such as {text}20150331v2",
                f'write {{"prefix": "{text}20"}}',
            )


def _exact_texts(conjunction: Conjunction, path: str) -> list[str]:
    return [operand for kind, operand in conjunction.get(path, ()) if kind == "exact"]


_CHECKS: tuple[Callable[[str, tuple[Condition, ...], list[Conjunction]], _Findings], ...] = (
    _unquoted_accounts,
    _lonely_negations,
    _exists_on_objects,
    _numbers_for_texts,
    _texts_for_numbers,
    _repetitive_wildcards,
)
