"""Actions on CloudFormation stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProtectStack(Setting):
    """See ``summary``."""

    name = "cloudformation.protect_stack_from_deletion"
    service = iam = "cloudformation"
    parameter = "stack"
    noun = "stack"
    promise = "Protect {name} from deletion"
    arn = "stack/{name}/*"
    wanted: ClassVar[Mapping[str, Any]] = {"EnableTerminationProtection": True}
    reads = Call(
        "DescribeStacks",
        {"StackName": "{name}"},
        "Stacks[0].{EnableTerminationProtection: EnableTerminationProtection || `false`}",
    )
    writes = Call("UpdateTerminationProtection", {"StackName": "{name}"})
