"""The template holds what the code needs, and nothing that it does not."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from firedoor import actions, findings, guard
from firedoor.actions import bedrock, cloudtrail
from firedoor.cli import template
from firedoor.cli.playbook_tests import changed
from firedoor.cli.sources import load_sources
from firedoor.events import SOURCE_OF_INSPECTION, read_events
from firedoor.settings import OPTIONAL, REQUIRED

ROOT = Path(__file__).parent.parent.parent


def resources(kind: str, name: str = "template.yaml") -> dict[str, dict[str, Any]]:
    """Return the resources of one type, by logical id."""
    return template.resources(kind, ROOT / name)


FUNCTIONS = resources("AWS::Serverless::Function")


def test_there_are_five_functions_of_one_artifact() -> None:
    """Every handler's file exists, and none sets a code folder of its own."""
    assert 5 == len(FUNCTIONS)
    for function in FUNCTIONS.values():
        module, _, name = function["Properties"]["Handler"].rpartition(".")
        path = ROOT / "functions" / Path(*module.split(".")).with_suffix(".py")
        assert f"def {name}(" in path.read_text("utf-8")
        assert "CodeUri" not in function["Properties"]


def test_handlers_are_thin() -> None:
    """At most fifteen lines of code each."""
    for function in FUNCTIONS.values():
        path = ROOT / "functions" / function["Properties"]["Handler"].split(".")[0] / "app.py"
        code = [
            line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.strip().startswith("#")
        ]
        bodies = [line for line in code if line.startswith(" ") and '"""' not in line]
        assert len(bodies) <= 15, path


def test_the_functions_get_exactly_the_variables_that_settings_reads() -> None:
    """Both ways; Lambda itself sets AWS_REGION."""
    given = set(template.read_template()["Globals"]["Function"]["Environment"]["Variables"])
    assert set(REQUIRED) | set(OPTIONAL) == {name for name in given if not name.startswith("POWERTOOLS")} | {
        "AWS_REGION"
    }


def test_every_queue_has_dead_letters_and_an_alarm_on_them() -> None:
    """Nothing that could not be handled goes unseen."""
    queues = resources("AWS::SQS::Queue")
    working = {name for name, queue in queues.items() if "RedrivePolicy" in queue["Properties"]}
    dead = {
        queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].split(".")[0]
        for name, queue in queues.items()
        if name in working
    }
    assert set(queues) == working | dead
    watched = {
        alarm["Properties"]["Dimensions"][0]["Value"].get("Fn::GetAtt", "").split(".")[0]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }
    assert dead == watched


def test_a_message_comes_again_only_after_the_function_has_ended() -> None:
    """Visibility is at least six times the timeout, as Lambda's documentation asks."""
    for name in ("Classify", "Inspect", "Respond"):
        queue, function = resources("AWS::SQS::Queue")[f"{name}Queue"], FUNCTIONS[f"{name}Function"]
        assert queue["Properties"]["VisibilityTimeout"] >= 6 * function["Properties"]["Timeout"]


