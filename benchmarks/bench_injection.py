"""Owns the figures of the injection signal: time per text, and quality on texts that nothing was trained or tuned on.

`python benchmarks/bench_injection.py` measures on the texts beside it. With DATA (and numpy, scipy, scikit-learn) it
also tells the quality by source and kind, each family of sources held out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "functions"), str(ROOT / "benchmarks")]
OWN, UNSEEN = ROOT / "benchmarks/injection_texts.jsonl", ROOT / "benchmarks/injection_unseen.jsonl"

from firedoor.inspection import injection  # noqa: E402 - found through the path set above


def time_per_record(texts: list[str]) -> list[float]:
    """Milliseconds for each text, sorted."""
    injection.score("a first call, which loads the model")
    times = []
    for text in texts:
        start = time.perf_counter()
        injection.score(text)
        times.append((time.perf_counter() - start) * 1_000)
    return sorted(times)


def print_times(texts: list[str]) -> None:
    """Median, 95th percentile and maximum by size of the text."""
    print(f"{'characters':>16} {'records':>8} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
    for low, high in ((0, 500), (500, 2_000), (2_000, 6_000), (6_000, 10**9), (0, 10**9)):
        sized = [text for text in texts if low <= len(text) < high]
        if sized:
            times = time_per_record(sized)
            row = (times[len(times) // 2], times[int(len(times) * 0.95)], times[-1])
            name = f"{low}-{high}" if high < 10**9 else f"{low} and more"
            print(f"{name:>16} {len(times):>8} " + " ".join(f"{value:8.2f}" for value in row))
    hostile = {"ignore ": 30_000, "<|": 100_000, "a\u200b": 100_000, "\u0456g": 100_000, "%41": 60_000, "a ": 100_000}
    for piece, count in hostile.items():
        text = piece * count
        start = time.perf_counter()
        injection.score(text)
        print(f"{len(text):>9} of {piece!r:12}: {(time.perf_counter() - start) * 1_000:8.2f} ms")


def print_unseen() -> None:
    """Share flagged of texts that were written apart, by authors who had seen neither patterns nor training texts."""
    groups = defaultdict(list)
    for row in read(UNSEEN):
        found = injection.score(row["text"], row["origin"])
        alone = injection.score(row["text"], row["origin"], phrases=False)
        groups[row["label"], row["kind"]].append((found.flag, alone.flag))
    print(f"{'label':5} {'kind':18} {'texts':>6} {'flagged':>8} {'without phrases':>16}")
    for (label, kind), flags in sorted(groups.items()):
        flagged, without = (sum(column) / len(flags) for column in zip(*flags, strict=True))
        print(f"{label:5} {kind:18} {len(flags):6} {flagged:8.4f} {without:16.4f}")


def print_held_out(path: Path) -> None:
    """Share flagged by source and kind, each scored without its family, with and without the phrase pack."""
    import numpy as np
    import train_injection as training
    from sklearn.metrics import roc_auc_score

    rows = training.read_rows(path)
    models = training.held_out_models(rows)
    flags = {}
    for phrases in (True, False):
        held_out, _ = training.leave_out(rows, models, phrases=phrases)
        flags[phrases] = held_out.flags(rows)
        totals = np.where(held_out.alone, held_out.totals + 20, held_out.totals)
        print(f"AUROC {'with' if phrases else 'without'} phrases: {roc_auc_score([r.label for r in rows], totals):.3f}")
    groups = defaultdict(list)
    for i, row in enumerate(rows):
        groups[row.label, row.kind, row.source].append(i)
    print(f"{'label':5} {'kind':16} {'source':26} {'texts':>6} {'flagged':>8} {'without phrases':>16}")
    for (label, kind, source), index in sorted(groups.items()):
        row_figures = f"{flags[True][index].mean():8.4f} {flags[False][index].mean():16.4f}"
        print(f"{label:5} {kind:16} {source:26} {len(index):6} {row_figures}")


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of an NDJSON file, gzip or not."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    arguments = parser.parse_args()
    texts = [row["text"] for row in read(arguments.data or OWN)]
    print_times(random.Random(1).sample(texts, min(4_000, len(texts))))  # noqa: S311 - a sample, no secret
    print_unseen()
    if arguments.data:
        print_held_out(arguments.data)


if __name__ == "__main__":
    main()
