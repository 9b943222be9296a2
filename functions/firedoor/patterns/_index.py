"""One index over the patterns of all playbooks: which ids does an event match, at a cost that follows the event.

Owns candidates only: each combination of a pattern is filed under its most selective plain text, and combinations
filed together are judged together, as bits of one integer. What a condition means is ``_conditions``, and what holds
together within arrays is ``_pattern``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, pairwise
from typing import Any, Final, NamedTuple

from firedoor.patterns._compiler import compile_conjunctions
from firedoor.patterns._conditions import (
    ABSENT,
    EXISTS,
    NEGATED_KINDS,
    TEXT_KINDS,
    Condition,
    NeedsSpelling,
    number_of,
    value_test,
)
from firedoor.patterns._events import Data, Event, Fields, parse_event, parse_plain, parse_spelled, tree_of
from firedoor.patterns._pattern import Requirement, Satisfied, holds, in_aws_order
from firedoor.patterns._texts import Entry, finder_of

_Places = dict[str, tuple[int, str]]
"""For each path the number of the object that holds its last step, and the name of that step."""

_MISSING: Final = object()
_MANY_BITS = 24
"""From so many matches in one group on, bits are read from their binary text."""


class _Irregular(Exception):
    """The event has dotted keys or arrays of objects where patterns look, so its fields must be collected first."""


class _FieldTable:
    """The conditions on one path of the combinations in one group: which of them does a value satisfy."""

    __slots__ = ("_numbers", "_other_values", "_tests", "absent", "exact", "find", "free")

    def __init__(self, entries: Sequence[tuple[int, tuple[Condition, ...]]], everyone: int) -> None:
        """Take ``(bit, conditions)`` of those that look at the path; ``everyone`` is the bits of the whole group."""
        bits_of: dict[Condition, int] = {}
        constrained = 0
        for bit, conditions in entries:
            constrained |= bit
            for condition in conditions:
                bits_of[condition] = bits_of.get(condition, 0) | bit
        self.free = everyone & ~constrained
        self.absent = bits_of.pop(ABSENT, 0)
        self.exact = {
            condition.operand: bits | self.free for condition, bits in bits_of.items() if condition.kind == "exact"
        }
        always = self.free | bits_of.get(EXISTS, 0)
        self._other_values = always
        self._numbers: dict[float, int] = {}
        self._tests: list[tuple[Callable[[object], bool], int]] = []
        self.find = self._finder(bits_of, always)

    def _finder(self, bits_of: dict[Condition, int], always: int) -> Callable[[str], int] | None:
        """Sort the conditions by what they apply to; return what finds those that a text satisfies beyond ``exact``."""
        wanted: list[Entry] = []
        unwanted: list[Entry] = []
        negated = 0
        extra: list[tuple[Callable[[object], bool], int]] = []
        for condition, bits in bits_of.items():
            kind, operand = condition
            if kind == "exact" or kind == "exists":
                continue
            if kind in TEXT_KINDS:
                wanted.append((kind, operand, bits))
            elif kind in NEGATED_KINDS:
                self._other_values |= bits
                if bits & negated:  # a second negation of one combination cannot share its bit with the first
                    extra.append((value_test(condition), bits))
                else:
                    negated |= bits
                    unwanted += [(NEGATED_KINDS[kind], each, bits) for each in operand]
            elif kind == "number":
                self._numbers[operand] = self._numbers.get(operand, 0) | bits
            else:
                self._tests.append((value_test(condition), bits))
                always |= bits if kind == "anything-but-number" else 0
        return _combined(finder_of(wanted), finder_of(unwanted), negated, extra, always if always != self.free else 0)

    def of_value(self, value: object) -> int:
        """Return the bits that a leaf value of any type satisfies, those that do not look at the path included."""
        if type(value) is str:
            bits = self.exact.get(value, self.free)
            return bits | self.find(value) if self.find is not None else bits
        bits = self._other_values
        if self._numbers and (number := number_of(value)) is not None:
            bits |= self._numbers.get(number, 0)
        for test, satisfied in self._tests:
            if test(value):
                bits |= satisfied
        return bits

    def of_values(self, values: Iterable[object], everyone: int) -> int:
        """Return the bits that any of ``values`` satisfies."""
        bits = self.free
        for value in values:
            bits |= self.of_value(value)
            if bits == everyone:
                break
        return bits


def _combined(
    wanted: Callable[[str], int] | None,
    unwanted: Callable[[str], int] | None,
    negated: int,
    extra: list[tuple[Callable[[object], bool], int]],
    always: int,
) -> Callable[[str], int] | None:
    if unwanted is None and not extra and not always:
        return wanted

    def find(text: str) -> int:
        bits = always
        if wanted is not None:
            bits |= wanted(text)
        if unwanted is not None:
            bits |= negated & ~unwanted(text)
        for test, satisfied in extra:
            if test(text):
                bits |= satisfied
        return bits

    return find


class _Combination(NamedTuple):
    """One conjunction of a pattern, with the number of the id that it stands for."""

    owner: int
    requirements: tuple[Requirement, ...]


class _FieldOfGroup(NamedTuple):
    """A path that a group looks at; the table's parts are repeated here because look-ups of attributes cost time."""

    constrained: int
    container: int
    name: str
    path: str
    exact: Callable[[str, int], int]
    free: int
    find: Callable[[str], int] | None
    missing: int
    table: _FieldTable


