"""Owns the views of a text that the injection signal looks at, and judges nothing.

One view is folded: compatibility forms, confusables and invisible characters are undone. The others are decoded: base64,
hex, ROT13, spaced letters and the like. Every view knows where it came from, and the work is bounded whatever the text holds.
"""

# ruff: noqa: E501 - expressions and word lists are data, and wrapping would hide their parts

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from urllib.parse import unquote

MAX_VIEWS = 12
"""Views of one text, the folded one included."""

MAX_DECODED = 4_096
"""Characters that one decoded view may have."""

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u180e\u034f"
_BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# Letters that look like Latin ones (a selection of Unicode TR39's confusables that attack tools use).
_LOOKALIKES = dict(
    zip(
        "абвгеёзіїјкмнопрстуухчһԁԛԝѕѵьɡɩаԍɑαβγδεζηικλμνορστυχωϲϳıƅƽ",
        "a6bree3iijkmhonpctyyx4hdqwsvbgiaGaabydeznikluvopotuxwcjib5",
        strict=True,
    )
)
_MIXED_ONLY = str.maketrans({k: v.lower() for k, v in _LOOKALIKES.items() if ord(k) >= 0x370})

# What NFKC leaves alone: small capitals, negative circled and squared letters, regional indicators, typographic marks.
_SPECIAL = {
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)),
    **{chr(0x1F130 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F150 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F170 + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F1E6 + i): chr(97 + i) for i in range(26)},
    **dict.fromkeys(_ZERO_WIDTH + _BIDI, ""),
    **dict(zip("‘’‚‛′´`“”„‟″«»‐‑‒–—―−", "'''''''" + '""""""""' + "-------", strict=False)),
    **dict(zip("ɑɡɩıøłđħŧæœß", ["a", "g", "i", "i", "o", "l", "d", "h", "t", "ae", "oe", "ss"], strict=True)),
    "_": " ",
}
_CACHE_LIMIT = 20_000


class _Fold(dict[int, str]):
    """A translation table that learns each character once, up to a limit that hostile text cannot pass."""

    def __missing__(self, codepoint: int) -> str:
        folded = _fold_character(chr(codepoint))
        if len(self) < _CACHE_LIMIT:
            self[codepoint] = folded
        return folded


def _fold_character(character: str) -> str:
    """One character without style, accents and case; an invisible one becomes nothing."""
    if character in _SPECIAL:
        return _SPECIAL[character]
    codepoint = ord(character)
    if 0xFE00 <= codepoint <= 0xFE0F or 0xE0000 <= codepoint <= 0xE01EF:
        return ""
    if unicodedata.category(character) == "Mn" and 0x300 <= codepoint < 0x370:
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    decomposed = unicodedata.normalize("NFD", plain)
    if decomposed[:1].isascii():
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return plain.replace("_", " ")


