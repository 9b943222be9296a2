"""Actions on Redshift clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class _OfCluster(Setting):
    """A setting of a cluster."""

    service = iam = "redshift"
    parameter = "cluster"
    noun = "cluster"
    arn = "cluster:{name}"
    reads = Call("DescribeClusters", {"ClusterIdentifier": "{name}"}, "Clusters[0]")
    writes = Call("ModifyCluster", {"ClusterIdentifier": "{name}"})
    gone = ("ClusterNotFound",)


class CloseCluster(_OfCluster):
    """See ``summary``. Who reaches it over the internet is cut off."""

    name = "redshift.close_cluster_to_public"
    promise = "Take the public address from {name}"
    wanted: ClassVar[Mapping[str, Any]] = {"PubliclyAccessible": False}


class UpgradeCluster(_OfCluster):
    """See ``summary``."""

    name = "redshift.upgrade_cluster_by_itself"
    promise = "Let {name} install major versions by itself"
    wanted: ClassVar[Mapping[str, Any]] = {"AllowVersionUpgrade": True}


class KeepSnapshots(_OfCluster):
    """See ``summary``. Longer stays longer."""

    name = "redshift.keep_snapshots"
    promise = "Keep the automatic snapshots of {name} for a week"
    wanted: ClassVar[Mapping[str, Any]] = {"AutomatedSnapshotRetentionPeriod": 7}

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a week, or what is there if that is more."""
        return (
            dict(present) if (present["AutomatedSnapshotRetentionPeriod"] or 0) >= 7 else super().aim(present, params)
        )


class LogCluster(Setting):
    """See ``summary``. To CloudWatch Logs, which needs neither a bucket nor a policy; the logs cost what they hold."""

    name = "redshift.log_cluster"
    service = iam = "redshift"
    parameter = "cluster"
    noun = "cluster"
    promise = "Log connections and users of {name} to CloudWatch Logs"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"LoggingEnabled": True}
    reads = Call("DescribeLoggingStatus", {"ClusterIdentifier": "{name}"}, "{LoggingEnabled: LoggingEnabled}")
    writes = Call(
        "EnableLogging",
        {
            "ClusterIdentifier": "{name}",
            "LogDestinationType": "cloudwatch",
            "LogExports": ["connectionlog", "userlog"],
        },
        put=None,
    )
    clears = Call("DisableLogging", {"ClusterIdentifier": "{name}"})
    gone = ("ClusterNotFound",)
