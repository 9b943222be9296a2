"""Whether a change came about: looked for until AWS shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from firedoor.errors import Refused
from firedoor.plans import Change, Json, Plan

if TYPE_CHECKING:
    from firedoor.services import Services

READ_BACK_TRIES = 4
READ_BACK_PAUSE = 1.0
"""Seconds before the second look; it doubles each time. IAM and S3 may show an older state for a moment."""


def await_change(services: Services, read: Callable[[], Json], change: Change) -> None:
    """Look until the state is what the change promised; AWS may show the former one for a moment.

    Raises:
        Refused: It did not come about.
    """
    pause = READ_BACK_PAUSE
    for attempt in range(READ_BACK_TRIES):
        if attempt:
            services.sleep(pause)
            pause *= 2
        if dict(read()) == dict(change.after):
            return
    raise Refused(f"{change.target} did not change although AWS accepted the call.")


def expect_nothing_left(plan: Plan) -> None:
    """Refuse a plan that is not empty, made after its changes were applied."""
    if plan.changes:
        raise Refused(f"After it was applied, this was still open: {plan.changes[0].summary}.")
