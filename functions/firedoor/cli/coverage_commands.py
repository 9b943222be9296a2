"""The command ``coverage``: which practices, techniques and controls the playbooks serve. Also ``docs/coverage.md``.

Owns the tables. Does not own what they are made of: each playbook's ``references``, ``match`` and ``steps``.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firedoor.cli import library, rules

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from firedoor.cli.sources import Sources
    from firedoor.plans import Json

KINDS = {
    "well_architected": "Well-Architected best practice",
    "attack": "MITRE ATT&CK technique",
    "atlas": "MITRE ATLAS technique",
    "owasp_llm": "OWASP LLM risk",
    "controls": "Security Hub control",
}
"""Field of ``references`` → what it holds."""

LEFT_OUT = {
    "SEC01": "Accounts, organisation and threat modelling are set up before anything can be detected; playbooks watch "
    "that guard rails stay.",
    "SEC07": "Classifying data is the owner's; inspection tells what kind of it reaches models.",
    "SEC09": "Encryption in transit is a property of endpoints, which Security Hub's controls check.",
    "SEC11": "Application security happens in the pipeline, before anything runs.",
}
"""Area of the Security pillar → why it has few playbooks or none."""


THREATS_LEFT_OUT = {
    "A login from a new country": "CloudTrail tells an address and no country. GuardDuty knows countries and habits: "
    "`guardduty-credentials-anomalous` answers its findings.",
    "A shared snapshot that is copied": "AWS records it as an event of the service, whose form is not documented; "
    "`snapshot-shared` answers the sharing before.",
    "A foreign bucket as the source of training data": "Its address names no account; "
    "`sagemaker-source-from-abroad` sees images, roles and packages.",
    "A role passed to SageMaker by somebody unusual": "There is no memory of who usually does what; "
    "`duty-data-by-another` sees declared principals at work that is not theirs.",
    "What `bedrock-mantle` is asked": "Its inference calls are data events without prompt or answer, and the "
    "invocation logs do not hold them.",
    "Tags of a bucket in a call": "A call does not tell them. Training data is listed in `duties.yaml`; "
    "`firedoor training-data` finds what is tagged and not listed.",
}
"""Misuse that no playbook answers → why."""

DELIVERY = {
    "calls": (
        "always on",
        "nothing: EventBridge takes no money for AWS's own events",
        "every call that changes something, every finding, and the records of models that inspection looked at",
    ),
    "reads": (
        "`ReadOnlyManagementEvents=ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`, off by default",
        "one queue message and its share of a function run for each such call; of models that can be millions",
        "who read which secret, password or parameter, and who called which model",
    ),
    "data": (
        "`DataEvents=ENABLED`, off by default, and a trail with data events of the buckets and guardrails",
        "CloudTrail's price for each data event, and one queue message for each that a rule names",
        "who read, wrote, deleted or encrypted which object, and what a guardrail stopped that was called by itself",
    ),
}
"""Kind of delivery → how it is switched on, what it costs, what it reveals."""

FINDING_TYPES = Path(__file__).parents[3] / "tests" / "data" / "guardduty_types.tsv"
"""Type of GuardDuty finding → the playbook that answers it: each line is proved by a test."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    coverage = subparsers.add_parser(
        "coverage",
        help="which practices, techniques and controls do the playbooks serve?",
        description="Print which Well-Architected practices, ATT&CK and ATLAS techniques and Security Hub controls the "
        "playbooks serve, and what each playbook may do.",
    )
    coverage.add_argument("--json", action="store_true", help="print JSON")
    coverage.set_defaults(run=_coverage)
    library.add_option(coverage)


def _coverage(arguments: argparse.Namespace) -> int:
    sources = library.sources_of(arguments)
    if arguments.json:
        print(json.dumps(tables(sources.playbooks), indent=2))
    else:
        print(page(sources), end="")
    return 0


