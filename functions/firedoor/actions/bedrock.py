"""Actions on Amazon Bedrock: who may invoke models, and the logging of invocations. Also what its baseline holds."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions import Action, bedrock_guardrails
from firedoor.actions.bedrock_agents import RestoreAgentAlias as RestoreAgentAlias
from firedoor.actions.bedrock_guardrail_versions import RemakeGuardrailVersion as RemakeGuardrailVersion
from firedoor.actions.bedrock_guardrails import RestoreGuardrail as RestoreGuardrail
from firedoor.actions.bedrock_policies import WithdrawSharing as WithdrawSharing
from firedoor.actions.iam_denials import InlinePolicyAction, plan_inline_policy
from firedoor.actions.iam_principals import get_role, get_user
from firedoor.errors import Refused
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

LOGGING = "bedrock:model-invocation-logging"
"""The name under which the region's logging configuration is saved as baseline."""

BASELINE_PERMISSIONS = ("bedrock:GetModelInvocationLoggingConfiguration", *bedrock_guardrails.BASELINE_PERMISSIONS)

INVOKE_ACTIONS = (
    "bedrock:InvokeModel*",
    "bedrock:InvokeAgent",
    "bedrock:InvokeInlineAgent",
    "bedrock:InvokeFlow",
    "bedrock:Retrieve*",
    "bedrock:CallWithBearerToken",
    "bedrock-mantle:CallWithBearerToken",
    "bedrock-mantle:CreateInference",
    "bedrock-agentcore:Invoke*",
)
"""Converse is authorised as ``bedrock:InvokeModel``.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html and, beside it,
``list_bedrock-mantle.html`` and ``list_amazonbedrockagentcore.html``.
"""

GUARDED_ACTIONS = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
"""The actions that know the condition key ``bedrock:GuardrailIdentifier``."""


def save_baseline(account: Account) -> dict[str, Any]:
    """Return what is to be remembered of this region, by resource name."""
    return {LOGGING: logging_configuration(account), **bedrock_guardrails.save_baseline(account)}


def logging_configuration(account: Account) -> dict[str, Any]:
    """Return the region's invocation-logging configuration; empty when logging is off."""
    answer = account.client("bedrock").get_model_invocation_logging_configuration()
    return dict(answer.get("loggingConfig") or {})


