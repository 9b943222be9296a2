"""How long a cold start takes: import the handler, then answer the first event, each time in a fresh process.

    make bench-coldstart

Prints, for ``classify`` and ``respond``, milliseconds and their ratio to a bare ``import boto3`` in the same run, the
peak memory, and where the milliseconds of the import go. Processes take turns, so that a busy machine hits all alike.

Two forms of the same code: ``bytecode`` finds every module compiled; ``source`` compiles anew what is in the artifact
(our modules and packages, not boto3 and Python's own), as Lambda must where the artifact holds no bytecode.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from recording import ROOT, batch, check_contained, handed_on, opening, put_up, recorded

from firedoor.cli.embedded import EmbeddedAws, bundle_file

PROCESS = Path(__file__).with_name("coldstart_process.py")
PACKAGES = ("aws_lambda_powertools", "boto3", "botocore", "firedoor", "jmespath", "orjson", "urllib3")
"""Told one by one."""

OTHERS = "Python's own, and small"

BUDGET = {"classify": 2.0, "respond": 2.3}
"""Highest ratio of the import to bare ``import boto3``."""

FORMS = ("bytecode", "source")
SHIPPED = ("aws_lambda_powertools", "jmespath", "orjson")
"""The packages of the artifact that these functions import."""

PEAK_BUDGET = 70
"""MiB."""

Figures = dict[str, float]
Found = dict[tuple[str, str], list[Figures]]


def main() -> None:
    """Measure and print; exit with 1 if a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="processes of each kind")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        environment = record(where)
        unpack(where / "artifact")
        found = measure(where, environment, runs)
        print_table(found, runs)
        print_packages(where, environment)
    sys.exit(exceeded(found))


def record(where: Path) -> dict[str, str]:
    """Write each function's first event and AWS's answers to it; return the environment that the functions have."""
    bundle = bundle_file(ROOT / "playbooks", where)
    text = opening(1)
    with recorded() as calls, EmbeddedAws(bundle) as aws:
        put_up(aws, 1)
        for function in BUDGET:
            event = batch(text) if function == "classify" else handed_on(aws)
            calls.clear()
            aws.invoke(function, event)
            content = {"event": event, "calls": [asdict(call) for call in calls]}
            (where / f"{function}.json").write_text(json.dumps(content, default=str), "utf-8")
        check_contained(aws, 1)
        return dict(os.environ)


def measure(where: Path, environment: Mapping[str, str], runs: int) -> Found:
    """Return the figures of every process, by form and by what was started."""
    found: Found = defaultdict(list)
    for turn in range(runs + 1):
        for form, name in kinds():
            output = start(form, name, where, environment).stdout
            if turn:  # the first of each kind fills the caches: bytecode, and the system's of files
                found[form, name].append(json.loads(output.splitlines()[-1]))
    return found


def kinds() -> Iterator[tuple[str, str]]:
    """Yield what is started."""
    yield "bytecode", "boto3"
    for form in FORMS:
        yield from ((form, name) for name in BUDGET)


def unpack(where: Path) -> None:
    """Lay out what the artifact holds, without bytecode."""
    leave = shutil.ignore_patterns("__pycache__", "cli", "*.egg-info")
    shutil.copytree(ROOT / "functions", where, ignore=leave)
    for package in SHIPPED:
        spec = find_spec(package)
        (folder,) = spec.submodule_search_locations  # type: ignore[union-attr,misc]  they are packages, and installed
        shutil.copytree(folder, where / package, ignore=leave)


