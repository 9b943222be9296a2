"""The alert for machines: our own versioned record (``docs/alert-schema.json``), PagerDuty Events v2, and OCSF."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from firedoor.alerts.alert import Alert
from firedoor.alerts.mail import subject
from firedoor.alerts.text import cap
from firedoor.alerts.times import stamp
from firedoor.alerts.verdicts import MEANINGS, Verdict
from firedoor.playbooks import Severity

VERSION = 1
OCSF_VERSION = "1.4.0"
_PAGERDUTY_SUMMARY = 1_024


def render_machine(alert: Alert) -> dict[str, Any]:
    """Return the machine record, as ``docs/alert-schema.json`` describes it; texts are made safe as in the mail."""
    return {
        "schema": "firedoor.alert",
        "version": VERSION,
        "case_id": alert.case_id,
        "occurrence": alert.occurrence,
        "event_id": alert.event_id,
        "finding_id": alert.finding_id or None,
        "verdict": str(alert.verdict),
        "verdict_means": MEANINGS[alert.verdict].explanation,
        "severity": str(alert.severity),
        "title": alert.title,
        "headline": alert.headline,
        "summary": alert.summary,
        "reason": alert.reason or None,
        "decision": alert.decision or None,
        "playbook": {
            "id": alert.playbook,
            "title": alert.playbook_title,
            "asked_mode": alert.asked_mode,
            "mode": alert.mode,
            "owner": alert.owner,
        },
        "account": {"id": alert.account, "name": alert.account_name or None},
        "region": alert.region,
        "actor": alert.actor,
        "source_ip": alert.source_ip,
        "target": alert.target,
        "happened": stamp(alert.happened),
        "told": stamp(alert.told),
        "opened": stamp(alert.opened),
        "count": alert.count,
        "repeats": _repeats(alert),
        "steps": [_step(step) for step in alert.steps],
        "next_steps": list(alert.next_steps),
        "apply_commands": list(alert.apply_commands),
        "decide_until": _stamp(alert.decide_until),
        "approvers": alert.approvers or None,
        "undo": _undo(alert),
        "related": [asdict(other) for other in alert.related],
        "evidence": list(alert.evidence),
        "links": [{"text": link.text, "url": link.url} for link in alert.links],
        "notes": list(alert.notes),
    }


def _stamp(time: datetime | None) -> str | None:
    return stamp(time) if time else None


def _step(step: Any) -> dict[str, Any]:
    changes = [
        {"summary": change.summary, "target": change.target, "differences": list(change.differences)}
        for change in step.changes
    ]
    return {
        "action": step.action,
        "status": step.status,
        "reason": step.reason or None,
        "changes": changes,
        "more_changes": step.more_changes,
        "revert_after_seconds": step.revert_after,
        "ends": _stamp(step.ends),
    }


def _undo(alert: Alert) -> dict[str, Any] | None:
    if not alert.undoable:
        return None
    return {
        "command": f"firedoor undo {alert.case_id}",
        "commands": list(alert.undo_commands),
    }


def _repeats(alert: Alert) -> dict[str, Any] | None:
    if alert.repeats is None:
        return None
    return {
        "count": alert.repeats.count,
        "first": stamp(alert.repeats.first),
        "last": stamp(alert.repeats.last),
        "sources": list(alert.repeats.sources),
        "more_sources": alert.repeats.more_sources,
    }


_PAGERDUTY_SEVERITY = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "info",
}


def render_pagerduty(alert: Alert) -> dict[str, Any]:
    """Return a PagerDuty Events API v2 event without its ``routing_key``, which the sender adds from its secret.

    A reverted case resolves the incident of its key; a rehearsal never pages above ``info``.
    Source: https://developer.pagerduty.com/docs/events-api-v2-overview
    """
    rehearsal = alert.verdict is Verdict.WOULD_HAVE
    return {
        "event_action": "resolve" if alert.verdict is Verdict.REVERTED else "trigger",
        "dedup_key": alert.case_id,
        "client": "Firedoor",
        "payload": {
            "summary": cap(f"{subject(alert)}. {alert.headline}", _PAGERDUTY_SUMMARY),
            "source": f"{alert.account}/{alert.region}",
            "severity": "info" if rehearsal else _PAGERDUTY_SEVERITY[alert.severity],
            "timestamp": stamp(alert.happened),
            "component": alert.target,
            "group": alert.owner,
            "class": alert.playbook,
            "custom_details": {
                "summary": alert.summary,
                "next_steps": list(alert.next_steps),
                "undo": f"firedoor undo {alert.case_id}" if alert.undoable else None,
                "actor": alert.actor,
                "source_ip": alert.source_ip,
                "notes": list(alert.notes),
            },
        },
        "links": [{"href": link.url, "text": link.text} for link in alert.links],
    }


_OCSF_SEVERITY = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_ACTIVITIES = {
    "isolate": (1, "Isolate"),
    "quarantine": (1, "Isolate"),
    "deny": (1, "Isolate"),
    "deactivate": (2, "Evict"),
    "revoke": (2, "Evict"),
    "restore": (3, "Restore"),
    "start": (3, "Restore"),
    "block": (4, "Harden"),
}
"""An action's verb → the D3FEND tactic that OCSF's Remediation Activity knows."""
_TRIED = frozenset({"done", "failed", "rolled back", "undone"})


def render_ocsf(alert: Alert) -> dict[str, Any]:
    """Return an OCSF event: a Remediation Activity (7001) if something was tried, else a Detection Finding (2004).

    Both carry the case id in ``metadata.correlation_uid``. Source: https://schema.ocsf.io/1.4.0
    """
    if any(step.status in _TRIED for step in alert.steps):
        return _remediation(alert)
    return _detection(alert)


def _base(alert: Alert, class_uid: int, activity: tuple[int, str]) -> dict[str, Any]:
    severity_id, severity = _OCSF_SEVERITY[alert.severity]
    return {
        "activity_id": activity[0],
        "activity_name": activity[1],
        "category_uid": class_uid // 1_000,
        "class_uid": class_uid,
        "type_uid": class_uid * 100 + activity[0],
        "severity_id": severity_id,
        "severity": severity,
        "time": _milliseconds(alert.told),
        "message": f"{alert.verdict}: {alert.title}",
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Firedoor", "vendor_name": "Firedoor"},
            "profiles": ["cloud"],
            "correlation_uid": alert.case_id,
            "uid": f"{alert.case_id}/{alert.occurrence}",
        },
        "cloud": {
            "provider": "AWS",
            "region": alert.region,
            "account": {"uid": alert.account, **({"name": alert.account_name} if alert.account_name else {})},
        },
        "unmapped": {"verdict": str(alert.verdict), "playbook": alert.playbook, "owner": alert.owner},
    }


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1_000)


def _detection(alert: Alert) -> dict[str, Any]:
    activity = (1, "Create") if alert.occurrence == 1 else (2, "Update")
    rehearsal = alert.verdict is Verdict.WOULD_HAVE
    return {
        **_base(alert, 2004, activity),
        "is_alert": not rehearsal,
        "status_id": 1,
        "status": "New",
        "finding_info": {
            "uid": alert.case_id,
            "title": alert.title,
            "desc": alert.summary,
            "created_time": _milliseconds(alert.opened),
            "first_seen_time": _milliseconds(alert.happened),
            "analytic": {"uid": alert.playbook, "name": alert.playbook_title, "type_id": 1, "type": "Rule"},
            "related_events_count": alert.count,
        },
        "remediation": {"desc": " ".join(alert.next_steps) or alert.headline},
        "resources": [{"uid": alert.target, "region": alert.region}],
    }


def _remediation(alert: Alert) -> dict[str, Any]:
    tried = [step for step in alert.steps if step.status in _TRIED]
    verbs = [step.action.partition(".")[2].partition("_")[0] for step in tried]
    failed = [step for step in tried if step.status in ("failed", "rolled back")]
    activity = _ACTIVITIES.get(verbs[0], (99, tried[0].action))
    status = (1, "Success") if not failed else (2, "Failure") if len(failed) == len(tried) else (4, "Partial")
    return {
        **_base(alert, 7001, (99, "Undo") if alert.verdict is Verdict.REVERTED else activity),
        "command_uid": f"{alert.case_id}/{alert.occurrence}",
        "status_id": status[0],
        "status": status[1],
        "status_detail": alert.headline,
        "start_time": _milliseconds(alert.happened),
        "remediation": {
            "desc": "; ".join(change.summary for step in tried for change in step.changes) or alert.headline
        },
    }
