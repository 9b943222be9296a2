"""The shape of an action that gives one setting of one resource the value that it must have.

Owns planning, applying and undoing for all of them. Does not own which settings there are: each is declared in its
service's module.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import jmespath
from botocore.exceptions import ClientError

from firedoor.accounts import literal
from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account


@dataclass(frozen=True, slots=True)
class Call:
    """One API call.

    ``arguments`` may hold ``{name}``, ``{arn}``, ``{account}`` and ``{region}`` of the resource. ``path`` is where a
    reading call's answer has the settings (JMESPath, with the name for ``'{name}'``), as an object. ``put`` is where a
    writing call takes them: an argument's name, or nothing for the top; None where ``arguments`` say it: an argument
    that is ``{=Key}`` is the value of that setting, and a call without one knows one value only.
    """

    operation: str
    arguments: Mapping[str, Any]
    path: str = ""
    put: str | None = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of every write that the settings may replace, such as ``ApplyImmediately``."""
    permission: str = ""
    """Its IAM action, where that is not called like the operation."""

    @property
    def knows_one_value(self) -> bool:
        """Tell whether the call, as a writing one, can say nothing but the wanted value."""
        return self.put is None and "{=" not in json.dumps(self.arguments)


class Setting(Action):
    """See ``summary`` of each. ``before`` and ``after`` are ``{"name", "settings"}``, None where it is gone.

    A setting that was not there before is cleared by undo, where there is a call for that, and else written as None
    was read: by what AWS takes for its default.
    """

    service: ClassVar[str]
    """boto3's name of the service."""
    iam: ClassVar[str]
    """The prefix of its IAM actions."""
    parameter: ClassVar[str] = ""
    """The step's parameter that names the resource; none for what an account or a region has one of."""
    optional: ClassVar[bool] = False
    """True where the step may leave that parameter out, for an action whose plan finds the resources itself."""
    noun: ClassVar[str]
    """What the resource is called in a sentence."""
    promise: ClassVar[str]
    """What applying does to it, as an order: ``Protect DB instance {name} from deletion``."""
    arn: ClassVar[str]
    """Its ARN after the account: ``db:{name}``, with ``*`` for what only AWS knows of it.

    An ARN given as the name is used as it is.
    """
    place: ClassVar[str] = "{region}:{account}"
    """Where it is, as its ARN says it: ``:{account}`` for global services, ``:`` for buckets."""
    resources: ClassVar[tuple[str, ...]] = ()
    """``*`` where IAM knows no resources for the writing calls, so that only a policy about all allows them."""
    wanted: ClassVar[Mapping[str, Any]]
    reads: ClassVar[Call]
    writes: ClassVar[Call]
    clears: ClassVar[Call | None] = None
    also_reads: ClassVar[tuple[str, ...]] = ()
    """IAM actions of what a plan of its own calls."""
    gone: ClassVar[tuple[str, ...]] = ()
    """Error codes that say that the resource is gone."""
    unset: ClassVar[tuple[str, ...]] = ()
    """Error codes that say that the setting was never made."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Derive parameters, permissions and example from the declaration."""
        super().__init_subclass__(**options)
        if "name" not in vars(cls):  # what several actions have in common
            return
        wanted = ", ".join(f"{name} = {json.dumps(value)}" for name, value in cls.wanted.items())
        example = f"{{{cls.parameter}}}"
        cls.parameters = {}
        cls.example = f"{{action: {cls.name}}}"
        if cls.parameter:
            what = f"Name, id or ARN of the {cls.noun}."
            cls.parameters = {cls.parameter: Parameter(what, example, required=not cls.optional)}
            cls.example = f"{{action: {cls.name}, with: {{{cls.parameter}: '{example}'}}}}"
        undo = [call for call in (cls.writes, cls.clears) if call]
        if cls.clears and cls.writes.knows_one_value:
            undo = [cls.clears]
        cls.permissions = Permissions(
            plan=tuple(sorted({cls._permission(cls.reads), *cls.also_reads})),
            apply=(cls._permission(cls.writes),),
            undo=tuple(sorted({cls._permission(call) for call in undo})) if cls.reversible else (),
        )
        after = "undo restores the former value" if cls.reversible else "it cannot be undone"
        article = "an" if cls.noun[0] in "AEIOaeio" else "a"
        cls.summary = f"{cls.promise.format(name=f'{article} {cls.noun}')} ({wanted}); {after}."

    @classmethod
    def _permission(cls, call: Call) -> str:
        return f"{cls.iam}:{call.permission or call.operation}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the wanted value."""
        target, name = self._resource(account, params)
        present = self._read(account, target, name)
        if present is None:
            return Plan(reason=f"{self.noun[0].upper()}{self.noun[1:]} {name} does not exist any more.")
        aim = self.aim(present, {**params, "target": target, "account": account.account_id})
        if present == aim:
            return Plan(reason=f"It is so already: {_lowered(self.promise.format(name=name))}.")
        change = Change(
            target=target,
            summary=self.promise.format(name=f"{self.noun} {name}"),
            before={"name": name, "settings": present},
            after={"name": name, "settings": aim},
            resources=(*self.resources, *self._patterns(target, name)),
        )
        return Plan((change,))

    def _patterns(self, target: str, name: str) -> tuple[str, ...]:
        """Return the pattern that a policy must have where the ARN ends in something that only AWS knows."""
        if "*" not in self.arn or self.resources:
            return ()
        return (":".join([*target.split(":")[:5], self.arn.format(name=literal(name))]),)

    def aim(self, present: Mapping[str, Any], params: Json) -> dict[str, Any]:  # noqa: ARG002  most want one value
        """Return what the settings should be, given what they are; equal where they are good enough.

        ``params`` are the step's, with ``target``, the resource's ARN, and ``account``.
        """
        return {**present, **self.wanted}

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the present settings."""
        name = change.before["name"]
        return {"name": name, "settings": self._read(account, change.target, name)}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the wanted value."""
        self._call(account, change, self._writing(change, change.after["settings"]))
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Write the former value, or clear it where there was none."""
        self._call(account, change, self._undoing(change))

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that does the same."""
        return (self._command(self._undoing(change)),) if self.reversible else ()

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that writes the wanted value."""
        return (self._command(self._writing(change, change.after["settings"])),)

    def _command(self, call: tuple[str, dict[str, Any]]) -> str:
        from botocore import xform_name

        operation, arguments = call
        given = ["--cli-input-json", json.dumps(arguments, separators=(",", ":"))] if arguments else []
        return shlex.join(["aws", self.service, xform_name(operation, "-"), *given])

    def _resource(self, account: Account, params: Json) -> tuple[str, str]:
        """Return ARN and name of what the step names.

        Raises:
            Refused: It is another account's, where a thing of the same name would not be the one that is meant.
        """
        given = params[self.parameter] if self.parameter else ""
        if not given.startswith("arn:"):
            place = self.place.format(region=account.region, account=account.account_id)
            return f"arn:{account.partition}:{self.iam}:{place}:{self.arn.format(name=given)}", given
        if given.split(":", 5)[4] not in ("", account.account_id):
            raise Refused(f"The {self.noun} {given} belongs to another account, where it must be changed.")
        return given, _name(given, self.arn)

    def _read(self, account: Account, target: str, name: str) -> dict[str, Any] | None:
        """Return the settings, None for each that is not made; None for all where the resource is gone."""
        from botocore import xform_name

        nothing: dict[str, Any] = dict.fromkeys(self.wanted)
        client = account.client(self.service, _words(target, name)["region"])
        try:
            answer = getattr(client, xform_name(self.reads.operation))(
                **_filled(self.reads.arguments, _words(target, name))
            )
        except ClientError as error:
            code = code_of(error)
            if code in self.gone:
                return None
            if code in self.unset:
                return nothing
            raise
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        found = jmespath.search(self.reads.path.replace("{name}", quoted), answer)
        if found is None:
            return None
        return {**nothing, **{key: found.get(key) for key in self.wanted}}

    def _writing(self, change: Change, settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        arguments = {**self.writes.more, **_arguments(self.writes, change, settings)}
        put = self.writes.put
        if put is not None:
            values = {key: value for key, value in settings.items() if value is not None}
            arguments |= {put: {**arguments.get(put, {}), **values}} if put else values
        return self.writes.operation, arguments

    def _undoing(self, change: Change) -> tuple[str, dict[str, Any]]:
        before = change.before["settings"]
        was_made = any(value is not None for value in before.values())
        if self.clears and (self.writes.knows_one_value or not was_made):
            return self.clears.operation, _arguments(self.clears, change, before)
        return self._writing(change, before)

    def _call(self, account: Account, change: Change, call: tuple[str, dict[str, Any]]) -> None:
        from botocore import xform_name

        operation, arguments = call
        region = _words(change.target, "")["region"]
        getattr(account.client(self.service, region), xform_name(operation))(**arguments)


def _words(arn: str, name: str) -> dict[str, str]:
    region, account = arn.split(":")[3:5]
    return {"name": name, "arn": arn, "account": account, "region": region}


def _arguments(call: Call, change: Change, settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _filled(call.arguments, _words(change.target, change.before["name"]), settings)
    return found


def _filled(value: Any, words: Mapping[str, str], settings: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """Put name, ARN, account and region where an argument names them, and a setting's value where it names that."""
    if isinstance(value, str):
        if value.startswith("{="):
            return settings[value[2:-1]]
        return re.sub(r"\{(name|arn|account|region)\}", lambda found: words[found[1]], value)
    if isinstance(value, dict):
        return {key: _filled(member, words, settings) for key, member in value.items()}
    if isinstance(value, list):
        return [_filled(member, words, settings) for member in value]
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
