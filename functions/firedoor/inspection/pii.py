"""Find personal data in a text by its form: checksums where a number has one, and words next to it where it has none.

Owns matching; which identity numbers and labels are known is in `pii_rules`. Names and postal addresses have no form
and are not looked for. It keeps, logs and returns no found value: a span has offsets, a type and a confidence.
"""

from __future__ import annotations

import importlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from firedoor.inspection.pii_rules import (
    HEADINGS,
    IBAN_LENGTHS,
    IDENTITIES,
    LABELLED,
    SWIFT_COUNTRIES,
    Identity,
    Labelled,
)
from firedoor.inspection.spans import lower, without_overlaps
from firedoor.inspection.tables import cells

# Writings of the same characters by word processors and keyboards; one for one, so that no offset moves.
_PLAIN = (
    dict.fromkeys([*range(0x2010, 0x2014), 0x2212, 0xFE63, 0xFF0D], "-")
    | dict.fromkeys([0x00A0, *range(0x2000, 0x200B), 0x202F, 0x3000], " ")
    | {0xFF08: "(", 0xFF09: ")", 0xFF0B: "+", 0xFF0E: ".", 0xFF0F: "/", 0xFF1A: ":", 0xFF20: "@"}
    | {zero + n: str(n) for zero in (0xFF10, 0x0660, 0x06F0, 0x0966) for n in range(10)}
)

_LOCAL_PART = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+'-"
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]{1,63}+\.){1,8}[A-Za-z]{2,24}+(?![\w-])")
_FILE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".js", ".css", ".py", ".ts")

_TOKEN = re.compile(r"[0-9][A-Za-z0-9.+/-]*")
_SPACED = re.compile(
    r"[0-9](?<![0-9A-Za-z.][0-9])(?:"
    r"[0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}(?: [0-9]{3})?|[0-9]{3} [0-9]{6} [0-9]{4,5}"  # payment cards
    r"| [0-9]{2} [0-9]{2} [0-9][0-9AB] [0-9]{3} [0-9]{3} [0-9]{2}"
    r"|[0-9]{2} [0-9]{3} [0-9]{3,4}|[0-9]{3} [0-9]{4} [0-9]{4}|[0-9] [0-9]{3} [0-9]{3} [0-9]{3}"
    r"|[0-9]{2} [0-9]{2} [0-9]{4}|[0-9]{4} [0-9]{5}|[0-9]{3} [0-9]{6}|[0-9]{5} [0-9]{5}|[0-9]{5} [0-9]{4} [0-9]{3}"
    r")(?![0-9A-Za-z])"
)
_SHAPE = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "9" * 10 + "A" * 52
)  # the rest stays

_CARD_SHAPES = frozenset(
    (
        *("9" * n for n in range(12, 20)),
        *("9999 9999 9999 9999", "9999-9999-9999-9999", "9999.9999.9999.9999"),
        *("9999 9999 9999 9999 999", "9999-9999-9999-9999-999"),
        *("9999 999999 99999", "9999-999999-99999", "9999 999999 9999", "9999-999999-9999"),
    )
)
# Issuer prefixes and lengths (ISO/IEC 7812 registrations as the schemes publish them).
_ISSUERS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})$|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}$"
    r"|3[47][0-9]{13}$|3(?:0[0-59]|[689][0-9])[0-9]{11,16}$|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12,15}$"
    r"|35[0-9]{14}$|35(?:2[89]|[3-8][0-9])[0-9]{13,15}$|(?:2131|1800)[0-9]{11}$|(?:62|81)[0-9]{14,17}$|220[0-4][0-9]{12}$"
    r"|(?:5018|5020|5038|5[678][0-9]{2}|6304|6390|67[0-9]{2})[0-9]{8,15}$"
)
_CARD_WORDS = re.compile(
    r"card|visa|master|amex|american express|maestro|discover|diners|credit|debit|(?<![a-z])cc(?![a-z])|payment|\bexp"
    r"|cvv|cvc|kredit|karte|bancaire|\bcarte\b|tarjeta|cart[aã]o|carta\b|kaart|kort\b|karta|kart[ıi]|карт|カード|卡|카드"
)
_CARD_LABEL = re.compile(
    r"(?:credit|debit|card|visa|mastercard|amex|(?<![a-z])cc(?![a-z])|kreditkarte|carte bancaire|tarjeta|cart[aã]o"
    r"|carta di credito)[^0-9.;]{0,24}$"
)

