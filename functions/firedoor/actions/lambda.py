"""Actions on Lambda functions."""

from __future__ import annotations

import contextlib
import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.actions.setting import Call, Setting
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account


class StopFunction(Setting):
    """See ``summary``. Calls that come are throttled; asynchronous ones wait for up to six hours."""

    name = "lambda.stop_function"
    service, iam, parameter, noun = "lambda", "lambda", "function", "function"
    promise = "Let {name} run no more, by a reserved concurrency of nothing"
    arn = "function:{name}"
    wanted = {"ReservedConcurrentExecutions": 0}  # noqa: RUF012  nobody changes a declaration
    reads = Call(
        "GetFunctionConcurrency",
        {"FunctionName": "{name}"},
        "{ReservedConcurrentExecutions: ReservedConcurrentExecutions}",
    )
    writes = Call("PutFunctionConcurrency", {"FunctionName": "{name}"})
    clears = Call("DeleteFunctionConcurrency", {"FunctionName": "{name}"})
    gone = ("ResourceNotFoundException",)


class AskUrlCallers(Setting):
    """See ``summary``. Callers without a signature are refused from then on."""

    name = "lambda.require_iam_on_url"
    service, iam, parameter, noun = "lambda", "lambda", "function", "function"
    promise = "Let the URL of {name} answer only callers whom IAM lets"
    arn = "function:{name}"
    wanted = {"AuthType": "AWS_IAM"}  # noqa: RUF012  nobody changes a declaration
    reads = Call("GetFunctionUrlConfig", {"FunctionName": "{name}"}, "@")
    writes = Call("UpdateFunctionUrlConfig", {"FunctionName": "{name}"})
    gone = ("ResourceNotFoundException",)


