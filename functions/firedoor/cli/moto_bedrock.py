"""Bedrock's guardrails and their versions, which moto does not have, as far as Firedoor needs them.

Names and shapes are those of botocore's model. Definitions are kept as they were written and answered under the names
that ``GetGuardrail`` has. Nothing is evaluated: no text is ever looked at here.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from firedoor.cli.moto_answers import answering

_Here = tuple[str, str]
"""Account and region."""

GUARDRAILS: dict[_Here, dict[str, dict[str, Any]]] = {}
"""Account and region → guardrail id → what it was last defined as, in the words of ``CreateGuardrail``."""

VERSIONS: dict[tuple[str, str, str], list[dict[str, Any] | None]] = {}
"""Account, region and guardrail id → its versions from number 1 on, None for each that was deleted."""

_MADE = datetime(2026, 1, 1, tzinfo=UTC).isoformat()


def new_id() -> str:
    """Return an id that no guardrail ever had."""
    from moto.moto_api._internal import mock_random

    return str(mock_random.get_random_hex(12))


@contextlib.contextmanager
def bedrock_filled() -> Iterator[None]:
    """Let moto's Bedrock answer the calls below; what was made is forgotten in the end."""
    from moto.bedrock.responses import BedrockResponse

    answers = {
        "create_guardrail": _create,
        "update_guardrail": _update,
        "get_guardrail": _get,
        "list_guardrails": _list,
        "delete_guardrail": _delete,
        "create_guardrail_version": _create_version,
    }
    with answering({BedrockResponse: answers}, GUARDRAILS, VERSIONS):
        yield


def _own(response: Any) -> dict[str, dict[str, Any]]:
    return GUARDRAILS.setdefault((response.current_account, response.region), {})


def _asked(response: Any) -> str:
    """Return the guardrail id in the call's path.

    Raises:
        ResourceNotFoundException: There is no such guardrail.
    """
    from moto.bedrock.exceptions import ResourceNotFoundException

    guardrail_id = unquote(response.path).rstrip("/").rpartition("/")[2]
    if guardrail_id not in _own(response):
        raise ResourceNotFoundException("The guardrail could not be found.")
    return guardrail_id


def _body(response: Any) -> dict[str, Any]:
    found = json.loads(response.body)
    return {name: value for name, value in found.items() if name not in ("clientRequestToken", "tags")}


def _create(response: Any) -> str:
    guardrail_id = new_id()
    _own(response)[guardrail_id] = _body(response)
    return json.dumps({**_head(response, guardrail_id), "createdAt": _MADE})


def _update(response: Any) -> str:
    guardrail_id = _asked(response)
    _own(response)[guardrail_id] = _body(response)
    return json.dumps({**_head(response, guardrail_id), "updatedAt": _MADE})


def _versions(response: Any, guardrail_id: str) -> list[dict[str, Any] | None]:
    return VERSIONS.setdefault((response.current_account, response.region, guardrail_id), [])


def _asked_version(response: Any) -> str:
    """Return the version that a call asks for.

    Raises:
        ResourceNotFoundException: The guardrail has no such version.
    """
    from moto.bedrock.exceptions import ResourceNotFoundException

    version: str = (response.querystring.get("guardrailVersion") or ["DRAFT"])[0]
    made = _versions(response, _asked(response))
    if version != "DRAFT" and (int(version) > len(made) or made[int(version) - 1] is None):
        raise ResourceNotFoundException("The guardrail version could not be found.")
    return version


def _create_version(response: Any) -> str:
    """Keep the draft as it is now; the description is the version's own."""
    guardrail_id = _asked(response)
    made, draft = _versions(response, guardrail_id), _own(response)[guardrail_id]
    made.append({name: value for name, value in draft.items() if name != "description"} | _body(response))
    return json.dumps({"guardrailId": guardrail_id, "version": str(len(made))})


def _get(response: Any) -> str:
    guardrail_id, version = _asked(response), _asked_version(response)
    body = _own(response)[guardrail_id]
    if version != "DRAFT":
        body = _versions(response, guardrail_id)[int(version) - 1] or {}
    answer: dict[str, Any] = {}
    for name, value in body.items():
        if name == "crossRegionConfig":
            answer["crossRegionDetails"] = {"guardrailProfileArn": value["guardrailProfileIdentifier"]}
        elif name == "kmsKeyId":
            answer["kmsKeyArn"] = value
        elif name.endswith("Config"):
            answer[name.removesuffix("Config")] = {key.removesuffix("Config"): inner for key, inner in value.items()}
        else:
            answer[name] = value
    return json.dumps({**answer, **_head(response, guardrail_id, version), "status": "READY", **_times()})


def _list(response: Any) -> str:
    """Answer with one entry a page, so that paging is seen to work."""
    entries = _entries(response)
    start = int((response.querystring.get("nextToken") or ["0"])[0])
    page = []
    for guardrail_id, version in entries[start : start + 1]:
        head = _head(response, guardrail_id)
        page.append(
            {"id": guardrail_id, "arn": head["guardrailArn"], "version": version, "status": "READY"}
            | {"name": _own(response)[guardrail_id]["name"], **_times()}
        )
    return json.dumps({"guardrails": page, **({"nextToken": str(start + 1)} if start + 1 < len(entries) else {})})


def _entries(response: Any) -> list[tuple[str, str]]:
    """Return the draft of every guardrail, or the draft and versions of the one that is asked for."""
    from moto.bedrock.exceptions import ResourceNotFoundException

    asked = (response.querystring.get("guardrailIdentifier") or [""])[0].rpartition("/")[2]
    if not asked:
        return [(guardrail_id, "DRAFT") for guardrail_id in sorted(_own(response))]
    if asked not in _own(response):
        raise ResourceNotFoundException("The guardrail could not be found.")
    numbers = [str(number) for number, body in enumerate(_versions(response, asked), 1) if body is not None]
    return [(asked, version) for version in ("DRAFT", *numbers)]


def _delete(response: Any) -> str:
    guardrail_id, version = _asked(response), _asked_version(response)
    if version != "DRAFT":
        _versions(response, guardrail_id)[int(version) - 1] = None
    else:
        del _own(response)[guardrail_id], _versions(response, guardrail_id)[:]
    return "{}"


def _head(response: Any, guardrail_id: str, version: str = "DRAFT") -> dict[str, str]:
    arn = f"arn:aws:bedrock:{response.region}:{response.current_account}:guardrail/{guardrail_id}"
    return {"guardrailId": guardrail_id, "guardrailArn": arn, "version": version}


def _times() -> dict[str, str]:
    return {"createdAt": _MADE, "updatedAt": _MADE}
