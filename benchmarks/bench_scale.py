"""How many events a second one process classifies, by number of playbooks and by kind of event.

    make bench-scale

The playbooks are the shipped ones, as many as there are, and then copies of them. A copy has patterns of its own, as a
playbook written for one more account has: each asks for an account that no sample event names, so that the hits are the
library's own and do not grow with the copies. In the last row, the worst, the copies ask for what their originals do,
and all of them answer.

"load" ends when the first finding of Security Hub is classified: patterns are compiled when an event of their source
comes, and those for Security Hub are the most.

The events are the shipped samples. Classifying is reading, matching, exceptions, thresholds and extraction; no AWS call
is in it.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import mean

from recording import ROOT

from firedoor.cli.sources import compile_bundle, load_sources
from firedoor.engine import Library
from firedoor.plans import Json
from firedoor.playbooks import bundle_from_json
from firedoor.thresholds import MemoryWindows

SIZES = (10, 100, 1_000)
TODAY = date(2026, 11, 20)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="time spent on each kind of event")
    seconds = parser.parse_args().seconds
    bundle = compile_bundle(load_sources(ROOT / "playbooks"))
    kinds = samples()
    print("events per second, one process (hits per event)")
    print(f"{'playbooks':>9}{'load ms':>9}" + "".join(f"{kind:>20}" for kind in kinds))
    for size, alike in (*((size, False) for size in SIZES), (max(SIZES), True)):
        data = {**bundle, "playbooks": library_of(bundle["playbooks"], size, alike=alike)}
        started = time.perf_counter()
        library = Library(bundle_from_json(data))
        library.read(kinds["securityhub"][0], MemoryWindows(), TODAY)
        row = f"{size:>9}{(time.perf_counter() - started) * 1000:>9.0f}"
        for texts in kinds.values():
            row += f"{f'{rate(library, texts, seconds):,.0f} ({hits(library, texts):.2f})':>20}"
        print(row, flush=True)


def samples() -> dict[str, list[str]]:
    """Return the shipped events by kind, those of each source together."""
    kinds = defaultdict(list)
    for path in sorted((ROOT / "events").glob("*.json")):
        kinds[kind_of(path)].append(path.read_text("utf-8"))
    return dict(kinds)


def kind_of(path: Path) -> str:
    """Return what an event's file name begins with: the service that sends it."""
    return path.stem.partition("_")[0]


def library_of(playbooks: list[Json], size: int, *, alike: bool) -> list[Json]:
    """Return ``size`` playbooks: shipped ones in their order, and then copies of them."""
    return (playbooks + list(copies(playbooks, size - len(playbooks), alike=alike)))[:size]


def copies(playbooks: list[Json], count: int, *, alike: bool) -> Iterator[Json]:
    """Yield ``count`` copies with names of their own, and unless they are ``alike`` with patterns of their own."""
    for number in range(count):
        playbook = copy.deepcopy(dict(playbooks[number % len(playbooks)]))
        playbook["id"] += f"-{number}"
        if not alike:
            for pattern in playbook["match"]:
                pattern["account"] = [f"{number:012}"]
        yield playbook


def hits(library: Library, texts: list[str]) -> float:
    """Return how many playbooks answer an event, on average."""
    return mean(len(found.hits) for text in texts for found in library.read(text, MemoryWindows(), TODAY))


def rate(library: Library, texts: list[str], seconds: float) -> float:
    """Return events per second: the best pass over all ``texts`` of those that fit into the time."""
    best, spent = float("inf"), 0.0
    while spent < seconds:
        windows = MemoryWindows()
        started = time.perf_counter()
        for text in texts:
            library.read(text, windows, TODAY)
        took = time.perf_counter() - started
        best, spent = min(best, took), spent + took
    return len(texts) / best


if __name__ == "__main__":
    main()
