"""An explanation names the first condition that failed, in words that a person can act on."""

from __future__ import annotations

from typing import Any

import pytest

from firedoor.patterns import Failure, explain


def test_a_match_needs_no_explanation() -> None:
    """There is no failure to tell of."""
    assert explain({"a": ["x"]}, {"a": "x"}) is None


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"source": ["aws.iam"]}, {"source": "aws.s3"}, 'source: expected "aws.iam", found "aws.s3"'),
        ({"a": ["x", {"prefix": "y"}]}, {}, 'a: expected "x" or a text that starts with "y", found nothing'),
        ({"a": {"b": [{"exists": False}]}}, {"a": {"b": 1}}, "a.b: expected no value, found 1"),
        ({"a": [{"exists": True}]}, {"a": {}}, "a: expected a value, found an object, which counts as absent"),
        (
            {"a": [{"exists": True}]},
            {"a": []},
            "a: expected a value, found an array without plain values, which counts as absent",
        ),
        (
            {"a": [{"numeric": [">=", 4, "<", 7]}]},
            {"a": 2.50},
            "a: expected a number of at least 4 and less than 7, found 2.5",
        ),
        ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "x"}, 'a: expected an address in 10.0.0.0/8, found "x"'),
        ({"a": ["10.0.0.1"]}, {"a": "10.0.0.2"}, 'a: expected the address 10.0.0.1, found "10.0.0.2"'),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "x"}, 'a: expected a value other than "x" or "y", found "x"'),
        ({"a": [{"wildcard": "x*\\*"}]}, {"a": "y"}, 'a: expected a text that looks like "x*\\\\*", found "y"'),
        (
            {"a": [300, None]},
            {"a": ["300", True, 1, 2]},
            'a: expected the number 300 or null, found "300", true, 1 and 1 more',
        ),
    ],
)
def test_the_words_say_path_expectation_and_finding(
    pattern: dict[str, Any], event: dict[str, Any], expected: str
) -> None:
    """One line says where, what was expected and what was there."""
    assert str(explain(pattern, event)) == expected


def test_the_first_condition_in_the_order_of_the_pattern_is_told() -> None:
    """A reader looks from the top, so the sorted order of AWS is not used."""
    failure = explain({"z": ["x"], "a": ["y"]}, {"z": "no", "a": "no"})

    assert failure is not None
    assert failure.path == "z"


def test_of_alternatives_the_one_that_got_furthest_is_told() -> None:
    """The nearest miss is the useful one."""
    pattern = {"a": ["x"], "$or": [{"b": ["y"]}, {"c": ["y"], "d": ["z"]}]}

    assert explain(pattern, {"a": "x", "c": "y", "d": "no"}) == Failure("d", '"z"', '"no"')


def test_conditions_met_by_different_elements_are_told_as_such() -> None:
    """Every condition is met, but not by one element of the array."""
    pattern = {"rules": {"port": [22], "cidr": ["any"]}}
    failure = explain(pattern, {"rules": [{"port": 22, "cidr": "own"}, {"port": 80, "cidr": "any"}]})

    assert failure == Failure(
        "rules.port",
        "the number 22 in the same array element as the other conditions",
        "22, 80 in different elements",
    )


def test_long_texts_are_cut() -> None:
    """Event text is hostile; an explanation stays short."""
    failure = explain({"a": ["x"]}, {"a": "y" * 100_000})

    assert failure is not None
    assert len(failure.found) == 120
