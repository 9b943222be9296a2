"""Which of a playbook's steps apply to a hit, with what values, and in which mode they may be taken. Pure.

Owns ``when``, the fill-in of ``{name}`` and the minimum of all that has a say. Needs no patterns: ``respond`` is handed
what ``engine`` extracted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jmespath.exceptions import JMESPathError

from firedoor.errors import Refused
from firedoor.expressions import evaluate
from firedoor.plans import Json
from firedoor.playbooks import Mode, Playbook, Step

_NAME = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def step_applies(step: Step, extracted: Json) -> bool:
    """Evaluate a step's ``when`` over the extracted names; no ``when`` is always.

    Raises:
        Refused: The expression failed on these values.
    """
    if step.when is None:
        return True
    try:
        return bool(evaluate(step.when, dict(extracted)))
    except JMESPathError as error:
        raise Refused(f"The condition of step {step.action} failed on this event ({type(error).__name__}).") from error


def fill(params: Json, extracted: Json, optional: Collection[str] = ()) -> dict[str, Any]:
    """Put extracted values in the place of ``{name}``, once: what was put in is never looked at again.

    A value that is nothing but ``{name}`` keeps its type (a list stays a list); inside a longer text it is written out.
    A parameter in ``optional`` is left out when the event has no value for it.

    Raises:
        Refused: A name that is needed has no value in this event.
    """
    filled: dict[str, Any] = {}
    for name, value in params.items():
        try:
            filled[name] = _fill_value(value, extracted)
        except Refused:
            if name not in optional:
                raise
    return filled


def _fill_value(value: Any, extracted: Json) -> Any:
    if isinstance(value, str):
        whole = _NAME.fullmatch(value)
        if whole:
            return _value(whole[1], extracted)
        return _NAME.sub(lambda found: str(_value(found[1], extracted)), value)
    if isinstance(value, list | tuple):
        return [_fill_value(member, extracted) for member in value]
    if isinstance(value, Mapping):
        return {name: _fill_value(member, extracted) for name, member in value.items()}
    return value


def _value(name: str, extracted: Json) -> Any:
    value = extracted.get(name)
    if value is None or value in ("", []):
        raise Refused(f"The event does not say {name!r}, which this step needs.")
    return value


@dataclass(frozen=True, slots=True)
class Decision:
    """The mode that counts, and who had the last word, for the alert to say."""

    mode: Mode
    because: str


def decide_mode(playbook: Playbook, cap: Decision, *, reversible: bool) -> Decision:
    """Return the minimum of everything that has a say. Irreversible steps are never automatic."""
    said = [
        Decision(playbook.mode, "the playbook's mode"),
        Decision(playbook.status.cap, f"the playbook's status is {playbook.status}"),
        cap,
    ]
    if not reversible:
        said.append(Decision(Mode.APPROVE, "a step cannot be undone"))
    return min(said, key=lambda decision: decision.mode)
