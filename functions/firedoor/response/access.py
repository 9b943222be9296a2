"""How a case enters an account to plan, apply or undo its steps: with which role, and allowed to do what.

Owns why an account cannot be entered. Does not own sessions and their policies (``accounts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firedoor import actions
from firedoor.accounts import Allowance, targets_of
from firedoor.errors import Refused, Retry
from firedoor.faults import AwsError, explain, is_denied, is_passing
from firedoor.plans import StepResult

if TYPE_CHECKING:
    from firedoor.accounts import Account
    from firedoor.case import Occurrence
    from firedoor.services import Services


def enter(services: Services, occurrence: Occurrence, allowance: Allowance, *, restorer: bool = False) -> Account:
    """Assume the responder in the occurrence's account, or the restorer, which may put back.

    Raises:
        Refused: The role cannot be assumed there.
        Retry: A passing fault.
    """
    facts = occurrence.facts
    role = services.settings.restorer_role if restorer else services.settings.responder_role
    try:
        return services.accounts.enter(
            facts.account, facts.region, occurrence.case_id, facts.time, allowance, role=role
        )
    except AwsError as error:
        if is_passing(error):
            raise Retry(explain(error)) from error
        if not is_denied(error):
            raise Refused(f"Role {role} of account {facts.account} could not be assumed. {explain(error)}") from error
        raise Refused(
            f"Firedoor may not enter account {facts.account}: role {role} cannot be assumed there. "
            "Deploy deploy/member.yaml to that account."
        ) from error


def to_apply(steps: Sequence[StepResult]) -> Allowance:
    """Return what applying these steps takes, and reading back what they changed."""
    return _allowance(steps, [name for step in steps for name in actions.load(step.action).permissions.apply])


def to_undo(steps: Sequence[StepResult]) -> Allowance:
    """Return what putting these steps back takes."""
    return _allowance(steps, [name for step in steps for name in actions.load(step.action).permissions.undo])


def _allowance(steps: Sequence[StepResult], write: Sequence[str]) -> Allowance:
    return Allowance(
        read=tuple(name for step in steps for name in actions.load(step.action).permissions.plan),
        write=tuple(write),
        targets=tuple(arn for step in steps for arn in targets_of(step.changes)),
    )
