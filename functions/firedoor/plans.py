"""The values that planning and applying exchange: a change, a plan, what became of a step. Pure data, no AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One exact change to one resource.

    ``before`` and ``after`` are JSON objects of one shape: the part of the resource's state that the change touches,
    complete enough to put it back. ``Action.read`` returns the same shape, so three states can be compared.
    """

    target: str
    """ARN of the resource."""
    summary: str
    """What happens, as an English imperative: ``Deactivate access key …MPLE of user deploy-bot``."""
    before: Json
    after: Json
    resources: tuple[str, ...] = ()
    """ARNs (or ARN patterns) that applying or undoing it touches besides ``target``; they narrow the session policy."""

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored and shown."""
        return {
            "target": self.target,
            "summary": self.summary,
            "before": dict(self.before),
            "after": dict(self.after),
            "resources": list(self.resources),
        }

    def reversed(self) -> Change:
        """Return the change that leads back, for actions that write whole states: its undo makes this change."""
        return replace(self, before=self.after, after=self.before)

    @classmethod
    def from_json(cls, data: Json) -> Change:
        """Read what ``to_json`` wrote."""
        return cls(data["target"], data["summary"], data["before"], data["after"], tuple(data.get("resources", ())))


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would change now. No changes is a success: ``reason`` says why nothing is needed."""

    changes: tuple[Change, ...] = ()
    reason: str = ""


class StepStatus(StrEnum):
    """What became of one step."""

    PLANNED = "planned"
    DONE = "done"
    NOT_NEEDED = "not needed"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of one occurrence: what it would change, and what became of that.

    ``made[i]`` is what applying ``changes[i]`` returned; it is shorter than ``changes`` while the step is under way.
    """

    action: str
    params: Json
    status: StepStatus
    changes: tuple[Change, ...] = ()
    made: tuple[Json, ...] = ()
    reason: str = ""
    """Why it was not needed, skipped, refused or failed: a sentence for a person."""
    on_error: str = "stop"
    revert_after: int | None = None
    """Seconds after which the step is undone by itself."""

    @property
    def stands(self) -> bool:
        """Tell whether there is something to put back: it is done, or it failed half way and was not rolled back."""
        return self.status is StepStatus.DONE or (self.status is StepStatus.FAILED and bool(self.made))

    @property
    def failed(self) -> bool:
        """Tell whether it failed, also where what it had changed was put back."""
        return self.status in (StepStatus.FAILED, StepStatus.ROLLED_BACK)

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored and shown."""
        return {
            "action": self.action,
            "params": dict(self.params),
            "status": self.status.value,
            "changes": [change.to_json() for change in self.changes],
            "made": [dict(made) for made in self.made],
            "reason": self.reason,
            "on_error": self.on_error,
            "revert_after": self.revert_after,
        }

    @classmethod
    def from_json(cls, data: Json) -> StepResult:
        """Read what ``to_json`` wrote."""
        return cls(
            action=data["action"],
            params=data["params"],
            status=StepStatus(data["status"]),
            changes=tuple(Change.from_json(change) for change in data["changes"]),
            made=tuple(data["made"]),
            reason=data["reason"],
            on_error=data["on_error"],
            revert_after=data["revert_after"],
        )


@dataclass(frozen=True, slots=True)
class Permissions:
    """The IAM actions (``service:Operation``) that an action's three verbs call, and nothing else."""

    plan: tuple[str, ...]
    """Also what ``read`` calls: Describe, Get, List and Head only."""
    apply: tuple[str, ...]
    undo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One entry of a step's ``with``."""

    description: str
    example: Any
    type: str = "string"
    """``string``, ``integer``, ``boolean``, ``array`` (of strings, unless ``items`` says more) or ``object``."""
    required: bool = True
    values: tuple[str, ...] = field(default=())
    """The closed list of allowed values, where there is one."""
