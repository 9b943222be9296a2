"""Actions on Redshift clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class CloseCluster(Setting):
    """See ``summary``. Who reaches it over the internet is cut off."""

    name = "redshift.close_cluster_to_public"
    service = "redshift"
    iam = "redshift"
    parameter = "cluster"
    noun = "cluster"
    promise = "Take the public address from {name}"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"PubliclyAccessible": False}
    reads = Call("DescribeClusters", {"ClusterIdentifier": "{name}"}, "Clusters[0]")
    writes = Call("ModifyCluster", {"ClusterIdentifier": "{name}"})
    gone = ("ClusterNotFound",)


class UpgradeCluster(Setting):
    """See ``summary``."""

    name = "redshift.upgrade_cluster_by_itself"
    service = "redshift"
    iam = "redshift"
    parameter = "cluster"
    noun = "cluster"
    promise = "Let {name} install major versions by itself"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"AllowVersionUpgrade": True}
    reads = Call("DescribeClusters", {"ClusterIdentifier": "{name}"}, "Clusters[0]")
    writes = Call("ModifyCluster", {"ClusterIdentifier": "{name}"})
    gone = ("ClusterNotFound",)