def tables(playbooks: Iterable[Json]) -> dict[str, dict[str, list[str]]]:
    """Return kind of reference → reference → ids of the playbooks that name it, in order."""
    found: dict[str, dict[str, list[str]]] = {kind: defaultdict(list) for kind in KINDS}
    for playbook in playbooks:
        for kind, names in (playbook.get("references") or {}).items():
            if kind in KINDS:
                for name in names:
                    found[kind][name].append(playbook["id"])
    return {kind: {name: sorted(ids) for name, ids in sorted(entries.items())} for kind, entries in found.items()}


def page(sources: Sources) -> str:
    """Return ``docs/coverage.md``."""
    return "\n".join(_page(sources.playbooks)) + "\n"


def _page(playbooks: Sequence[Json]) -> Iterator[str]:
    found = tables(playbooks)
    yield "# Coverage"
    yield ""
    yield f"What the {len(playbooks)} shipped playbooks serve, from what each says of itself. Written by"
    yield "`firedoor generate`; a test keeps it current. `firedoor coverage --json` prints the same for machines."
    for kind, title in KINDS.items():
        yield from _table(title, found[kind], playbooks if kind == "controls" else ())
    yield from _finding_types()
    yield from _deliveries(playbooks)
    yield from ["", "## What is left out, and why", "", "| what | why |", "|---|---|"]
    yield from (f"| {area} | {why} |" for area, why in {**LEFT_OUT, **THREATS_LEFT_OUT}.items())
    yield from ["", "## Playbooks", "", "| playbook | mode | steps | what it answers |", "|---|---|---|---|"]
    for playbook in sorted(playbooks, key=lambda playbook: str(playbook["id"])):
        yield f"| {playbook['id']} | {playbook['mode']} | {_steps(playbook)} | {playbook['title']} |"


def _table(title: str, found: Mapping[str, list[str]], acting: Sequence[Json]) -> Iterator[str]:
    """Yield the table of one kind of reference; with the actions of ``acting`` where there are any."""
    heading = f"| {title.rpartition(' ')[2]} | playbooks |"
    yield from [
        "",
        f"## {title}s",
        "",
        *((f"{heading} actions |", "|---|---|---|") if acting else (heading, "|---|---|")),
    ]
    actions = {playbook["id"]: [step["action"] for step in playbook.get("steps", ())] for playbook in acting}
    for name, ids in found.items():
        taken = sorted({action for playbook in ids for action in actions.get(playbook, ())})
        last = f" {', '.join(taken) or 'tells a person'} |" if acting else ""
        yield f"| {name} | {', '.join(ids)} |{last}"


def _finding_types() -> Iterator[str]:
    yield from ["", "## Types of GuardDuty findings", ""]
    yield "Below the severity that a playbook asks for, `guardduty-low` tells of it in the digest. A type that is not"
    yield from ["here goes by the resource that it names.", "", "| type | playbook |", "|---|---|"]
    with FINDING_TYPES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    yield from (f"| {row['type']} | {row['playbook']} |" for row in rows)


def _deliveries(playbooks: Sequence[Json]) -> Iterator[str]:
    """Yield what each kind of delivery costs and reveals, and the playbooks that are blind without it."""
    yield from ["", "## What has to be switched on, what it costs and what it reveals", ""]
    yield from ["| events | switched on by | costs | reveals | playbooks that need it |", "|---|---|---|---|---|"]
    names = {"calls": "ordinary", "reads": "read-only calls", "data": "data events"}
    for kind, (switch, costs, reveals) in DELIVERY.items():
        needing = sorted(
            str(playbook["id"])
            for playbook in playbooks
            if any(rules.delivery(clause) == kind for clause in playbook["match"])
        )
        who = "all others" if kind == "calls" else ", ".join(needing)
        yield f"| {names[kind]} | {switch} | {costs} | {reveals} | {who} |"


def _steps(playbook: Mapping[str, Any]) -> str:
    return ", ".join(dict.fromkeys(step["action"] for step in playbook.get("steps", ()))) or "tells a person"
