"""The template holds what the code needs, and nothing that it does not."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections import defaultdict
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from firedoor import actions, findings, guard, response
from firedoor.accounts import SESSION_POLICY_LIMIT, Allowance
from firedoor.actions import bedrock, cloudtrail
from firedoor.cli import template
from firedoor.cli.embedded import EmbeddedAws, bundle_file, session
from firedoor.cli.generate_commands import TEMPLATES
from firedoor.cli.generate_commands import generated as generated_files
from firedoor.cli.playbook_tests import changed
from firedoor.cli.roles import AUTHORISED_BY, USES
from firedoor.cli.sources import compile_bundle, load_sources
from firedoor.cli.stage import stage
from firedoor.errors import SettingsError
from firedoor.events import SOURCE_OF_INSPECTION, read_events
from firedoor.patterns import build_index
from firedoor.playbooks import bundle_from_json
from firedoor.settings import OPTIONAL, REQUIRED, QuietHours, Settings

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
    dead |= failure_queues()
    dead |= {
        config["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"].split(".")[0]
        for config in resources("AWS::Lambda::EventInvokeConfig").values()
    }
    assert set(queues) == working | dead
    watched = {
        alarm["Properties"]["Dimensions"][0]["Value"].get("Fn::GetAtt", "").split(".")[0]
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if alarm["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible"
    }
    assert dead == watched


def emitted() -> set[str]:
    """Return the names of the metrics that the handlers write: arguments of ``count`` and keys of ``measures``."""
    texts = "".join(path.read_text("utf-8") for path in (ROOT / "functions").glob("**/*.py"))
    counted = set(re.findall(r'(?:count|add_metric)\("(\w+)"', texts))
    return counted | set(re.findall(r'found\["(\w+)"\]', inspect.getsource(response.measures)))


def test_every_metric_is_on_the_dashboard_and_every_alarm_with_it() -> None:
    """What is counted is seen, and what is shown or watched is counted."""
    body = template.read_template()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]
    shown = [metric for widget in widgets for metric in widget["properties"].get("metrics", ())]
    own = {metric[1] for metric in shown if metric[0] == "Firedoor"} | set(re.findall(r'MetricName=\\?"(\w+)', body))
    assert emitted() == own
    alarms = resources("AWS::CloudWatch::Alarm")
    watched = {alarm["Properties"]["MetricName"] for alarm in alarms.values() if _is_ours(alarm)}
    assert watched <= emitted()
    (listed,) = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
    assert {f"${{{name}.Arn}}" for name in alarms} == set(listed)
    assert all(f'"${{{name}.QueueName}}"' in body for name in resources("AWS::SQS::Queue"))
    places = [(widget["x"], widget["y"], widget["width"], widget["height"]) for widget in widgets]
    assert all(x + width <= 24 for x, _, width, _ in places)


def _is_ours(alarm: dict[str, Any]) -> bool:
    return bool(alarm["Properties"].get("Namespace") == "Firedoor")


def failure_queues() -> set[str]:
    """Return the queues that failed asynchronous invocations go to."""
    return {
        config["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"].split(".")[0]
        for config in resources("AWS::Lambda::EventInvokeConfig").values()
    }


def test_what_is_called_without_waiting_for_an_answer_fails_into_a_queue() -> None:
    """Schedules and log subscriptions do not wait; Lambda itself sends their failures, with the function's own role."""
    configs = resources("AWS::Lambda::EventInvokeConfig").values()
    called = {config["Properties"]["FunctionName"]["Fn::Ref"] for config in configs}
    assert {"InspectFunction", "TimerFunction"} == called
    for function in called:
        role = function.replace("Function", "Role")
        sends = [entry["Resource"] for entry in statements(role) if "sqs:SendMessage" in entry["Action"]]
        for queue in failure_queues():
            assert {"Fn::GetAtt": f"{queue}.Arn"} in sends


