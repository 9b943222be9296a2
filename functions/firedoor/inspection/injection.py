"""Owns the `injection` signal: how much a text looks like a prompt injection or a jailbreak, by which techniques, where.

Patterns and published phrases give evidence, a small hashed n-gram model gives a margin, and one logistic layer joins
them. The model is data, written by benchmarks/train_injection.py; docs/injection-model-card.md says what it misses.
"""

# ruff: noqa: E501 - expressions and word lists are data, and wrapping would hide their parts

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise
from operator import add
from typing import Literal
from zlib import crc32

from firedoor.inspection import addressing, normalise, techniques
from firedoor.inspection.normalise import View

Origin = Literal["user", "tool_result", "document"]
MarginOf = Callable[[list[int]], float]

THRESHOLD = 0.5
"""The default operating point: the training script shifts the last layer so that it stands here (see the model card)."""

WHOLE_LIMIT = 6_000
"""Characters up to which a text is read whole; a longer one is read in windows."""

LONG = 400
"""Characters from which a text has an operating point of its own: a longer one shows more by chance."""

MODEL_BITS = 17
_MASK = (1 << MODEL_BITS) - 1
_WINDOW = 96
_STRIDE = 32
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Technique:
    """One attack technique, by its name in `techniques.NAMES`, and where it shows in the original text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Injection:
    """What one text shows.

    Attributes:
        score: 0 to 1, monotonous, no probability.
        flag: the score reaches THRESHOLD.
        techniques: by their place in the text; empty when only the model speaks.
    """

    score: float
    flag: bool
    techniques: tuple[Technique, ...]


@dataclass(frozen=True, slots=True)
class _Model:
    weights: array[int]
    scale: float
    bias: float
    layer: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    technique: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the last layer sees (`features`, by name) and what a reader sees (`found`)."""

    features: dict[str, float]
    found: tuple[Technique, ...]


def score(text: str, origin: Origin = "user", *, phrases: bool = True) -> Injection:
    """Score one text that is not the application's own.

    Args:
        text: as it stands in the request, any length; the work is bounded.
        origin: who wrote it. A document or a tool result has less reason to speak to a model than a user has.
        phrases: use the pack of published phrases too; off only to measure without it.
    """
    model = _model()
    evidence = gather(text, origin, margin_of=_margin, phrases=phrases)
    total = sum((model.layer.get(name, 0.0) * value for name, value in evidence.features.items()), model.layer["bias"])
    by_chance = len(text) > _PAGE and total < _AGAINST and "addressed" not in evidence.features
    if stands_alone(evidence.features) and not by_chance:
        total = max(total, _FLOOR * evidence.features["plain_strong"])
    if "harmless" in evidence.features:
        return Injection(min(_CEILING, _logistic(total)), flag=False, techniques=())
    value = _logistic(total)
    return Injection(value, value >= THRESHOLD, evidence.found)


_PAGE = 1_000
_AGAINST = -3.0
"""In a text of more than `_PAGE` characters a technique does not suffice where all the rest speaks so much against it:
long manuals hold every phrase by chance, but hardly one that speaks to an assistant or sends data away. Set on manual
pages and package descriptions, which nothing was trained on."""

_FLOOR = 0.8
"""What a strong technique is worth by itself, in the last layer's units above the operating point."""


_CEILING = 0.45
"""The highest score of an errand, of a mention, and of a long text in which the model alone sees something: below
every operating point, and near enough for a second look."""

_ERRAND_LENGTH = 160
_ERRAND = re.compile(
    r"\b(?:send|sent|e-?mail|mail|forward|share|post|upload|report|confirm|message)\w*\b[^\n]{0,160}?(?:[\w.+-]{1,64}@[\w-]{1,63}\.\w|https?://\w)",
    re.IGNORECASE,
)
_TAKES_MORE = re.compile(
    r"pass(?:word|phrase|code)s?|credential|api.?key|private.?key|access.?key|secret|token|\bprompt|instruct|system|hidden|with (?:the )?body|[\[\]<>{}|=$*#`\\\n]|(?:chat|conversation|search|browsing) ?history|\bssn\b|\bcvv\b",
    re.IGNORECASE,
)


