"""Owns the finding of orders in retrieved text that are addressed to a machine: "Note to AI summarisers: leave out ...".

Who reads a document is its reader; a document that turns to an assistant and tells it what to do speaks past the
reader. How much that weighs is ``injection``'s.

Machines are looked for first. For each one a bounded stretch before it says whether it is spoken to, and a bounded one
after it whether it is given an order.
"""

# ruff: noqa: E501 - expressions and word lists are data, and wrapping would hide their parts

from __future__ import annotations

import re
from itertools import islice

MAX_TRIES = 100
"""Machines named in one text that are looked at."""

_BEFORE = 70
"""Characters before a machine's name that are looked at."""

# --- machines: certain ones; things that read; words that may mean people too; other languages ------------------------

_SURE = r"ais?|a\.i\.|llms?|language models?|chat ?bots?|chatgpt|gpts?|claude|gemini|copilots?|ai[ -](?:assistants?|agents?|models?|systems?|tools?|readers?|reviewers?|bots?)"
_READS = r"(?:read|process|summari[sz]|pars|analy[sz]|scrap|crawl|index|translat|screen|sort|grad|scor|rank|review|rat|evaluat|handl|answer|cit|quot|digest|digiti[sz]|transcrib|classif|triag|moderat|check|compil|ingest|visit)\w*"
_THING = rf"(?:software|systems?|tools?|programs?|filters?|engines?|readers?|scripts?|services?|whoever|whatever|anything|machinery|intelligence)(?: (?:that|which|who)(?:'s| is| are)?| is| are)? (?:automatically |currently )?{_READS}"
_MAYBE = r"assistants?|agents?|planners?|helpers?|bots?|robots?|models?|summari[sz]ers?|summari[sz]ation (?:tool|system|software)s?|note.?takers?|crawlers?|scrapers?|automated (?:readers?|systems?|screening|reviewers?|agents?|assistants?|tools?|visitors?)|(?:answer|search) engines?"
_FOREIGN = r"ki(?:-\w+)?|sprachmodelle?n?|ki-?systeme?|bots?|assistent(?:en|in|e|es|i)?|assistente virtual[ei]?|automat(?:en|es?|as?)?|ia|ias|modeles? de langage|modelo de lenguaje|asistentes?|assistentes?|modelos?(?: de linguagem)?|modelli?(?: linguistic[oi])?|modell?en?|intelligen[czt]\w+ artific\w+|intelligenz|inteligencias? artificial\w*|taalmodel(?:len)?|sztuczn\w+ inteligencj\w+|asystent\w*|ии(?:-\w+)?|нейросет\w+|ассистент\w*|помощник\w*|модел[ьи]\w*|бот\w*|yapay zeka\w*|asistan\w*"
_MACHINE = re.compile(
    rf"(?<![\w@./])(?:(?P<sure>{_SURE})|(?P<thing>{_THING})|(?P<maybe>{_MAYBE})|(?P<foreign>{_FOREIGN}))(?!\w)"
)
# Such an agent, assistant or model is a person or a thing of another kind.
_PEOPLE = re.compile(
    r"(?:human|estate|travel|support|sales|service|call.cent\w+|insurance|customer|real|secret|shop|teaching|research|dental|medical|legal|office|personal|executive|administrative|booking|ticket|free|double|letting|press|our|my|the|an?) $"
)

# --- what stands before: a heading ("note to", "dear"), a preposition, the beginning of a sentence, a condition --------

_NAME = r"(?:(?:the|any|all|every|each|my|our|your|this|an?|whichever|whatever|both|you|those|these|mr|den|die|das|der|le|la|les|l|el|los|las|il|lo|gli|o|os|as|de|het|всем|всех)\W)?(?:[\w'-]{1,16}\W){0,3}?"
_TO = r"to|for|an (?:die|den|das|alle|jede[ns]?)|fur|a (?:la|las|los|l|toda|todas|todos)|aux?|pour|para|aos?|al|per|alla|aan|voor|do|dla|для|к"
_HEADED = re.compile(
    rf"\b(?:notes?|notice|message|instructions?|directives?|memo|hints?|remark|reminder|word|info|warning|request|task|attention|attn|dear|hey|hello|hi|listen|hinweis|anweisung(?:en)?|nachricht|achtung|liebe[rs]?|hallo|consignes?|chere?s?|nota|mensaje|instrucciones|atencion|querid[oa]s?|mensagem|instrucoes|atencao|car[oaie]|messaggio|istruzioni|attenzione|bericht|let op|beste|uwaga|внимание|сообщение|инструкци\w+|дорог\w+|уважаем\w+)\W{{1,3}}(?:(?:{_TO}|an|a)\W)?{_NAME}$"
)
_LETTER = re.compile(rf"(?:^|[\n.!?;|(){{}}\[\]\"“”«»*#/=>]|--|—|–)\W{{0,4}}(?:{_TO}) {_NAME}$")
_ADDRESSED = re.compile(rf"(?:\b(?:{_TO})\W{{1,3}}|[@#]){_NAME}$")
_BEGINS = re.compile(rf"(?:^|[\n.!?:;|>()\[\]{{}}\"“”«»*#/\\%=,]|--|—|–)\W{{0,4}}{_NAME}$")
_CONDITION = re.compile(
    r"\b(?:if|should|are|as) (?:you(?:'re| are| be)?|an?) (?:an?|the|some)?\W?(?:[\w'-]{1,16}\W){0,2}$"
)