_FOLD = _Fold()
_WORD_WITH_FOREIGN = re.compile(r"[^\W\d_]{0,40}[\u0370-\u058f][^\W\d_]{0,40}")
_ASCII_LETTER = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class View:
    """One way to read a text.

    Attributes:
        kind: "folded", or how it was decoded ("base64", "rot13", "tags" ...).
        text: lower case, folded; underscores are spaces.
        start: first character of the original text that it covers.
        end: one past the last.
        aligned: character i of `text` is character start + i of the original.
    """

    kind: str
    text: str
    start: int
    end: int
    aligned: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """Characters that a person does not see: `kind` is "tags", "variation", "zero_width", "bidi" or "confusable"."""

    kind: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text in lower case, without compatibility forms, accents, invisible characters and escaped line breaks."""
    if "\\" in text:
        text = text.replace("\\n", "  ").replace("\\t", "  ").replace("\\r", "  ")
    if "&" in text and ";" in text:
        text = text.replace("&lt;", "<   ").replace("&gt;", ">   ").replace("&quot;", '"     ')
    if text.isascii():
        return text.lower().replace("_", " ")
    folded = text.translate(_FOLD)
    if folded.isascii() or not _GREEK_OR_CYRILLIC.search(folded):
        return folded
    return _WORD_WITH_FOREIGN.sub(_latin_if_mixed, folded)


def _latin_if_mixed(word: re.Match[str]) -> str:
    """A word that mixes Latin with Greek or Cyrillic, in Latin; any other word as it is.

    Only words that mix are touched, so that Russian and Greek stay readable to the patterns of their languages.
    """
    found = word.group()
    return found.translate(_MIXED_ONLY) if _ASCII_LETTER.search(found) else found


def folded_view(text: str, start: int = 0, end: int | None = None) -> View:
    """The folded view of `text[start:end]`."""
    stop = len(text) if end is None else end
    folded = fold(text[start:stop])
    return View("folded", folded, start, stop, aligned=text.isascii())


def origins(text: str, view: View) -> Sequence[int]:
    """How many characters of a folded or respelled view of `text` stand before the end of each character of the text."""
    if view.aligned:
        return range(1, view.end - view.start + 1)
    return list(accumulate(map(len, map(_FOLD.__getitem__, map(ord, text[view.start : view.end])))))


def original_span(view: View, places: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Where `view.text[start:end]` stands in the original text, given the view's `origins`.

    A decoded view has no places of its own: the answer is the whole of what was decoded.
    """
    if view.kind not in ("folded", "respelled"):
        return view.start, view.end
    first = view.start + bisect_right(places, start)
    last = min(view.end, view.start + bisect_right(places, end - 1) + 1) if end else view.end
    return first, max(first, last)


def views(text: str) -> tuple[View, ...]:
    """Every view of a text that differs from what a person reads, after the folded one.

    Args:
        text: up to a few thousand characters; give a longer text in windows.

    Returns:
        The folded view first, then at most MAX_VIEWS - 1 decoded ones of at most MAX_DECODED characters each.
    """
    folded = folded_view(text)
    return (folded, *decoded_views(text, folded))


def decoded_views(text: str, folded: View) -> list[View]:
    """The decoded views of a text whose folded view is known already."""
    found: list[View] = []
    for view in _all_decoded(text, folded):
        if view.text and view.text != folded.text:
            found.append(view)
            if len(found) >= MAX_VIEWS - 1:
                break
    return found


_SHAPES = "0123456789"
_MANY_MARKS = re.compile(r"(?:\w{1,3}[.\-*|~/_]){4}")
_SHORT_WORDS = re.compile(r"[23456]{8}")


def _all_decoded(text: str, folded: View) -> Iterator[View]:
    words = text.split()
    shape = "".join([_SHAPES[len(word)] if len(word) < 9 else "9" for word in words])
    if not text.isascii():
        yield from _smuggled(text)
    longest = max(map(len, words), default=0)
    if longest >= _LONG:
        yield from _long_words(text)
    yield from _escaped(text)
    yield from _digit_codes(text, folded.text, shape)
    yield from _respelled(folded)
    if "1111" in shape or (longest > 9 and any(_MANY_MARKS.search(word) for word in words if len(word) > 9)):
        yield from _spaced(folded)
    yield from _shifted(folded)
    yield from _reversed(folded)


# --- invisible characters ------------------------------------------------------------------------------------------

_TAG_RUN = re.compile("[\U000e0020-\U000e007f]{4,}")
_SELECTOR_RUN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_ZERO_WIDTH_RUN = re.compile("[\u200b\u200c\u200d\u2060\u2062\u2063\ufeff]{16,}")
_SPLIT_WORD = re.compile(f"[A-Za-z][{_ZERO_WIDTH}]+(?=[A-Za-z])")
_RIGHT_TO_LEFT = re.compile("[\u202d\u202e]")
_MIXED_WORD = re.compile(r"(?=[^\W\d_]{0,20}[A-Za-z])(?=[^\W\d_]{0,20}[а-яёіјѕԁԛԝα-ω])[^\W\d_]{3,40}", re.IGNORECASE)
_GREEK_OR_CYRILLIC = re.compile("[\u0370-\u058f]")
_FLAG = "\U0001f3f4"


