"""A compiled pattern and whether it matches one event: the definition that the index and the explanations follow.

Owns how conditions of several paths combine. Matching many patterns at once is the index's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from firedoor.patterns._compiler import Conjunction, compile_conjunctions
from firedoor.patterns._conditions import ABSENT, Condition, NeedsSpelling, value_test
from firedoor.patterns._consistency import Choice, can_hold_together
from firedoor.patterns._events import Event, Fields, Step, parse_event, tree_of

Satisfied = dict["Requirement", "Choice"]
"""What was already found out about one event; each requirement is judged once."""


class Requirement:
    """The conditions on one path, any of which is enough. Compared by identity; an index shares equal ones."""

    __slots__ = ("accepts", "conditions", "may_be_absent", "path", "texts")

    def __init__(self, path: str, conditions: tuple[Condition, ...]) -> None:
        """Compile the tests of ``conditions``."""
        self.path = path
        self.conditions = conditions
        self.may_be_absent = ABSENT in conditions
        self.texts: frozenset[str] = _plain_texts(conditions)
        """The texts of which one must stand at the path, or nothing when other values may stand there."""
        self.accepts = _any_of(conditions)


def _plain_texts(conditions: tuple[Condition, ...]) -> frozenset[str]:
    for kind, _ in conditions:
        if kind != "exact":
            return frozenset()
    return frozenset([operand for _, operand in conditions])


def _any_of(conditions: tuple[Condition, ...]) -> Callable[[object], bool]:
    """Return a test of one value against all ``conditions``; plain texts, the usual case, cost one look-up."""
    texts = frozenset(condition.operand for condition in conditions if condition.kind == "exact")
    others = [value_test(condition) for condition in conditions if condition.kind != "exact"]
    if not others:
        return lambda value: type(value) is str and value in texts

    def accepts(value: object) -> bool:
        if type(value) is str and value in texts:
            return True
        return any(test(value) for test in others)

    return accepts


def in_aws_order(paths: Iterable[str]) -> list[str]:
    """Sort paths as AWS does: by UTF-16 code units, as Java compares."""
    if "".join(paths).isascii():
        return sorted(paths)
    return sorted(paths, key=lambda path: path.encode("utf-16-be", "surrogatepass"))


def requirements_of(conjunction: Conjunction) -> tuple[Requirement, ...]:
    """Return the requirements of one conjunction, in the order of AWS."""
    return tuple(Requirement(path, conjunction[path]) for path in in_aws_order(conjunction))


def choice_of(requirement: Requirement, fields: Fields, known: Satisfied) -> Choice:
    """Return the elements of the event that satisfy ``requirement``, and those that have its path at all."""
    choice = known.get(requirement)
    if choice is None:
        values, elements = fields.found.get(requirement.path, ((), ()))
        accepts = requirement.accepts
        satisfying = {element for value, element in zip(values, elements, strict=True) if accepts(value)}
        choice = known[requirement] = Choice(satisfying, frozenset(elements), requirement.may_be_absent)
    return choice


def holds(requirements: tuple[Requirement, ...], fields: Fields, known: Satisfied) -> bool:
    """Tell whether all ``requirements`` hold together, without mixing elements of one array."""
    in_arrays = []
    for requirement in requirements:
        choice = choice_of(requirement, fields, known)
        if not choice.satisfying and not choice.may_be_absent:
            return False
        if any(choice.present):
            in_arrays.append(choice)
        elif not choice.satisfying and choice.present:
            return False
    if len(in_arrays) == 1:
        return bool(in_arrays[0].satisfying)
    return can_hold_together(in_arrays, fields.elements)


class Pattern:
    """One compiled EventBridge pattern; immutable and safe to share between threads.

    ``conjunctions`` holds the requirements of each combination of ``$or`` alternatives (one without ``$or``), in the
    order in which AWS tries them; ``written`` holds the same paths in the order of the pattern.
    """

    __slots__ = ("_tree", "conjunctions", "written")

    def __init__(self, conjunctions: list[Conjunction]) -> None:
        """Take what the compiler made; use ``compile_pattern``."""
        self.conjunctions = tuple(requirements_of(conjunction) for conjunction in conjunctions)
        self.written = tuple(tuple(conjunction) for conjunction in conjunctions)
        self._tree: Step = tree_of(path for conjunction in conjunctions for path in conjunction)

    def matches(self, event: str | Mapping[str, Any] | Event) -> bool:
        """Tell whether the pattern matches ``event`` (JSON text, a mapping, or a parsed ``Event``).

        Raises ``InvalidEvent`` when the event is not a JSON object.
        """
        parsed = event if isinstance(event, Event) else parse_event(event)
        try:
            return self._matches(self.fields(parsed.data))
        except NeedsSpelling:
            return self._matches(self.fields(parsed.spelled))

    def fields(self, data: dict[str, Any]) -> Fields:
        """Return the leaf values that stand at the pattern's paths."""
        return Fields(data, self._tree)

    def _matches(self, fields: Fields) -> bool:
        known: Satisfied = {}
        return any(holds(requirements, fields, known) for requirements in self.conjunctions)


def compile_pattern(pattern: str | Mapping[str, Any]) -> Pattern:
    """Compile an EventBridge event pattern, accepting and refusing what AWS does.

    Args:
        pattern: JSON text, which keeps the spelling of numbers and duplicate keys (the last one counts), or a mapping
            as YAML gives it.

    Raises:
        InvalidPattern: AWS would refuse it; the error says where, why, and what to write instead.

    Example:
        >>> compile_pattern('{"source": [{"prefix": "aws."}]}').matches({"source": "aws.iam"})
        True

    """
    return Pattern(compile_conjunctions(pattern))
