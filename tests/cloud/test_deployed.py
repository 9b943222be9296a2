"""The promise, through the deployed stack: an event goes on the bus, the door closes, one command opens it again."""

from __future__ import annotations

import time
from collections.abc import Callable

from local.cloud import ACCOUNT, LEFT_OUT, local_template
from stack import Stack, ingress, open_group

from firedoor.case import State
from firedoor.cli.template import read_template
from firedoor.settings import CAPS_SECONDS

OPENED = "cloudtrail-security-group-opened"


def test_only_what_is_named_is_left_out_of_the_template() -> None:
    """What the local cloud lacks is a list; it cannot grow in silence."""
    assert ["ThrottlesAlarm"] == list(LEFT_OUT)
    assert set(LEFT_OUT) == set(read_template()["Resources"]) - set(local_template()["Resources"])


def test_deploying_again_changes_nothing(stack: Stack) -> None:
    """What is deployed is what the template says: there is nothing to change."""
    assert "No changes to deploy" in stack.cloud.deploy_built("auto")


def test_an_opened_port_is_closed_told_and_put_back(stack: Stack, operator: Callable[..., str]) -> None:
    """Only the rule that was added to the world goes; evidence is chained; undo brings the rule back."""
    group, event = open_group(stack)
    before = ingress(stack, group)
    stack.put(event)
    case = stack.case_about(group, State.CONTAINED)
    assert OPENED == case.playbook
    assert {(443, "10.20.0.0/16")} == ingress(stack, group)
    assert "CONTAINED" == stack.mails(case.id, 1)[0]["verdict"]
    assert case.id in operator("show", case.id, "--verify")

    operator("undo", case.id, "--why", "it was agreed")
    assert before == ingress(stack, group)
    assert ["CONTAINED", "REVERTED"] == [mail["verdict"] for mail in stack.mails(case.id, 2)]


def test_an_approved_plan_is_applied(stack: Stack, operator: Callable[..., str]) -> None:
    """Under the cap ``approve`` nothing changes before somebody has approved, through the signed function URL."""
    operator("cap", "approve", "--account", ACCOUNT)
    try:
        time.sleep(CAPS_SECONDS + 1)  # a warm function may still hold the cap that it read before
        group, event = open_group(stack)
        before = ingress(stack, group)
        stack.put(event)
        case = stack.case_about(group, State.WAITING)
        assert before == ingress(stack, group)
        operator("approve", case.id)
        assert {(443, "10.20.0.0/16")} == ingress(stack, group)
        assert ["NEEDS APPROVAL", "CONTAINED"] == [mail["verdict"] for mail in stack.mails(case.id, 2)]
    finally:
        operator("cap", "none", "--account", ACCOUNT)
        time.sleep(CAPS_SECONDS + 1)
