"""Actions on RDS: settings of instances and clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProtectInstance(Setting):
    """See ``summary``."""

    name = "rds.protect_instance_from_deletion"
    service = "rds"
    iam = "rds"
    parameter = "db_instance"
    noun = "DB instance"
    promise = "Protect {name} from deletion"
    arn = "db:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"DeletionProtection": True}
    reads = Call("DescribeDBInstances", {"DBInstanceIdentifier": "{name}"}, "DBInstances[0]")
    writes = Call("ModifyDBInstance", {"DBInstanceIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBInstanceNotFound",)


class CloseInstance(Setting):
    """See ``summary``. Who reaches it over the internet is cut off."""

    name = "rds.close_instance_to_public"
    service = "rds"
    iam = "rds"
    parameter = "db_instance"
    noun = "DB instance"
    promise = "Take the public address from {name}"
    arn = "db:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"PubliclyAccessible": False}
    reads = Call("DescribeDBInstances", {"DBInstanceIdentifier": "{name}"}, "DBInstances[0]")
    writes = Call("ModifyDBInstance", {"DBInstanceIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBInstanceNotFound",)


class UpgradeInstance(Setting):
    """See ``summary``."""

    name = "rds.upgrade_instance_by_itself"
    service = "rds"
    iam = "rds"
    parameter = "db_instance"
    noun = "DB instance"
    promise = "Let {name} install minor versions by itself"
    arn = "db:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"AutoMinorVersionUpgrade": True}
    reads = Call("DescribeDBInstances", {"DBInstanceIdentifier": "{name}"}, "DBInstances[0]")
    writes = Call("ModifyDBInstance", {"DBInstanceIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBInstanceNotFound",)


class CopyInstanceTags(Setting):
    """See ``summary``."""

    name = "rds.copy_instance_tags_to_snapshots"
    service = "rds"
    iam = "rds"
    parameter = "db_instance"
    noun = "DB instance"
    promise = "Copy the tags of {name} to its snapshots"
    arn = "db:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"CopyTagsToSnapshot": True}
    reads = Call("DescribeDBInstances", {"DBInstanceIdentifier": "{name}"}, "DBInstances[0]")
    writes = Call("ModifyDBInstance", {"DBInstanceIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBInstanceNotFound",)


class ProtectCluster(Setting):
    """See ``summary``."""

    name = "rds.protect_cluster_from_deletion"
    service = "rds"
    iam = "rds"
    parameter = "db_cluster"
    noun = "DB cluster"
    promise = "Protect {name} from deletion"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"DeletionProtection": True}
    reads = Call("DescribeDBClusters", {"DBClusterIdentifier": "{name}"}, "DBClusters[0]")
    writes = Call("ModifyDBCluster", {"DBClusterIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBClusterNotFoundFault",)


class CopyClusterTags(Setting):
    """See ``summary``."""

    name = "rds.copy_cluster_tags_to_snapshots"
    service = "rds"
    iam = "rds"
    parameter = "db_cluster"
    noun = "DB cluster"
    promise = "Copy the tags of {name} to its snapshots"
    arn = "cluster:{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"CopyTagsToSnapshot": True}
    reads = Call("DescribeDBClusters", {"DBClusterIdentifier": "{name}"}, "DBClusters[0]")
    writes = Call("ModifyDBCluster", {"DBClusterIdentifier": "{name}", "ApplyImmediately": True})
    gone = ("DBClusterNotFoundFault",)
