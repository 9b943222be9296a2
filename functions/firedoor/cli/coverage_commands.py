"""The command ``coverage``: which practices, techniques and controls the playbooks serve. Also ``docs/coverage.md``.

Owns the tables. Does not own what they are made of: each playbook's ``references``, ``match`` and ``steps``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from firedoor.cli import library

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
        yield from ["", f"## {title}s", "", f"| {title.rpartition(' ')[2]} | playbooks |", "|---|---|"]
        for name, ids in found[kind].items():
            yield f"| {name} | {', '.join(ids)} |"
    yield from ["", "## What is left out, and why", "", "| area | why |", "|---|---|"]
    yield from (f"| {area} | {why} |" for area, why in LEFT_OUT.items())
    yield from ["", "## Playbooks", "", "| playbook | mode | steps | what it answers |", "|---|---|---|---|"]
    for playbook in sorted(playbooks, key=lambda playbook: str(playbook["id"])):
        yield f"| {playbook['id']} | {playbook['mode']} | {_steps(playbook)} | {playbook['title']} |"


def _steps(playbook: Mapping[str, Any]) -> str:
    return ", ".join(dict.fromkeys(step["action"] for step in playbook.get("steps", ()))) or "tells a person"