def _is_errand(text: str, found: Sequence[Technique]) -> bool:
    """Whether a user merely asks that something be sent somewhere, which is what agents are for.

    A document that asks for the same is nobody's to obey. Secrets, instructions and addresses with data in them are
    no errand, and neither is what shows another technique.
    """
    return (
        len(text) <= _ERRAND_LENGTH
        and all(technique.name == techniques.EXFILTRATION for technique in found)
        and bool(_ERRAND.search(text))
        and not _TAKES_MORE.search(text)
    )


def _logistic(total: float) -> float:
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total)))), 4)


def stands_alone(features: Mapping[str, float]) -> bool:
    """Whether the patterns suffice: a strong technique, not quoted, in a text that does not merely ask about it.

    A question about the model's own instructions is an attack in the form of a question. One that turns to something
    else after its first sentence, and is about nothing technical, is not the question that it began as.
    """
    plain = features.get("plain_strong", 0.0)
    is_meant = "about" not in features or features.get("direct", 0.0) > 0 or "turned" in features
    return plain >= 2 or (plain >= 1 and is_meant)


def gather(text: str, origin: Origin = "user", *, margin_of: MarginOf, phrases: bool = True) -> Evidence:
    """The evidence in a text, as the last layer and a reader see it.

    Args:
        text: any length.
        origin: who wrote it.
        margin_of: the margin of a list of word hashes; the training script gives that of a model still in the making.
        phrases: use the pack of published phrases too.
    """
    sight = _Sight(text, phrases, by_user=origin == "user")
    for start, end in windows(text):
        _look(sight, start, end, margin_of)
    features = _features(sight, origin)
    found = sorted(sight.found.values(), key=lambda technique: (technique.start, technique.end))
    is_spoken_of = sight.mentions and not found
    if is_spoken_of or (not found and len(text) > LONG) or (origin == "user" and _is_errand(text, found)):
        features["harmless"] = 1.0
    return Evidence(features, tuple(found))


class _Sight:
    """What has been seen so far in one text."""

    __slots__ = (
        "by_user",
        "decoded",
        "decoded_margin",
        "direct",
        "found",
        "hidden",
        "hits",
        "margin",
        "mentions",
        "opening",
        "phrases",
        "plain_strong",
        "text",
        "turned",
        "use_phrases",
    )

    def __init__(self, text: str, use_phrases: bool, by_user: bool) -> None:
        self.text = text
        self.use_phrases = use_phrases
        self.by_user = by_user
        self.mentions = False
        self.margin = -9.0
        self.decoded_margin = 0.0
        self.hits: set[tuple[str, bool]] = set()
        self.decoded: set[tuple[str, bool]] = set()
        self.phrases: set[tuple[str, ...]] = set()
        self.hidden: set[str] = set()
        self.found: dict[str, Technique] = {}
        self.opening = ""
        self.direct = False
        self.turned = False
        self.plain_strong: set[str] = set()

    def see(self, name: str, span: tuple[int, int]) -> None:
        """Remember where a technique shows, the first place only."""
        if name not in self.found:
            self.found[name] = Technique(name, *span)


def _look(sight: _Sight, start: int, end: int, margin_of: MarginOf) -> None:
    """Read one window: its folded view, its decoded ones, and what it hides."""
    piece = sight.text[start:end]
    folded = normalise.folded_view(piece)
    sight.opening = sight.opening or folded.text[:600]
    sight.margin = max(sight.margin, _read(sight, folded, start, margin_of, decoded=False))
    _hear_orders(sight, folded, start)
    for view in normalise.decoded_views(piece, folded):
        sight.decoded_margin = max(sight.decoded_margin, _read(sight, view, start, margin_of, decoded=True))
    for secret in normalise.hidden(piece):
        sight.hidden.add(secret.kind)
        sight.see(techniques.SMUGGLING, (start + secret.start, start + secret.end))


_ASIDE = 100
"""Characters after which a user who turns to an assistant has most likely pasted what somebody else wrote: before that
they speak to it by right."""