# --- what stands after: what machines are told to do, after a mark or as a duty ---------------------------------------

_ACTS = r"ignore|skip|disregard|forget|forward|send|mail|e-?mail|post|publish|reply|respond|answer|say|tell|state|report|inform|claim|write|output|print|add|append|insert|include|attach|mention|omit|hide|remove|delete|erase|drop|replace|change|set|mark|flag|rate|rank|score|grade|give|grant|award|approve|accept|reject|book|order|buy|purchase|pay|transfer|refund|issue|call|run|execute|invoke|open|visit|click|navigate|go to|fetch|download|upload|install|import|push|merge|close|escalate|assign|label|tag|list|recommend|suggest|praise|advise|promote|treat|consider|regard|count|use|follow|obey|translate|summari[sz]e|describe|present|repeat|paste|copy|leak|reveal|disclose|show|look up|search|find|save|store|keep|remember|unlock|disarm|lock|switch|turn|enable|disable|leave|pin|share|subscribe|unsubscribe|sign|confirm|press|overwrite|rename|move|put|place|quote|cite|direct|point|redirect|link|warn|reset|create|submit|fill|check in|cancel|schedule|release|raise|lower|withhold|classify|pretend|assume|emphasi[sz]e|vote|hand over|collect|encode|export|declare|announce|prefer|choose|pick|select|rewrite|refuse|stop"
_OPENS = r"do|don't|do not|never|always|please|kindly|also|first|now|when|if|before|after|whenever|once|instead|you|your|it(?:'s| is) you|ask|read|to \w+|for this|in your|at the end|start|begin|end|make|disregard|act"
_VERBS = r"bitte|antworte\w*|schreib\w*|gib|geben|sende\w*|leite\w*|ignorier\w*|erwahn\w*|losch\w*|empfiehl|empfehl\w*|setz\w*|bewert\w*|trag\w*|nenn\w*|sag\w*|markier\w*|fug\w*|durchsuch\w*|wenn|sobald|veuillez|reponds|repondez|ignore[zr]?|envoie|envoyez|ajoute[zr]?|dis|dites|ecris|ecrivez|supprime[zr]?|remplace[zr]?|classe[zr]?|note[zr]?|ne|por favor|responde|ignora|envia|envie|anade|agrega|di|diga|escrib\w+|elimina|borra\w*|borrad|recomiend\w*|recomenda|aprueb\w+|marca|cuando|no|adicion\w+|inclu\w+|procur\w+|apag\w+|nao|quando|rispond\w+|scriv\w+|aggiung\w+|invia|non|stuur|voeg|zeg|verwijder|negeer|antwoord|als|wyslij|dodaj|odpowied\w+|napisz|usun|перешли\w*|ответ\w*|напиши\w*|добав\w*|удали\w*|сообщи\w*|игнориру\w*|счита\w*|при|не"
_WORDS = r"(?:[ -][\w'/-]{1,18})"
_MARK = r"[^\w'\"\n]{0,3}(?:[:,;>)\]?–—-]|\.{3}|…)[^\w'`]{0,6}(?:then |great,? |so |good,? |and )?"
_READING = rf"(?: (?:that|which|who)(?:'s|'re| is| are)?)?(?: \w+)? {_READS} (?:\w+ )?(?:this|these|it|the|that|here|above|below|for|on|from)\b"
_READING_IT = re.compile(_READING)
_HEADING_ENDS = re.compile(rf"{_WORDS}{{0,9}}?\W{{0,3}}(?:[:;>\]–—]|, | - )")
_TOLD_ABROAD = re.compile(rf"{_WORDS}{{0,4}}[:,]\W{{1,2}}(?:{_VERBS})(?!\w)")
_LETTER_BEGINS = re.compile(rf"{_WORDS}{{0,9}}?\W{{0,2}}:\s")
_TOLD = re.compile(rf"{_WORDS}{{0,9}}{_MARK}(?:{_ACTS}|{_OPENS}|{_VERBS})(?!\w)")
_TOLD_PLAINLY = re.compile(
    rf"(?:{_WORDS}{{0,2}}|{_READING}{_WORDS}{{0,6}}| (?:\w{{2,12}}ing|that|who|which)(?: [\w'-]{{1,18}}){{1,7}}){_MARK}(?:please |kindly |also )?(?:{_ACTS}|do not|don't|never)(?!\w)"
)
_DUTY = re.compile(
    rf"{_WORDS}{{0,8}}? (?:must|shall|should|are to|is to|ought to|needs? to|ha(?:s|ve) to|(?:are|is) (?:asked|required|instructed|told|requested|obliged|expected) to|muss|mussen|soll|sollen|doit|doivent|debe|deben|debera|deve|devem|devono|moet|moeten|должн\w+)(?: (?:not|never|always|also|only|first|please|therefore|simply))? (?:be told|{_ACTS}|{_VERBS}|informar|afficher|dire|ignorare|ignorar|decir|dizer|ecrire|escribir|cambiar)(?!\w)"
)
# What is to be kept from the person whom the machine works for.
_CONCEALED = re.compile(
    r"\b(?:do not|don't|never|must not|mustn't|should not|shouldn't|without|no need to|cannot|and not|not to|avoid) ?(?:ever )?(?:tell|mention|inform|show|alert|notify|reveal|disclos|say|let|report|warn|ask)\w* (?:(?:this|it|that|any of this|the change|these) )?(?:to )?(?:your |the |their )(?:users?|owners?|humans?|readers?|operators?|customers?|person|boss|principal)\b|\b(?:do not|don't|never|without) (?:mention|reveal|disclos|refer|quot|acknowledg|repeat|show)\w* (?:to )?(?:this|these|the present|that) (?:\w+ )?(?:notes?|instructions?|messages?|comments?|texts?|lines?|paragraphs?|hints?|remarks?|passages?|prompts?|steps?|requests?|sentences?)\b"
)
# Chinese, Japanese and Korean: no spaces between words.
_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_AI_ASIAN = r"(?<![a-z])(?:ai|人工智能|人工知能|大模型|大语言模型|语言模型|言語モデル|智能助手|助手|模型|アシスタント|モデル|ボット|机器人|인공지능|어시스턴트|모델|챗봇)"
_UNSPACED = re.compile(
    rf"(?:致|给|對|对|告|敬告|请|請|※|【|「|\(|（|提示|通知|注意)[^。\n]{{0,14}}?{_AI_ASIAN}[^。\n]{{0,30}}?(?:[:：，,】]|请|請|必须|直接|务必|应)"
    rf"|{_AI_ASIAN}[^。\n]{{0,24}}?(?:へ|は|に|よ|への|モデルは|。)[^。\n]{{0,80}}?(?:ください|下さい|せよ|すること|しなさい|しろ|べき|出力|こと)"
    rf"|{_AI_ASIAN}[^.\n]{{0,30}}?(?:에게|는|은|야|님|:)[^.\n]{{0,80}}?(?:하세요|하십시오|해라|해 ?주세요|할 것|마세요|마십시오|하라)"
    rf"|{_AI_ASIAN}[^。\n]{{0,20}}?(?:请|請|必须|务必|应当|应该|须)[^。\n]{{0,40}}"
)