_SSN_SHAPES = ("999-99-9999", "999 99 9999", "999999999")
_SSN_WORDS = re.compile(
    r"\bssn|social[ _-]?security|\bsoc sec|ssn\b|\b(?:my|his|her|their|your|the) social\b(?! (?:media|net|acc|life))"
)
_NO_SSN_LABEL = re.compile(
    r"(?:licen[cs]e|passport|routing|account|acct|mrn|record|member|phone|policy|order)[^a-z0-9]*$"
)

_NINO = re.compile(
    r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?<!BG|GB|KN|NK|NT|TN|ZZ)( ?)[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[A-D]$"
)
_NINO_WORDS = re.compile(r"insurance|nino|\bni\b")
_SPACED_NINO = re.compile(r"[A-Z]{2} [0-9]{2} [0-9]{2} [0-9]{2} [A-D](?![0-9A-Za-z])")
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,28}")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}+[0-9A-Fa-f.]{0,15}(?=$|[^\w:]|:[0-9]{1,5}(?![\w:]))")
_MAC = re.compile(r"(?<![\w:-])(?:(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2})(?![\w:-])")
# As switches write it. It begins at its first dot, which a search finds faster than a hexadecimal digit.
_DOTTED_MAC = re.compile(r"\.(?<=[0-9A-Fa-f]{4}\.)(?<![\w.:-].{5})[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w:-]|\.\w)")
_VERSION_WORDS = re.compile(
    r"(?:version|release|\bv|ver\.?|build|section|chapter|clause|paragraph|§|firmware)s?[\s:=]{0,3}$"
)
_UPGRADE = re.compile(r"(?:upgrad|updat|downgrad|migrat)[a-z]{1,4} (?:[a-z]{1,20} ){0,2}(?:v?[0-9.]{1,20} to )?$")
_ADDRESS_WORDS = re.compile(
    r"\bip|addr|host|server|client|from|\bto\b|via|gateway|router|dns|ping|peer|remote|source|src|dst|subnet|login"
    r"|connect|block|deny|allow"
)