def start(
    form: str, name: str, where: Path, environment: Mapping[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    """Run one process to its end."""
    arguments = [name] if name == "boto3" else [f"{name}.app", str(where / f"{name}.json")]
    paths = {"PYTHONPATH": str(ROOT / "functions"), "PYTHONPYCACHEPREFIX": str(where / "bytecode")}
    if form == "source":
        paths |= {"PYTHONPATH": str(where / "artifact"), "PYTHONDONTWRITEBYTECODE": "1"}
    clean = {key: value for key, value in environment.items() if not key.startswith("PYTHON")}
    command = [sys.executable, *options, str(PROCESS), *arguments]
    done = subprocess.run(command, env=clean | paths, capture_output=True, text=True, check=False)  # noqa: S603  ours
    if done.returncode:
        sys.exit(done.stderr)
    return done


def print_table(found: Found, runs: int) -> None:
    """Print milliseconds as minimum and median, ratios of both, and the peak."""
    base = [figures["import"] for figures in found["bytecode", "boto3"]]
    print(f"{runs} processes of each kind; milliseconds as minimum / median; x = times a bare `import boto3`")
    print(f"{'':<18}{'import':>15}{'x':>13}{'playbooks':>15}{'first event':>15}{'all':>15}{'x':>13}{'MiB':>6}")
    for (form, name), runs_of_it in found.items():
        row = f"{name:<9}{form:<9}"
        imports = [figures["import"] for figures in runs_of_it]
        row += f"{pair(imports):>15}{ratio(imports, base):>13}"
        if name in BUDGET:
            totals = [sum(figures.values()) - figures["peak"] for figures in runs_of_it]
            for part in ("playbooks", "event"):
                row += f"{pair([figures[part] for figures in runs_of_it]):>15}"
            row += f"{pair(totals):>15}{ratio(totals, base):>13}"
        else:
            row += " " * 58
        print(row + f"{max(figures['peak'] for figures in runs_of_it):>6.0f}")


def pair(values: list[float]) -> str:
    """Return minimum and median."""
    return f"{min(values):.0f} / {median(values):.0f}"


def ratio(values: list[float], base: list[float]) -> str:
    """Return how often ``base`` goes into ``values``, for the minima and the medians."""
    return f"{min(values) / min(base):.2f} / {median(values) / median(base):.2f}"


def print_packages(where: Path, environment: Mapping[str, str]) -> None:
    """Print where the milliseconds of the imports go, by package; the tracing itself makes them longer."""
    columns = {}
    for name in ("boto3", *BUDGET):
        logs = [start("bytecode", name, where, environment, "-X", "importtime").stderr for _ in range(5)]
        columns[name] = min((by_package(log) for log in logs), key=lambda spent: sum(spent.values()))
    print("\nmilliseconds of the import by package (-X importtime, the best of 5)")
    print(f"{'':<24}" + "".join(f"{name:>10}" for name in columns))
    for package in (*PACKAGES, OTHERS):
        print(f"{package:<24}" + "".join(f"{spent[package]:>10.1f}" for spent in columns.values()))
    print(f"{'together':<24}" + "".join(f"{sum(spent.values()):>10.1f}" for spent in columns.values()))


def by_package(log: str) -> dict[str, float]:
    """Return the milliseconds of each package from the log of -X importtime, without what the interpreter loads."""
    spent = defaultdict(float)
    log = log.partition("start\n")[2].partition("imported\n")[0]
    for own, module in re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", log, re.MULTILINE):
        package = module.partition(".")[0]
        spent["firedoor" if package in BUDGET else package if package in PACKAGES else OTHERS] += int(own) / 1000
    return spent


def exceeded(found: Found) -> str | None:
    """Return which budgets are exceeded, or None."""
    base = min(figures["import"] for figures in found["bytecode", "boto3"])
    problems = []
    for name, budget in BUDGET.items():
        times = min(figures["import"] for figures in found["bytecode", name]) / base
        peak = max(figures["peak"] for figures in found["bytecode", name])
        if times > budget:
            problems.append(f"{name} takes {times:.2f} x a bare `import boto3`; the budget is {budget}.")
        if peak > PEAK_BUDGET:
            problems.append(f"{name} needs {peak:.0f} MiB at its peak; the budget is {PEAK_BUDGET}.")
    return "\n".join(problems) or None


if __name__ == "__main__":
    main()
