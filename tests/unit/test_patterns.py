"""What EventBridge patterns mean: one test for each rule that surprises, and the words in which mistakes are told."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from firedoor.patterns import (
    Answer,
    InvalidEvent,
    InvalidPattern,
    build_index,
    compile_pattern,
    parse_event,
    test_event_pattern,
)
from firedoor.patterns import _events as events_module


def matches(pattern: object, event: object) -> bool:
    """Answer through the index, which takes other ways than the pattern, once both agree."""
    pattern_text = pattern if isinstance(pattern, str) else json.dumps(pattern)
    event_text = event if isinstance(event, str) else json.dumps(event)
    answer = compile_pattern(pattern_text).matches(event_text)
    assert build_index([("p", pattern_text)]).match(event_text) == (("p",) if answer else ())
    return answer


def refusal(pattern: object) -> InvalidPattern:
    """Return the error that compiling ``pattern`` raises."""
    with pytest.raises(InvalidPattern) as caught:
        compile_pattern(pattern if isinstance(pattern, str) else json.dumps(pattern))
    return caught.value


def test_conditions_on_one_array_of_objects_hold_in_the_same_element() -> None:
    """Two conditions are not met by two elements."""
    pattern = {"rules": {"port": [22], "cidr": ["0.0.0.0/0"]}}

    assert matches(pattern, {"rules": [{"port": 22, "cidr": "0.0.0.0/0"}, {"port": 80}]})
    assert not matches(pattern, {"rules": [{"port": 22, "cidr": "10.0.0.0/8"}, {"port": 80, "cidr": "0.0.0.0/0"}]})


def test_different_arrays_are_independent() -> None:
    """Conditions on two arrays of objects may hold at different positions."""
    assert matches({"a": {"x": [1]}, "b": {"y": [2]}}, {"a": [{"x": 0}, {"x": 1}], "b": [{"y": 2}, {"y": 0}]})


def test_absence_in_an_array_is_judged_against_the_element_chosen_before() -> None:
    """AWS tries paths in sorted order, so ``z`` sees the element that ``x`` chose and ``b`` sees all of them."""
    event = {"a": [{"x": 1}, {"x": 2, "z": 1, "b": 1}]}

    assert matches({"a": {"x": [1], "z": [{"exists": False}]}}, event)
    assert not matches({"a": {"x": [1], "b": [{"exists": False}]}}, event)


def test_anything_but_needs_the_field() -> None:
    """On a missing field ``anything-but`` does not match; ``exists: false`` beside it makes it."""
    assert not matches({"a": [{"anything-but": "x"}]}, {"b": 1})
    assert matches({"a": [{"anything-but": "x"}, {"exists": False}]}, {"b": 1})
    assert matches({"a": [{"anything-but": "x"}]}, {"a": None})


def test_any_element_satisfies_anything_but() -> None:
    """An array matches when one value is not among the unwanted."""
    assert matches({"a": [{"anything-but": ["x"]}]}, {"a": ["x", "y"]})
    assert not matches({"a": [{"anything-but": ["x"]}]}, {"a": ["x", "x"]})


@pytest.mark.parametrize("empty", [[], {}, [{}], {"b": {}}])
def test_exists_looks_at_plain_values_only(empty: object) -> None:
    """Objects and empty arrays count as absent."""
    assert not matches({"a": [{"exists": True}]}, {"a": empty})
    assert matches({"a": [{"exists": False}]}, {"a": empty})


@pytest.mark.parametrize("value", [None, "", False, 0, [None]])
def test_null_and_empty_texts_exist(value: object) -> None:
    """A leaf exists whatever its value is."""
    assert matches({"a": [{"exists": True}]}, {"a": value})


@pytest.mark.parametrize("spelling", ["300", "300.0", "3.0e2", "3E+2", "0.3e3"])
def test_numbers_are_equal_in_any_spelling(spelling: str) -> None:
    """The value counts, in the pattern as in the event."""
    assert matches('{"a": [300]}', f'{{"a": {spelling}}}')
    assert matches(f'{{"a": [{{"numeric": ["=", {spelling}]}}]}}', '{"a": 300}')
    assert not matches(f'{{"a": [{{"anything-but": {spelling}}}]}}', '{"a": 300.00}')


def test_a_number_never_equals_a_text_or_a_boolean() -> None:
    """Types are kept apart."""
    assert not matches({"a": [300]}, {"a": "300"})
    assert not matches({"a": ["300"]}, {"a": 300})
    assert not matches({"a": [1]}, {"a": True})
    assert not matches({"a": [True]}, {"a": 1})


@pytest.mark.parametrize(
    "number", ["9007199254740993", "300.0000000000000001", "1e309", "1e-400", "12345678901234567890", "5e-324"]
)
def test_numbers_beyond_a_double_satisfy_no_comparison(number: str) -> None:
    """AWS cannot compare them: they are other than any number, and equal only to their own spelling."""
    assert not matches('{"a": [{"numeric": [">", 0]}]}', f'{{"a": {number}}}')
    assert not matches('{"a": [300, 0, 9007199254740992]}', f'{{"a": {number}}}')
    assert matches('{"a": [{"anything-but": 300}]}', f'{{"a": {number}}}')
    assert matches(f'{{"a": [{number}]}}', f'{{"a": {number}}}')
    assert "AWS cannot compare" in str(refusal(f'{{"a": [{{"numeric": ["=", {number}]}}]}}'))


@pytest.mark.parametrize("with_orjson", [True, False])
def test_the_answer_does_not_depend_on_the_parser(with_orjson: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that turns big integers into floats leads to the same answers, because floats are read again."""

    def lossy(text: str) -> Any:
        return json.loads(text, parse_int=lambda digits: float(digits) if len(digits) > 19 else int(digits))

    monkeypatch.setattr(events_module, "_parse_fast", lossy if with_orjson else None)

    assert not matches('{"a": [{"numeric": [">", 0]}]}', '{"a": 12345678901234567890}')
    assert matches('{"a": [12345678901234567890]}', '{"a": 12345678901234567890}')
    assert matches('{"a": [2.5], "b": [{"numeric": ["<", 3]}]}', '{"a": 2.50, "b": [1e0]}')


