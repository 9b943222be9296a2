"""Measure the `pii` and `secrets` signals: time by size and kind of text, import time, and quality on labelled data.

    python benchmarks/bench_pii.py [--pii LABELLED.jsonl] [--secrets LABELLED.jsonl] [--errors]

Texts for the times are made here. Labelled PII is lines of `{"text", "spans": [{"start", "end", "type"}]}`; labelled
secrets are lines of `{"text", "label": 0 | 1}`. Without them only the times are printed. No found value is printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "functions"))

from firedoor.inspection import pii, redaction, secrets  # noqa: E402 - the path to the library is set above

ALIASES = {"DATE": "DATE_OF_BIRTH"}
"""Names in public data sets that mean one of our types. A plain date is only a miss where it is a date of birth."""
JUDGED = ("EMAIL", "PHONE", "CREDIT_CARD", "SSN", "IBAN", "IP", "DRIVER_LICENSE")

PROSE = (
    "The committee met in the afternoon and spoke about the harbour, the new bridge and the budget for 2025. "
    "Nothing was decided, so everybody went home early and the minutes were sent to the archive. "
)
RECORDS = json.dumps(
    {
        "order": {"id": "A-1029", "items": [{"sku": "X100-22", "quantity": 2, "price": 19.99}]},
        "note": "deliver after 17:30 on 12/04, call first",
        "token_count": 512,
    }
)
PERSONAL = (
    "Ana Example, ana@example.com, tel. +1 202-555-0143, born on 12 March 1984, SSN 219-09-9999, "
    "paid with 4111 1111 1111 1111 from 203.0.113.7. The rest of this letter is about the weather in autumn. "
)
HOSTILE = {
    "digits and spaces": "1 ",
    "labelled digits": "ssn 123456789 ",
    "at signs": "a@",
    "key openings": "-----BEGIN PRIVATE " + "KEY-----",
    "assignments": "password=",
    "IBAN openings": "GB29 ",
    "cells under a heading": "ssn,dob\n" + "219099999,1984-03-12\n" * 2_000,
}


def best_of(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest of `rounds` times of `work`, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def print_times() -> None:
    """Print milliseconds a text for the usual kinds and for hostile ones."""
    print(f"{'text':24}{'bytes':>9}{'pii ms':>10}{'secrets ms':>12}{'redact ms':>11}")
    for name, unit in (("prose", PROSE), ("JSON", RECORDS), ("personal", PERSONAL)):
        for size in (2_000, 20_000, 200_000):
            print_time(name, (unit * (size // len(unit) + 1))[:size], rounds=200_000 // size + 3)
    for name, unit in HOSTILE.items():
        print_time(name, (unit * 200_000)[:200_000], rounds=2)


def print_time(name: str, text: str, rounds: int) -> None:
    """Print one line: the times of the three functions on `text`."""
    found = best_of(lambda: pii.find(text), rounds)
    keys = best_of(lambda: secrets.find(text), rounds)
    redacted = best_of(lambda: redaction.redact_text(text, b"key"), rounds)
    print(f"{name:24}{len(text):>9}{found:>10.3f}{keys:>12.3f}{redacted:>11.3f}")


def print_import_time() -> None:
    """Print what importing the three modules adds to a bare interpreter, in milliseconds."""
    code = (
        "import time; t=time.perf_counter(); import firedoor.inspection.redaction; print((time.perf_counter()-t)*1000)"
    )
    times = [
        float(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT / "functions", text=True))  # noqa: S603
        for _ in range(5)
    ]
    print(f"\nimport of pii, secrets and redaction: {min(times):.1f} ms\n")


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def print_pii_quality(path: Path, *, errors: bool) -> None:
    """Print precision and recall by type; a finding counts when it overlaps a labelled span of its type."""
    hits, exact, wrong, missed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for row in rows(path):
        labelled = [(s["start"], s["end"], ALIASES.get(s["type"], s["type"])) for s in row["spans"]]
        spans = [(s.start, s.end, s.type) for s in pii.find(row["text"])]
        for span in spans:
            matching = [g for g in labelled if g[2] == span[2] and g[0] < span[1] and span[0] < g[1]]
            hits[span[2]] += bool(matching)
            exact[span[2]] += span in labelled
            wrong[span[2]] += not matching
            if errors and not matching:
                print("wrong ", row.get("id"), span)
        for gold in labelled:
            if gold[2] in JUDGED and not any(s[2] == gold[2] and gold[0] < s[1] and s[0] < gold[1] for s in spans):
                missed[gold[2]] += 1
                if errors:
                    print("missed", row.get("id"), gold)
    print(f"{'type':24}{'found':>7}{'exact':>7}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}")
    for kind in sorted({*hits, *missed}):
        precision = hits[kind] / max(1, hits[kind] + wrong[kind])
        recall = f"{hits[kind] / max(1, hits[kind] + missed[kind]):.3f}" if kind in JUDGED else "-"
        counts = f"{hits[kind]:>7}{exact[kind]:>7}{wrong[kind]:>7}{missed[kind]:>8}"
        print(f"{kind:24}{counts}{precision:>11.3f}{recall:>8}")
    print()


def print_secrets_quality(path: Path, *, errors: bool) -> None:
    """Print how many texts with and without a secret are reported."""
    outcomes = Counter[tuple[int, bool]]()
    for row in rows(path):
        reported = bool(secrets.find(row["text"]))
        outcomes[row["label"], reported] += 1
        if errors and reported != bool(row["label"]):
            print("wrong " if reported else "missed", row.get("id"), row.get("provider"))
    found, missed, wrong = outcomes[1, True], outcomes[1, False], outcomes[0, True]
    print(
        f"secrets: {found} found, {missed} missed, {wrong} reported of {wrong + outcomes[0, False]} without one; ",
        end="",
    )
    print(f"precision {found / max(1, found + wrong):.3f}, recall {found / max(1, found + missed):.3f}")


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pii", type=Path, help="labelled PII, JSON lines")
    parser.add_argument("--secrets", type=Path, help="labelled secrets, JSON lines")
    parser.add_argument("--errors", action="store_true", help="print the ids of what is wrong")
    arguments = parser.parse_args()
    print_times()
    print_import_time()
    if arguments.pii:
        print_pii_quality(arguments.pii, errors=arguments.errors)
    if arguments.secrets:
        print_secrets_quality(arguments.secrets, errors=arguments.errors)


if __name__ == "__main__":
    main()
