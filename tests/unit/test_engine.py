"""Classifying by the source of an event: what is not compiled for it would not have matched it."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources_examples import PLAYBOOK, load

from firedoor.cli.sources import compile_bundle, load_sources
from firedoor.duties import mark
from firedoor.engine import Classification, Library
from firedoor.events import read_events
from firedoor.patterns import InvalidPattern, build_index
from firedoor.plans import Json
from firedoor.playbooks import Bundle, Playbook, Unless, bundle_from_json
from firedoor.thresholds import MemoryWindows

ROOT = Path(__file__).parents[2]
OPENED = json.loads((ROOT / "events" / "cloudtrail_authorize_ingress_world.json").read_text("utf-8"))
TODAY = date(2026, 11, 20)


@pytest.fixture
def playbook(tmp_path: Path) -> Playbook:
    """A playbook whose pattern is each test's business."""
    return bundle_from_json(compile_bundle(load(tmp_path, PLAYBOOK))).playbooks["port-opened"]


def classify(event: Any, *playbooks: Playbook, exclusions: tuple[Unless, ...] = ()) -> Classification:
    """Classify an event by a library of these."""
    library = Library(Bundle({each.id: each for each in playbooks}, exclusions, protected=()))
    (found,) = library.read(json.dumps(event), MemoryWindows(), TODAY)
    return found


def names(found: Classification) -> list[str]:
    """Return the playbooks that answer, in order."""
    return [hit.playbook.id for hit in found.hits]


def test_shipped_playbooks_match_as_in_one_index() -> None:
    """Over every sample event: what an index of all patterns finds is hit, or missed for a reason."""
    bundle = bundle_from_json(compile_bundle(load_sources(ROOT / "playbooks")))
    patterns = ((playbook.id, entry) for playbook in bundle.playbooks.values() for entry in playbook.match)
    library, everything = Library(bundle), build_index(patterns)
    for path in sorted((ROOT / "events").glob("*.json")):
        for event in read_events(path.read_text("utf-8")):
            found = library.classify(event, MemoryWindows(), event.facts.time.date())
            answered = {hit.playbook.id for hit in found.hits} | {miss.playbook for miss in found.misses}
            assert set(everything.match(mark(event, bundle.duties).text)) == answered, path.name


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.iam", "aws.ec2"]},
        {"source": [{"prefix": "aws."}]},
        {"source": ["aws.iam", {"suffix": ".ec2"}]},
        {"detail": {"eventName": ["AuthorizeSecurityGroupIngress"]}},
        {"$or": [{"source": ["aws.ec2"]}, {"account": ["444455556666"]}]},
        {"source": ["aws.iam"], "$or": [{"source": ["aws.ec2"]}, {"account": ["444455556666"]}]},
    ],
)
def test_a_source_may_be_named_in_any_way(playbook: Playbook, pattern: Json) -> None:
    """By several texts, by operators, in an alternative that overrides another, or not at all."""
    assert ["port-opened"] == names(classify(OPENED, replace(playbook, match=(pattern,), unless=())))


def test_another_source_is_another_event(playbook: Playbook) -> None:
    """Nothing is matched by a source alone, not even where it is one that no playbook knows."""
    unnamed = replace(playbook, id="unnamed", match=({"account": [OPENED["account"]]},), unless=())
    for source, expected in (("aws.ec2", ["port-opened", "unnamed"]), ("aws.s3", ["unnamed"]), ("", ["unnamed"])):
        assert expected == names(classify({**OPENED, "source": source}, playbook, unnamed))


def test_exceptions_need_not_name_a_source(playbook: Playbook) -> None:
    """Those of a playbook hold for what it answers, exclusions for whatever they match."""
    unless = Unless("Ours", ({"account": [OPENED["account"]]},))
    assert [] == names(classify(OPENED, replace(playbook, unless=(unless,))))
    assert [] == names(classify(OPENED, playbook, exclusions=(unless,)))
    (miss,) = classify(OPENED, replace(playbook, unless=(unless,))).misses
    assert "excepted: Ours" == miss.reason


def test_a_pattern_that_is_none_stops_its_own_source_only(playbook: Playbook) -> None:
    """An event that it might be about is not classified without it, and fails towards a person; others go on."""
    broken = replace(playbook, id="broken", match=({"source": ["aws.s3"], "detail": {"eventName": "no array"}},))
    assert ["port-opened"] == names(classify(OPENED, playbook, broken))
    with pytest.raises(InvalidPattern, match="eventName: its value is not in an array"):
        classify({**OPENED, "source": "aws.s3"}, playbook, broken)


@pytest.mark.parametrize(
    ("issuer", "own"),
    [
        ("arn:aws:iam::111122223333:role/firedoor/FiredoorResponder", True),
        ("arn:aws:iam::111122223333:role/firedoor/FiredoorRestorer", True),
        ("arn:aws:iam::111122223333:role/firedoor/FiredoorResponder2", False),
        ("arn:aws:iam::111122223333:role/FiredoorResponder", False),
        ("arn:aws:iam::999988887777:role/firedoor/FiredoorResponder", False),
    ],
)
def test_only_the_role_of_the_event_s_own_account_is_ours(playbook: Playbook, issuer: str, own: bool) -> None:
    """Anybody can make a role of that name in an account of theirs, and is seen with it."""
    event = deepcopy(OPENED)
    event["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = issuer
    found = classify(event, playbook)
    assert ([], [playbook.id])[own] == [miss.playbook for miss in found.misses]
    assert ([playbook.id], [])[own] == names(found)
