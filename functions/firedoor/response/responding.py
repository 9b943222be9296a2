"""Responding: an occurrence is brought as far as it may go now, and people are told.

Owns the order of planning, proceeding and applying, and what is left to a person when trying again does not help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firedoor import telling
from firedoor.case import Occurrence, State
from firedoor.errors import Retry
from firedoor.response.applying import apply, take_over
from firedoor.response.planning import plan
from firedoor.response.proceeding import proceed, recheck
from firedoor.response.recording import settle, write_back
from firedoor.response.undoing import abandon

if TYPE_CHECKING:
    from firedoor.messages import Message
    from firedoor.services import Services


def respond(services: Services, message: Message, *, last_try: bool = False) -> Occurrence:
    """Bring one occurrence as far as it may go now, from whatever state an earlier try left it in.

    ``last_try`` is true when the queue will not deliver the message again: a fault then goes to a person.

    Raises:
        Retry: A passing fault; the message must come again.
        Refused: There is no such case.
    """
    occurrence = services.cases.occurrence(message.case_id, message.occurrence)
    try:
        return _advance(services, occurrence, message.event)
    except Retry as error:
        if not last_try:
            raise
        occurrence = services.cases.occurrence(message.case_id, message.occurrence)
        return _give_up(services, occurrence, f"It was tried several times: {error}")


def _advance(services: Services, occurrence: Occurrence, event: str | None) -> Occurrence:
    case = services.cases.get(occurrence.case_id)
    playbook = telling.playbook_of(services, case)
    if case.playbook not in services.bundle.playbooks and occurrence.state in _BEFORE_APPLYING:
        reason = f"Playbook {case.playbook} is no longer deployed, so nothing was changed."
        occurrence = settle(services, occurrence, State.NEEDS_PERSON, reason)
    if occurrence.state is State.APPLYING:
        occurrence = take_over(services, occurrence)
    if occurrence.state is State.MATCHED:
        occurrence = plan(services, playbook, case, occurrence, event)
    if occurrence.state is State.PLANNED:
        occurrence = proceed(services, playbook, occurrence)
    if occurrence.state is State.APPROVED:
        occurrence = recheck(services, playbook, occurrence)
    if occurrence.state is State.APPLYING:
        occurrence = apply(services, playbook, occurrence)
    if occurrence.state in _LEFT_TO_A_PERSON and occurrence.finding is not None and not occurrence.alerted:
        write_back(services, occurrence, resolved=False, note=f"{playbook.title}: {occurrence.reason}")
    return telling.tell(services, playbook, occurrence)


_BEFORE_APPLYING = frozenset({State.MATCHED, State.PLANNED, State.APPROVED})
"""States from which ``respond`` goes on, and in which nothing was changed yet."""

_LEFT_TO_A_PERSON = frozenset({State.ALERTED, State.CLOSED, State.NEEDS_PERSON, State.REJECTED})
"""States in which Security Hub hears that people were notified. In shadow it hears nothing: nothing is changed."""


def _give_up(services: Services, occurrence: Occurrence, reason: str) -> Occurrence:
    case = services.cases.get(occurrence.case_id)
    if occurrence.state in _BEFORE_APPLYING:
        occurrence = settle(services, occurrence, State.NEEDS_PERSON, reason)
    elif occurrence.state is State.APPLYING:
        steps = tuple(abandon(services, occurrence, step, reason) for step in occurrence.steps)
        occurrence = settle(services, occurrence, State.FAILED, reason, steps=steps, lease_until=None)
    return telling.tell(services, telling.playbook_of(services, case), occurrence)
