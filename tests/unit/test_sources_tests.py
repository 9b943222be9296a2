"""Running the tests in the playbooks: they pass when the playbook does what they say, and fail when it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources_examples import EVENT, PLAYBOOK, load

from firedoor.cli.playbook_tests import Outcome, changed, run_tests
from firedoor.errors import EventError, PlaybookError

TEXT = json.dumps(EVENT)
_USER_NAME = ("detail", "userIdentity", "userName")


def run(tmp_path: Path, playbook: str = PLAYBOOK, **others: str) -> tuple[Outcome, ...]:
    """Load and run."""
    return run_tests(load(tmp_path, playbook, **others), tmp_path / "events")


def first(tmp_path: Path, expect: str, before: str = "") -> Outcome:
    """Run the example with another expectation in its first test, ``before`` written above it."""
    text = PLAYBOOK.replace("    expect: {matches: true, steps: [ec2.close_ports]}", f"{before}    expect: {expect}")
    assert text != PLAYBOOK
    return run(tmp_path, text)[0]


def test_what_is_as_expected_passes(tmp_path: Path) -> None:
    """The example's own tests hold."""
    assert [("An opened group is closed", ()), ("A closed group is left alone", ())] == [
        (tested.name, tested.problems) for tested in run(tmp_path)
    ]


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ("{matches: true, steps: [iam.deny_user]}", "its steps should be iam.deny_user and are ec2.close_ports"),
        ("{matches: true, steps: []}", "its steps should be none and are ec2.close_ports"),
        ("{matches: true, extract: {group_id: sg-2}}", 'group_id should be "sg-2" and is "sg-1"'),
        ("{matches: true, extract: {user: null}}", 'user should be null and is "jo"'),
        ("{matches: true, alerts: 2}", "it should open 2 cases and opens 1"),
    ],
)
def test_what_is_otherwise_is_told(tmp_path: Path, expect: str, problem: str) -> None:
    """A wrong expectation fails with what was expected and what came."""
    assert (problem,) == first(tmp_path, expect).problems


def test_a_hit_that_misses_is_told(tmp_path: Path) -> None:
    """No pattern held."""
    tested = first(tmp_path, "{matches: true}", "    set: {source: aws.s3}\n")
    assert ("it should match and does not: none of its patterns holds",) == tested.problems


def test_a_hit_that_is_excepted_says_why(tmp_path: Path) -> None:
    """The engine's own reason is shown."""
    tested = first(tmp_path, "{matches: true}", '    set: {account: "444455556666"}\n')
    assert ("it should match and does not: excepted: A planned exercise",) == tested.problems


def test_a_miss_that_hits_is_told(tmp_path: Path) -> None:
    """The second test of the example, without its change."""
    text = PLAYBOOK.replace("    set: {detail.eventName: RevokeSecurityGroupIngress}\n", "")
    (problem,) = run(tmp_path, text)[1].problems
    assert problem.startswith("it should not match and does")


def test_a_failed_call_starts_nothing(tmp_path: Path) -> None:
    """The engine's rules hold in tests as they do in Lambda."""
    tested = first(tmp_path, "{matches: true}", "    set: {detail.errorCode: AccessDenied}\n")
    assert "the call failed (AccessDenied)" in tested.problems[0]


def test_a_step_s_condition_sees_the_changed_event(tmp_path: Path) -> None:
    """``when`` is evaluated over what was extracted."""
    tested = first(
        tmp_path,
        "{matches: true, steps: [ec2.close_ports, iam.deny_user]}",
        "    set: {detail.userIdentity.userName: temp-7}\n",
    )
    assert () == tested.problems


def test_repeats_of_one_thing_are_one_case(tmp_path: Path) -> None:
    """Each repeat is an event of its own, and the case's key is the same."""
    assert () == first(tmp_path, "{matches: true, alerts: 1}", "    repeat: 50\n").problems


