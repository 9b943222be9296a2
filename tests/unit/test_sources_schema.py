"""The JSON Schema and the loader agree: what an editor marks is what the check refuses, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.unit.sources_examples import ACTIONS, document, load

from firedoor.cli.schema import build_schema
from firedoor.cli.yaml_file import Mistake

Change = Callable[[dict[str, Any]], Any]
SCHEMA = build_schema(ACTIONS.values())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    """It is valid draft 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


def _set(*path: str | int, to: Any) -> Change:
    def change(data: dict[str, Any]) -> None:
        holder: Any = data
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = to

    return change


def _drop(*path: str | int) -> Change:
    def change(data: dict[str, Any]) -> None:
        holder: Any = data
        for part in path[:-1]:
            holder = holder[part]
        del holder[path[-1]]

    return change


REQUIRED = ("id", "title", "description", "status", "severity", "owner", "match", "dedup", "mode", "alert", "tests")
OPTIONAL = ("references", "unless", "extract", "approval", "limits", "steps", "threshold")
NESTED = (
    ("references", "attack"),
    ("references", "attack", 0),
    ("match", 0),
    ("match", 0, "source"),
    ("match", 0, "detail"),
    ("unless", 0),
    ("unless", 0, "reason"),
    ("unless", 0, "match"),
    ("unless", 0, "expires"),
    ("extract", "user"),
    ("dedup", "by"),
    ("dedup", "by", 0),
    ("dedup", "within"),
    ("approval", "within"),
    ("approval", "otherwise"),
    ("limits", "per_account"),
    ("limits", "within"),
    ("steps", 0),
    ("steps", 0, "action"),
    ("steps", 0, "with"),
    ("steps", 0, "with", "group_id"),
    ("steps", 0, "with", "ports"),
    ("steps", 1, "when"),
    ("steps", 1, "on_error"),
    ("steps", 1, "revert_after"),
    ("alert", "title"),
    ("alert", "summary"),
    ("alert", "next_steps"),
    ("alert", "next_steps", 0),
    ("tests", 0),
    ("tests", 0, "name"),
    ("tests", 0, "event"),
    ("tests", 0, "expect"),
    ("tests", 0, "expect", "matches"),
    ("tests", 0, "expect", "steps"),
    ("tests", 1, "set"),
)
VALUES: tuple[Any, ...] = (None, True, 5, "", "word", [], ["word", "word"], {}, {"word": 1})

MUTATIONS: dict[str, Change] = {
    "nothing": lambda _data: None,
    "an unknown field": _set("color", to="red"),
    **{f"without {name}": _drop(name) for name in (*REQUIRED, *OPTIONAL[:-1])},
    **{f"without {'.'.join(map(str, path))}": _drop(*path) for path in NESTED},
    **{f"{name} = {value!r}": _set(name, to=value) for name in (*REQUIRED, *OPTIONAL) for value in VALUES},
    **{f"{'.'.join(map(str, path))} = {value!r}": _set(*path, to=value) for path in NESTED for value in VALUES},
    **{f"mode {mode}": _set("mode", to=mode) for mode in ("off", "shadow", "alert", "approve", "auto", "on")},
    **{f"status {word}": _set("status", to=word) for word in ("draft", "experimental", "deprecated", "new")},
    **{f"severity {word}": _set("severity", to=word) for word in ("info", "from_event", "HIGH")},
    **{f"within {text}": _set("dedup", "within", to=text) for text in ("1s", "15m", "7d", "1w", "0h", "PT1H", "1.5h")},
    **{f"title of {n}": _set("title", to="x" * n) for n in (80, 81)},
    **{f"{n} steps": _set("steps", to=[{"action": "iam.deny_user", "with": {"user": "a"}}] * n) for n in (8, 9)},
    **{f"{n} next steps": _set("alert", "next_steps", to=["Ask."] * n) for n in (6, 7)},
    "a parameter that the action has": _set("steps", 0, "with", "way", to="in"),
    "a parameter's wrong word": _set("steps", 0, "with", "way", to="up"),
    "a parameter's extracted word": _set("steps", 0, "with", "way", to="{group_id}"),
    "an extracted list": _set("steps", 0, "with", "ports", to="{group_id}"),
    "a parameter that it has not": _set("steps", 0, "with", "hue", to="in"),
    "a revert of what closes a hole": _set("steps", 0, "revert_after", to="1h"),
    "no approval in mode auto": lambda data: (data.pop("approval"), data.update(mode="auto")),
    "no limits in mode auto": lambda data: (data.pop("limits"), data.update(mode="auto")),
    "no approval in mode alert": lambda data: (data.pop("approval"), data.update(mode="alert")),
    "a fact extracted": _set("extract", "account", to="detail.x"),
    "a name in capitals": _set("extract", "Account", to="detail.x"),
    "a count": _set("threshold", to={"group_by": ["user"], "count": 3, "within": "1h"}),
    "a sum": _set("threshold", to={"group_by": ["user"], "sum": 3, "of": "user", "within": "1h"}),
    "a sum of nothing": _set("threshold", to={"group_by": ["user"], "sum": 3, "within": "1h"}),
    "a count of something": _set("threshold", to={"group_by": ["user"], "count": 3, "of": "user", "within": "1h"}),
    "two kinds": _set("threshold", to={"group_by": ["user"], "count": 3, "sequence": 2, "within": "1h"}),
    "no kind": _set("threshold", to={"group_by": ["user"], "within": "1h"}),
    "a threshold that is never reached": _set("threshold", to={"group_by": ["user"], "count": 0, "within": "1h"}),
    "hits only": _set("tests", 1, "expect", "matches", to=True),
    "misses only": _set("tests", 0, "expect", to={"matches": False}),
    "a miss with steps": _set("tests", 1, "expect", "steps", to=[]),
    "a miss without alerts": _set("tests", 1, "expect", "alerts", to=0),
    "a negative repeat": _set("tests", 0, "repeat", to=-1),
    "a repeat": _set("tests", 0, "repeat", to=3),
    "a path with brackets": _set("tests", 1, "set", to={"detail.rules[0].port": 1}),
    "a path": _set("tests", 1, "set", to={"detail.requestParameters.rules.0.port": None}),
    "a link without TLS": _set("references", "links", to=["http://docs.example"]),
    "a link": _set("references", "links", to=["https://docs.example/a"]),
    "an unknown catalogue": _set("references", "cve", to=["CVE-2026-1"]),
}  # fmt: skip


