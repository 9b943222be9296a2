"""Reading the files that an installation makes its own: exclusions, protected things, filters, duties."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from firedoor.cli import language
from firedoor.cli.cursor import Cursor, nearest
from firedoor.cli.pattern_checks import pattern
from firedoor.plans import Json


def read_exclusions(cursor: Cursor, ids: Collection[str], today: date) -> Iterator[Json]:
    """Read ``exclusions.yaml``; ``ids`` are the playbooks that there are, ``today`` tells which have expired."""
    for item in cursor.fields(("exclusions",))["exclusions"].items(0):
        fields = item.fields(("reason", "owner", "expires", "match"), ("playbooks",))
        expires = fields["expires"].day()
        if expires and expires < today:
            fields["expires"].wrong(
                f"this exclusion expired on {expires}; renew it with its owner, or remove it", warning=True
            )
        playbooks = fields["playbooks"].texts()
        for entry, name in zip(fields["playbooks"].items(0), playbooks, strict=False):
            if name and name not in ids:
                entry.wrong(f"there is no playbook {name!r}; {nearest(name, ids)}")
        yield {
            "reason": fields["reason"].text(),
            "owner": fields["owner"].text(),
            "expires": expires.isoformat() if expires else "",
            "match": [pattern(entry, envelope=False) for entry in fields["match"].items()],
            **({"playbooks": playbooks} if playbooks else {}),
        }


def read_protected(cursor: Cursor) -> Iterator[Json]:
    """Read ``protected.yaml``."""
    for item in cursor.fields(("protected",))["protected"].items(0):
        fields = item.fields(("reason",), ("arn", "tag"))
        entry: dict[str, Any] = {"reason": fields["reason"].text()}
        if fields["arn"].present == fields["tag"].present:
            item.wrong("an entry names either an arn or a tag; write one of the two")
        if fields["arn"].present:
            entry["arn"] = fields["arn"].shaped(language.ARN_PATTERN)
        if fields["tag"].present:
            tag = fields["tag"].fields(("key", "value"))
            entry["tag"] = {"key": tag["key"].text(), "value": tag["value"].text()}
        yield entry


def read_filters(cursor: Cursor) -> Iterator[Json]:
    """Read ``filters.yaml``."""
    for item in cursor.fields(("filters",))["filters"].items(0):
        fields = item.fields(("reason",), ("only", "never"))
        if fields["only"].present == fields["never"].present:
            item.wrong("an entry says either only or never; write one of the two")
        kind = "only" if fields["only"].present else "never"
        yield {"reason": fields["reason"].text(), kind: _place(fields[kind])}


def _place(cursor: Cursor) -> dict[str, Any]:
    fields = cursor.fields((), (*language.FILTER_LISTS, "tag"))
    place: dict[str, Any] = {
        name: [entry.shaped(form) for entry in fields[name].items()]
        for name, form in language.FILTER_LISTS.items()
        if fields[name].present
    }
    if fields["tag"].present:
        tag = fields["tag"].fields(("key", "value"))
        place["tag"] = {"key": tag["key"].text(), "value": tag["value"].text()}
    if not place:
        cursor.wrong("it speaks of nothing; write accounts, organizational_units, regions, arns or tag")
    return place


def read_duties(cursor: Cursor) -> dict[str, Any]:
    """Read ``duties.yaml``."""
    fields = cursor.fields(("duties", "training_data", "known_accounts"))
    duties = fields["duties"].fields(language.DUTY_NAMES)
    return {
        "duties": {name: _duty(duty) for name, duty in duties.items()},
        "training_data": [item.shaped(language.TRAINING_DATA) for item in fields["training_data"].items(0)],
        "known_accounts": fields["known_accounts"].texts(language.ACCOUNT, least=0),
    }


def _duty(cursor: Cursor) -> dict[str, Any]:
    fields = cursor.fields(("principals", "undeclared"))
    return {
        "principals": [item.shaped(language.PRINCIPAL) for item in fields["principals"].items(0)],
        "undeclared": fields["undeclared"].word(language.UNDECLARED),
    }
