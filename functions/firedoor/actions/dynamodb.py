"""Actions on DynamoDB tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProtectTable(Setting):
    """See ``summary``."""

    name = "dynamodb.protect_table_from_deletion"
    service = "dynamodb"
    iam = "dynamodb"
    parameter = "table"
    noun = "table"
    promise = "Protect {name} from deletion"
    arn = "table/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"DeletionProtectionEnabled": True}
    reads = Call("DescribeTable", {"TableName": "{name}"}, "Table")
    writes = Call("UpdateTable", {"TableName": "{name}"})
    gone = ("ResourceNotFoundException",)