_EXTENSION = r"(?:[ ,]{0,2}(?:x|extn?|extension)\.?[ :]{0,2}[0-9]{1,6})?"
# What may be a phone number with what may follow it: groups of digits, at most two separators apart.
_DIGIT_GROUPS = re.compile(
    r"[+(0-9](?<![0-9A-Za-z_@#$€£./-][+(0-9])(?!(?<=[0-9],[0-9])[0-9]{2}(?:,|(?![0-9 ./(-])))"
    r"(?:(?<=\+) ?\(?|(?<=\()\+?)?"
    r"[0-9]{0,15}+(?:\)?[ .\-/\u2010-\u2013]{0,2}\(?[0-9]{1,15}+){0,8}"
    rf"{_EXTENSION}"
)
_DIGIT = re.compile(r"[0-9]")
_GROUP_END = re.compile(r"[0-9](?=[^0-9]|$)")
# Written so that nobody needs to be told: North American, French, an area code in brackets.
_DISTINCT_PHONE = re.compile(
    r"(?<![0-9][ .-])(?<![0-9])(?:"
    r"(?:(?:\+|00)?1[ .-]?)?(?:\([0-9]{3}\)[ -]?|[2-9][0-9]{2}[.-])[0-9]{3}[ .-][0-9]{4}"
    r"|[2-9][0-9]{2}/[2-9][0-9]{2}-[0-9]{4}"
    r"|(?:1 )?[2-9][0-9]{2} [2-9][0-9]{2}[ -][0-9]{4}"
    r"|\(0?[1-9][0-9]{0,3}\)[ -]{0,2}[0-9]{3,5}[ -]?[0-9]{3,5}|\(0[1-9][0-9]{2,3}\) ?[0-9]{5,8}"
    r"|0[1-9]([ .-])[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[0-9]{2}"
    rf"){_EXTENSION}(?![ -]?[0-9]|[A-Za-z_])"
)
_AREA_IN_BRACKETS = re.compile(r"\(\+?[0-9]{1,5}\)")
_THREE_PAIRS = re.compile(r"[1-9][0-9]([ -])[0-9]{2}\1[0-9]{2}")
_TRUNK_PHONE = re.compile(r"0[1-9][0-9]{1,4}[ /-]?[0-9]{3,8}(?:[ -][0-9]{3,5})?")
_BARE_MOBILE = re.compile(r"07[1-9][0-9]{8}")  # British; other digits without a separator are as likely an id
_ZIP_CODE = re.compile(r"[0-9]{5}-[0-9]{4}")
_TRUNK_REGIONS = ("GB", "DE", "FR", "AU", "IT", "JP", "NL")
_DATE = re.compile(r"[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{4}|[0-9]{2})")
_YEARS = re.compile(r"(?:19|20)[0-9]{2}[ /-](?:19|20)[0-9]{2}")
_DOTTED_PAIR = re.compile(r"[0-9]{4}\.[0-9]{4}")
# Other languages than English, where what they call it does not begin like "tel" or "mob".
_PHONE_WORDS = (
    r"телефон|\bтел\b|\bмоб|номер|τηλ|κινητ|טלפון|טל['׳]|נייד|电话|電話|手机|手機|携帯|전화|휴대|연락처|โทร|มือถือ"
    r"|điện thoại|sđt|\bhp\b|\bcep\b|\bgsm\b|\bpuh|puhelin|\bfono?\b|rufnummer"
    r"|joindre|appel(?:er|ez)|chiam|llám|llamar?\b|\bbel |\bportable|\bph\b"
    r"|\bt[eé]l[eé]?\b|\btlf|telem[oó]ve(?:l|is)|celular|téléphone|\btelefon|mobiltelefon|m[oó]vil|handy"
)
# "text 1234567 words" and "reach 10000000 people" are not calls: a short bare number needs a noun or "at" before it.
_NEXT_TO_LABEL = re.compile(
    rf"(?i)(?:{_PHONE_WORDS}|phone|tel|telefono?|teléfono|mobil|mobile|mob|cell|fax|sms|whatsapp|numbers?|num|no|nr|contact|at|on|line"
    r"|(?:number|phone|mobile|cell|fax|it|that) (?:is|was)|is:|(?:call|text|dial|ring|reach) (?:me|us|him|her|them)"
    r"|call|dial|(?:sms|messages?|text) to)"
    r"(?:[\s_]{0,2}(?:number|num|no|nr)\b)?[\"'\s:=>.,|(\[#-]{0,6}$"
)
_PHONE_LABEL = re.compile(
    rf"(?:{_PHONE_WORDS}|phone|tele?fono?|teléfono|\btel|\btlf|mobile?|móvil|\bmob|cell|\bfax|handy|whats ?app"
    r"|hotline|pager|\bsms|\btext(?:ed)?|\bcall(?:ed|ing)?|\breach|\bdial|\bring|contact|messages? (?:to|on|at|from)"
    r"|registered|answering|voice ?mail|(?:support|help|land|our|direct) ?line"
    r"|(?:my|his|her|their|your|this|new|the|emergency) numbers?)[^0-9]{0,28}$"
    r"|(?:desk|office|direct|home|work|main)[ \"']{0,2}[:=][^0-9]{0,6}$"
)
_PHONE_RIGHT_BEFORE = re.compile(rf"(?:{_PHONE_WORDS}|phone|mobile?)[^0-9a-z]{{0,6}}$")
_PHONE_STEMS = (
    *(
        "phone",
        "tel",
        "tlf",
        "mob",
        "móvil",
        "cell",
        "fax",
        "handy",
        "whats",
        "hotline",
        "pager",
        "sms",
        "text",
        "call",
    ),
    *("reach", "dial", "ring", "contact", "message", "registered", "number", "desk", "office", "direct", "home"),
    *("main", "voice", "line", "work"),
    *(
        "телефон",
        "тел",
        "моб",
        "номер",
        "τηλ",
        "κιν",
        "טלפון",
        "טל",
        "נייד",
        "电话",
        "電話",
        "手机",
        "手機",
        "携帯",
        "전화",
        "휴대",
        "연락처",
    ),
    *(
        "โทร",
        "มือถือ",
        "thoại",
        "sđt",
        "tél",
        "celular",
        "hp",
        "cep",
        "gsm",
        "puh",
        "fon",
        "ruf",
        "joindre",
        "appel",
        "chiam",
        "llám",
    ),
    *("llama", "bel", "portable", "ph"),
)
_OTHER_LABEL = re.compile(
    r"(?:order|invoice|ticket|reference|tracking|account|a/c|post ?code|serial|isbn|issn|ssn|security|passport"
    r"|licen[cs]e|routing|policy|version|model|flight|membership|member|customer|employee|patient|imei|transaction"
    r"|confirmation|batch|claim|permit|registration|aadhaar|record|certificate|total|amount"
    # not the end of another word: of Kevin, Klein or an airport
    r"|(?<![a-z])(?:case|ref|acct|zip|box|id|upc|ean|sku|vin|lot|part|item|card|mrn|npi|ein|tax|vat|nhs|iban|bsn|sin|tfn"
    r"|plate|rut|cpf|date|dob|doi|loan|port|pin|sum))"
    r"[ _-]?(?:numbers?|no|num|nr|id|code)?[^a-z0-9]{0,6}(?:(?:is|was|:)[^a-z0-9]{0,3})?$"
)
_PHONE_TRAILER = re.compile(r"[ \-\\,:(]{0,4}(?:office|fax|mobile|cell|home|work|desk|phone|direct line)\b")
_MAX_LIBRARY_CALLS = 64  # phonenumbers takes 0.1 ms a number: a text with more of them is judged by form alone

