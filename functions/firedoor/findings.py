"""Telling Security Hub what became of a finding: its workflow status and a note. Owns both feeds' calls."""

from __future__ import annotations

from typing import Any

from firedoor.plans import Json

PERMISSIONS = {"asff": "securityhub:BatchUpdateFindings", "ocsf": "securityhub:BatchUpdateFindingsV2"}
_NOTE_LIMIT = 512
_STATUS_IN_PROGRESS, _STATUS_RESOLVED = 2, 4
"""OCSF ``status_id``: https://schema.ocsf.io/classes/compliance_finding"""


def write_back(securityhub: Any, finding: Json, *, resolved: bool, note: str) -> bool:
    """Set the finding's workflow status and note; False if Security Hub did not take it.

    ``finding`` is ``events.Event.finding``. ``resolved`` is true only after the change was read back.
    """
    if finding["feed"] == "asff":
        answer = securityhub.batch_update_findings(
            FindingIdentifiers=[{"Id": finding["id"], "ProductArn": finding["product_arn"]}],
            Workflow={"Status": "RESOLVED" if resolved else "NOTIFIED"},
            Note={"Text": note[:_NOTE_LIMIT], "UpdatedBy": "Firedoor"},
        )
    else:
        answer = securityhub.batch_update_findings_v2(
            MetadataUids=[finding["uid"]],
            StatusId=_STATUS_RESOLVED if resolved else _STATUS_IN_PROGRESS,
            Comment=note[:_NOTE_LIMIT],
        )
    return not answer.get("UnprocessedFindings")
