"""Rules of redaction: what is replaced, that repeats correlate, and that a record stays the record it was."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from firedoor.inspection import pii, redaction, secrets

KEY = b"a key that the tests made up"
CARD = "4111 1111 1111 1111"
ACCESS_KEY = "AKIA" + "Q7WE4RT2YU6IO3PA"


def test_a_finding_is_replaced_by_its_type_and_fingerprint() -> None:
    """The text around a finding stays, character for character."""
    redacted = redaction.redact_text(f"Mail ana@example.com, key {ACCESS_KEY}.", KEY)

    assert re.fullmatch(r"Mail \[EMAIL:[0-9a-f]{6}\], key \[AWS_ACCESS_KEY:[0-9a-f]{6}\]\.", redacted)


def test_text_without_a_finding_is_returned_as_it_is() -> None:
    """Redaction changes nothing that it has no reason to change."""
    assert redaction.redact_text('{"a": 1,   "b": "İ \\u00e9"}', KEY) == '{"a": 1,   "b": "İ \\u00e9"}'


def test_repeats_correlate_however_they_are_written() -> None:
    """One card with and without spaces, one address in two cases: the same fingerprint."""
    redacted = redaction.redact_text(f"{CARD} = {CARD.replace(' ', '')}; ana@example.com = Ana@Example.com", KEY)
    first, second, third, fourth = re.findall(r":([0-9a-f]{6})\]", redacted)

    assert (first, third) == (second, fourth)
    assert first != third


def test_another_key_gives_another_fingerprint() -> None:
    """Without the key, nobody can test a guess against the redacted text."""
    assert redaction.redact_text(CARD, KEY) != redaction.redact_text(CARD, b"another key")


def test_a_secret_carries_the_beginning_of_its_fingerprint() -> None:
    """A case that stores `secrets.fingerprint` can be matched with the redacted log."""
    assert redaction.redact_text(ACCESS_KEY, KEY) == f"[AWS_ACCESS_KEY:{secrets.fingerprint(ACCESS_KEY, KEY)[:6]}]"


@pytest.mark.parametrize(
    "text",
    [
        f"{CARD} ana@example.com {ACCESS_KEY} SSN 219-09-9999",
        "password: " + "Tr0ub4dor" + "Three and driver's license S530-4609-8795",
        "phone: 202-555-0143, fax 202-555-0144",
    ],
)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """A fingerprint of digits behind a label must not be taken for a number."""
    once = redaction.redact_text(text, KEY)

    assert once != text
    assert redaction.redact_text(once, KEY) == once


def test_digits_in_a_replacement_are_not_a_finding() -> None:
    """A replacement stands behind the very label that made its value a finding."""
    assert redaction.redact_text("driver's license [DRIVER_LICENSE:123456]", KEY) == (
        "driver's license [DRIVER_LICENSE:123456]"
    )


def test_a_password_in_a_url_takes_the_secrets_name() -> None:
    """Where PII and a secret overlap the stretch is replaced once, as the secret."""
    redacted = redaction.redact_text("postgres://app:" + "s3cr7tQx" + "@db.example.org/app", KEY)

    assert re.fullmatch(r"postgres://app:\[CONNECTION_STRING_PASSWORD:[0-9a-f]{6}\]@db\.example\.org/app", redacted)


def test_every_string_of_a_record_is_redacted_and_its_structure_stays() -> None:
    """Nested members, lists, keys and values: the same shape, and no finding left."""
    record = {
        "requestId": "550e8400-e29b-41d4-a716-446655440000",
        "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/app/session"},
        "input": {"inputTokenCount": 1234567, "inputBodyJson": {"messages": [{"role": "user", "content": CARD}]}},
        "contacts": {"ana@example.com": ["202-555-0143", None, True, 1.5]},
    }

    redacted = redaction.redact_record(record, KEY)

    assert shape(redacted) == shape(record)
    assert redacted["requestId"] == record["requestId"]
    assert redacted["identity"] == record["identity"]
    assert redacted["input"]["inputTokenCount"] == 1234567
    assert pii.find(json.dumps(redacted)) == ()
    assert "ana@example.com" in record["contacts"]


def shape(value: Any) -> Any:
    """Return `value` with its strings and keys left out."""
    if isinstance(value, dict):
        return [shape(v) for v in value.values()]
    if isinstance(value, list):
        return [shape(v) for v in value]
    return type(value)


def test_a_key_announces_its_value() -> None:
    """Tool arguments are bare values under telling keys."""
    redacted = redaction.redact_record({"ssn": "219099999", "password": "Tr0ub4" + "dorX", "ref": "219099999"}, KEY)

    assert redacted["ssn"].startswith("[SSN:")
    assert redacted["password"].startswith("[GENERIC_SECRET:")
    assert redacted["ref"] == "219099999"


def test_the_key_of_a_body_announces_nothing() -> None:
    """The member that holds a text is called text, which must not make a number in it a phone number."""
    assert redaction.redact_record({"text": "1234567890 items"}, KEY) == {"text": "1234567890 items"}


def test_a_number_that_is_personal_becomes_a_string() -> None:
    """JSON numbers hold card numbers too; other numbers stay numbers."""
    redacted = redaction.redact_record({"card": 4111111111111111, "at": 1712345678, "on": True, "cost": 0.25}, KEY)

    assert redacted["card"] == redaction.redact_text(CARD, KEY)
    assert (redacted["at"], redacted["on"], redacted["cost"]) == (1712345678, True, 0.25)


def test_json_in_a_string_stays_json() -> None:
    """A body logged as a string is redacted inside, numbers too, and can still be parsed."""
    body = '{"card": 4111111111111111, "note": "say \\"hi\\" to ana@example.com"}'

    inner = json.loads(redaction.redact_record({"body": body}, KEY)["body"])

    assert re.fullmatch(r"\[CREDIT_CARD:[0-9a-f]{6}\]", inner["card"])
    assert re.fullmatch(r'say "hi" to \[EMAIL:[0-9a-f]{6}\]', inner["note"])


def test_a_repeated_key_does_not_hide_a_value() -> None:
    """A parser keeps the last of two members of one name: the first one is redacted all the same."""
    redacted = redaction.redact_record({"body": '{"a": "ana@example.com", "a": "x"}'}, KEY)

    assert "ana@" not in redacted["body"]


def test_what_looks_like_json_and_is_not_is_redacted_as_text() -> None:
    """A cut-off body is no reason to leave its values."""
    assert "ana@" not in redaction.redact_record('{"to": "ana@example.com', KEY)
    assert "ana@" not in redaction.redact_record("[ana@example.com]", KEY)


def test_a_value_split_over_the_chunks_of_a_stream_is_redacted() -> None:
    """The first chunk gets the replacement and the others lose their part; everything else stays."""
    pieces = ["Write to ana", ".lopez@exam", "ple.com, or call"]
    chunks = [{"type": "content_block_delta", "delta": {"text": piece}} for piece in pieces]

    redacted = redaction.redact_record([*chunks, "[DONE]"], KEY)

    assert [c if isinstance(c, str) else c["delta"]["text"] for c in redacted] == [
        f"Write to {redaction.redact_text('ana.lopez@example.com', KEY)}",
        "",
        ", or call",
        "[DONE]",
    ]


def test_two_findings_across_chunks_do_not_disturb_each_other() -> None:
    """A chunk that ends one value and begins the next loses both, and only both."""
    chunks = [{"t": "a ana@exam"}, {"t": "ple.com b bob@exa"}, {"t": "mple.com c"}]

    redacted = redaction.redact_record(chunks, KEY)

    ana, bob = (redaction.redact_text(f"{name}@example.com", KEY) for name in ("ana", "bob"))
    assert redacted == [{"t": f"a {ana}"}, {"t": f" b {bob}"}, {"t": " c"}]


def test_messages_that_only_stand_next_to_each_other_are_not_merged() -> None:
    """The word that begins the next message is no part of the address that ends this one."""
    messages = [{"content": "ana@example.com"}, {"content": "Hello"}]

    redacted = redaction.redact_record(messages, KEY)

    assert redacted == [{"content": redaction.redact_text("ana@example.com", KEY)}, {"content": "Hello"}]


def test_a_record_too_deep_to_walk_keeps_nothing_uninspected() -> None:
    """Nesting is no way around redaction: what is deeper than any log record is replaced whole."""
    record: Any = "ana@example.com"
    for _ in range(redaction.MAX_DEPTH + 50):
        record = [record]

    redacted = json.dumps(redaction.redact_record(record, KEY))

    assert "ana@" not in redacted
    assert redaction.TOO_DEEP in redacted


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "", [], {}, float("inf")])
def test_a_value_without_text_is_returned_as_it_is(value: object) -> None:
    """Scalars and empty containers have nothing to redact."""
    assert redaction.redact_record(value, KEY) == value
