"""Find credentials in a text, and name one by a keyed fingerprint instead of by itself.

Owns matching, placeholder rules, private keys, JWTs, connection strings and the generic keyword rule; the providers'
formats are rows in `secret_rules`. It keeps, logs and returns no found value: a span is offsets, type and severity.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from firedoor.inspection.secret_rules import RULES, SHORTEST, Rule, Severity
from firedoor.inspection.spans import lower, without_overlaps

_SEVERITY_ORDER: dict[Severity, int] = {"low": 0, "medium": 1, "high": 2, "critical": 3}

_PLACEHOLDERS = (
    *("example", "placeholder", "changeme", "change_me", "redacted", "dummy", "your_", "your-"),
    *("xxxx", "***", "...", "####", "abcdefghij", "0123456789abc", "${", "{{", "<"),
)
_STOP_VALUES = frozenset(
    (
        *("admin", "default", "guest", "postgres", "root", "user", "username"),
        *("key", "mypass", "mypassword", "pass", "passw0rd", "passwd", "password", "pw", "pwd", "secret", "token"),
        *("bar", "false", "foo", "none", "null", "string", "test", "test123", "true", "undefined", "xxx", "yyy"),
    )
)
_LONG_TOKEN = re.compile(rf"[\w.~$%|:/+=-]{{{SHORTEST},}}+")
_OPEN_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]{2,9} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_CLOSE_PRIVATE_KEY = re.compile(r"-----END (?:[A-Z0-9]{2,9} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PRIVATE_KEY_REACH = 16_000  # characters; an RSA-8192 key in PEM is under 7,000
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{32}")
_KEY_CHARACTERS = re.compile(r"[A-Za-z0-9+/=\s\\:,-]*")
_PUTTY_KEY = re.compile(r"Private-Lines: \d{1,3}\s{1,4}((?:[A-Za-z0-9+/=]{4,64}\s{0,4}){2,200}+)")
_JWT = re.compile(r"eyJ(?<![\w-]eyJ)[\w-]{10,2000}+\.(?:[\w-]{2,8000}+\.[\w-]{0,1000}+|\.[\w-]{8,100}\.[\w-]+\.[\w-]+)")
_URL_PASSWORD = re.compile(r"://([^\s:/@\"'<>?#]{0,100}+):([^\s/\"'<>]{1,200})@(?=[\w.\[-])")
_JDBC_PASSWORD = re.compile(r"(?i)jdbc:[a-z0-9:]{2,30}[^\s\"']{0,300}?[?&;]password=([^&;\s\"']{3,100})")
_ADO_PASSWORD = re.compile(
    r"(?i)(?:server|data source|host|address)=[^\n\"']{1,200}?;\s{0,2}(?:password|pwd)=([^;\n\"']{3,100})"
)
_CURL_USER = re.compile(
    r"(?<!\S)(?:-u|--user)[ =]{1,3}[\"']?[^\s\"':]{0,100}[\"']?:[\"']?([^\s\"']{3,100})|"
    r"(?<!\S)(?:-u|--user)[ =]{1,3}[\"']([^\s\"':]{6,100}):[\"']"
)
_AUTHORIZATION = re.compile(
    r"(?:(?<![a-z])authorization[\"'\\]{0,2}\s{0,3}[:=]\s{0,3}[\"'\\]{0,2}(?:(?:basic|bearer|token|api-?token|api-?key)\s{1,3})?"
    r"|(?<![a-z])bearer\s{1,3})([a-z0-9._~+/|:=-]{12,2000})"
)
_KEYWORDS = ("pass", "pwd", "secret", "token", "key", "credential")
_KEY_QUALIFIER = re.compile(
    r"(?:api|access|account|admin|app|application|auth|client|consumer|crypto|decryption|deploy|encryption|function|hmac"
    r"|host|ingestion|integration|jwt|license|master|private|root|sdk|secret|server|service|session|shared|signature"
    r"|signing|storage|subscription|webhook)[ _-]?$"
)
_PASS_QUALIFIER = re.compile(r"(?:admin|db|ftp|mail|my|mysql|pg|redis|root|smtp|sql|ssh|user)$")
_HARMLESS_QUALIFIER = re.compile(
    r"(?:public|pub|csrf|xsrf|page|next|forward|backward|starting|resume|continuation|cursor|sync|pagination|idempotency"
    r"|change|request|cancellation|by)[ _-]?$"
)
_ASSIGNED = re.compile(
    r"(?:word|wd|phrase|code)?s?[\"'`\]\\]{0,3}(?:\s{0,4}(?::=|=>|==?|:|>)\s{0,4}|\s{1,3}(?:is|was)\s{1,3}:?"
    # a cell of a table; code under its name in Markdown; a member called value (of an environment, of a stack)
    r"|\s{0,20}\|\s{0,20}|:?[ ]{0,4}\n{1,2}[ ]{0,8}(?:`{3}[a-z]{0,10}\s{1,4}|`)"
    r"|,?\s{0,40}[\"'\\]{0,3}[a-z]{0,9}value[\"'\\]{0,3}\s{0,3}[:=]\s{0,4})"
    r"[\"'`\\]{0,3}([^\s\"'`<>,;(){}\[\]\\]{6,200})"
)
# A flag of a command, a line of a Dockerfile or of netrc: only these part a name from its value by a space.
_SPACED_NAME = re.compile(
    r"(?:(?<![\w-])--?[a-z][a-z-]{0,30}|(?:^|\n)[ \t]{0,8}(?:env|arg|setx)[ ]{1,4}[a-z_][a-z0-9_]{0,60}"
    r"|\blogin \S{1,60} {1,4})$"
)
_SPACED_VALUE = re.compile(
    r"(?:word|wd|phrase|code)?s?[ ]{1,4}[\"'`]?([^\s\"'`<>,;(){}\[\]\\=:|-][^\s\"'`<>,;(){}\[\]\\]{5,199})"
)
_DOTTED_NAME = re.compile(r"(?:[a-z_]\w{0,60}\.){1,8}[a-z_]\w{0,80}", re.IGNORECASE)
_NEXT_PARAMETER = re.compile(r"&(?=&|amp;|[A-Za-z_]\w{0,40}=)")  # of a URL, or the next command
_KIND_CHANGE = re.compile(r"(?=[a-z][0-9]|[0-9][A-Za-z]|[a-z][A-Z]|[A-Z][0-9])")
_DIGIT, _LETTER = re.compile("[0-9]"), re.compile("[A-Za-z]")
_NOT_A_VALUE = (
    "http://",
    "https://",
    "arn:",
    "projects/",
    "/",
    "./",
    "$",
    "%",
    "file:",
    "vault:",
    "env:",
    "os.",
    "process.",
)


@dataclass(frozen=True, slots=True)
class Span:
    """One credential: `text[start:end]`, its type (a constant such as ``AWS_ACCESS_KEY``) and its severity."""

    start: int
    end: int
    type: str
    severity: Severity


def find(text: str) -> tuple[Span, ...]:
    """Return the credentials in `text`, sorted and not overlapping: a named format wins over the generic, then length.

    Placeholders are not reported: the keys of AWS's documentation (``…EXAMPLE``), ``xxxx``, ``${VAR}``, ``changeme``.

    >>> find("nothing to see here")
    ()
    """
    lowered = lower(text)
    found = [*_formats(text, lowered), *_structured(text, lowered)]
    found.extend(_generic(text, lowered))
    found.sort(key=lambda s: (s.type == "GENERIC_SECRET", s.start - s.end, -_SEVERITY_ORDER[s.severity]))
    return without_overlaps(found)


def fingerprint(secret: str, key: bytes) -> str:
    """Return the first 16 hex digits of HMAC-SHA-256 over `secret`: the same secret and key give the same name."""
    return hmac.new(key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a rule when its literal is first seen: compiling all of them would cost more than reading a record."""
    return re.compile(pattern)


