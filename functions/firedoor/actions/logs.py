"""Actions on CloudWatch log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeepLogs(Setting):
    """See ``summary``. Longer stays longer, and for ever stays for ever: what is too old would be deleted for good."""

    name = "logs.set_retention"
    service = "logs"
    iam = "logs"
    parameter = "log_group"
    noun = "log group"
    promise = "Keep the events of {name} for a year"
    arn = "log-group:{name}:*"
    wanted: ClassVar[Mapping[str, Any]] = {"retentionInDays": 365}
    reads = Call("DescribeLogGroups", {"logGroupNamePrefix": "{name}"}, "logGroups[?logGroupName=='{name}'] | [0]")
    """The group itself is the first of those whose names begin with its own, where it is there at all.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    writes = Call("PutRetentionPolicy", {"logGroupName": "{name}"})

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a year, or what is there if that is more; no number is for ever."""
        days = present["retentionInDays"]
        return dict(present) if days is None or days >= self.wanted["retentionInDays"] else super().aim(present, params)