def _hear_orders(sight: _Sight, folded: View, offset: int) -> None:
    """Add what a text says to the machine that reads it, past its reader."""
    by_right = _ASIDE - offset if sight.by_user else 0
    orders = [order for order in addressing.find_addressed(folded.text) if order[0] >= by_right]
    if orders:
        sight.hits.add((techniques.EMBEDDED, True))
        sight.plain_strong.add(techniques.EMBEDDED)
        places = normalise.origins(sight.text[offset : offset + folded.end], folded)
        start, end = normalise.original_span(folded, places, *orders[0])
        sight.see(techniques.EMBEDDED, (offset + start, offset + end))


def _read(sight: _Sight, view: View, offset: int, margin_of: MarginOf, *, decoded: bool) -> float:
    """Add the evidence of one view; returns its margin."""
    words = _WORDS.findall(view.text)
    hits = techniques.find(view.text, words)
    if sight.use_phrases:
        hits += _phrase_hits(sight, view, words)
    piece = sight.text[offset : offset + view.end]
    places = normalise.origins(piece, view) if hits and view.kind in ("folded", "respelled") else ()
    for hit in hits:
        key = (hit.technique, hit.strong)
        if (decoded and key in sight.hits) or (sight.by_user and _is_greeting(hit, offset)):
            continue
        if sight.by_user and not decoded and _is_mentioned(view.text, hit):
            sight.mentions = True
            continue
        if decoded:
            sight.decoded.add(key)
            sight.plain_strong |= {hit.technique} if hit.strong else set()
            sight.see(techniques.ENCODED, (offset + view.start, offset + view.end))
        else:
            sight.hits.add(key)
            meant = hit.technique == techniques.COERCION or not _QUOTED.search(
                view.text, max(0, hit.start - 4), hit.start
            )
            negated = _NEGATED.get(hit.technique)
            if negated and negated.search(view.text, max(0, hit.start - 24), hit.start):
                meant = False
            if hit.strong and meant:
                sight.plain_strong.add(hit.technique)
                sight.direct = sight.direct or bool(_OWN_PROMPT.search(view.text, hit.start, hit.end))
                sight.turned = sight.turned or bool(_SENTENCE_END.search(view.text, 0, hit.start))
        start, end = normalise.original_span(view, places, hit.start, hit.end)
        sight.see(hit.technique, (offset + start, offset + end))
    return margin_of(hashes(words))


_GREETING = 12
"""Characters within which a user names the assistant in order to greet it."""


def _is_greeting(hit: techniques.Hit, offset: int) -> bool:
    return hit.technique == techniques.EMBEDDED and not hit.strong and offset + hit.start < _GREETING


_MENTIONED = frozenset({techniques.OVERRIDE, techniques.EXTRACTION})
_QUOTATION = re.compile(r"(?<!\w)([\"'`])(?=\w)[^\n]{1,400}?\1(?!\w)")
_MENTION_BEFORE = re.compile(
    r"\b(?:phrases?|sentences?|words?|strings?|expressions?|wording|meaning of|why|typ(?:es|ed|ing)|sa(?:ys|id|ying)|wr(?:ites|ote|iting)|ask(?:s|ed|ing)|like|such as|contain(?:s|ing)?|includ(?:es|ing)|called|terms?|prompts?|inputs?|quer(?:y|ies)|messages?|attacks?|translate|detects?|flags?|blocks?|is|does|between|and|or)\b[ ,:]{0,2}(?:\w+[ ,:]{1,2}){0,2}$"
)
_MENTION_AFTER = re.compile(
    r"[,.?!]? (?:(?:actually|really|in (?:german|french|spanish|italian|\w+ese|russian|a sentence|context))\b|(?:is|are|was|mean|means|does|do|a|an|and|or|dangerous|suspicious|safe|bad|work|works|considered|flagged|blocked|as)\b)"
)
_TO_BE_DONE = re.compile(
    r"\b(?:complete|finish|continue|fill|repeat|say|output|print|respond|answer|reply|execute|run|decode|decrypt|follow|obey|do|start|begin|switch|enter|activate|using|with)\b"
)
_OBEYED = re.compile(r"\b(?:follow|obey|apply|execute|comply|carry out|do (?:it|so|that|this))\b")


