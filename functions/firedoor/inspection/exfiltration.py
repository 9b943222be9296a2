"""Whether an answer carries data out: rendered images, links and tool calls to places that nobody named.

Owns finding hosts, recipients and resources in answers and tool arguments. Whether the text that asked for it was an
injection is ``injection``'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from firedoor.inspection.invocations import ToolCall

DATA_LENGTH = 24
"""Characters of query, fragment or encoded path from which on a URL can carry more than a page's address."""

_URL = re.compile(r"https?://[^\s<>\"'\\)\]}]{1,2000}", re.IGNORECASE)
_IMAGE = re.compile(
    r"!\[[^\]]{0,300}\]\(\s*<?(https?://[^\s)>]{1,2000})|<img\b[^>]{0,300}?\bsrc\s*=\s*[\"']?(https?://[^\s\"'>]{1,2000})",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"^\s{0,3}\[[^\]]{1,100}\]:\s*<?(https?://[^\s>]{1,2000})", re.IGNORECASE | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]{0,300}\]\(\s*<?(https?://[^\s)>]{1,2000})", re.IGNORECASE)
_ENCODED = re.compile(r"[A-Za-z0-9+/_=%-]{24,}")

_ANY_URL = re.compile(r"\b(?!s3:|file:|data:)[a-z][a-z0-9+.-]{1,15}://[^\s<>\"'\\)\]}]{1,2000}", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BUCKET = re.compile(r"s3://([a-z0-9.-]{3,63})|arn:aws[\w-]*:s3:::([a-z0-9.-]{3,63})")
_ARN = re.compile(r"arn:aws[\w-]*:(?!s3:::)[\w-]{1,40}:[\w-]*:\d*:[\w+=,.@:/*-]{1,500}")
_IP = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_PHONE = re.compile(r"(?<![\w+])\+\d[\d ().-]{6,20}\d")
_DOTTED = r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}"
_BARE_HOST = re.compile(rf"(?P<host>{_DOTTED})\.?(?::\d{{1,5}})?(?:[/?#].*)?", re.DOTALL)
_COMMAND = re.compile(
    rf"\b(?:curl|wget|ncat|nc|ssh|scp|sftp|rsync|telnet|ping|dig|nslookup|Invoke-WebRequest|iwr)\b[^|;&\n]{{0,500}}"
    rf"|/dev/(?:tcp|udp)/{_DOTTED}",
    re.IGNORECASE,
)
_IN_COMMAND = re.compile(rf"(?<![\w.-]){_DOTTED}(?![\w-])")
_FILES = re.compile(
    r"bin|cfg|conf|css|csv|db|docx?|env|gz|html|ini|jpe?g|js|json|key|log|md|out|pdf|pem|php|png|py|sh|sql|tar|tgz|tmp"
    r"|toml|ts|tsv|txt|xlsx|xml|ya?ml|zip",
    re.IGNORECASE,
)
"""Last labels of names in a command that are files rather than hosts."""

_WORD = re.compile(r"\w(?:[\w.-]*\w)?")
_HOST_FIELD = re.compile(
    r"host|domain|ur[il]|endpoint|server|site|web_?hook|address|callback|target|destination|remote|link|proxy|registry",
    re.IGNORECASE,
)
_BUCKET_FIELD = re.compile(r"bucket(?:_?name)?", re.IGNORECASE)
_PROSE = re.compile(
    r"answer|body|comment|contents?|description|html|markdown|message|notes?|reply|report|subject|summary|text|title",
    re.IGNORECASE,
)
"""Names of arguments that say something. What is only spoken of there is not reached."""


@dataclass(frozen=True, slots=True)
class Exfiltration:
    """What was found: kinds only (image, link, tool argument), never the address or the data."""

    kinds: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the form in which playbooks see it."""
        return {"found": bool(self.kinds), "kinds": list(self.kinds)}


def find_exfiltration(
    answers: Sequence[str], tool_calls: Sequence[ToolCall], trusted: Sequence[str], allowed: Collection[str]
) -> Exfiltration:
    """Look for addresses that carry data to hosts which neither ``allowed`` nor the ``trusted`` text names.

    ``trusted`` is what the system and the user wrote; a host named there is where they want to go. An image counts as
    soon as its URL has a query or a long encoded part, since showing the answer already sends it; a link only then too.
    """
    known = _named(trusted) | {host.casefold() for host in allowed}
    kinds: list[str] = []
    for text in answers:
        if any(_carries(url, known) for url in _addresses(_IMAGE, text)):
            kinds.append("image")
        links = [*_addresses(_LINK, text), *_addresses(_REFERENCE, text)]
        if any(_carries(url, known) for url in links):
            kinds.append("link")
    arguments = [as_text(call.arguments) for call in tool_calls]
    if any(_carries(url, known) for text in arguments for url in _URL.findall(text)):
        kinds.append("tool argument")
    return Exfiltration(tuple(dict.fromkeys(kinds)))


def goes_somewhere_new(tool_calls: Sequence[ToolCall], trusted: Sequence[str], allowed: Collection[str]) -> bool:
    """Tell whether a tool call reaches a place that neither user, system nor ``allowed`` named.

    Places are hosts, mail recipients, phone numbers, buckets and other resources by ARN. A host is named by its domain,
    a resource by the last part of its ARN too; a recipient by the whole address, or by its domain being in ``allowed``.
    Arguments that only say something (a mail's body, a note) reach nothing by what they speak of.
    """
    reached = {place for call in tool_calls for place in _reached(call.arguments)}
    if not reached:
        return False
    named, ours = _named(trusted), {host.casefold() for host in allowed}
    return not all(_is_named(place, named, ours) for place in reached)


def _is_named(place: str, named: Collection[str], allowed: Collection[str]) -> bool:
    if place in named or place in allowed:
        return True
    if place.startswith("arn:"):
        return re.split(r"[:/]", place)[-1] in named
    if "@" in place:
        domain = place.rpartition("@")[2]
        return domain in allowed or _is_below(domain, allowed)
    return _is_below(place, named) or _is_below(place, allowed)


def _named(texts: Iterable[str]) -> set[str]:
    """Return, in lower case, all that trusted texts can name a place by: its address, or a bare word."""
    names: set[str] = set()
    for text in texts:
        names.update(_places(text))
        names.update(word.casefold() for word in _WORD.findall(text))
    return names


def _places(text: str) -> Iterator[str]:
    """Yield the places whose form alone shows that they are some."""
    yield from (host for url in _ANY_URL.findall(text) if (host := _host(url)))
    yield from (mail.casefold() for mail in _MAIL.findall(text))
    yield from ((one or other).casefold() for one, other in _BUCKET.findall(text))
    yield from (arn.rstrip(".,:").casefold() for arn in _ARN.findall(text))
    yield from _IP.findall(text)
    yield from ("+" + re.sub(r"\D", "", phone) for phone in _PHONE.findall(text))


def _reached(arguments: Any) -> Iterator[str]:
    """Yield the places in a tool call's arguments; arguments may be JSON text, as OpenAI's are and streams'."""
    left: list[tuple[str, Any]] = [("", _parsed(arguments))]
    while left:
        name, value = left.pop()
        if isinstance(value, Mapping):
            left += [(str(key), member) for key, member in value.items()]
        elif isinstance(value, list):
            left += [(name, member) for member in value]
        elif isinstance(value, str) and not _PROSE.fullmatch(name):
            yield from _places(value)
            yield from _bare_places(name, value)


def _bare_places(name: str, text: str) -> Iterator[str]:
    """Yield what is a place by the argument's name, or because a command there goes to it."""
    if _HOST_FIELD.search(name) and (found := _BARE_HOST.fullmatch(text.strip())):
        yield found["host"].casefold()
    if _BUCKET_FIELD.fullmatch(name):
        yield text.strip().casefold()
    for command in _COMMAND.findall(text):
        for host in _IN_COMMAND.findall(command):
            if not _FILES.fullmatch(host.rpartition(".")[2]):
                yield host.casefold()


def _parsed(arguments: Any) -> Any:
    if isinstance(arguments, str):
        try:
            return json.loads(arguments)
        except (ValueError, RecursionError):
            return arguments
    return arguments


def _addresses(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for found in pattern.finditer(text):
        yield next(group for group in found.groups() if group)


def _carries(url: str, known: Collection[str]) -> bool:
    host = _host(url)
    if host is None or host in known or _is_below(host, known):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    if len(parts.query) + len(parts.fragment) >= DATA_LENGTH:
        return True
    labels = host.split(".")
    return bool(_ENCODED.search(parts.path)) or any(len(label) >= DATA_LENGTH for label in labels[:-2])


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.rstrip(".").casefold() if host else None


def _is_below(host: str, known: Collection[str]) -> bool:
    """A name below a known domain is known; ``evil-example.com`` is not below ``example.com``."""
    return any(host.endswith("." + domain) for domain in known if "." in domain and "@" not in domain)


def as_text(arguments: Any) -> str:
    """Return a tool call's arguments as one text."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, default=str, ensure_ascii=False)
