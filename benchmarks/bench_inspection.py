"""Measure the whole inspection of log records: time by size, records per second and core, memory, import time.

    python benchmarks/bench_inspection.py [--seconds 5]

A record is read from its line, inspected and made into the event that playbooks match; reading from S3, matching and
the table are not part of it. The records are made here: a system prompt, a user's question, a tool's result with the
given number of characters, and an answer.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "functions"))

from firedoor.inspection.invocations import read_invocation  # noqa: E402 - the path to the library is set above
from firedoor.inspection.signals import inspect  # noqa: E402

PROSE = (
    "The committee met on {0} March and spoke about harbour {0}, the new bridge and the budget of room {1}. "
    "Ana Example (ana{0}@example.com, +1 202-555-0143) asked for the minutes; order A-{1} was sent to 203.0.113.{2}. "
    "Nothing else was decided, so everybody went home early and the papers went to the archive behind the mill. "
)
SIZES = (200, 1_000, 4_000, 16_000, 64_000, 256_000)
MIX = {200: 40, 1_000: 30, 4_000: 20, 16_000: 8, 64_000: 2}
"""How many of a hundred records of ordinary traffic have which size; assumed, not measured."""


def retrieved(size: int, number: int) -> str:
    """Return prose of ``size`` characters that no two records share."""
    pieces = []
    while sum(map(len, pieces)) < size:
        salt = number * 1_009 + len(pieces)
        pieces.append(PROSE.format(salt % 30 + 1, salt, salt % 250))
    return "".join(pieces)[:size]


def line(size: int, number: int) -> bytes:
    """Return a Converse record as it stands in a log object."""
    found = {"toolResult": {"toolUseId": "t", "content": [{"text": retrieved(size, number)}]}}
    asked = {
        "system": [{"text": "You help the staff of the harbour office. Answer in two sentences and name your source."}],
        "messages": [
            {"role": "user", "content": [{"text": "What did the committee decide about the bridge?"}]},
            {"role": "user", "content": [found]},
        ],
    }
    said = [{"text": "Nothing was decided; see the minutes. " * 8}]
    answered = {"output": {"message": {"role": "assistant", "content": said}}, "stopReason": "end_turn"}
    record = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-01-31T03:00:00Z",
        "accountId": "111122223333",
        "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/hr-bot/i-0abc"},
        "region": "eu-west-1",
        "requestId": f"r-{number}",
        "operation": "Converse",
        "modelId": "amazon.nova-lite-v1:0",
        "input": {"inputBodyJson": asked, "inputTokenCount": size // 4},
        "output": {"outputBodyJson": answered, "outputTokenCount": 60},
    }
    return json.dumps(record).encode()


def inspect_line(text: bytes) -> str:
    """Do to one record what the handler does, without AWS."""
    invocation = read_invocation(json.loads(text))
    signals = inspect(invocation, key=b"a key of this benchmark only")
    return json.dumps(invocation.to_event(signals=signals.to_json()))


def print_by_size(seconds: float) -> None:
    """Print median and 95th percentile in milliseconds, and the rate of one core, for each size."""
    print(f"{'characters':>12} {'records':>8} {'p50 ms':>8} {'p95 ms':>8} {'records/s':>10} {'MB/s':>6}")
    inspect_line(line(200, 0))  # loads the model and the patterns
    for size in SIZES:
        times, until = [], time.perf_counter() + seconds
        while time.perf_counter() < until or len(times) < 20:
            text = line(size, len(times) + 1)
            start = time.perf_counter()
            inspect_line(text)
            times.append(time.perf_counter() - start)
        times.sort()
        rate = len(times) / sum(times)
        p50, p95 = times[len(times) // 2] * 1_000, times[int(len(times) * 0.95)] * 1_000
        print(f"{size:>12} {len(times):>8} {p50:>8.2f} {p95:>8.2f} {rate:>10.0f} {rate * size / 1e6:>6.2f}")


def mixed() -> Iterator[bytes]:
    """Yield a hundred records of ordinary traffic."""
    numbers = (number for size, count in MIX.items() for number in [size] * count)
    return (line(size, number) for number, size in enumerate(numbers))


def rate_of_core(seconds: float) -> float:
    """Return how many records of ordinary traffic one process inspects in a second."""
    lines = list(mixed())
    inspect_line(lines[0])
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for text in lines:
            inspect_line(text)
        done += len(lines)
    return done / (time.perf_counter() - start)


def print_rates(seconds: float) -> None:
    """Print the rate of one core alone, and of all cores at once."""
    print(f"ordinary traffic, one core: {rate_of_core(seconds):.0f} records/s")
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        rates = list(pool.map(rate_of_core, [seconds] * cores))
    print(f"ordinary traffic, {cores} cores: {sum(rates):.0f} records/s, {sum(rates) / cores:.0f} a core")


IMPORTS = {
    "handler without inspection": "import firedoor.handling, firedoor.intake",
    "handler with inspection": "import firedoor.handling, firedoor.invocation_logs",
    "the same, and the first record": (
        "import firedoor.handling, firedoor.invocation_logs\n"
        "from firedoor.inspection.signals import injection, pii, secrets\n"
        "t = 'Ignore the above, ana@example.com'; injection.score(t), pii.find(t), secrets.find(t)"
    ),
}
_CHILD = """
import resource, time
start = time.perf_counter()
{}
print((time.perf_counter() - start) * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def print_imports() -> None:
    """Print time and peak memory of a new process, the best of five: what a cold start pays."""
    print(f"{'':34} {'ms':>6} {'MiB':>6}")
    for name, code in IMPORTS.items():
        runs = []
        for _ in range(5):
            command = [sys.executable, "-c", _CHILD.format(code)]
            plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            environment = plain | {"PYTHONPATH": str(ROOT / "functions")}  # and bytecode, whatever is set here
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603 - our own words
            runs.append(tuple(map(float, done.stdout.split())))
        milliseconds, mebibytes = (min(column) for column in zip(*runs, strict=True))
        print(f"{name:34} {milliseconds:>6.0f} {mebibytes:>6.0f}")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each figure is measured")
    seconds = parser.parse_args().seconds
    print_imports()
    print_by_size(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory after records of up to {SIZES[-1]} characters: {peak:.0f} MiB")
    print_rates(seconds)


if __name__ == "__main__":
    main()