def test_respond_gives_up_when_its_queue_does() -> None:
    """The last try goes to a person, so both must agree which is the last."""
    text = (ROOT / "functions" / "respond" / "app.py").read_text("utf-8")
    tries = int(re.search(r"^TRIES = (\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    redrive = resources("AWS::SQS::Queue")["RespondQueue"]["Properties"]["RedrivePolicy"]
    assert tries == redrive["maxReceiveCount"]


def test_everything_is_encrypted_with_our_key() -> None:
    """Queues, topic, table, buckets and logs."""
    text = json.dumps(template.read_template())
    for kind, path in (
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::DynamoDB::Table", "SSESpecification"),
        ("AWS::S3::Bucket", "BucketEncryption"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
    ):
        assert resources(kind)
        assert all(path in resource["Properties"] for resource in resources(kind).values()), kind
    assert '"EnableKeyRotation": true' in text


def test_what_must_outlive_the_stack_does() -> None:
    """Cases, evidence, quarantine, logs and the key that opens them."""
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup"):
        assert all(resource.get("DeletionPolicy") == "Retain" for resource in resources(kind).values()), kind


# --- least power


def statements(role: str, name: str = "template.yaml") -> list[dict[str, Any]]:
    """Return the statements of a role's own policies."""
    policies = template.read_template(ROOT / name)["Resources"][role]["Properties"]["Policies"]
    return [entry for policy in policies for entry in policy["PolicyDocument"]["Statement"] if "Effect" in entry]


def allowed(role: str, name: str = "template.yaml") -> set[str]:
    """Return the IAM actions that a role allows."""
    found: set[str] = set()
    for statement in statements(role, name):
        if statement["Effect"] == "Allow":
            names = statement["Action"]
            found |= {names} if isinstance(names, str) else set(names)
    return found


def union(*verbs: str) -> set[str]:
    """Return what all actions of the registry list under these verbs."""
    return {name for action in actions.catalogue() for verb in verbs for name in getattr(action.permissions, verb)}


LOOKING = {*guard.PERMISSIONS, *bedrock.BASELINE_PERMISSIONS, *cloudtrail.BASELINE_PERMISSIONS}
HOMES = pytest.mark.parametrize("name", ["template.yaml", "deploy/member.yaml"])


@HOMES
def test_the_responder_may_do_what_the_actions_call_and_nothing_else(name: str) -> None:
    """Both ways, at home and in member accounts."""
    assert union("plan", "apply") | LOOKING | set(findings.PERMISSIONS.values()) == allowed("ResponderRole", name)


@HOMES
def test_the_restorer_may_do_what_undoing_calls_and_nothing_else(name: str) -> None:
    """Both ways; it alone may hand an instance its role back."""
    assert union("plan", "undo") | LOOKING == allowed("RestorerRole", name)


@HOMES
@pytest.mark.parametrize("role", ["ResponderRole", "RestorerRole"])
def test_what_ships_as_protected_is_denied_too(role: str, name: str) -> None:
    """Each principal of protected.yaml is under a Deny of the role, so either guard alone is enough."""
    denied = [
        resource["Fn::Sub"].replace("${AWS::Partition}", "aws")
        for statement in statements(role, name)
        if statement["Effect"] == "Deny"
        for resource in _listed(statement["Resource"])
        if isinstance(resource, dict)
    ]
    assert denied
    for entry in load_sources(ROOT / "playbooks").protected:
        arn = entry.get("arn")
        if arn:
            example = arn.replace("arn:*:", "arn:aws:").replace("iam::*:", "iam::111122223333:").replace("*", "x")
            assert any(fnmatchcase(example, pattern) for pattern in denied), arn
    tagged = [statement for statement in statements(role, name) if "firedoor:protected" in json.dumps(statement)]
    assert ["Deny"] == [statement["Effect"] for statement in tagged]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@HOMES
@pytest.mark.parametrize("role", ["ResponderRole", "RestorerRole"])
def test_only_our_functions_enter_and_only_with_the_external_id(role: str, name: str) -> None:
    """A confused deputy gets nowhere."""
    (trust,) = template.read_template(ROOT / name)["Resources"][role]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert "sts:ExternalId" in trust["Condition"]["StringEquals"]
    assert "*" not in json.dumps(trust["Principal"])


@pytest.mark.parametrize("role", ["ClassifyRole", "InspectRole", "DecideRole"])
def test_who_hears_and_decides_can_change_nothing_of_anybodys(role: str) -> None:
    """Their own table and queue, and no way into accounts."""
    assert {"sqs", "dynamodb", "kms", "logs", "xray", "s3"} >= {name.split(":")[0] for name in allowed(role)}
    assert not {name for name in allowed(role) if name.startswith("s3:")} - {"s3:GetObject"}


@pytest.mark.parametrize("role", ["ClassifyRole", "InspectRole", "RespondRole", "DecideRole", "TimerRole"])
def test_no_function_may_do_everything_of_a_service(role: str) -> None:
    """No wildcard action, and no wildcard resource but for traces."""
    assert not [name for name in allowed(role) if "*" in name]
    assert ["Traces"] == [statement["Sid"] for statement in statements(role) if statement["Resource"] == "*"]


# --- routing


def hits() -> list[tuple[str, str, str]]:
    """Return (playbook, test, event text) of every test that must match."""
    sources, found = load_sources(ROOT / "playbooks"), []
    for test in sources.tests:
        if test.matches:
            text = (ROOT / "events" / test.event).read_text("utf-8")
            found.append((test.playbook, test.name, changed(text, dict(test.changes))))
    return found


def test_every_event_that_a_playbook_answers_is_routed_by_a_rule() -> None:
    """A playbook that no rule feeds never fires. What inspection makes itself needs no rule."""
    checked = 0
    for playbook, name, text in hits():
        (event, *_) = read_events(text)
        if event.data["source"] == SOURCE_OF_INSPECTION:
            continue
        checked += 1
        assert ("classify",) == template.routes().match(text), f"{playbook}: {name}"
    assert checked > 30


def test_patterns_fit_into_eventbridge() -> None:
    """2,048 characters by default."""
    for rule in resources("AWS::Events::Rule").values():
        assert len(json.dumps(rule["Properties"]["EventPattern"], separators=(",", ":"))) <= 2048


def test_read_only_calls_have_a_rule_in_the_state_that_hears_them() -> None:
    """An ordinary rule never sees InvokeModel; hearing it is a choice, because it costs."""
    rule = resources("AWS::Events::Rule")["ReadOnlyRule"]["Properties"]
    assert {"Fn::Ref": "ReadOnlyManagementEvents"} == rule["State"]
    allowed_states = template.read_template()["Parameters"]["ReadOnlyManagementEvents"]["AllowedValues"]
    assert "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" in allowed_states


def test_members_send_home_what_the_home_rules_hear() -> None:
    """The two lists of calls are one."""
    home = resources("AWS::Events::Rule")["CloudTrailRule"]["Properties"]["EventPattern"]
    member = resources("AWS::Events::Rule", "deploy/member.yaml")["CallsRule"]["Properties"]["EventPattern"]
    assert home == member
