"""What the responder and the restorer may do, as IAM policies: derived from what the actions say that they call.

Owns resources and conditions of the Allow statements. Does not own the roles themselves, their trust and their denials,
which stand in the templates. Needs cfn-lint, which carries AWS's service authorization reference.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firedoor import actions, findings, guard
from firedoor.actions import bedrock, cloudtrail

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 6_000
"""Characters of a policy; IAM takes 6,144 of a managed one, and the names below are longer than what they stand for.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

MOST_TYPES = 8
"""Resource types that a derived statement may name; what reaches more must be narrowed by hand in ``_TYPES``."""

AUTHORISED_BY = {"securityhub:BatchUpdateFindingsV2": "securityhub:BatchUpdateFindings"}
"""Operations that IAM knows by another name: the API page of BatchUpdateFindingsV2 says so."""

USES = (
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "s3:AbortMultipartUpload",
    "s3:PutObject",
    "s3:PutObjectTagging",
)
"""What is done with Firedoor's own buckets and key: copies are put into them. Anything else is denied there."""

_TYPES = {"cloudtrail:AddTags": ("trail",)}
"""Resource types of IAM actions that could reach more than any action here asks for."""

_LEFT_OUT = frozenset({"accesspointobject"})
"""Resource types by which nothing here is named."""

_QUARANTINE = "arn:${AWS::Partition}:s3:::firedoor-quarantine-${%s}-*/fd-*"
_ORIGINALS = "arn:${AWS::Partition}:s3:::firedoor-evidence-${%s}-*/originals/fd-*"
_INVOCATION_LOG = "arn:${AWS::Partition}:s3:::*/AWSLogs/${AWS::AccountId}/BedrockModelInvocationLogs/*"

_ARNS = {
    "bedrock:CreateGuardrail": ("*",),
    "s3:AbortMultipartUpload": (_QUARANTINE,),
    "s3:PutObject": (_QUARANTINE, _ORIGINALS, _INVOCATION_LOG),
    "s3:PutObjectTagging": (_QUARANTINE, _ORIGINALS, _INVOCATION_LOG),
    "kms:Decrypt": ("arn:${AWS::Partition}:kms:*:*:key/*",),
    "kms:GenerateDataKey": ("arn:${AWS::Partition}:kms:*:*:key/*",),
    "securityhub:BatchUpdateFindings": ("arn:${AWS::Partition}:securityhub:*:${AWS::AccountId}:*",),
}
"""Resources that the reference does not tell: the quarantine is written to, originals are
locked away, and redacted copies take their place in this account's invocation log; an object's key may be another
account's; findings are authorised on the hub of either kind; a guardrail that refers to nothing is made on none."""

_ARNS_OF_UNDO = {"s3:PutObject": (_INVOCATION_LOG,), "s3:PutObjectTagging": (_INVOCATION_LOG,)}
"""The same where undoing needs less: it only writes originals back."""

_TAGGED_WHEN_MADE = {
    "ec2:AuthorizeSecurityGroupEgress": "security-group-rule",
    "ec2:AuthorizeSecurityGroupIngress": "security-group-rule",
    "ec2:CreateSecurityGroup": "security-group",
    "ec2:CreateSnapshot": "snapshot",
}
"""IAM action → what it makes; such things, and only while they are made, may be given tags."""

Statement = dict[str, Any]


def look() -> tuple[list[Statement], ...]:
    """Return the policies with all that planning, guarding and saving of baselines read; reading changes nothing."""
    names = {
        *_union("plan"),
        *guard.PERMISSIONS,
        *bedrock.BASELINE_PERMISSIONS,
        *cloudtrail.BASELINE_PERMISSIONS,
    }
    return _packed([_allow([name], ["*"]) for name in sorted(names)])


def responder(account: str = "AWS::AccountId") -> tuple[list[Statement], ...]:
    """Return the policies with what applying calls. ``account`` is the parameter that holds the home account's id."""
    told = {AUTHORISED_BY.get(name, name) for name in findings.PERMISSIONS.values()}
    return _packed(_statements(_union("apply") | told, "apply", account))


def restorer(account: str = "AWS::AccountId") -> tuple[list[Statement], ...]:
    """Return the policies with what undoing calls."""
    return _packed(_statements(_union("undo"), "undo", account))


