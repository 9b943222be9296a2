"""Worlds for snapshots of databases that a call shared."""

from __future__ import annotations

from typing import Any

from scenarios import Setup, World
from scenarios_controls import db_cluster_snapshot, db_snapshot

RECEIVERS = ["777788889999", "999988887777"]


def shared_with_accounts(world: World) -> dict[str, Any]:
    """A snapshot of an instance for two accounts more, one of which has lost it again; the event says its name."""
    name = db_snapshot(world)["snapshot"].rpartition(":")[2]
    world.client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["999988887777"]
    )
    return {"snapshot": name, "of": "instance", "receivers": RECEIVERS}


def cluster_shared_with_everybody(world: World) -> dict[str, Any]:
    """A snapshot of a cluster for everybody; the event says its ARN."""
    return {**db_cluster_snapshot(world), "of": "cluster", "receivers": ["all"]}


SCENARIOS: dict[str, tuple[str, Setup]] = {
    "database snapshot shared": ("rds.withdraw_sharing", shared_with_accounts),
    "cluster snapshot shared": ("rds.withdraw_sharing", cluster_shared_with_everybody),
}
