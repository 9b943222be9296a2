"""The boto3 session of the handlers: botocore's own, but for how its service models are read.

Owns the reading, nothing of what is called. A client needs its service's model, which is JSON: 4 MB for EC2, of which a
case uses a hundredth. botocore parses all of it. Here its text is kept, and an operation or a shape is parsed when it
is first asked for (figures: docs/performance.md).
"""

from __future__ import annotations

import gc
import os
import re
import zlib
from collections.abc import ItemsView, ValuesView
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import orjson
from botocore.config import Config
from botocore.loaders import Loader


def fast_session(region: str) -> Any:
    """Return a boto3 session with the process's own credentials, in ``region``."""
    session = botocore.session.Session()
    session.register_component("data_loader", Models(file_loader=ModelFiles()))
    session.set_default_client_config(_PATIENCE)
    return boto3.Session(botocore_session=session, region_name=region)


_PATIENCE = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
"""botocore would wait 60 seconds for each answer, as long as a function may run; then nobody would be told anything."""


class Models(Loader):  # type: ignore[misc]  # botocore has no types
    """Finds models where ``botocore.loaders.Loader`` does, without a look at all others."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002  botocore names what it passes
        """Return the folders in which a service's models may be, whatever the type.

        botocore looks into all 470 of them for each type of model, 1,300 files before the first call, to say that a
        service is unknown. Whether the one asked for has a model of the type it sees anyway when it reads it.
        """
        places = [Path(place) for place in self.search_paths]
        return sorted({name for place in places if place.is_dir() for name in os.listdir(place)})  # noqa: PTH208  faster


class ModelFiles:
    """Reads model files, in place of ``botocore.loaders.JSONFileLoader``.

    Source: https://github.com/boto/botocore/blob/develop/botocore/loaders.py (``Loader.file_loader``)
    """

    def exists(self, file_path: str) -> bool:
        """Tell whether there is a model at this path; it is given without its extension, as always here."""
        return any(Path(file_path + ending).is_file() for ending in (".json", ".json.gz"))

    def load_file(self, file_path: str) -> Any:
        """Return the model, or None if there is none."""
        plain, packed = Path(file_path + ".json"), Path(file_path + ".json.gz")
        if plain.is_file():
            return _parse(plain.read_bytes())
        return _parse(_unpack(packed.read_bytes())) if packed.is_file() else None


def _unpack(packed: bytes) -> bytes:
    """Return what is in a gzip file, which ends with its size: so the memory is taken once, and nothing is copied.

    Source: https://www.rfc-editor.org/rfc/rfc1952#page-5 (ISIZE)
    """
    return zlib.decompress(packed, _GZIP, int.from_bytes(packed[-4:], "little"))


_GZIP = 31
"""``wbits`` of that format."""


def _parse(text: bytes) -> Any:
    """Parse a file, but for the shapes of a service's model, where they are printed as AWS prints them."""
    shapes = _SHAPES.search(text)
    if shapes is None:
        return _parse_all(text)
    start, end = shapes.end(), text.index(b"\n  }", shapes.end())
    model = _parse_all(text[:start] + text[end:])
    model["shapes"] = _Shapes(text, start, end)
    for operation in model.get("operations", {}).values():
        operation.pop("documentation", None)  # botocore shows it to people only
    return model


def _parse_all(text: bytes) -> Any:
    gc.disable()  # a million bytes of new objects, and no garbage among them
    try:
        parsed = orjson.loads(text)
        gc.freeze()  # it lives as long as the process
    finally:
        gc.enable()
    return parsed


class _Shapes(dict[str, Any]):
    """The shapes of a model by name. At first each is the place in the text where it starts.

    Each shape is printed on lines of its own, all at one depth. JSON has no line breaks within its texts, so that a
    line which begins with four spaces and a quote always begins a shape.
    """

    __slots__ = ("_end", "_text")

    def __init__(self, text: bytes, start: int, end: int) -> None:
        super().__init__((found[1].decode(), found.end()) for found in _SHAPE.finditer(text, start, end))
        self._text = text
        self._end = end

    def __getitem__(self, name: str) -> Any:
        shape = super().__getitem__(name)
        if type(shape) is int:
            following = self._text.find(_NEXT, shape, self._end)
            end = self._end if following == -1 else following
            shape = self[name] = orjson.loads(self._text[shape:end].rstrip(b", "))
        return shape

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def items(self) -> Any:
        return ItemsView(self)

    def values(self) -> Any:
        return ValuesView(self)


_SHAPES = re.compile(rb'\n  "shapes": ?\{(?=\n    ")')
_SHAPE = re.compile(rb'\n    "([^"]+)": ?')
_NEXT = b'\n    "'
