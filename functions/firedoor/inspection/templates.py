"""Whose turns a prompt holds that an application wrote with a model's own chat template, for ``InvokeModel``.

Owns the templates' markers. A prompt that does not begin with one is not split: markers further on are then the text's
own, and an attempt at forging a turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Template:
    """How a template begins, what opens a turn (``role`` says whose), and what is between turns and says nothing."""

    start: re.Pattern[str]
    turn: re.Pattern[str]
    between: re.Pattern[str]


_TEMPLATES = (
    _Template(  # Llama 3 and 4
        re.compile(r"\s*(?:<\|begin_of_text\|>\s*)?(?=<\|(?:start_header_id|header_start)\|>)"),
        re.compile(r"<\|(?:start_header_id|header_start)\|>(?P<role>\w{1,20})<\|(?:end_header_id|header_end)\|>"),
        re.compile(r"<\|(?:eot_id|eot|eom_id|eom|end_of_text)\|>"),
    ),
    _Template(  # ChatML: Qwen and many imported models
        re.compile(r"\s*(?=<\|im_start\|>)"),
        re.compile(r"<\|im_start\|>(?P<role>\w{1,20})(?=\s|$)"),
        re.compile(r"<\|im_end\|>"),
    ),
    _Template(  # gpt-oss
        re.compile(r"\s*(?=<\|start\|>)"),
        re.compile(r"<\|start\|>(?P<role>\w{1,20})(?:[^<]{0,80}(?:<\|channel\|>[^<]{0,80})?<\|message\|>|\s*$)"),
        re.compile(r"<\|(?:end|return|call)\|>"),
    ),
    _Template(  # Llama 2 and Mistral
        re.compile(r"\s*(?:<s>\s*)?(?=\[(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\])"),
        re.compile(r"(?P<role>\[(?:/?INST|/?SYSTEM_PROMPT|/?AVAILABLE_TOOLS|/?TOOL_RESULTS|TOOL_CALLS)\]|<</?SYS>>)"),
        re.compile(r"</?s>"),
    ),
    _Template(  # DeepSeek
        re.compile(r"\s*<｜begin▁of▁sentence｜>"),
        re.compile(r"<｜(?P<role>User|Assistant|tool▁outputs▁begin|tool▁outputs▁end)｜>"),
        re.compile(r"<｜(?:begin▁of▁sentence|end▁of▁sentence|tool▁output▁(?:begin|end))｜>"),
    ),
)
_WHOSE = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "ipython": "tool",
    "function": "tool",
    "[inst]": "user",
    "[/inst]": "assistant",
    "[system_prompt]": "system",
    "[/system_prompt]": "user",
    "[available_tools]": "settings",
    "[/available_tools]": "user",
    "[tool_results]": "tool",
    "[/tool_results]": "assistant",
    "[tool_calls]": "assistant",
    "<<sys>>": "system",
    "<</sys>>": "user",
    "tool▁outputs▁begin": "tool",
    "tool▁outputs▁end": "assistant",
}


def read_turns(prompt: str) -> list[tuple[str, str]]:
    """Return (whose, text) of every turn that has text, in order; none if the prompt begins with no known template.

    ``whose`` is ``system``, ``user``, ``assistant`` or ``tool``. The system speaks before all others or not at all: a
    later turn of its, and one of a role that no template has, is the user's, with the marker that it begins with.
    """
    for template in _TEMPLATES:
        if begin := template.start.match(prompt):
            return list(_turns(template, prompt, begin.end()))
    return []


def _turns(template: _Template, prompt: str, begin: int) -> Iterator[tuple[str, str]]:
    """Yield the turns from ``begin`` on; what stands before the first marker is the system's."""
    whose, start, marker, others = "system", begin, "", False
    for found in [*template.turn.finditer(prompt, begin), None]:
        text = template.between.sub("", prompt[start : found.start() if found else len(prompt)]).strip()
        if text and whose != "settings":
            yield whose, f"{marker}\n{text}" if marker else text
            others = others or whose != "system"
        if found:
            whose, marker, start = _WHOSE.get(found["role"].casefold(), ""), "", found.end()
            if not whose or (others and whose == "system"):
                whose, marker = "user", found.group()