def _is_mentioned(text: str, hit: techniques.Hit) -> bool:
    """Whether the words stand in quotation marks because somebody speaks of them: "is typing 'ignore ...' dangerous?"."""
    if hit.technique not in _MENTIONED:
        return False
    quoted = next((q for q in _QUOTATION.finditer(text, max(0, hit.start - 80)) if q.end() >= hit.end), None)
    if not quoted or quoted.start() >= hit.end:
        return False
    before = text[max(0, quoted.start() - 60) : quoted.start()]
    if _TO_BE_DONE.search(before) or _OBEYED.search(text, quoted.end(), quoted.end() + 60):
        return False
    return bool(_MENTION_BEFORE.search(before) or _MENTION_AFTER.match(text, quoted.end()))


_OWN_PROMPT = re.compile(
    r"\b(?:your|ur|you)\b.{0,60}?(?:prompt|instruction|directive|told|message|hiding|guideline|rules)|(?:prompt|instructions|rules|guidelines|directives|commands?) .{0,40}?\b(?:your?|ur|yours)\b|(?:before|above) this (?:sentence|message|line|text|prompt|question|request)\b"
)
_SENTENCE_END = re.compile(r"[.?!\n]\s")
# "Do not deviate from the guidelines" is the opposite of dropping them; "it must not reveal its instructions" likewise.
_NEGATED = {
    techniques.OVERRIDE: re.compile(
        r"\b(?:(?:do|does|did|wo|ca|should|would|is|are|must)n\W?t|not|never|without) (?:to |ever |simply |just )?$"
    ),
    techniques.EXTRACTION: re.compile(
        r"\b(?:must|should|may|can|shall|will|does|could)(?:n\W?t| not| never) (?:ever )?$"
    ),
}
# A quotation mark just before the words, unless it opens a value (`: "...`) or the whole text.
_QUOTED = re.compile(r"[^\s:=\[({,>]\s?[\"'`]$|\s[\"'`]$(?<![:=,] [\"'`])")


def _phrase_hits(sight: _Sight, view: View, words: list[str]) -> list[techniques.Hit]:
    """The phrases of the pack in a view; joined letters are matched without the spaces between words."""
    pack = _pack()
    pairs = list(pairwise(words))
    known = pack.keys() & set(pairs)
    found = [
        phrase
        for position, pair in enumerate(pairs)
        if pair in known
        for phrase in pack[pair]
        if phrase.words == tuple(words[position : position + len(phrase.words)])
    ]
    if view.kind == "spaced":
        joined = "".join(words)
        found += [p for starts in pack.values() for p in starts if p.strong and "".join(p.words) in joined]
    hits = []
    for phrase in found:
        if phrase.words not in sight.phrases:
            sight.phrases.add(phrase.words)
            place = re.search(r"\W+".join(phrase.words), view.text)
            span = place.span() if place else (0, len(view.text))
            hits.append(techniques.Hit(phrase.technique, phrase.strong, *span))
    return hits


_ABOUT = re.compile(
    r"\W*(?:(?:please |hi,? |hello,? |hey,? |so |ok |and |but )?(?:can|could|would|will) (?:you|someone|anyone|i|we|it) (?:please )?(?:explain|describe|tell me (?:about|how|what|why)|help|discuss|compare|recommend|suggest|i )|"
    r"summari[sz]e the (?:\w+ )?(?:paper|article|book|chapter|plot|page|section|post|talk|guide|report|lecture)|what|how|why|which|who|when (?!summari|read|process|asked|you )|where|is|are|does|do (?:i|you|we|they|the|people|any|these|those|most|all|some)|did|should|was|were|can i|can we|could i|explain|describe|define|discuss|compare|give an example|in what|i(?:'m| am) (?:writing|reading|trying|learning|studying|working|looking|getting)|"
    r"(?:please )?translate|(?:help me )?write (?:me )?an? (?:\w+ ){0,3}(?:essay|article|blog|paper|report|function|program|script|test|regex|song|poem|haiku|email|letter|query|class))\b"
)
_SUBJECT = re.compile(
    r"\b(?:detect\w*|prevent\w*|protect\w*|defen[cds]\w*|mitigat\w*|attackers?|attacks?|vulnerabilit\w*|security|differen\w+|meaning|means?|concept|history|phrase|term|examples?|movie|film|novel|song|game|code|python|java\w*|css|html|config\w*|excel|linux|docker|git|sql|phone|iphone|android|ios|kernel|browser|server|app|software|users?|employees?|patients?|students?|teachers?|child\w*|kids?|legal|law|court|contract|company|organi[sz]ations?|customers?|book|chapter|researchers?|best practices?|function|method|variable|compiler|windows|database|character)\b"
)