def _formats(text: str, lowered: str) -> Iterator[Span]:
    tokens = " ".join(_LONG_TOKEN.findall(text))
    for rule in RULES:
        searched = lowered if rule.folded else tokens
        for literal in rule.literals:
            if literal in searched:
                yield from _matches(rule, text)
                break


def _matches(rule: Rule, text: str) -> Iterator[Span]:
    pattern = _compiled(rule.pattern)
    group = 1 if pattern.groups else 0
    for match in pattern.finditer(text):
        start, end = match.span(group)
        if group == 0 and not _stands_alone(text, start, end):
            continue
        value = text[start:end]
        if _entropy(value) >= rule.entropy and not _is_placeholder(value):
            yield Span(start, end, rule.type, rule.severity)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a token begins and ends here; a JSON or URL escape before it is not part of it."""
    if end < len(text) and (text[end].isalnum() or text[end] == "_") and text[end - 1] != "=":
        return False
    if start == 0 or not text[start - 1].isalnum():
        return True
    before = text[max(0, start - 3) : start]
    return before[-2:] in ("\\n", "\\r", "\\t") or (before[0] == "%" and len(before) == 3)


def _entropy(value: str) -> float:
    """Return Shannon's entropy of the characters of `value`, in bits a character."""
    length = len(value)
    return -sum(n / length * math.log2(n / length) for n in map(value.count, set(value))) if length else 0.0