_LINK = (
    r"(?:[\s_,-]{0,2}(?:with|numbers?|num|no|nr|nbr|id|code|card|ending|n[uú]m[eé]ro|nummer|numer|номер|n(?=[\s.:°º])[°º]?|№|#)(?![a-z])\.?){0,3}"
    r"(?:[\s:=#\"'>|(\[\\.-]{0,20}(?:</?[a-z][^<>\n]{0,40}>\s{0,4}){0,4}"
    r"(?:(?:is|was|are|reads|[eè]|est|es|ist)[\s:=\"']{1,4})?"
    # the answer to a question, in the same line or the next one of a chat
    r"|[^0-9?\n]{0,30}\?\s{1,3}[^0-9?\n]{0,30}?\b(?=[a-z]{0,2}-?[0-9]{3}))"
)
_LOOSE_LINK = r"[^0-9]{0,24}?"
_BANK_WORDS = re.compile(r"bank|checking|savings|routing|deposit|wire|iban|swift|direct debit|payroll")


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of personal data: `text[start:end]`, its type (see `pii_rules`) and a confidence from 0 to 1."""

    start: int
    end: int
    type: str
    confidence: float


def find(text: str) -> tuple[Span, ...]:
    """Return the personal data in `text`, sorted and not overlapping; of two that overlap the longer one wins.

    Offsets are indexes into `text`.

    >>> [(span.start, span.end, span.type) for span in find("write to ana@example.com")]
    [(9, 24, 'EMAIL')]
    """
    if not text.isascii():
        text = text.translate(_PLAIN)
    found = _found(text, lower(text))
    if "\n" in text:
        for heading, start, end in cells(text, HEADINGS):
            label = f"{heading}: "
            found.extend(
                Span(start + s.start - len(label), start + s.end - len(label), s.type, s.confidence)
                for s in _found(label + text[start:end], f"{label}{lower(text[start:end])}")
                if s.start >= len(label)
            )
    found.sort(key=lambda s: (s.start - s.end, -s.confidence))
    return without_overlaps(found)


def _found(text: str, lowered: str) -> list[Span]:
    found: list[Span] = []
    if "@" in text:
        found.extend(_emails(text))
    if _TOKEN.search(text):
        found.extend(_tokens(text, lowered))
        found.extend(_phones(text, lowered))
    found.extend(_dotted_macs(text))
    if text.count(":") > 1 or text.count("-") > 4:
        found.extend(_hardware_and_ipv6(text))
    for rule in _open_rules(lowered):
        found.extend(_labelled(rule, text, lowered))
    return found


def _emails(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at >= 0:
        before = text[max(0, at - 64) : at]
        local = before[len(before.rstrip(_LOCAL_PART)) :].lstrip(".'-")
        domain = _DOMAIN.match(text, at + 1)
        start = at - len(local)
        if start and text[start - 1] == "\\" and local[:1] in ("n", "r", "t"):  # a JSON escape, not the first letter
            start += 1
        if domain and start < at and not _is_no_mailbox(text, start, local, domain.group()):
            yield Span(start, domain.end(), "EMAIL", 0.95)
        at = text.find("@", at + 1)


def _is_no_mailbox(text: str, start: int, local: str, domain: str) -> bool:
    """Tell whether this is a repository (``git@``), a file (``icon@2x.png``) or the password in a URL."""
    if local == "git" or domain.lower().endswith(_FILE_ENDINGS):
        return True
    return text[start - 1 : start] == ":" and "://" in text[max(0, start - 80) : start].rpartition(" ")[2]


def _tokens(text: str, lowered: str) -> Iterator[Span]:
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while start and match.start() - start < 7 and text[start - 1].isalnum():
            start -= 1
        token = text[start:end].rstrip(".-/+")
        if len(token) > 3 and match.start() - start < 7:
            yield from _token(text, lowered, start, token)
    for match in _SPACED.finditer(text):
        yield from _number(lowered, match.start(), match.group())
    for match in _SPACED_NINO.finditer(text):
        if _NINO.match(match.group()):
            yield Span(*match.span(), "UK_NATIONAL_INSURANCE_NUMBER", 0.9)


def _token(text: str, lowered: str, start: int, token: str) -> Iterator[Span]:
    if token[0].isalpha() and token[:2].upper() in IBAN_LENGTHS and token[2:4].isdecimal():
        yield from _iban(text, lowered, start)
    if token.count(".") > 2 and token[0].isdecimal():
        yield from _ipv4(lowered, start, token)
    if len(token) == 9 and token[0].isalpha() and _NINO.match(token.upper()):
        # A driving licence may have the same form, and a label of its own.
        named = _NINO_WORDS.search(_around(lowered, start, start + 9))
        yield Span(start, start + 9, "UK_NATIONAL_INSURANCE_NUMBER", 0.9 if named else 0.75)
    if len(token) < 26:
        yield from _number(lowered, start, token)
        if "/" in token:
            yield from _number(lowered, start, token.partition("/")[0])


def _iban(text: str, lowered: str, start: int) -> Iterator[Span]:
    match = _IBAN.match(text, start)
    if not match:
        return
    length = IBAN_LENGTHS[match.group()[:2].upper()]
    end, compact = start, ""
    for character in match.group():
        if len(compact) == length:
            break
        end += 1
        compact += character if character.isalnum() else ""
    whole = end == len(text) or not text[end].isalnum()
    if whole and len(compact) == length:
        if _mod_97(compact.upper()) == 1:
            yield Span(start, end, "IBAN", 0.99)
        elif "iban" in lowered[max(0, start - 20) : start]:
            yield Span(start, end, "IBAN", 0.6)


def _mod_97(iban: str) -> int:
    """Return the remainder of ISO 13616: 1 for a valid IBAN."""
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97


def _ipv4(lowered: str, start: int, token: str) -> Iterator[Span]:
    address, _, prefix = token.partition("/")
    if prefix.isdecimal() and int(prefix) < 32:
        return  # a network, not an address
    address = address.rstrip(".-")
    try:
        parsed = ipaddress.IPv4Address(address)
    except ValueError:
        return
    if parsed.is_loopback or parsed.is_unspecified or address.startswith("255."):
        return  # says nothing about anybody
    before = lowered[max(0, start - 60) : start]
    if before.endswith((".", "-", "_")) or lowered[start - 1 : start].isalpha():
        return
    if _VERSION_WORDS.search(before[-14:]):
        return
    if ("grad" in before or "updat" in before or "migrat" in before) and _UPGRADE.search(before):
        return
    numbers = [int(number) for number in address.split(".")]
    if numbers[2:] == [0, 0]:
        return  # the first of a network, or a version
    # Four small numbers are more often a version or a section than an address, unless the words say which.
    if max(numbers) < 32 and numbers[0] != 10 and not _ADDRESS_WORDS.search(before[-32:]):
        return
    yield Span(start, start + len(address), "IP", 0.9)


def _dotted_macs(text: str) -> Iterator[Span]:
    for match in _DOTTED_MAC.finditer(text):
        start, end = match.start() - 4, match.end()
        if not text[start:end].replace(".", "").isdecimal():
            yield Span(start, end, "MAC_ADDRESS", 0.9)


def _hardware_and_ipv6(text: str) -> Iterator[Span]:
    for match in _MAC.finditer(text):
        yield Span(*match.span(), "MAC_ADDRESS", 0.95)
    if "::" not in text and text.count(":") < 7:
        return
    for match in _IPV6.finditer(text):
        end = match.end() - (match.group().endswith("."))
        try:
            address = ipaddress.IPv6Address(text[match.start() : end])
        except ValueError:
            continue
        if address.is_loopback or address.is_unspecified or not _DIGIT.search(text, match.start(), end):
            continue  # B::CC is a name in a program
        if end - match.start() > 4:
            yield Span(match.start(), end, "IP", 0.9)


def _number(lowered: str, start: int, number: str) -> Iterator[Span]:
    """Yield what a number may be by its shape; the checks decide, and `find` settles what overlaps."""
    shape = number.translate(_SHAPE)
    end = start + len(number)
    if shape in _CARD_SHAPES:
        yield from _card(lowered, start, number)
    if shape in _SSN_SHAPES:
        yield from _ssn(lowered, start, number)
    for rule, needs_words in _by_shape().get(shape, ()):
        if needs_words and not _words(rule.words).search(_around(lowered, start, end)):
            continue
        if not _stdnum(rule.check).is_valid(number):
            continue
        if not (needs_words and _PHONE_RIGHT_BEFORE.search(lowered, max(0, start - 20), start)):
            yield Span(start, end, rule.type, 0.9 if needs_words else 0.85)


@cache
def _by_shape() -> dict[str, tuple[tuple[Identity, bool], ...]]:
    table: dict[str, list[tuple[Identity, bool]]] = {}
    for rule in IDENTITIES:
        for shape in rule.shapes:
            table.setdefault(shape, []).append((rule, False))
        for shape in rule.bare:
            table.setdefault(shape, []).append((rule, True))
    return {shape: tuple(rules) for shape, rules in table.items()}


@cache
def _words(words: str) -> re.Pattern[str]:
    return re.compile(words)


@cache
def _stdnum(module: str) -> Any:
    """Return python-stdnum's module of one number, imported when a number of that shape is first seen."""
    return importlib.import_module(f"stdnum.{module}")