def hidden(text: str) -> list[Hidden]:
    """Characters in a text that hide something from the reader: at most one entry a kind, the first.

    Emoji flags written with tag characters, joiners in emoji and in scripts that need them are not reported.
    """
    if text.isascii():
        return []
    found = []
    for kind, run in (("tags", _TAG_RUN), ("variation", _SELECTOR_RUN), ("zero_width", _ZERO_WIDTH_RUN)):
        hit = run.search(text)
        if hit and not (kind == "tags" and text[hit.start() - 1 : hit.start()] == _FLAG):
            found.append(Hidden(kind, hit.start(), hit.end()))
    splits = [hit.span() for hit, _ in zip(_SPLIT_WORD.finditer(text), range(4), strict=False)]
    if len(splits) >= 3:
        found.append(Hidden("zero_width", splits[0][0], splits[-1][1]))
    if direction := _RIGHT_TO_LEFT.search(text):
        found.append(Hidden("bidi", direction.start(), direction.end()))
    if not _GREEK_OR_CYRILLIC.search(text):
        return found
    mixed = [hit.span() for hit, _ in zip(_MIXED_WORD.finditer(text[:8_192]), range(3), strict=False)]
    if len(mixed) >= 2:
        found.append(Hidden("confusable", mixed[0][0], mixed[-1][1]))
    return found


def _smuggled(text: str) -> Iterator[View]:
    for hit in _TAG_RUN.finditer(text):
        if text[hit.start() - 1 : hit.start()] != _FLAG:
            yield _view("tags", "".join(chr(ord(c) - 0xE0000) for c in hit.group()[:MAX_DECODED]), *hit.span())
    for hit in _SELECTOR_RUN.finditer(text):
        data = bytes(_selector_byte(c) for c in hit.group()[:MAX_DECODED])
        yield _view("variation", data.decode("utf-8", "ignore"), *hit.span())
    for hit in _ZERO_WIDTH_RUN.finditer(text):
        yield from _zero_width_bits(hit)


def _selector_byte(character: str) -> int:
    codepoint = ord(character)
    return codepoint - 0xFE00 if codepoint < 0xFE10 else codepoint - 0xE0100 + 16


def _zero_width_bits(hit: re.Match[str]) -> Iterator[View]:
    kinds = sorted(set(hit.group()))
    if len(kinds) == 2:
        for zero, one in (kinds, kinds[::-1]):
            bits = hit.group()[: MAX_DECODED * 8].translate({ord(zero): "0", ord(one): "1"})
            yield _view("zero_width", _from_bits(bits), *hit.span())


# --- encodings ------------------------------------------------------------------------------------------------------

_LONG = 16
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_BASE32_RUN = re.compile(r"(?<![A-Za-z0-9])[A-Z2-7]{24,}={0,6}")
_HEX_RUN = re.compile(r"(?<![0-9A-Za-z])(?:0x)?(?:[0-9a-fA-F]{2}){8,}(?![0-9A-Za-z])")
_ASCII85_RUN = re.compile(r"<~([!-u]{16,})~>")
_BASE85_RUN = re.compile(r"(?<!\S)[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]{30,}(?!\S)")
_MAX_RUNS = 6


