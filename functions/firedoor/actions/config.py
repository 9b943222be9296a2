"""Actions on AWS Config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class StartRecorder(Setting):
    """See ``summary``. What happened in between is not recorded afterwards."""

    name = "config.start_recorder"
    service = "config"
    iam = "config"
    parameter = "recorder"
    noun = "configuration recorder"
    promise = "Start {name}"
    arn = "configuration-recorder/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"recording": True}
    reads = Call(
        "DescribeConfigurationRecorderStatus",
        {"ConfigurationRecorderNames": ["{name}"]},
        "ConfigurationRecordersStatus[0]",
    )
    writes = Call("StartConfigurationRecorder", {"ConfigurationRecorderName": "{name}"}, put=None)
    clears = Call("StopConfigurationRecorder", {"ConfigurationRecorderName": "{name}"})
    gone = ("NoSuchConfigurationRecorderException",)