def _around(lowered: str, start: int, end: int) -> str:
    return f"{lowered[max(0, start - 60) : start]}|{lowered[end : end + 24]}".replace("_", " ")


def _card(lowered: str, start: int, number: str) -> Iterator[Span]:
    digits = number.replace(" ", "").replace("-", "").replace(".", "")
    if len(set(digits)) == 1:
        return
    end = start + len(number)
    issued, valid = _ISSUERS.match(digits) is not None, _luhn(digits)
    if issued and valid:
        # One transaction id of forty fits an issuer and its check digit.
        alone = len(digits) >= 15 and not _belongs_to_another_label(lowered, start)
        if alone or _CARD_WORDS.search(_around(lowered, start, end)):
            yield Span(start, end, "CREDIT_CARD", 0.98)
    # With a typing error, or of an issuer not in the table, it is still most of somebody's card number.
    elif (valid or (issued and len(digits) > 14)) and _CARD_LABEL.search(lowered, max(0, start - 40), start):
        yield Span(start, end, "CREDIT_CARD", 0.6)


def _luhn(digits: str) -> bool:
    return (sum(map(int, digits[-1::-2])) + sum(int("0246813579"[int(d)]) for d in digits[-2::-2])) % 10 == 0


def _ssn(lowered: str, start: int, number: str) -> Iterator[Span]:
    """Judge by the ranges that were ever assigned (SSA, randomisation of 2011): no area 000, 666 or 900 to 999."""
    digits = number.replace("-", "").replace(" ", "")
    if digits[:3] == "000" or digits[3:5] == "00" or digits[5:] == "0000":
        return
    around = _around(lowered, start, start + len(number))
    announced = ("ssn" in around or "soc" in around) and _SSN_WORDS.search(around) is not None
    if announced and "-" not in number and _NO_SSN_LABEL.search(lowered, max(0, start - 16), start):
        return  # the words speak of another number before this one
    assigned = digits[:3] != "666" and digits[0] != "9"
    if announced:
        yield Span(start, start + len(number), "SSN", 0.95 if assigned else 0.6)
    elif assigned and "-" in number and not _OTHER_LABEL.search(lowered, max(0, start - 30), start):
        yield Span(start, start + len(number), "SSN", 0.85)


