"""What the guard asks of AWS before it lets a change pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from firedoor.accounts import Account
from firedoor.errors import Refused
from firedoor.guard import check_protected, tags_of
from firedoor.plans import Change
from firedoor.playbooks import Protected

ACCOUNT = "111122223333"
MARKED = Protected("Somebody marked it so", tag=("firedoor:protected", "true"))


class Tagging:
    """The tagging API, as far as the guard asks it: resources by their exact ARN."""

    def __init__(self, marked: str) -> None:
        """Mark one resource as protected."""
        self.marked = marked

    def get_resources(self, *, ResourceARNList: list[str]) -> dict[str, Any]:  # noqa: N803  as boto3 names it
        """Return the tags of those that are marked."""
        tags = [{"Key": "firedoor:protected", "Value": "true"}]
        found = [{"ResourceARN": arn, "Tags": tags} for arn in ResourceARNList if arn == self.marked]
        return {"ResourceTagMappingList": found}


def account(make_client: Callable[[str, str], Any]) -> Account:
    """Return an account whose clients these are."""
    now = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    return Account(
        account_id=ACCOUNT, region="eu-west-1", partition="aws", case_id="fd-20261120-7f3a2b", event_time=now,
        now=lambda: now, make_client=make_client, baseline=lambda _: None, quarantine_bucket="firedoor-quarantine",
        evidence_bucket="firedoor-evidence", home_account_id=ACCOUNT, external_id="x",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "marked"),
    [
        ("bedrock:eu-west-1:111122223333:guardrail/gr7hx2k9m4pq", None),
        ("bedrock:eu-west-1:111122223333:agent-alias/AGENTEXAMP/ALIASEXAMP", None),
        ("logs:eu-west-1:111122223333:log-group:/aws/lambda/payments:*", "log-group:/aws/lambda/payments"),
        ("lambda:eu-west-1:111122223333:function:payments:live", "function:payments"),
        ("lambda:eu-west-1:111122223333:function:payments", None),
    ],
)
def test_a_tag_protects_what_it_stands_on(target: str, marked: str | None) -> None:
    """Of every service that is changed; an alias of a function is marked by the function."""
    arn = f"arn:aws:{target}"
    place = ":".join(arn.split(":")[:5])
    there = account(lambda _service, _region: Tagging(f"{place}:{marked}" if marked else arn))
    with pytest.raises(Refused, match="protected by its tag"):
        check_protected(there, [Change(arn, "Change it", {}, {})], [MARKED])


@pytest.mark.parametrize(
    "target",
    [
        f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:model-invocation-logging",
        f"arn:aws:s3::{ACCOUNT}:account-public-access-block",
    ],
)
def test_a_setting_of_an_account_has_no_tags_and_nobody_is_asked(target: str) -> None:
    """Its ARN names no resource; a bucket of that name would be somebody else's."""

    def unasked(service: str, _region: str) -> Any:
        raise AssertionError(f"{service} was asked")

    assert {} == tags_of(account(unasked), target)


def test_a_role_that_is_handed_over_may_be_protected() -> None:
    """To restore a trail is not to change the role with which it writes its log."""
    role = f"arn:aws:iam::{ACCOUNT}:role/iac/trail-writer"
    change = Change(f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main", "Start it", {}, {}, resources=(role,))
    check_protected(
        account(lambda *_: Tagging("")), [change], [Protected("Deployments", arn="arn:*:iam::*:role/iac/*")]
    )
