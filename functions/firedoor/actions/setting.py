"""The shape of an action that gives one setting of one resource the value that it must have.

Owns planning, applying and undoing for all of them. Does not own which settings there are: each is declared in its
service's module.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import jmespath
from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: ``arguments`` in which ``{name}``, ``{account}`` and ``{region}`` stand for what they say.

    ``path`` is where a reading call's answer has the settings (JMESPath), as an object. ``put`` is where a writing
    call takes them: an argument's name, or nothing for the top; None where the call alone says it.
    """

    operation: str
    arguments: Mapping[str, Any]
    path: str = ""
    put: str | None = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of every write that the settings may replace, such as ``ApplyImmediately``."""


class Setting(Action):
    """See ``summary`` of each. ``before`` and ``after`` are ``{"name", "settings"}``, None where it is gone.

    A setting that was not there before is cleared by undo, where there is a call for that, and else written as None
    was read: by what AWS takes for its default.
    """

    service: ClassVar[str]
    """boto3's name of the service."""
    iam: ClassVar[str]
    """The prefix of its IAM actions."""
    parameter: ClassVar[str]
    noun: ClassVar[str]
    """What the resource is called in a sentence."""
    promise: ClassVar[str]
    """What applying does to it, as an order: ``Protect DB instance {name} from deletion``."""
    arn: ClassVar[str]
    """Its ARN after the account: ``db:{name}``; an ARN given as the name is used as it is."""
    wanted: ClassVar[Mapping[str, Any]]
    reads: ClassVar[Call]
    writes: ClassVar[Call]
    clears: ClassVar[Call | None] = None
    gone: ClassVar[tuple[str, ...]] = ()
    """Error codes that say that the resource is gone."""
    unset: ClassVar[tuple[str, ...]] = ()
    """Error codes that say that the setting was never made."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Derive parameters, permissions and example from the declaration."""
        super().__init_subclass__(**options)
        wanted = ", ".join(f"{name} = {json.dumps(value)}" for name, value in cls.wanted.items())
        example = f"{{{cls.parameter}}}"
        cls.parameters = {cls.parameter: Parameter(f"Name, id or ARN of the {cls.noun}.", example)}
        undo = [call for call in (cls.writes, cls.clears) if call]
        if cls.clears and cls.writes.put is None:
            undo = [cls.clears]  # the writing call knows one value only
        cls.permissions = Permissions(
            plan=(f"{cls.iam}:{cls.reads.operation}",),
            apply=(f"{cls.iam}:{cls.writes.operation}",),
            undo=tuple(sorted({f"{cls.iam}:{call.operation}" for call in undo})) if cls.reversible else (),
        )
        cls.example = f"{{action: {cls.name}, with: {{{cls.parameter}: '{example}'}}}}"
        after = "undo restores the former value" if cls.reversible else "it cannot be undone"
        cls.summary = f"{cls.promise.format(name='a ' + cls.noun)} ({wanted}); {after}."

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the wanted value."""
        name = _name(params[self.parameter], self.arn)
        present = self._read(account, name)
        if present is None:
            return Plan(reason=f"{self.noun[0].upper()}{self.noun[1:]} {name} does not exist any more.")
        if all(present.get(key) == value for key, value in self.wanted.items()):
            return Plan(
                reason=f"It is so already: {self.promise.format(name=name)[0].lower()}"
                f"{self.promise.format(name=name)[1:]}."
            )
        target = params[self.parameter] if params[self.parameter].startswith("arn:") else self._arn(account, name)
        change = Change(
            target=target,
            summary=self.promise.format(name=f"{self.noun} {name}"),
            before={"name": name, "settings": present},
            after={"name": name, "settings": {**present, **self.wanted}},
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the present settings."""
        name = change.before["name"]
        return {"name": name, "settings": self._read(account, name)}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the wanted value."""
        self._call(account, self._writing(change, change.after["settings"]))
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Write the former value, or clear it where there was none."""
        self._call(account, self._undoing(change))

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that does the same."""
        return (self._command(self._undoing(change)),) if self.reversible else ()

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the wanted value."""
        return (self._command(self._writing(change, change.after["settings"])),)

    def _command(self, call: tuple[str, dict[str, Any]]) -> str:
        from botocore import xform_name

        operation, arguments = call
        text = json.dumps(arguments, separators=(",", ":"))
        return shlex.join(["aws", self.service, xform_name(operation, "-"), "--cli-input-json", text])

    def _arn(self, account: Account, name: str) -> str:
        return account.arn(self.iam, self.arn.format(name=name))

    def _read(self, account: Account, name: str) -> dict[str, Any] | None:
        """Return the settings, None for each that is not made; None for all where the resource is gone."""
        from botocore import xform_name

        nothing: dict[str, Any] = dict.fromkeys(self.wanted)
        client = account.client(self.service)
        try:
            answer = getattr(client, xform_name(self.reads.operation))(
                **_filled(self.reads.arguments, {"name": name, "account": account.account_id, "region": account.region})
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in self.gone:
                return None
            if code in self.unset:
                return nothing
            raise
        found = jmespath.search(self.reads.path, answer)
        if found is None:
            return None
        return {**nothing, **{key: found.get(key) for key in self.wanted}}

    def _writing(self, change: Change, settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        arguments = {**self.writes.more, **_arguments(self.writes, change)}
        put = self.writes.put
        if put is not None:
            values = {key: value for key, value in settings.items() if value is not None}
            arguments |= {put: {**arguments.get(put, {}), **values}} if put else values
        return self.writes.operation, arguments

    def _undoing(self, change: Change) -> tuple[str, dict[str, Any]]:
        before = change.before["settings"]
        if self.clears and not any(before.values()):
            return self.clears.operation, _arguments(self.clears, change)
        return self._writing(change, before)

    def _call(self, account: Account, call: tuple[str, dict[str, Any]]) -> None:
        from botocore import xform_name

        operation, arguments = call
        getattr(account.client(self.service), xform_name(operation))(**arguments)


def _arguments(call: Call, change: Change) -> dict[str, Any]:
    region, account = change.target.split(":")[3:5]
    words = {"name": change.before["name"], "account": account, "region": region}
    found: dict[str, Any] = _filled(call.arguments, words)
    return found


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """Put the resource's name, account and region where an argument names them."""
    if isinstance(value, str):
        return re.sub(r"\{(name|account|region)\}", lambda found: words[found[1]], value)
    if isinstance(value, dict):
        return {key: _filled(member, words) for key, member in value.items()}
    if isinstance(value, list):
        return [_filled(member, words) for member in value]
    return value


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]


def _name(given: str, arn: str) -> str:
    """Return the name in an ARN, which begins where the ARN's pattern has it; other texts as they are."""
    if not given.startswith("arn:"):
        return given
    before, _, after = arn.partition("{name}")
    name = given.split(":", 5)[5]
    if "*" in before:
        return name.rpartition(before.rpartition("*")[2])[2]
    return name.removeprefix(before).partition(after[0])[0] if after else name.removeprefix(before)
