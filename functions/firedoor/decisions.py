"""What people decide about a case: approve, reject, undo. Checks that they may; ``respond`` carries it out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.data_classes import LambdaFunctionUrlEvent

from firedoor import actions
from firedoor.alerts import clean
from firedoor.case import Case, Occurrence, State
from firedoor.errors import EventError, Refused, Retry
from firedoor.messages import UNDO, Message, send

if TYPE_CHECKING:
    from firedoor.services import Services

_CASE_ID = re.compile(r"fd-\d{8}-[0-9a-f]{6,20}")
_SESSION = re.compile(r"arn:([\w-]+):sts::(\d{12}):assumed-role/(?P<role>[^/]+)/(?P<session>.+)")
_ROLE = re.compile(r"arn:([\w-]+):iam::(\d{12}):role/(?:.+/)?(?P<role>[^/]+)")


class Choice(StrEnum):
    """What a person may ask for."""

    APPROVE = "approve"
    REJECT = "reject"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who decides. ``verified`` is true when AWS itself told us the ARN (an IAM-signed request)."""

    arn: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a decision: ``accepted``, and a sentence for the person who made it."""

    case_id: str
    accepted: bool
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the form that the handler answers with."""
        return {"case_id": self.case_id, "accepted": self.accepted, "message": self.message}


def decide(services: Services, choice: Choice, case_id: str, caller: Caller, *, why: str, force: bool) -> Answer:
    """Carry a person's decision to every occurrence of the case that it can concern.

    Deciding the same again is no error while it is not carried out: ``respond`` is told of it once more.

    Raises:
        Refused: There is no such case, it does not wait for this, or this caller may not decide it.
        Conflict: Somebody else decided at the same moment.
    """
    case = services.cases.get(case_id)
    if choice is Choice.UNDO:
        return _undo(services, case, caller, why=why, force=force)
    waiting = [occurrence for occurrence in case.occurrences if occurrence.state is State.WAITING]
    decided = _DECIDED[choice]
    again = [each for each in case.occurrences if each.state is decided and each.is_decided_only]
    if not waiting and not again:
        raise Refused(f"Case {case_id} does not wait for a decision; it is {case.state}.")
    for occurrence in waiting:
        _may_decide(occurrence, caller)
    for occurrence in again:
        send(services, Message(case_id, occurrence.number))
    if not waiting:
        return Answer(case_id, accepted=True, message=f"It is {decided} already, and was sent on its way once more.")
    if choice is Choice.REJECT:
        return _reject(services, waiting, caller, why)
    return _approve(services, waiting, caller, why)


_DECIDED = {Choice.APPROVE: State.APPROVED, Choice.REJECT: State.REJECTED}


def _may_decide(occurrence: Occurrence, caller: Caller) -> None:
    actor = occurrence.extracted.get("actor")
    if isinstance(actor, str) and same_principal(actor, caller.arn):
        raise Refused(
            "The principal that caused this event cannot decide about it, nor a session of the same name; "
            "somebody else must."
        )


def same_principal(one: str, other: str) -> bool:
    """Tell whether two ARNs are one principal: a role and any of its sessions count as the same.

    Two sessions are the same person if they have the same name, whatever their roles and accounts: IAM Identity Center
    names a session after the person, who may have several permission sets.
    """
    if _person(one) == _person(other):
        return True
    first, second = _SESSION.fullmatch(one), _SESSION.fullmatch(other)
    if first and second:
        return False
    session, role = (first, _ROLE.fullmatch(other)) if first else (second, _ROLE.fullmatch(one))
    return bool(session and role and session[2] == role[2] and session["role"] == role["role"])


def _person(arn: str) -> str:
    session = _SESSION.fullmatch(arn)
    return f"session {session['session'].lower()}" if session else arn


def _reject(services: Services, waiting: list[Occurrence], caller: Caller, why: str) -> Answer:
    for occurrence in waiting:
        note = f"Rejected. {why}".strip()
        decision = _decision(services, Choice.REJECT, caller, why)
        moved = services.cases.move(
            occurrence,
            State.REJECTED,
            services.now(),
            caller.arn,
            note,
            reason=note,
            decisions=(*occurrence.decisions, decision),
        )
        send(services, Message(moved.case_id, moved.number))
    return Answer(waiting[0].case_id, accepted=True, message="Rejected: nothing was changed.")


