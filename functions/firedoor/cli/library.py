"""Where the commands find the playbooks and sample events, and the compiled library that they share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from firedoor.errors import FiredoorError, PlaybookError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firedoor.cli.sources import Sources
    from firedoor.engine import Library


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--playbooks``."""
    parser.add_argument("--playbooks", type=Path, help="folder of the playbooks (default: playbooks/)")


def folder(name: str) -> Path:
    """Return the project's folder ``name``: below the working directory, or beside the installed source.

    Raises:
        FiredoorError: There is none.
    """
    for place in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (place / name).is_dir():
            return place / name
    raise FiredoorError(f"There is no folder {name}/ here; run this where the project is, or name the folder.")


def event_file(name: str, *endings: str) -> Path:
    """Return the file that is named, or the sample event of this name, which has one of ``endings`` (``.json``).

    Raises:
        FiredoorError: There is neither.
    """
    if Path(name).is_file():
        return Path(name)
    samples = {path.stem: path for path in folder("events").iterdir() if path.suffix in (endings or (".json",))}
    stem = Path(name).stem
    if stem not in samples:
        unknown("event", stem, samples)
    return samples[stem]


def read(path: Path) -> str:
    """Return a file's text, with or without a byte order mark; bytes that are no UTF-8 are left for the reader."""
    return path.read_text("utf-8-sig", "surrogateescape")


def unknown(kind: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise the ``FiredoorError`` that says that nothing has this name, and which one was probably meant."""
    from firedoor.cli.cursor import nearest

    raise FiredoorError(f"There is no {kind} {name}; {nearest(name, known)}.")


def sources_of(arguments: argparse.Namespace) -> Sources:
    """Load the playbooks that the command speaks of, mistakes and all."""
    from firedoor.cli.sources import load_sources

    return load_sources(arguments.playbooks or folder("playbooks"), folder("events"))


def library_of(arguments: argparse.Namespace) -> Library:
    """Compile the playbooks that the command speaks of.

    Raises:
        PlaybookError: They have mistakes; each is a line of the message.
    """
    from firedoor.cli.sources import compile_bundle
    from firedoor.engine import Library
    from firedoor.playbooks import bundle_from_json

    sources = sources_of(arguments)
    if sources.errors:
        lines = "\n".join(f"  {mistake}" for mistake in sources.errors)
        raise PlaybookError(f"The playbooks have mistakes:\n{lines}")
    return Library(bundle_from_json(compile_bundle(sources)))