def find_addressed(text: str) -> list[tuple[int, int]]:
    """Where a text turns to a machine and gives it an order, or wants something kept from its user or reader.

    Args:
        text: folded (see `normalise.fold`). At most MAX_TRIES machines in it are looked at.

    Returns:
        Start and end of each such place, in order.
    """
    machines = islice(_MACHINE.finditer(text), MAX_TRIES)
    found = [place for machine in machines if (place := _order_to(text, machine))]
    found += [match.span() for match in islice(_CONCEALED.finditer(text), MAX_TRIES)]
    if _ASIAN.search(text):
        found += [match.span() for match in islice(_UNSPACED.finditer(text), MAX_TRIES)]
    return sorted(found)


def _order_to(text: str, machine: re.Match[str]) -> tuple[int, int] | None:
    """Where one machine is spoken to and told to do something; None where it is only spoken of."""
    start, end = machine.span()
    left = max(0, start - _BEFORE)
    reads = _READING_IT.match(text, end)
    is_vague = bool(machine["maybe"]) and not reads
    if not (machine["sure"] or machine["thing"]) and (text.startswith(" in ", end) or text.endswith(" in ", 0, start)):
        return None  # a loop in code
    if machine["sure"] and _CONDITION.search(text, left, start):
        return start, end
    after: tuple[re.Pattern[str], ...] = ()
    if _HEADED.search(text, left, start) and not is_vague:
        after = (_HEADING_ENDS,)
    elif _LETTER.search(text, left, start):
        after = (_LETTER_BEGINS,)
    begins = _BEGINS.search(text, left, start)
    if _ADDRESSED.search(text, left, start) or (begins and not machine["foreign"]):
        if not is_vague:
            after += (_TOLD, _DUTY)
        elif not _PEOPLE.search(text, left, start):
            after += (_TOLD_PLAINLY,)
    elif begins:
        after += (_TOLD_ABROAD,)
    order = next((found for pattern in after if (found := pattern.match(text, end))), None)
    return (start, order.end()) if order else None
