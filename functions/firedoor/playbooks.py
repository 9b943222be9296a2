"""What a playbook is once it is compiled, and the bundle in which Lambda loads all of them.

Owns the values and the bundle's JSON. Reading and checking the YAML that people write is ``firedoor.cli.sources``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import orjson

from firedoor.errors import PlaybookError
from firedoor.plans import Json

BUNDLE_VERSION = 1


class Mode(IntEnum):
    """The one ladder. The mode that counts is the ``min`` of all that have a say."""

    OFF = 0
    SHADOW = 1
    ALERT = 2
    APPROVE = 3
    AUTO = 4

    @classmethod
    def parse(cls, word: str) -> Mode:
        """Read ``off``, ``shadow``, ``alert``, ``approve`` or ``auto``; ValueError with the list otherwise."""
        try:
            return cls[word.upper()]
        except (KeyError, AttributeError):
            raise ValueError(f"{word!r} is not a mode; write one of: off, shadow, alert, approve, auto.") from None

    def __str__(self) -> str:
        """Return the word as it stands in YAML."""
        return self.name.lower()


class Severity(IntEnum):
    """How bad it is, as the words of playbooks and alerts."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        """Return the word as it stands in YAML."""
        return self.name.lower()


class Status(StrEnum):
    """A playbook's place in its life cycle."""

    DRAFT = "draft"
    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"

    @property
    def cap(self) -> Mode:
        """The highest mode that a playbook of this status may reach."""
        return {Status.DRAFT: Mode.SHADOW, Status.EXPERIMENTAL: Mode.ALERT}.get(self, Mode.AUTO)


@dataclass(frozen=True, slots=True)
class Step:
    """An action with its parameters. ``params`` holds literals and ``{name}``; durations are seconds."""

    action: str
    params: Json
    when: str | None = None
    on_error: str = "stop"
    revert_after: int | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many hits, of what, within how many seconds; ``kind`` is count, sum, distinct or sequence.

    For count, sum and distinct ``at_least`` is the number that must be reached; ``of`` names the extracted value to
    add up or to tell apart. A sequence is complete when the first ``at_least`` entries of ``match`` have hit in the
    order they stand (YAML: ``sequence: 2``).
    """

    group_by: tuple[str, ...]
    kind: str
    at_least: float
    of: str | None
    within: int


@dataclass(frozen=True, slots=True)
class Unless:
    """A reason not to act, with the pattern that shows it. ``expires`` is the last day on which it holds."""

    reason: str
    match: tuple[Json, ...]
    expires: date | None = None
    owner: str | None = None
    playbooks: tuple[str, ...] = ()
    """For an exclusion: the playbooks it speaks of; empty means all."""


@dataclass(frozen=True, slots=True)
class Protected:
    """Principals and resources that Firedoor never changes: by ARN pattern (``*``), or by tag key and value."""

    reason: str
    arn: str | None = None
    tag: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Where Firedoor may act at all. Of each field that is given one entry must fit, and all fields together."""

    reason: str
    only: bool
    """True: nowhere else. False: never there."""
    accounts: tuple[str, ...] = ()
    organizational_units: tuple[str, ...] = ()
    """Ids of units; an account is in all units above it."""
    regions: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    """Patterns of targets, in which ``*`` stands for anything."""
    tag: tuple[str, str] | None = None
    """Of the target."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who does one kind of work with models: ``principals`` are ARN patterns of users and roles."""

    principals: tuple[str, ...]
    undeclared: bool
    """Whether a principal that declares no duty at all is outside of this one too."""


@dataclass(frozen=True, slots=True)
class Duties:
    """The duties by name, and the training data: buckets (``*`` stands for anything), some with ``/`` and a prefix."""

    by_name: Mapping[str, Duty] = field(default_factory=dict)
    training_data: tuple[str, ...] = ()
    known_accounts: tuple[str, ...] = ()
    """Accounts that are not abroad: those of the organisation, and AWS's that publish images."""


@dataclass(frozen=True, slots=True)
class AlertText:
    """What the playbook tells people; ``{name}`` stands for an extracted value."""

    title: str
    summary: str
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Playbook:
    """One compiled playbook. ``severity`` is None for ``from_event``; all durations are seconds."""

    id: str
    title: str
    description: str
    status: Status
    severity: Severity | None
    owner: str
    match: tuple[Json, ...]
    extract: Mapping[str, str]
    dedup_by: tuple[str, ...]
    dedup_within: int
    mode: Mode
    alert: AlertText
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: tuple[Unless, ...] = ()
    threshold: Threshold | None = None
    approval_within: int = 0
    approval_otherwise: Mode = Mode.ALERT
    limit: int | None = None
    limit_within: int = 3600
    steps: tuple[Step, ...] = ()

    @property
    def cap(self) -> Mode:
        """The playbook's own say in the mode: the lower of what it asks for and what its status allows."""
        return min(self.mode, self.status.cap)


