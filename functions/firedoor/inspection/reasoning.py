"""Where the thinking ends in an answer that begins with it, as some models write it in the answer's own text.

Owns the tags. Whether an application shows what stands between them is not known, so whoever looks for something that
must not be shown looks there too; ``Fragment.shown`` marks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from firedoor.inspection.normalise import fold

_OPENED = re.compile(r"\s{0,100}<(?P<tag>reasoning|think)>")
_SPOKEN_OF = re.compile(r"<\W{0,3}(?:reasoning|think)|(?:reasoning|think)\W{0,3}>|\b(?:reasoning|think)\W{1,3}tags?\b")
_NEVER = re.compile(r"(?:^|\.)(?:ai21|amazon|anthropic|cohere)\.")
"""Models of these providers tell their thinking apart, or write none: such a tag is somebody's wish."""
_OPENED_BY_THE_PROMPT = re.compile(r"deepseek|qwen", re.IGNORECASE)
"""Their templates end with the tag that opens, so that the answer only has the one that closes."""


def split(answer: str, model: str, asked: Iterable[str]) -> tuple[str, str] | None:
    """Return (thinking, answer) of an answer that begins with thinking; none where that may be somebody's wish.

    Args:
        answer: What the model wrote.
        model: Its id.
        asked: What the user wrote and what was retrieved. Where that speaks of such tags, it may have asked for them.
    """
    opened = _OPENED.match(answer)
    if _NEVER.search(model) or not (opened or _OPENED_BY_THE_PROMPT.search(model)):
        return None
    closing = f"</{opened['tag'] if opened else 'think'}>"
    start = opened.end() if opened else 0
    end = answer.find(closing, start)
    if end < 0 or any(_SPOKEN_OF.search(fold(text)) for text in asked):
        return None
    return answer[start:end], answer[end + len(closing) :]