def test_eventbridge_may_send_wherever_its_rules_point() -> None:
    """To each target and to each target's dead letters; a missing permission loses events in silence."""
    (policy,) = resources("AWS::SQS::QueuePolicy").values()
    properties = policy["Properties"]
    (allowing,) = [entry for entry in properties["PolicyDocument"]["Statement"] if entry["Effect"] == "Allow"]
    open_to_rules = {arn["Fn::GetAtt"] for arn in allowing["Resource"]}
    pointed = {
        arn["Fn::GetAtt"]
        for rule in resources("AWS::Events::Rule").values()
        for target in rule["Properties"]["Targets"]
        for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"])
        if arn["Fn::GetAtt"] != "AlertDestination.Arn"
    }
    assert pointed == open_to_rules
    assert open_to_rules <= {f"{queue['Fn::Ref']}.Arn" for queue in properties["Queues"]}


def test_every_queue_takes_encrypted_connections_only() -> None:
    """The dead letters hold the same messages."""
    (policy,) = resources("AWS::SQS::QueuePolicy").values()
    (denying,) = [entry for entry in policy["Properties"]["PolicyDocument"]["Statement"] if entry["Effect"] == "Deny"]
    assert set(resources("AWS::SQS::Queue")) == {queue["Fn::Ref"] for queue in policy["Properties"]["Queues"]}
    assert set(resources("AWS::SQS::Queue")) == {arn["Fn::GetAtt"].split(".")[0] for arn in denying["Resource"]}


def test_eventbridge_may_use_the_key_without_a_source_condition() -> None:
    """With aws:SourceAccount or aws:SourceArn its requests to KMS are refused, and no event arrives.

    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    policy = resources("AWS::KMS::Key")["Key"]["Properties"]["KeyPolicy"]["Statement"]
    (entry,) = [entry for entry in policy if "events.amazonaws.com" in json.dumps(entry)]
    assert ["kms:Decrypt", "kms:GenerateDataKey"] == entry["Action"]
    assert "Condition" not in entry


def test_alarms_reach_people() -> None:
    """Each one tells the topic, and throttling is watched for every function."""
    alarms = resources("AWS::CloudWatch::Alarm")
    assert all([{"Fn::Ref": "AlertTopic"}] == alarm["Properties"]["AlarmActions"] for alarm in alarms.values())
    metrics = alarms["ThrottlesAlarm"]["Properties"]["Metrics"]
    watched = {entry["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Fn::Ref"] for entry in metrics[1:]}
    assert set(FUNCTIONS) == watched


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
    """Cases, evidence, quarantine, logs and the key that opens them; a first deployment that fails leaves none behind.

    What is kept keeps its name, and would be in the way of the next try. The table is kept all the same: its protection
    against deletion would stop the rollback.
    """
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup"):
        policy = "Retain" if kind == "AWS::DynamoDB::Table" else "RetainExceptOnCreate"
        for resource in resources(kind).values():
            assert (policy, "Retain") == (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")), kind


# --- least power


def statements(role: str, name: str = "template.yaml") -> list[dict[str, Any]]:
    """Return the statements of a role's policies, its own and managed ones, those too that stand under a condition."""
    policies = list(template.read_template(ROOT / name)["Resources"][role]["Properties"].get("Policies", ()))
    managed = [entry["Properties"] for entry in resources("AWS::IAM::ManagedPolicy", name).values()]
    policies += [entry for entry in managed if {"Fn::Ref": role} in entry["Roles"]]
    entries = [entry for policy in policies for entry in policy["PolicyDocument"]["Statement"]]
    return [entry["Fn::If"][1] if "Fn::If" in entry else entry for entry in entries]


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


TELLING = {AUTHORISED_BY.get(name, name) for name in findings.PERMISSIONS.values()}
LOOKING = {*guard.PERMISSIONS, *bedrock.BASELINE_PERMISSIONS, *cloudtrail.BASELINE_PERMISSIONS}
HOMES = pytest.mark.parametrize("name", ["template.yaml", "deploy/member.yaml"])


