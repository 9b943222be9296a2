"""The registry of remediation primitives and the contract they keep. Each service has a module of its own."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from firedoor.errors import PlaybookError
from firedoor.plans import Change, Json, Parameter, Permissions, Plan, StepResult, StepStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firedoor.accounts import Account

MODULES = (
    "athena",
    "autoscaling",
    "bedrock",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "config",
    "dynamodb",
    "ec2",
    "ecr",
    "elasticache",
    "guardduty",
    "iam",
    "kms",
    "lambda",
    "logs",
    "macie",
    "rds",
    "redshift",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
)
"""The modules of this package that define actions; an action named ``ec2.isolate_instance`` stands in ``ec2``."""


class Action(ABC):
    """One remediation primitive, ``service.verb_object``.

    Instances hold no state. Every verb gets the :class:`~firedoor.accounts.Account` it works in, which hands out
    clients, and knows the case. Botocore errors pass through; a thing that is gone is an empty plan with a reason;
    a thing that must not be touched raises :class:`~firedoor.errors.Refused`.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    """One sentence for the documentation: what it does to what, and how it is undone."""
    parameters: ClassVar[Mapping[str, Parameter]]
    permissions: ClassVar[Permissions]
    example: ClassVar[str]
    """A step as it stands in a playbook, in YAML."""
    reversible: ClassVar[bool] = True
    """False caps the step's mode at ``approve``: what cannot be undone is never automatic."""
    temporary: ClassVar[bool] = False
    """True for what is temporary by nature (session denies, address blocks): only then ``revert_after`` is allowed."""
    additive: ClassVar[bool] = False
    """True for what only adds evidence (snapshots): an undo of the case keeps it."""
    two_person: ClassVar[bool] = False
    """True asks for two approvers: where one person's word is not enough, as for a change of what may be evidence."""

    @abstractmethod
    def plan(self, account: Account, params: Json) -> Plan:
        """Read live state and return the exact changes that are needed now; call nothing that changes anything."""

    @abstractmethod
    def read(self, account: Account, change: Change, made: Json) -> Json:
        """Return the present state of what ``change`` touches, in the shape of ``change.before`` and ``.after``."""

    @abstractmethod
    def apply(self, account: Account, change: Change) -> Json:
        """Make the change; calling it again after it was made, wholly or in part, does no harm.

        Returns what it made that undo and read need to know (ids of new things), or an empty object.
        """

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Put ``change.before`` back. Called only after ``read`` showed ``change.after``, or by force."""
        raise NotImplementedError(f"{self.name} is not reversible")

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002  most need only the change
        """Return the ``aws`` CLI commands that do the same as undo, for a person without Firedoor at hand."""
        return ()

    def apply_commands(self, change: Change) -> tuple[str, ...]:  # noqa: ARG002  not every action has commands for it
        """Return the ``aws`` CLI commands that make the change, for a person where Firedoor may not.

        Only commands that do all of it; nothing where that takes more than a few.
        """
        return ()

    def dry_run(self, account: Account, change: Change) -> None:  # noqa: B027  most services have no dry run
        """Ask AWS whether applying would be allowed (EC2 ``DryRun``); raises botocore's error if it would not."""


def load(name: str) -> Action:
    """Return the action called ``name``, importing only its service's module.

    Raises:
        PlaybookError: There is no such action; the message names the nearest ones, or those of its service.
    """
    module = name.partition(".")[0]
    if module in MODULES:
        for action in _actions_of(module):
            if action.name == name:
                return action()
    raise PlaybookError(_unknown(name))


def approvers_needed(steps: Iterable[StepResult]) -> int:
    """Return how many people have to approve what is planned: two where an action asks for it, else one."""
    planned = (step.action for step in steps if step.status is StepStatus.PLANNED)
    return 2 if any(load(action).two_person for action in planned) else 1


def catalogue() -> Iterator[Action]:
    """Yield one instance of every action, by name. Imports every service module: for tools, not for handlers."""
    for module in MODULES:
        for action in sorted(_actions_of(module), key=lambda action: action.name):
            yield action()


def _actions_of(module: str) -> list[type[Action]]:
    namespace = vars(importlib.import_module(f"firedoor.actions.{module}"))
    return [
        value
        for value in namespace.values()
        if isinstance(value, type) and issubclass(value, Action) and value is not Action and "name" in vars(value)
    ]


def _unknown(name: str) -> str:
    import difflib

    known = [action.name for action in catalogue()]
    of_service = [action for action in known if action.partition(".")[0] == name.partition(".")[0]]
    near = difflib.get_close_matches(name, known, n=3) or of_service
    instead = f"write one of: {', '.join(near)}" if near else "`firedoor actions` lists all"
    return f"There is no action called {name!r}; {instead}."
