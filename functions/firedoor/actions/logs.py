"""Actions on CloudWatch log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeepLogs(Setting):
    """See ``summary``. What is older is deleted by CloudWatch Logs, so undo in time."""

    name = "logs.set_retention"
    service = "logs"
    iam = "logs"
    parameter = "log_group"
    noun = "log group"
    promise = "Keep the events of {name} for a year"
    arn = "log-group:{name}:*"
    wanted: ClassVar[Mapping[str, Any]] = {"retentionInDays": 365}
    reads = Call("DescribeLogGroups", {"logGroupNamePrefix": "{name}"}, "logGroups[0]")
    writes = Call("PutRetentionPolicy", {"logGroupName": "{name}"})
    clears = Call("DeleteRetentionPolicy", {"logGroupName": "{name}"})
