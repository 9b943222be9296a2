"""Whether an answer carries data out: rendered images, links and tool calls to places that nobody named.

Owns finding hosts, recipients and resources in answers and tool arguments. Whether the text that asked for it was an
injection is ``injection``'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
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
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BUCKET = re.compile(r"s3://([a-z0-9.-]{3,63})|arn:aws[\w-]*:s3:::([a-z0-9.-]{3,63})")
_ENCODED = re.compile(r"[A-Za-z0-9+/_=%-]{24,}")


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
    known = named_places(trusted) | {host.casefold() for host in allowed}
    kinds: list[str] = []
    for text in answers:
        if any(_carries(url, known) for url in _addresses(_IMAGE, text)):
            kinds.append("image")
        links = [*_addresses(_LINK, text), *_addresses(_REFERENCE, text)]
        if any(_carries(url, known) for url in links):
            kinds.append("link")
    arguments = [_as_text(call.arguments) for call in tool_calls]
    if any(_carries(url, known) for text in arguments for url in _URL.findall(text)):
        kinds.append("tool argument")
    return Exfiltration(tuple(dict.fromkeys(kinds)))


def goes_somewhere_new(tool_calls: Sequence[ToolCall], trusted: Sequence[str], allowed: Collection[str]) -> bool:
    """Tell whether a tool call reaches a host, recipient or bucket that neither user, system nor ``allowed`` named."""
    known = named_places(trusted) | {host.casefold() for host in allowed}
    reached = named_places(_as_text(call.arguments) for call in tool_calls)
    return any(place not in known and not _is_below(place, known) for place in reached)


def named_places(texts: Iterable[str]) -> set[str]:
    """Return the hosts, mail recipients and buckets that texts name, in lower case."""
    places: set[str] = set()
    for text in texts:
        places.update(host for url in _URL.findall(text) if (host := _host(url)))
        places.update(mail.casefold() for mail in _MAIL.findall(text))
        places.update((one or other).casefold() for one, other in _BUCKET.findall(text))
    return places


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


def _as_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, default=str, ensure_ascii=False)
