"""From an event to its cases: what ``classify`` and ``inspect`` both do once they have an envelope.

Classifies, opens or updates cases, and hands each occurrence to the respond queue. Changes nothing but our own table
and queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firedoor.engine import Classification
from firedoor.messages import Message, send

if TYPE_CHECKING:
    from firedoor.services import Services


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one envelope: the cases it opened or joined, and the reasons of the playbooks that did not act."""

    cases: tuple[tuple[str, int], ...]
    reasons: tuple[str, ...]
    oldest_seconds: float
    """Age of the event when it was decided."""


def take_in(services: Services, text: str) -> Taken:
    """Classify one EventBridge envelope and open its cases; telling it twice does nothing the second time.

    Raises:
        EventError: The text is not an envelope.
        Conflict: Others kept writing the same case.
    """
    now = services.now()
    cases: list[tuple[str, int]] = []
    reasons: list[str] = []
    oldest = 0.0
    for classification in services.library.read(text, services.cases, now.date()):
        oldest = max(oldest, (now - classification.event.facts.time).total_seconds())
        cases += _open_cases(services, classification)
        for miss in classification.misses:
            reasons.append(f"{miss.playbook}: {miss.reason}")
            services.cases.note_event(classification.event.id, miss.playbook, miss.reason, now)
    return Taken(tuple(cases), tuple(reasons), oldest)


def _open_cases(services: Services, classification: Classification) -> list[tuple[str, int]]:
    opened_cases = []
    for hit in classification.hits:
        opened = services.cases.open(hit, services.now())
        if opened.pending:
            send(services, Message(opened.case_id, opened.number, event=classification.event.text))
        opened_cases.append((opened.case_id, opened.number))
    return opened_cases