class _Group:
    """Combinations that are filed under the same text; combination n is bit ``1 << n``.

    Its tables are compiled when an event first comes here: most groups of a library see none between two deployments.
    Two threads that do so at once make the same tables.
    """

    __slots__ = ("_fields", "_known_to_hold", "_places", "ascending", "combinations", "everyone", "owners")

    def __init__(self, combinations: Sequence[_Combination], known_to_hold: str | None, places: _Places) -> None:
        """File ``combinations``; the conditions on the path ``known_to_hold`` need no look any more."""
        self.combinations = tuple(combinations)
        self.owners = tuple([combination.owner for combination in combinations])
        self.ascending = all(before < after for before, after in pairwise(self.owners))
        self.everyone = (1 << len(combinations)) - 1
        self._known_to_hold = known_to_hold
        self._places = places
        self._fields: tuple[_FieldOfGroup, ...] | None = None

    @property
    def fields(self) -> tuple[_FieldOfGroup, ...]:
        """The paths to look at, those that tell combinations apart first, so that a group is left early."""
        if self._fields is None:
            self._fields = self._compile()
        return self._fields

    def _compile(self) -> tuple[_FieldOfGroup, ...]:
        entries: dict[str, list[tuple[int, tuple[Condition, ...]]]] = {}
        for number, combination in enumerate(self.combinations):
            for requirement in combination.requirements:
                if requirement.path != self._known_to_hold:
                    entries.setdefault(requirement.path, []).append((1 << number, requirement.conditions))
        fields = [self._field(path, group) for path, group in entries.items()]
        return tuple(sorted(fields, key=_selectivity, reverse=True))

    def _field(self, path: str, entries: list[tuple[int, tuple[Condition, ...]]]) -> _FieldOfGroup:
        table = _FieldTable(entries, self.everyone)
        container, name = self._places[path]
        return _FieldOfGroup(
            constrained=self.everyone & ~table.free,
            container=container,
            name=name,
            path=path,
            exact=table.exact.get,
            free=table.free,
            find=table.find,
            missing=table.free | table.absent,
            table=table,
        )


_Hits = list[tuple[_Group, int]]
"""Groups with the bits of the combinations in them that an event satisfies."""


def _selectivity(field: _FieldOfGroup) -> tuple[int, int]:
    return len(field.table.exact), -field.free.bit_count()


class _Filed:
    """What is filed under one path: groups by the text that must stand there, and one for any value at all."""

    __slots__ = ("any_value", "by_text")

    def __init__(self) -> None:
        self.by_text: dict[str, _Group] = {}
        self.any_value: _Group | None = None