class RestoreInvocationLogging(Action):
    """See ``summary``. The saved configuration is the newest from before the event."""

    name = "bedrock.restore_invocation_logging"
    summary = (
        "Puts the region's model-invocation logging back to the configuration saved before the event; "
        "undo returns to what was found."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    permissions = Permissions(
        plan=("bedrock:GetModelInvocationLoggingConfiguration",),
        apply=("bedrock:PutModelInvocationLoggingConfiguration", "iam:PassRole"),
        undo=(
            "bedrock:DeleteModelInvocationLoggingConfiguration",
            "bedrock:PutModelInvocationLoggingConfiguration",
            "iam:PassRole",
        ),
    )
    example = "{action: bedrock.restore_invocation_logging}"

    def plan(self, account: Account, params: Json) -> Plan:  # noqa: ARG002  it needs none
        """Plan to restore what the saved configuration has and the present one lacks."""
        saved = account.baseline(LOGGING)
        present = logging_configuration(account)
        if saved is None:
            state = "on" if present else "off"
            raise Refused(f"Logging is {state}, and nothing was saved of it from before the event; look at it by hand.")
        if present == saved:
            return Plan(reason="Logging is as it was before the event.")
        if not saved:
            return Plan(reason="Logging was off before the event, and is on now.")
        change = Change(
            target=account.arn("bedrock", "model-invocation-logging"),
            summary=f"Restore model-invocation logging in {account.region} to {_where(saved)}",
            before={"logging": present or None},
            after={"logging": dict(saved)},
            # These calls know no resources: only a policy about "*" allows them.
            resources=("*", *sorted(_roles(saved) | _roles(present))),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the present configuration; None when logging is off."""
        return {"logging": logging_configuration(account) or None}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the saved configuration."""
        self._set(account, change.after["logging"])
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Write the configuration that was found, or switch logging off where it was off."""
        self._set(account, change.before["logging"])

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that writes the configuration that was found."""
        config = change.before["logging"]
        if config is None:
            return ("aws bedrock delete-model-invocation-logging-configuration",)
        return (
            (
                "aws bedrock put-model-invocation-logging-configuration "
                f"--logging-config {shlex.quote(json.dumps(config))}"
            ),
        )

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the saved configuration."""
        return self.undo_commands(change.reversed(), {})

    def _set(self, account: Account, config: Json | None) -> None:
        client = account.client("bedrock")
        if config is None:
            client.delete_model_invocation_logging_configuration()
        else:
            client.put_model_invocation_logging_configuration(loggingConfig=dict(config))


def _where(config: Json) -> str:
    places = []
    if config.get("s3Config"):
        places.append(f"S3 bucket {config['s3Config'].get('bucketName')}")
    if config.get("cloudWatchConfig"):
        places.append(f"log group {config['cloudWatchConfig'].get('logGroupName')}")
    return " and ".join(places) or "its former configuration"


def _roles(config: Json) -> set[str]:
    role = (config.get("cloudWatchConfig") or {}).get("roleArn")
    return {role} if role else set()


class DenyModelInvocation(InlinePolicyAction):
    """See ``summary``. Everything else that the principal does goes on."""

    name = "bedrock.deny_model_invocation"
    summary = (
        "Denies a user or role to invoke models and agents, or only to do so without a guardrail, "
        "by an inline policy that bears the case's id; undo deletes that policy."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "principal": Parameter("ARN of the user, role or role session.", "arn:aws:iam::111122223333:role/support-chat"),
        "only_without_guardrail": Parameter(
            "True leaves guarded invocations alone.", True, type="boolean", required=False
        ),
    }
    permissions = Permissions(
        plan=("iam:GetRole", "iam:GetRolePolicy", "iam:GetUser", "iam:GetUserPolicy"),
        apply=("iam:PutRolePolicy", "iam:PutUserPolicy"),
        undo=("iam:DeleteRolePolicy", "iam:DeleteUserPolicy", "iam:PutRolePolicy", "iam:PutUserPolicy"),
    )
    example = "{action: bedrock.deny_model_invocation, with: {principal: '{actor}', only_without_guardrail: true}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the denial unless it stands already."""
        kind, name = principal_of(account, params["principal"])
        unguarded = bool(params.get("only_without_guardrail"))
        target = self._target(account, kind, name)
        if target is None:
            return Plan(reason=f"The {kind} {name} does not exist any more.")
        statement: dict[str, Any] = {"Effect": "Deny", "Action": list(INVOKE_ACTIONS), "Resource": "*"}
        if unguarded:
            statement["Action"] = list(GUARDED_ACTIONS)
            statement["Condition"] = {"Null": {"bedrock:GuardrailIdentifier": "true"}}
        return plan_inline_policy(
            account,
            target=target,
            kind=kind,
            name=name,
            policy_name=f"FiredoorDenyBedrock-{account.case_id}",
            statements=[statement],
            summary=f"Deny {kind} {name} to invoke models{' without a guardrail' if unguarded else ''}",
        )

    def _target(self, account: Account, kind: str, name: str) -> str | None:
        found = get_user(account, name) if kind == "user" else get_role(account, name)
        return found["Arn"] if found else None


def principal_of(account: Account, arn: str) -> tuple[str, str]:
    """Return ("user" or "role", name) of a principal's ARN; of a role session its role.

    Raises:
        Refused: The ARN names neither, or names root, or a principal of another account.
    """
    parts = arn.split(":", 5)
    kind, _, rest = parts[-1].partition("/")
    if len(parts) != 6 or kind not in ("user", "role", "assumed-role") or not rest:
        raise Refused("The principal is neither a user nor a role, so nothing can be attached to it.")
    if parts[4] != account.account_id:
        raise Refused(f"The principal belongs to account {parts[4]}, where it must be denied.")
    if kind == "assumed-role":
        return "role", rest.partition("/")[0]
    return kind, rest.rpartition("/")[2]
