"""Checks of EventBridge patterns in the sources, each mistake where it stands."""

from __future__ import annotations

from firedoor.cli.cursor import Cursor
from firedoor.patterns import InvalidPattern, compile_pattern, lint_pattern
from firedoor.plans import Json


def pattern(cursor: Cursor, *, envelope: bool) -> Json:
    """Read one EventBridge pattern; ``envelope`` asks for the two fields that every ``match`` entry has."""
    if not isinstance(cursor.value, dict):
        cursor.fields(())
        return {}
    for name in ("source", "detail-type") if envelope else ():
        if name not in cursor.value:
            cursor.wrong(f"this pattern has no {name!r}; write {name}: [{_ENVELOPE_EXAMPLES[name]}]")
    try:
        compile_pattern(cursor.value)
    except InvalidPattern as error:
        cursor.within(error.path).wrong(str(error))
        return {}
    for warning in lint_pattern(cursor.value):
        cursor.within(warning.path).wrong(str(warning), warning=True)
    return cursor.value


_ENVELOPE_EXAMPLES = {"source": "aws.guardduty", "detail-type": "GuardDuty Finding"}
