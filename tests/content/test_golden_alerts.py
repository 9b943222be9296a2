"""Every playbook's alert, as the real handlers send it, in every medium: held against files that a review can read.

``FIREDOOR_UPDATE_GOLDEN=1 pytest tests/content/test_golden_alerts.py`` writes the files anew.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest
import yaml
from moto.moto_api._internal import mock_random

from firedoor import alerts
from firedoor.alerts.exclusions import exclusion
from firedoor.cli.embedded import bundle_file
from firedoor.cli.playbook_reader import PlaybookTest
from firedoor.cli.playbook_tests import changed
from firedoor.cli.replay import replay
from firedoor.cli.sources import load_sources
from firedoor.engine import Hit, Library
from firedoor.events import Event, read_events
from firedoor.playbooks import Bundle, bundle_from_json
from firedoor.thresholds import MemoryWindows

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("FIREDOOR_UPDATE_GOLDEN"))


@cache
def first_hits() -> dict[str, PlaybookTest]:
    """Return for every playbook the first of its tests that hits with one event; others are left out."""
    tests = load_sources(ROOT / "playbooks").tests
    single = [test for test in tests if test.matches and test.repeat == 1 and not test.before]
    hits = [test for test in single if test.playbook not in TOLD_TO_NOBODY]
    return {test.playbook: test for test in reversed(hits)}


TOLD_TO_NOBODY = {"firedoor-heartbeat"}
"""A canary's case is recorded; an alarm, not an alert, tells that it is missing."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the playbooks once."""
    return bundle_file(ROOT / "playbooks", tmp_path_factory.mktemp("bundle"))


def renderings(alert: alerts.Alert) -> dict[str, str]:
    """Render an alert in every medium, as the files' endings and texts."""
    subject, body = alerts.render_email(alert)
    return {
        "txt": f"Subject: {subject}\n\n{body}",
        "html": alerts.render_html(alert),
        "json": _pretty(alerts.render_machine(alert)),
        "chat.json": _pretty(alerts.render_chat(alert)),
        "pagerduty.json": _pretty(alerts.render_pagerduty(alert)),
        "ocsf.json": _pretty(alerts.render_ocsf(alert)),
    }


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("playbook", sorted(first_hits()))
def test_a_playbooks_alert_reads_as_the_reviewed_file(
    playbook: str, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people are told about a playbook's first sample event changes only together with these files."""
    test = first_hits()[playbook]
    told: list[alerts.Alert] = []
    publish = alerts.publish
    monkeypatch.setattr(alerts, "publish", lambda sns, topics, alert: told.append(alert) or publish(sns, topics, alert))
    # Ids that the embedded AWS makes up are the same every time.
    mock_random.seed(0)
    replay(changed((ROOT / "events" / test.event).read_text("utf-8"), test.changes), test.event, bundle, approve=False)
    alert = next(alert for alert in told if alert.playbook == playbook)
    for ending, text in renderings(alert).items():
        path = GOLDEN / f"{playbook}.{ending}"
        if UPDATE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text


def test_there_is_no_file_without_its_playbook() -> None:
    """A playbook that was renamed or removed leaves no file behind."""
    names = {path.name.partition(".")[0] for path in GOLDEN.iterdir() if path.is_file()}
    assert names <= set(first_hits())


@pytest.mark.parametrize("playbook", sorted(first_hits()))
def test_the_suggested_exclusion_silences_the_event_and_nothing_else(playbook: str, bundle: Path) -> None:
    """Pasted as it stands, it keeps this event from this playbook; the same from another account comes through."""
    test = first_hits()[playbook]
    text = changed((ROOT / "events" / test.event).read_text("utf-8"), test.changes)
    compiled = json.loads(bundle.read_text("utf-8"))
    loaded = bundle_from_json(compiled)
    event = next(
        event for event in read_events(text) if any(hit.playbook.id == playbook for hit in hits_of(loaded, event))
    )
    suggested = exclusion(loaded.playbooks[playbook], event.facts, event.facts.time.date())
    if not suggested:
        assert playbook in WITHOUT_EXCLUSION
        return
    entries = yaml.safe_load(f"exclusions:\n{suggested}\n")["exclusions"]
    silenced = bundle_from_json({**compiled, "exclusions": entries})
    assert playbook not in {hit.playbook.id for hit in hits_of(silenced, event)}
    elsewhere = read_events(text.replace(event.facts.account, "999988887777"))
    assert playbook in {hit.playbook.id for other in elsewhere for hit in hits_of(silenced, other)}


WITHOUT_EXCLUSION = {
    "guardduty-attack-sequence",
    "guardduty-data-moved",
    "guardduty-foothold-made",
    "guardduty-root-credentials-used",
    "guardduty-service-abused",
    "s3-object-malware",
}
"""Playbooks whose events name no one user, role or resource that a narrow exclusion could speak of."""


def hits_of(bundle: Bundle, event: Event) -> tuple[Hit, ...]:
    """Return the playbooks that answer an event."""
    return Library(bundle).classify(event, MemoryWindows(), event.facts.time.date()).hits