def _approve(services: Services, waiting: list[Occurrence], caller: Caller, why: str) -> Answer:
    missing = False
    for occurrence in waiting:
        decisions = (*occurrence.decisions, _decision(services, Choice.APPROVE, caller, why))
        needed = actions.approvers_needed(occurrence.steps)
        if needed > 1 and _verified_approvers(decisions) < needed:
            services.cases.save(occurrence, decisions=decisions)
            missing = True
            continue
        moved = services.cases.move(
            occurrence, State.APPROVED, services.now(), caller.arn, f"Approved. {why}".strip(), decisions=decisions
        )
        send(services, Message(moved.case_id, moved.number))
    case_id = waiting[0].case_id
    if missing:
        word = "a second person's approval" if caller.verified else "two people who approve it by `firedoor approve`"
        return Answer(case_id, accepted=True, message=f"Noted. This plan needs {word}.")
    return Answer(
        case_id, accepted=True, message="Approved: the plan is made again and applied if it is still the same."
    )


def _verified_approvers(decisions: tuple[Any, ...]) -> int:
    """Count the people who approved; whom AWS does not vouch for may be one who did already."""
    approved = [item for item in decisions if item["decision"] == Choice.APPROVE and item["verified"]]
    return len({_person(item["by"]) for item in approved})


def _decision(services: Services, choice: Choice, caller: Caller, why: str) -> dict[str, Any]:
    at = services.now().isoformat(timespec="seconds")
    return {"decision": choice.value, "by": caller.arn, "verified": caller.verified, "at": at, "why": why}


def _undo(services: Services, case: Case, caller: Caller, *, why: str, force: bool) -> Answer:
    done = [
        occurrence
        for occurrence in case.occurrences
        if occurrence.state in (State.CONTAINED, State.FAILED, State.UNDOING)
        and any(step.stands for step in occurrence.steps)
    ]
    if not done:
        if any(occurrence.state is State.REVERTED for occurrence in case.occurrences):
            raise Refused(f"Case {case.id} was put back already; there is nothing left to undo.")
        raise Refused(f"Case {case.id} changed nothing, so there is nothing to undo; it is {case.state}.")
    for occurrence in reversed(done):
        decision = _decision(services, Choice.UNDO, caller, why)
        # What stopped the last undo is no longer said of this one.
        services.cases.save(occurrence, decisions=(*occurrence.decisions, decision), reason="", drift=None)
        send(services, Message(case.id, occurrence.number, do=UNDO, force=force, by=caller.arn))
    return Answer(case.id, accepted=True, message="The undo has begun; `firedoor show` tells what became of it.")


def answer_request(services: Services, event: Any) -> dict[str, Any]:
    """Answer one invocation of the ``decide`` function.

    ``event`` is a function-URL request whose JSON body, or a direct invocation whose payload, is
    ``{"decision": "approve" | "reject" | "undo", "case_id": "fd-…", "why"?: str, "force"?: bool}``. Through the
    function URL AWS tells who calls; a direct invocation (a chat button) may name itself in ``by``, unverified.

    Returns ``{"statusCode": 200 | 400 | 409, "headers": …, "body": JSON text}``; the body is ``Answer.to_json``.
    """
    try:
        request, caller = _read_request(event)
        why = clean(str(request.get("why") or ""), 300)
        force = request.get("force") is True
        answer = decide(services, _choice(request), _case_id(request), caller, why=why, force=force)
    except EventError as error:
        return _http(400, {"accepted": False, "message": str(error)})
    except (Refused, Retry) as error:
        return _http(409, {"accepted": False, "message": str(error)})
    return _http(200, answer.to_json())


def _read_request(event: Any) -> tuple[dict[str, Any], Caller]:
    if not isinstance(event, dict):
        raise EventError("The request must be a JSON object.")
    if "requestContext" not in event:
        return event, Caller(clean(str(event.get("by") or "a direct invocation"), 200), verified=False)
    request = LambdaFunctionUrlEvent(event)
    if request.request_context.http.method != "POST":
        raise EventError("A decision must be sent with POST.")
    identity = request.request_context.authorizer.iam if request.request_context.authorizer else None
    if identity is None or not identity.user_arn:
        raise EventError("The request is not signed, so nobody knows who decides.")
    return _body(request.decoded_body), Caller(identity.user_arn, verified=True)


def _body(text: str | None) -> dict[str, Any]:
    try:
        body = json.loads(text or "")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise EventError("The request's body must be a JSON object.")
    return body


def _choice(request: dict[str, Any]) -> Choice:
    try:
        return Choice(str(request.get("decision")))
    except ValueError:
        raise EventError("'decision' must be approve, reject or undo.") from None


def _case_id(request: dict[str, Any]) -> str:
    case_id = request.get("case_id")
    if not isinstance(case_id, str) or not _CASE_ID.fullmatch(case_id):
        raise EventError("'case_id' must be a case's id, such as fd-20260131-7f3a2b.")
    return case_id


def _http(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
