"""Reading one playbook: its bundle entry and its tests, and every rule about what it may say.

The form of YAML is ``yaml_file``'s, the fields' words are ``language``'s, running the tests is ``playbook_tests``'.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firedoor.actions import Action
from firedoor.cli import language
from firedoor.cli.cursor import Cursor, nearest
from firedoor.cli.jmespath_checks import broken, names_in
from firedoor.cli.pattern_checks import pattern
from firedoor.events import FACT_NAMES
from firedoor.plans import Json, Parameter

DEFAULT_APPROVAL: Mapping[str, Any] = {"within": 86400, "otherwise": "alert"}
"""For an automatic playbook that a cap lowers to approve and that does not say how long to wait."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}


@dataclass(frozen=True, slots=True)
class PlaybookTest:
    """One entry of a playbook's ``tests``."""

    __test__ = False  # for pytest: this is data

    playbook: str
    name: str
    before: tuple[str, ...]
    """Files of events that come first, unchanged."""
    event: str
    changes: Json
    """Path → new value; None removes the field."""
    repeat: int
    matches: bool
    extract: Json
    steps: tuple[str, ...] | None
    alerts: int | None
    file: str
    line: int


class PlaybookReader:
    """Reads one playbook into its bundle entry and its tests."""

    REQUIRED = (
        "id",
        "title",
        "description",
        "status",
        "severity",
        "owner",
        "match",
        "dedup",
        "mode",
        "alert",
        "tests",
    )
    OPTIONAL = ("references", "unless", "threshold", "extract", "approval", "limits", "steps")

    def __init__(self, path: Path, actions: Mapping[str, Action], events: Path) -> None:
        """``path`` names the file; its tests' events lie in ``events``."""
        self.entry: dict[str, Any] = {}
        self.tests: list[PlaybookTest] = []
        self._path = path
        self._actions = actions
        self._events = events
        self._names: frozenset[str] = frozenset(FACT_NAMES)

    def read(self, cursor: Cursor) -> None:
        """Fill ``entry`` and ``tests``, and note every mistake with the cursor."""
        fields = cursor.fields(self.REQUIRED, self.OPTIONAL)
        extract = self._extract(fields["extract"])
        self._names |= frozenset(extract)
        mode = fields["mode"].word(language.MODES)
        steps = [self._step(item) for item in fields["steps"].items(most=language.MOST_STEPS)]
        match = [pattern(item, envelope=True) for item in fields["match"].items()]
        approval = self._approval(fields["approval"])
        self._check_mode(fields, mode, approval)
        if mode in ("approve", "auto") and not approval:
            approval = DEFAULT_APPROVAL
        entry = {
            "id": self._id(fields["id"]),
            "title": fields["title"].text(language.TITLE_LENGTH),
            "description": fields["description"].text(),
            "status": fields["status"].word(language.STATUSES),
            "severity": fields["severity"].word(language.SEVERITIES),
            "owner": fields["owner"].text(),
            "references": _references(fields["references"]),
            "match": match,
            "unless": [_unless(item) for item in fields["unless"].items()],
            "threshold": self._threshold(fields["threshold"], len(match)),
            "extract": extract,
            "dedup": self._dedup(fields["dedup"]),
            "mode": mode,
            "approval": dict(approval),
            "limits": _limits(fields["limits"]),
            "steps": steps,
            "alert": self._alert(fields["alert"]),
        }
        self.entry = {name: value for name, value in entry.items() if value not in ({}, [], None)}
        self._read_tests(fields["tests"], [step["action"] for step in steps])
        if entry["status"] == "stable":
            self._check_shown(fields["tests"], [step["action"] for step in steps])

    def _id(self, cursor: Cursor) -> str:
        name, stem = cursor.shaped(language.ID), self._path.stem
        if name and name != stem:
            cursor.wrong(f"the id {name!r} is not the file's name; write id: {stem}, or rename the file to {name}.yaml")
        return name

    def _extract(self, cursor: Cursor) -> dict[str, str]:
        expressions = {}
        for name, item in cursor.members().items():
            expression = item.text()
            if not re.fullmatch(language.NAME, name):
                item.wrong(f"{name!r} cannot be a name; write small letters, digits and _, such as group_id")
            if name in FACT_NAMES:
                item.wrong(f"{name!r} is a fact of every event; write another name, such as {name}_name")
            if expression and (complaint := broken(expression)):
                item.wrong(complaint)
            expressions[name] = expression
        return expressions

    def _known(self, cursor: Cursor, name: str) -> None:
        if name not in self._names:
            meant = nearest(name, self._names)
            cursor.wrong(f"{name!r} is neither extracted nor a fact; {meant}, or extract {name}")

    def _names_of(self, cursor: Cursor) -> list[str]:
        names = cursor.texts()
        for item, name in zip(cursor.items(0), names, strict=False):
            if name:
                self._known(item, name)
        return names

    def _dedup(self, cursor: Cursor) -> dict[str, Any]:
        fields = cursor.fields(("by", "within"))
        return {"by": self._names_of(fields["by"]), "within": fields["within"].duration()}

    def _threshold(self, cursor: Cursor, entries: int) -> dict[str, Any]:
        if not cursor.present:
            return {}
        fields = cursor.fields(("group_by", "within"), (*language.THRESHOLD_KINDS, "of"))
        kinds = [kind for kind in language.THRESHOLD_KINDS if fields[kind].present]
        threshold: dict[str, Any] = {"group_by": self._names_of(fields["group_by"])}
        if len(kinds) != 1:
            cursor.wrong(f"a threshold has one of count, sum, distinct and sequence; write one, not {len(kinds)}")
        for kind in kinds:
            threshold[kind] = fields[kind].number(least=2 if kind == "sequence" else 1)
            _check_threshold(kind, threshold[kind], fields, entries)
        if fields["of"].present:
            threshold["of"] = fields["of"].text()
            self._known(fields["of"], threshold["of"])
        threshold["within"] = fields["within"].duration()
        return threshold

    def _approval(self, cursor: Cursor) -> Mapping[str, Any]:
        if not cursor.present:
            return {}
        fields = cursor.fields(("within", "otherwise"))
        return {"within": fields["within"].duration(), "otherwise": fields["otherwise"].word(language.OTHERWISE)}

    def _check_mode(self, fields: Mapping[str, Cursor], mode: str, approval: Mapping[str, Any]) -> None:
        acts = mode in ("approve", "auto")
        if acts and not fields["steps"].present:
            fields["mode"].wrong(f"mode {mode} needs steps; write steps, or mode: alert")
        if acts and not fields["limits"].present:
            fields["mode"].wrong(f"mode {mode} needs limits; write {language.example_of('limits')}")
        if mode == "approve" and not fields["approval"].present:
            fields["mode"].wrong(f"mode approve needs approval; write {language.example_of('approval')}")
        if fields["approval"].present and mode and not acts:
            fields["approval"].wrong(f"mode {mode} asks nobody; write mode: approve, or leave approval out")
        by_itself = mode == "auto" or approval.get("otherwise") == "auto"
        for item in fields["steps"].items(0):
            action = self._action_of(item)
            if by_itself and action and (action.two_person or not action.reversible):
                why = "needs two people's approval" if action.two_person else "cannot be undone"
                remedy = "write mode: approve, with otherwise: alert"
                item.wrong(f"{action.name} {why}, so it is never automatic; {remedy}")

    def _action_of(self, cursor: Cursor) -> Action | None:
        name = cursor.value.get("action") if isinstance(cursor.value, dict) else None
        return self._actions.get(name) if isinstance(name, str) else None

    def _step(self, cursor: Cursor) -> dict[str, Any]:
        fields = cursor.fields(("action",), ("with", "when", "on_error", "revert_after"))
        action = self._action_of(cursor)
        name = fields["action"].text()
        if name and action is None:
            fields["action"].wrong(f"there is no action {name!r}; {nearest(name, self._actions)}")
        step: dict[str, Any] = {"action": name, "with": self._parameters(fields["with"], fields["action"], action)}
        if fields["when"].present:
            step["when"] = self._when(fields["when"])
        step["on_error"] = fields["on_error"].word(language.ON_ERROR) if fields["on_error"].present else "stop"
        if fields["revert_after"].present:
            step["revert_after"] = fields["revert_after"].duration()
            if action and not action.temporary:
                fields["revert_after"].wrong(
                    f"{action.name} closes a hole, which must not open by itself; leave revert_after out"
                )
        return step

    def _when(self, cursor: Cursor) -> str:
        text = cursor.text()
        complaint = broken(text) if text else None
        if complaint:
            cursor.wrong(complaint)
        elif text:
            for name in sorted(names_in(text)):
                self._known(cursor, name)
        return text

    def _parameters(self, cursor: Cursor, step: Cursor, action: Action | None) -> dict[str, Any]:
        given = cursor.members()
        self._check_braces(cursor)
        if action is None:
            return {}
        for name, item in given.items():
            if name in action.parameters:
                _check_parameter(item, name, action.parameters[name])
            else:
                item.wrong(f"{action.name} has no parameter {name!r}; {nearest(name, action.parameters)}")
        for name, parameter in action.parameters.items():
            if parameter.required and name not in given:
                example = language.flow({name: parameter.example})[1:-1]
                step.wrong(f"{action.name} needs the parameter {name!r}; write with: {{{example}}}")
        return {name: item.value for name, item in given.items()}

    def _check_braces(self, cursor: Cursor) -> None:
        """Check every ``{name}`` in the texts at and below this place."""
        if not cursor.present:
            return
        for text in _texts(cursor.value):
            for name in dict.fromkeys(_BRACES.findall(text)):
                if re.fullmatch(language.NAME, name):
                    self._known(cursor, name)
                else:
                    cursor.wrong(f"{{{name}}} is not an extracted name; write {{name}} and extract it under that name")

    def _alert(self, cursor: Cursor) -> dict[str, Any]:
        fields = cursor.fields(("title", "summary", "next_steps"))
        for item in (fields["title"], fields["summary"], *fields["next_steps"].items(0)):
            self._check_braces(item)
        return {
            "title": fields["title"].text(language.TITLE_LENGTH),
            "summary": fields["summary"].text(),
            "next_steps": [item.text() for item in fields["next_steps"].items(most=language.MOST_NEXT_STEPS)],
        }

    def _read_tests(self, cursor: Cursor, step_actions: Collection[str]) -> None:
        names: set[str] = set()
        for item in cursor.items(0):
            test = self._test(item, step_actions)
            if test.name in names:
                item.wrong(f"two tests are called {test.name!r}; write what sets this one apart")
            names.add(test.name)
            self.tests.append(test)
        if cursor.present and {test.matches for test in self.tests} != {True, False}:
            wanted = "false" if any(test.matches for test in self.tests) else "true"
            cursor.wrong(f"tests need at least one hit and one miss; write one with expect: {{matches: {wanted}}}")

    def _check_shown(self, cursor: Cursor, step_actions: Collection[str]) -> None:
        """Ask for a hit that takes each step: what nobody has seen acting is not stable."""
        shown = {action for test in self.tests if test.matches for action in test.steps or ()}
        for action in dict.fromkeys(step_actions):
            if action and action not in shown:
                cursor.wrong(
                    f"status stable needs a hit that takes the step {action}; write one with "
                    f"expect: {{matches: true, steps: [{action}]}}, or status: experimental"
                )

    def _test(self, cursor: Cursor, step_actions: Collection[str]) -> PlaybookTest:
        fields = cursor.fields(("name", "event", "expect"), ("before", "set", "repeat"))
        expect = fields["expect"].fields(("matches",), ("extract", "steps", "alerts"))
        before = tuple(self._event(item) for item in fields["before"].items(0))
        event = self._event(fields["event"])
        matches = expect["matches"].truth()
        if expect["matches"].value is False:
            for name in ("extract", "steps"):
                if expect[name].present:
                    expect[name].wrong(f"a miss has no {name}; leave it out, or write matches: true")
        self._check_expected(expect, step_actions)
        return PlaybookTest(
            playbook=self._path.stem,
            name=fields["name"].text(),
            before=before,
            event=event,
            changes=_changes(fields["set"]),
            repeat=fields["repeat"].number() if fields["repeat"].present else 1,
            matches=matches,
            extract={name: item.value for name, item in expect["extract"].members().items()},
            steps=tuple(item.text() for item in expect["steps"].items(0)) if expect["steps"].present else None,
            alerts=expect["alerts"].number(least=0) if expect["alerts"].present else None,
            file=str(self._path),
            line=cursor.line,
        )

    def _event(self, cursor: Cursor) -> str:
        event = cursor.shaped(language.EVENT_FILE)
        if event and not (self._events / event).is_file():
            known = [path.name for path in self._events.glob("*.json")]
            cursor.wrong(f"there is no {event} in {self._events.name}/; {nearest(event, known)}")
        return event

    def _check_expected(self, expect: Mapping[str, Cursor], step_actions: Collection[str]) -> None:
        for name, item in expect["extract"].members().items():
            self._known(item, name)
        for item in expect["steps"].items(0):
            name = item.text()
            if name and name not in step_actions:
                item.wrong(f"no step of this playbook is {name!r}; {nearest(name, step_actions)}")