def spared() -> list[str]:
    """Return patterns of the IAM actions that only look: a denial of changes leaves them out."""
    names = [name for policy in look() for statement in policy for name in statement["Action"]]
    return sorted(
        {f"{service}:{_verb(operation)}*" for service, _, operation in (name.partition(":") for name in names)}
    )


def _verb(operation: str) -> str:
    return next(verb for verb in ("BatchGet", "Describe", "Get", "List", "Search") if operation.startswith(verb))


def _union(verb: str) -> set[str]:
    return {name for action in actions.catalogue() for name in getattr(action.permissions, verb)}


def _statements(names: Iterable[str], verb: str, account: str) -> list[Statement]:
    """Return one statement for all IAM actions that have the same resources and conditions."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        statement = _allow([], [arn.replace("%s", account) for arn in _arns(name, names, verb)])
        condition = _condition(name, names, verb)
        alike[json.dumps({**statement, **({"Condition": condition} if condition else {})})].append(name)
    return [{**json.loads(text), "Action": found} for text, found in alike.items()]


def _allow(names: list[str], arns: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": names, "Resource": arns}


def _arns(name: str, names: Iterable[str], verb: str) -> tuple[str, ...]:
    """Return patterns of the resources that an IAM action is asked for, in this account and in every region."""
    known = {**_ARNS, **(_ARNS_OF_UNDO if verb == "undo" else {})}
    if name in known:
        return known[name]
    service, _, operation = name.partition(":")
    reference = _reference()[service]
    types = _TYPES.get(name) or reference["Actions"][operation.lower()].get("Resources", [])
    if name == "ec2:CreateTags":
        types = [made for action, made in _TAGGED_WHEN_MADE.items() if action in names]
    if len(types) > MOST_TYPES:
        raise ValueError(f"{name} reaches {len(types)} types of resources; name those that are meant in roles.py.")
    formats = {
        arn
        for kind in types
        if kind.lower() not in _LEFT_OUT
        for arn in reference["Resources"][kind.lower()]["ARNFormats"]
    }
    return tuple(sorted(map(_pattern, formats))) or ("*",)


def _pattern(arn_format: str) -> str:
    arn = arn_format.replace("${Partition}", "${AWS::Partition}").replace("${Account}", "${AWS::AccountId}")
    return arn.replace("${Region}", "*").replace(".*", "*")


def _condition(name: str, names: Iterable[str], verb: str) -> Statement:
    if name == "iam:PassRole":
        return {"StringEquals": {"iam:PassedToService": _passed_to(verb)}}
    if name == "ec2:CreateTags":
        makers = [action.partition(":")[2] for action in _TAGGED_WHEN_MADE if action in names]
        return {"StringEquals": {"ec2:CreateAction": makers}}
    if name.startswith("kms:") and name in _ARNS:
        return {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}}
    return {}


def _passed_to(verb: str) -> list[str]:
    """Return the services to which actions hand roles: each to its own."""
    passing = [action for action in actions.catalogue() if "iam:PassRole" in getattr(action.permissions, verb)]
    return sorted({f"{action.name.partition('.')[0]}.amazonaws.com" for action in passing})


def _packed(statements: list[Statement]) -> tuple[list[Statement], ...]:
    """Distribute statements on as few policies as hold them; statements with the same resources are one again."""
    policies: list[list[Statement]] = [[]]
    for statement in statements:
        for name in statement["Action"]:
            _add(policies, {**statement, "Action": [name]})
    return tuple(policies)


def _add(policies: list[list[Statement]], statement: Statement) -> None:
    last = _merged(policies[-1], statement)
    if len(json.dumps(last, separators=(",", ":"))) <= LIMIT:
        policies[-1] = last
    else:
        policies.append([statement])


def _merged(policy: list[Statement], statement: Statement) -> list[Statement]:
    *rest, last = policy or [{}]
    if {**last, "Action": None} == {**statement, "Action": None}:
        return [*rest, {**last, "Action": [*last["Action"], *statement["Action"]]}]
    return [*policy, statement]


@cache
def _reference() -> dict[str, Any]:
    """Return AWS's service authorization reference, as cfn-lint carries it: service → its actions and resources."""
    import cfnlint

    path = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
