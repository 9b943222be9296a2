"""What is written down of a response: its occurrence's state, its evidence, and the status at Security Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firedoor import findings
from firedoor.accounts import Allowance
from firedoor.errors import Retry
from firedoor.faults import AwsError, explain
from firedoor.plans import StepResult

if TYPE_CHECKING:
    from firedoor.case import Occurrence, State
    from firedoor.services import Services


def settle(services: Services, occurrence: Occurrence, state: State, reason: str, **more: Any) -> Occurrence:
    """Write the state that the occurrence comes to, and why; the reason is also the note in the timeline."""
    return services.cases.move(occurrence, state, services.now(), "respond", reason, reason=reason, **more)


def put_result(occurrence: Occurrence, number: int, result: StepResult) -> tuple[StepResult, ...]:
    """Return the occurrence's steps with what became of the one of this number, from 0."""
    return (*occurrence.steps[:number], result, *occurrence.steps[number + 1 :])


def keep(services: Services, occurrence: Occurrence, kind: str, content: dict[str, Any]) -> tuple[Any, ...]:
    """Add an entry to the occurrence's evidence; without evidence nothing goes on.

    Raises:
        Retry: The bucket did not take it.
    """
    where = f"{occurrence.case_id}/{occurrence.number:04d}-{len(occurrence.evidence) + 1:02d}"
    try:
        entry = services.evidence.save(where, kind, content, occurrence.evidence, services.now())
    except AwsError as error:
        raise Retry(f"The evidence could not be stored: {explain(error)}") from error
    return (*occurrence.evidence, entry)


def write_back(services: Services, occurrence: Occurrence, *, resolved: bool, note: str) -> None:
    """Tell Security Hub; that it did not listen is a note on the case, not a failure of the response."""
    finding = occurrence.finding
    assert finding is not None  # noqa: S101  for the type checker; the caller looked
    allowance = Allowance(read=(findings.PERMISSIONS[finding["feed"]],))
    try:
        hub = services.accounts.enter(
            finding["account"], finding["region"], occurrence.case_id, occurrence.facts.time, allowance
        )
        told = findings.write_back(
            hub.client("securityhub"), finding, resolved=resolved, note=f"{note} Case {occurrence.case_id}."
        )
    except AwsError as error:
        services.cases.note(occurrence, services.now(), f"Security Hub was not told: {explain(error)}")
    else:
        if not told:
            services.cases.note(occurrence, services.now(), "Security Hub did not accept the finding's new status.")
