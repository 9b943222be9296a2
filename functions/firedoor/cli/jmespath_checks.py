"""What a JMESPath expression in a playbook calls and names, found in its parse tree. Evaluates nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jmespath.exceptions import JMESPathError

from firedoor.expressions import FUNCTIONS, compile_expression

_FIRST_ONLY = frozenset(
    {"subexpression", "index_expression", "projection", "value_projection", "filter_projection", "pipe", "flatten"}
)
"""Nodes whose first child sees the whole data; the others see what the first one found."""


def broken(text: str) -> str | None:
    """Return what is wrong with an expression, or None: bad syntax, or a function that does not exist."""
    try:
        tree = compile_expression(text).parsed
    except JMESPathError as error:
        reason = " ".join(str(error).split())
        return f"{text!r} is not JMESPath ({reason[:160]}); write for example detail.resource.accessKeyDetails.userName"
    unknown = sorted({name for name in _calls(tree) if name not in FUNCTIONS})
    if unknown:
        return f"there is no function {unknown[0]}(); write one of: {', '.join(sorted(FUNCTIONS))}"
    return None


def names_in(text: str) -> frozenset[str]:
    """Return the names that an expression reads from the top of its data."""
    return frozenset(_names(compile_expression(text).parsed))


def _calls(node: dict[str, Any]) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        yield from _calls(child)


def _names(node: dict[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    elif node["type"] == "expref":
        return
    else:
        children = node["children"][:1] if node["type"] in _FIRST_ONLY else node["children"]
        for child in children:
            yield from _names(child)