@HOMES
def test_the_responder_may_do_what_the_actions_call_and_nothing_else(name: str) -> None:
    """Both ways, at home and in member accounts."""
    assert union("plan", "apply") | LOOKING | TELLING == allowed("ResponderRole", name)


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
        else:
            asked = {"StringEquals": {f"aws:ResourceTag/{entry['tag']['key']}": entry["tag"]["value"]}}
            (tagged,) = [statement for statement in statements(role, name) if asked == statement.get("Condition")]
            assert ("Deny", ["*"]) == (tagged["Effect"], tagged["Resource"])


@HOMES
@pytest.mark.parametrize("role", ["ResponderRole", "RestorerRole"])
def test_protection_denies_changes_and_not_looking(role: str, name: str) -> None:
    """A plan must be able to read a protected thing, or the alert says AccessDenied where it should say protected."""
    for statement in statements(role, name):
        if statement["Effect"] == "Deny" and "NotAction" in statement:
            spared = set(statement["NotAction"]) - set(USES)
            assert not [
                verb
                for verb in spared
                if verb.split(":")[1].removesuffix("*") not in ("Describe", "Get", "List", "ListTags")
            ]
            for action in allowed(role, name) if statement["Resource"] == "*" else ():
                reads = action.split(":")[1].startswith(("Describe", "Get", "List"))
                may = any(fnmatchcase(action, pattern) for pattern in spared)
                assert not (may and not reads), action


@pytest.mark.parametrize("role", ["ResponderRole", "RestorerRole"])
def test_members_have_the_same_roles_as_home(role: str) -> None:
    """Statement by statement; only the account that has the quarantine and evidence buckets is called otherwise."""
    home, member = json.dumps(statements(role)), json.dumps(statements(role, "deploy/member.yaml"))
    assert home == re.sub(r"(firedoor-(?:quarantine|evidence)-)\$\{HomeAccountId\}", r"\1${AWS::AccountId}", member)


@HOMES
def test_objects_are_written_to_no_place_but_these(name: str) -> None:
    """Whatever a session policy would let through.

    The quarantine and the originals in the evidence bucket are ours. The exception is the own invocation log, where a
    redacted copy takes the original's place, and undo the copy's.
    """
    home = "AWS::AccountId" if name == "template.yaml" else "HomeAccountId"
    log = "arn:${AWS::Partition}:s3:::*/AWSLogs/${AWS::AccountId}/BedrockModelInvocationLogs/*"
    ours = [
        f"arn:${{AWS::Partition}}:s3:::firedoor-quarantine-${{{home}}}-*/fd-*",
        f"arn:${{AWS::Partition}}:s3:::firedoor-evidence-${{{home}}}-*/originals/fd-*",
    ]
    for role, places in (("ResponderRole", [*ours, log]), ("RestorerRole", [log])):
        (put,) = [entry for entry in statements(role, name) if "s3:PutObject" in _listed(entry.get("Action", []))]
        assert places == [arn["Fn::Sub"] for arn in _listed(put["Resource"])]


@HOMES
@pytest.mark.parametrize("role", ["ResponderRole", "RestorerRole"])
def test_tags_are_given_only_while_something_is_made(role: str, name: str) -> None:
    """A role that may tag anything may lift protection by tag."""
    (tagging,) = [entry for entry in statements(role, name) if "ec2:CreateTags" in _listed(entry.get("Action"))]
    assert tagging["Condition"]["StringEquals"]["ec2:CreateAction"]
    code = "".join(path.read_text("utf-8") for path in (ROOT / "functions" / "firedoor" / "actions").glob("*.py"))
    assert ".create_tags(" not in code


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
    others = allowed(role) - QUESTIONS
    assert {"sqs", "dynamodb", "kms", "logs", "xray", "s3"} >= {name.split(":")[0] for name in others}
    assert not {name for name in allowed(role) if name.startswith("s3:")} - {"s3:GetObject"}


QUESTIONS = {"bedrock:ApplyGuardrail", "bedrock:InvokeGuardrailChecks", "comprehend:DetectPiiEntities"}
"""What the second stage calls where it is on; they change nothing."""

