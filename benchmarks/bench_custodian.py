"""Firedoor and Cloud Custodian on the same case under the same emulator: a security group, from event to contained.

    make bench-custodian

Both get the same CloudTrail event about the same group in the same moto server, over HTTP, each in processes of its own
as Lambda would start them: Custodian's one function, Firedoor's ``classify`` and then ``respond``. Cold is the whole
process, from its start to the answer to its first event; warm is the next event in the same process. Of each stands how
long it took until the call that closes the group was sent, and until all was done. What SQS does between Firedoor's
functions is in neither. Custodian's policy removes the rule and tells a topic.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from moto.server import ThreadedMotoServer
from recording import ROOT, batch, check_contained, group, handed_on, opening, put_up

from firedoor.cli.embedded import HOME, REGION, EmbeddedAws, bundle_file

PROCESS = Path(__file__).with_name("contain_process.py")
CUSTODIAN = ROOT / ".venv-custodian" / "bin" / "python"
CLOSING = "ec2.RevokeSecurityGroupIngress"
"""The call that closes the group, in both."""

READS = ("Assume", "Describe", "Get", "List", "Query")


@dataclass(slots=True)
class Run:
    """What one tool took for its cold and its warm case: milliseconds until it was contained and in all, and calls."""

    cold: float = 0.0
    cold_contained: float = 0.0
    warm: float = 0.0
    warm_contained: float = 0.0
    calls: list[str] = field(default_factory=list)
    """Those of the warm case."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="cold processes of each tool")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        bundle = bundle_file(ROOT / "playbooks", Path(folder))
        found: dict[str, list[Run]] = {"Firedoor": [], "Cloud Custodian": []}
        for turn in range(runs + 1):
            pair = {"Firedoor": run_firedoor(bundle), "Cloud Custodian": run_custodian(bundle, Path(folder))}
            if turn:  # the first of each kind fills the caches: bytecode, and the system's of files
                for name, run in pair.items():
                    found[name].append(run)
    print_table(found)


@contextmanager
def emulator(bundle: Path) -> Iterator[tuple[EmbeddedAws, dict[str, str]]]:
    """Yield an AWS with two opened groups, and the environment of processes that reach it over HTTP."""
    with EmbeddedAws(bundle) as aws:
        put_up(aws, 1, 2)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it tells of every request
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield aws, {**os.environ, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        finally:
            server.stop()


def run_firedoor(bundle: Path) -> Run:
    """Run both cases through both functions."""
    run = Run()
    with emulator(bundle) as (aws, environment):
        ours = environment | {"PYTHONPATH": str(ROOT / "functions")}
        with (
            process(sys.executable, "classify.app", "handler", ours, ROOT) as classify,
            process(sys.executable, "respond.app", "handler", ours, ROOT) as respond,
        ):
            for number in (1, 2):
                add(run, number, classify.answer(batch(opening(number))))
                add(run, number, respond.answer(handed_on(aws)))
        check_contained(aws, 2)
        check_closed(aws)
    return run


def run_custodian(bundle: Path, folder: Path) -> Run:
    """Run both cases through Custodian's function, with its policy beside it as it deploys it."""
    run = Run()
    with emulator(bundle) as (aws, environment):
        topic = json.loads(environment["FIREDOOR_TOPIC_ARNS"])["default"]
        (folder / "config.json").write_text(json.dumps(policy(topic)), "utf-8")
        with process(str(CUSTODIAN), "c7n.handler", "dispatch_event", environment, folder) as custodian:
            for number in (1, 2):
                add(run, number, custodian.answer(json.loads(opening(number))))
        check_closed(aws)
    return run


def policy(topic: str) -> dict[str, Any]:
    """Return Custodian's policy for the case, in the file that it puts beside its handler."""
    event = {
        "source": "ec2.amazonaws.com",
        "event": "AuthorizeSecurityGroupIngress",
        "ids": "requestParameters.groupId",
    }
    told = {"type": "notify", "to": ["security@example.com"], "transport": {"type": "sns", "topic": topic}}
    return {
        "execution-options": {"account_id": HOME, "region": REGION},
        "policies": [
            {
                "name": "security-group-opened-to-the-world",
                "resource": "aws.security-group",
                "mode": {"type": "cloudtrail", "events": [event]},
                "filters": [{"type": "ingress", "Ports": [22], "Cidr": {"value": "0.0.0.0/0"}}],
                "actions": [{"type": "remove-permissions", "ingress": "matched"}, told],
            }
        ],
    }


class Process:
    """A started function."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path) -> None:
        """Say what to start; the first event starts it."""
        self._start = {"args": command, "env": dict(environment), "cwd": folder}
        self._process: subprocess.Popen[str] | None = None

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Send an event and return the answer, with ``wall``: milliseconds, with those of the start if it was one."""
        started = time.perf_counter()
        if self._process is None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
            self._process = subprocess.Popen(**self._start, **pipes)  # type: ignore[call-overload]
        process = self._process
        process.stdin.write(json.dumps(event) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            sys.exit(f"The process ended: {self._start['args']}")
        return {**json.loads(line), "wall": (time.perf_counter() - started) * 1000}

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.communicate()


@contextmanager
def process(python: str, module: str, function: str, environment: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """Yield a function's process, which starts with its first event."""
    started = Process([python, str(PROCESS), module, function], environment, folder)
    try:
        yield started
    finally:
        started.stop()


def add(run: Run, number: int, answer: dict[str, Any]) -> None:
    """Add what a function took: its whole process for the first case, its handler for the second."""
    sent = dict(answer["calls"]).get(CLOSING, answer["ms"])  # a function that does not close it is before one that does
    if number == 1:
        run.cold += answer["wall"]
        run.cold_contained += answer["wall"] - answer["ms"] + sent
    else:
        run.warm += answer["ms"]
        run.warm_contained += sent
        run.calls += [name for name, _ in answer["calls"]]


def check_closed(aws: EmbeddedAws) -> None:
    """Raise if a group is still open to the world, or has lost the rule that may stay."""
    for number in (1, 2):
        (found,) = aws.client("ec2").describe_security_groups(GroupIds=[group(number)])["SecurityGroups"]
        sources = [source for rule in found["IpPermissions"] for source in rule["IpRanges"]]
        if [source["CidrIp"] for source in sources] != ["10.20.0.0/16"]:
            raise RuntimeError(f"{group(number)} is not as it should be, so this measures nothing: {sources}")


def print_table(found: Mapping[str, list[Run]]) -> None:
    """Print milliseconds as minimum and median, and the calls."""
    print("Milliseconds as minimum / median, against one moto server over HTTP")
    columns = ("cold: contained", "cold: all", "warm: contained", "warm: all")
    print(f"{'':<18}" + "".join(f"{column:>18}" for column in columns) + f"{'AWS calls':>12}{'writes':>8}")
    for name, runs in found.items():
        cold = [run.cold_contained for run in runs], [run.cold for run in runs]
        warm = [run.warm_contained for run in runs], [run.warm for run in runs]
        calls = runs[-1].calls
        writes = [call for call in calls if not call.rpartition(".")[2].startswith(READS)]
        row = f"{name:<18}" + "".join(f"{pair(figures):>18}" for figures in (*cold, *warm))
        print(f"{row}{len(calls):>12}{len(writes):>8}")
    for name, runs in found.items():
        print(f"\n{name}: {', '.join(runs[-1].calls)}")


def pair(figures: list[float]) -> str:
    """Return the minimum and the median."""
    return f"{min(figures):.0f} / {median(figures):.0f}"


if __name__ == "__main__":
    main()
