"""Every control that AWS's own solution remediates has one playbook, the one that the table names, or a reason.

Source: the playbooks of https://github.com/aws-solutions/automated-security-response-on-aws, version 4.1, and the
SageMaker controls of https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html. Ids of single
standards: https://docs.aws.amazon.com/securityhub/latest/userguide/asff-changes-consolidation.html, and for CIS 3.0.0
and 5.0.0 https://docs.aws.amazon.com/securityhub/latest/userguide/cis-aws-foundations-benchmark.html, but for what that
page gives to two controls (S3.1 and S3.8, RDS.5 and RDS.15): no sample tells how their ids differ.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from firedoor.cli.sources import compile_bundle, load_sources
from firedoor.engine import Library
from firedoor.events import read_events
from firedoor.playbooks import Mode, bundle_from_json
from firedoor.thresholds import MemoryWindows

ROOT = Path(__file__).parent.parent.parent
Row = dict[str, str]


def rows() -> list[Row]:
    """Return the table: a control's ids, the resource of a finding of each feed, and what is expected of it."""
    with (ROOT / "tests" / "data" / "securityhub_controls.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


SERVED = [row for row in rows() if row["playbook"]]
STANDARDS = [(row, generator) for row in SERVED for generator in row["standard_ids"].split()]


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped playbooks."""
    return Library(bundle_from_json(compile_bundle(load_sources(ROOT / "playbooks"))))


def answers(library: Library, event: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the playbooks that answer, each with the actions whose ``when`` holds."""
    (read,) = read_events(json.dumps(event))
    hits = library.classify(read, MemoryWindows(), read.facts.time.date()).hits
    return [(hit.playbook.id, [step.action for step in hit.steps]) for hit in hits]


def expected(row: Row) -> list[tuple[str, list[str]]]:
    """Return what a row asks for."""
    return [(row["playbook"], row["action"].split(",") if row["action"] else [])]


def asff(row: Row, control: str | None, generator: str) -> dict[str, Any]:
    """Return a finding of the first feed."""
    event: dict[str, Any] = json.loads((ROOT / "events" / "securityhub_asff_rds_8.json").read_text("utf-8"))
    (finding,) = event["detail"]["findings"]
    finding |= {"GeneratorId": generator, "Resources": [{"Type": row["asff_type"], "Id": row["resource"]}]}
    finding["Compliance"] = {"Status": "FAILED", **({"SecurityControlId": control} if control else {})}
    return event


@pytest.mark.parametrize("row", SERVED, ids=lambda row: row["control"])
def test_a_control_has_one_playbook_and_its_action(row: Row, library: Library) -> None:
    """By the consolidated id."""
    control = row["control"]
    assert expected(row) == answers(library, asff(row, control, f"security-control/{control}"))


@pytest.mark.parametrize("row", SERVED, ids=lambda row: row["control"])
@pytest.mark.parametrize("standard", ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"])
def test_standards_with_the_same_ids_are_answered_alike(row: Row, standard: str, library: Library) -> None:
    """Where consolidated findings are off, only the generator tells the control."""
    assert expected(row) == answers(library, asff(row, None, f"{standard}/{row['control']}"))


@pytest.mark.parametrize(("row", "generator"), STANDARDS, ids=lambda value: value if isinstance(value, str) else "")
def test_ids_of_one_standard_are_answered_alike(row: Row, generator: str, library: Library) -> None:
    """CIS and PCI number controls by themselves; CIS by other numbers in each version."""
    assert expected(row) == answers(library, asff(row, None, generator))


@pytest.mark.parametrize("row", SERVED, ids=lambda row: row["control"])
def test_the_second_feed_is_answered_alike(row: Row, library: Library) -> None:
    """OCSF findings name the control and the resource in other places."""
    event: dict[str, Any] = json.loads((ROOT / "events" / "securityhub_ocsf_s3_public.json").read_text("utf-8"))
    (finding,) = event["detail"]["findings"]
    finding["compliance"]["control"] = row["control"]
    finding["resources"] = [{"type": row["ocsf_type"], "uid": row["resource"]}]
    assert expected(row) == answers(library, event)


def test_what_is_left_to_people_has_its_reason() -> None:
    """A row without an action says why; one with an action needs no excuse."""
    assert [] == [row["control"] for row in rows() if bool(row["action"]) == bool(row["reason"])]


def test_no_control_is_put_right_without_a_person(library: Library) -> None:
    """Each can cut somebody off, or costs money."""
    modes = {playbook.id: playbook.mode for playbook in library.bundle.playbooks.values()}
    assert {Mode.APPROVE} == {modes[row["playbook"]] for row in SERVED if row["action"]}


def test_the_table_is_whole() -> None:
    """All 108 controls of the solution, its three finding types, and five controls of SageMaker; none twice."""
    assert 116 == len(rows())
    assert 116 == len({row["control"] for row in rows()})


def test_most_controls_are_put_right() -> None:
    """An alert is for what no machine should do, and not the way out."""
    assert 79 <= sum(1 for row in rows() if row["action"])