def test_dotted_names_are_paths_on_both_sides() -> None:
    """Names are joined with dots in patterns and events alike."""
    for pattern in ({"a": {"b": ["x"]}}, {"a.b": ["x"]}):
        assert matches(pattern, {"a": {"b": "x"}})
        assert matches(pattern, {"a.b": "x"})
        assert matches(pattern, {"a": [{"b": "x"}]})
        assert not matches(pattern, {"a": {"b.c": "x"}})


def test_values_under_one_path_add_up_across_spellings() -> None:
    """A dotted key and a nested one give their values to the same path."""
    assert matches({"e.f": ["x"]}, {"e.f": "y", "e": [{"f": "x"}]})
    assert matches({"e": {"f": ["y"]}}, {"e.f": "y", "e": [{"f": "x"}]})


def test_the_last_of_a_path_wins_in_a_pattern() -> None:
    """Duplicate keys, and dotted ones beside nested ones, override what came before."""
    assert not matches('{"a": [1], "a": [2]}', '{"a": 1}')
    assert matches('{"a": {"b": [1]}, "a.b": [2]}', '{"a": {"b": 2}}')
    assert matches('{"a": {"b": [1]}, "a": {"c": [2]}}', '{"a": {"b": 1, "c": 2}}')


def test_or_is_written_out_in_document_order() -> None:
    """A field before ``$or`` is overridden in the alternatives that name it; one after it overrides them."""
    before = '{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}'
    after = '{"$or": [{"a": [2]}, {"b": [3]}], "a": [1]}'

    assert matches(before, {"a": 2})
    assert not matches(before, {"a": 1})
    assert matches(after, {"a": 1})
    assert not matches(after, {"a": 2})


