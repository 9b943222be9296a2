"""What ``firedoor inspect`` found, as a person reads it: one paragraph for each record or text, and a line at the end.

Owns the wording. No text of a prompt or answer is among what it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]
_FROM = {"user": "the user", "tool_result": "a tool's result", "document": "a document"}
_GUARDED = {
    "absent": "no sign of one",
    "applied": "applied, found nothing",
    "intervened": "intervened",
    "detect_only": "found something and let it pass",
}


def tell(row: Row) -> Iterator[str]:
    """Yield the lines about one row of ``firedoor inspect``, with a heading if it is of a log."""
    where = f"{row['file'] + ', ' if 'file' in row else ''}line {row['line']}" if "line" in row else ""
    if "error" in row:
        yield f"{where}: {row['error']}"
    elif "signals" in row:
        model, caller = row["model"] or "a model that is not named", row["principal"].rpartition(":")[2]
        yield f"{where}: {row['operation']} of {model} by {caller}, request {row['request_id']}"
        yield from (f"  {line}" for line in findings_of(row) or ["nothing found"])
        yield f"  {'; '.join(_facts(row))}"
    else:
        yield from _text(row)


def findings_of(row: Row) -> list[str]:
    """Return what is worth a look in a record, what is worse first. Each begins with its name and a colon."""
    return list(_findings(row, row["signals"]))


def _findings(row: Row, signals: Row) -> Iterator[str]:
    if signals["leak"]["canary"]:
        yield "LEAK: a canary was given away"
    if signals["leak"]["words"]:
        yield f"LEAK: {signals['leak']['words']} words of the system prompt in a row"
    if signals["exfiltration"]["found"]:
        yield f"EXFILTRATION: by {_listed(signals['exfiltration']['kinds'])}"
    if signals["tool_call_after_untrusted"]:
        yield "ACTS: a tool call, after retrieved text, to a place that nobody named"
    if signals["injection"]["flag"]:
        yield f"INJECTION: {_injection(row, signals['injection'])}"
    if signals["secrets"]["found"]:
        yield f"SECRETS: {_secrets(signals['secrets']['items'])}"
    if signals["pii"]["found"]:
        yield f"PERSONAL DATA: {_personal(signals['pii']['places'])}"
    if row["guardrail"]["status"] in ("intervened", "detect_only"):
        yield f"GUARDRAIL: {_guardrail(row['guardrail'])}"
    if row["not_inspected"]:
        yield f"NOT INSPECTED: {_listed(row['not_inspected'])}"


def summary(seen: Counter[str]) -> str:
    """Say in one line how many records had what; ``seen`` counts the first words of ``findings_of``."""
    records, wrong = seen["records"], seen["errors"]
    kinds = [(name, count) for name, count in seen.most_common() if name not in ("records", "errors")]
    found = _listed([f"{name.lower()} in {count}" for name, count in kinds])
    end = f"; {wrong} line{'' if wrong == 1 else 's'} could not be read" if wrong else ""
    return f"{records} record{'' if records == 1 else 's'}: {found or 'nothing found'}{end}."


def _facts(row: Row) -> Iterator[str]:
    """Yield what is told of every record."""
    signals, tokens, cost = row["signals"], row["tokens"], row["usage"]["cost_usd"]
    yield f"injection score {signals['injection']['score']:.3f}"
    yield f"no answer ({row['error_code']})" if row["error_code"] else f"outcome {signals['outcome']}"
    if row["guardrail"]["status"] in ("absent", "applied"):
        yield f"guardrail: {_GUARDED[row['guardrail']['status']]}"
    cached = tokens["cache_read"] + tokens["cache_write"]
    yield f"tokens: {tokens['input']} in, {tokens['output']} out{f', {cached} cached' * bool(cached)}"
    if cost is not None:
        yield f"about {cost:.4f} US dollars"


def _injection(row: Row, signal: Row) -> str:
    places = [
        f"{why['name']} (text {why['text']}, {why['start']} to {why['end']})"
        for why in row["why"]
        if why["origin"] == signal["origin"]
    ]
    by = _listed(places) or "its words as a whole"
    return f"score {signal['score']:.3f} in what {_FROM[signal['origin']]} says: {by}"


def _secrets(items: list[Row]) -> str:
    return _listed([f"{item['type']} ({item['place'].replace('_', ' ')}, {item['severity']})" for item in items])


def _personal(places: Mapping[str, Mapping[str, int]]) -> str:
    return _listed(
        [
            f"{count} {name} in the {place.replace('_', ' ')}"
            for place, counts in places.items()
            for name, count in counts.items()
        ]
    )


def _guardrail(guardrail: Row) -> str:
    filters = [f"{each['kind']} {each['action'].lower()}".strip() for each in guardrail["filters"]]
    by = f": {_listed(filters)}" if filters else ""
    return f"{_listed(guardrail['ids']) or 'one'} {_GUARDED[guardrail['status']]}{by}"


def _text(row: Row) -> Iterator[str]:
    yield f"injection: score {row['score']:.3f}, {'FLAGGED' if row['flag'] else 'not flagged'}"
    for kind in ("techniques", "secrets", "pii"):
        for each in row[kind]:
            yield f"  {each.get('name') or each['type']}, characters {each['start']} to {each['end']}"


def _listed(words: list[str]) -> str:
    return ", ".join(words)
