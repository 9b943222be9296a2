"""Real API calls, told to the bus as CloudTrail does: whoever opens a door meets Firedoor, which never meets itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from stack import Stack, ingress, wait_for

from firedoor.case import State

ANYONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def _opened_port(stack: Stack, name: str = "recorded") -> str:
    ec2 = stack.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName=name, Description="staged", VpcId=vpc)["GroupId"]
    for port, source in ((3389, "0.0.0.0/0"), (443, "10.30.0.0/16")):
        ranges = [{"CidrIp": source}]
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return str(group)


def _stopped_trail(stack: Stack) -> str:
    trail = stack.client("cloudtrail")
    stack.client("s3").create_bucket(Bucket="recorded-trail", CreateBucketConfiguration={"LocationConstraint": "EU"})
    trail.create_trail(Name="recorded-trail", S3BucketName="recorded-trail", IsMultiRegionTrail=True)
    trail.start_logging(Name="recorded-trail")
    trail.stop_logging(Name="recorded-trail")
    return "recorded-trail"


def _administrator(stack: Stack) -> str:
    iam = stack.client("iam")
    iam.create_user(UserName="recorded-administrator")
    iam.attach_user_policy(UserName="recorded-administrator", PolicyArn=ADMINISTRATOR)
    return "recorded-administrator"


def _key_for_another(stack: Stack) -> str:
    iam = stack.client("iam")
    iam.create_user(UserName="recorded-other")
    iam.create_access_key(UserName="recorded-other")
    return "recorded-other"


def _password_for_another(stack: Stack) -> str:
    iam = stack.client("iam")
    iam.create_user(UserName="recorded-console")
    iam.create_login_profile(UserName="recorded-console", Password="9-Correct-Horses")
    return "recorded-console"


def _opened_bucket(stack: Stack) -> str:
    s3, name = stack.client("s3"), "recorded-bucket"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "EU"})
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everyone]}))
    return name


def _condemned_key(stack: Stack) -> str:
    kms = stack.client("kms")
    key = kms.create_key(Description="staged")["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return str(key)


def _opened_queue(stack: Stack) -> str:
    sqs = stack.client("sqs")
    url = sqs.create_queue(QueueName="recorded-queue")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(ANYONE)})
    return "recorded-queue"


CALLS: dict[str, tuple[Callable[[Stack], str], State]] = {
    "cloudtrail-logging-stopped": (_stopped_trail, State.CONTAINED),
    "cloudtrail-security-group-opened": (_opened_port, State.CONTAINED),
    "iam-access-key-for-another-user": (_key_for_another, State.WAITING),
    "iam-administrator-granted": (_administrator, State.WAITING),
    "iam-console-password-set": (_password_for_another, State.WAITING),
    "kms-key-endangered": (_condemned_key, State.WAITING),
    "resource-opened-to-everyone": (_opened_queue, State.ALERTED),
    "s3-bucket-opened": (_opened_bucket, State.WAITING),
}
"""Playbook → the calls that it answers, and what becomes of them."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was called while the trail recorded."""

    names: dict[str, str]
    """Playbook → what its call was about."""
    opened: tuple[str, ...]
    """The playbook of every case that was opened meanwhile."""
    own: set[str]
    """Names of the calls of Firedoor's own role that were on the bus."""


@pytest.fixture(scope="module")
def recorded(stack: Stack) -> Recorded:
    """Make every call, and wait until all is answered."""
    before = {case.id for case in stack.cases.newest()}
    own_calls = _hear_own_calls(stack)
    with stack.retried_after(15, "classify"), stack.retried_after(15, "respond"), stack.cloud.recording():
        names = {playbook: call(stack) for playbook, (call, _) in CALLS.items()}
        for playbook, (_, state) in CALLS.items():
            stack.case_about(names[playbook], state)
        wait_for(stack.is_idle, "the queues to be empty")
    own = _heard(stack, own_calls)
    return Recorded(names, tuple(case.playbook for case in stack.cases.newest() if case.id not in before), own)


def _hear_own_calls(stack: Stack, role: str = "FiredoorResponder") -> str:
    """Make a queue for what one of Firedoor's roles calls, as the bus tells it."""
    sqs, events = stack.client("sqs"), stack.client("events")
    url = str(sqs.create_queue(QueueName=role)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    own = {"detail": {"userIdentity": {"sessionContext": {"sessionIssuer": {"userName": [role]}}}}}
    events.put_rule(Name=role, EventPattern=json.dumps(own))
    events.put_targets(Rule=role, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def _heard(stack: Stack, url: str) -> set[str]:
    """Wait for calls in such a queue; returns their names."""

    def look() -> list[dict[str, Any]]:
        messages = stack.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ())
        return [json.loads(message["Body"])["detail"] for message in messages]

    return {call["eventName"] for call in wait_for(look, "a call of Firedoor's own on the bus")}


def test_each_call_meets_its_playbook(recorded: Recorded, stack: Stack) -> None:
    """Nothing was put on the bus by hand: what was called is what was answered."""
    found = {playbook: stack.case_about(name, CALLS[playbook][1]).playbook for playbook, name in recorded.names.items()}
    assert {playbook: playbook for playbook in CALLS} == found


def test_its_own_calls_open_no_case(recorded: Recorded) -> None:
    """What closed the doors was told to the bus as well, and no case came of it."""
    assert {"RevokeSecurityGroupIngress", "StartLogging"} <= recorded.own
    assert sorted(CALLS) == sorted(recorded.opened)


def test_putting_back_opens_no_case_either(stack: Stack, operator: Callable[..., str]) -> None:
    """Undo opens the port again as whoever opened it did, and the bus is told: the case stays put back."""
    own_calls = _hear_own_calls(stack, "FiredoorRestorer")
    with stack.cloud.recording():
        group = _opened_port(stack, "put-back")
        case = stack.case_about(group, State.CONTAINED)
        operator("undo", case.id)
        assert {"AuthorizeSecurityGroupIngress"} == _heard(stack, own_calls)
        wait_for(stack.is_idle, "the queues to be empty")
    (case,) = stack.cases_about(group)
    assert (1, State.REVERTED) == (case.count, case.occurrences[-1].state)


def test_doors_are_closed_by_the_time_the_case_says_so(recorded: Recorded, stack: Stack) -> None:
    """Read back from the account: the port, the trail."""
    assert {(443, "10.30.0.0/16")} == ingress(stack, recorded.names["cloudtrail-security-group-opened"])
    trail = recorded.names["cloudtrail-logging-stopped"]
    assert stack.client("cloudtrail").get_trail_status(Name=trail)["IsLogging"]


def test_what_another_than_the_caller_approves_is_done(
    recorded: Recorded, stack: Stack, operator: Callable[..., str]
) -> None:
    """The key of the user is inactive, the bucket closed, the policy detached, the KMS key no longer condemned."""
    for playbook, name in recorded.names.items():
        if CALLS[playbook][1] is State.WAITING:
            operator("approve", stack.case_about(name, State.WAITING).id)
    iam, s3, kms = stack.client("iam"), stack.client("s3"), stack.client("kms")
    user = recorded.names["iam-access-key-for-another-user"]
    assert ["Inactive"] == [key["Status"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]
    user = recorded.names["iam-administrator-granted"]
    assert [] == iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]
    block = s3.get_public_access_block(Bucket=recorded.names["s3-bucket-opened"])["PublicAccessBlockConfiguration"]
    assert {True} == set(block.values())
    key = kms.describe_key(KeyId=recorded.names["kms-key-endangered"])["KeyMetadata"]
    assert "PendingDeletion" != key["KeyState"]
