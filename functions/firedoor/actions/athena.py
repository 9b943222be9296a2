"""Actions on Athena workgroups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class PublishMetrics(Setting):
    """See ``summary``."""

    name = "athena.publish_metrics"
    service = iam = "athena"
    parameter = "workgroup"
    noun = "workgroup"
    promise = "Publish the query metrics of {name} to CloudWatch"
    arn = "workgroup/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"PublishCloudWatchMetricsEnabled": True}
    reads = Call(
        "GetWorkGroup",
        {"WorkGroup": "{name}"},
        "WorkGroup.Configuration.{PublishCloudWatchMetricsEnabled: PublishCloudWatchMetricsEnabled || `false`}",
    )
    writes = Call("UpdateWorkGroup", {"WorkGroup": "{name}"}, put="ConfigurationUpdates")