class Index:
    """An immutable index of patterns, safe to share between threads. Make it with ``build_index``."""

    __slots__ = ("_by_container", "_containers", "_everywhere", "_filed", "_ids", "_size", "_tree")

    def __init__(self, patterns: Iterable[tuple[Hashable, str | Mapping[str, Any]]]) -> None:
        """Compile and file ``patterns``; use ``build_index``."""
        ids: dict[Hashable, int] = {}
        requirements: dict[tuple[str, tuple[Condition, ...]], Requirement] = {}
        combinations = []
        self._size = 0
        for id_, pattern in patterns:
            self._size += 1
            owner = ids.setdefault(id_, len(ids))
            for conjunction in compile_conjunctions(pattern):
                shared = []
                for path in in_aws_order(conjunction):
                    key = path, conjunction[path]
                    requirement = requirements.get(key)
                    if requirement is None:
                        requirement = requirements[key] = Requirement(*key)
                    shared.append(requirement)
                combinations.append(_Combination(owner, tuple(shared)))
        self._ids = tuple(ids)
        paths = sorted({path for path, _ in requirements})
        self._tree = tree_of(paths)
        self._containers: list[tuple[int, str]] = [(0, "")]
        places = self._places(paths)
        self._filed: dict[str, _Filed] = {}
        self._everywhere: _Group | None = None
        self._file(combinations, places)
        self._by_container = self._grouped_by_container(places)

    def __len__(self) -> int:
        """Return the number of patterns."""
        return self._size

    def match(self, event: str | Mapping[str, Any] | Event) -> tuple[Any, ...]:
        """Return the ids of the patterns that match, each once, in the order in which they were given.

        Args:
            event: JSON text, a mapping, or an ``Event`` from ``parse_event``.

        Raises:
            InvalidEvent: the event is not a JSON object that can be read.

        """
        if type(event) is str:
            data, parsed = parse_plain(event), None
        else:
            parsed = event if isinstance(event, Event) else parse_event(event)
            data = parsed.data
        try:
            hits = self._hits(data)
        except NeedsSpelling:
            hits = self._hits(parsed.spelled if parsed is not None else parse_spelled(event))  # type: ignore[arg-type]  # without Event it is the text
        if not hits:
            return ()
        ids = self._ids
        return tuple([ids[owner] for owner in _owners(hits)])

    def _hits(self, data: Data) -> _Hits:
        try:
            return _RegularEvent(data, self._containers).hits(self._by_container, self._everywhere)
        except _Irregular:
            return _collected_hits(Fields(data, self._tree), self._filed, self._everywhere)

    def _places(self, paths: Iterable[str]) -> _Places:
        """Number the objects that hold the last step of each path, outer ones first."""
        numbers: dict[tuple[str, ...], int] = {(): 0}
        places = {}
        for path in paths:
            *steps, name = path.split(".")
            for depth in range(1, len(steps) + 1):
                outer = tuple(steps[:depth])
                if outer not in numbers:
                    numbers[outer] = len(self._containers)
                    self._containers.append((numbers[outer[:-1]], outer[-1]))
            places[path] = (numbers[tuple(steps)], name)
        return places

    def _file(self, combinations: Sequence[_Combination], places: _Places) -> None:
        uses: Counter[tuple[str, str]] = Counter()
        for combination in combinations:
            for requirement in combination.requirements:
                if requirement.texts:
                    uses.update([(requirement.path, text) for text in requirement.texts])
        drawers: dict[tuple[str, str | None] | None, list[_Combination]] = {}
        for combination in combinations:
            for key in _keys(combination, uses):
                drawers.setdefault(key, []).append(combination)
        made: dict[tuple[str, tuple[int, ...]], _Group] = {}
        for key, drawer in drawers.items():
            if key is None:
                self._everywhere = _Group(drawer, None, places)
                continue
            path, text = key
            filed = self._filed.setdefault(path, _Filed())
            if text is None:
                filed.any_value = _Group(drawer, None, places)
                continue
            same = (path, tuple(map(id, drawer)))
            if same not in made:
                made[same] = _Group(drawer, path, places)
            filed.by_text[text] = made[same]

    def _grouped_by_container(self, places: _Places) -> tuple[_Container, ...]:
        grouped: dict[int, list[tuple[str, dict[str, _Group], _Group | None]]] = {}
        for path, filed in self._filed.items():
            container, name = places[path]
            grouped.setdefault(container, []).append((name, filed.by_text, filed.any_value))
        return tuple((container, tuple(entries)) for container, entries in sorted(grouped.items()))


_Container = tuple[int, tuple[tuple[str, dict[str, _Group], "_Group | None"], ...]]
"""The number of an object in events, and what is filed under the names in it."""