FOR_LAMBDA = {
    *("kms:Decrypt", "kms:GenerateDataKey", "logs:CreateLogStream", "logs:PutLogEvents"),
    *("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    *("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
}
"""What Lambda and the encryption of services need; no code of ours calls these."""

FOR_RARE_MOMENTS = {
    "ClassifyRole": {"dynamodb:Query"},  # a call that counts towards a threshold
    "InspectRole": {*QUESTIONS},  # the second stage
    # An API destination for alerts; a filter by unit; a crash between storing evidence and remembering it.
    "RespondRole": {"events:PutEvents", "organizations:ListParents", "s3:GetObject"},
}
"""What the run below does not come to, and when it is needed."""

SEVERAL = {
    "scheduler:CreateSchedule": {"scheduler:CreateSchedule", "iam:PassRole"},
    "sts:AssumeRole": {"sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"},
}
"""Calls that IAM asks more than one permission for, as this code makes them."""


class WatchedAws(EmbeddedAws):
    """Remembers what each function called with its own role."""

    def __init__(self, bundle: Path, caps: str, calls: dict[str, set[str]]) -> None:
        """``calls`` is added to: role → IAM actions."""
        super().__init__(bundle, datetime(2026, 11, 20, 23, 0, tzinfo=UTC), caps)
        self._calls = calls
        self._running: str | None = None

    def __enter__(self) -> WatchedAws:
        """Watch from the start."""
        super().__enter__()
        session().events.register("before-call", self._saw)
        return self

    def __exit__(self, *error: object) -> None:
        """Watch no longer."""
        session().events.unregister("before-call", self._saw)
        super().__exit__(*error)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Call a handler, and know whose calls these are."""
        self._running = f"{function.capitalize()}Role"
        try:
            return super().invoke(function, event)
        finally:
            self._running = None

    def _saw(self, model: Any, params: dict[str, Any], request_signer: Any, **_: Any) -> None:
        own = session().get_credentials().access_key == request_signer._credentials.access_key
        if self._running and own:
            self._calls[self._running] |= _needed(model.service_model.service_name, model.name, params)


def _needed(service: str, operation: str, params: dict[str, Any]) -> set[str]:
    """Return the IAM actions of one call; a transaction needs those of its items, an index is a resource of its own."""
    if operation == "TransactWriteItems":
        return {f"dynamodb:{kind}Item" for item in json.loads(params["body"])["TransactItems"] for kind in item}
    if service == "dynamodb" and "IndexName" in (query := json.loads(params["body"])):
        return {f"dynamodb:{operation} index/{query['IndexName']}"}
    return SEVERAL.get(f"{service}:{operation}", {f"{service}:{operation}"})


def test_each_function_may_do_what_its_code_calls_and_nothing_else(samples: Any, tmp_path: Path) -> None:
    """Both ways, through the real handlers: containment, approval, expiry, digest, undo, revert, logs, timers."""
    bundle = bundle_file(ROOT / "playbooks", tmp_path)
    calls: dict[str, set[str]] = defaultdict(set)
    operator = "arn:aws:iam::111122223333:user/operator-1"
    with WatchedAws(bundle, "approve", calls) as aws:
        stopped = samples.text("cloudtrail_stop_logging")
        stage(aws, stopped)
        for number in (1, 2):
            aws.put_event(changed(stopped, {"id": f"{number}0000000-0000-4000-8000-000000000000"}))
            aws.pump()
        (case,) = aws.cases()
        for decision in ("approve", "undo"):
            assert aws.decide({"decision": decision, "case_id": case.id}, operator)["accepted"]
            aws.pump()
        aws.timer({"timer": "baseline"})
        aws.timer({"timer": "heartbeat"})
        aws.timer({"timer": "report"})
        aws.put_event(samples.text("cloudtrail_authorize_ingress_halves"))
        aws.pump()
        aws.advance(8 * 86_400)
    with WatchedAws(bundle, "auto", calls) as aws:
        for name in ("guardduty_role_session_exfiltration", "s3_bedrock_log_created"):
            stage(aws, samples.text(name))
            aws.put_event(samples.text(name))
            aws.pump()
        aws.advance(2 * 86_400)
    may = {
        role: (allowed(role) | on_indexes(role)) - FOR_LAMBDA - FOR_RARE_MOMENTS.get(role, set())
        for role in FUNCTION_ROLES
    }
    assert may == dict(calls)


def on_indexes(role: str) -> set[str]:
    """Return what a role may do with an index of the table: a permission on the table itself does not reach it."""
    return {
        f"{action} index/{resource['Fn::Sub'].partition('/index/')[2]}"
        for statement in statements(role)
        for resource in _listed(statement["Resource"])
        if isinstance(resource, dict) and "/index/" in resource.get("Fn::Sub", "")
        for action in statement["Action"]
    }


FUNCTION_ROLES = ["ClassifyRole", "InspectRole", "RespondRole", "DecideRole", "TimerRole"]


@pytest.mark.parametrize("role", FUNCTION_ROLES)
def test_no_function_may_do_everything_of_a_service(role: str) -> None:
    """No wildcard action, and no wildcard resource but for traces and questions about a text, which is no resource."""
    assert not [name for name in allowed(role) if "*" in name]
    anywhere = [statement for statement in statements(role) if statement["Resource"] == "*"]
    assert ["Traces"] == [statement["Sid"] for statement in anywhere if not set(statement["Action"]) <= QUESTIONS]


def test_the_second_stage_may_be_asked_only_where_it_is_switched_on() -> None:
    """Off by default, each question has a condition of its own, and what is not asked may not be."""
    whole = template.read_template()
    (policy,) = whole["Resources"]["InspectRole"]["Properties"]["Policies"]
    conditional = [entry["Fn::If"] for entry in policy["PolicyDocument"]["Statement"] if "Fn::If" in entry]
    asked = {name: on for on, then, _ in conditional for name in then["Action"] if name in QUESTIONS}
    assert {
        "bedrock:ApplyGuardrail": "AsksGuardrail",
        "bedrock:InvokeGuardrailChecks": "AsksChecks",
        "comprehend:DetectPiiEntities": "AsksComprehend",
    } == asked
    assert QUESTIONS == asked.keys() & allowed("InspectRole")
    parameters = whole["Parameters"]
    assert ("", "DISABLED") == (parameters["SecondStageGuardrail"]["Default"], parameters["SecondStagePii"]["Default"])


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


def test_read_only_calls_are_heard_by_choice_only() -> None:
    """An ordinary rule never sees InvokeModel; hearing it costs, and is a parameter. Every such hit has a rule."""
    allowed_states = template.read_template()["Parameters"]["ReadOnlyManagementEvents"]["AllowedValues"]
    assert "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" in allowed_states
    reading = []
    for name, rule in resources("AWS::Events::Rule").items():
        if name.startswith("ReadingRule"):
            assert {"Fn::Ref": "ReadOnlyManagementEvents"} == rule["Properties"]["State"]
            reading.append(("reading", rule["Properties"]["EventPattern"]))
    index = build_index(reading)
    for playbook, name, text in hits():
        event = json.loads(text.splitlines()[0]) if text.startswith('{"schema') else json.loads(text)
        if event["detail-type"] == "AWS API Call via CloudTrail" and event["detail"].get("managementEvent"):
            assert bool(event["detail"]["readOnly"]) == (("reading",) == index.match(text)), f"{playbook}: {name}"


def test_data_events_are_heard_by_choice_only() -> None:
    """Every object read or written would be a message. Every such hit has a rule, and only the one that is off."""
    heard = [
        (rule["Properties"].get("State") == {"Fn::Ref": "DataEvents"}, rule["Properties"]["EventPattern"])
        for name, rule in resources("AWS::Events::Rule").items()
        if name.startswith(("ChangingRule", "ReadingRule", "DataRule"))
    ]
    index = build_index(heard)
    assert "DISABLED" == template.read_template()["Parameters"]["DataEvents"]["Default"]
    checked = 0
    for playbook, name, text in hits():
        if '"eventCategory": "Data"' in text:
            checked += 1
            assert (True,) == index.match(text), f"{playbook}: {name}"
    assert checked


def test_members_send_home_what_the_home_rules_hear() -> None:
    """The two lists of calls are one."""

    def generated(name: str) -> dict[str, Any]:
        found = resources("AWS::Events::Rule", name)
        names = [rule for rule in found if rule.startswith(("ChangingRule", "ReadingRule", "DataRule"))]
        return {rule: found[rule]["Properties"]["EventPattern"] for rule in names}

    assert generated("template.yaml")
    assert generated("template.yaml") == generated("deploy/member.yaml")


def test_what_is_generated_is_current() -> None:
    """Rules, policies, the schema and the page of actions follow from actions and playbooks: ``make generate``."""
    for name, text in generated_files():
        assert text == (ROOT / name).read_text("utf-8"), name


def test_policies_fit_into_iam() -> None:
    """6,144 characters each once the names are filled in, ten to a role; a session policy narrows them further."""
    for name in TEMPLATES:
        policies = resources("AWS::IAM::ManagedPolicy", name)
        for policy, entry in policies.items():
            text = json.dumps(filled_in(entry["Properties"]["PolicyDocument"]), separators=(",", ":"))
            assert len(text) <= 6_144, f"{name}: {policy}"
        for role in ("ResponderRole", "RestorerRole"):
            held = [entry for entry in policies.values() if {"Fn::Ref": role} in entry["Properties"]["Roles"]]
            assert len(held) <= 10


LONGEST = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-southeast-1", "AWS::AccountId": "1" * 12}


def filled_in(value: Any) -> Any:
    """Return a part of a template with the longest names that AWS could put in; a parameter counts for 32 letters."""
    if isinstance(value, list):
        return [filled_in(member) for member in value]
    if not isinstance(value, dict):
        return value
    if {"Fn::Sub"} == set(value):
        return re.sub(r"\$\{([A-Z][\w:]+)\}", lambda found: LONGEST.get(found[1], "x" * 32), value["Fn::Sub"])
    return {key: filled_in(member) for key, member in value.items()}


def test_a_session_policy_of_every_playbook_fits_into_sts() -> None:
    """STS takes 2,048 characters: permissions alone leave room, and targets that do not fit are told by account."""
    arn = f"arn:aws-us-gov:iam::111122223333:role/{'x' * 64}"
    for playbook in bundle_from_json(compile_bundle(load_sources(ROOT / "playbooks"))).playbooks.values():
        held = [actions.load(step.action).permissions for step in playbook.steps]
        read = (*guard.PERMISSIONS, *(name for permission in held for name in permission.plan))
        for write in ([name for p in held for name in p.apply], [name for p in held for name in p.undo]):
            policy = Allowance(read, tuple(write), tuple(f"{arn}{number}" for number in range(100))).policy()
            assert len(policy) <= SESSION_POLICY_LIMIT, playbook.id


def test_templates_fit_into_cloudformation() -> None:
    """1 MB from S3, from where docs/operations.md lets it read them; 500 resources."""
    for name in TEMPLATES:
        assert (ROOT / name).stat().st_size <= 1_000_000
        assert len(template.read_template(ROOT / name)["Resources"]) <= 500


# --- deploying


def test_samconfig_deploys_production_into_shadow() -> None:
    """Every environment sets only parameters that exist, and production changes nothing at first."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    assert {"default", "dev", "prod"} <= set(config)
    parameters = template.read_template()["Parameters"]
    for environment in ("default", "dev", "prod"):
        for command in config[environment].values():
            for override in command["parameters"].get("parameter_overrides", "").split():
                name, _, value = override.partition("=")
                assert value in parameters[name].get("AllowedValues", [value])
    assert "InitialCap=shadow" in config["prod"]["deploy"]["parameters"]["parameter_overrides"]
    assert "shadow" == parameters["InitialCap"]["Default"]


@HOMES
def test_every_parameter_says_what_it_is_for(name: str) -> None:
    """And the secret ones are not shown."""
    parameters = template.read_template(ROOT / name)["Parameters"]
    assert all(parameter["Description"] for parameter in parameters.values())
    secret = {"ExternalId", "AlertEndpointSecret"} & set(parameters)
    assert secret == {key for key, parameter in parameters.items() if parameter.get("NoEcho")}


@pytest.mark.parametrize(
    "hours", ["", "22:00-06:00", "24:00-06:00", "22:60-06:00", "9:00-17:00", "22:00", "23:59-29:00"]
)
def test_quiet_hours_that_deploy_are_hours_that_the_functions_read(hours: str) -> None:
    """What the template lets through and ``settings`` refuses would stop every function at its start."""
    pattern = template.read_template(ROOT / "template.yaml")["Parameters"]["QuietHours"]["AllowedPattern"]
    try:
        readable = bool(QuietHours.parse(hours))
    except SettingsError:
        readable = False
    assert readable == bool(re.fullmatch(pattern, hours))


@pytest.mark.parametrize(
    "names",
    [
        "{}",
        '{"111122223333": "prod-payments"}',
        '{ "111122223333" : "a b", "444455556666":"ü" }',
        "{prod}",
        '{111122223333: "prod"}',
        '{"111122223333": "a",}',
        '{"111122223333"}',
        "[]",
    ],
)
def test_account_names_that_deploy_are_names_that_the_functions_read(names: str) -> None:
    """What the template lets through and ``settings`` refuses would stop every function at its start."""
    pattern = template.read_template()["Parameters"]["AccountNames"]["AllowedPattern"]
    environment = dict.fromkeys(REQUIRED, "x") | {"FIREDOOR_TOPIC_ARNS": "{}", "FIREDOOR_ACCOUNT_NAMES": names}
    try:
        readable = bool(Settings.from_environment(environment))
    except SettingsError:
        readable = False
    assert readable == bool(re.fullmatch(pattern, names))


def test_nobody_is_left_deaf_to_iam() -> None:
    """Global services tell their events in one region: a stack elsewhere says so, and the page says what to do.

    Source: https://repost.aws/knowledge-center/eventbridge-rule-triggers-iam-single-region
    """
    output = template.read_template()["Outputs"]["StillDeaf"]
    assert "IsFarFromGlobalServices" == output["Condition"]
    assert "deploy/member.yaml" in output["Value"]
    assert "Default" not in template.read_template(ROOT / "deploy/member.yaml")["Parameters"]["HomeRegion"]
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    (command,) = re.findall(r"aws cloudformation deploy .*?\n```", page, re.DOTALL)
    parameters = template.read_template(ROOT / "deploy/member.yaml")["Parameters"]
    needed = {name for name, parameter in parameters.items() if "Default" not in parameter}
    assert needed <= set(re.findall(r"(\w+)=", command))


def test_no_parameter_lets_requests_be_logged() -> None:
    """At DEBUG botocore writes every request, prompts and all; at this level Lambda passes on what the handlers log.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    common = template.read_template()["Globals"]["Function"]
    assert {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"} == common["LoggingConfig"]
    assert not [name for name in common["Environment"]["Variables"] if "LOG_LEVEL" in name]


UNTAGGED = {
    "AWS::Events::ApiDestination",
    "AWS::Events::Connection",
    "AWS::Events::EventBusPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::KMS::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::Logs::SubscriptionFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::Serverless::Function",
    "AWS::Serverless::LayerVersion",
}
"""Types that CloudFormation cannot tag, and the functions, which ``Globals`` tags."""


@HOMES
def test_everything_is_tagged(name: str) -> None:
    """What belongs to Firedoor can be found, and its costs too."""
    parsed = template.read_template(ROOT / name)
    untagged = [
        key
        for key, resource in parsed["Resources"].items()
        if resource["Type"] not in UNTAGGED and "Tags" not in resource["Properties"]
    ]
    assert [] == untagged
    assert {"firedoor": "stack"} == template.read_template()["Globals"]["Function"]["Tags"]
