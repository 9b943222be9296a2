"""Array consistency: whether the conditions on several paths can hold without mixing elements of one array.

Owns event-ruler's rule for it, including its order: paths are tried in sorted order, and the absence of a path is
judged only against the elements chosen before. Knows nothing of values; it sees the elements that would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from firedoor.patterns._events import Elements


@dataclass(frozen=True, slots=True)
class Choice:
    """What one path allows: elements whose values satisfy it, all that have it, and whether it may be absent."""

    satisfying: frozenset[int] | set[int]
    present: frozenset[int] | set[int]
    may_be_absent: bool


def can_hold_together(choices: Sequence[Choice], elements: Elements) -> bool:
    """Tell whether one element (or absence) can be chosen for each path, in order, consistently.

    ``choices`` are in the sorted order of their paths; element 0 lies in no array and agrees with every other.
    """
    arrays: dict[int, list[Choice]] = {}
    for choice in choices:
        array = _only_array(choice.present, elements)
        if array is None:
            narrowed = _narrowed(choices, elements)
            return narrowed is not None and _Search(narrowed, elements).succeeds()
        arrays.setdefault(array, []).append(choice)
    return all(_one_array(group) for group in arrays.values())


def _only_array(present: Iterable[int], elements: Elements) -> int | None:
    """Return the one array, not within another, that all elements belong to (0: none of them is in an array)."""
    arrays = {elements.arrays[element] for element in present}
    if len(arrays) > 1 or any(elements.parents[element] for element in present):
        return None
    return arrays.pop() if arrays else 0


def _one_array(choices: Sequence[Choice]) -> bool:
    """Decide for paths that all stand in one array: follow the set of elements that may still be the chosen one."""
    undecided, possible = True, set[int]()
    for choice in choices:
        if 0 in choice.satisfying:
            continue
        chosen = possible & choice.satisfying
        if undecided:
            chosen |= choice.satisfying
        if choice.may_be_absent:
            chosen |= possible - choice.present if 0 not in choice.present else set()
            undecided = undecided and not choice.present
        else:
            undecided = False
        possible = chosen
        if not possible and not undecided:
            return False
    return True


def _narrowed(choices: Sequence[Choice], elements: Elements) -> list[Choice] | None:
    """Drop elements of outermost arrays in which a path that must be there has nothing; None when none is left.

    This keeps the search short: whatever is chosen in one outermost array comes from one element of it.
    """
    outermost = [{element: _outermost(element, elements) for element in choice.satisfying} for choice in choices]
    shared: dict[int, set[int]] = {}
    arrays = [{elements.arrays[outer] for outer in found.values()} for found in outermost]
    for choice, found, its_arrays in zip(choices, outermost, arrays, strict=True):
        if not choice.may_be_absent and len(its_arrays) == 1:
            (array,) = its_arrays
            tops = set(found.values())
            shared[array] = shared[array] & tops if array in shared else tops
    if not all(shared.values()):
        return None
    narrowed = []
    for choice, found, its_arrays in zip(choices, outermost, arrays, strict=True):
        allowed = set[int]().union(*[shared.get(array, set()) for array in its_arrays])
        known = its_arrays <= shared.keys()
        satisfying = {each for each, outer in found.items() if outer in allowed} if known else choice.satisfying
        narrowed.append(Choice(satisfying, choice.present, choice.may_be_absent))
    return narrowed


def _outermost(element: int, elements: Elements) -> int:
    """Return the element of the outermost array around ``element``, or 0."""
    parents = elements.parents
    while parents[element]:
        element = parents[element]
    return element


class _Search:
    """Depth-first search for nested arrays, visiting each way to stand before a path once."""

    def __init__(self, choices: Sequence[Choice], elements: Elements) -> None:
        self._elements = elements
        self._choices = choices
        self._trees = [_Tree(choice.present, elements) for choice in choices]
        self._later: list[set[int]] = []
        later: set[int] = set()
        for tree in reversed(self._trees):
            later = later | tree.arrays
            self._later.append(later)
        self._later.reverse()

    def succeeds(self) -> bool:
        seen: set[tuple[int, tuple[int, ...]]] = set()
        pending: list[Iterator[dict[int, int]]] = [iter([{}])]
        while pending:
            chosen = next(pending[-1], None)
            if chosen is None:
                pending.pop()
                continue
            position = len(pending) - 1
            if position == len(self._choices):
                return True
            state = (position, tuple(sorted(chosen[array] for array in self._later[position] & chosen.keys())))
            if state not in seen:
                seen.add(state)
                pending.append(self._ways(position, chosen))
        return False

    def _ways(self, position: int, chosen: dict[int, int]) -> Iterator[dict[int, int]]:
        """Yield the elements chosen (by array) after each way to satisfy the path at ``position``."""
        choice, tree = self._choices[position], self._trees[position]
        if choice.may_be_absent and not any(node in choice.present for node in tree.agreeing(chosen)):
            yield chosen
        for node in tree.agreeing(chosen):
            if node in choice.satisfying:
                yield chosen | self._around(node)

    def _around(self, node: int) -> dict[int, int]:
        around = {}
        while node:
            around[self._elements.arrays[node]] = node
            node = self._elements.parents[node]
        return around


class _Tree:
    """The elements that have one path, and the elements around them, from the event downwards."""

    def __init__(self, present: Iterable[int], elements: Elements) -> None:
        self._below: dict[int, dict[int, set[int]]] = {}
        self.arrays: set[int] = set()
        known = {0}
        for element in present:
            node = element
            while node not in known:
                known.add(node)
                parent, array = elements.parents[node], elements.arrays[node]
                self.arrays.add(array)
                self._below.setdefault(parent, {}).setdefault(array, set()).add(node)
                node = parent

    def agreeing(self, chosen: dict[int, int]) -> Iterator[int]:
        """Yield the elements that do not contradict ``chosen``."""
        pending = [0]
        while pending:
            node = pending.pop()
            yield node
            for array, inner in self._below.get(node, {}).items():
                if array not in chosen:
                    pending.extend(inner)
                elif chosen[array] in inner:
                    pending.append(chosen[array])
