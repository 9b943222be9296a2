"""What happens because time passed or an operator said so, through the deployed stack's own schedules and functions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from local.cloud import ACCOUNT, STACK
from stack import Stack, ingress, open_group, wait_for

from firedoor.case import State
from firedoor.settings import CAPS_SECONDS

CLOSED = {(443, "10.20.0.0/16")}
SCHEDULE_KEEPS = ("GroupName", "Name", "FlexibleTimeWindow", "ActionAfterCompletion", "Target")


def ring(stack: Stack, timer: str, case_id: str) -> None:
    """Move the schedule that the stack made for a case to now: what the clock would do later."""
    scheduler, group = stack.client("scheduler"), STACK
    name = f"{timer}-{case_id}-1"
    found: dict[str, Any] = wait_for(
        lambda: [entry for entry in scheduler.list_schedules(GroupName=group)["Schedules"] if entry["Name"] == name],
        f"the schedule {name}",
    )[0]
    schedule = scheduler.get_schedule(GroupName=group, Name=found["Name"])
    soon = f"at({datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S})"
    scheduler.update_schedule(**{key: schedule[key] for key in SCHEDULE_KEEPS}, ScheduleExpression=soon)


@pytest.fixture
def cap(operator: Callable[..., str]) -> Iterator[Callable[[str], None]]:
    """Give a way to set the cap of everything, which holds once no warm function remembers the former one."""

    def set_cap(mode: str) -> None:
        operator("cap", mode)
        time.sleep(CAPS_SECONDS + 1)

    yield set_cap
    set_cap("auto")


def test_nobody_approves_and_then_nothing_is_allowed(stack: Stack, cap: Callable[[str], None]) -> None:
    """An approval expires by its schedule, unchanged, and people are told again; under ``off`` it is only recorded."""
    cap("approve")
    group, event = open_group(stack)
    before = ingress(stack, group)
    stack.put(event)
    case = stack.case_about(group, State.WAITING)
    stack.cases.save(stack.cases.occurrence(case.id, 1), asked_until=datetime.now(UTC))  # the clock, for the case
    ring(stack, "approval", case.id)
    stack.case_about(group, State.NEEDS_PERSON)
    assert ["NEEDS APPROVAL", "NEEDS YOU"] == [mail["verdict"] for mail in stack.mails(case.id, 2)]
    assert before == ingress(stack, group)

    cap("off")
    group, event = open_group(stack)
    before = ingress(stack, group)
    stack.put(event)
    case = stack.case_about(group, State.RECORDED)
    assert before == ingress(stack, group)
    assert [] == [mail for mail in stack.mail if mail.get("case_id") == case.id]


def test_what_comes_again_is_told_once_when_the_window_ends(stack: Stack) -> None:
    """The first is told at once; the second is counted, and the digest goes out by its schedule.

    What waits survives that the stack is deployed anew, here with a name for the account, which the digest then has.
    """
    group, event = open_group(stack)
    stack.put(event)
    case = stack.case_about(group, State.CONTAINED)
    assert CLOSED == ingress(stack, group)
    stack.put(event)
    wait_for(lambda: stack.cases.get(case.id).count == 2, "the second occurrence")
    wait_for(stack.is_idle, "the queues to be empty")
    names = json.dumps(json.dumps({ACCOUNT: "harbour"}))  # in quotes, as SAM wants it
    assert "Successfully created/updated stack" in stack.cloud.deploy_built("auto", f"AccountNames={names}")
    ring(stack, "digest", case.id)
    mails = [(mail["verdict"], mail["account"]["name"]) for mail in stack.mails(case.id, 2)]
    assert [("CONTAINED", None), ("STILL HAPPENING", "harbour")] == mails
