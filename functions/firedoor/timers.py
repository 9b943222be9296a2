"""What happens because time passed: approvals expire, temporary changes end, digests and heartbeats go out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firedoor import telling
from firedoor.accounts import Allowance
from firedoor.case import State
from firedoor.errors import EventError
from firedoor.faults import AwsError, explain
from firedoor.messages import UNDO, Message, send
from firedoor.playbooks import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.services import Services

HEARTBEAT_SOURCE = "firedoor.heartbeat"
_HEARTBEAT = "heartbeat"
_BY = "timer"


def expire_approval(services: Services, case_id: str, number: int) -> str:
    """End the wait for an approval as the playbook says; a decision that came first stands.

    If that was not carried out yet, ``respond`` is told of it once more: its message may have been lost.

    Raises:
        Refused: There is no such case.
    """
    occurrence = services.cases.occurrence(case_id, number)
    now = services.now()
    if occurrence.is_decided_only:
        send(services, Message(case_id, number))
        return f"it is {occurrence.state} already, and was sent on its way once more"
    if occurrence.state is not State.WAITING or (occurrence.asked_until and now < occurrence.asked_until):
        return f"nothing to expire: {occurrence.state}"
    playbook = services.bundle.playbooks.get(services.cases.get(case_id).playbook)
    if playbook and playbook.approval_otherwise is Mode.AUTO:
        note = "Nobody decided in time; the playbook says to go on."
        occurrence = services.cases.move(occurrence, State.APPROVED, now, _BY, note)
    else:
        note = "Nobody decided in time, so nothing was changed."
        occurrence = services.cases.move(occurrence, State.NEEDS_PERSON, now, _BY, note, reason=note)
    send(services, Message(case_id, number))
    return note


def revert(services: Services, case_id: str, number: int) -> str:
    """Have the temporary changes of an occurrence put back."""
    send(services, Message(case_id, number, do=UNDO, by=_BY, temporary_only=True))
    return "the revert was sent"


def digest(services: Services, case_id: str) -> str:
    """Tell how often a case came back; raises as ``telling.tell_digest`` does."""
    return "told" if telling.tell_digest(services, case_id) else "nothing to tell"


def heartbeat(services: Services) -> bool:
    """Check that the last canary event made its case, and send the next one. True if it did, or if it is the first."""
    now = services.now()
    account, region = services.settings.account_id, services.settings.region
    last = services.cases.baseline(account, region, _HEARTBEAT, now + timedelta(seconds=1))
    answer = services.session.client("events").put_events(
        Entries=[
            {
                "Source": HEARTBEAT_SOURCE,
                "DetailType": "Heartbeat",
                "Detail": json.dumps({"beat": now.isoformat(timespec="seconds")}),
            }
        ]
    )
    sent = answer["Entries"][0]["EventId"]
    services.cases.save_baseline(account, region, _HEARTBEAT, {"event_id": sent}, now)
    return last is None or bool(services.cases.why(last["event_id"]))


def report(services: Services) -> str:
    """Send the weekly report to the default topic; raises as ``telling.tell_report`` does."""
    return telling.tell_report(services, services.now() - timedelta(days=7))


def save_baselines(services: Services) -> Mapping[str, str]:
    """Remember how trails, Bedrock logging and guardrails are set in every known account, to restore them from.

    Returns account → what was done, an error being told as a sentence: one account must not keep the others back.
    """
    known = {services.settings.account_id, *services.settings.account_names}
    return {account: _save_baselines_of(services, account) for account in sorted(known)}


def _save_baselines_of(services: Services, account_id: str) -> str:
    from firedoor.actions import bedrock, cloudtrail

    now = services.now()
    allowance = Allowance(read=(*cloudtrail.BASELINE_PERMISSIONS, *bedrock.BASELINE_PERMISSIONS))
    saved = 0
    try:
        account = services.accounts.enter(
            account_id, services.settings.region, f"baseline-{now:%Y%m%d%H%M}", now, allowance
        )
        found: dict[str, Any] = {**cloudtrail.save_baseline(account), **bedrock.save_baseline(account)}
    except AwsError as error:
        return explain(error)
    for resource, config in found.items():
        saved += services.cases.save_baseline(account_id, services.settings.region, resource, config, now)
    return f"{saved} of {len(found)} configurations were new"


def run(services: Services, event: Any) -> dict[str, Any]:
    """Run the timer that ``event`` names: ``{"timer": "approval", "case_id": "fd-…", "occurrence": 1}``.

    ``heartbeat``, ``baseline`` and ``report`` need no case. Returns ``{"timer", "outcome"}``, for the
    heartbeat also ``seen``.

    Raises:
        EventError: There is no such timer.
    """
    timer = event.get("timer") if isinstance(event, dict) else None
    if timer == "heartbeat":
        return {"timer": timer, "seen": heartbeat(services)}
    if timer == "report":
        return {"timer": timer, "outcome": report(services)}
    if timer == "baseline":
        return {"timer": timer, "outcome": dict(save_baselines(services))}
    case_id, number = event.get("case_id"), event.get("occurrence", 1)
    if timer == "approval":
        return {"timer": timer, "outcome": expire_approval(services, case_id, number)}
    if timer == "revert":
        return {"timer": timer, "outcome": revert(services, case_id, number)}
    if timer == "tell":
        send(services, Message(case_id, number))
        return {"timer": timer, "outcome": "quiet hours are over: the alert was sent on its way"}
    if timer == "digest":
        return {"timer": timer, "outcome": digest(services, case_id)}
    raise EventError(f"There is no timer called {timer!r}.")
