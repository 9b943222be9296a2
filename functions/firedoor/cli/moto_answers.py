"""How moto is taught calls that it does not know, for a while. What they answer stands with their service."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest import mock

Answers = Mapping[str, Callable[[Any], Any]]
"""Operation, as moto's classes name it → what answers it, given moto's response object."""


@contextlib.contextmanager
def answering(answers: Mapping[Any, Answers], *kept: dict[Any, Any]) -> Iterator[None]:
    """Let moto's classes answer calls; what was put into ``kept`` meanwhile is forgotten in the end."""
    with contextlib.ExitStack() as stack:
        for store in kept:
            stack.enter_context(mock.patch.dict(store, clear=True))
        for responses, operations in answers.items():
            for name, answer in operations.items():
                stack.enter_context(mock.patch.object(responses, name, answer, create=True))
        yield
