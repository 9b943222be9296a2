"""JMESPath in playbooks: what an expression names and calls, and the one function that AWS's ids make necessary."""

from __future__ import annotations

import pytest
from jmespath.exceptions import JMESPathError

from firedoor.cli.jmespath_checks import broken, names_in
from firedoor.expressions import evaluate


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("user", {"user"}),
        ("user == 'Root'", {"user"}),
        ("starts_with(key, 'AKIA') && !done", {"key", "done"}),
        ("a.b.c", {"a"}),
        ("a[0].b", {"a"}),
        ("a[?b == 'c'].d", {"a"}),
        ("a[].b[]", {"a"}),
        ("a | length(@)", {"a"}),
        ("a.*.b", {"a"}),
        ("contains(['x', other], one)", {"other", "one"}),
        ("{k: a, l: b}", {"a", "b"}),
        ("sort_by(a, &b)", {"a"}),
        ("`5` > length(a)", {"a"}),
        ("'a'", set()),
    ],
)
def test_only_what_is_read_from_the_top_is_a_name(expression: str, names: set[str]) -> None:
    """Fields of what was found already are no names of the playbook's."""
    assert names == names_in(expression)


@pytest.mark.parametrize("expression", ["a.b", "split(a, '/')[-1]", "length(a[?b])"])
def test_what_compiles_is_whole(expression: str) -> None:
    """Nothing is wrong with these."""
    assert broken(expression) is None


@pytest.mark.parametrize(
    ("expression", "fragment"),
    [("a..b", "is not JMESPath"), ("a[", "is not JMESPath"), ("a[?upper(b)]", "no function upper()"), ("", "not JMES")],
)
def test_what_does_not_is_told(expression: str, fragment: str) -> None:
    """Bad syntax, and functions that do not exist wherever they stand."""
    assert fragment in str(broken(expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("split(arn, '/')[-1]", "sg-1"),
        ("split(id, '/')[-1]", "sg-1"),
        ("split(missing, '/')[-1]", None),
        ("split(id, '')[0]", "s"),
        ("split(missing || arn, ':')[0]", "arn"),
    ],
)
def test_split_takes_an_id_out_of_an_arn(expression: str, expected: object) -> None:
    """An id that stands alone comes out as it is, and what is missing stays missing."""
    data = {"arn": "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1", "id": "sg-1"}
    assert expected == evaluate(expression, data)


def test_split_of_what_is_no_text_fails() -> None:
    """The engine turns the failure into a case for a person."""
    with pytest.raises(JMESPathError):
        evaluate("split(id, '/')", {"id": 5})
