"""The JSON Schema of everything in ``playbooks/``, from which editors complete and explain.

Made from the same table and the same action registry as the loader's checks; ``firedoor generate`` writes
it. What needs more than the document itself (names, files, patterns, expressions) only the loader checks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from firedoor.actions import Action
from firedoor.cli import language
from firedoor.events import FACT_NAMES
from firedoor.plans import Parameter

_TEXT = {"type": "string", "pattern": r"\S"}
_WHOLE_NAME = {"type": "string", "pattern": r"^\{[^{}]*\}$"}


def build_schema(actions: Iterable[Action]) -> dict[str, Any]:
    """Return the schema (draft 2020-12) of playbooks, ``exclusions.yaml`` and ``protected.yaml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Firedoor playbook",
        "type": "object",
        "if": {"required": ["exclusions"]},
        "then": {"$ref": "#/$defs/exclusions"},
        "else": {
            "if": {"required": ["protected"]},
            "then": {"$ref": "#/$defs/protected"},
            "else": {
                "if": {"required": ["filters"]},
                "then": {"$ref": "#/$defs/filters"},
                "else": {
                    "if": {"required": ["duties"]},
                    "then": {"$ref": "#/$defs/duties"},
                    "else": {"$ref": "#/$defs/playbook"},
                },
            },
        },
        "$defs": {
            "playbook": _playbook(sorted(actions, key=lambda action: action.name)),
            "exclusions": _exclusions(),
            "protected": _protected(),
            "filters": _filters(),
            "duties": _duties(),
            "pattern": _pattern(),
            "duration": _shaped(language.DURATION),
        },
    }