class RemovePermission(Action):
    """See ``summary``. ``before`` and ``after`` are ``{"function", "statement"}``, None where it is gone."""

    name = "lambda.remove_permission"
    summary = "Removes one statement from a function's policy; undo adds it again."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "function": Parameter("Name or ARN of the function.", "payments-hook"),
        "statement": Parameter("The statement's id.", "anyone"),
    }
    permissions = Permissions(
        plan=("lambda:GetPolicy",), apply=("lambda:RemovePermission",), undo=("lambda:AddPermission",)
    )
    example = "{action: lambda.remove_permission, with: {function: '{function}', statement: '{statement}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to remove the statement; a condition that AddPermission could not write again is left to a person."""
        function = params["function"].partition(":function:")[2] or params["function"]
        found = self._statement(account, function, params["statement"])
        if found is None:
            return Plan(reason=f"Function {function} has no statement {params['statement']} any more.")
        _asked(found)
        change = Change(
            target=account.arn("lambda", f"function:{function}"),
            summary=f"Remove statement {params['statement']} from the policy of function {function}",
            before={"function": function, "statement": found},
            after={"function": function, "statement": None},
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the statement as it stands."""
        function = change.before["function"]
        return {
            "function": function,
            "statement": self._statement(account, function, change.before["statement"]["Sid"]),
        }

    def apply(self, account: Account, change: Change) -> Json:
        """Remove the statement, unless it is gone."""
        client = account.client("lambda")
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.remove_permission(
                FunctionName=change.before["function"], StatementId=change.before["statement"]["Sid"]
            )
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Add the statement again."""
        account.client("lambda").add_permission(
            FunctionName=change.before["function"], **_asked(change.before["statement"])
        )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that adds it."""
        asked = {"FunctionName": change.before["function"], **_asked(change.before["statement"])}
        return (_command("add-permission", asked),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that removes it."""
        asked = {"FunctionName": change.before["function"], "StatementId": change.before["statement"]["Sid"]}
        return (_command("remove-permission", asked),)

    def _statement(self, account: Account, function: str, sid: str) -> Json | None:
        client = account.client("lambda")
        try:
            policy = json.loads(client.get_policy(FunctionName=function)["Policy"])
        except client.exceptions.ResourceNotFoundException:
            return None
        return next((entry for entry in policy["Statement"] if entry.get("Sid") == sid), None)


class RemovePublicPermissions(Action):
    """See ``summary``. States are ``{"function", "sid", "statement"}``, one for each statement of its policy."""

    name = "lambda.remove_public_permissions"
    summary = (
        "Removes the statements of a function's policy that let everybody call it; undo adds the same statements again."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "function": Parameter("Name or ARN of the function.", "orders"),
    }
    permissions = Permissions(
        plan=("lambda:GetPolicy",), apply=("lambda:RemovePermission",), undo=("lambda:AddPermission",)
    )
    example = "{action: lambda.remove_public_permissions, with: {function: '{function}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan to remove each statement that is for everybody, with no condition but the kind of a URL's access."""
        name = params["function"].partition(":function:")[2] or params["function"]
        public = [statement for statement in self._statements(account, name) if _is_public(statement)]
        changes = tuple(
            Change(
                target=account.arn("lambda", f"function:{name}"),
                summary=f"Remove statement {statement['Sid']} of function {name}, which lets everybody call it",
                before={"function": name, "sid": statement["Sid"], "statement": statement},
                after={"function": name, "sid": statement["Sid"], "statement": None},
            )
            for statement in public
        )
        return Plan(changes, "" if changes else f"The policy of function {name} lets nobody in whom it does not name.")

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the statement of that name as it is now."""
        found = self._statements(account, change.before["function"])
        statement = next((entry for entry in found if entry["Sid"] == change.before["sid"]), None)
        return {**change.before, "statement": statement}

    def apply(self, account: Account, change: Change) -> Json:
        """Remove the statement if it is there."""
        if self.read(account, change, {})["statement"]:
            account.client("lambda").remove_permission(
                FunctionName=change.before["function"], StatementId=change.before["sid"]
            )
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Add the statement if it is not there."""
        if not self.read(account, change, made)["statement"]:
            account.client("lambda").add_permission(
                FunctionName=change.before["function"], **_asked(change.before["statement"])
            )

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that adds it again."""
        asked = {"FunctionName": change.before["function"], **_asked(change.before["statement"])}
        return (_command("add-permission", asked),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that removes it."""
        asked = {"FunctionName": change.before["function"], "StatementId": change.before["sid"]}
        return (_command("remove-permission", asked),)

    def _statements(self, account: Account, name: str) -> list[dict[str, Any]]:
        try:
            text = account.client("lambda").get_policy(FunctionName=name)["Policy"]
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                return []
            raise
        return list(json.loads(text)["Statement"])


_CONDITIONS = {
    "aws:sourceaccount": "SourceAccount",
    "aws:sourcearn": "SourceArn",
    "aws:principalorgid": "PrincipalOrgID",
    "lambda:eventsourcetoken": "EventSourceToken",
    "lambda:functionurlauthtype": "FunctionUrlAuthType",
}
"""Condition key → the argument of AddPermission that makes it.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""


def _asked(statement: Json) -> dict[str, Any]:
    """Return the arguments of AddPermission that make a statement.

    Raises:
        Refused: No arguments do.
    """
    principal = statement["Principal"]
    asked = {
        "StatementId": statement["Sid"],
        "Action": statement["Action"],
        "Principal": principal if isinstance(principal, str) else next(iter(principal.values())),
    }
    for conditions in statement.get("Condition", {}).values():
        for key, value in conditions.items():
            if key.lower() not in _CONDITIONS:
                raise Refused(f"Statement {statement['Sid']} has the condition {key}, which undo could not put back.")
            asked[_CONDITIONS[key.lower()]] = value
    return asked


def _command(operation: str, asked: Json) -> str:
    return shlex.join(["aws", "lambda", operation, "--cli-input-json", json.dumps(asked, separators=(",", ":"))])


_URL = "lambda:FunctionUrlAuthType"


def _is_public(statement: Mapping[str, Any]) -> bool:
    """Tell whether a statement lets everybody call, so that it can be added again as it was."""
    everybody = statement["Principal"] in ("*", {"AWS": "*"}) and statement["Effect"] == "Allow"
    condition = statement.get("Condition") or {}
    by_url = [*condition] == ["StringEquals"] and [*condition["StringEquals"]] == [_URL]
    return everybody and (not condition or by_url)
