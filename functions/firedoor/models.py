"""The boto3 session of the handlers: botocore's own, but for how its service models are read.

Owns the reading, nothing of what is called. A client needs its service's model, which is JSON: 4 MB for EC2. botocore
parses it into ordered dictionaries and keeps every sentence of documentation, and Python's collector then looks through
it again and again. Here it is parsed at once, without the sentences, and left alone (figures: docs/performance.md).
"""

from __future__ import annotations

import gc
import gzip
import os
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import orjson
from botocore.config import Config


def fast_session(region: str) -> Any:
    """Return a boto3 session with the process's own credentials, in ``region``."""
    session = botocore.session.Session()
    session.get_component("data_loader").file_loader = ModelFiles()
    session.set_default_client_config(_PATIENCE)
    return boto3.Session(botocore_session=session, region_name=region)


_PATIENCE = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
"""botocore would wait 60 seconds for each answer, as long as a function may run; then nobody would be told anything."""


class ModelFiles:
    """Reads model files, in place of ``botocore.loaders.JSONFileLoader``.

    Source: https://github.com/boto/botocore/blob/develop/botocore/loaders.py (``Loader.file_loader``)
    """

    def exists(self, file_path: str) -> bool:
        """Tell whether there is a model at this path; it is given without its extension, as always here."""
        # Asked for every service and version that botocore knows, 1,300 times before the first call: no Path is made.
        return os.path.isfile(file_path + ".json.gz") or os.path.isfile(file_path + ".json")  # noqa: PTH113

    def load_file(self, file_path: str) -> Any:
        """Return the model, or None if there is none."""
        plain, packed = Path(file_path + ".json"), Path(file_path + ".json.gz")
        if plain.is_file():
            return _parse(plain.read_bytes())
        if packed.is_file():
            return _parse(gzip.decompress(packed.read_bytes()))
        return None


def _parse(content: bytes) -> Any:
    gc.disable()  # millions of bytes of new objects, and no garbage among them
    try:
        model = orjson.loads(content)
        _forget_documentation(model)
        gc.freeze()  # it lives as long as the process
    finally:
        gc.enable()
    return model


def _forget_documentation(model: dict[str, Any]) -> None:
    """Take the sentences about operations, shapes and members away; botocore shows them to people only."""
    for part in ("operations", "shapes"):
        for described in model.get(part, {}).values():
            described.pop("documentation", None)
            for member in described.get("members", {}).values():
                member.pop("documentation", None)
