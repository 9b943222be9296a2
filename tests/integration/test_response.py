"""The promise, through the real handlers: exactly what was planned, only when allowed, and back with one command."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import botocore.client
import pytest

from firedoor.case import State
from firedoor.cli.embedded import HOME
from firedoor.cli.playbook_tests import changed
from firedoor.cli.stage import stage
from firedoor.decisions import same_principal
from firedoor.plans import StepStatus
from firedoor.settings import CAPS_SECONDS

OPENED = "cloudtrail_authorize_ingress_world"
OPENED_PLAYBOOK = "cloudtrail-security-group-opened"
MINER = "guardduty_ec2_cryptomining"
OPERATOR = "arn:aws:sts::111122223333:assumed-role/SecurityOperator/kim"
SECOND_OPERATOR = "arn:aws:sts::111122223333:assumed-role/SecurityOperator/ada"


# --- the ladder


@pytest.mark.parametrize(
    ("caps", "state", "verdict"),
    [
        ("shadow", State.RECORDED, "WOULD HAVE"),
        ("alert", State.ALERTED, "NEEDS YOU"),
        ("approve", State.WAITING, "NEEDS APPROVAL"),
        ("auto", State.CONTAINED, "CONTAINED"),
    ],
)
def test_the_cap_decides_how_far_it_goes(start: Any, caps: str, state: State, verdict: str) -> None:
    """One event and four caps: only the highest changes anything."""
    scene = start(OPENED, caps=caps)
    scene.deliver()
    assert (state, [verdict]) == (scene.case.state, scene.verdicts())
    assert (caps == "auto") is (scene.before != scene.state())


def test_off_looks_at_nothing_and_tells_nobody(start: Any) -> None:
    """The soft kill switch."""
    scene = start(OPENED, caps="off")
    scene.deliver()
    assert (State.RECORDED, []) == (scene.case.state, scene.verdicts())
    assert scene.before == scene.state()


def test_shadow_records_the_plan_that_auto_applies(start: Any) -> None:
    """A rehearsal predicts the real run."""
    plans = []
    for caps in ("shadow", "auto"):
        scene = start(OPENED, caps=caps)
        scene.deliver()
        plans.append([step.changes for step in scene.case.occurrences[0].steps])
    assert plans[0] == plans[1]


def test_an_experimental_playbook_only_alerts(start: Any) -> None:
    """Its status caps it, whatever mode it asks for."""
    scene = start(OPENED, playbook={OPENED_PLAYBOOK: {"status": "experimental"}})
    scene.deliver()
    assert State.ALERTED is scene.case.state


def test_caps_that_cannot_be_read_stop_action_and_not_the_alert(start: Any) -> None:
    """Nobody acts on a guess, and nobody is left in the dark."""
    scene = start(OPENED)
    scene.aws.client("ssm").put_parameter(Name="/firedoor/caps", Value="oops", Type="String", Overwrite=True)
    scene.deliver()
    assert (State.ALERTED, ["NEEDS YOU"]) == (scene.case.state, scene.verdicts())


@pytest.mark.parametrize(
    ("ring", "state"), [("prod", State.WAITING), ("sandbox", State.CONTAINED), (None, State.CONTAINED)]
)
def test_the_ring_of_an_account_caps_it_too(start: Any, ring: str | None, state: State) -> None:
    """``sandbox: auto, prod: approve``; an account in no ring has the global cap."""
    scene = start(OPENED)
    ring_of = {} if ring is None else {HOME: ring}
    caps = {"global": "auto", "rings": {"sandbox": "auto", "prod": "approve"}, "ring_of": ring_of}
    scene.aws.client("ssm").put_parameter(Name="/firedoor/caps", Value=json.dumps(caps), Type="String", Overwrite=True)
    scene.deliver()
    assert state is scene.case.state


def test_a_changed_cap_holds_within_five_seconds(start: Any, samples: Any) -> None:
    """What a warm function has read is that old at most, and no call of every event pays for it."""
    scene = start(OPENED, caps="alert")
    scene.deliver()
    scene.aws.set_caps("auto")
    for number, seconds in enumerate((0, CAPS_SECONDS + 1)):
        scene.aws.clock.advance(seconds)
        scene.deliver(samples.text(OPENED, {"id": f"delivery-{number}"}))
    assert [State.ALERTED, State.ALERTED, State.CONTAINED] == [one.state for one in scene.case.occurrences]


# --- approval


def test_an_approved_plan_is_applied(start: Any) -> None:
    """NEEDS APPROVAL, then CONTAINED, with the approver on record."""
    scene = start(MINER)
    scene.deliver()
    answer = scene.aws.decide({"decision": "approve", "case_id": scene.case.id, "why": "seen"}, OPERATOR)
    scene.aws.pump()
    assert answer["accepted"]
    assert ["NEEDS APPROVAL", "CONTAINED"] == scene.verdicts()
    (decision,) = scene.case.occurrences[0].decisions
    assert (OPERATOR, True, "approve") == (decision["by"], decision["verified"], decision["decision"])


def test_a_rejected_plan_is_not(start: Any) -> None:
    """Nothing is changed, and people are told that it still needs them."""
    scene = start(MINER)
    scene.deliver()
    scene.aws.decide({"decision": "reject", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert (State.REJECTED, ["NEEDS APPROVAL", "NEEDS YOU"]) == (scene.case.state, scene.verdicts())
    assert scene.before == scene.state()


def test_the_actor_of_the_event_cannot_approve(start: Any) -> None:
    """Who opened the door does not say that it was right."""
    scene = start(OPENED, caps="approve")
    scene.deliver()
    answer = scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, scene.case.actor)
    assert not answer["accepted"]
    assert "somebody else must" in answer["message"]
    assert State.WAITING is scene.case.state


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "assumed-role/AWSReservedSSO_Admin_1a2b/kim@x.example",
            "assumed-role/AWSReservedSSO_Sec_3c4d/Kim@x.example",
            True,
        ),
        ("assumed-role/SecurityOperator/kim", "assumed-role/SecurityOperator/ada", False),
        ("assumed-role/SecurityOperator/kim", "assumed-role/Developer/ada", False),
    ],
)
def test_a_person_is_the_same_in_every_role(one: str, other: str, same: bool) -> None:
    """Identity Center names sessions after people, and gives a person a role for every permission set."""
    arns = [f"arn:aws:sts::{account}:{name}" for account, name in ((HOME, one), ("444455556666", other))]
    assert same is same_principal(*arns)


def test_two_approvals_of_one_person_are_one(start: Any) -> None:
    """Neither another permission set nor a direct invocation, which may claim any name, makes a second person."""
    scene = start("bedrock_pii_in_prompt")
    scene.deliver()
    request = {"decision": "approve", "case_id": scene.case.id}
    for arn in (OPERATOR, OPERATOR.replace("SecurityOperator", "Breakglass")):
        scene.aws.decide(request, arn)
    answer = scene.aws.invoke("decide", {**request, "by": "ada"})
    assert "firedoor approve" in json.loads(answer["body"])["message"]
    scene.aws.pump()
    assert (State.WAITING, scene.before) == (scene.case.state, scene.state())


def test_where_an_action_asks_for_two_people_one_is_not_enough(start: Any) -> None:
    """Not even if it says so twice; the alert tells that it takes two."""
    scene = start("bedrock_pii_in_prompt")
    scene.deliver()
    request = {"decision": "approve", "case_id": scene.case.id}
    assert [2] == [mail.record["approvers"] for mail in scene.aws.alerts()]
    assert "Two people must approve" in scene.aws.alerts()[0].text
    for _ in range(2):
        assert "second person" in scene.aws.decide(request, OPERATOR)["message"]
        scene.aws.pump()
        assert (State.WAITING, scene.before) == (scene.case.state, scene.state())
    scene.aws.decide(request, SECOND_OPERATOR)
    scene.aws.pump()
    assert State.CONTAINED is scene.case.state
    assert scene.before != scene.state()


def test_a_plan_that_changed_since_is_asked_anew(start: Any) -> None:
    """What was approved is what is done, or nothing is."""
    scene = start("securityhub_asff_s3_public")
    scene.deliver()
    flags = {name: name == "BlockPublicAcls" for name in _FLAGS}
    scene.aws.client("s3").put_public_access_block(Bucket="payments-statements", PublicAccessBlockConfiguration=flags)
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert State.WAITING is scene.case.state
    assert ["NEEDS APPROVAL", "NEEDS APPROVAL"] == scene.verdicts()


def test_sessions_that_began_while_people_were_asked_are_cut_too(start: Any) -> None:
    """A thief fetches new credentials meanwhile; what is denied are sessions from before the approval."""
    scene = start("guardduty_role_session_exfiltration")
    scene.deliver()
    scene.aws.clock.advance(600)
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert ["NEEDS APPROVAL", "CONTAINED"] == scene.verdicts()
    (step,) = [step for step in scene.case.occurrences[0].steps if step.action == "iam.revoke_role_sessions"]
    assert f"{scene.aws.clock():%Y-%m-%dT%H:%M}" in json.dumps(step.changes[0].after)


def test_another_aim_than_the_one_approved_is_asked_anew(start: Any) -> None:
    """Though the state is as it was: what was saved of it is not."""
    scene = start("cloudtrail_stop_logging", caps="approve")
    scene.deliver()
    (change,) = scene.case.occurrences[0].steps[0].changes
    other = {**change.after["trail"], "fields": {**change.after["trail"]["fields"], "S3KeyPrefix": "elsewhere"}}
    event_time = scene.case.occurrences[0].facts.time
    save = scene.aws.services.cases.save_baseline
    assert save(HOME, "eu-west-1", change.target, {**other, "tags": []}, event_time - timedelta(seconds=1))
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert (State.WAITING, ["NEEDS APPROVAL", "NEEDS APPROVAL"]) == (scene.case.state, scene.verdicts())


def test_without_an_answer_it_goes_to_a_person(start: Any) -> None:
    """An approval that expires changes nothing."""
    scene = start(MINER)
    scene.deliver()
    scene.aws.advance(3600)
    assert (State.NEEDS_PERSON, ["NEEDS APPROVAL", "NEEDS YOU"]) == (scene.case.state, scene.verdicts())


def test_without_an_answer_it_goes_on_where_the_playbook_says_so(start: Any) -> None:
    """A thief does not wait: the session is cut after 15 minutes."""
    scene = start("guardduty_role_session_exfiltration")
    scene.deliver()
    scene.aws.advance(15 * 60)
    assert ["NEEDS APPROVAL", "CONTAINED"] == scene.verdicts()


def test_going_on_by_itself_asks_the_caps_again(start: Any) -> None:
    """An operator who allows no more than approval is heard."""
    scene = start("guardduty_role_session_exfiltration")
    scene.deliver()
    scene.aws.set_caps("approve")
    scene.aws.advance(15 * 60)
    assert State.NEEDS_PERSON is scene.case.state
    assert scene.before == scene.state()


def lose_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQS take no message of the handlers."""
    real = botocore.client.BaseClient._make_api_call

    def lose(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "SendMessage":
            raise botocore.client.ClientError({"Error": {"Code": "ServiceUnavailable"}}, operation)
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", lose)


@pytest.mark.parametrize("repair", ["decided again", "the wait ends"])
@pytest.mark.parametrize(
    ("decision", "state", "verdict"),
    [("approve", State.CONTAINED, "CONTAINED"), ("reject", State.REJECTED, "NEEDS YOU")],
)
def test_a_decision_whose_message_was_lost_is_carried_out(
    start: Any, monkeypatch: pytest.MonkeyPatch, repair: str, decision: str, state: State, verdict: str
) -> None:
    """It is written down, so to decide again is enough, and the end of the wait finds it in any case."""
    scene = start(MINER)
    scene.deliver()
    request = {"decision": decision, "case_id": scene.case.id}
    with monkeypatch.context() as lost:
        lose_messages(lost)
        with pytest.raises(botocore.client.ClientError):
            scene.aws.decide(request, OPERATOR)
    assert ["NEEDS APPROVAL"] == scene.verdicts()
    if repair == "decided again":
        assert scene.aws.decide(request, OPERATOR)["accepted"]
        scene.aws.pump()
    else:
        scene.aws.advance(3600)
    assert (state, ["NEEDS APPROVAL", verdict]) == (scene.case.state, scene.verdicts())
    assert not scene.aws.decide(request, OPERATOR)["accepted"]


def test_a_wait_whose_end_was_lost_ends_when_the_timer_comes_again(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda calls a timer that failed again."""
    scene = start(MINER)
    scene.deliver()
    scene.aws.clock.advance(3600)
    timer = {"timer": "approval", "case_id": scene.case.id, "occurrence": 1}
    with monkeypatch.context() as lost:
        lose_messages(lost)
        with pytest.raises(botocore.client.ClientError):
            scene.aws.timer(timer)
    scene.aws.timer(timer)
    scene.aws.pump()
    assert (State.NEEDS_PERSON, ["NEEDS APPROVAL", "NEEDS YOU"]) == (scene.case.state, scene.verdicts())


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"decision": "approve"},
        {"decision": "nuke", "case_id": "fd-20260131-7f3a2b"},
        {"decision": "approve", "case_id": "../../x"},
        {"decision": "approve", "case_id": 7},
        {"decision": "approve", "case_id": "fd-20260131-000000"},
    ],
)
def test_a_wrong_request_gets_a_reason(start: Any, request_: dict[str, Any]) -> None:
    """Decisions are refused in a sentence, never with a stack trace."""
    scene = start(OPENED)
    answer = scene.aws.decide(request_, OPERATOR)
    assert not answer["accepted"]
    assert answer["message"].endswith(".")


# --- undo


def test_undo_puts_everything_back(start: Any) -> None:
    """The state is what it was before, and people are told REVERTED."""
    scene = start(MINER)
    scene.deliver()
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert (State.REVERTED, "REVERTED") == (scene.case.state, scene.verdicts()[-1])


def _close_and_change(start: Any) -> Any:
    """Revoke the opened rule, then let somebody open it again by hand."""
    scene = start("securityhub_asff_s3_public")
    scene.deliver()
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    flags = {name: name == "BlockPublicAcls" for name in _FLAGS}
    scene.aws.client("s3").put_public_access_block(Bucket="payments-statements", PublicAccessBlockConfiguration=flags)
    return scene


_FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def test_undo_stops_where_somebody_changed_the_resource_since(start: Any) -> None:
    """Somebody's work is not overwritten, and the difference is on record."""
    scene = _close_and_change(start)
    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert State.CONTAINED is scene.case.state
    assert "was changed since" in scene.case.occurrences[0].reason
    assert not scene.case.occurrences[0].drift["now"]["flags"]["BlockPublicPolicy"]


def test_force_overwrites_it(start: Any) -> None:
    """After seeing the difference, a person may insist."""
    scene = _close_and_change(start)
    for force in (False, True):
        scene.aws.decide({"decision": "undo", "case_id": scene.case.id, "force": force}, OPERATOR)
        scene.aws.pump()
    assert State.REVERTED is scene.case.state


def test_undo_of_an_undo_is_refused_politely(start: Any) -> None:
    """There is nothing left to undo."""
    scene = start(OPENED)
    scene.deliver()
    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    answer = scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    assert not answer["accepted"]
    assert "put back already" in answer["message"]


def test_after_an_undo_the_same_thing_is_not_closed_again_by_itself(start: Any, samples: Any) -> None:
    """A person's undo outranks the next event of the same kind."""
    scene = start(OPENED)
    scene.deliver()
    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    scene.deliver(samples.text(OPENED, {"id": "another-delivery"}))
    assert [State.REVERTED, State.CLOSED] == [occurrence.state for occurrence in scene.case.occurrences] or (
        scene.case.occurrences[1].state is State.ALERTED
    )


def test_what_is_temporary_ends_by_itself(start: Any) -> None:
    """The denial of a stolen session is lifted after a day."""
    scene = start("guardduty_role_session_exfiltration")
    scene.deliver()
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert scene.before != scene.state()
    told = scene.aws.alerts()[-1].text
    ends = scene.case.occurrences[0].reverts_at
    assert f"Undone by itself at {ends:%Y-%m-%d %H:%M} UTC, " in told
    scene.aws.advance((ends - scene.aws.services.now()).total_seconds() - 1)
    assert State.CONTAINED is scene.case.state
    scene.aws.advance(1)
    assert (State.REVERTED, scene.before) == (scene.case.state, scene.state())
    assert "by itself" not in scene.aws.alerts()[-1].text


def test_people_hear_of_what_did_not_end_by_itself(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asked for it, so nobody would look: not after a throttle that outlasts its retries either."""
    scene = start("guardduty_role_session_exfiltration")
    approve(scene)
    with monkeypatch.context() as throttled:
        refuse_calls(throttled, "Throttling", lambda operation, _: operation == "DeleteRolePolicy")
        scene.aws.advance(24 * 3600)
    assert State.CONTAINED is scene.case.state
    assert ["NEEDS APPROVAL", "CONTAINED", "CONTAINED"] == scene.verdicts()
    assert "Throttling" in scene.aws.alerts()[-1].text
    assert "by itself" not in scene.aws.alerts()[-1].text


# --- a playbook that is gone


def remove_playbook(scene: Any, name: str) -> None:
    """Let the next version of the bundle come without it."""
    bundle = scene.aws.services.bundle
    left = {key: playbook for key, playbook in bundle.playbooks.items() if key != name}
    scene.aws.services.__dict__["bundle"] = replace(bundle, playbooks=left)


def test_what_a_removed_playbook_changed_can_be_put_back(start: Any) -> None:
    """The promise is the case's, not the playbook's."""
    scene = start(OPENED)
    scene.deliver()
    remove_playbook(scene, OPENED_PLAYBOOK)
    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert (State.REVERTED, scene.before) == (scene.case.state, scene.state())
    assert ["CONTAINED", "REVERTED"] == scene.verdicts()


def test_a_case_whose_playbook_was_removed_goes_to_a_person(start: Any) -> None:
    """Approved or not: nothing is changed by what nobody ships any more, and somebody hears of it."""
    scene = start(MINER)
    scene.deliver()
    remove_playbook(scene, scene.case.playbook)
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert (State.NEEDS_PERSON, scene.before) == (scene.case.state, scene.state())
    assert ["NEEDS APPROVAL", "NEEDS YOU"] == scene.verdicts()
    assert "no longer deployed" in scene.aws.alerts()[-1].text


# --- what must not be touched


def test_a_protected_resource_goes_to_a_person(start: Any) -> None:
    """By ARN pattern."""
    arn = "arn:aws:ec2:*:111122223333:security-group/*"
    scene = start(OPENED, protected=[{"reason": "the shop's front door", "arn": arn}])
    scene.deliver()
    assert (State.NEEDS_PERSON, ["NEEDS YOU"]) == (scene.case.state, scene.verdicts())
    assert "the shop's front door" in scene.case.occurrences[0].reason
    assert scene.before == scene.state()


def test_a_protecting_tag_is_enough(start: Any) -> None:
    """By tag, read from the live resource."""
    scene = start(OPENED)
    group = json.loads(scene.text)["detail"]["requestParameters"]["groupId"]
    scene.aws.client("ec2").create_tags(Resources=[group], Tags=[{"Key": "firedoor:protected", "Value": "true"}])
    scene.deliver()
    assert State.NEEDS_PERSON is scene.case.state
    assert scene.before == scene.state()


@pytest.mark.parametrize("filtered", [False, True])
def test_an_instance_that_is_marked_keeps_its_interfaces(start: Any, filtered: bool) -> None:
    """Even where all that is left to do is to cut off an interface, which bears no tag of its own."""
    tag = {"key": "team", "value": "payments"}
    scene = start(MINER, filters=[{"reason": "Another team runs it", "never": {"tag": tag}}] if filtered else None)
    instance, ec2 = (
        json.loads(scene.text)["detail"]["resource"]["instanceDetails"]["instanceId"],
        scene.aws.client("ec2"),
    )
    ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    mark = {"Key": "team", "Value": "payments"} if filtered else {"Key": "firedoor:protected", "Value": "true"}
    ec2.create_tags(Resources=[instance], Tags=[mark])
    before = scene.state()
    scene.deliver()
    isolation = next(step for step in scene.case.occurrences[0].steps if step.action == "ec2.isolate_instance")
    assert StepStatus.REFUSED is isolation.status
    assert f"instance/{instance}" in isolation.reason
    assert before == scene.state()


def test_beyond_the_limit_a_person_decides(start: Any) -> None:
    """Once the limit of the hour is used up by other cases, this one is not touched."""
    scene = start(OPENED, playbook={OPENED_PLAYBOOK: {"limits": {"per_account": 1, "within": 3600}}})
    assert scene.aws.services.cases.take_slot(
        OPENED_PLAYBOOK, "111122223333", "another case", 1, 3600, scene.aws.clock()
    )
    scene.deliver()
    assert State.NEEDS_PERSON is scene.case.state
    assert "limit of 1" in scene.case.occurrences[0].reason
    assert scene.before == scene.state()


def test_the_breaker_opens_once_and_closes_by_itself(start: Any) -> None:
    """Of eight groups opened within the hour five are closed, and one alert tells of it; the next hour acts again."""
    scene = start(OPENED, playbook={OPENED_PLAYBOOK: {"limits": {"per_account": 5, "within": 3600}}})
    texts = [
        scene.text.replace(group_of(scene), f"sg-0d5e6f708192a3b{number:02d}").replace("sgr-0", f"sgr-{number + 1}")
        for number in range(9)
    ]
    texts = [changed(text, {"id": f"{number}0000000-0000-4000-8000-000000000000"}) for number, text in enumerate(texts)]
    for text in texts[:8]:
        stage(scene.aws, text)
        scene.aws.put_event(text)
    scene.aws.pump()
    states = [case.state for case in scene.aws.cases()]
    assert {State.CONTAINED: 5, State.NEEDS_PERSON: 1, State.ALERTED: 2} == Counter(states)
    reasons = [mail.record["reason"] or "" for mail in scene.aws.alerts()]
    assert 1 == len([reason for reason in reasons if reason.startswith("The breaker opened")])
    scene.aws.advance(3600)
    stage(scene.aws, texts[8])
    scene.deliver(texts[8])
    assert 6 == [case.state for case in scene.aws.cases()].count(State.CONTAINED)


def group_of(scene: Any) -> str:
    """Return the group of the event."""
    group: str = json.loads(scene.text)["detail"]["requestParameters"]["groupId"]
    return group


def refuse_to_revoke(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let AWS deny the change, as a service control policy would."""
    real = botocore.client.BaseClient._make_api_call

    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "RevokeSecurityGroupIngress":
            raise botocore.client.ClientError({"Error": {"Code": "UnauthorizedOperation"}}, operation)
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)


def test_a_case_that_failed_rests_and_after_three_failures_only_alerts(
    start: Any, samples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Event after event of one case: no try within the cooldown, and no fourth."""
    scene = start(OPENED)
    refuse_to_revoke(monkeypatch)
    pauses = (0, 60, 900, 60, 900, 900)
    for number, seconds in enumerate(pauses):
        scene.aws.clock.advance(seconds)
        scene.deliver(samples.text(OPENED, {"id": f"delivery-{number}"}))
    failed, rested = State.FAILED, State.ALERTED
    assert [failed, rested, failed, rested, failed, rested] == [one.state for one in scene.case.occurrences]
    notes = " ".join(note.what for note in scene.case.timeline)
    assert "it is tried again after 00:16 UTC" in notes
    assert "this case failed 3 times" in notes
    assert scene.before == scene.state()


def test_an_account_that_cannot_be_entered_goes_to_a_person(start: Any) -> None:
    """An account without the member role is named, with what to deploy."""
    scene = start(OPENED, {"account": "999988887777", "detail.recipientAccountId": "999988887777"})
    scene.deliver()
    assert State.NEEDS_PERSON is scene.case.state
    assert "deploy/member.yaml" in scene.case.occurrences[0].reason


def test_another_reason_than_a_missing_role_is_told_as_it_is(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is sent to deploy a role that is there."""
    scene = start(OPENED)
    refuse_calls(monkeypatch, "PackedPolicyTooLarge", lambda operation, _: operation == "AssumeRole")
    scene.deliver()
    assert State.NEEDS_PERSON is scene.case.state
    assert "AWS refused AssumeRole (PackedPolicyTooLarge)" in scene.case.occurrences[0].reason


def test_a_forged_finding_informs_and_never_remediates(start: Any) -> None:
    """A finding that somebody imported is capped at alert."""
    product = "arn:aws:securityhub:eu-west-1:444455556666:product/444455556666/default"
    playbook = {
        "securityhub-s3-public": {
            "match": [{"source": ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"]}]
        }
    }
    scene = start("securityhub_asff_s3_public", {"detail.findings.0.ProductArn": product}, playbook=playbook)
    scene.deliver()
    assert State.ALERTED is scene.case.state
    changed = [name for name, state in scene.state().items() if state != scene.before[name]]
    assert ["Security Hub finding"] == [name[:20] for name in changed]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("cloudtrail_authorize_ingress_denied", {}),
        (
            OPENED,
            {
                "detail.userIdentity.sessionContext.sessionIssuer.arn": (
                    "arn:aws:iam::111122223333:role/firedoor/FiredoorResponder"
                )
            },
        ),
    ],
)
def test_failed_calls_and_our_own_start_no_case(start: Any, name: str, changes: dict[str, Any]) -> None:
    """No loops, and no remedy for what did not happen; ``why`` says so."""
    scene = start(name, changes)
    scene.deliver()
    assert () == scene.aws.cases()
    assert [] == scene.verdicts()


# --- at least once, crashes, bad input


def test_ten_deliveries_are_one_case_one_change_and_one_alert(start: Any) -> None:
    """Delivery is at least once."""
    scene = start(OPENED)
    for _ in range(10):
        scene.aws.put_event(scene.text)
    scene.aws.pump()
    assert (1, ["CONTAINED"]) == (scene.case.count, scene.verdicts())


def test_a_crash_at_any_call_ends_as_a_clean_run(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call to AWS that the handlers make fails once, in turn: same state, same evidence kinds, one alert.

    Only a process that dies between SNS taking the alert and the table hearing of it tells people twice: an alert may
    come twice, it may not get lost.
    """
    clean = start(OPENED)
    clean.deliver()
    expected = (clean.state(), clean.case.state, _kinds(clean))
    real = botocore.client.BaseClient._make_api_call
    point, finished = 0, False
    while not finished:
        point += 1
        scene = start(OPENED)
        scene.aws.put_event(scene.text)
        left = {"calls": point, "crashed": False, "last": ""}

        def crash(client: Any, operation: str, parameters: Any, left: dict[str, Any] = left) -> Any:
            if operation not in _NOT_THE_HANDLERS:
                left["calls"] -= 1
                if left["calls"] == 0:
                    left["crashed"] = True
                    raise RuntimeError("the process died here")
                if not left["crashed"]:
                    left["last"] = operation
            return real(client, operation, parameters)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", crash)
        scene.aws.pump()
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", real)
        scene.aws.pump()
        finished = not left["crashed"]
        repeated = left["crashed"] and left["last"] == "Publish"
        told = ["CONTAINED"] * (2 if repeated else 1)
        assert told == scene.verdicts(), f"crash point {point}"
        assert expected == (scene.state(), scene.case.state, _kinds(scene)), f"crash point {point}"
    assert point > 20


_NOT_THE_HANDLERS = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueUrl")
"""What Lambda's event source mapping calls, not our code."""


def _kinds(scene: Any) -> list[str]:
    return [entry.key.rpartition("/")[2] for entry in scene.case.occurrences[0].evidence]


@pytest.mark.parametrize("junk", ["", "not json", "{}", '{"source": "x"}', "[]", "\x00", "{" * 5000])
def test_bad_input_reaches_the_dead_letter_queue_and_the_rest_goes_on(start: Any, junk: str) -> None:
    """One poisoned message does not hold the batch back, and it is not lost."""
    scene = start(OPENED)
    queue = scene.aws.client("sqs").get_queue_url(QueueName="firedoor-classify")["QueueUrl"]
    body = junk or " "
    scene.aws.client("sqs").send_message(QueueUrl=queue, MessageBody=body.replace("\x00", "?"))
    scene.deliver()
    assert State.CONTAINED is scene.case.state
    assert 1 == len(scene.aws.dead_letters("classify"))


def test_a_bare_envelope_is_a_batch_of_one(start: Any) -> None:
    """What `sam local invoke -e events/….json` hands over works as it stands."""
    scene = start(OPENED)
    assert {"batchItemFailures": []} == scene.aws.invoke("classify", json.loads(scene.text))
    scene.aws.pump()
    assert State.CONTAINED is scene.case.state


def test_a_resource_that_is_gone_is_nothing_to_do(start: Any) -> None:
    """The event names a group that no longer exists."""
    scene = start(OPENED)
    scene.aws.put_event(scene.text.replace("sg-0d5e6f708192a3b4c", "sg-00000000000000000"))
    scene.aws.pump()
    assert State.CLOSED is scene.case.state
    assert "does not exist any more" in scene.case.occurrences[0].steps[0].reason


# --- evidence and write-back


def test_evidence_is_chained_and_verifies(start: Any) -> None:
    """Plan before action, result after it, each naming the one before."""
    scene = start(OPENED)
    scene.deliver()
    entries = scene.case.occurrences[0].evidence
    assert ["0001-01-plan.json", "0001-02-result.json"] == _kinds(scene)
    assert () == scene.aws.services.evidence.verify(entries)


def test_tampered_evidence_is_found(start: Any) -> None:
    """A changed object no longer has the hash on record."""
    scene = start(OPENED)
    scene.deliver()
    entries = scene.case.occurrences[0].evidence
    settings = scene.aws.services.settings
    scene.aws.client("s3").put_object(Bucket=settings.evidence_bucket, Key=entries[0].key, Body=b"{}")
    assert "SHA-256 differs" in scene.aws.services.evidence.verify(entries)[0]


def test_without_evidence_nothing_is_changed(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the bucket does not take the plan, the door stays as it is and a person is told."""
    scene = start(OPENED)
    real = botocore.client.BaseClient._make_api_call

    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "PutObject" and "evidence" in parameters["Bucket"]:
            raise botocore.client.ClientError({"Error": {"Code": "AccessDenied"}}, operation)
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)
    scene.deliver()
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", real)
    assert State.NEEDS_PERSON is scene.case.state
    assert ["NEEDS YOU"] == scene.verdicts()
    assert scene.before == scene.state()


def test_security_hub_is_told_what_became_of_its_finding(start: Any) -> None:
    """RESOLVED with the case id, once it was read back."""
    scene = start("securityhub_asff_s3_public")
    scene.deliver()
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    (finding,) = scene.aws.gaps.findings.values()
    assert "RESOLVED" == finding["Workflow"]["Status"]
    assert scene.case.id in finding["Note"]["Text"]


def test_security_hub_hears_that_people_were_notified(start: Any) -> None:
    """A finding that a person must answer is NOTIFIED; in shadow nothing is changed, not even that."""
    for caps, status in (("alert", "NOTIFIED"), ("shadow", "NEW")):
        scene = start("securityhub_asff_s3_public", caps=caps)
        scene.deliver()
        (finding,) = scene.aws.gaps.findings.values()
        assert status == finding["Workflow"]["Status"]


# --- telling


def test_repeats_are_counted_and_told_once_in_a_digest(start: Any, samples: Any) -> None:
    """One alert at once, STILL HAPPENING when the window ends."""
    scene = start("guardduty_root_credentials")
    for number in range(4):
        scene.deliver(samples.text("guardduty_root_credentials", {"id": f"delivery-{number}"}))
    assert (4, ["NEEDS YOU"]) == (scene.case.count, scene.verdicts())
    scene.aws.advance(7 * 24 * 3600)
    assert ["NEEDS YOU", "STILL HAPPENING"] == scene.verdicts()


def test_an_alert_that_sns_refuses_is_sent_later(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case is never contained in silence."""
    scene = start(OPENED)
    real, failures = botocore.client.BaseClient._make_api_call, {"left": 2}

    def fail(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "Publish" and failures["left"]:
            failures["left"] -= 1
            raise botocore.client.ClientError({"Error": {"Code": "Throttling"}}, operation)
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", fail)
    scene.deliver()
    assert (State.CONTAINED, ["CONTAINED"]) == (scene.case.state, scene.verdicts())


@pytest.mark.parametrize(
    ("failures", "state", "verdict"), [(4, State.CONTAINED, "CONTAINED"), (1_000, State.FAILED, "FAILED")]
)
def test_a_throttle_that_outlasts_its_retries_comes_again_and_at_last_a_person_is_told(
    start: Any, monkeypatch: pytest.MonkeyPatch, failures: int, state: State, verdict: str
) -> None:
    """The queue delivers it again; what was throttled four times is done once, and the fifth time somebody hears."""
    scene = start(OPENED)
    real, calls = botocore.client.BaseClient._make_api_call, Counter[str]()

    def throttled(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "RevokeSecurityGroupIngress":
            calls["asked"] += 1
            if calls["asked"] <= failures:
                raise botocore.client.ClientError({"Error": {"Code": "RequestLimitExceeded"}}, operation)
            calls["done"] += 1
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", throttled)
    scene.deliver()
    assert (state, [verdict]) == (scene.case.state, scene.verdicts())
    assert (5, 1 if state is State.CONTAINED else 0) == (calls["asked"], calls["done"])
    assert (scene.before == scene.state()) is (state is State.FAILED)
    assert () == scene.aws.dead_letters("respond")
    if state is State.FAILED:
        assert "RequestLimitExceeded" in scene.case.occurrences[0].reason


def refuse_calls(monkeypatch: pytest.MonkeyPatch, code: str, when: Callable[[str, Any], bool]) -> None:
    """Let AWS answer calls of the handlers with an error."""
    real = botocore.client.BaseClient._make_api_call

    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        if when(operation, parameters):
            raise botocore.client.ClientError({"Error": {"Code": code}}, operation)
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)


def is_group_change(operation: str, _parameters: Any) -> bool:
    """Tell whether a call changes the groups of an interface."""
    return operation == "ModifyNetworkInterfaceAttribute"


def approve(scene: Any) -> None:
    """Deliver the event, approve the plan, and let everything that follows happen."""
    scene.deliver()
    scene.aws.decide({"decision": "approve", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()


def test_what_was_done_before_a_lasting_throttle_is_rolled_back(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The instance was protected from termination already when its interfaces could not be changed, five times."""
    scene = start(MINER)
    with monkeypatch.context() as throttled:
        refuse_calls(throttled, "RequestLimitExceeded", is_group_change)
        approve(scene)
    assert (State.FAILED, "FAILED") == (scene.case.state, scene.verdicts()[-1])
    assert scene.before == scene.state()
    assert "changed nothing" in scene.aws.alerts()[-1].text


def test_what_could_not_be_rolled_back_is_told_and_can_be_undone(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert that says FAILED does not say that nothing stands, and the command for it works."""
    scene = start(MINER)

    def lets_nothing_be_taken_back(operation: str, parameters: Any) -> bool:
        back = operation == "ModifyInstanceAttribute" and not parameters["DisableApiTermination"]["Value"]
        return back or is_group_change(operation, parameters)

    with monkeypatch.context() as refused:
        refuse_calls(refused, "UnauthorizedOperation", lets_nothing_be_taken_back)
        approve(scene)
    mail = scene.aws.alerts()[-1].text
    assert (State.FAILED, "FAILED") == (scene.case.state, scene.verdicts()[-1])
    assert scene.before != scene.state()
    assert "changed nothing" not in mail
    assert f"firedoor undo {scene.case.id}" in mail
    scene.aws.decide({"decision": "undo", "case_id": scene.case.id}, OPERATOR)
    scene.aws.pump()
    assert (State.REVERTED, scene.before) == (scene.case.state, scene.state())


def test_an_instance_is_never_left_in_the_group_that_lets_everything_through(
    start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two groups AWS says no: the interface goes back to its own."""
    scene, calls = start(MINER), Counter[str]()

    def is_second(operation: str, _parameters: Any) -> bool:
        calls[operation] += 1
        return is_group_change(operation, _parameters) and calls[operation] == 2

    with monkeypatch.context() as refused:
        refuse_calls(refused, "UnauthorizedOperation", is_second)
        approve(scene)
    assert (State.FAILED, scene.before) == (scene.case.state, scene.state())
    assert 3 == calls["ModifyNetworkInterfaceAttribute"]


def test_what_aws_cannot_even_be_asked_is_not_tried_again(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that the service's model refuses will not be better in a minute: a person hears at once."""
    scene = start(OPENED)
    real, asked = botocore.client.BaseClient._make_api_call, Counter[str]()

    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        asked[operation] += 1
        if operation == "RevokeSecurityGroupIngress":
            return real(client, operation, {"GroupId": 7})
        return real(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)
    scene.deliver()
    assert (State.FAILED, ["FAILED"], 1) == (scene.case.state, scene.verdicts(), asked["RevokeSecurityGroupIngress"])
    assert scene.before == scene.state()


def test_the_heartbeat_goes_through_the_real_path(start: Any) -> None:
    """The canary's case appears, nobody reads of it, and the next beat sees it; a beat that got lost is noticed."""
    scene = start("firedoor_heartbeat")
    assert scene.aws.timer({"timer": "heartbeat"})["seen"]
    scene.aws.clock.advance(3600)
    assert not scene.aws.timer({"timer": "heartbeat"})["seen"]
    sent = scene.aws.services.cases.baseline("111122223333", "eu-west-1", "heartbeat", scene.aws.clock())
    scene.deliver(json.dumps({**json.loads(scene.text), "id": sent["event_id"]}))
    scene.aws.clock.advance(3600)
    assert scene.aws.timer({"timer": "heartbeat"})["seen"]
    assert ((), []) == (scene.aws.services.cases.newest(), scene.verdicts())


def test_why_tells_what_became_of_an_event(start: Any) -> None:
    """Acted on or not, the reason is on record."""
    scene = start("cloudtrail_authorize_ingress_denied")
    scene.deliver()
    found = scene.aws.services.cases.why(json.loads(scene.text)["id"])
    assert all("the call failed" in reason for reason in found.values())