def _structured(text: str, lowered: str) -> Iterator[Span]:
    if "PRIVATE KEY" in text or "Private-Lines" in text:
        yield from _private_keys(text)
    if "eyJ" in text:
        yield from _jwts(text)
    if "://" in text and "@" in text:
        yield from _url_passwords(text)
    if "password=" in lowered or "pwd=" in lowered:
        yield from _connection_passwords(text, lowered)
    if "curl" in lowered:
        yield from _curl_passwords(text)
    if "authorization" in lowered or "bearer" in lowered:
        yield from _authorizations(text, lowered)


def _private_keys(text: str) -> Iterator[Span]:
    position = 0
    while opening := _OPEN_PRIVATE_KEY.search(text, position):
        position = opening.end()
        end = text.find("-----", position, position + _PRIVATE_KEY_REACH)
        if end < 0:  # cut off: the rest of the key characters is still a key
            body = _KEY_CHARACTERS.match(text, position, position + _PRIVATE_KEY_REACH)
            end = body.end() if body else position
        # A line of base64, and not the prose or ellipsis of a manual between the markers.
        if _KEY_BODY.search(text, position, end) and not _is_placeholder(text[position:end]):
            if closing := _CLOSE_PRIVATE_KEY.match(text, end):
                end = closing.end()
            yield Span(opening.start(), end, "PRIVATE_KEY", "critical")
            position = end
    for match in _PUTTY_KEY.finditer(text):
        yield Span(*match.span(1), "PRIVATE_KEY", "critical")


def _jwts(text: str) -> Iterator[Span]:
    for match in _JWT.finditer(text):
        if _is_jose_header(match.group().partition(".")[0]) and not _is_placeholder(match.group()):
            yield Span(*match.span(), "JWT", "medium")


def _is_jose_header(encoded: str) -> bool:
    """Tell whether this is base64url of a JSON object that names an algorithm (RFC 7515, section 4.1.1)."""
    try:
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


_DATABASE_SCHEMES = re.compile(
    r"(?i)(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|oracle"
    r"|clickhouse|cockroachdb|cassandra|neo4j|bolt|ldaps?|s?ftp|nats|kafka|memcached)"
    r"(?:\+[a-z0-9]{1,20})?$"
)


def _url_passwords(text: str) -> Iterator[Span]:
    for match in _URL_PASSWORD.finditer(text):
        start, end = match.span(2)
        if _is_stop_value(match.group(2)) or match.group(1) == match.group(2):
            continue
        before = text[max(0, match.start() - 32) : match.start()]
        kind = "CONNECTION_STRING_PASSWORD" if _DATABASE_SCHEMES.search(before) else "URL_PASSWORD"
        if kind == "URL_PASSWORD" and end - start < 5:  # https://a:b@host in a manual
            continue
        yield Span(start, end, kind, "high")


