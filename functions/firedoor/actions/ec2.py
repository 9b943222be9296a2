"""Actions on EC2: security groups, instances, and single settings. Each kind has a module of its own."""

from firedoor.actions.ec2_groups import EmptyDefaultEgress, EmptyDefaultIngress, RevokeSecurityGroupRules
from firedoor.actions.ec2_instances import DetachInstanceProfile, SnapshotVolumes
from firedoor.actions.ec2_isolation import IsolateInstance
from firedoor.actions.ec2_settings import (
    AskBeforeAttaching,
    EncryptVolumes,
    KeepSubnetPrivate,
    RequireTokens,
    UnshareSnapshot,
)
from firedoor.actions.ec2_sharing import WithdrawSharing

__all__ = [
    "AskBeforeAttaching",
    "DetachInstanceProfile",
    "EmptyDefaultEgress",
    "EmptyDefaultIngress",
    "EncryptVolumes",
    "IsolateInstance",
    "KeepSubnetPrivate",
    "RequireTokens",
    "RevokeSecurityGroupRules",
    "SnapshotVolumes",
    "UnshareSnapshot",
    "WithdrawSharing",
]
