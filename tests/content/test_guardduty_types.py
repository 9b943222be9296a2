"""Every type of GuardDuty finding goes to one playbook, the one that the table names."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from firedoor.cli.sources import compile_bundle, load_sources
from firedoor.engine import Library
from firedoor.events import read_events
from firedoor.playbooks import bundle_from_json
from firedoor.thresholds import MemoryWindows

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "tests" / "data" / "guardduty_types.tsv"
SEVERITY = {"Low": 2, "Medium": 5, "High": 8, "Critical": 9.1}
"""Of https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html, a value in each range."""


def rows() -> list[dict[str, str]]:
    """Return the table: ``type``, ``resource_type``, ``severity`` and the ``playbook`` that is expected."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped playbooks."""
    return Library(bundle_from_json(compile_bundle(load_sources(ROOT / "playbooks"))))


DETAILS: dict[str, dict[str, Any]] = {
    "Instance": {"instanceDetails": {"instanceId": "i-0a1b2c3d4e5f67890"}},
    "AccessKey": {
        "accessKeyDetails": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "userType": "IAMUser", "userName": "deploy-bot"}
    },
}


SESSION = {
    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "principalId": "AROACKCEVSQ6C2EXAMPLE:i-0a1b2c3d4e5f67890",
    "userType": "AssumedRole",
    "userName": "payments-api",
}
ROOT_USER = {**SESSION, "userType": "Root", "userName": "Root"}
HOLDERS = {
    "Policy:IAMUser/RootCredentialUsage": ROOT_USER,
    "Policy:IAMUser/ShortTermRootCredentialUsage": ROOT_USER,
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS": SESSION,
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS": SESSION,
    "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.InsideAWS": SESSION,
    "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS": SESSION,
}
"""Types that are about a certain kind of credentials by their very nature."""


def answering(library: Library, kind: str, resource_type: str, severity: str, **more: Any) -> list[str]:
    """Return the playbooks that answer a finding of this type."""
    event = json.loads((ROOT / "events" / "guardduty_iam_key_stolen_tor.json").read_text("utf-8"))
    detail = event["detail"]
    resource = {"resourceType": resource_type} if resource_type else {}
    detail |= {"type": kind, "severity": SEVERITY[severity]}
    detail["resource"] = {**resource, **DETAILS.get(resource_type, {}), **more.pop("resource", {})}
    detail["service"] |= more
    (read,) = read_events(json.dumps(event))
    return [hit.playbook.id for hit in library.classify(read, MemoryWindows(), read.facts.time.date()).hits]


@pytest.mark.parametrize("row", rows(), ids=lambda row: "-".join(row.values()))
def test_each_type_has_its_playbook(row: dict[str, str], library: Library) -> None:
    """One finding is one case: exactly one playbook answers, whatever its severity says."""
    more = {"resource": {"accessKeyDetails": HOLDERS[row["type"]]}} if row["type"] in HOLDERS else {}
    assert [row["playbook"]] == answering(library, row["type"], row["resource_type"], row["severity"], **more)


def test_the_table_holds_all_types() -> None:
    """204 types of AWS's own and 25 of custom rules, as of November 2026."""
    types = {row["type"] for row in rows()}
    assert 204 == len({name for name in types if name in _of("active")})
    assert 25 == len({name for name in types if name in _of("custom rule")})


def _of(status: str) -> set[str]:
    return {row["type"] for row in rows() if row["status"] == status}


@pytest.mark.parametrize("user_type", ["AssumedRole", "FederatedUser", "Role", "Root"])
@pytest.mark.parametrize("kind", sorted({row["type"] for row in rows() if row["resource_type"] == "AccessKey"}))
def test_whoever_holds_the_credentials_one_playbook_answers(kind: str, user_type: str, library: Library) -> None:
    """Users are in the table; these are the others."""
    key = {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "principalId": "AROA:x", "userType": user_type, "userName": "x"}
    found = answering(library, kind, "AccessKey", "Medium", resource={"accessKeyDetails": key})
    assert 1 == len(found)
    assert ("guardduty-root-credentials-used" in found) == (user_type == "Root")


@pytest.mark.parametrize("severity", SEVERITY)
@pytest.mark.parametrize(
    "resource_type", ["", "Instance", "AccessKey", "S3Bucket", "EKSCluster", "Lambda", "QuantumTask"]
)
def test_a_type_of_next_year_goes_by_its_resource(resource_type: str, severity: str, library: Library) -> None:
    """Nothing is lost because it is new."""
    assert 1 == len(answering(library, "Sabotage:Quantum/NotYetKnown", resource_type, severity))


@pytest.mark.parametrize("role", ["ACTOR", "TARGET"])
@pytest.mark.parametrize("severity", SEVERITY)
@pytest.mark.parametrize("kind", sorted({row["type"] for row in rows() if row["resource_type"] == "Instance"}))
def test_an_instance_has_one_case_whatever_its_part(kind: str, severity: str, role: str, library: Library) -> None:
    """Actor or target, at every severity."""
    assert 1 == len(answering(library, kind, "Instance", severity, resourceRole=role))