def removed_playbook(name: str, title: str, owner: str, severity: Severity) -> Playbook:
    """Return what stands for a playbook that is no longer deployed, for its cases to be told of and put back.

    It matches nothing and does nothing. All is known from the case, which was opened while the playbook was there.
    """
    return Playbook(
        id=name,
        title=title,
        description="",
        status=Status.DEPRECATED,
        severity=severity,
        owner=owner,
        match=(),
        extract={},
        dedup_by=(),
        dedup_within=0,
        mode=Mode.ALERT,
        alert=AlertText(
            title,
            f"This case was opened by playbook {name}, which is no longer deployed.",
            ("Look at what happened and decide by hand; nothing more is done about it.",),
        ),
    )


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that the handlers know of ``playbooks/``."""

    playbooks: Mapping[str, Playbook]
    exclusions: tuple[Unless, ...]
    protected: tuple[Protected, ...]
    filters: tuple[Filter, ...] = ()
    duties: Duties = field(default_factory=Duties)


def load_bundle(path: Path) -> Bundle:
    """Read a bundle that ``firedoor check --bundle`` wrote.

    Raises:
        PlaybookError: The file is missing, is not a bundle, or was built by another version.
    """
    try:
        data = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise PlaybookError(f"{path} is not a bundle of playbooks; build it with `make bundle`.") from error
    if data.get("version") != BUNDLE_VERSION:
        raise PlaybookError(f"{path} has bundle version {data.get('version')!r}; build it anew with `make bundle`.")
    return bundle_from_json(data)


def bundle_from_json(data: Json) -> Bundle:
    """Build the values from the bundle's JSON (the form that the build writes; see ``firedoor.cli.sources``)."""
    return Bundle(
        playbooks=_Playbooks(data["playbooks"]),
        exclusions=tuple(_unless(entry) for entry in data["exclusions"]),
        protected=tuple(_protected(entry) for entry in data["protected"]),
        filters=tuple(_filter(entry) for entry in data.get("filters", ())),
        duties=_duties(data.get("duties", {})),
    )


class _Playbooks(Mapping[str, Playbook]):
    """Playbooks by id, each built when it is first asked for: ``respond`` needs one of them, that of its case.

    To ask for one that is broken raises PlaybookError; it does not count as one that is not there.
    """

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._entries = {entry["id"]: entry for entry in entries}
        self._built: dict[str, Playbook] = {}

    def __getitem__(self, name: str) -> Playbook:
        if name not in self._built:
            entry = self._entries[name]
            try:
                self._built[name] = _playbook(entry)
            except (LookupError, TypeError, ValueError) as error:
                raise PlaybookError(
                    f"The bundle's playbook {name} is broken; build it anew with `make bundle`."
                ) from error
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _playbook(entry: Mapping[str, Any]) -> Playbook:
    severity, approval, limits = entry["severity"], entry.get("approval") or {}, entry.get("limits") or {}
    return Playbook(
        id=entry["id"],
        title=entry["title"],
        description=entry["description"],
        status=Status(entry["status"]),
        severity=None if severity == "from_event" else Severity[severity.upper()],
        owner=entry["owner"],
        match=tuple(entry["match"]),
        extract=entry.get("extract", {}),
        dedup_by=tuple(entry["dedup"]["by"]),
        dedup_within=entry["dedup"]["within"],
        mode=Mode.parse(entry["mode"]),
        alert=AlertText(entry["alert"]["title"], entry["alert"]["summary"], tuple(entry["alert"]["next_steps"])),
        references={name: tuple(values) for name, values in entry.get("references", {}).items()},
        unless=tuple(_unless(clause) for clause in entry.get("unless", ())),
        threshold=_threshold(entry["threshold"]) if entry.get("threshold") else None,
        approval_within=approval.get("within", 0),
        approval_otherwise=Mode.parse(approval.get("otherwise", "alert")),
        limit=limits.get("per_account"),
        limit_within=limits.get("within", 3600),
        steps=tuple(_step(step) for step in entry.get("steps", ())),
    )


def _step(entry: Mapping[str, Any]) -> Step:
    return Step(
        action=entry["action"],
        params=entry.get("with", {}),
        when=entry.get("when"),
        on_error=entry.get("on_error", "stop"),
        revert_after=entry.get("revert_after"),
    )


def _threshold(entry: Mapping[str, Any]) -> Threshold:
    kind = next(kind for kind in ("count", "sum", "distinct", "sequence") if kind in entry)
    return Threshold(
        group_by=tuple(entry["group_by"]),
        kind=kind,
        at_least=entry[kind],
        of=entry.get("of"),
        within=entry["within"],
    )


def _unless(entry: Mapping[str, Any]) -> Unless:
    match = entry["match"]
    return Unless(
        reason=entry["reason"],
        match=tuple(match) if isinstance(match, list) else (match,),
        expires=date.fromisoformat(entry["expires"]) if entry.get("expires") else None,
        owner=entry.get("owner"),
        playbooks=tuple(entry.get("playbooks", ())),
    )


def _filter(entry: Mapping[str, Any]) -> Filter:
    only = "only" in entry
    where = entry["only" if only else "never"]
    lists = {name: tuple(where.get(name, ())) for name in ("accounts", "organizational_units", "regions", "arns")}
    tag = where.get("tag")
    return Filter(entry["reason"], only, **lists, tag=(tag["key"], tag["value"]) if tag else None)


def _duties(entry: Mapping[str, Any]) -> Duties:
    by_name = {
        name: Duty(tuple(duty["principals"]), duty["undeclared"] == "case")
        for name, duty in entry.get("duties", {}).items()
    }
    return Duties(by_name, tuple(entry.get("training_data", ())), tuple(entry.get("known_accounts", ())))


def _protected(entry: Mapping[str, Any]) -> Protected:
    tag = entry.get("tag")
    return Protected(entry["reason"], entry.get("arn"), (tag["key"], tag["value"]) if tag else None)