def _unless(cursor: Cursor) -> dict[str, Any]:
    fields = cursor.fields(("reason", "match"), ("expires",))
    expires = fields["expires"].day()
    clause: dict[str, Any] = {
        "reason": fields["reason"].text(),
        "match": [pattern(item, envelope=False) for item in fields["match"].items()],
    }
    if expires:
        clause["expires"] = expires.isoformat()
    return clause


def _references(cursor: Cursor) -> dict[str, list[str]]:
    fields = cursor.fields((), tuple(language.REFERENCES))
    return {name: fields[name].texts(form) for name, form in language.REFERENCES.items() if fields[name].present}


def _limits(cursor: Cursor) -> dict[str, Any]:
    if not cursor.present:
        return {}
    fields = cursor.fields(("per_account", "within"))
    return {"per_account": fields["per_account"].number(), "within": fields["within"].duration()}


def _check_threshold(kind: str, amount: int, fields: Mapping[str, Cursor], entries: int) -> None:
    if kind in ("sum", "distinct") and not fields["of"].present:
        fields[kind].wrong(f"{kind} needs the name of a value; write {language.example_of('threshold.of')}")
    if kind in ("count", "sequence") and fields["of"].present:
        fields["of"].wrong(f"{kind} counts events; leave `of` out")
    if kind == "distinct" and amount > language.MOST_DISTINCT:
        fields[kind].wrong(f"{kind} cannot be {amount}; write {language.MOST_DISTINCT} or less, or count")
    if kind == "sequence" and amount > entries:
        fields[kind].wrong(f"match has {entries} entries; write as many as the sequence has steps ({amount})")


def _check_parameter(cursor: Cursor, name: str, parameter: Parameter) -> None:
    value = cursor.value
    if isinstance(value, str) and _BRACES.fullmatch(value):
        return
    if not isinstance(value, _TYPES[parameter.type]) or (parameter.type == "integer" and isinstance(value, bool)):
        wanted = _TYPE_WORDS[parameter.type]
        cursor.wrong(f"{name} must be {wanted}; write for example {language.flow({name: parameter.example})[1:-1]}")
    elif parameter.values and isinstance(value, str) and not _BRACES.search(value) and value not in parameter.values:
        cursor.wrong(f"{name} cannot be {value!r}; {nearest(value, parameter.values)}")


def _changes(cursor: Cursor) -> Json:
    members = cursor.members()
    for path, item in members.items():
        if not re.fullmatch(language.PATH, path):
            item.wrong(f"{path!r} is not a path; write for example detail.findings.0.RecordState")
    return {path: item.value for path, item in members.items()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
