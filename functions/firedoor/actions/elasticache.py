"""Actions on ElastiCache clusters and replication groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class UpgradeCluster(Setting):
    """See ``summary``."""

    name = "elasticache.upgrade_cluster_by_itself"
    service = iam = "elasticache"
    parameter = "cluster"
    noun = "cache cluster"
    promise = "Let {name} install minor versions by itself"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"AutoMinorVersionUpgrade": True}
    reads = Call("DescribeCacheClusters", {"CacheClusterId": "{name}"}, "CacheClusters[0]")
    writes = Call("ModifyCacheCluster", {"CacheClusterId": "{name}", "ApplyImmediately": True})
    gone = ("CacheClusterNotFound",)


class BackUpCluster(Setting):
    """See ``summary``. More days stay more."""

    name = "elasticache.back_up_cluster"
    service = iam = "elasticache"
    parameter = "cluster"
    noun = "cache cluster"
    promise = "Back {name} up every day"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"SnapshotRetentionLimit": 1}
    reads = Call("DescribeCacheClusters", {"CacheClusterId": "{name}"}, "CacheClusters[0]")
    writes = Call("ModifyCacheCluster", {"CacheClusterId": "{name}", "ApplyImmediately": True})
    gone = ("CacheClusterNotFound",)

    def aim(self, present: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        """Return one day, or what is there if that is more."""
        return dict(present) if present["SnapshotRetentionLimit"] else super().aim(present, params)


class FailOver(Setting):
    """See ``summary``. The group needs a replica for it."""

    name = "elasticache.fail_over_by_itself"
    service = iam = "elasticache"
    parameter = "replication_group"
    noun = "replication group"
    promise = "Let {name} fail over by itself"
    arn = "replicationgroup:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"AutomaticFailoverEnabled": True}
    reads = Call(
        "DescribeReplicationGroups",
        {"ReplicationGroupId": "{name}"},
        "ReplicationGroups[0].{AutomaticFailoverEnabled: contains(['enabled', 'enabling'], AutomaticFailover)}",
    )
    writes = Call("ModifyReplicationGroup", {"ReplicationGroupId": "{name}", "ApplyImmediately": True})
    gone = ("ReplicationGroupNotFoundFault",)
