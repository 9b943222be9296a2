"""The shipped playbooks and events: right, tested, current, and careful where they act by themselves."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from firedoor.cli.playbook_tests import Outcome, run_tests
from firedoor.cli.sources import Sources, compile_bundle, load_sources
from firedoor.events import read_events
from firedoor.playbooks import Mode, Playbook, bundle_from_json

ROOT = Path(__file__).parents[2]
PLAYBOOKS = ROOT / "playbooks"
EVENTS = ROOT / "events"
NOT_FOR_CLASSIFY = {"s3_bedrock_log_created.json"}
"""Events that no playbook matches: ``inspect`` reads what they announce."""


@cache
def sources() -> Sources:
    """Load everything once."""
    return load_sources(PLAYBOOKS, EVENTS)


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Run all tests once."""
    return run_tests(sources(), EVENTS)


def playbooks() -> dict[str, Playbook]:
    """Return the compiled playbooks by id."""
    return dict(bundle_from_json(compile_bundle(sources())).playbooks)


def files() -> list[Path]:
    """Return every YAML file."""
    return sorted(PLAYBOOKS.glob("*.yaml"))


def names_of(pattern: str, directory: Path) -> list[str]:
    """Return file names for parametrizing."""
    return sorted(path.name for path in directory.glob(pattern))


def test_there_is_no_mistake_and_no_warning() -> None:
    """What ships is what the check calls right."""
    assert [] == [str(mistake) for mistake in sources().mistakes]


def test_every_playbook_does_what_its_tests_say() -> None:
    """All tests in all playbooks hold."""
    assert [] == [
        f"{tried.file}:{tried.line}: {tried.name}: {tried.problems}" for tried in outcomes() if not tried.passed
    ]


def test_every_playbook_was_tested() -> None:
    """None is without tests that ran."""
    assert {path.stem for path in files()} - {"duties", "exclusions", "filters", "protected"} == {
        tried.playbook for tried in outcomes()
    }


def test_each_source_has_playbooks() -> None:
    """GuardDuty, Security Hub in both feeds, CloudTrail, S3 objects and Bedrock."""
    matched = {
        (str(source), detail_type)
        for playbook in playbooks().values()
        for entry in playbook.match
        for source in entry["source"]
        for detail_type in entry["detail-type"]
    }
    assert {
        ("aws.guardduty", "GuardDuty Finding"),
        ("aws.guardduty", "GuardDuty Malware Protection Object Scan Result"),
        ("aws.securityhub", "Security Hub Findings - Imported"),
        ("aws.securityhub", "Findings Imported V2"),
        ("aws.ec2", "AWS API Call via CloudTrail"),
        ("aws.cloudtrail", "AWS API Call via CloudTrail"),
        ("aws.bedrock", "AWS API Call via CloudTrail"),
        ("firedoor.inspection", "Bedrock Model Invocation"),
    } <= matched