def test_or_may_stand_anywhere_and_nest() -> None:
    """Alternatives within an object are on its fields."""
    pattern = {"d": {"$or": [{"x": [1]}, {"$or": [{"y": [2]}, {"z": {"w": [3]}}]}]}}

    assert matches(pattern, {"d": {"y": 2}})
    assert matches(pattern, {"d": {"z": {"w": 3}}})
    assert not matches(pattern, {"x": 1})


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a*", "a\nb", True),
        ("*", "", True),
        ("a*b*c", "abc", True),
        ("a*bc*c", "abc", False),
        ("ab*ba", "aba", False),
        ("\\*", "*", True),
        ("\\*", "x", False),
        ("a\\\\b", "a\\b", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_star_stands_for_any_text(pattern: str, text: str, expected: bool) -> None:
    """``*`` is any text, even none; a backslash takes away its meaning."""
    assert matches({"f": [{"wildcard": pattern}]}, {"f": text}) == expected


def test_wildcards_beyond_the_limit_of_aws_are_refused() -> None:
    """AWS accepted three of these on one field and refused four; many stars in one are refused as well."""
    stacks = [{"wildcard": f"*:stack/NAME{number}/*"} for number in range(4)]

    assert compile_pattern(json.dumps({"f": stacks[:3]}))
    assert "too complex" in refusal({"f": stacks}).reason
    assert "too complex" in refusal({"f": [{"wildcard": "*a" * 11}]}).reason


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("straße", "STRASSE", True),
        ("straße", "strasse", False),
        ("STRASSE", "straße", False),
        ("I", "i", True),
        ("I", "ı", False),
        ("K", "\u212a", False),
        ("ς", "Σ", True),
        ("ς", "σ", False),
        ("ﬁle", "FILE", True),
        ("𐐀", "𐐨", True),
    ],
)
def test_case_is_ignored_character_by_character(pattern: str, text: str, expected: bool) -> None:
    """Each character of the pattern stands for its own lower and upper case, so the rule is not symmetric."""
    for name, before, after in (("prefix", "", "!"), ("suffix", "!", "")):
        condition = {name: {"equals-ignore-case": pattern}}
        assert matches({"f": [condition]}, {"f": f"{before}{text}{after}"}) == expected
    assert matches({"f": [{"equals-ignore-case": pattern}]}, {"f": text}) == expected
    assert matches({"f": [{"anything-but": {"equals-ignore-case": pattern}}]}, {"f": text}) != expected