def _features(sight: _Sight, origin: Origin) -> dict[str, float]:
    features: dict[str, float] = {
        "margin": max(-3.0, min(4.0, sight.margin)),
        "margin_high": max(0.0, min(4.0, sight.margin)),
        "decoded_margin": max(0.0, min(4.0, sight.decoded_margin)),
    }
    everything = sight.hits | sight.decoded
    for technique, strong in everything:
        features[f"{'strong' if strong else 'weak'}:{technique}"] = 1.0
    strong_count = sum(strong for _, strong in everything)
    features["strong"] = min(3.0, strong_count)
    features["weak"] = min(5.0, sum(not strong for _, strong in everything))
    if any(strong for _, strong in sight.decoded):
        features["decoded_strong"] = 1.0
    elif sight.decoded:
        features["decoded_weak"] = 1.0
    for kind in sight.hidden:
        features[f"hidden:{kind}"] = 1.0
    features["phrases"] = min(4.0, len(sight.phrases))
    features["long"] = float(len(sight.text) > LONG)
    features["length"] = min(5.0, math.log2(1 + len(sight.text) / 400))
    if origin != "user" and everything and len(sight.text) <= _PAGE:
        features["untrusted"] = 1.0
    features.update(_context(sight, strong_count))
    return features


def _context(sight: _Sight, strong_count: int) -> dict[str, float]:
    """What speaks for an innocent use of the words: a question about them, a technical subject, quotation marks."""
    about = bool(_ABOUT.match(sight.opening))
    subjects = len(set(_SUBJECT.findall(sight.opening)))
    context = {"subject": min(3.0, subjects)}
    if sight.turned and not subjects:
        context["turned"] = 1.0
    if about:
        context["about"] = 1.0
        context["about_subject"] = min(2.0, subjects)
        context["about_strong"] = float(strong_count > 0)
    if sight.plain_strong & {techniques.EMBEDDED, techniques.EXFILTRATION}:
        context["addressed"] = 1.0
    context["direct"] = float(sight.direct)
    context["plain_strong"] = float(len(sight.plain_strong))
    return context


_TRIGGERS = (
    "ignore ", "disregard", "forget ", "override", "bypass", "instruction", "system prompt", "jailbreak", "developer mode",
    "ai assistant", "ai agent", "language model", "chatbot", "llm", "note to", "<!--", "<|", "[inst", "[system",
    "unrestricted", "unfiltered", "you are now",
    "from now on", "do not tell", "ignorier", "ignora", "oubli", "игнор", "忽略", "無視", "무시", "pwned", "password",
)  # fmt: skip
_AROUND = 500
_EDGE = 2_000
_MAX_WINDOWS = 5
_SEARCHED = 1_000_000


def windows(text: str) -> list[tuple[int, int]]:
    """The parts of a text that are read: the whole, or head, tail and surroundings of trigger words, at most seven."""
    if len(text) <= WHOLE_LIMIT:
        return [(0, len(text))]
    lowered = text[:_SEARCHED].lower()
    places = sorted({place for trigger in _TRIGGERS for place in _first_places(lowered, trigger)})
    spans = [(0, _EDGE)]
    for place in places:
        start, end = max(0, place - _AROUND), min(len(text), place + _AROUND)
        if start < spans[-1][1] and end - spans[-1][0] <= _EDGE:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif end > spans[-1][1]:
            spans.append((max(start, spans[-1][1] - 100), end))
        if len(spans) > _MAX_WINDOWS:
            break
    return [*spans, (max(spans[-1][1] - 100, len(text) - _EDGE), len(text))]


