"""The embedded AWS that the handlers run against, and the world that an event names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from firedoor.cli.embedded import HOME, EmbeddedAws, bundle_file
from firedoor.cli.stage import snapshot, stage

PLAYBOOKS = Path(__file__).parent.parent.parent / "playbooks"
NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)

Start = Callable[..., "Scene"]


class Scene:
    """One event, staged in an embedded AWS."""

    def __init__(self, aws: EmbeddedAws, text: str) -> None:
        """Put into the account what the event names."""
        self.aws, self.text = aws, text
        self._things = stage(aws, text)
        self.before = snapshot(self._things)

    def deliver(self, text: str | None = None) -> None:
        """Deliver the event, or another, and let everything that follows happen."""
        self.aws.put_event(self.text if text is None else text)
        self.aws.pump()

    def state(self) -> dict[str, Any]:
        """Read what the event named."""
        return dict(snapshot(self._things))

    @property
    def case(self) -> Any:
        """The only case."""
        (case,) = self.aws.cases()
        return case

    def verdicts(self) -> list[str]:
        """Return the verdict of every alert, oldest first."""
        return [mail.record["verdict"] for mail in self.aws.alerts()]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the shipped playbooks once."""
    return bundle_file(PLAYBOOKS, tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def start(bundle: Path, samples: Any, tmp_path: Path) -> Iterator[Start]:
    """Give a function that stages a sample event: ``start("cloudtrail_stop_logging", caps="shadow")``.

    ``playbook`` changes fields of the playbooks by id: ``{"id": {"mode": "approve"}}``. ``account`` is where all of the
    event is. The next start ends the one before.
    """
    with ExitStack() as exits:

        def begin(
            name: str,
            changes: dict[str, Any] | None = None,
            *,
            caps: str = "auto",
            playbook: dict[str, dict[str, Any]] | None = None,
            protected: list[dict[str, Any]] | None = None,
            more: dict[str, str] | None = None,
            filters: list[dict[str, Any]] | None = None,
            account: str = HOME,
        ) -> Scene:
            exits.close()
            path = bundle
            if playbook or protected or filters:
                data = json.loads(bundle.read_text("utf-8"))
                for entry in data["playbooks"]:
                    entry.update((playbook or {}).get(entry["id"], {}))
                data["protected"] += protected or []
                data["filters"] += filters or []
                path = tmp_path / "bundle.json"
                path.write_text(json.dumps(data), "utf-8")
            aws = exits.enter_context(EmbeddedAws(path, NOW, caps, more))
            return Scene(aws, samples.text(name, changes).replace(HOME, account))

        yield begin
