"""The action on Bedrock's resource policies: taking back what they give to accounts. Not which accounts are foreign.

`bedrock` hands it out with its other actions.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from firedoor.accounts import Account

_KINDS = {
    ("bedrock", "custom-model"): ("bedrock", "resourcePolicy"),
    ("bedrock", "guardrail"): ("bedrock", "resourcePolicy"),
    ("bedrock", "guardrail-profile"): ("bedrock", "resourcePolicy"),
    ("bedrock", "knowledge-base"): ("bedrock-agent", "policy"),
    ("bedrock-agentcore", "gateway"): ("bedrock-agentcore-control", "policy"),
    ("bedrock-agentcore", "runtime"): ("bedrock-agentcore-control", "policy"),
}
"""Service and kind of a resource, of its ARN → the client that knows its policy, and what that calls a policy.

Source: the service authorization reference of both services, and botocore's models.
"""


class WithdrawSharing(Action):
    """See ``summary``. ``before`` and ``after`` are ``{"policy"}``: the document, None where there is none.

    Denials stay, and so does what is given to everybody, to services and to other accounts.
    """

    name = "bedrock.withdraw_sharing"
    summary = (
        "Takes named accounts out of what the resource policy of a model, guardrail, knowledge base, AgentCore runtime "
        "or gateway allows, and deletes a policy in which nothing is left; undo writes the former one."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "resource": Parameter("Its ARN.", "arn:aws:bedrock:eu-west-1:111122223333:knowledge-base/KBEXAMPLE1"),
        "accounts": Parameter("The accounts that are to lose access.", ["999988887777"], type="array"),
    }
    permissions = Permissions(
        plan=("bedrock-agentcore:GetResourcePolicy", "bedrock:GetResourcePolicy"),
        apply=(
            "bedrock-agentcore:DeleteResourcePolicy",
            "bedrock-agentcore:PutResourcePolicy",
            "bedrock:DeleteResourcePolicy",
            "bedrock:PutResourcePolicy",
        ),
        undo=("bedrock-agentcore:PutResourcePolicy", "bedrock:PutResourcePolicy"),
    )
    example = "{action: bedrock.withdraw_sharing, with: {resource: '{resource}', accounts: '{abroad}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the policy without the accounts.

        Raises:
            Refused: It is no resource of this account and region that has such a policy.
        """
        arn, accounts = params["resource"], set(params["accounts"])
        _refuse_foreign(account, arn)
        present = _get(account, arn)
        left = _without(present, accounts) if present else None
        if present == left:
            return Plan(reason=f"The policy of {arn} gives nothing to {', '.join(sorted(accounts))} any more.")
        change = Change(
            target=arn,
            summary=f"Take {', '.join(sorted(accounts))} out of the resource policy of {arn.split(':', 5)[5]}",
            before={"policy": present},
            after={"policy": left},
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the present policy."""
        return {"policy": _get(account, change.target)}

    def apply(self, account: Account, change: Change) -> Json:
        """Write what is left, or delete the policy; one that is gone already stays gone."""
        if _get(account, change.target) != change.after["policy"]:
            operation, arguments = _writing(change)
            getattr(_client(account, change.target), operation)(**arguments)
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Write the former policy."""
        self.apply(account, change.reversed())

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that writes the former policy."""
        return self.apply_commands(change.reversed())

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes what is left, or deletes the policy."""
        operation, arguments = _writing(change)
        words = ("aws", _kind(change.target)[0], operation.replace("_", "-"), "--cli-input-json", json.dumps(arguments))
        return (shlex.join(words),)


def _kind(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    return _KINDS[parts[2], parts[5].partition("/")[0]]


def _refuse_foreign(account: Account, arn: str) -> None:
    if not any(arn.startswith(account.arn(service, f"{kind}/")) for service, kind in _KINDS):
        raise Refused("The event names nothing of this account and region that has a policy which can be changed.")


def _client(account: Account, arn: str) -> Any:
    return account.client(_kind(arn)[0])


def _get(account: Account, arn: str) -> dict[str, Any] | None:
    try:
        answer = _client(account, arn).get_resource_policy(resourceArn=arn)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    text = answer.get(_kind(arn)[1])
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


def _writing(change: Change) -> tuple[str, dict[str, Any]]:
    """Return the call that brings a change's ``after`` about, and its arguments."""
    policy, named = change.after["policy"], {"resourceArn": change.target}
    if policy is None:
        return "delete_resource_policy", named
    return "put_resource_policy", {**named, _kind(change.target)[1]: json.dumps(policy)}


def _without(policy: Json, accounts: set[str]) -> dict[str, Any] | None:
    """Return a policy that allows the accounts nothing by name; None where it would say nothing at all."""
    statements = policy.get("Statement", [])
    if isinstance(statements, Mapping):
        statements = [statements]
    kept = [left for left in (_statement_without(statement, accounts) for statement in statements) if left]
    if kept == statements:
        return dict(policy)
    return {**policy, "Statement": kept} if kept else None


def _statement_without(statement: Json, accounts: set[str]) -> dict[str, Any] | None:
    """Return a statement without the accounts; None where it is about nobody else.

    A condition that names one says who is meant as much as a principal does, and cannot be had without it.
    """
    if statement.get("Effect") != "Allow":
        return dict(statement)
    if any(_account_in(text) in accounts for text in _texts(statement.get("Condition"))):
        return None
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping) or "AWS" not in principal:
        return dict(statement)
    named = principal["AWS"] if isinstance(principal["AWS"], list) else [principal["AWS"]]
    kept = [entry for entry in named if _account_in(entry) not in accounts]
    if kept == named:
        return dict(statement)
    others = {kind: value for kind, value in principal.items() if kind != "AWS"} | ({"AWS": kept} if kept else {})
    return {**statement, "Principal": others} if others else None


def _account_in(text: str) -> str:
    """Return the account of an ARN or of a bare account id; nothing of other texts."""
    if re.fullmatch(r"\d{12}", text):
        return text
    parts = text.split(":")
    return parts[4] if parts[0] == "arn" and len(parts) > 5 else ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