@pytest.mark.parametrize(("repeat", "hits"), [(2, False), (3, True)])
def test_a_threshold_is_reached_by_repeats(tmp_path: Path, repeat: int, hits: bool) -> None:
    """Two are too few where three are asked for."""
    text = PLAYBOOK.replace("dedup:", "threshold: {group_by: [actor], count: 3, within: 10m}\ndedup:")
    text = text.replace(
        "    expect: {matches: true, steps", f"    repeat: {repeat}\n    expect: {{matches: true, steps"
    )
    assert hits is run(tmp_path, text)[0].passed


def test_an_expression_that_fails_is_told(tmp_path: Path) -> None:
    """It hits, but a person would have to look: the test must not pass for that."""
    text = PLAYBOOK.replace("detail.requestParameters.groupId", "length(detail.requestParameters.missing)")
    assert any("failed on this event" in problem for problem in run(tmp_path, text)[0].problems)


def test_local_exclusions_play_no_part(tmp_path: Path) -> None:
    """What an operator excepted today does not break the playbook's tests."""
    exclusions = (
        "exclusions:\n  - {reason: Away, owner: pay, expires: 2099-01-31, match: [{account: ['111122223333']}]}\n"
    )
    assert all(tested.passed for tested in run(tmp_path, exclusions=exclusions))


def test_a_path_that_leads_nowhere_fails_the_test(tmp_path: Path) -> None:
    """A mistyped path would otherwise prove nothing."""
    tested = first(tmp_path, "{matches: true}", "    set: {detail.requestParameters.rules.7.port: 22}\n")
    assert (
        "The event has no detail.requestParameters.rules.7.port: there is no '7' where the path looks for it.",
    ) == (tested.problems)


def test_broken_sources_are_not_run(tmp_path: Path) -> None:
    """There is nothing to run."""
    with pytest.raises(PlaybookError):
        run(tmp_path, PLAYBOOK.replace("severity: high", "severity: loud"))


@pytest.mark.parametrize(
    ("changes", "path", "expected"),
    [
        ({"detail.eventName": "X"}, ("detail", "eventName"), "X"),
        ({"detail.new.deep": 1}, ("detail", "new"), {"deep": 1}),
        ({"detail.requestParameters.rules.1": 81}, ("detail", "requestParameters", "rules"), [{"port": 22}, 81]),
        (
            {"detail.requestParameters.rules.0.port": 5},
            ("detail", "requestParameters", "rules"),
            [{"port": 5}, {"port": 80}],
        ),
        ({"detail.requestParameters.rules.0": None}, ("detail", "requestParameters", "rules"), [{"port": 80}]),
        ({"detail.requestParameters.groupId": None}, ("detail", "requestParameters", "groupId"), None),
        ({"detail-type": "Y"}, ("detail-type",), "Y"),
    ],
)
def test_a_field_is_changed_by_its_path(changes: dict[str, Any], path: tuple[str, ...], expected: Any) -> None:
    """A number is a place in a list, null removes, and what is missing on the way is made."""
    found: Any = json.loads(changed(TEXT, changes))
    for part in path[:-1]:
        found = found[part]
    assert expected == found.get(path[-1])


@pytest.mark.parametrize("path", ["detail.nothing", "detail.nothing.deeper", "detail.requestParameters.rules.9"])
def test_removing_what_is_not_there_is_a_mistake(path: str) -> None:
    """It would leave the event as it was, and the test would prove something else."""
    with pytest.raises(PlaybookError, match="there is no"):
        changed(TEXT, {path: None})


def test_an_event_file_that_is_not_json_is_told() -> None:
    """Not a stack trace."""
    with pytest.raises(EventError, match="not JSON"):
        changed("{", {"a": 1})


def test_an_unchanged_event_keeps_its_spelling() -> None:
    """How a number is written carries meaning, so the text is passed on as it is."""
    assert '{"n": 3.0e2}' == changed('{"n": 3.0e2}', {})
