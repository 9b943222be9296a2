"""Compiling: what stands in YAML is what the handlers load, durations in seconds, and never from broken sources."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.unit.sources_examples import PLAYBOOK, load

from firedoor.cli.sources import compile_bundle
from firedoor.errors import PlaybookError
from firedoor.playbooks import Bundle, Mode, Severity, Status, bundle_from_json, load_bundle


def bundle(tmp_path: Path, playbook: str = PLAYBOOK, **others: str) -> Bundle:
    """Compile and read back, by way of JSON."""
    return bundle_from_json(json.loads(json.dumps(compile_bundle(load(tmp_path, playbook, **others)))))


def test_every_field_arrives(tmp_path: Path) -> None:
    """The handlers see what the file says."""
    playbook = bundle(tmp_path).playbooks["port-opened"]
    assert ("A port was opened", Status.EXPERIMENTAL, Severity.HIGH, "network", Mode.APPROVE) == (
        playbook.title,
        playbook.status,
        playbook.severity,
        playbook.owner,
        playbook.mode,
    )
    assert {"attack": ("T1562.007",)} == playbook.references
    assert ["AuthorizeSecurityGroupIngress"] == playbook.match[0]["detail"]["eventName"]
    assert ("A planned exercise", date(2027, 1, 31)) == (playbook.unless[0].reason, playbook.unless[0].expires)
    assert {"group_id", "user"} == set(playbook.extract)
    assert ("Group {group_id} was opened", ("Ask {actor} why.",)) == (playbook.alert.title, playbook.alert.next_steps)


def test_durations_are_seconds(tmp_path: Path) -> None:
    """People write 30m, machines count seconds."""
    playbook = bundle(tmp_path).playbooks["port-opened"]
    assert (86400, 1800, 3600, 43200) == (
        playbook.dedup_within,
        playbook.approval_within,
        playbook.limit_within,
        playbook.steps[1].revert_after,
    )


def test_steps_keep_their_order_and_defaults(tmp_path: Path) -> None:
    """A step that does not say so stops what follows when it fails, and stays."""
    close, deny = bundle(tmp_path).playbooks["port-opened"].steps
    assert ("ec2.close_ports", {"group_id": "{group_id}", "ports": [22]}, None, "stop", None) == (
        close.action,
        close.params,
        close.when,
        close.on_error,
        close.revert_after,
    )
    assert ("iam.deny_user", "continue") == (deny.action, deny.on_error)


def test_an_automatic_playbook_still_knows_how_long_to_wait(tmp_path: Path) -> None:
    """Where a cap lowers it to approve, an approval of no time at all would expire at once."""
    text = PLAYBOOK.replace("mode: approve\napproval: {within: 30m, otherwise: alert}", "mode: auto")
    playbook = bundle(tmp_path, text).playbooks["port-opened"]
    assert (86400, Mode.ALERT) == (playbook.approval_within, playbook.approval_otherwise)


def test_a_threshold_arrives(tmp_path: Path) -> None:
    """Kind, amount, value and window."""
    text = PLAYBOOK.replace("dedup:", "threshold: {group_by: [actor], distinct: 3, of: user, within: 10m}\ndedup:")
    threshold = bundle(tmp_path, text).playbooks["port-opened"].threshold
    assert threshold is not None
    assert (("actor",), "distinct", 3, "user", 600) == (
        threshold.group_by,
        threshold.kind,
        threshold.at_least,
        threshold.of,
        threshold.within,
    )


def test_local_files_arrive(tmp_path: Path) -> None:
    """Exclusions with their playbooks and last day, protected things by ARN and by tag."""
    exclusions = (
        "exclusions:\n  - {reason: Tests, owner: pay, expires: 2027-01-31, playbooks: [port-opened], "
        'match: [{account: ["444455556666"]}]}\n'
    )
    protected = (
        "protected:\n  - {reason: Ours, arn: 'arn:aws:iam::*:role/own/*'}\n  - {reason: M, tag: {key: k, value: v}}\n"
    )
    compiled = bundle(tmp_path, exclusions=exclusions, protected=protected)
    (exclusion,) = compiled.exclusions
    assert ("Tests", "pay", date(2027, 1, 31), ("port-opened",)) == (
        exclusion.reason,
        exclusion.owner,
        exclusion.expires,
        exclusion.playbooks,
    )
    assert [("arn:aws:iam::*:role/own/*", None), (None, ("k", "v"))] == [
        (entry.arn, entry.tag) for entry in compiled.protected
    ]


def test_the_same_sources_give_the_same_bundle(tmp_path: Path) -> None:
    """A build that changes nothing deploys nothing."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    assert json.dumps(compile_bundle(load(first))) == json.dumps(compile_bundle(load(second)))


def test_a_bundle_on_disk_is_loaded_again(tmp_path: Path) -> None:
    """What the build writes is what Lambda loads."""
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(compile_bundle(load(tmp_path))), "utf-8")
    assert ["port-opened"] == list(load_bundle(path).playbooks)


def test_a_broken_playbook_is_no_missing_one(tmp_path: Path) -> None:
    """Whoever asks for it is told, also where a playbook that is gone would do; the others can be had."""
    compiled = json.loads(json.dumps(compile_bundle(load(tmp_path))))
    (entry,) = compiled["playbooks"]
    compiled["playbooks"] = [entry, {**entry, "id": "broken", "mode": "loud"}]
    playbooks = bundle_from_json(compiled).playbooks
    assert "port-opened" == playbooks["port-opened"].id
    with pytest.raises(PlaybookError, match="playbook broken is broken; build it anew"):
        playbooks.get("broken")


def test_broken_sources_are_not_compiled(tmp_path: Path) -> None:
    """The error has one line for each mistake."""
    sources = load(tmp_path, PLAYBOOK.replace("severity: high", "severity: loud").replace("24h", "long"))
    with pytest.raises(PlaybookError) as raised:
        compile_bundle(sources)
    assert [str(mistake) for mistake in sources.errors] == str(raised.value).splitlines()
    assert 2 == len(sources.errors)
