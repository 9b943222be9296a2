"""Actions on SageMaker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class StopNotebook(Setting):
    """See ``summary``. Its volume stays; what is in its memory is lost. Undo starts it."""

    name = "sagemaker.stop_notebook"
    service = iam = "sagemaker"
    parameter = "notebook"
    noun = "notebook instance"
    promise = "Stop {name}"
    arn = "notebook-instance/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"running": False}
    reads = Call(
        "DescribeNotebookInstance",
        {"NotebookInstanceName": "{name}"},
        "{running: contains(['InService', 'Pending', 'Updating'], NotebookInstanceStatus)}",
    )
    writes = Call("StopNotebookInstance", {"NotebookInstanceName": "{name}"}, put=None)
    clears = Call("StartNotebookInstance", {"NotebookInstanceName": "{name}"})
