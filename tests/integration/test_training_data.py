"""What an outsider wrote into training data, through the real handlers, where it may not be quarantined."""

from __future__ import annotations

from typing import Any

from firedoor.case import State
from firedoor.plans import StepStatus

WRITTEN = "cloudtrail_training_data_written"
PROTECTED = [{"reason": "labels are never hidden", "arn": "arn:aws:s3:::fraud-training-data/*"}]
STRANGER = {"type": "AWSAccount", "principalId": "AIDACKCEVSQ6C2EXAMPLE", "accountId": "999988887777"}


def test_a_protected_object_does_not_keep_the_key_alive_that_wrote_it(start: Any) -> None:
    """The step on the object may be refused alone, and says why."""
    scene = start(WRITTEN, protected=PROTECTED)
    scene.deliver()
    key, _, written = scene.case.occurrences[0].steps
    assert (State.WAITING, StepStatus.PLANNED, StepStatus.REFUSED) == (scene.case.state, key.status, written.status)
    assert "labels are never hidden" in written.reason


def test_where_all_that_could_be_done_is_refused_a_person_is_told(start: Any) -> None:
    """A stranger has no key here; that a step may fail alone does not make the rest good."""
    scene = start(WRITTEN, {"detail.userIdentity": STRANGER}, protected=PROTECTED)
    scene.deliver()
    assert (State.NEEDS_PERSON, ["NEEDS YOU"]) == (scene.case.state, scene.verdicts())
    assert "labels are never hidden" in scene.case.occurrences[0].reason