def _keys(combination: _Combination, uses: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, str | None] | None]:
    """Yield under what to file a combination: a path with each text that may stand there, a path alone, or nothing."""
    best: tuple[int, int, int] | None = None
    chosen: Requirement | None = None
    for requirement in combination.requirements:
        if requirement.texts:
            most = max([uses[requirement.path, text] for text in requirement.texts])
            rank = (most, len(requirement.texts), requirement.path.count("."))
            if best is None or rank < best:
                best, chosen = rank, requirement
    if chosen is not None:
        for text in chosen.texts:
            yield chosen.path, text
        return
    needed = [requirement.path for requirement in combination.requirements if not requirement.may_be_absent]
    yield (max(needed, key=lambda path: path.count(".")), None) if needed else None


class _RegularEvent:
    """An event without dotted keys and arrays of objects on the way; its values are read where they stand.

    An array that holds one object counts as that object, since its values cannot come from different elements.
    """

    __slots__ = ("_containers", "_lists", "_objects")

    def __init__(self, data: Data, containers: list[tuple[int, str]]) -> None:
        if "." in "".join(data):
            raise _Irregular
        self._objects: dict[int, Data | None] = {0: data}
        self._lists: dict[int, list[Any]] = {}
        self._containers = containers

    def hits(self, by_container: tuple[_Container, ...], everywhere: _Group | None) -> _Hits:
        """Return the combinations that the event satisfies."""
        hits: _Hits = []
        objects = self._objects
        for container, entries in by_container:
            outer = objects[container] if container in objects else self._open(container)
            if outer is None:
                continue
            for name, by_text, any_value in entries:
                value = outer.get(name, _MISSING)
                if type(value) is str:
                    group = by_text.get(value)
                    if group is not None:
                        self._judge(group, hits)
                elif not self._has_leaf(value, by_text, hits):
                    continue
                if any_value is not None:
                    self._judge(any_value, hits)
        if everywhere is not None:
            self._judge(everywhere, hits)
        return hits

    def _has_leaf(self, value: object, by_text: Mapping[str, _Group], hits: _Hits) -> bool:
        """Tell whether what is not a text holds a plain value; judge what is filed under the texts of an array."""
        if type(value) is not list:
            return value is not _MISSING and type(value) is not dict
        scalars = self._scalars(value)
        for group in _groups_of(by_text, scalars):
            self._judge(group, hits)
        return bool(scalars)

    def _open(self, container: int) -> Data | None:
        """Return the object with this number, or None when the event has none there."""
        way = [container]
        while way[-1] not in self._objects:
            way.append(self._containers[way[-1]][0])
        outer = self._objects[way.pop()]
        while way:
            number = way.pop()
            inner = None if outer is None else outer.get(self._containers[number][1])
            if type(inner) is list and len(inner) == 1:
                inner = inner[0]
            if type(inner) is dict:
                if "." in "".join(inner):
                    raise _Irregular
                outer = inner
            else:
                if type(inner) is list and any(type(element) in (dict, list) for element in inner):
                    raise _Irregular
                outer = None
            self._objects[number] = outer
        return outer

    def _scalars(self, values: list[Any]) -> list[Any]:
        """Return the distinct plain values of an array, which must not hold arrays."""
        known = self._lists.get(id(values))
        if known is None:
            distinct: dict[tuple[type, Any], Any] = {}
            for value in values:
                kind = type(value)
                if kind is list:
                    raise _Irregular
                if kind is not dict:
                    distinct[kind, value] = value
            known = self._lists[id(values)] = list(distinct.values())
        return known

    def _judge(self, group: _Group, hits: _Hits) -> None:
        """Add the combinations in ``group`` that the event satisfies."""
        bits = group.everyone
        objects = self._objects
        for constrained, container, name, _, exact, free, find, missing, table in group.fields:
            if not bits & constrained:
                continue
            outer = objects[container] if container in objects else self._open(container)
            value = _MISSING if outer is None else outer.get(name, _MISSING)
            if type(value) is str:
                bits &= exact(value, free) if find is None else exact(value, free) | find(value)
            elif value is _MISSING or type(value) is dict:
                bits &= missing
            elif type(value) is list:
                scalars = self._scalars(value)
                bits &= table.of_values(scalars, group.everyone) if scalars else missing
            else:
                bits &= table.of_value(value)
            if not bits:
                return
        hits.append((group, bits))


