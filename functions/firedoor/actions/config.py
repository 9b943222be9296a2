"""Actions on AWS Config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class StartRecorder(Setting):
    """See ``summary``. Where none was ever made there is nothing to start: that takes a bucket and a role."""

    name = "config.start_recorder"
    service = iam = "config"
    parameter = "recorder"
    noun = "configuration recorder"
    promise = "Start {name}"
    arn = "configuration-recorder/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"recording": True}
    reads = Call(
        "DescribeConfigurationRecorderStatus",
        {"ConfigurationRecorderNames": ["{name}"]},
        "ConfigurationRecordersStatus[0].{recording: recording}",
    )
    writes = Call("StartConfigurationRecorder", {"ConfigurationRecorderName": "{name}"}, put=None)
    clears = Call("StopConfigurationRecorder", {"ConfigurationRecorderName": "{name}"})
    gone = ("NoSuchConfigurationRecorderException",)
