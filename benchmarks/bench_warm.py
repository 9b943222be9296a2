"""What Firedoor adds to the AWS calls of a case: a security group, from event to contained, in a warm process.

    make bench-warm

The case runs through the real handlers on moto; then the very same calls, with the same parameters, are made with bare
clients that are warm. Each has an embedded AWS of its own in the same state, and they take turns. What SQS does between
the functions is in neither time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from botocore import xform_name
from recording import ROOT, Call, batch, check_contained, handed_on, opening, put_up, recorded

from firedoor.cli.embedded import EmbeddedAws, bundle_file, session

BUDGET = 2.5
"""Highest ratio of Firedoor's time to that of the bare calls."""


def main() -> None:
    """Measure and print; exit with 1 if the budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="cases of each kind")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        bundle = bundle_file(ROOT / "playbooks", Path(folder))
        first, second = record(bundle)
        ours, bare = [], []
        for _ in range(runs):
            ours.append(time_firedoor(bundle))
            bare.append(time_bare(bundle, first, second))
    print_calls(second)
    ratio = print_times(ours, bare)
    sys.exit(f"The ratio is {ratio:.2f}; the budget is {BUDGET}." if ratio > BUDGET else None)


def record(bundle: Path) -> tuple[list[Call], list[Call]]:
    """Return the calls of the first case, which warms up, and of the second, which is measured."""
    with recorded() as calls, EmbeddedAws(bundle) as aws:
        put_up(aws, 1, 2)
        cases = []
        for number in (1, 2):
            of_case: list[Call] = []
            calls.clear()
            aws.invoke("classify", batch(opening(number)))
            of_case += calls
            message = handed_on(aws)
            calls.clear()
            aws.invoke("respond", message)
            cases.append(of_case + calls)
        check_contained(aws, 2)
    return cases[0], cases[1]


def time_firedoor(bundle: Path) -> float:
    """Return the seconds of the second case through the handlers."""
    with EmbeddedAws(bundle) as aws:
        put_up(aws, 1, 2)
        for number in (1, 2):
            event = batch(opening(number))
            started = time.perf_counter()
            aws.invoke("classify", event)
            classified = time.perf_counter() - started
            message = handed_on(aws)
            started = time.perf_counter()
            aws.invoke("respond", message)
            took = classified + time.perf_counter() - started
        check_contained(aws, 2)
    return took


def time_bare(bundle: Path, first: list[Call], second: list[Call]) -> float:
    """Return the seconds of the second case's calls, made with clients that made the first one's."""
    with EmbeddedAws(bundle) as aws:
        put_up(aws, 1, 2)
        clients = {call.service: session().client(call.service) for call in first}
        for calls in (first, second):
            started = time.perf_counter()
            for call in calls:
                getattr(clients[call.service], xform_name(call.operation))(**call.params)
            took = time.perf_counter() - started
        check_contained(aws, 2)  # the calls alone have done all of it again
    return took


def print_calls(calls: list[Call]) -> None:
    """Print how many calls a case takes, and which."""
    print(f"{len(calls)} AWS calls from event to contained")
    for (service, operation), times in Counter((call.service, call.operation) for call in calls).items():
        print(f"{times:>4}  {service}:{operation}")


def print_times(ours: list[float], bare: list[float]) -> float:
    """Print the times and return the ratio of the minima, which other work on the machine disturbs least."""
    ratio = min(ours) / min(bare)
    print(f"\n{len(ours)} cases of each kind on moto; milliseconds as minimum / median")
    for name, seconds in (("Firedoor", ours), ("bare calls", bare)):
        print(f"{name:<12}{min(seconds) * 1000:>7.1f} / {median(seconds) * 1000:.1f}")
    print(f"{'ratio':<12}{ratio:>7.2f} / {median(ours) / median(bare):.2f}")
    return ratio


if __name__ == "__main__":
    main()
