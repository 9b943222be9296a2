"""Ten alerts as people read them: each is built from values, rendered, and held against a file that a review can read.

``FIREDOOR_UPDATE_GOLDEN=1 pytest tests/unit/test_alerts_samples.py`` writes the files anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firedoor.alerts import Alert, Related, Verdict, compose, compose_digest, render_email
from firedoor.case import Case, Occurrence, State
from firedoor.events import Facts
from firedoor.plans import Change, Json, StepResult, StepStatus
from firedoor.playbooks import AlertText, Mode, Playbook, Severity, Status, Step

GOLDEN = Path(__file__).parents[1] / "content" / "golden" / "samples"
NOW = datetime(2026, 11, 23, 2, 58, 53, tzinfo=UTC)
EVENT_TIME = datetime(2026, 11, 23, 2, 58, 12, tzinfo=UTC)
CASE_ID = "fd-20261123-7f3a2b"
ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/deploy-bot"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/organization"
GROUP = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/sg-0a1b2c3d4e5f60718"
EVIDENCE = f"s3://firedoor-evidence-{ACCOUNT}-eu-west-1/cases/{CASE_ID}/0001-0002-plan.json"

STOLEN_KEY = Playbook(
    id="guardduty-iam-key-stolen",
    title="A long-term access key is used by somebody else",
    description="Deactivates the key.",
    status=Status.STABLE,
    severity=Severity.HIGH,
    owner="cloud-security",
    match=({"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]},),
    extract={},
    dedup_by=("user",),
    dedup_within=3600,
    mode=Mode.AUTO,
    alert=AlertText(
        title="stolen key of {user}",
        summary="The access key {key} of user {user} was used from {source_ip} in {country}, a Tor exit node that "
        "GuardDuty knows. It called {calls}.",
        next_steps=(
            "In CloudTrail, search userName = {user} from one hour before {time} to now; read what is no Get or List.",
            "In IAM, look for users, keys and roles that were created after {time}; delete what nobody claims.",
            "Ask the owner of {user} where the key was kept, and give the workload a role instead of a new key.",
        ),
    ),
    approval_within=1800,
    steps=(Step("iam.deactivate_access_key", {"user_name": "{user}", "access_key_id": "{key}"}),),
)
FACTS = Facts(
    account=ACCOUNT,
    region="eu-west-1",
    time=EVENT_TIME,
    actor=USER,
    source_ip="198.51.100.7",
    target="AKIAIOSFODNN7EXAMPLE",
    severity=Severity.HIGH,
    finding_id="0123456789abcdef0123456789abcdef",
)
EXTRACTED = {
    **FACTS.to_json(),
    "user": "deploy-bot",
    "key": "AKIAIOSFODNN7EXAMPLE",
    "country": "Netherlands",
    "calls": ["ListBuckets", "GetCallerIdentity", "CreateUser"],
}
KEY_CHANGE = Change(
    target=USER,
    summary="Deactivate access key …MPLE of user deploy-bot",
    before={"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"},
    after={"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"},
)
DENY_CHANGE = Change(
    target=USER,
    summary="Deny everything to sessions that user deploy-bot made before 02:58:53 UTC",
    before={"policy": None},
    after={"policy": "FiredoorDenyOlderSessions"},
)
RULES_CHANGE = Change(
    target=GROUP,
    summary="Revoke the 2 ingress rules that this call added to security group sg-0a1b2c3d4e5f60718 (app-web)",
    before={"rules": ["sgr-0aa (tcp 22 from 0.0.0.0/0)", "sgr-0bb (tcp 22 from ::/0)"]},
    after={"rules": []},
)
TRAIL_CHANGE = Change(
    target=TRAIL, summary="Start logging on trail organization", before={"IsLogging": False}, after={"IsLogging": True}
)


def step(change: Change, action: str, status: StepStatus, **more: Any) -> StepResult:
    """Build the result of one step with one change."""
    made: tuple[Json, ...] = ({},) if status in (StepStatus.DONE, StepStatus.UNDONE) else ()
    return StepResult(action=action, params={}, status=status, changes=(change,), made=made, **more)


def occurrence(state: State, steps: Sequence[StepResult] = (), **more: Any) -> Occurrence:
    """Build the first occurrence of the stolen key."""
    return replace(
        Occurrence(
            case_id=CASE_ID,
            number=1,
            event_id="a1b2c3d4-0000-4000-8000-000000000001",
            facts=FACTS,
            extracted=EXTRACTED,
            mode=Mode.AUTO,
            state=state,
            steps=tuple(steps),
            decided=Mode.AUTO,
        ),
        **more,
    )


def case(of: Occurrence, playbook: Playbook = STOLEN_KEY, **more: Any) -> Case:
    """Build the case that holds an occurrence."""
    return replace(
        Case(
            id=of.case_id,
            playbook=playbook.id,
            title=playbook.title,
            owner=playbook.owner,
            severity=playbook.severity or Severity.MEDIUM,
            account=of.facts.account,
            region=of.facts.region,
            actor=of.facts.actor,
            target=of.facts.target,
            state=of.state,
            opened=EVENT_TIME + timedelta(seconds=20),
            updated=NOW,
            count=1,
            occurrences=(of,),
        ),
        **more,
    )


def alert_of(of: Occurrence, verdict: Verdict, playbook: Playbook = STOLEN_KEY, **more: Any) -> Alert:
    """Compose the alert about an occurrence, with what every test would otherwise repeat."""
    arguments: dict[str, Any] = {
        "now": NOW,
        "account_name": "prod-payments",
        "related": (),
        "evidence": (EVIDENCE,),
    }
    return compose(playbook, case(of, playbook), of, verdict, **{**arguments, **more})


KEY_DONE = step(KEY_CHANGE, "iam.deactivate_access_key", StepStatus.DONE)
KEY_PLANNED = step(KEY_CHANGE, "iam.deactivate_access_key", StepStatus.PLANNED)
DENY_FAILED = step(
    DENY_CHANGE,
    "iam.deny_user",
    StepStatus.FAILED,
    reason="AWS did not allow iam:PutUserPolicy (AccessDenied): the boundary of FiredoorResponder forbids it.",
)
OPENED = replace(
    STOLEN_KEY,
    id="cloudtrail-security-group-opened",
    title="A security group is opened to the world",
    severity=Severity.MEDIUM,
    owner="network",
    match=({"source": ["aws.ec2"], "detail-type": ["AWS API Call via CloudTrail"]},),
    mode=Mode.APPROVE,
    alert=AlertText(
        title="{group} opened to the world by {actor}",
        summary="{actor} opened port 22 of security group {group} to the whole internet, from {source_ip}.",
        next_steps=(
            "Ask {actor} whether the rule was meant, and for how long it is needed.",
            "In VPC flow logs, search dstport = 22 and action = ACCEPT from {time} to now; name every unknown source.",
        ),
    ),
)
OPENED_FACTS = replace(
    FACTS,
    actor=f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Developer_0a1b2c3d/jane@example.com",
    target=GROUP,
    finding_id="0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
)
OPENED_EXTRACTED = {**OPENED_FACTS.to_json(), "group": "sg-0a1b2c3d4e5f60718"}
RULES_PLANNED = step(RULES_CHANGE, "ec2.revoke_added_rules", StepStatus.PLANNED)


def _opened(state: State, steps: Sequence[StepResult], **more: Any) -> Occurrence:
    return occurrence(state, steps, facts=OPENED_FACTS, extracted=OPENED_EXTRACTED, **more)


def _digest() -> Alert:
    first = occurrence(State.CONTAINED, [KEY_DONE])
    later = tuple(
        replace(
            first,
            number=number,
            facts=replace(
                FACTS, time=EVENT_TIME + timedelta(minutes=7 * number), source_ip=f"198.51.100.{number % 3 + 7}"
            ),
        )
        for number in range(2, 7)
    )
    held = case(first, count=6, occurrences=(first, *later))
    return compose_digest(STOLEN_KEY, held, now=NOW + timedelta(hours=1), account_name="prod-payments")


SAMPLES: dict[str, Callable[[], Alert]] = {
    "contained": lambda: alert_of(
        occurrence(State.CONTAINED, [KEY_DONE]),
        Verdict.CONTAINED,
        related=[Related("fd-20261123-0c4d5e", "A role was made for another account", "waiting")],
    ),
    "contained-nothing-to-do": lambda: alert_of(
        occurrence(
            State.CLOSED,
            [StepResult("iam.deactivate_access_key", {}, StepStatus.NOT_NEEDED, reason="The key is inactive already.")],
        ),
        Verdict.CONTAINED,
    ),
    "needs-approval": lambda: alert_of(
        _opened(State.WAITING, [RULES_PLANNED], decided=Mode.APPROVE, asked_until=NOW + timedelta(minutes=30)),
        Verdict.NEEDS_APPROVAL,
        OPENED,
    ),
    "needs-you-protected": lambda: alert_of(
        occurrence(
            State.NEEDS_PERSON,
            [replace(KEY_PLANNED, status=StepStatus.REFUSED, reason="It is protected: break-glass user.")],
            reason=f"{USER} is protected: break-glass user.",
        ),
        Verdict.NEEDS_YOU,
    ),
    "needs-you-alert-mode": lambda: alert_of(
        _opened(State.ALERTED, [RULES_PLANNED], decided=Mode.ALERT), Verdict.NEEDS_YOU, OPENED, account_name=None
    ),
    "would-have": lambda: alert_of(occurrence(State.RECORDED, [KEY_PLANNED], decided=Mode.SHADOW), Verdict.WOULD_HAVE),
    "failed-half-way": lambda: alert_of(
        occurrence(State.FAILED, [KEY_DONE, DENY_FAILED], reason=DENY_FAILED.reason), Verdict.FAILED
    ),
    "reverted": lambda: alert_of(
        occurrence(
            State.REVERTED,
            [replace(KEY_DONE, status=StepStatus.UNDONE)],
            decisions=(
                {
                    "by": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Responder_1a2b3c4d/kim",
                    "verified": True,
                    "decision": "undo",
                    "at": "2026-11-23T02:58:40Z",
                    "why": "It was our own penetration test.",
                },
            ),
        ),
        Verdict.REVERTED,
    ),
    "still-happening": _digest,
    "temporary-only": lambda: alert_of(
        occurrence(
            State.CONTAINED,
            [step(DENY_CHANGE, "iam.deny_user", StepStatus.DONE, revert_after=86_400)],
            reverts_at=NOW + timedelta(days=1),
        ),
        Verdict.CONTAINED,
    ),
    "temporary": lambda: alert_of(
        occurrence(
            State.CONTAINED,
            [
                step(TRAIL_CHANGE, "cloudtrail.start_logging", StepStatus.DONE),
                step(DENY_CHANGE, "iam.deny_user", StepStatus.DONE, revert_after=43_200),
            ],
            reverts_at=NOW + timedelta(hours=12),
        ),
        Verdict.CONTAINED,
    ),
}


COMMANDS = {
    "iam.deactivate_access_key": (
        "aws iam update-access-key --user-name deploy-bot --access-key-id AKIAIOSFODNN7EXAMPLE --status Active",
    ),
    "iam.deny_user": ("aws iam delete-user-policy --user-name deploy-bot --policy-name FiredoorDenyOlderSessions",),
    "cloudtrail.start_logging": (f"aws cloudtrail stop-logging --region eu-west-1 --name {TRAIL}",),
}


APPLY_COMMANDS = {
    "ec2.revoke_added_rules": (
        (
            "aws ec2 revoke-security-group-ingress --group-id sg-0a1b2c3d4e5f60718 --security-group-rule-ids "
            "sgr-0aa sgr-0bb"
        ),
    ),
}


class _Action:
    """Stands for a real action, so that these files change only when alerts do."""

    two_person = False

    def __init__(self, name: str) -> None:
        self._name = name

    def undo_commands(self, _change: Change, _made: Json) -> tuple[str, ...]:
        return COMMANDS[self._name]

    def apply_commands(self, _change: Change) -> tuple[str, ...]:
        return APPLY_COMMANDS[self._name]


@pytest.fixture(autouse=True)
def known_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the actions' undo commands be those above."""
    monkeypatch.setattr("firedoor.actions.load", _Action)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_sample_reads_as_the_reviewed_file(name: str) -> None:
    """The mail of each sample is the file that a person has read and agreed with."""
    subject, body = render_email(SAMPLES[name]())
    text = f"Subject: {subject}\n\n{body}"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("FIREDOOR_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text
