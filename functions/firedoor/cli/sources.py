"""The sources that people write in ``playbooks/``: loading all of them, and compiling the bundle from them.

Owns what goes together and that mistakes are collected. What a playbook may say is ``playbook_reader``'s, what the
other files may is ``local_files``'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from firedoor import actions as registry
from firedoor.actions import Action
from firedoor.cli import language
from firedoor.cli.cursor import Cursor
from firedoor.cli.local_files import read_duties, read_exclusions, read_filters, read_protected
from firedoor.cli.playbook_reader import PlaybookReader, PlaybookTest
from firedoor.cli.yaml_file import Document, Mistake, read_yaml
from firedoor.errors import PlaybookError
from firedoor.plans import Json
from firedoor.playbooks import BUNDLE_VERSION

EXCLUSIONS_FILE = "exclusions.yaml"
PROTECTED_FILE = "protected.yaml"
FILTERS_FILE = "filters.yaml"
DUTIES_FILE = "duties.yaml"


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything in ``playbooks/``. A file with an error contributes nothing but its mistakes."""

    playbooks: tuple[Json, ...]
    """Bundle entries, by id; durations are seconds."""
    exclusions: tuple[Json, ...]
    protected: tuple[Json, ...]
    filters: tuple[Json, ...]
    duties: Json
    tests: tuple[PlaybookTest, ...]
    mistakes: tuple[Mistake, ...]
    """By file and line, warnings included."""

    @property
    def errors(self) -> tuple[Mistake, ...]:
        """The mistakes that forbid compiling."""
        return tuple(mistake for mistake in self.mistakes if not mistake.warning)

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """The mistakes that only need attention."""
        return tuple(mistake for mistake in self.mistakes if mistake.warning)


def load_sources(
    directory: Path,
    events: Path | None = None,
    actions: Mapping[str, Action] | None = None,
    today: date | None = None,
) -> Sources:
    """Read and check every file in ``directory``.

    ``events`` is where the tests' event files lie (default: ``events/`` beside it), ``actions`` the registry (default:
    all of ``firedoor.actions``), ``today`` decides which exclusions have expired. Raises nothing for what people wrote:
    all mistakes are in the result.

    Raises:
        OSError: The directory cannot be read.
    """
    known = dict(actions) if actions is not None else {action.name: action for action in registry.catalogue()}
    loading = _Loading(known, events or directory.parent / "events", today or datetime.now(UTC).date())
    local = (EXCLUSIONS_FILE, PROTECTED_FILE, FILTERS_FILE, DUTIES_FILE)
    names = sorted(path for path in directory.iterdir() if path.suffix in (".yaml", ".yml"))
    for path in names:
        if path.suffix == ".yml":
            loading.notes.append(Mistake(str(path), 1, f"playbooks end in .yaml; rename it to {path.stem}.yaml"))
        elif path.name not in local:
            loading.playbook(path)
    exclusions = partial(read_exclusions, ids=loading.ids, today=loading.today)
    loading.exclusions = loading.entries(directory / EXCLUSIONS_FILE, exclusions)
    loading.protected = loading.entries(directory / PROTECTED_FILE, read_protected)
    loading.filters = loading.entries(directory / FILTERS_FILE, read_filters)
    loading.duties = loading.declared(directory / DUTIES_FILE)
    return loading.sources()


def compile_bundle(sources: Sources) -> dict[str, Any]:
    """Return the bundle's JSON, as ``firedoor.playbooks.bundle_from_json`` reads it.

    Raises:
        PlaybookError: There are errors; the message has one line for each.
    """
    if sources.errors:
        raise PlaybookError("\n".join(str(mistake) for mistake in sources.errors))
    return {
        "version": BUNDLE_VERSION,
        "playbooks": [dict(playbook) for playbook in sources.playbooks],
        "exclusions": [dict(exclusion) for exclusion in sources.exclusions],
        "protected": [dict(entry) for entry in sources.protected],
        "filters": [dict(entry) for entry in sources.filters],
        "duties": dict(sources.duties),
    }


@dataclass(slots=True)
class _Loading:
    """What is known while the files are read one after the other."""

    actions: Mapping[str, Action]
    events: Path
    today: date
    notes: list[Mistake] = field(default_factory=list)
    playbooks: list[Json] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    exclusions: list[Json] = field(default_factory=list)
    protected: list[Json] = field(default_factory=list)
    filters: list[Json] = field(default_factory=list)
    duties: dict[str, Any] = field(default_factory=dict)
    tests: list[PlaybookTest] = field(default_factory=list)

    def sources(self) -> Sources:
        return Sources(
            tuple(self.playbooks),
            tuple(self.exclusions),
            tuple(self.protected),
            tuple(self.filters),
            self.duties,
            tuple(self.tests),
            tuple(sorted(self.notes)),
        )

    def playbook(self, path: Path) -> None:
        self.ids.add(path.stem)
        playbook = PlaybookReader(path, self.actions, self.events)
        if self._take(read_yaml(path, language.WORDS), playbook.read):
            self.playbooks.append(playbook.entry)
            self.tests += playbook.tests

    def entries(self, path: Path, read: Callable[[Cursor], Iterator[Json]]) -> list[Json]:
        """Return the entries of a local file; none where it is not there or has an error."""
        found: list[Json] = []
        taken = path.exists() and self._take(read_yaml(path), lambda cursor: found.extend(read(cursor)))
        return found if taken else []

    def declared(self, path: Path) -> dict[str, Any]:
        """Return the duties that a local file declares; none as for ``entries``."""
        found: dict[str, Any] = {}
        taken = path.exists() and self._take(read_yaml(path), lambda cursor: found.update(read_duties(cursor)))
        return found if taken else {}

    def _take(self, document: Document, read: Callable[[Cursor], None]) -> bool:
        """Read one document and keep its mistakes; false if there are errors among them."""
        notes = list(document.mistakes)
        if document.data is not None:
            read(Cursor(document, notes, (), document.data))
        self.notes += dict.fromkeys(notes)  # a value that is read for two purposes notes its mistake twice
        return not any(not mistake.warning for mistake in notes)