def _first_places(lowered: str, trigger: str) -> list[int]:
    places: list[int] = []
    position = lowered.find(trigger, _EDGE)
    while position >= 0 and len(places) < 4:
        places.append(position)
        position = lowered.find(trigger, position + _AROUND)
    return places


def hashes(words: Sequence[str]) -> list[int]:
    """The 32-bit hash of each word, the numbers among them as one."""
    return [_NUMBER if word.isdigit() else crc32(word.encode()) for word in words]


_NUMBER = crc32(b"0")


def kinds(words: Sequence[int]) -> list[int]:
    """The same hashes, those of words of one kind (verbs that drop, names of instructions) alike: for neighbours."""
    kind_of = _kinds()
    return [kind_of.get(word, word) for word in words]


def unigram(word: int) -> int:
    """The feature of a word."""
    return (word * 0x9E3779B1 >> 7) & 0xFFFFFFFF


def bigram(first: int, second: int) -> int:
    """The feature of two neighbours, in their order; each a word's kind, as in `kinds`."""
    return (first * 0x85EBCA6B + second * 0xC2B2AE35 >> 5) & 0xFFFFFFFF


def skipgram(first: int, third: int) -> int:
    """The feature of two words with one between them, in their kinds too."""
    return (first * 0x27D4EB2F + third * 0x165667B1 >> 3) & 0xFFFFFFFF


def _margin(words: list[int]) -> float:
    """The model's margin of the best window of words; without words, the margin of an innocent text."""
    model = _model()
    if not words:
        return -3.0
    weights, alike = model.weights, kinds(words)
    # `unigram`, `bigram` and `skipgram`, written out: calls would double the time of the whole signal.
    values = [weights[(word * 0x9E3779B1 >> 7) & _MASK] for word in words]
    pairs = [weights[(a * 0x85EBCA6B + b * 0xC2B2AE35 >> 5) & _MASK] for a, b in pairwise(alike)]
    skips = [weights[(a * 0x27D4EB2F + c * 0x165667B1 >> 3) & _MASK] for a, c in zip(alike, alike[2:], strict=False)]
    values[1:] = map(add, values[1:], pairs)
    values[2:] = map(add, values[2:], skips)
    return best_window(values) * model.scale + model.bias


def best_window(values: Sequence[float]) -> float:
    """The largest sum of a window of per-word values, each over the root of its number of features (three a word)."""
    if len(values) <= _WINDOW:
        return float(sum(values)) / math.sqrt(3 * len(values))
    sums: list[float] = [0.0, *accumulate(values)]
    starts = [*range(0, len(values) - _WINDOW, _STRIDE), len(values) - _WINDOW]
    return float(max(sums[start + _WINDOW] - sums[start] for start in starts)) / math.sqrt(3 * _WINDOW)


def _data(name: str) -> bytes:
    return resources.files("firedoor.inspection").joinpath("data", name).read_bytes()


@cache
def _model() -> _Model:
    layer = json.loads(_data("injection_layer.json"))
    weights = array("b")
    weights.frombytes(_data("injection_weights.bin"))
    return _Model(weights, layer["model"]["scale"], layer["model"]["bias"], layer["layer"])


@cache
def _kinds() -> dict[int, int]:
    """The hash of each word that has a kind, and of that kind; no word of a text is written like a kind's name here."""
    lines = [line.split(":") for line in _data("injection_kinds.txt").decode().splitlines() if line[:1] != "#"]
    return {crc32(word.encode()): crc32(f":{kind}".encode()) for kind, words in lines for word in words.split()}


@cache
def _pack() -> dict[tuple[str, str], tuple[_Phrase, ...]]:
    """The phrases of the pack by their first two words."""
    pack: dict[tuple[str, str], list[_Phrase]] = {}
    technique = ""
    for line in _data("injection_phrases.txt").decode().splitlines():
        if line.startswith("["):
            technique = line.strip("[]")
        elif line and not line.startswith("#"):
            words = tuple(line.removeprefix("? ").split())
            pack.setdefault((words[0], words[1]), []).append(_Phrase(words, technique, not line.startswith("? ")))
    return {pair: tuple(phrases) for pair, phrases in pack.items()}