def _described(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Add a field's description and example from the language's table."""
    term = language.TERMS[name]
    return {**schema, "description": term.description, "examples": [term.example]}


def _object(of: str, required: Sequence[str], properties: Mapping[str, Any]) -> dict[str, Any]:
    full = {name: _described(f"{of}.{name}" if of else name, schema) for name, schema in properties.items()}
    return {"type": "object", "required": list(required), "properties": full, "additionalProperties": False}


def _shaped(form: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^(?:{form})$"}


def _list(items: Any, least: int = 1, most: int | None = None, *, unique: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": items, "minItems": least}
    if most is not None:
        schema["maxItems"] = most
    if unique:
        schema["uniqueItems"] = True
    return schema


def _names() -> dict[str, Any]:
    return _list(_TEXT, unique=True)


def _duration() -> dict[str, Any]:
    return {"$ref": "#/$defs/duration"}


def _patterns() -> dict[str, Any]:
    return _list({"$ref": "#/$defs/pattern"})


def _pattern() -> dict[str, Any]:
    inner = {"anyOf": [{"$ref": "#/$defs/pattern"}, {"type": "array", "minItems": 1}]}
    return {
        "description": "An EventBridge event pattern.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": inner,
    }


def _playbook(actions: Sequence[Action]) -> dict[str, Any]:
    envelope = {"allOf": [{"$ref": "#/$defs/pattern"}], "required": ["source", "detail-type"]}
    properties = {
        "id": _shaped(language.ID),
        "title": {**_TEXT, "maxLength": language.TITLE_LENGTH},
        "description": _TEXT,
        "status": {"enum": list(language.STATUSES)},
        "severity": {"enum": list(language.SEVERITIES)},
        "owner": _TEXT,
        "references": _references(),
        "match": _list(envelope),
        "unless": _list(_unless()),
        "threshold": _threshold(),
        "extract": _extract(),
        "dedup": _object("dedup", ("by", "within"), {"by": _names(), "within": _duration()}),
        "mode": {"enum": list(language.MODES)},
        "approval": _object(
            "approval",
            ("within", "otherwise"),
            {"within": _duration(), "otherwise": {"enum": list(language.OTHERWISE)}},
        ),
        "limits": _object("limits", ("per_account", "within"), {"per_account": _number(1), "within": _duration()}),
        "steps": _list(_step(actions), most=language.MOST_STEPS),
        "alert": _alert(),
        "tests": _tests(),
    }
    required = ("id", "title", "description", "status", "severity", "owner", "match", "dedup", "mode", "alert", "tests")
    return {**_object("", required, properties), "allOf": _rules_of_modes()}


def _rules_of_modes() -> list[dict[str, Any]]:
    def when(modes: Sequence[str], then: Mapping[str, Any]) -> dict[str, Any]:
        return {"if": {"properties": {"mode": {"enum": list(modes)}}, "required": ["mode"]}, "then": then}

    return [
        when(("approve",), {"required": ["approval", "limits", "steps"]}),
        when(("auto",), {"required": ["limits", "steps"]}),
        when(("off", "shadow", "alert"), {"properties": {"approval": False}}),
    ]


def _number(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}


def _references() -> dict[str, Any]:
    lists = {name: _list(_shaped(form), unique=True) for name, form in language.REFERENCES.items()}
    return _object("references", (), lists)


def _unless() -> dict[str, Any]:
    properties = {"reason": _TEXT, "match": _patterns(), "expires": _day()}
    return _object("unless", ("reason", "match"), properties)


def _day() -> dict[str, Any]:
    return {**_shaped(language.DATE), "format": "date"}


def _threshold() -> dict[str, Any]:
    properties = {
        "group_by": _names(),
        "count": _number(1),
        "sum": _number(1),
        "distinct": {**_number(1), "maximum": language.MOST_DISTINCT},
        "sequence": _number(2),
        "of": _TEXT,
        "within": _duration(),
    }
    return {
        **_object("threshold", ("group_by", "within"), properties),
        "oneOf": [{"required": [kind]} for kind in language.THRESHOLD_KINDS],
        "dependentRequired": {"sum": ["of"], "distinct": ["of"]},
        "dependentSchemas": {kind: {"properties": {"of": False}} for kind in ("count", "sequence")},
    }


def _extract() -> dict[str, Any]:
    names = {"pattern": f"^(?:{language.NAME})$", "not": {"enum": list(FACT_NAMES)}}
    return {"type": "object", "propertyNames": names, "additionalProperties": _TEXT}


def _step(actions: Sequence[Action]) -> dict[str, Any]:
    properties = {
        "action": {"enum": [action.name for action in actions]},
        "with": {"type": "object"},
        "when": _TEXT,
        "on_error": {"enum": list(language.ON_ERROR)},
        "revert_after": _duration(),
    }
    schema = _object("steps", ("action",), properties)
    schema["properties"]["action"]["markdownEnumDescriptions"] = [action.summary for action in actions]
    return {**schema, "allOf": [_rule_of(action) for action in actions]}


def _rule_of(action: Action) -> dict[str, Any]:
    """Say which parameters one action takes, and whether it may be undone by itself."""
    needed = [name for name, parameter in action.parameters.items() if parameter.required]
    parameters = {
        "type": "object",
        "properties": {name: _parameter(parameter) for name, parameter in action.parameters.items()},
        "required": needed,
        "additionalProperties": False,
    }
    then: dict[str, Any] = {"properties": {"with": parameters}}
    if needed:
        then["required"] = ["with"]
    if not action.temporary:
        then["properties"]["revert_after"] = False
    return {"if": {"properties": {"action": {"const": action.name}}, "required": ["action"]}, "then": then}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    written: dict[str, Any] = {"type": parameter.type}
    if parameter.values:
        written = {"anyOf": [{"enum": list(parameter.values)}, {"type": "string", "pattern": r"\{[^{}]*\}"}]}
    elif parameter.type != "string":
        written = {"anyOf": [written, _WHOLE_NAME]}
    return {**written, "description": parameter.description, "examples": [parameter.example]}


def _alert() -> dict[str, Any]:
    properties = {
        "title": {**_TEXT, "maxLength": language.TITLE_LENGTH},
        "summary": _TEXT,
        "next_steps": _list(_TEXT, most=language.MOST_NEXT_STEPS),
    }
    return _object("alert", ("title", "summary", "next_steps"), properties)


def _tests() -> dict[str, Any]:
    expect = _object(
        "tests.expect",
        ("matches",),
        {
            "matches": {"type": "boolean"},
            "extract": {"type": "object"},
            "steps": _list(_TEXT, least=0),
            "alerts": _number(0),
        },
    )
    miss = {"properties": {"matches": {"const": False}}, "required": ["matches"]}
    expect.update({"if": miss, "then": {"properties": {"extract": False, "steps": False}}})
    properties = {
        "name": _TEXT,
        "before": _list(_shaped(language.EVENT_FILE)),
        "event": _shaped(language.EVENT_FILE),
        "set": {"type": "object", "propertyNames": {"pattern": f"^(?:{language.PATH})$"}},
        "repeat": _number(1),
        "expect": expect,
    }
    entry = _object("tests", ("name", "event", "expect"), properties)
    return {
        **_list(entry),
        "allOf": [
            {"contains": {"properties": {"expect": {"properties": {"matches": {"const": matches}}}}}}
            for matches in (True, False)
        ],
    }


def _exclusions() -> dict[str, Any]:
    properties = {"reason": _TEXT, "owner": _TEXT, "expires": _day(), "playbooks": _names(), "match": _patterns()}
    entry = _object("exclusions", ("reason", "owner", "expires", "match"), properties)
    return _object("", ("exclusions",), {"exclusions": _list(entry, least=0)})


def _protected() -> dict[str, Any]:
    tag = _object("protected.tag", ("key", "value"), {"key": _TEXT, "value": _TEXT})
    properties = {"reason": _TEXT, "arn": _shaped(language.ARN_PATTERN), "tag": tag}
    entry = _object("protected", ("reason",), properties)
    entry["oneOf"] = [{"required": ["arn"]}, {"required": ["tag"]}]
    return _object("", ("protected",), {"protected": _list(entry, least=0)})


def _filters() -> dict[str, Any]:
    tag = _object("filters.place.tag", ("key", "value"), {"key": _TEXT, "value": _TEXT})
    lists = {name: _list(_shaped(form)) for name, form in language.FILTER_LISTS.items()}
    place = {**_object("filters.place", (), {**lists, "tag": tag}), "minProperties": 1}
    entry = _object("filters", ("reason",), {"reason": _TEXT, "only": place, "never": place})
    entry["oneOf"] = [{"required": ["only"]}, {"required": ["never"]}]
    return _object("", ("filters",), {"filters": _list(entry, least=0)})


def _duties() -> dict[str, Any]:
    properties = {
        "principals": _list(_shaped(language.PRINCIPAL), least=0),
        "undeclared": {"enum": list(language.UNDECLARED)},
    }
    by_name = {
        name: _described(f"duties.{name}", _object(f"duties.{name}", ("principals", "undeclared"), properties))
        for name in language.DUTY_NAMES
    }
    duties = {
        "type": "object",
        "required": list(language.DUTY_NAMES),
        "properties": by_name,
        "additionalProperties": False,
    }
    training = _list(_shaped(language.TRAINING_DATA), least=0)
    known = _list(_shaped(language.ACCOUNT), least=0, unique=True)
    properties = {"duties": duties, "training_data": training, "known_accounts": known}
    return _object("", tuple(properties), properties)


def schema_text(actions: Iterable[Action]) -> str:
    """Return the schema as it stands in ``playbooks/schema.json``."""
    return json.dumps(build_schema(actions), indent=2, ensure_ascii=False) + "\n"