@pytest.mark.parametrize("name", names_of("*.yaml", PLAYBOOKS))
def test_every_file_is_valid_by_the_schema_that_it_names(name: str) -> None:
    """Editors and the check say the same of what ships."""
    text = (PLAYBOOKS / name).read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    schema = json.loads((PLAYBOOKS / "schema.json").read_text("utf-8"))
    errors = Draft202012Validator(schema).iter_errors(as_json(text))
    assert [] == [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def test_the_documentation_s_example_works(tmp_path: Path) -> None:
    """What ``docs/playbooks.md`` tells people to write loads, and its tests hold."""
    page = (ROOT / "docs" / "playbooks.md").read_text("utf-8")
    (example,) = (block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "\nid: " in block)
    directory, events = tmp_path / "playbooks", tmp_path / "events"
    directory.mkdir()
    events.mkdir()
    (directory / "cloudtrail-snapshot-shared.yaml").write_text(example, "utf-8")
    shared = event_of("cloudtrail_authorize_ingress_world.json")
    shared["detail"]["eventName"] = "ModifySnapshotAttribute"
    shared["detail"]["requestParameters"] = {
        "snapshotId": "snap-0a1b2c3d4e5f60718",
        "attributeType": "CREATE_VOLUME_PERMISSION",
        "createVolumePermission": {"add": {"items": [{"group": "all"}]}},
    }
    (events / "cloudtrail_snapshot_shared.json").write_text(json.dumps(shared), "utf-8")
    written = load_sources(directory)
    assert () == written.mistakes
    assert [()] * 3 == [tried.problems for tried in run_tests(written, events)]


def as_json(text: str) -> Any:
    """Read YAML with dates as text."""

    class Loader(yaml.SafeLoader):
        """Without dates."""

    kept = {
        first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:timestamp"]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.yaml_implicit_resolvers = kept
    return yaml.load(text, Loader)  # noqa: S506  a subclass of SafeLoader


def test_what_watches_calls_and_acts_alone_excepts_infrastructure_as_code() -> None:
    """A change that was reviewed is not undone by a machine (threat table: every A)."""
    for playbook in playbooks().values():
        if playbook.mode is Mode.AUTO and "AWS API Call via CloudTrail" in playbook.match[0]["detail-type"]:
            excepted = json.dumps([clause.match for clause in playbook.unless])
            assert ("cloudformation.amazonaws.com" in excepted, "role/iac/*" in excepted) == (True, True), playbook.id


def test_what_watches_calls_proves_that_a_failed_call_starts_nothing() -> None:
    """Each such playbook has a miss with ``errorCode``, unless it is about failures too."""
    for playbook in playbooks().values():
        if "AWS API Call via CloudTrail" in playbook.match[0]["detail-type"] and not _is_about_failures(playbook):
            misses = [test for test in sources().tests if test.playbook == playbook.id and not test.matches]
            failed = [test for test in misses if "errorCode" in json.dumps([test.changes, event_of(test.event)])]
            assert failed, playbook.id


def _is_about_failures(playbook: Playbook) -> bool:
    return any("errorCode" in entry.get("detail", {}) for entry in playbook.match)


def event_of(name: str) -> Any:
    """Return one event."""
    return json.loads((EVENTS / name).read_text("utf-8"))


def test_what_acts_alone_is_narrow() -> None:
    """Cutting off an instance, a bucket's readers or a principal's models is never without a person."""
    disruptive = {"ec2.isolate_instance", "s3.block_public_access", "bedrock.deny_model_invocation"}
    alone = {step.action for playbook in playbooks().values() if playbook.mode is Mode.AUTO for step in playbook.steps}
    assert set() == alone & disruptive


TIME = re.compile(
    r"\{time\}|\b\d+ (hours?|days?|minutes?)\b|\bwithin (an|the|a) (hour|day|week)\b|\bnow\b", re.IGNORECASE
)


def test_most_next_steps_say_where_and_when() -> None:
    """A step that sends people searching names a time window; ``check CloudTrail`` alone helps nobody."""
    for playbook in playbooks().values():
        for step in playbook.alert.next_steps:
            if re.search(r"look up|list |Count |Search |flow logs", step):
                assert TIME.search(step), f"{playbook.id}: {step}"


@pytest.mark.parametrize("name", names_of("*.json", EVENTS))
def test_every_event_is_a_whole_envelope(name: str) -> None:
    """As AWS sends it, and readable by the handlers."""
    text = (EVENTS / name).read_text("utf-8")
    assert {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"} == set(
        json.loads(text)
    )
    assert read_events(text)


def test_every_event_serves_a_test() -> None:
    """No file lies about that proves nothing."""
    used = {test.event for test in sources().tests} | NOT_FOR_CLASSIFY
    assert set(names_of("*.json", EVENTS)) == used


ACCOUNTS = {"111122223333", "444455556666", "999988887777"}
DOCUMENTATION = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "10.0.0.0/8")
]
WORLD = {"0.0.0.0", "128.0.0.0"}  # noqa: S104  as in 0.0.0.0/0


def texts(value: object) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts(member)


@pytest.mark.parametrize("name", names_of("*.json*", EVENTS))
def test_events_name_nobody(name: str) -> None:
    """Documentation accounts, addresses and keys only."""
    for line in (EVENTS / name).read_text("utf-8").splitlines() if name.endswith("l") else [None]:
        event = json.loads(line) if line else event_of(name)
        everything = "\n".join(texts(event))
        assert set(re.findall(r"(?<![\w-])\d{12}(?![\w-])", everything)) <= ACCOUNTS
        assert all("EXAMPLE" in key for key in re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{8,}", everything))
        for address in set(re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", everything)) - WORLD:
            assert any(ipaddress.ip_address(address) in network for network in DOCUMENTATION), address