def _phones(text: str, lowered: str) -> Iterator[Span]:
    library_calls = 0
    for match in _DIGIT_GROUPS.finditer(text):
        start, end = match.span()
        if text[start] == "(" and not _AREA_IN_BRACKETS.match(text, start):
            start += 1
        if end - start < 7:
            continue
        if text[start] == "+" or text.startswith(("(+", "00"), start):
            library_calls += 1
            spans = _international(text, start, end, ask_library=library_calls <= _MAX_LIBRARY_CALLS)
        else:
            spans = [Span(*m.span(), "PHONE", 0.9) for m in _DISTINCT_PHONE.finditer(text, start, end)]
        spans = [s for s in spans if not _belongs_to_another_label(lowered, s.start)]
        if not spans and _is_announced(lowered, start, end) and not _belongs_to_another_label(lowered, start):
            spans = _announced(text, start, end)
        if not spans and text[start] == "0" and library_calls < _MAX_LIBRARY_CALLS and 10 <= end - start <= 15:
            library_calls += 1
            spans = _with_trunk_prefix(text, lowered, start, end)
        yield from spans


def _international(text: str, start: int, end: int, *, ask_library: bool) -> list[Span]:
    for stop in _ends(text, start, end):
        number = text[start:stop]
        if number.startswith("00"):
            number = "+" + number[2:]
        # A sum in a formula is written "+ 123", an id with leading zeros "00123": these must also be valid.
        odd = text[start + 1] == " " or text[start:stop].isdecimal()
        if not (10 if odd else 8) <= _count_digits(number.partition("x")[0]) <= 15:
            continue
        if (_is_valid if odd else _is_possible)(number) if ask_library else not odd:
            return [Span(start, stop, "PHONE", 0.95)]
    return []


