r"""Wildcard operands: their grammar (``*``, ``\*``, ``\\``), matching in linear time, and AWS's complexity limit.

Owns nothing but the text of one operand; which field it stands on is the compiler's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

MAX_COMPLEXITY = 10
"""Wildcard prefixes that may be open at once; AWS accepts 9 and refuses 11."""

_STAR = -1


def parse_wildcard(text: str) -> tuple[str, ...]:
    r"""Return the literals between the stars: ``a*b`` gives ``("a", "b")``, a text without a star gives one literal.

    Raises ``ValueError`` with the reason for ``**`` and for an escape other than ``\*`` and ``\\``.
    """
    literals = [""]
    position = 0
    while position < len(text):
        char = text[position]
        if char == "*":
            if text.startswith("**", position):
                raise ValueError("two '*' in a row")
            literals.append("")
        elif char == "\\":
            position += 1
            if text[position : position + 1] not in ("*", "\\"):
                raise ValueError("a backslash may only stand before '*' or another backslash")
            literals[-1] += text[position]
        else:
            literals[-1] += char
        position += 1
    return tuple(literals)


def wildcard_test(literals: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a test of the whole text, linear in its length: each literal is sought once, from left to right."""
    if len(literals) == 1:
        return literals[0].__eq__
    first, *middle, last = literals
    shortest = len(first) + len(last)

    def test(text: str) -> bool:
        if len(text) < shortest or not text.startswith(first) or not text.endswith(last):
            return False
        position, end = len(first), len(text) - len(last)
        for literal in middle:
            position = text.find(literal, position, end)
            if position < 0:
                return False
            position += len(literal)
        return True

    return test


def complexity(terms: Iterable[Iterable[tuple[str, ...]]], *, repetition_counts: bool = False) -> int:
    """Return how many wildcard prefixes one value could keep open at once.

    The figure is exact up to the limit only: above it counting stops, and below it may be rounded up.

    ``terms`` are the wildcard conditions on one field, each with its operands as ``parse_wildcard`` gives them (several
    for ``anything-but`` lists). This follows event-ruler's ``MachineComplexityEvaluator``: simulate the automaton of
    all operands and add up, over the states that are open together, the conditions each can still satisfy. That
    evaluator also counts a literal that overlaps itself (``aaaa``) once for each overlap, but its engine takes such
    patterns all the same; they are counted that way only when ``repetition_counts``, for a warning.
    """
    terms = [tuple(operands) for operands in terms]
    if not repetition_counts:
        most = sum(2 * len(literals) for operands in terms for literals in operands)
        if most <= MAX_COMPLEXITY:
            return most
    machine = _Machine(repetition_counts=repetition_counts)
    for number, operands in enumerate(terms):
        for literals in operands:
            machine.add(number, _tokens(literals))
    return machine.widest()


def _tokens(literals: tuple[str, ...]) -> list[int]:
    """Spell an operand as the engine does: UTF-8 bytes within the quotes of a JSON text, with ``_STAR`` for ``*``."""
    tokens = [0x22]
    for number, literal in enumerate(literals):
        if number:
            tokens.append(_STAR)
        tokens.extend(literal.encode("utf-8", "replace"))
    return [*tokens, 0x22]


class _Machine:
    """Byte automaton of the wildcard operands on one field. State 0 is the start."""

    def __init__(self, *, repetition_counts: bool) -> None:
        self._repetition_counts = repetition_counts
        self._run: list[int] = [0]  # the first state of the literal that a state stands in
        self._on_byte: list[dict[int, set[int]]] = [{}]
        self._on_any: list[int | None] = [None]
        self._terms: list[set[int]] = [set()]
        self._shared: dict[tuple[int, int], int] = {}
        self._ends: dict[int, int] = {}

    def add(self, term: int, tokens: list[int]) -> None:
        """Add one operand. Operands share the states of what they have in common before their first star."""
        state, before, shared = 0, 0, True
        for position, token in enumerate(tokens):
            last = position == len(tokens) - 1
            if last:
                following = self._ends.setdefault(term, len(self._terms))
            elif shared:
                following = self._shared.setdefault((state, token), len(self._terms))
            else:
                following = len(self._terms)
            if following == len(self._terms):
                same_run = not shared and state and token != _STAR and tokens[position - 1] != _STAR
                self._new_state(self._run[state] if same_run and not self._repetition_counts else following)
            self._terms[following].add(term)
            if token == _STAR:
                self._on_any[state] = self._on_any[following] = following
                shared = False
            else:
                self._on_byte[state].setdefault(token, set()).add(following)
                if position and tokens[position - 1] == _STAR:  # the star may stand for nothing
                    self._on_byte[before].setdefault(token, set()).add(following)
            before, state = state, following

    def widest(self) -> int:
        start = frozenset((0,))
        seen, pending, widest = {start}, [start], 0
        while pending and widest <= MAX_COMPLEXITY:
            open_states = pending.pop()
            for token in {_STAR}.union(*[self._on_byte[state] for state in open_states]):
                reached = self._step(open_states, token)
                if reached and reached not in seen:
                    seen.add(reached)
                    pending.append(reached)
                    widest = max(widest, self._weight(reached))
        return widest

    def _new_state(self, run: int) -> None:
        self._run.append(run)
        self._on_byte.append({})
        self._on_any.append(None)
        self._terms.append(set())

    def _step(self, states: frozenset[int], token: int) -> frozenset[int]:
        reached: set[int] = set()
        for state in states:
            reached |= self._on_byte[state].get(token, set())
            following = self._on_any[state]
            if following is not None:
                reached.add(following)
        return frozenset(reached)

    def _weight(self, states: frozenset[int]) -> int:
        following = {state for each in states if (state := self._on_any[each]) is not None}
        open_terms: dict[int, set[int]] = {}
        for state in states | following:
            open_terms.setdefault(self._run[state], set()).update(self._terms[state])
        return sum(len(terms) for terms in open_terms.values())
