"""JMESPath as playbooks use it: the standard functions, and ``split``, because half of AWS's ids come inside ARNs.

Owns compiling and evaluating. Where expressions stand and what they may name is for ``cli.sources`` to check.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jmespath
from jmespath.functions import Functions, signature


class _Functions(Functions):
    @signature({"types": ["string", "null"]}, {"types": ["string"]})
    def _func_split(self, text: str | None, separator: str) -> list[str] | None:
        """Split text as JMESPath Community's function of that name does; null stays null."""
        if text is None:
            return None
        return text.split(separator) if separator else list(text)


_OPTIONS = jmespath.Options(custom_functions=_Functions())

FUNCTIONS = frozenset(_Functions.FUNCTION_TABLE)
"""The names that an expression may call."""


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Any:
    """Compile one expression; its parse tree is ``.parsed``.

    Raises:
        jmespath.exceptions.JMESPathError: It is not JMESPath.
    """
    return jmespath.compile(text)


def evaluate(text: str, data: Any) -> Any:
    """Evaluate an expression over JSON values; what is not there is None.

    Raises:
        jmespath.exceptions.JMESPathError: It is not JMESPath, or a function got a value of the wrong type.
    """
    return compile_expression(text).search(data, options=_OPTIONS)
