"""The EventBridge rules that bring to Firedoor what the playbooks speak of: derived from their ``match``.

Owns the patterns. Does not own the rules that hear whole sources (GuardDuty, Security Hub, the heartbeat, Bedrock's
logs), which stand in the templates.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firedoor.plans import Json

LIMIT = 2_048
"""Characters of a pattern.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
"""

CALL = "AWS API Call via CloudTrail"
HEARD_WHOLE = frozenset({"aws.guardduty", "aws.securityhub", "firedoor.heartbeat", "firedoor.inspection"})
"""Sources whose own events need no rule here: a rule of the template hears all of them, or they come by no rule."""

Pattern = dict[str, Any]
KINDS = ("calls", "reads", "data")
"""How events are delivered: ordinarily, with read-only management events, and with data events."""


def patterns(matches: Iterable[Sequence[Json]]) -> dict[str, list[Pattern]]:
    """Return the patterns of all rules, by kind.

    ``matches`` is the ``match`` of every playbook. A clause says that it is about data events by ``eventCategory``, and
    that it is about read-only calls by ``readOnly``.

    Raises:
        ValueError: A clause hears every call of every principal, or its pattern is too long for EventBridge.
    """
    heard = [clause for match in matches for clause in match if _is_heard(clause)]
    found: dict[str, list[Pattern]] = {}
    for kind in KINDS:
        clauses = [clause for clause in heard if delivery(clause) == kind]
        found[kind] = [*_calls(clauses), *_others(clauses)]
    for pattern in (pattern for several in found.values() for pattern in several):
        if _size(pattern) > LIMIT:
            raise ValueError(f"A pattern of {_size(pattern)} characters is too long for EventBridge: {pattern}")
    return found


def _is_heard(clause: Json) -> bool:
    return CALL in clause["detail-type"] or not set(map(str, clause["source"])) <= HEARD_WHOLE


def delivery(clause: Json) -> str:
    """Return of which of ``KINDS`` the events are that an entry of ``match`` speaks of."""
    if "Data" in _detail(clause).get("eventCategory", ()):
        return "data"
    return "reads" if True in _detail(clause).get("readOnly", ()) else "calls"


def _detail(clause: Json) -> Mapping[str, Any]:
    detail: Mapping[str, Any] = clause.get("detail", {})
    return detail


def _is_call(clause: Json) -> bool:
    return [CALL] == clause["detail-type"] and "eventName" in _detail(clause)


def _calls(clauses: Iterable[Json]) -> list[Pattern]:
    """Return patterns of named calls; a source's names stand together, as far as a pattern can hold them."""
    names: dict[str, dict[str, Any]] = defaultdict(dict)
    for clause in clauses:
        if _is_call(clause):
            for source in clause["source"]:
                names[_text(source)] |= {_text(name): name for name in _detail(clause)["eventName"]}
    packed: list[Pattern] = []
    for source in sorted(names):
        for key in sorted(names[source]):
            _add(packed, json.loads(source), names[source][key])
    return packed


def _add(packed: list[Pattern], source: Any, name: Any) -> None:
    """Put a call into the last pattern, or begin another."""
    last = packed[-1] if packed else _call([], [])
    sources, names = last["source"], last["detail"]["eventName"]
    wider = _call(sources if source in sources else [*sources, source], names if name in names else [*names, name])
    if packed and _size(wider) <= LIMIT:
        packed[-1] = wider
    else:
        packed.append(_call([source], [name]))


def _call(sources: list[Any], names: list[Any]) -> Pattern:
    return {"source": sources, "detail-type": [CALL], "detail": {"eventName": names}}


def _others(clauses: Iterable[Json]) -> list[Pattern]:
    """Return the patterns of what is no named call: a whole kind of event, or calls by who makes them."""
    found: dict[str, Pattern] = {}
    for clause in clauses:
        if _is_call(clause):
            continue
        pattern = {key: clause[key] for key in ("source", "detail-type")}
        if CALL in clause["detail-type"]:
            if not _detail(clause):
                raise ValueError(f"This hears every call: {clause}. Name eventName, or whose calls are meant.")
            pattern["detail"] = _detail(clause)
        found[_text(pattern)] = pattern
    return [found[key] for key in sorted(found)]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _size(pattern: Pattern) -> int:
    return len(json.dumps(pattern, separators=(",", ":")))
