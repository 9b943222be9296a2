"""Where Firedoor may act at all, through the real handlers: what a filter says no to is told, and never changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from firedoor.case import State

OPENED = "cloudtrail_authorize_ingress_world"
HERE, ELSEWHERE = "111122223333", "444455556666"


def group_of(scene: Any) -> str:
    """Return the group of the event."""
    group: str = json.loads(scene.text)["detail"]["requestParameters"]["groupId"]
    return group


@pytest.mark.parametrize(
    "place",
    [
        {"only": {"accounts": [ELSEWHERE]}},
        {"never": {"accounts": [HERE]}},
        {"only": {"regions": ["us-east-1"]}},
        {"never": {"regions": ["eu-west-1"]}},
        {"only": {"arns": ["arn:aws:s3:::*"]}},
        {"never": {"arns": ["arn:aws:ec2:*:security-group/*"]}},
        {"only": {"tag": {"key": "team", "value": "payments"}}},
        {"never": {"accounts": [HERE], "regions": ["eu-west-1"]}},
        {"only": {"organizational_units": ["ou-a1b2-c3d4e5f6"]}},
    ],
    ids=json.dumps,
)
def test_what_is_filtered_goes_to_a_person_unchanged(start: Any, place: dict[str, Any]) -> None:
    """With the filter's own reason. The last cannot be asked here, and unknown means no."""
    scene = start(OPENED, filters=[{"reason": "Another team runs it", **place}])
    scene.deliver()
    assert State.NEEDS_PERSON is scene.case.state
    assert scene.before == scene.state()
    asked = "organizational_units" in json.dumps(place)
    told = "organizational units of account" if asked else "Another team runs it."
    assert told in scene.case.occurrences[0].reason


@pytest.mark.parametrize(
    "place",
    [
        {"only": {"accounts": [HERE], "regions": ["eu-west-1"]}},
        {"never": {"accounts": [ELSEWHERE]}},
        {"never": {"accounts": [HERE], "regions": ["us-east-1"]}},
        {"only": {"arns": ["arn:aws:ec2:*:security-group/*"]}},
        {"never": {"tag": {"key": "team", "value": "payments"}}},
    ],
    ids=json.dumps,
)
def test_what_no_filter_speaks_of_is_contained(start: Any, place: dict[str, Any]) -> None:
    """All fields of an entry must fit before it says no."""
    scene = start(OPENED, filters=[{"reason": "Another team runs it", **place}])
    scene.deliver()
    assert State.CONTAINED is scene.case.state


def test_a_tag_and_a_unit_let_it_act(start: Any) -> None:
    """Both are asked of AWS, and both fit."""
    scene = start(OPENED)
    organizations = scene.aws.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="shops")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=HERE, SourceParentId=root, DestinationParentId=unit)
    assert (unit,) == scene.aws.services.units_of(HERE)