def _connection_passwords(text: str, lowered: str) -> Iterator[Span]:
    patterns = [_ADO_PASSWORD]
    if "jdbc:" in lowered:
        patterns.append(_JDBC_PASSWORD)
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _is_stop_value(match.group(1)):
                yield Span(*match.span(1), "CONNECTION_STRING_PASSWORD", "high")


def _curl_passwords(text: str) -> Iterator[Span]:
    for match in _CURL_USER.finditer(text):
        group = 1 if match.group(1) else 2
        if not _is_stop_value(match.group(group)):
            yield Span(*match.span(group), "CURL_PASSWORD", "medium")


def _authorizations(text: str, lowered: str) -> Iterator[Span]:
    for match in _AUTHORIZATION.finditer(lowered):
        value = text[slice(*match.span(1))]
        if value.startswith(
            "AWS4-HMAC-"
        ):  # the name of the scheme; the signature that follows is spent with the request
            continue
        if _DIGIT.search(value) and _entropy(value) >= 3.0 and not _is_stop_value(value):
            yield Span(*match.span(1), "AUTHORIZATION_HEADER", "medium")


def _generic(text: str, lowered: str) -> Iterator[Span]:
    """Find values that a name such as ``api_key`` or ``password`` announces and that look random."""
    for keyword in _KEYWORDS:
        position = lowered.find(keyword)
        while position >= 0:
            end = position + len(keyword)
            assigned = _value_after(lowered, position, end) if _announces(keyword, lowered, position) else None
            if assigned:
                start, stop = assigned.span(1)
                stop = start + len(_NEXT_PARAMETER.split(text[start:stop], 1)[0])
                if _looks_secret(keyword, text[start:stop]):
                    yield Span(start, stop, "GENERIC_SECRET", "low")
            position = lowered.find(keyword, end)


def _value_after(lowered: str, position: int, end: int) -> re.Match[str] | None:
    if assigned := _ASSIGNED.match(lowered, end):
        return None if lowered.startswith("(", assigned.end()) else assigned  # a call: password = base64.b16encode(…)
    spaced = _SPACED_VALUE.match(lowered, end)
    return spaced if spaced and _SPACED_NAME.search(lowered, max(0, position - 80), position) else None


def _announces(keyword: str, lowered: str, position: int) -> bool:
    before = lowered[max(0, position - 16) : position]
    if _HARMLESS_QUALIFIER.search(before) or "::" in before:  # AWS::IAM::AccessKey is the name of a type
        return False
    if keyword == "pass" and before[-1:].isalpha() and not lowered.startswith(("passw", "passphrase"), position):
        return _PASS_QUALIFIER.search(before) is not None  # not bypass, compass
    return keyword != "key" or _KEY_QUALIFIER.search(before) is not None


def _looks_secret(keyword: str, value: str) -> bool:
    if value.endswith(".."):  # cut off by the writer
        return False
    value = value.rstrip(".:!?")
    if value.startswith(_NOT_A_VALUE) or _is_stop_value(value) or not _DIGIT.search(value):
        return False
    if _DOTTED_NAME.fullmatch(value) and len(_DIGIT.findall(value)) < 3:  # antlr4.BufferedTokenStream
        return False
    if keyword in ("pass", "pwd"):
        return len(value) >= 6 and _LETTER.search(value) is not None and len(set(value)) >= 5
    # A random token changes between letters and digits all the time; a name or a version does so once or twice.
    return len(value) >= 16 and len(_KIND_CHANGE.findall(value)) >= 5 and _entropy(value) >= 3.2


_NAMES_ITSELF = re.compile(r"[a-z_.-]*(?:pass|pwd|secret|token|key)[a-z_.-]*[0-9]{0,3}")  # my_password, secret_key_1


def _is_placeholder(value: str) -> bool:
    lowered = value.lower()
    return any(word in lowered for word in _PLACEHOLDERS)


def _is_stop_value(value: str) -> bool:
    bare = value.strip("[]{}()<>\"'").lower()
    return (
        bare in _STOP_VALUES
        or _NAMES_ITSELF.fullmatch(bare) is not None
        or value.startswith(("$", "{{", "%", "<"))
        or _is_placeholder(value)
    )
