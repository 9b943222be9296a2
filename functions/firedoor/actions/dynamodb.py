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


class KeepHistory(Setting):
    """See ``summary``. Costs by the size of the table; a table restored so is a new one."""

    name = "dynamodb.enable_point_in_time_recovery"
    service = "dynamodb"
    iam = "dynamodb"
    parameter = "table"
    noun = "table"
    promise = "Let {name} be restored to any second of the last weeks"
    arn = "table/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"PointInTimeRecoveryEnabled": True}
    reads = Call(
        "DescribeContinuousBackups",
        {"TableName": "{name}"},
        "ContinuousBackupsDescription.PointInTimeRecoveryDescription"
        ".{PointInTimeRecoveryEnabled: PointInTimeRecoveryStatus == 'ENABLED'}",
    )
    writes = Call("UpdateContinuousBackups", {"TableName": "{name}"}, put="PointInTimeRecoverySpecification")
    gone = ("TableNotFoundException",)