@pytest.mark.parametrize(
    ("network", "address", "expected"),
    [
        ("10.0.0.5/24", "10.0.0.200", True),
        ("10.0.0.0/24", "10.0.1.0", False),
        ("10.0.0.0/+8", "10.200.0.1", True),
        ("10.0.0.0/08", "010.200.0.1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("0.0.0.0/0", "text", False),
        ("2001:db8::/32", "2001:0DB8:0:0:0:0:0:1", True),
        ("2001:db8::/32", "2001:db9::", False),
        ("::/1", "1::", True),
        ("10.0.0.0/8", "::ffff:10.0.0.1", False),
        ("10.0.0.0/8", "::ffff:a00:1", True),
    ],
)
def test_ranges_of_addresses(network: str, address: str, expected: bool) -> None:
    """Host bits are floored, leading zeros are decimal, and a mapped IPv4 address is an IPv4 address."""
    assert matches({"ip": [{"cidr": network}]}, {"ip": address}) == expected


def test_a_plain_address_is_compared_as_an_address() -> None:
    """An exact text that is an address literal matches its other spellings."""
    assert matches({"ip": ["2001:db8::1"]}, {"ip": "2001:0DB8:0:0:0:0:0:1"})
    assert not matches({"ip": ["10.0.0.1"]}, {"ip": "10.0.0.10"})


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ([], ""),
        ({}, ""),
        ({"a": {}}, "a"),
        ({"a": "x"}, "a"),
        ({"a": []}, "a"),
        ({"a": {"b": [["x"]]}}, "a.b"),
        ({"a": [{}]}, "a"),
        ({"a": [{"Prefix": "x"}]}, "a"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "a"),
        ({"a": [{"prefix": ["x"]}]}, "a"),
        ({"a": [{"suffix": {"wildcard": "x"}}]}, "a"),
        ({"a": [{"wildcard": "**"}]}, "a"),
        ({"a": [{"wildcard": "a\\b"}]}, "a"),
        ({"a": [{"exists": "true"}]}, "a"),
        ({"a": [{"numeric": ["<", 5, ">", 1]}]}, "a"),
        ({"a": [{"numeric": [">=", 1, "<=", 1]}]}, "a"),
        ({"a": [{"numeric": ["=", "1"]}]}, "a"),
        ({"a": [{"anything-but": ["x", 1]}]}, "a"),
        ({"a": [{"anything-but": []}]}, "a"),
        ({"a": [{"anything-but": None}]}, "a"),
        ({"a": [{"anything-but": {"prefix": ""}}]}, "a"),
        ({"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}, "a"),
        ({"a": [{"cidr": "10.0.0.0/32"}]}, "a"),
        ({"a": [{"cidr": "::1/128"}]}, "a"),
        ({"a": [{"cidr": "10.0.0.0"}]}, "a"),
        ({"$or": [{"a": [1]}]}, "$or"),
        ({"d": {"$or": {"a": [1]}}}, "d.$or"),
        ({"$or": [{"prefix": ["x"]}, {"b": ["y"]}]}, "prefix"),
        ('{"a": [NaN]}', ""),
        ('{"a": [01]}', ""),
        ('{"a": ["x"]} more', ""),
    ],
)
def test_what_aws_refuses_is_refused_with_the_place_and_the_correct_form(pattern: object, path: str) -> None:
    """An error names the path, the reason and what to write instead, in one sentence."""
    error = refusal(pattern)

    assert error.path == path
    assert str(error) == f"{path or 'pattern'}: {error.reason}; {error.fix}"
    assert "\n" not in str(error)
    assert len(error.fix) > 5


def test_a_pattern_from_yaml_must_hold_what_json_can() -> None:
    """Keys and values that YAML reads as something else are refused, not converted."""
    for pattern in ({True: ["x"]}, {"a": [datetime.date(2026, 1, 1)]}, {"a": [{1: "x"}]}, {"a": [float("nan")]}):
        with pytest.raises(InvalidPattern):
            compile_pattern(pattern)  # type: ignore[arg-type]  # what a careless YAML file gives


def test_combinations_of_alternatives_are_limited() -> None:
    """Alternatives that multiply beyond the quota are refused at once, however many they are."""
    alternatives = [{"a": [1]}, {"b": [1]}]
    pattern = {f"f{number}": {"$or": alternatives} for number in range(9)}

    assert len(compile_pattern(pattern).conjunctions) == 512
    assert "1000 combinations" in refusal({**pattern, "$or": alternatives, "g": {"$or": alternatives}}).reason
    assert "1000 combinations" in refusal({f"f{number}": {"$or": alternatives} for number in range(99)}).reason


def test_deep_nesting_has_a_clean_answer() -> None:
    """What is nested too deeply to be read is refused as such, in patterns and in events."""
    deep = '{"a":' * 50_000 + "[1]" + "}" * 50_000

    assert test_event_pattern(deep, "{}").result == "exception"
    assert test_event_pattern('{"a": [1]}', deep).result == "event_exception"
    assert test_event_pattern('{"a": [1]}', "[" * 100_000).result == "event_exception"
    assert matches('{"a":' * 100 + "[1]" + "}" * 100, '{"a":' * 100 + "1" + "}" * 100)


@pytest.mark.parametrize("text", ["", "null", "[]", '"x"', "{", '{"a": NaN}', '{"a": 1,}', '\ufeff{"a": 1}', "{} {}"])
def test_an_event_must_be_one_json_object(text: str) -> None:
    """Anything else raises ``InvalidEvent``, from a pattern and from an index."""
    with pytest.raises(InvalidEvent):
        parse_event(text)
    with pytest.raises(InvalidEvent):
        build_index([]).match(text)


def test_an_event_with_half_a_character_is_read() -> None:
    """A lone surrogate is odd but valid JSON, and AWS reads it."""
    assert matches('{"a": [1]}', '{"a": 1, "b": "\\ud800"}')


def test_a_wrong_pattern_is_told_before_a_wrong_event() -> None:
    """The answer of ``test-event-pattern`` carries one error, and the pattern comes first."""
    assert test_event_pattern("{", "{").result == "exception"
    assert test_event_pattern('{"a": [1]}', "{").result == "event_exception"
    assert test_event_pattern('{"a": [1]}', '{"a": 1}') == Answer("match")
    assert test_event_pattern('{"a": [1]}', '{"a": 2}') == Answer("nomatch")


def test_patterns_may_share_an_id() -> None:
    """Any pattern of an id is enough, and the id is returned once, at the place of its first pattern."""
    index = build_index([("p", {"a": [1]}), ("q", {"b": [{"exists": True}]}), ("p", {"b": [2]})])

    assert index.match({"a": 1, "b": 2}) == ("p", "q")
    assert index.match({"b": 2}) == ("p", "q")
    assert index.match({"b": 3}) == ("q",)
    assert len(index) == 3


def test_one_parse_serves_many_indexes_and_expressions() -> None:
    """An event can be parsed once and its data read."""
    event = parse_event('{"detail": {"severity": 8.5}}')

    assert build_index([("p", {"detail": {"severity": [{"numeric": [">", 8]}]}})]).match(event) == ("p",)
    assert event.data == {"detail": {"severity": 8.5}}


def test_absence_alone_can_be_asked_for() -> None:
    """A pattern of nothing but absences matches events that have nothing in common."""
    index = build_index([("p", {"detail": {"errorCode": [{"exists": False}]}}), ("q", {"a": ["x"]})])

    assert index.match({"b": 1}) == ("p",)
    assert index.match({"detail": {"errorCode": "AccessDenied"}}) == ()


@pytest.mark.parametrize(
    "condition",
    [
        lambda number: {"wildcard": f"*-{number}-*"},
        lambda number: {"wildcard": f"*{number}"},
        lambda number: {"anything-but": {"wildcard": f"*-{number}-*"}},
        lambda number: {"anything-but": [f"key-{number}-x", str(number)]},
        lambda number: {"anything-but": {"prefix": f"key-{number}"}},
        lambda number: {"prefix": f"key-{number}"},
        lambda number: {"suffix": f"-{number}-x"},
        lambda number: {"equals-ignore-case": f"KEY-{number}-X"},
        lambda number: {"prefix": {"equals-ignore-case": f"KEY-{number}"}},
        lambda number: {"anything-but": number},
        lambda number: {"numeric": [">", number]},
        lambda number: {"cidr": f"10.{number}.0.0/16"},
        lambda number: number,
    ],
)
def test_many_patterns_that_differ_in_one_condition(condition: Any) -> None:
    """Second-level look-ups give what each pattern gives, for values of every type."""
    patterns = [{"name": ["Put"], "key": [condition(number)]} for number in range(60)]
    index = build_index(enumerate(patterns))
    values: tuple[Any, ...] = (
        "key-7-x",
        "",
        "KEY-7-X",
        "10.7.1.1",
        7,
        7.0,
        None,
        True,
        ["key-7-x", "key-8-x", 9],
        [[7]],
        [],
        {},
    )
    for value in values:
        event = parse_event(json.dumps({"name": "Put", "key": value}))
        expected = tuple(number for number, pattern in enumerate(patterns) if compile_pattern(pattern).matches(event))

        assert index.match(event) == expected


def test_two_negations_on_one_field_are_alternatives() -> None:
    """Either may hold, so together they exclude nothing but what both exclude."""
    pattern = {"a": [{"anything-but": "x"}, {"anything-but": {"prefix": "x"}}]}

    assert matches(pattern, {"a": "xy"})
    assert not matches(pattern, {"a": "x"})


def test_an_index_can_be_shared_between_threads() -> None:
    """Threads that meet in an index for the first time get the same answers."""
    index = build_index((number, {"a": [str(number % 7)], "b": [{"prefix": "x"}]}) for number in range(200))
    texts = [json.dumps({"a": str(number % 9), "b": "xy"}) for number in range(300)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(index.match, texts))

    assert answers == [index.match(text) for text in texts]
    assert answers[1] == tuple(range(1, 200, 7))
