"""How long a cold start takes under Lambda's own runtime interface, against the local cloud.

    make bench-runtime

Deploys the stack to the emulated AWS, then starts the built functions under Lambda's runtime interface emulator, each
start in fresh processes, and times the first answer and the one after. ``bare boto3`` is a function that only imports
boto3 and makes one client. ``classify`` gets a security group opened to the world; ``respond`` a case that was answered
already, told again, so that it reads the table and changes nothing. The emulated AWS answers in the same second, from
the same processors: compare the rows with each other.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import urllib3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local.cloud import ROOT, STACK, WORK, Cloud
from local.invoke import runtime, variables_of

from firedoor.cases import Cases, State
from firedoor.messages import Message

BARE = "bare boto3"
SECONDS = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="starts of each function")
    runs = parser.parse_args().runs
    (WORK / "code").mkdir(parents=True, exist_ok=True)
    with Cloud.start() as cloud:
        print("Deploying …", file=sys.stderr)
        cloud.deploy()
        (WORK / "code" / "bare.py").write_text(_BARE_HANDLER, "utf-8")
        events = {BARE: {}, "classify": _opened(), "respond": _answered(cloud)}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in events}
        for turn in range(runs + 1):
            for name, event in events.items():
                times = start(cloud, name, event)
                if turn:  # the first fills the caches of the system
                    found[name].append(times)
    print_table(found, runs)


def start(cloud: Cloud, name: str, event: Any) -> tuple[float, float]:
    """Start one function; return the milliseconds to its first answer, and of the next one."""
    handler, variables = variables_of(cloud.url, "classify" if name == BARE else name)
    with runtime("bare.handler" if name == BARE else handler, variables, WORK / "bench.log") as address:
        return ask(address, event), ask(address, event)


def ask(address: str, event: Any) -> float:
    """Send one event; return the milliseconds until its answer, which must not be an error."""
    began = time.perf_counter()
    url = f"http://{address}/2015-03-31/functions/function/invocations"
    answer = urllib3.request("POST", url, body=json.dumps(event), timeout=SECONDS)
    took = (time.perf_counter() - began) * 1000
    if "errorType" in answer.data.decode():
        sys.exit(answer.data.decode())
    return took


def print_table(found: dict[str, list[tuple[float, float]]], runs: int) -> None:
    """Print milliseconds as minimum and median, and how many times the bare function's."""
    print(f"{runs} starts of each; milliseconds as minimum / median; x = times the bare function")
    print(f"{'':<12}{'first answer':>16}{'x':>15}{'next answer':>16}")
    base = [first for first, _ in found[BARE]]
    for name, times in found.items():
        first, after = [a for a, _ in times], [b for _, b in times]
        ratio = f"{min(first) / min(base):.2f} / {median(first) / median(base):.2f}"
        print(f"{name:<12}{_pair(first):>16}{ratio:>15}{_pair(after):>16}")


def _pair(values: list[float]) -> str:
    return f"{min(values):.0f} / {median(values):.0f}"


def _opened() -> dict[str, Any]:
    event = (ROOT / "events" / "cloudtrail_authorize_ingress_world.json").read_text("utf-8")
    return _batch(event)


def _answered(cloud: Cloud) -> dict[str, Any]:
    """Let the deployed stack answer the event once; return the message that names its case."""
    event = json.loads((ROOT / "events" / "cloudtrail_authorize_ingress_world.json").read_text("utf-8"))
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    cloud.client("events").put_events(Entries=[entry])
    cases = Cases(cloud.client("dynamodb"), f"{STACK}-cases")
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for case in cases.newest():
            if case.state not in (State.MATCHED, State.PLANNED, State.APPLYING):
                return _batch(Message(case.id, 1).to_text())
        time.sleep(0.5)
    sys.exit("The deployed stack did not answer the event.")


def _batch(body: str) -> dict[str, Any]:
    return {"Records": [{"messageId": "m-1", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}]}


_BARE_HANDLER = """import boto3

client = boto3.client("sqs")


def handler(event, context):
    return {}
"""

if __name__ == "__main__":
    main()