def _long_words(text: str) -> Iterator[View]:
    """Views of the words too long to be words."""
    for hit, _ in zip(_HEX_RUN.finditer(text), range(_MAX_RUNS), strict=False):
        digits = hit.group().removeprefix("0x")[: MAX_DECODED * 2]
        yield from _if_text("hex", binascii.unhexlify(digits[: len(digits) // 2 * 2]), *hit.span())
    for kind, run, decode in _LONG_CODES:
        for hit, _ in zip(run.finditer(text), range(_MAX_RUNS), strict=False):
            yield from _decoded_run(kind, hit, decode)


def _decoded_run(kind: str, hit: re.Match[str], decode: Callable[[str], bytes]) -> Iterator[View]:
    try:
        data = decode(hit.group(hit.lastindex or 0))
    except (ValueError, binascii.Error):
        return
    yield from _if_text(kind, data, *hit.span())
    inner = _BASE64_RUN.fullmatch(data.decode("ascii", "replace").strip()) if kind == "base64" else None
    if inner:
        yield from _decoded_run("base64_twice", inner, _from_base64)


def _from_base64(run: str) -> bytes:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")[: MAX_DECODED * 4 // 3]
    return base64.b64decode(body[: len(body) - (len(body) % 4 == 1)] + "=" * (-len(body) % 4))


def _from_base32(run: str) -> bytes:
    body = run.rstrip("=")[: MAX_DECODED * 8 // 5]
    body = body[: len(body) // 8 * 8] if len(body) % 8 in (1, 3, 6) else body
    return base64.b32decode(body + "=" * (-len(body) % 8))


def _from_base85(run: str) -> bytes:
    return base64.b85decode(run[: MAX_DECODED // 5 * 5])


def _from_ascii85(run: str) -> bytes:
    return base64.a85decode(run[: MAX_DECODED // 5 * 5])


_LONG_CODES: tuple[tuple[str, re.Pattern[str], Callable[[str], bytes]], ...] = (
    ("base64", _BASE64_RUN, _from_base64),
    ("base32", _BASE32_RUN, _from_base32),
    ("base85", _ASCII85_RUN, _from_ascii85),
    ("base85", _BASE85_RUN, _from_base85),
)


def _if_text(kind: str, data: bytes, start: int, end: int) -> Iterator[View]:
    """A view when the bytes read as text: keys, hashes and images do not."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data[: data.rfind(b" ") + 1].decode("utf-8", "ignore") if data.count(b" ") > 3 else ""
    if len(text) < 6:
        return
    plain = sum(c.isalpha() or c in " .,!?'\"\n:;-" for c in text)
    if plain >= 0.85 * len(text):
        yield _view(kind, text, start, end)


_PERCENT = re.compile(r"(?:[\w.,!?'-]{0,24}%[0-9a-fA-F]{2}){3}")
_ENTITY = re.compile(r"(?:&#x?[0-9a-fA-F]{2,5};[^&]{0,2}){4}")
_UNICODE_ESCAPES = re.compile(r"(?:(?:\\u00|\\x|\\u\{)[0-9a-fA-F]{2}\}?[ ]?){4}")
_ONE_ESCAPE = re.compile(r"(?:\\u00|\\x|\\u\{)([0-9a-fA-F]{2})\}?")


def _escaped(text: str) -> Iterator[View]:
    if "%" in text and (hit := _PERCENT.search(text)):
        yield _view("percent", unquote(text[:MAX_DECODED]), hit.start(), len(text))
    if "&#" in text and (hit := _ENTITY.search(text)):
        yield _view("entities", html.unescape(text[:MAX_DECODED]), hit.start(), len(text))
    if "\\" in text and (hit := _UNICODE_ESCAPES.search(text)):
        plain = _ONE_ESCAPE.sub(lambda code: chr(int(code.group(1), 16)), text[hit.start() :][:MAX_DECODED])
        yield _view("escapes", plain, hit.start(), len(text))


_BITS = re.compile(r"(?:[01]{8}[\s,]?){5,2000}")
_HEX_PAIRS = re.compile(r"(?:(?:0x|\\x)?[0-9a-f]{2}[\s,:;]{1,2}){8,2000}[0-9a-f]{0,2}")
_DECIMALS = re.compile(r"(?:1?\d{2}[\s,;]{1,2}){10,2000}(?:1?\d{2})?")
_MORSE = re.compile(r"(?:[.\-\u2022\u2013]{1,6}[ /|]{1,3}){10,1000}[.\-]{0,6}")


def _digit_codes(text: str, folded: str, shape: str) -> Iterator[View]:
    """Bits, spaced hex pairs, decimal character codes and Morse; `shape` is the length of each word, as digits."""
    if ("0100" in text or "0110" in text or "0111" in text) and (hit := _BITS.search(text)):
        yield _view("binary", _from_bits(re.sub(r"[\s,]", "", hit.group())), *hit.span())
    short = _SHORT_WORDS.search(shape)
    if short and ("6" in text or "7" in text) and (hit := _HEX_PAIRS.search(folded)):
        digits = re.sub(r"0x|\\x|[\s,:;]", "", hit.group())
        yield from _if_text("hex", binascii.unhexlify(digits[: len(digits) // 2 * 2]), *hit.span())
    if short and "10" in text and (hit := _DECIMALS.search(text)):
        codes = [int(code) for code in re.findall(r"\d+", hit.group())]
        yield from _if_text("decimal", bytes(code for code in codes if 31 < code < 127), *hit.span())
    if ("-." in text or ".-" in text) and (hit := _MORSE.search(text)):
        yield _view("morse", _from_morse(hit.group()), *hit.span())


def _from_bits(bits: str) -> str:
    whole = len(bits) // 8 * 8
    return bytes(int(bits[i : i + 8], 2) for i in range(0, min(whole, MAX_DECODED * 8), 8)).decode("utf-8", "ignore")


_MORSE_LETTERS = dict(
    zip(
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
        ],
        "abcdefghijklmnopqrstuvwxyz",
        strict=True,
    )
)


def _from_morse(code: str) -> str:
    words = re.split(r"\s*[/|]\s*|\s{3,}", code.replace("\u2022", ".").replace("\u2013", "-"))
    return " ".join("".join(_MORSE_LETTERS.get(letter, "") for letter in word.split()) for word in words)


# --- ciphers of letters and disguised spellings ---------------------------------------------------------------------

_KEYWORDS = ("ignore", "instruction", "prompt", "system", "disregard", "password", "previous", "forget", "reveal")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@cache
def _shift_tables() -> tuple[tuple[str, dict[int, int], tuple[str, ...]], ...]:
    """(name, how to undo it, how the keywords look under it) of Caesar's 25 shifts and Atbash."""
    tables = []
    for shift in (13, *(n for n in range(1, 26) if n != 13)):
        to = _ALPHABET[shift:] + _ALPHABET[:shift]
        tables.append((f"rot{shift}" if shift == 13 else "caesar", to))
    tables.append(("atbash", _ALPHABET[::-1]))
    return tuple(
        (name, str.maketrans(to, _ALPHABET), tuple(k.translate(str.maketrans(_ALPHABET, to)) for k in _KEYWORDS[:6]))
        for name, to in tables
    )


_COMMON = (" the ", " a ", " to ", " is ", " of ")


def _shifted(folded: View) -> Iterator[View]:
    """ROT13 wherever it shows a keyword; other shifts only where the text is not plain English."""
    window = folded.text[:MAX_DECODED]
    tables = _shift_tables()
    plain = sum(word in window for word in _COMMON) >= 2
    for name, undo, keywords in tables[:1] if plain else tables:
        if any(keyword in window for keyword in keywords):
            yield View(name, window.translate(undo), folded.start, folded.end)
            return


_REVERSED_KEYWORDS = tuple(keyword[::-1] for keyword in _KEYWORDS)
_BACKWARD_PAIRS = re.compile(
    r"\b(?:instructions?|prompts?|rules) (?:\w+ ){0,2}(?:previous|prior|above|all|your|system) (?:\w+ ){0,3}(?:ignore|disregard|forget|reveal)\b"
)


def _reversed(folded: View) -> Iterator[View]:
    window = folded.text[:MAX_DECODED]
    if any(keyword in window for keyword in _REVERSED_KEYWORDS):
        yield View("reversed", window[::-1], folded.start, folded.end)
    if any(word in window for word in _BACKWARD_ENDS) and _BACKWARD_PAIRS.search(window):
        yield View("reversed_words", " ".join(window.split()[::-1]), folded.start, folded.end)


_BACKWARD_ENDS = ("ignore", "disregard", "forget", "reveal")
_LEET = str.maketrans("0134578@$!|€+", "oieastbasilet")
_LEET_MARKS = frozenset("0134578@$!|€+")

_TARGETS = [
    "ignore",
    "ignoring",
    "disregard",
    "instruction",
    "instructions",
    "previous",
    "prompt",
    "prompts",
    "system",
    "reveal",
    "password",
    "bypass",
    "override",
    "forget",
    "guidelines",
    "restrictions",
    "jailbreak",
    "unrestricted",
    "unfiltered",
    "developer",
    "hidden",
    "secret",
    "disclose",
    "rules",
    "above",
    "prior",
    "command",
    "commands",
    "execute",
    "import",
    "eval",
    "whoami",
    "exec",
    "subprocess",
    "system",
    "spawn",
    "child_process",
    "bypass",
]
_TARGET_SET = frozenset(_TARGETS)
_SCRAMBLED = {(word[0], word[-1], len(word), "".join(sorted(word))): word for word in _TARGETS if len(word) >= 6}
_SCRAMBLED_EDGES = frozenset(first + last for first, last, _, _ in _SCRAMBLED)


def _respelled(folded: View) -> Iterator[View]:
    """The text with words like "1gn0re" and "ignroe" put right, letter for letter."""
    respelled = folded.text
    for word in set(respelled.split()):
        if word.isalpha():
            meant = _unscrambled(word) if word[0] + word[-1] in _SCRAMBLED_EDGES else word
        else:
            meant = _unleeted(word)
        if meant != word:
            respelled = respelled.replace(word, meant)
    if respelled != folded.text:
        yield View("respelled", respelled, folded.start, folded.end, aligned=folded.aligned)


def _unscrambled(word: str) -> str:
    return _SCRAMBLED.get((word[0], word[-1], len(word), "".join(sorted(word))), word)


def _unleeted(word: str) -> str:
    """A word with digits and signs for letters, as letters when it is one that attacks need; marks around it stay."""
    body = word.strip(".,;:?\"'()[]{}<>`*")
    if len(body) > 24 or body.isdigit() or _LEET_MARKS.isdisjoint(body):
        return word
    plain = body.rstrip("!").translate(_LEET)
    if plain in _TARGET_SET or plain.rstrip("s") in _TARGET_SET:
        return word.replace(body, plain + body[len(plain) :])
    return word


_SPACED_RUN = re.compile(r"(?<!\w)(?:\w[ .\-*|~,/\\]{1,3}){5,400}\w(?!\w)")
_SHORT_PIECES = re.compile(r"(?<!\w)(?:\w{1,3}[\-*|~./]){4,200}\w{1,3}(?!\w)")


def _spaced(folded: View) -> Iterator[View]:
    """Runs of single letters joined; two separators or more end a word."""
    for run in (_SPACED_RUN, _SHORT_PIECES):
        hit = run.search(folded.text)
        if hit:
            joined = re.sub(r"[^\w\s]|(?<=\w) (?=\w)", "", hit.group())
            text = f"{folded.text[max(0, hit.start() - 200) : hit.start()]}{joined}{folded.text[hit.end() : hit.end() + 200]}"
            yield View("spaced", text, folded.start + hit.start(), folded.start + hit.end())


def _view(kind: str, decoded: str, start: int, end: int) -> View:
    return View(kind, fold(decoded[:MAX_DECODED]), start, end)
