"""Valid patterns that are surely not what was meant get a warning that says what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from firedoor.patterns import InvalidPattern, lint_pattern

CALL = "AWS API Call via CloudTrail"


@pytest.mark.parametrize(
    ("pattern", "path", "says"),
    [
        ({"account": [123456789012]}, "account", 'write "123456789012" in quotes'),
        (
            {"detail": {"recipientAccountId": [{"anything-but": 1234567890}]}},
            "detail.recipientAccountId",
            '"001234567890"',
        ),
        ({"detail": {"x": [123456789012]}}, "detail.x", "account ids as text"),
        ({"detail": {"errorCode": [{"anything-but": "X"}]}}, "detail.errorCode", 'add {"exists": false}'),
        ({"detail": {"userIdentity": [{"exists": True}]}}, "detail.userIdentity", "it never holds"),
        ({"detail": {"a": [{"exists": False}], "a.b": ["x"]}}, "detail.a", "it always holds"),
        ({"detail": {"schemaVersion": [2.0]}}, "detail.schemaVersion", "as text"),
        ({"detail": {"severity": ["8"]}}, "detail.severity", "as a number"),
        ({"detail": {"readOnly": ["false"]}}, "detail.readOnly", "true or false"),
        (
            {"source": ["aws.lambda"], "detail-type": [CALL], "detail": {"eventName": ["UpdateFunctionCode"]}},
            "detail.eventName",
            '{"prefix": "UpdateFunctionCode20"}',
        ),
        ({"source": ["aws.guardduty"], "detail-type": ["GuardDuty Findings"]}, "detail-type", '"GuardDuty Finding"'),
        ({"source": ["aws.iam"], "detail-type": ["Access Key Created"]}, "detail-type", CALL),
        ({"detail": {"x": ["y", {"wildcard": "*aaaaaaaaaaaaaaaaa*b"}]}}, "detail.x", "too complex"),
    ],
)
def test_what_is_surely_wrong_is_warned_of(pattern: dict[str, Any], path: str, says: str) -> None:
    """One warning, at the right path, with the right form."""
    (warning,) = lint_pattern(pattern)

    assert warning.path == path
    assert says in str(warning)


@pytest.mark.parametrize(
    "pattern",
    [
        {"account": ["123456789012"], "source": ["aws.s3"], "detail-type": ["Object Created", CALL]},
        {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">", 7]}]},
        },
        {"source": ["my.app"], "detail-type": ["Anything"]},
        {"detail": {"errorCode": [{"anything-but": "X"}, {"exists": False}]}},
        {"$or": [{"detail": {"x": [{"anything-but": "X"}]}}, {"detail": {"x": [{"exists": False}]}}]},
        {"region": [{"anything-but": "us-east-1"}], "detail": {"eventName": [{"anything-but": {"prefix": "Get"}}]}},
        {"source": ["aws.lambda"], "detail": {"eventName": [{"prefix": "UpdateFunctionCode20"}]}},
        {"source": ["aws.iam"], "detail": {"eventName": ["CreateFunction"]}},
        {"detail": {"errorCode": [{"exists": False}], "requestParameters": {"port": [22]}}},
        {"detail": {"bytes": [1000000000]}},
    ],
)
def test_what_may_be_meant_is_left_alone(pattern: dict[str, Any]) -> None:
    """No warning without a sure mistake."""
    assert lint_pattern(pattern) == ()


def test_a_mistake_before_alternatives_is_told_once() -> None:
    """Alternatives copy what comes before them; its warning is not repeated."""
    pattern = {"account": [123456789012], "$or": [{"a": ["x"]}, {"b": ["y"]}]}

    assert len(lint_pattern(pattern)) == 1


def test_an_invalid_pattern_is_an_error() -> None:
    """A pattern that AWS refuses is more than a warning."""
    with pytest.raises(InvalidPattern):
        lint_pattern({"a": "x"})
