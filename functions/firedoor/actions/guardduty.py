"""Actions on GuardDuty."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from firedoor.actions import Action
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account


class EnableDetector(Action):
    """See ``summary``. States are ``{"detector", "enabled"}``; no detector (None) where none was ever made."""

    name = "guardduty.enable_detector"
    summary = (
        "Switches GuardDuty on in this region; undo suspends the detector, or deletes the one that was made with what"
        " it found."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    permissions = Permissions(
        plan=("guardduty:GetDetector", "guardduty:ListDetectors"),
        apply=("guardduty:CreateDetector", "guardduty:UpdateDetector"),
        undo=("guardduty:DeleteDetector", "guardduty:UpdateDetector"),
    )
    example = "{action: guardduty.enable_detector}"

    def plan(self, account: Account, params: Json) -> Plan:  # noqa: ARG002
        """Plan to enable the region's detector, or to make one; there is at most one."""
        state = self._state(account)
        if state["enabled"]:
            return Plan(reason="GuardDuty is on in this region.")
        change = Change(
            target=account.arn("guardduty", f"detector/{state['detector'] or '*'}"),
            summary="Switch GuardDuty on in this region",
            before=state,
            after={**state, "enabled": True},
            resources=("*",),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return whether the detector that the plan saw, or the one that was made, is on."""
        return {**change.before, "enabled": self._state(account)["enabled"]}

    def apply(self, account: Account, change: Change) -> Json:
        """Enable the detector, or make one that is enabled."""
        detector = self._state(account)["detector"]
        client = account.client("guardduty")
        if detector is None:
            return {"detector": client.create_detector(Enable=True)["DetectorId"]}
        client.update_detector(DetectorId=detector, Enable=True)
        return {} if change.before["detector"] else {"detector": detector}

    def undo(self, account: Account, change: Change, made: Json) -> None:
        """Suspend it, or delete the one that was made."""
        client = account.client("guardduty")
        if change.before["detector"]:
            client.update_detector(DetectorId=change.before["detector"], Enable=False)
        elif self._state(account)["detector"] == made["detector"]:
            client.delete_detector(DetectorId=made["detector"])

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:
        """Return the command that does the same."""
        detector = change.before["detector"]
        if detector:
            return (shlex.join(["aws", "guardduty", "update-detector", "--detector-id", detector, "--no-enable"]),)
        if not made:
            return ()
        return (shlex.join(["aws", "guardduty", "delete-detector", "--detector-id", made["detector"]]),)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that enables or makes the detector."""
        detector = change.before["detector"]
        if detector is None:
            return ("aws guardduty create-detector --enable",)
        return (shlex.join(["aws", "guardduty", "update-detector", "--detector-id", detector, "--enable"]),)

    def _state(self, account: Account) -> Json:
        client = account.client("guardduty")
        detectors = client.list_detectors()["DetectorIds"]
        if not detectors:
            return {"detector": None, "enabled": False}
        status = client.get_detector(DetectorId=detectors[0])["Status"]
        return {"detector": detectors[0], "enabled": status == "ENABLED"}
