"""Actions on Auto Scaling groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class CheckHealth(Setting):
    """See ``summary``. Instances that the load balancer finds unhealthy are replaced."""

    name = "autoscaling.use_load_balancer_health_checks"
    service = "autoscaling"
    iam = "autoscaling"
    parameter = "group"
    noun = "Auto Scaling group"
    promise = "Let {name} use the health checks of its load balancer"
    arn = "autoScalingGroup:*:autoScalingGroupName/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"HealthCheckType": "ELB"}
    reads = Call("DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["{name}"]}, "AutoScalingGroups[0]")
    writes = Call("UpdateAutoScalingGroup", {"AutoScalingGroupName": "{name}"}, more={"HealthCheckGracePeriod": 300})