def _groups_of(by_text: Mapping[str, _Group], values: Iterable[object]) -> Iterable[_Group]:
    """Return the groups, each once, that are filed under any of ``values``."""
    groups = [group for value in values if type(value) is str and (group := by_text.get(value)) is not None]
    return groups if len(groups) < 2 else {id(group): group for group in groups}.values()


def _owners(hits: _Hits) -> Iterable[int]:
    """Return the owners of all satisfied combinations, in order, each once."""
    if len(hits) == 1 and hits[0][0].ascending:
        return _chosen(hits[0][0].owners, hits[0][1])
    return sorted({owner for group, bits in hits for owner in _chosen(group.owners, bits)})


def _chosen(of: Sequence[int], bits: int) -> Iterable[int]:
    """Return those of ``of`` whose bit is set, in order."""
    if bits.bit_count() >= _MANY_BITS:
        return compress(of, reversed(f"{bits:b}".encode().translate(_DIGITS)))
    chosen = []
    while bits:
        lowest = bits & -bits
        chosen.append(of[lowest.bit_length() - 1])
        bits ^= lowest
    return chosen


_DIGITS: Final = bytes.maketrans(b"01", b"\x00\x01")


def _collected_hits(fields: Fields, filed: Mapping[str, _Filed], everywhere: _Group | None) -> _Hits:
    """Do what ``_RegularEvent`` does, on collected fields, and judge what stands in arrays of objects exactly."""
    distinct = {path: _distinct(values) for path, (values, _) in fields.found.items()}
    in_arrays = {path for path, (_, elements) in fields.found.items() if any(elements)}
    groups = [] if everywhere is None else [everywhere]
    for path in fields.found.keys() & filed.keys():
        groups.extend(_groups_of(filed[path].by_text, distinct[path]))
        any_value = filed[path].any_value
        if any_value is not None:
            groups.append(any_value)
    known: Satisfied = {}
    hits = []
    for group in groups:
        bits = 0
        for number in _chosen(range(len(group.owners)), _candidates(group, distinct, in_arrays)):
            requirements = group.combinations[number].requirements
            if not _mixes(requirements, in_arrays) or holds(requirements, fields, known):
                bits |= 1 << number
        if bits:
            hits.append((group, bits))
    return hits


def _distinct(values: list[Any]) -> list[Any]:
    return values if len(values) == 1 else list({(type(value), value): value for value in values}.values())


def _candidates(group: _Group, distinct: Mapping[str, list[Any]], in_arrays: set[str]) -> int:
    """Return the combinations whose conditions hold one by one; absence in an array is left open."""
    bits = group.everyone
    for field in group.fields:
        if not bits & field.constrained:
            continue
        values = distinct.get(field.path)
        if values is None:
            bits &= field.missing
        else:
            open_bits = field.table.absent if field.path in in_arrays else 0
            bits &= field.table.of_values(values, group.everyone) | open_bits
        if not bits:
            break
    return bits


def _mixes(requirements: tuple[Requirement, ...], in_arrays: set[str]) -> bool:
    """Tell whether conditions could be met by different elements of an array, or by absence from one."""
    inside = [requirement for requirement in requirements if requirement.path in in_arrays]
    return len(inside) > 1 or any(requirement.may_be_absent for requirement in inside)


def build_index(patterns: Iterable[tuple[Hashable, str | Mapping[str, Any]]]) -> Index:
    """Build one index over ``(id, pattern)`` pairs; several patterns may share an id, and any one is then enough.

    Patterns are JSON text or mappings, as for ``compile_pattern``. Building is cheap enough to happen at a cold start
    (1,000 patterns in about 30 ms), so a bundle stores the patterns themselves.

    Raises:
        InvalidPattern: one of the patterns is one that AWS would refuse.

    Example:
        >>> index = build_index([("root-login", {"detail": {"userIdentity": {"type": ["Root"]}}})])
        >>> index.match({"detail": {"userIdentity": {"type": "Root"}}})
        ('root-login',)

    """
    return Index(patterns)
