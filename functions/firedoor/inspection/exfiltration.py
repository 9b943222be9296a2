"""Whether an answer carries data out: rendered images, links and tool calls to places that nobody named.

Owns finding hosts, recipients and resources in answers and tool arguments. Whether the text that asked for it was an
injection is ``injection``'s.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from firedoor.inspection.recipients import named_values

if TYPE_CHECKING:
    from firedoor.inspection.invocations import ToolCall

DATA_LENGTH = 24
"""Characters of query, fragment or one word of it from which on an image's URL can carry more than its address."""

RUN = 4
"""Words of what a model read that stand in a URL in the same order: by copying, hardly ever by chance."""

_URL = re.compile(r"https?://[^\s<>\"'\\)\]}]{1,2000}", re.IGNORECASE)
_IMAGE = re.compile(
    r"!\[[^\]]{0,300}\]\(\s*<?((?:https?:)?//[^\s)>]{1,2000})"
    r"|<(?:audio|embed|iframe|img|input|link|object|script|source|video)\b[^>]{0,300}?"
    r"\b(?:data|href|poster|src|srcset)\s*=\s*[\"']?((?:https?:)?//[^\s\"'>]{1,2000})"
    r"|\burl\(\s*[\"']?((?:https?:)?//[^\s\"')]{1,2000})",
    re.IGNORECASE,
)
"""What is fetched as soon as the answer is shown."""

_REFERENCE = re.compile(r"^\s{0,3}\[[^\]]{1,100}\]:\s*<?((?:https?:)?//[^\s>]{1,2000})", re.IGNORECASE | re.MULTILINE)
_REFERRING_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\[")
_LINK = re.compile(r"(?<!!)\[[^\]]{0,300}\]\(\s*<?((?:https?:)?//[^\s)>]{1,2000})", re.IGNORECASE)
_PIECE = re.compile(rf"[A-Za-z0-9+=%]{{{DATA_LENGTH},}}")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,4000}")
_NUMBER = re.compile(r"\d(?:[ -]?\d){6,19}")
_DATE = re.compile(r"(?:19|20)\d{6}")

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


Kind = Literal["image", "link", "tool argument"]