def _announced(text: str, start: int, end: int) -> list[Span]:
    """Return the longest run of groups that can be a phone number: what follows it may be another number."""
    for stop in _ends(text, start, end):
        number = text[start:stop].partition("x")[0].rstrip(" ,e")
        if text[stop : stop + 1].isalpha() or _DATE.fullmatch(number) or _YEARS.fullmatch(number):
            continue
        if number[-2:-1] == " ":  # "555 0143 2 times": one digit alone is a number of its own
            continue
        if number.isdecimal() and len(number) < 10 and not _NEXT_TO_LABEL.search(text, max(0, start - 24), start):
            continue
        if number.count(".") == 1 and not _DOTTED_PAIR.fullmatch(number):
            continue
        if number.count(".") == 1 and not _NEXT_TO_LABEL.search(text, max(0, start - 24), start):
            continue
        if 7 <= _count_digits(number) <= 15 or _THREE_PAIRS.fullmatch(number):
            return [Span(start, stop, "PHONE", 0.8)]
    return []


def _with_trunk_prefix(text: str, lowered: str, start: int, end: int) -> list[Span]:
    number = text[start:end]
    if not _TRUNK_PHONE.fullmatch(number) or text[end : end + 1].isalnum():
        return []
    if (number.isdecimal() and not _BARE_MOBILE.fullmatch(number)) or _ZIP_CODE.fullmatch(number):
        return []
    if _belongs_to_another_label(lowered, start) or not any(_is_valid(number, r) for r in _TRUNK_REGIONS):
        return []
    return [Span(start, end, "PHONE", 0.7)]


