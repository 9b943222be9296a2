"""Actions on RDS: settings of instances, clusters and snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.rds_sharing import WithdrawSharing as WithdrawSharing
from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class _OfInstance(Setting):
    """A setting of an instance that RDS changes at once, without a restart unless the action says otherwise."""

    service = iam = "rds"
    parameter = "db_instance"
    noun = "DB instance"
    arn = "db:{name}"
    reads = Call("DescribeDBInstances", {"DBInstanceIdentifier": "{name}"}, "DBInstances[0]")
    writes = Call("ModifyDBInstance", {"DBInstanceIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBInstanceNotFound",)


class ProtectInstance(_OfInstance):
    """See ``summary``."""

    name = "rds.protect_instance_from_deletion"
    promise = "Protect {name} from deletion"
    wanted: ClassVar[Mapping[str, Any]] = {"DeletionProtection": True}


class CloseInstance(_OfInstance):
    """See ``summary``. Who reaches it over the internet is cut off."""

    name = "rds.close_instance_to_public"
    promise = "Take the public address from {name}"
    wanted: ClassVar[Mapping[str, Any]] = {"PubliclyAccessible": False}


class UpgradeInstance(_OfInstance):
    """See ``summary``."""

    name = "rds.upgrade_instance_by_itself"
    promise = "Let {name} install minor versions by itself"
    wanted: ClassVar[Mapping[str, Any]] = {"AutoMinorVersionUpgrade": True}


class CopyInstanceTags(_OfInstance):
    """See ``summary``."""

    name = "rds.copy_instance_tags_to_snapshots"
    promise = "Copy the tags of {name} to its snapshots"
    wanted: ClassVar[Mapping[str, Any]] = {"CopyTagsToSnapshot": True}


class StandBy(_OfInstance):
    """See ``summary``. About doubles what the instance costs, and slows its writes while the copy is made."""

    name = "rds.add_standby_to_instance"
    promise = "Keep a standby of {name} in another zone"
    wanted: ClassVar[Mapping[str, Any]] = {"MultiAZ": True}


class _OfCluster(Setting):
    """A setting of a cluster that RDS changes at once."""

    service = iam = "rds"
    parameter = "db_cluster"
    noun = "DB cluster"
    arn = "cluster:{name}"
    reads = Call("DescribeDBClusters", {"DBClusterIdentifier": "{name}"}, "DBClusters[0]")
    writes = Call("ModifyDBCluster", {"DBClusterIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBClusterNotFoundFault",)


class ProtectCluster(_OfCluster):
    """See ``summary``."""

    name = "rds.protect_cluster_from_deletion"
    promise = "Protect {name} from deletion"
    wanted: ClassVar[Mapping[str, Any]] = {"DeletionProtection": True}


class CopyClusterTags(_OfCluster):
    """See ``summary``."""

    name = "rds.copy_cluster_tags_to_snapshots"
    promise = "Copy the tags of {name} to its snapshots"
    wanted: ClassVar[Mapping[str, Any]] = {"CopyTagsToSnapshot": True}


_RESTORERS = "{restorable_by_all: contains(%s[?AttributeName=='restore'].AttributeValues[], 'all')}"
"""Who may restore a snapshot; ``all`` is everybody with an AWS account."""


class UnshareSnapshot(Setting):
    """See ``summary``. Accounts that it is shared with by their number keep it."""

    name = "rds.unshare_snapshot"
    service = iam = "rds"
    parameter = "snapshot"
    noun = "DB snapshot"
    promise = "Share {name} with everybody no longer"
    arn = "snapshot:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"restorable_by_all": False}
    reads = Call(
        "DescribeDBSnapshotAttributes",
        {"DBSnapshotIdentifier": "{name}"},
        _RESTORERS % "DBSnapshotAttributesResult.DBSnapshotAttributes",
    )
    writes = Call(
        "ModifyDBSnapshotAttribute",
        {"DBSnapshotIdentifier": "{name}", "AttributeName": "restore", "ValuesToRemove": ["all"]},
        put=None,
    )
    clears = Call(
        "ModifyDBSnapshotAttribute",
        {"DBSnapshotIdentifier": "{name}", "AttributeName": "restore", "ValuesToAdd": ["all"]},
    )
    gone = ("DBSnapshotNotFound",)


class UnshareClusterSnapshot(Setting):
    """See ``summary``. Accounts that it is shared with by their number keep it."""

    name = "rds.unshare_cluster_snapshot"
    service = iam = "rds"
    parameter = "snapshot"
    noun = "DB cluster snapshot"
    promise = "Share {name} with everybody no longer"
    arn = "cluster-snapshot:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"restorable_by_all": False}
    reads = Call(
        "DescribeDBClusterSnapshotAttributes",
        {"DBClusterSnapshotIdentifier": "{name}"},
        _RESTORERS % "DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes",
    )
    writes = Call(
        "ModifyDBClusterSnapshotAttribute",
        {"DBClusterSnapshotIdentifier": "{name}", "AttributeName": "restore", "ValuesToRemove": ["all"]},
        put=None,
    )
    clears = Call(
        "ModifyDBClusterSnapshotAttribute",
        {"DBClusterSnapshotIdentifier": "{name}", "AttributeName": "restore", "ValuesToAdd": ["all"]},
    )
    gone = ("DBClusterSnapshotNotFoundFault",)
