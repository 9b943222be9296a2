"""What holds for every pattern and event: the matcher, the index and the explanations agree with a slow reference."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reference_matcher import reference_matches

from firedoor.patterns import build_index, compile_pattern, explain, parse_event

NAMES = ("a", "b", "c", "a.b", "b.c", "a-b")
TEXTS = ("", "a", "b", "ab", "aB", "a*b", "\\", "10.0.0.7", "10.0.1.1", "2001:db8::1", "1", "null", "é")
NUMBERS = (0, 1, 1.0, 2.5, -1, 300, 300.0)

texts = st.sampled_from(TEXTS)
numbers = st.sampled_from(NUMBERS)
scalars = st.one_of(texts, numbers, st.sampled_from((True, False, None)))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    max_leaves=8,
)
events = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)

wildcards = st.sampled_from(("*", "a*", "*b", "a*b", "*a*", "\\*", "a\\*b", "", "*.0.*"))
short_texts = st.sampled_from(("a", "b", "10.", "aB"))


def one_or_list(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw a value or a list of them, as ``anything-but`` takes."""
    return st.one_of(of, st.lists(of, min_size=1, max_size=3))


def operator(name: str, operand: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw ``{name: operand}``."""
    return operand.map(lambda drawn: {name: drawn})


ascii_texts = texts.filter(str.isascii)
bounds = st.one_of(
    st.tuples(st.sampled_from(("=", "<", "<=", ">", ">=")), numbers),
    st.tuples(st.sampled_from((">", ">=")), st.sampled_from((-1, 0)), st.sampled_from(("<", "<=")), st.just(2.5)),
).map(list)
conditions = st.one_of(
    scalars,
    operator("prefix", texts),
    operator("suffix", texts),
    operator("prefix", operator("equals-ignore-case", ascii_texts)),
    operator("suffix", operator("equals-ignore-case", ascii_texts)),
    operator("equals-ignore-case", ascii_texts),
    operator("wildcard", wildcards),
    operator("exists", st.booleans()),
    operator("numeric", bounds),
    operator("cidr", st.sampled_from(("10.0.0.0/24", "10.0.0.9/8", "2001:db8::/32"))),
    operator("anything-but", one_or_list(texts)),
    operator("anything-but", one_or_list(numbers)),
    operator("anything-but", operator("prefix", one_or_list(short_texts))),
    operator("anything-but", operator("suffix", one_or_list(short_texts))),
    operator("anything-but", operator("wildcard", one_or_list(wildcards))),
    operator("anything-but", operator("equals-ignore-case", one_or_list(ascii_texts))),
)
leaves = st.lists(conditions, min_size=1, max_size=3)


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw an object of a pattern around ``inner``, now and then with alternatives."""
    plain = st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=3)
    alternatives = st.lists(plain, min_size=2, max_size=3).map(lambda members: {"$or": members})
    return st.one_of(plain, plain, st.tuples(plain, alternatives).map(lambda parts: {**parts[0], **parts[1]}))


patterns = objects(st.one_of(leaves, st.one_of(leaves, objects(leaves))))


@settings(max_examples=300, deadline=None)
@given(pattern=patterns, event=events)
def test_a_pattern_matches_what_the_reference_matches(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    """The compiled matcher and the obviously correct one give the same answer."""
    pattern_text, event_text = json.dumps(pattern), json.dumps(event)

    assert compile_pattern(pattern_text).matches(event_text) == reference_matches(pattern_text, event_text)


@settings(max_examples=150, deadline=None)
@given(library=st.lists(patterns, min_size=1, max_size=12), event=events)
def test_the_index_matches_what_its_patterns_match(library: list[dict[str, Any]], event: dict[str, Any]) -> None:
    """An index returns exactly the ids whose patterns match, in their order."""
    expected = tuple(number for number, pattern in enumerate(library) if compile_pattern(pattern).matches(event))

    assert build_index(enumerate(library)).match(event) == expected


@settings(max_examples=150, deadline=None)
@given(pattern=patterns, event=events)
def test_an_explanation_never_disagrees_with_the_match(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    """There is a reason exactly when there is no match, and it names a path of the pattern."""
    compiled, parsed = compile_pattern(pattern), parse_event(event)

    failure = explain(compiled, parsed)

    assert (failure is None) == compiled.matches(parsed)
    assert failure is None or failure.path in {path for paths in compiled.written for path in paths}


arrays_of_objects = st.lists(
    st.dictionaries(
        st.sampled_from("abc"),
        st.one_of(
            st.sampled_from("xy"),
            st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=2), max_size=3),
        ),
        max_size=3,
    ),
    max_size=4,
)
few_values = st.lists(st.sampled_from(("x", "y", {"exists": False}, {"exists": True})), min_size=1, max_size=2)
nested_patterns = st.dictionaries(
    st.sampled_from("abc"),
    st.one_of(few_values, st.dictionaries(st.sampled_from("abc"), few_values, min_size=1, max_size=3)),
    min_size=1,
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(pattern=nested_patterns, elements=arrays_of_objects, inner=arrays_of_objects)
def test_elements_of_one_array_are_not_mixed(pattern: dict[str, Any], elements: list[Any], inner: list[Any]) -> None:
    """Array consistency, with absence judged in the order of AWS, holds in arrays within arrays and side by side."""
    pattern_text, event_text = json.dumps({"f": pattern}), json.dumps({"f": [elements, *inner]})
    expected = reference_matches(pattern_text, event_text)

    assert compile_pattern(pattern_text).matches(event_text) == expected
    assert build_index([("p", pattern_text)]).match(event_text) == (("p",) if expected else ())