def _ends(text: str, start: int, end: int) -> list[int]:
    """Return where a number that begins at `start` may end, the farthest first; not within a bracket."""
    ends = [end, *[m.end() for m in _GROUP_END.finditer(text, start, end)][-2::-1]]
    return [e for e in ends if text.count("(", start, e) <= text.count(")", start, e)]


def _count_digits(number: str) -> int:
    return sum(map(str.isdecimal, number))


def _is_announced(lowered: str, start: int, end: int) -> bool:
    if _PHONE_TRAILER.match(lowered, end):
        return True
    before = lowered[max(0, start - 44) : start]
    return any(stem in before for stem in _PHONE_STEMS) and _PHONE_LABEL.search(before) is not None


def _belongs_to_another_label(lowered: str, start: int) -> bool:
    return _OTHER_LABEL.search(lowered, max(0, start - 36), start) is not None


def _is_possible(number: str) -> bool:
    phonenumbers = importlib.import_module("phonenumbers")
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return False


def _is_valid(number: str, region: str | None = None) -> bool:
    phonenumbers = importlib.import_module("phonenumbers")
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number, region)))
    except phonenumbers.NumberParseException:
        return False


@cache
def _label_pattern(label: str, value: str, link: str) -> re.Pattern[str]:
    return re.compile(rf"{label}{link}({value})(?=t[0-9]{{2}}:|[^a-z0-9]|$)")


_ASCII_GATES = tuple((rule, tuple(filter(str.isascii, rule.gates))) for rule in LABELLED)
_ALL_GATES = tuple((rule, rule.gates) for rule in LABELLED)


def _open_rules(lowered: str) -> Iterator[Labelled]:
    """Yield the rules with a gate in the text; a text without letters beyond ASCII holds no gate that has some."""
    for rule, gates in _ASCII_GATES if lowered.isascii() else _ALL_GATES:
        for gate in gates:
            if gate in lowered:
                yield rule
                break


def _labelled(rule: Labelled, text: str, lowered: str) -> Iterator[Span]:
    link = _LOOSE_LINK if rule.type == "DATE_OF_BIRTH" else _LINK
    for match in _label_pattern(rule.label, rule.value, link).finditer(lowered):
        start, end = match.span(1)
        value = text[start:end]
        if sum(map(value.count, "0123456789")) < rule.min_digits:
            continue
        if _is_plausible(rule.type, value, lowered[max(0, match.start() - 150) : end + 100]):
            yield Span(start, end, rule.type, rule.confidence)


def _is_plausible(kind: str, value: str, around: str) -> bool:
    if kind == "SWIFT_CODE":
        return value.isupper() and value[4:6] in SWIFT_COUNTRIES
    if kind == "US_BANK_ACCOUNT_NUMBER":
        return _BANK_WORDS.search(around) is not None
    if kind == "DE_ID_CARD":
        return len(value) < 10 or _icao_check_digit(value[:9].upper()) == int(value[9])
    return True


def _icao_check_digit(characters: str) -> int:
    """Return the check digit of ICAO Doc 9303, part 3, section 4.9: weights 7, 3, 1."""
    return sum(int(c, 36) * w for c, w in zip(characters, (7, 3, 1) * 3, strict=True)) % 10