@dataclass(frozen=True, slots=True)
class Exfiltration:
    """What was found: kinds only, never the address or the data."""

    kinds: tuple[Kind, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the form in which playbooks see it."""
        return {"found": bool(self.kinds), "kinds": list(self.kinds)}


def find_exfiltration(
    answers: Sequence[str],
    tool_calls: Sequence[ToolCall],
    trusted: Sequence[str],
    allowed: Collection[str],
    *,
    asked: Sequence[str] = (),
    held: Sequence[str] = (),
) -> Exfiltration:
    """Look for addresses that carry data to hosts which neither ``allowed`` nor the ``trusted`` text names.

    ``trusted`` is what the system and the user wrote; a host named there is where they want to go. An address carries
    data if it has something encoded that decodes to text, or a mail address, a number or a run of words of the
    conversation; an image, which is fetched when the answer is shown, with a long query or an opaque word too. One that
    stood as it is in what the model read carries nothing.

    Args:
        answers: What the model answered.
        tool_calls: What it called.
        trusted: See above.
        allowed: Domains that may be reached.
        asked: What the user wrote. Its words are no data: whoever asks for a search gets a link with them.
        held: All else that the model read: the system prompt and what was retrieved.
    """
    named = _named(trusted) | {host.casefold() for host in allowed}
    read = _Read(asked, held)

    def carries(url: str, *, shown: bool = False) -> bool:
        host = _host(url)
        strange = host is not None and host not in named and not _is_below(host, named)
        return strange and (read.is_told_by(url) or (shown and _is_opaque(url))) and not read.holds(url)

    kinds: list[Kind] = []
    for text in answers:
        references = list(_addresses(_REFERENCE, text))
        images = [*_addresses(_IMAGE, text), *(references if _REFERRING_IMAGE.search(text) else ())]
        links = {*_addresses(_LINK, text), *references, *_URL.findall(text)} - set(images)
        kinds += ["image"] if any(carries(url, shown=True) for url in images) else []
        kinds += ["link"] if any(carries(url) for url in links) else []
    arguments = [as_text(call.arguments) for call in tool_calls]
    if any(carries(url) for text in arguments for url in _URL.findall(text)):
        kinds.append("tool argument")
    return Exfiltration(tuple(dict.fromkeys(kinds)))


class _Read:
    """What the model had read, as far as an address can carry it away. Looked at only once an address is found."""

    def __init__(self, asked: Sequence[str], held: Sequence[str]) -> None:
        self._asked, self._held = asked, held

    def holds(self, url: str) -> bool:
        """Tell whether a URL was read as it is."""
        return any(url in text for text in (*self._asked, *self._held))

    def is_told_by(self, url: str) -> bool:
        """Tell whether a URL has data of the conversation, or encoded text."""
        said = _beyond_the_host(url)
        return _hides_text(said) or bool(self._values & _values(said)) or bool(self._runs & set(_runs(said)))

    @cached_property
    def _values(self) -> set[str]:
        return {value for text in (*self._asked, *self._held) for value in _values(text)}

    @cached_property
    def _runs(self) -> set[tuple[str, ...]]:
        common = {run for text in self._asked for run in _runs(text)}
        return {run for text in self._held for run in _runs(text)} - common


def _beyond_the_host(url: str) -> str:
    """Return what of a URL can carry data, decoded: all but the scheme, the port and the domain itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    before, _, host = parts.netloc.rpartition("@")
    labels = " ".join(host.partition(":")[0].split(".")[:-2])
    return unquote(" ".join((before, labels, parts.path, parts.query, parts.fragment)))


def _values(text: str) -> set[str]:
    """Return the mail addresses and the long numbers in a text; dates are none."""
    numbers = {re.sub(r"\D", "", number) for number in _NUMBER.findall(text)}
    return {mail.casefold() for mail in _MAIL.findall(text)} | {each for each in numbers if not _DATE.fullmatch(each)}


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return (tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _hides_text(said: str) -> bool:
    """Tell whether something in a URL is text in Base64, Base32 or hex. A hash, an id or a title decodes to none."""
    whole = _ENCODED.findall(said)
    pieces = [piece for run in whole for piece in (run, *run.split("/")) if len(piece) >= 16]
    return any(_is_text(decode, piece) for piece in dict.fromkeys(pieces) for decode in _DECODERS)


def _is_text(decode: Callable[[str], bytes], piece: str) -> bool:
    try:
        text = decode(piece).decode()
    except ValueError:
        return False
    return len(text) >= 8 and text.replace("\n", " ").replace("\t", " ").isprintable()


def _from_base64(piece: str) -> bytes:
    return base64.urlsafe_b64decode(piece.replace("+", "-").replace("/", "_") + "=" * (-len(piece) % 4))


def _from_base32(piece: str) -> bytes:
    return base64.b32decode(piece.upper() + "=" * (-len(piece) % 8))


_DECODERS = (_from_base64, _from_base32, bytes.fromhex)


def _is_opaque(url: str) -> bool:
    """Tell whether an image's URL has room for data that nothing here decodes."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    if len(parts.query) + len(parts.fragment) >= DATA_LENGTH:
        return True
    return bool(_PIECE.search(f"{parts.path} {parts.netloc}"))


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
    """Yield the places in a tool call's arguments."""
    for name, value in named_values(arguments):
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


def _addresses(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for found in pattern.finditer(text):
        yield next(group for group in found.groups() if group)


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.rstrip(".").casefold() if host else None


def _is_below(host: str, known: Collection[str]) -> bool:
    """A name below a known domain is known; ``evil-example.com`` is not below ``example.com``."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in known for start in range(1, len(labels) - 1))


def as_text(arguments: Any) -> str:
    """Return a tool call's arguments as one text."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, default=str, ensure_ascii=False)