LOADER_ONLY = (" is not the file's name", " is neither extracted nor a fact", "no step of this playbook is ")
"""What a schema cannot see: the file's name, and whether one part of a document speaks of another."""


def of_form(errors: tuple[Mistake, ...]) -> list[Mistake]:
    """Return the mistakes that a document's form alone shows."""
    return [mistake for mistake in errors if not any(part in mistake.message for part in LOADER_ONLY)]


@pytest.mark.parametrize("name", MUTATIONS)
def test_playbooks_are_judged_alike(tmp_path: Path, name: str) -> None:
    """For each change to a good playbook, schema and loader give the same verdict on its form."""
    data = document()
    MUTATIONS[name](data)
    errors = of_form(load(tmp_path, json.dumps(data)).errors)
    assert VALIDATOR.is_valid(data) == (not errors), errors


def test_both_verdicts_occur() -> None:
    """The mutations are no list of refusals only."""
    verdicts = []
    for change in MUTATIONS.values():
        data = document()
        change(data)
        verdicts.append(VALIDATOR.is_valid(data))
    assert verdicts.count(True) >= 30
    assert verdicts.count(False) >= 250


LOCAL: dict[str, dict[str, Any]] = {
    "no exclusions": {"exclusions": []},
    "exclusions that are no list": {"exclusions": {}},
    "an exclusion": {
        "exclusions": [{"reason": "r", "owner": "o", "expires": "2027-01-01", "match": [{"account": ["1"]}]}]
    },
    "an exclusion without owner": {
        "exclusions": [{"reason": "r", "expires": "2027-01-01", "match": [{"account": ["1"]}]}]
    },
    "an exclusion without patterns": {
        "exclusions": [{"reason": "r", "owner": "o", "expires": "2027-01-01", "match": []}]
    },
    "an exclusion for ever": {
        "exclusions": [{"reason": "r", "owner": "o", "expires": "never", "match": [{"account": ["1"]}]}]
    },
    "nothing protected": {"protected": []},
    "a role": {"protected": [{"reason": "r", "arn": "arn:aws:iam::*:role/x"}]},
    "a tag": {"protected": [{"reason": "r", "tag": {"key": "k", "value": "v"}}]},
    "both": {"protected": [{"reason": "r", "arn": "arn:aws:iam::*:role/x", "tag": {"key": "k", "value": "v"}}]},
    "neither": {"protected": [{"reason": "r"}]},
    "a tag without value": {"protected": [{"reason": "r", "tag": {"key": "k"}}]},
    "more than one list": {"protected": [], "more": []},
}


@pytest.mark.parametrize("name", LOCAL)
def test_local_files_are_judged_alike(tmp_path: Path, name: str) -> None:
    """Exclusions and protected things, too."""
    data = LOCAL[name]
    file = "exclusions" if "exclusions" in data else "protected"
    errors = load(tmp_path, **{file: json.dumps(data)}).errors
    assert VALIDATOR.is_valid(data) == (not errors), errors


def test_every_field_explains_itself() -> None:
    """An editor shows a description and an example for each field of a playbook."""
    fields = SCHEMA["$defs"]["playbook"]["properties"]
    steps = fields["steps"]["items"]["properties"]
    for field in (*fields.values(), *steps.values()):
        assert field["description"].endswith(".")
        assert field["examples"]
