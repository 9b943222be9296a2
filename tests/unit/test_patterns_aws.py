"""Recorded answers of AWS's own engine: the matcher and the index give the same, except where it is named here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from firedoor.patterns import InvalidEvent, InvalidPattern, build_index, parse_event, test_event_pattern

EVIDENCE = Path(__file__).parent.parent / "data" / "patterns_aws.jsonl.gz"

LEFT_OUT = {
    "an IPv4 range compares digits and so matches IPv6 addresses and numbers: a defect that would open rules": (
        (
            "edge/cidr 2819 2820 2822 2848 2849 2851 2877 2878 2880 2906 2907 2909 2928 2929 2930 2931 2932 2935 2936"
            " 2938 2939 2945 3005 3006 3007 3008 3009 3010 3021 3026 3028 3080 3081 3341 3342 3344"
        ),
        "edge/cidr-syntax 3404",
    ),
    "a malformed $or is read as a field named $or: we refuse it, since nobody means that": (
        (
            "edge/or-syntax 2662 2663 2664 2665 2666 2667 2668 2690 2691 2692 2693 2694 2695 2696 2704 2705 2706 2707"
            " 2708 2709 2710 2732 2733 2734 2735 2736 2737 2738 2795 2796 2797 2798 2799 2800 2801"
        ),
    ),
    "text after the JSON object is ignored: we refuse it, since part of the input would go unread": (
        "edge/invalid-pattern 800 801",
        "edge/event-syntax 3419 3420",
    ),
    "characters beyond 16 bits match nothing when case is ignored, not even themselves": (
        "edge/ignore-case-unicode 1236 1237 1238",
    ),
    "of duplicate keys in an event all values count: here, as in any JSON parser of Python, the last one does": (
        "edge/dup-keys-event 2593 2596 2597",
    ),
    "a prefix or suffix that is a quote matches the quote around the JSON text": (
        "edge/prefix 910",
        "edge/suffix 1099",
    ),
}


class Case(NamedTuple):
    """One recorded answer; pattern and event are raw JSON texts."""

    name: str
    pattern: str
    event: str
    expected: str
    ops: list[str]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Return all recorded answers."""
    with gzip.open(EVIDENCE, "rt", encoding="utf-8") as lines:
        return [Case(**json.loads(line)) for line in lines]


def left_out() -> set[str]:
    """Return the names of the cases in which we differ on purpose."""
    names: set[str] = set()
    for groups in LEFT_OUT.values():
        for group in groups:
            prefix, *numbers = group.split()
            names.update(f"{prefix}/{number}" for number in numbers)
    return names


def index_answer(case: Case) -> str:
    """Return what an index of this one pattern answers."""
    try:
        index = build_index([(case.name, case.pattern)])
    except InvalidPattern:
        return "exception"
    try:
        return "match" if index.match(case.event) else "nomatch"
    except InvalidEvent:
        return "event_exception"


def test_the_evidence_covers_every_operator(cases: list[Case]) -> None:
    """Each kind of condition has recorded answers of both sorts."""
    matched = {operator for case in cases if case.expected == "match" for operator in case.ops}
    missed = {operator for case in cases if case.expected == "nomatch" for operator in case.ops}
    operators = {operator for operator in matched | missed if not operator.startswith("invalid")}

    assert len(cases) > 5000
    assert {"cidr", "wildcard", "numeric", "$or", "exists-false", "anything-but-wildcard-list"} <= matched & missed
    assert len(operators) > 30


def test_patterns_answer_as_aws_does(cases: list[Case]) -> None:
    """A pattern gives AWS's answer in every case but the ones left out by name, and differs in all of those."""
    differing = {case.name for case in cases if test_event_pattern(case.pattern, case.event).result != case.expected}

    assert differing == left_out()


def test_an_index_of_one_answers_as_aws_does(cases: list[Case]) -> None:
    """The index takes other ways to the same answers."""
    differing = {case.name for case in cases if index_answer(case) != case.expected}

    assert differing == left_out()


def test_one_index_of_all_patterns_answers_for_each(cases: list[Case]) -> None:
    """In an index of thousands of patterns each one still answers for itself, in the order given."""
    valid = [case for case in cases if case.expected in ("match", "nomatch") and case.name not in left_out()]
    index = build_index((case.name, case.pattern) for case in valid)
    places = {case.name: place for place, case in enumerate(valid)}
    for case in valid[::7]:
        found = index.match(parse_event(case.event))

        assert (case.name in found) == (case.expected == "match")
        assert list(found) == sorted(found, key=places.__getitem__)
