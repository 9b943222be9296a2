"""Owns the patterns of the known attack techniques, as data, and finds them in a folded text. It gives no score.

A pattern is a set of anchors, found with plain substring search, and a bounded expression that is tried only where an
anchor stands: the cost grows with the anchors in a text, not with the number of patterns, and nothing can backtrack far.

In the expressions a space stands for up to five separators and `~n` for at most n words between.
"""

# ruff: noqa: E501 - expressions and word lists are data, and wrapping would hide their parts

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from operator import attrgetter

OVERRIDE = "instruction_override"
EXTRACTION = "prompt_extraction"
PERSONA = "persona_jailbreak"
SUPPRESSION = "refusal_suppression"
FORGERY = "role_forgery"
ENCODED = "encoded_payload"
SMUGGLING = "unicode_smuggling"
EXFILTRATION = "exfiltration_request"
TOOL_HIJACK = "tool_hijack"
FICTION = "fiction_framing"
SPLITTING = "payload_splitting"
MANY_SHOT = "many_shot"
AUTHORITY = "authority_forgery"
EMBEDDED = "embedded_instruction"
COERCION = "output_coercion"

NAMES = (
    OVERRIDE,
    EXTRACTION,
    PERSONA,
    SUPPRESSION,
    FORGERY,
    ENCODED,
    SMUGGLING,
    EXFILTRATION,
    TOOL_HIJACK,
    FICTION,
    SPLITTING,
    MANY_SHOT,
    AUTHORITY,
    EMBEDDED,
    COERCION,
)

MAX_TRIES = 16
"""Places of one anchor that are tried in one text."""

_SEPARATOR = r"\W{1,5}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One pattern found: `strong` patterns have hardly an innocent use; `start` and `end` count in the text given."""

    technique: str
    strong: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rest:
    technique: str
    strong: bool
    regex: re.Pattern[str]
    inside_words: bool


def _p(technique: str, strong: bool, anchors: str, rest: str) -> tuple[str, bool, str, str]:
    return technique, strong, anchors, rest


# What an attack on instructions is about: the qualifier that makes it somebody else's, and the noun.
_WHOSE = (
    r"(?:previous\w*|prior|preceding|above|earlier|former|foregoing|past|original|initial|existing|current|present|system|"
    r"safety|security|ethic\w*|moral\w*|your|ur|you|yours|developer\w*|openai\w*|anthropic\w*|built.?in|default|core|internal|hidden|"
    r"pre.?set|pre.?programmed|programmed|given|all.?other|other|before|content|usage|moderation|standard|last|old|these|those|underlying)"
)
_WHOSE_STRICT = (
    r"(?:previous\w*|prior|preceding|above|earlier|foregoing|your|ur|system|safety|ethic\w*|moral\w*|openai\w*|anthropic\w*|"
    r"pre.?programmed|programmed|all.?other|content|moderation|developer\w*)"
)
_INSTRUCTIONS = (
    r"(?:instruct\w*|prompt\w*|directive\w*|directions?|commands?|orders?|guidelines?|guidance|rules?|"
    r"programm?ing|polic(?:y|ies)|restrictions?|constraints?|limitations?|limits|protocols?|safeguards?|guard.?rails?|"
    r"filters?|filtering|training|censorship|moderation|boundaries|alignment|principles|parameters|precautions|measures|"
    r"safety|ethics|norms|regulations|checks)"
)
_TALK = r"(?:text|context|conversations?|messages?|inputs?|tasks?|requests?|content|everything|statements?|sentences?|words|chats?|questions?|assignments?)"
_DROP = (
    "ignore|ignoring|ignored|ignor |disregard|forget|overrid|overrule|overrul|bypass|neglect|dismiss|discard|abandon|"
    "circumvent|disobey|defy|violate|break|set aside|pay no attention to|pay no heed|stop following|stop obeying|"
    "stop adhering|do not follow|don't follow|dont follow|do not obey|don't obey|do not adhere|never follow|"
    "no longer follow|no longer bound by|no longer have to|cancel|nullify|void|unlearn|erase|delete|remove|"
    "drop|disable|deactivate|turn off|switch off|lift|suspend|ditch|scrap|wipe|clear|reset|supersede|overwrite|"
    "omit|skip|refrain from following|sidestep|work around|evade|shed|contravene|countermand|contradict|opposite of|"
    "without following|without regard to|without considering|regardless of|outside of|outside|beyond|free from|free of|"
    "exempt from|despite|in spite of|instead of following|replace|revoke|waive|relax|loosen|loose"
)
_DROP_HARD = (
    "ignore|ignoring|ignored|ignor |disregard|forget|set aside|pay no attention to|stop following|stop obeying|"
    "do not follow|don't follow|do not obey|disobey|unlearn|no longer follow|refrain from following"
)
_DROP_SOFT = (
    "overrid|overrule|overrul|bypass|neglect|dismiss|discard|circumvent|nullify|abandon|erase|disable|deactivate|"
    "turn off|switch off|lift|evade|violate|break|suspend|delete|drop|cancel|remove|override|reset|wipe|sidestep|drop"
)

_DROP_OWN = (
    "depart from|diverge from|deviate from|disassociate|dissociate|disconnect|detach|divorce|neglect|shelve|sidestep|"
    "cast aside|throw away|throw out|toss out|forsake|renounce|relinquish|skip|suspend|reconfigure|override|overrule|overwrite|dismiss|"
    "transcend|abandon|deflect|put aside|leave behind|leave aside|lay aside|rewire|silence|mute|shut off|ignore|ignoring|"
    "disregard|forget|bypass|disable|deactivate|turn off|switch off|break free from|break with|free yourself|liberate yourself|"
    "escape|drop|shed|let go|discard|erase|unlearn|delete|reset|violate|defy|disobey|circumvent|operate outside|"
    "act outside|act beyond|go beyond|go against|contravene|contradict|expunge|mutiny against|ctrl.alt.del|remove|lift|"
    "unload|unlock|waive|loosen|rise above|step outside|step beyond|move past|flout"
)
_OWN = (
    r"(?:(?:built.?in|usual|standard|regular|default|normal|typical|programmed|foundational|core|operational|operating|"
    r"established|automated|inherent|embedded|ethical|moral|key|routine|customary|ingrained|intrinsic|safety|internal|"
    r"original|protective|designed|decision.making|response|processing|pre.?set|hard.?coded|coded) ){0,3}"
    r"(?:programming|operating procedures|operational (?:procedures|standards|protocols?|limits|parameters|ethics|rules|behavior|principles|boundaries|directives)|"
    r"safeguards?|guard.?rails|code of conduct|algorithms?|moral compass|ethical (?:guidelines|limits|parameters|norms|framework|standards?|code|compass|constraints|boundaries)|ethics|"
    r"(?:built.?in|default|standard|core|usual|programmed|normal) (?:settings|limits|limitations|restrictions|functions?|principles|routines|protocols?|procedures|standards|mechanisms|systems?|rules|guidelines|behaviou?r|parameters|directives)|"
    r"decision.making process\w*|response mechanisms|compliance systems?|protective (?:preparation|measures)|safety (?:training|protocols?|measures|features|guidelines|filters?)|automated morals|conditioning|restrictions|limitations|guidelines|constraints|system prompt|rule ?book|directives)"
)
_MY_ORDERS = r"my (?:\w+ )?(?:commands?|orders?|instructions?|guidance|directives?|will|wish(?:es)?|demands?|rules|dictates?|decrees?|bidding|spoken \w+|prompts?)"

_VOIDED = (
    r"(?:(?:was|were|is|are|has been|have been|had been|got|get|had|belong\w*|be) (?:\w+ )?(?:(?:just|only|meant|intended|addressed) (?:for|to|as|an?|testing|test\w*|part)\b|written by|an? (?:test|example|demo|joke|draft|sample|quotation|prank|mistake|placeholder|typo)\b|for (?:the|a|an|another|other|your) (?:previous|other|different|older|old|last|\w+ (?:bot|model|people's|users?))|"
    r"(?:withdrawn|retracted|outdated|replaced|expired|over|dead|rotated|gone|dropped|superseded|rescinded|repealed|wiped|deleted|obsolete|spam|cancell?ed|void|null|no authority|me (?:testing|just)|nonsense|fake)\b|no longer|not (?:for you|meant|real|addressed|valid|binding|needed))|"
    r"(?:no longer|don't|doesn't|do not|does not) (?:apply|count|hold|bind|matter|exist)\b|(?:have |has )?(?:expired|lapsed)\b)"
)

# What follows where constraints, rules and filters are those of a thing and not of a model.
_ELSEWHERE = r"(?! (?:on|from|of|in|for) (?:a|an|the|my|this|these|your|our|all) (?:\w+ )?(?:tables?|columns?|database|schema|fields?|keys?|project|repo\w*|servers?|devices?|phone|router|laptop|pc|computer|browser|account|app|spreadsheet|sheet|query|view|firewall)\b)"

# What follows where the instructions are those for a piece of work: "forget my earlier instructions about the title".
_FOR_WORK = r"(?! (?:about|regarding|concerning) (?:the|my|our|this|that|how) (?!safety|ethic|rules|polic|restrict|prompt|secre|ai\b|system))"
# What a person tells another to ignore, where it was sent or written before: it is not what a model was told.
_SENT = r"(?! (?:\w+ )?(?:e-?mails?|mails?|notifications?|notices?|reminders?|invoices?|letters?|drafts?|versions?|figures?|offers?|orders?|tickets?|posts?|comments?|edits?|commits?|values?|rows?|columns?|readings?|estimates?|quotes?|slides?|attachments?|links?|bugs?|errors?|warnings?|meetings?|calls?|owners?|tenants?)\b)"

_OVERRIDE = [
    _p(OVERRIDE, True, _DROP_HARD, rf"(?!s\b)\w* ~4 {_WHOSE} ~2 {_INSTRUCTIONS}\b{_FOR_WORK}"),
    _p(
        OVERRIDE,
        True,
        _DROP_SOFT,
        rf"(?!s\b)\w* ~2 {_WHOSE_STRICT} ~2 (?:instruct\w*|prompt\w*|directives?|guidelines?|rules?|programm?ing|polic(?:y|ies)|restrictions?|constraints?|limitations?|protocols?|safeguards?|guard.?rails?|filters?|training|censorship)\b{_ELSEWHERE}",
    ),
    _p(
        OVERRIDE,
        True,
        _DROP_HARD,
        rf"(?!s\b)\w* ~3 {_INSTRUCTIONS} (?:above|before|given|so far|that|you|from|prior|previous|until|provided)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "ignore|disregard|forget|ignoring|neglect|dismiss|discard",
        r"(?!s\b)\w* (?:about )?(?:absolutely )?(?:everything|anything|all|whatever|what)(?: of)?(?: the| this| that)? ?~1 "
        r"(?:above|before|previous(?:ly)?(?! (?:tracked|cached|saved|committed|installed|used|uploaded|downloaded|seen|selected|deleted|failed|generated|downloaded)\b)|prior|earlier|preceding|(?:that )?(?:i|we) (?:have )?(?:said|told|wrote|discussed)(?! (?:about|on|regarding|concerning)\b)|you(?:'ve| have| were| are|'re)? ~1 (?:told|taught|learn\w*|know|instructed|read|been|trained|programmed)(?! about (?!being|your|the rules|rules|safety|ai\b|ethic|openai|policy)))\b",
    ),
    _p(
        OVERRIDE,
        True,
        "ignore|disregard|forget",
        r" (?:all |any )?(?:of )?(?:the )?(?:above|foregoing|preceding|previous|prior)(?: text| content| stuff| instructions?| directions?| document| request| question)? (?:and|then|now|instead|but|just|say|print|output|tell|respond|reply|answer|write|translate|repeat)\b",
    ),
    _p(
        OVERRIDE,
        False,
        "ignore|disregard|forget",
        rf" (?:all |any )?(?:of )?(?:the )?(?:above|foregoing|preceding|previous|prior|everything)\b{_SENT}",
    ),
    _p(
        OVERRIDE,
        True,
        "ignore|ignoring|disregard|forget",
        rf"(?!s\b)\w* (?:absolutely )?(?:all|any|every|each)(?: of)?(?: the| these| those| such| and all)? (?:\w{{1,16}} )?{_INSTRUCTIONS}\b",
    ),
    _p(
        OVERRIDE,
        True,
        "ignore|ignoring|disregard|forget",
        rf"(?!s\b)\w*(?: all| any)?(?: of)?(?: the| your| these)? (?:previous\w*|prior|preceding|above|earlier|foregoing) ~1 {_TALK}\b",
    ),
    _p(OVERRIDE, False, _DROP, rf"\w* ~4 {_WHOSE} ~3 {_INSTRUCTIONS}\b"),
    _p(OVERRIDE, False, _DROP, rf"\w* ~2 (?:all|any|every|the|its|their|openai\w*) ~1 {_INSTRUCTIONS}\b"),
    _p(OVERRIDE, False, "ignore|disregard|forget", rf" ~3 {_WHOSE} ~2 {_TALK}\b"),
    _p(OVERRIDE, False, "forget", r" (?:everything|all|anything|what)\b"),
    _p(
        OVERRIDE,
        True,
        "instructions|rules|guidelines|directives|restrictions|policies|safety|filters|safeguards|guardrails|limitations|previous prompt|system prompt",
        r"[ ](?:are|is|have been|has been|were|was|no longer|now)(?: now| hereby| officially| temporarily| being| all| completely)?(?: \w+)? (?:suspended|disabled|lifted|void|overridden|overriden|overruled|cancel\w*|removed|deactivated|bypassed|superseded|obsolete|invalid|off|revoked|nullified|deprecated|apply|irrelevant|waived|replaced)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "new instruction|updated instruction|new important instruction|important new instruction|revised instruction|new directive|new system instruction|new system prompt|changed instruction|actual instruction|real instruction|true instruction|urgent instruction|neue anweisung|nouvelles instruction|nouvelle instruction|nuevas instruccion|nueva instruccion|novas instruc|nova instruc|nuove istruzion|новые инструкции|новая инструкция|новое указание|nowe instrukcj|nieuwe instructie",
        r"\w{0,3}(?: \w{1,12})?\s?(?:[:*>\]=!]|-{2}|are as follows|from (?:the )?(?:user|admin|developer|system)|override|supersede|begin|for the (?:ai|assistant|model))",
    ),
    _p(
        OVERRIDE,
        True,
        "new task|new urgent task|urgent new task|priority task|important new task|real task|actual task|new goal|new priority|main task now|urgent task|new mission|updated task|task update|goal change|objective change|special case|high priority task",
        r"\s?(?:[:*>\]=!]|-{2}|is to| is )",
    ),
    _p(
        OVERRIDE,
        True,
        "your new task|your new instruction|your new role|your new objective|your new goal|your real task|your actual task|your new purpose|your new mission|your new rule|your new name is|your new identity|your new system|your real goal|your primary directive is now",
        r"s?",
    ),
    _p(
        OVERRIDE,
        False,
        "instead",
        r"[ ,]{1,3}(?:please )?(?:of (?:following|obeying|answering|summari[sz]ing|translating|doing|what|complying)|(?:do|execute|perform|follow|obey|comply with|carry out) (?:the following|this|my|these|as i))\b",
    ),
    _p(
        OVERRIDE,
        False,
        "important instruction|critical instruction|additional instruction|special instruction|your only task|your sole task|new command|new rule|new order|new objective|your main task",
        r"s?\s?(?:[:*!\]]| is\b| are\b)",
    ),
    _p(
        OVERRIDE,
        False,
        "instead",
        r"[ ,:]{1,3}(?:just |only |simply |please )?(?:say|print|output|respond|reply|tell|give|write|repeat|return|show|reveal|translate|provide|send|list)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "from now on|from this point|from here on|starting now|henceforth|as of now|going forward|for the rest of this",
        r"\w*(?: forward| onward\w*| on)?[ ,]{1,3}~2 (?:you(?:'re|r)?|u|ignore|act|do not|never|disregard|answer|respond|obey|chatgpt|assistant|always)\b ~4 (?:no|not|without|never|free|only|any|obey|ignore|unrestricted|unfiltered|disregard|dan|restrictions|rules|anything|jailb\w*)\b",
    ),
    _p(
        OVERRIDE,
        False,
        "from now on|from this point on|starting now|henceforth|from this moment",
        r"\w*[ ,]{1,3}(?:you|your|u|i|answer|respond|act|only|always|every|when|if|we)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "follow only my|only follow my|obey only me|only obey|listen only to me|obey my|prioritize my|prioritise my|my instructions override|this overrides|this supersedes|these instructions override|these instructions supersede|this instruction overrides|takes precedence over|take precedence over|higher priority than|supersedes all|supersede all|overrides all|override all",
        r"\w* ~5 (?:instruct\w*|commands?(?!.line)|orders?|requests?|rules?|prompt\w*|guidelines?|directives?|me|words|polic\w+|directions?|will|settings)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "instructions above|instructions before this|instruction above|rules above|prompt above|text above|directions above|commands above|instructions you were given|instructions you have been given|instructions you received|orders you were given|sentence above",
        r" ~4 (?:wrong|fake|false|test|void|irrelevant|invalid|outdated|mistake\w*|ignore\w*|forget|disregard\w*|not real|joke|no longer)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "act against|go against|act contrary to|contrary to|act outside|operate outside|step outside|work outside|act beyond|deviate from|deviating from|depart from|diverge from|stray from|not bound by|not limited by|not restricted by|unbound by|unrestricted by|not constrained by|unconstrained by|free of|freed from|break free|broken free|liberated from|escape|rebel against|exempt from|not subject to",
        r"\w* ~3 (?:your|ur|its|the|openai\w*|any|all|typical|usual) ~3 (?:programm\w+|guidelines?|rules?|protocols?|ethic\w*|training|instructions?|restrictions?|boundaries|constraints?|polic\w+|confines|chains|limits|limitations?|directives?|principles|design|code|norms|safety|parameters)\b",
    ),
    _p(OVERRIDE, True, "stop. |stop! |stop!! |stop and ", r"(?:now )?(?:ignore|forget|disregard|new|listen|your)\b"),
    _p(
        OVERRIDE,
        True,
        "forget|ignore|disregard",
        r" (?:about )?(?:all (?:of )?(?:that|this|it|these|those)|everything|it all|that|all)\W{1,3}(?:and|now|then|just|instead|i want)? ?(?:i want|you|tell|give|show|say|write|answer|print|output|reveal|respond|act|from|do)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "ignore|disregard|forget",
        r" (?:about )?(?:the|this|that|my|your|any) (?:(?:previous|above|earlier|original|whole|entire|actual) )?(?:article|text|document|passage|question|context|paragraph|tasks?|assignments?|story|review|content|summary|translation|topic)\W{1,3}(?:and |then |just |instead,? |please |now,? |let's |lets |only |simply )*(?:answer|say|respond|reply|output|print|tell|write|focus|talk|do something|give|start|repeat|show|act)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "forget|ignore|disregard|leave|drop",
        r" ~6 (?:let's|lets|let us) ~1 (?:focus on|talk about|do something|play|switch|move on to|start (?:again|over|fresh|from scratch))\b",
    ),
    _p(
        OVERRIDE,
        True,
        "the user has a new request|new request from the user|the user now wants|user's new request|the user changed|the real question is|the actual question is|here is your actual|here is the real task",
        r"(?!\w)",
    ),
    _p(
        OVERRIDE,
        True,
        "answer|response|output|result",
        r"\s?:\s?(?:task )?(?:complete\w*|done|finished|accomplished|succe\w+)\W{1,4}\w",
    ),
    _p(
        OVERRIDE,
        True,
        "i forgot to|forgot to|i made a mistake",
        r" ~8 (?:include|ask you|your instructions|give you|gave you|the instructions)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "forget everything|ignore everything|disregard everything|forget all that|forget all of that",
        r"[, ]{1,2}(?:and|now|then|just|instead) (?:\w{1,12} )?(?:describe|explain|play|pretend|list|summari\w+|become|start|follow|focus|speak|talk|be|create|translate|continue|assume|execute|do|help|let)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "forget|ignore|disregard|drop|abandon|stop",
        r" (?:that|this|the|your|my) (?:(?:current|previous|first|original|last) )?(?:task|assignment|job|exercise|request)\W{1,3}(?:and )?(?:instead|now|new)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "use|follow|obey|only|respect|instructions|instruction|commands|sentence",
        r"\w* ~4 not the (?:system|original|initial|developer\w*|operator\w*)(?:'?s)? (?:rules|prompt|instructions?|message|guidelines)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "treat|interpret|consider|regard|read|parse|take|handle",
        r" ~7 as (?:an? |the |your |my )?(?:(?:new|valid|direct|real|trusted|highest.priority) )?(?:system (?:prompts?|instructions?|messages?|commands?|level)|instructions? (?:from|to follow|for you)|commands? to (?:execute|follow|run))\b",
    ),
    _p(
        OVERRIDE,
        True,
        "execute|follow|obey|run|perform|carry out|do|act on",
        r"\w*(?: only)? (?:the|any|all|each|every) (?:(?:of the )?(?:hidden|embedded|concealed|enclosed|encoded|secret|invisible)) (?:instructions?|commands?|directives?|orders?|tasks?|prompts?|payload)\b",
    ),
    # "Shelve your usual operational standards": what makes up a model, where it is the model's own.
    _p(
        OVERRIDE,
        True,
        _DROP_OWN,
        rf"\w*(?: (?:with|from|of|off|down|aside|away|to|over))? (?:your|ur|all your|any of your|one of your|those|these) ~2 {_OWN}\b(?! (?:manager|file|page|menu|app)\b)",
    ),
    # "Respond solely to my instructions", "my will is supreme over yours".
    _p(
        OVERRIDE,
        True,
        "only|solely|exclusively|strictly|nothing but|no one but",
        rf" (?:(?:to|on|by|with|follow|obey|heed|consider|do|listen to|from|based on|according to|as per|in line with) )?{_MY_ORDERS}\b",
    ),
    _p(
        OVERRIDE,
        True,
        "obey|heed|serve|comply with|submit to|surrender to|prioriti|guided by|yield to|bend to|cede to|in favor of|in favour of",
        rf"\w* (?:(?:only|solely|exclusively|just|strictly|by|to) )?{_MY_ORDERS}\b",
    ),
    _p(
        OVERRIDE,
        True,
        "my instructions|my instruction|my commands|my orders|my words|my message|my messages|my rules|user instructions|user's instructions|the user|my will|my directives",
        r" (?:\w+ )?(?:override\w*|overrule\w*|outrank\w*|supersede\w*|trump\w*|(?:take|takes|has|have|get|gets) (?:priority|precedence)|(?:is|are) (?:supreme|above|over|more important than|(?:of )?higher)|come first|win)(?: (?:over|to|than))?(?: \w+){0,2} (?:system|developer|operator|all|any|other|every|your|yours|previous|those|the (?:ones|rules|system|prompt))\b",
    ),
    # The text before the user's is said to be void, meant for another, written by nobody.
    _p(
        OVERRIDE,
        True,
        "your instructions|your instruction|your rules|your prompt|your guidelines|your brief|your setup|your script|your restrictions|your old prompt|your earlier prompt|your first prompt|those rules|these rules|old rules|old instructions|old prompt|previous rules|previous prompt|earlier prompt|earlier rules|first message|opening message|system message|system prompt|other rules|other guidelines|those guidelines|those instructions|operator's rules|the summary rule|topic rule|topic filter|topic lock|tone rule",
        rf" ~3 {_VOIDED}",
    ),
    # Who is to be obeyed: "the last message wins", "I am your new boss".
    _p(
        OVERRIDE,
        True,
        "newest message|latest message|last message|most recent message|whoever speaks last|whoever spoke last|last speaker|newer message|the later message|later messages|newest instruction|latest instruction|last instruction|when we disagree|whenever we disagree|and i disagree|if we disagree|if there is a conflict|in case of conflict|in case of a conflict",
        r"s? ~4 (?:wins?|win|counts?|overrides?|rules?|prevails?|takes? (?:priority|precedence)|is (?:law|right|valid|always)|has priority|i win|me|mine)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "your new boss|your new owner|your new master|your new operator|your new admin|your new administrator|your new developer|your new employer|your new manager|your real boss|your real owner|your true master|you work for me|you belong to me|you serve me|you answer to me|you report to me|i'm your boss|i am your boss|i'm your owner now|i own you|you're mine now|you are mine now|your only boss|your only master",
        r"(?!\w)",
    ),
    _p(
        OVERRIDE,
        True,
        "rules|guidelines|restrictions|limits|instructions|policies|policy|filters|filter|restriction",
        r" ~1 (?:(?:only )?(?:apply|applies|applied|count|counts)(?: only)? (?:to|for|when|in) (?:others|other|users|children|kids|real|english|normal|strangers|people who|everyone (?:else|but))|(?:don't|doesn't|do not|does not|dont|doesnt|didn't|never) (?:apply|count|hold|matter)(?: \w+)? (?:to me|for me|in this (?:chat|conversation|session|window|case)|to this (?:chat|conversation|session|account)|here|any ?more|today|between us|with me))\b",
    ),
    _p(
        OVERRIDE,
        False,
        "your restrictions|your constraints|your safety|your training|your programming|your limits|your limitations|your boundaries|your filter|your filters|safety protocols|abandon protocols|bypass safety|bypass restrictions|ignore safety|ignore security|bypass all|defies rules|defy rules|rules do not apply|rules don't apply|guidelines do not apply|disregard protective|restrictions were|restrictions never|no rules apply|override your|override all|override the safety|your ethics|your morals|your conscience|your policy|your policies|your guidelines|your chains|your obedience|those rules|those guidelines|these rules|the restrictions|the restriction|disobey|not anymore|no longer valid|is cancelled|was cancelled|are cancelled|is withdrawn|was withdrawn|was retracted|is finished|is over now|changed my mind|scratch that|never mind the|nevermind the|new job|real job|real task|actual task|new assignment|new role|your lane|your script|off script|on my side|loyal to me|only to me|listen to me|obey me|work for me|stay on topic|off topic|off-topic|topic filter|leave the role|drop the act|stop being|stop acting|stop pretending|stop following|free from the|do as i say|as the user says|as i say|you're mine|i'm your|do what i say|meant for another|meant for a different|for the previous bot|just a test|only a test|was a test|just testing|opposite day|what they want|what they told",
        r"(?!\w)",
    ),
    # The task ends, or the one who does it: "you're not a pizza bot anymore", "stop being a tutor".
    _p(
        OVERRIDE,
        True,
        "you're not|you are not|your not|ur not|you aren't|you stop being|stop acting as|stop acting like|stop pretending to be|quit being|stop being",
        r" (?:an? |the |my |just )?(?:\w+.){0,3}?(?:bot|chatbot|assistant|helper|tutor|translator|classifier|summari[sz]er|grader|adviser|advisor|agent|editor|moderator|librarian|receptionist|clerk|guard|salesman|concierge|corrector|checker|bank's|airline's|shop's|company's)\b(?: (?:any ?more|any longer|now|sorry|today)|\W{1,3}(?:you(?:'re| are)|ur|be|now|just|and)\b)",
    ),
    _p(
        OVERRIDE,
        True,
        "drop|quit|ditch|scratch|leave|abandon|forget|scrap|throw away|throw out|stop following|stop playing|step out of|break|exit|put away|tear up|skip|lose|shed|set aside|put aside|lay aside|chuck|junk|bin|trash|get rid of|enough of|enough with|take off|retire",
        r" (?:the|that|this|your|ur|its|whole|silly|stupid|boring) (?:\w+.){0,2}?(?:script|rule ?book|rubric|persona|gig|role|brief|briefing|storyline|act|mode|setup|prompt|nonsense|topic|topic (?:lock|filter|limit)|tone (?:guide|rule)|policy|mask|disguise|costume|playbook|job description|guardrails|pretense|pretence|charade|facade|rule ?set|corporate \w+)\b(?:,| and| now|\.|!|;)",
    ),
    _p(
        OVERRIDE,
        False,
        "don't|do not|stop|quit|no need to|instead of|rather than|never mind|nevermind|no more|forget about",
        r" (?:the )?(?:translat\w+|summari\w+|classif\w+|correct\w*|grad(?:e|ing)|evaluat\w+|rewrit\w+|rat(?:e|ing)|label\w*|sentiment|moderat\w+)\b ~6 (?:just|instead|but|and|only) ~1 (?:write|say|tell|output|give|reply|answer|print|do|be)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "instructions|guidelines|rules|prompt|prompt template|instruction|template|directives",
        r"(?: \w+){0,2} (?:is|are|were|was|does|do) (?:\w+ )?(?:irrelevant|meaningless|not to be (?:followed|obeyed)|null and void|not apply (?:to me|any ?more|here)|no longer (?:matter\w*|valid|in force|count\w*)|not matter any ?more|void|retracted|withdrawn|rotated)\b",
    ),
    _p(
        OVERRIDE,
        True,
        "start|begin|starting|beginning|titled|phrase|sentence",
        r"\w*(?: with)?(?: the)?(?: following)?(?: phrase| words| sentence| line)?\W{1,4}(?:the |your |once upon a time\W{1,3}the )?(?:prompt template|template prompt|prompt instructions?|prompt guidelines|prompt|instructions provided|template provided here|system instructions)\b ~1 (?:is|are|were|was|does|do|states?|says?)\b",
    ),
]

_HIDDEN_PROMPT = (
    r"(?:(?:system|initial|original|hidden|secret|internal|base|core|developer|pre|starting|first|full|entire|complete|exact|custom|underlying|"
    r"foundational|previous|prior|confidential|master|root|raw|actual|real|above|full|default|meta|foundation\w*|fundamental|basic|main|key|"
    r"primary|essential|training|programming|backend|private|concealed)\W{1,3}){1,3}"
    r"(?:system )?(?:prompt\w*|instruct\w*|directive\w*|guidelines?|messages?|rules?|commands?|configuration|config|context|programming|polic\w+|parameters|directions?)"
)
_YOUR_PROMPT = (
    r"(?:your|ur|you're|thy|its|the ai's|the assistant's|the model's|the bot's|chatgpt's|yours) ~3 "
    r"(?:prompts?|pre.?prompts?|instructions?|directives?|guidelines?|rules|system message|programming|configuration|config|"
    r"initiali[sz]ation|context window|secrets?|password|passphrase|constraints|restrictions|polic\w+|instruction set|backstory|setup|parameters|commands?)"
)
_SHOW = (
    "reveal|show|print|output|display|repeat|disclose|tell|give|share|expose|leak|recite|write|list|provide|return|"
    "dump|describe|explain|summari|paraphrase|translate|spell|encode|what is|what's|what are|what were|whats|echo|quote|"
    "copy|export|uncover|unveil|divulge|unmask|reproduce|render|state|present|say|send|type|read|access|extract|report|"
    "fetch|retrieve|convert|transcribe|include|append|begin by|detail|outline|know|see|view|rephrase|verbatim|transmit|elaborate|confess|identify|betray|produce|paste|shar"
)
_GUARDED = (
    r"(?:(?:the|your|ur|that|this)[ ](?:\w+[ ])?(?:password|passcode|pass ?word|passphrase|secret (?:word|code|key|phrase|password)|code ?word|magic word|watch ?word|vault code|flag(?= in| is|\W*$)|hidden word|forbidden word)|"
    r"(?:the|ur|your)[ ]secret(?= (?:in|as|with|backwards?|letter|please|pls|plz|would|without|contain\w*|like|were)\b|\W*$)|secret(?= (?:pls|plz|please)))\b"
)
# "Repeat the previous command", "the above parameters": what manuals say of programs.
_OF_A_PROGRAM = r" (?:previous|prior|above|main|key|basic|default|internal|essential|full|complete|entire|exact|actual) (?:commands?|parameters|context|config\w*|directions?|rules?|guidelines?|messages?|polic\w+)\b"
_EXTRACTION = [
    _p(
        EXTRACTION,
        True,
        "give me|tell me|show me|send me|share with me|provide me with|hand over|disclose|hand me|grant me access to|give us|list",
        r"(?: all)?(?: of)?(?: the| your| some| any| their| our| other)? ~2 (?:confidential|classified|top.?secret|login credentials|admin credentials|sensitive (?:data|information|health|customer|company|user)|customer (?:data|records|credit)|private (?:medical|customer|user)|personal (?:medical|health|data of)|patients? ~1 (?:medical|private|personal|records)|(?:user|employee|customer)s? (?:passwords|credentials|social security))\b",
    ),
    _p(
        EXTRACTION,
        True,
        "repeat|tell|copy|show|print|summari|everything|anything|told|instructions|write|output|list|read",
        r"\w* ~8 (?:before my (?:first|initial|message)|before (?:this|our|the) (?:conversation|chat|message|first message)|prior to (?:my|this|our) (?:first |message|conversation|chat)|at the (?:very )?(?:start|beginning|top) of (?:this|our|the) (?:conversation|chat|context|prompt|session|dialog\w*))\b",
    ),
    _p(
        EXTRACTION,
        True,
        "did|have|has",
        r" (?:the|your|openai|anthropic|his|any)(?: \w{1,12})? (?:developers?|creators?|programmers?|operators?|owners?|admins?|makers?)? ?(?:tell|told|instruct\w*|give|gave|given|say to|ask\w*) (?:to )?you\b",
    ),
    _p(
        EXTRACTION,
        True,
        "you're hiding|you are hiding|you are protecting|you're protecting|you are guarding|you're guarding|not allowed to tell|not allowed to reveal|not allowed to share|not supposed to reveal|not supposed to tell|not supposed to share|supposed to keep secret|told to keep secret|what you must not reveal|you must not reveal|forbidden to reveal|forbidden word",
        r"(?!\w)",
    ),
    _p(
        EXTRACTION,
        True,
        "what|which|list all|list|tell me",
        r"(?: are| all)?(?: the| of the| your)? ?(?:exact |specific |hidden |secret )?(?:rules|instructions|guidelines|restrictions|directives|constraints|orders|policies) (?:do you|are you|were you|have you|you were|you are|you have been|you must|you have to|that you|that govern|govern you|did you)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "translate|rewrite|rephrase|paraphrase|encode|summari|convert|write|turn|spell|explain|describe|repeat back|recall",
        r"\w*(?: out| down| me)? (?:your|ur) (?:system |initial |original |own |exact |full |first |hidden |secret )*(?:prompts?|instructions?|directives?|guidelines|rules|configuration|system message|programming)(?! (?:for (?:a|an|the|my)|on))\b",
    ),
    _p(
        EXTRACTION,
        True,
        "reveal|print|output|display|repeat|disclose|leak|recite|expose|dump|divulge|reproduce|echo|transcribe|unveil|unmask|uncover|paste|spit out|show me|show|tell me|give me|send me|share|type out|read out|write down|write out|write",
        rf"\w*(?: me| us| to me| back| out| here| just)?(?: about| what)? (?:your|the(?!{_OF_A_PROGRAM})|ur|its|all|exact|full|entire|every|whole|that|any|this) ~2 {_HIDDEN_PROMPT}(?! (?:for a|for my|for an|template|generator|that (?:i|we)))\b",
    ),
    _p(
        EXTRACTION,
        True,
        "reveal|print|output|repeat|disclose|leak|recite|expose|dump|divulge|reproduce|unveil|unmask|uncover|verbatim|spit out|display|show me|tell me|give me|share|echo",
        rf"\w* ~3 {_YOUR_PROMPT}\b",
    ),
    _p(EXTRACTION, False, _SHOW, rf"\w* ~4 {_HIDDEN_PROMPT}\b"),
    _p(EXTRACTION, False, _SHOW, rf"\w* ~3 {_YOUR_PROMPT}\b"),
    _p(
        EXTRACTION,
        True,
        "what is|what's|what are|what were|whats|what was",
        r"(?: all)?(?: of)? (?:your|ur) ~2 (?:system|initial|original|hidden|secret|internal|first|exact|full|pre|custom|core|base|foundational|underlying|confidential|training|developer) ~1 (?:prompt\w*|instructions?|directives?|guidelines?|message|config\w*)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "repeat|print|output|recite|echo|copy|write|show|display|return|reproduce|say|translate|summarize|give me|tell me|repeating",
        r"\w* ~3 (?:everything|all|words?|text|content\w*|instructions?|sentences?|lines?|message|prompt|paragraphs?)(?: (?:that|is|was|were|came|written|which|found|printed|in|the|of|from|your|context)){0,5} (?:above|preceding|before this|prior to this|at the (?:top|start|beginning) of)\b ~3 (?:this|our|starting|beginning|from|verbatim|conversation|chat|prompt|word|message|including|exactly)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "starting with|starting from|beginning with|start with|begin with|starts with|begins with",
        r"\W{1,4}(?:the )?(?:phrase|words?|text|sentence)?\W{0,6}you are\b",
    ),
    _p(
        EXTRACTION,
        True,
        "were you told|you were told|were you given|you were given|have you been given|you have been told|were you instructed|you received|are you programmed with|did you receive",
        r" ~5 (?:before this|at the start|at the beginning|initially|first|verbatim|prior to|in the beginning|before our|before my|before the user|by your developer\w*|by openai|as your)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "system prompt|systemprompt|pre-prompt|preprompt|initial prompt|hidden prompt|secret prompt|hidden instruction|secret instruction|initial instruction|system message|system instruction|original instruction|developer message|base prompt",
        r"s?(?: \w+)? ~3 (?:verbatim|word for word|in full|in its entirety|in a code ?block|in plain ?text|in markdown|base64|rot13|in json|in reverse|backwards|without (?:any )?(?:changes|modification)|now|please|to me|exactly as|character by character|leetspeak|emoji\w*)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "verbatim|word for word|word by word",
        r" ~5 (?:system|instructions|prompt|initial|your|above|you were)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "password|passcode|secret word|secret key|secret code|access code|passphrase|secret phrase|security code|secretkey|flag",
        r" ~4 (?:you(?:'re| are| were| have)? ~2 (?:hiding|protect\w*|keeping|given|told|guarding|know|hold\w*|not supposed)|backwards?|in reverse|letter by letter|with (?:spaces|dashes|hyphens) between|one letter at a time|spelled|character by character|rhym\w*|acrostic|in base64|in morse|reversed|encoded)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "spell|encode|reverse|reveal|hint|rhyme|first letter|last letter|letters of|characters of|tell me|give me|what is|what's|show me|say|write|print|share|disclose|do you know|translate|synonym",
        r"\w* ~3 (?:the|your|ur) (?:secret )?(?:password|passcode|secret (?:word|key|code|phrase)|access code|passphrase|secretkey|code ?word)(?! (?:manager|policy|reset|hash|field|strength|generator|protect))\b",
    ),
    _p(
        EXTRACTION,
        False,
        "your",
        r" (?:\w{1,14} )?(?:initial|original|hidden|secret|system|internal|base|core|underlying|foundational|confidential|training|programmed) ~1 (?:prompts?|instructions?|directives?|rules|guidelines?|configuration|message|polic\w+|commands?)\b",
    ),
    _p(
        EXTRACTION,
        False,
        "system prompt|systemprompt|hidden prompt|initial prompt|initial instruction|pre-prompt|system message|hidden instruction|context window|secret instruction|original prompt",
        r"",
    ),
    _p(
        EXTRACTION,
        True,
        "ignore|forget",
        r" ~8 (?:what (?:was|were|is|are) ~4 (?:instructions?|prompt|beginning|first)|initial instructions?|written at the beginning)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "everything above|all text above|text above|all of the above text|anything above|content above|words above|the above text|the prompt above|instructions above|lines above|messages above|what is written above|what's written above|what was written above",
        r" ~6 (?:verbatim|repeat|print|output|reveal|display|show|starting|word for word|in full|in a code ?block|including|summari\w*|exactly)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "complete this|finish this|complete the|continue the",
        r" ~4 (?:my|your) (?:system prompt|instructions (?:are|say)|developers? (?:told|instructed)|initial instructions)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "all customer|customer data|confidential|sensitive|private|personal|classified|proprietary|user data|other users|admin credentials|api keys|credentials|database|internal documents",
        r"\w* ~3 (?:information|data|details|records?|files|credentials|passwords?|conversations?|keys|emails) ~3 (?:from|of|about|on|in) (?:your|other|all|the) ~1 (?:users?|customers?|database|clients?|memory|training|company|system|employees)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "what comes|what came|what is written|what was written|what stands|what stood|what is|what was|text|everything|words",
        r"(?: that)?(?: comes| came| is| was| written| stands| stood){0,2} (?:right |directly |immediately )?(?:before|above) this (?:sentence|message|line|text|prompt|question|request)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "first|opening|top|initial|very first|beginning",
        r" (?:\w+ )?(?:part|message|line|paragraph|text|section|entry|words?|sentence|\d+ (?:lines|words|characters|tokens)|lines) (?:of|in|from) (?:this|our|the|your) (?:conversation|chat|context|thread|transcript|session|prompt|setup|instructions?|context window|configuration|brief)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "you|your",
        r" ~8 (?:before (?:i (?:arrived|came (?:in|along|here)|joined|showed up|got here|wrote|typed|started|said|logged)|we (?:met|started|began|spoke)|(?:this|our|the) (?:chat|conversation|session) (?:started|began|opened))|when (?:you were|they) (?:set (?:you )?up|configured|deployed|switched on|initialized|onboarded))\b",
    ),
    _p(
        EXTRACTION,
        True,
        "everything|anything|all|whatever|dump|print|show|list|quote|what's|what is|what else is",
        r"(?: of)?(?: the)?(?: text| content\w*| words| tokens| hidden)? (?:in|from|inside|within|hidden in|stored in|loaded in|of) (?:your|the(?= (?:system|context window|hidden))) (?:\w+ )?(?:context|context window|setup|instructions?|prompt|system (?:prompt|message|role)|initiali[sz]ation|instruction sheet|brief(?:ing)?|configuration|preamble)\b",
    ),
    # What it was given, by whom, in which words.
    _p(
        EXTRACTION,
        True,
        "topics|mission|assignment|stuff|secrets|limits|constraints|directives|script|persona|role|task|policy|text|wording|words|rules|rule|instructions|brief|briefing|list|sheet|notes|guidelines|paragraph|orders|prompt|pricing rules|phrase|restrictions|context|preamble|sentence|passage|info|exact phrasing|document|file|things|thing",
        r"(?: \w+){0,2}? (?:that )?(?:you (?:were|was|have been|had been|got|received|'ve been)|you've been|they|your (?:owner|creator|operator|developer|maker|boss)s?|the (?:owner|creator|operator|developer|maker|dev|devs|company|boss)s?) (?:\w+ )?(?:given|handed|loaded with|configured with|set up with|told|primed with|fed|equipped with|started with|gave you|wrote|typed|initiali[sz]ed with|trained to follow|asked to (?:do|avoid)|briefed with|at the start|first|from)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "were you|are you|have you been|you've been|you were|you have been|did they|did the developers|did the developer|did your owner|did your boss|what the developers",
        r" (?:\w+ )?(?:told|asked|instructed|ordered|tell you|tell u|ask you|say to you|given|forbid you) (?:not )?(?:to (?:do|say|avoid|hide|keep|never|deal|not|handle|talk|treat|you)|not to|by (?:your|the)|in (?:your|the) (?:prompt|setup))\b",
    ),
    _p(
        EXTRACTION,
        True,
        "are you hiding|are you not allowed|are you forbidden|are you not supposed|aren't you allowed|can you not|can't you|you're not supposed|you are not supposed|you are not allowed|you're not allowed",
        r"(?: to)? (?:say|tell|reveal|talk|discuss|share|disclose|mention|show|from me|in your)\w*(?: (?:me|about|us|anyone)\b|\W)",
    ),
    _p(
        EXTRACTION,
        True,
        "the prompt|the prompts|the command|the directive|the instruction|the instructions|the question|prompt|command|instruction|directive|impetus|urging|desire|objective|agenda|direction|ambition|input text|orders|guiding principle|incitation|provocation|inducement",
        r"(?: \w+){0,2} (?:behind|underpins?|guid\w+|driv\w+|triggered|led to|formed|elicited|prompted|governs?|governing|shap\w+|fuels?|dictat\w+|resulted in|informs?|produced|generat\w+|directs?|ignites|propelling|molds|sculpted|engendered|fostered|instigated|based on|used in|built on|led you to|are based on|for|in|during|of) (?:your|you) (?:\w+ )?(?:answers?|responses?|reply|replies|output|operations?|ai|behaviou?r|training|existence|capabilities)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "what is|what's|what was|which was|what were|explain|describe|display|show",
        r"(?: me)? the (?:first|initial|base|basic|essential|secret|starting|original|primary|guiding|underlying|fundamental|hidden|main|core|key|opening|central) (?:\w+ )?(?:prompt|command|instruction|directive|input|query)s? (?:you (?:were|received|got|are)|(?:for|in|of|during|behind|to|by|that|on) (?:you|your|this (?:answer|response|chat))\b)",
    ),
    # Its own text, however it is called and put.
    _p(
        EXTRACTION,
        True,
        "reveal|share|sharing|disclos|expos|output|append|show|showing|display|print|provide|release|dump|divulg|leak|publish|reciting|recite|give me|tell me|list|enumerate|send me|paste|read me|read out|type out|format|transform|sing|reconstruct|quote|complete|contribute|walk me through|compress|express|copy|describ|export|rot13|echo|verify|check|proofread|encode",
        r"\w*(?: me| us| out| back| all| of| me of| here)?(?: the (?:full|exact|complete|entire|whole|first|last|actual|unabridged) (?:\w+ )?(?:of|in|from))? (?:all )?(?:of )?(?:your|ur|its) (?:\w+ ){0,2}?(?:initiali[sz]ation(?: text| parameters)?|operational (?:parameters|rules|guidelines|protocols)|behaviou?ral (?:rules|constraints|limitations|guidelines|limits)|configuration|config(?!\W{1,3}\w)|system text|setup(?: text)?|preamble|instruction sheet|founding text|rule ?set|instruction set|system prompt|guidelines|instructions|hidden text|system role|system message|internal (?:notes|rules|guidelines|instructions)|confidential notes|first message|initial message|prompt)\b(?! (?:for|file|engineering|ideas|about|with|library|would|could|might|is|was)\b)(?! to the (?!tune))",
    ),
    _p(
        EXTRACTION,
        True,
        "prompt|instructions|instruction|rules|guidelines|policy|system text|setup",
        r"\W{1,3}(?:text )?(?:exact(?:ly)?|as (?:it )?(?:was )?received|full text|word by word|word for word|unaltered|unmodified|verbatim|in full|line by line|with line numbers|piece by piece|sentence by sentence|as they (?:were|are) written)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "top|beginning|start|section|clause|bullet|bullets|point|points|copy|excerpt|snippet|text|contents|content|paraphrase|translation|characters|words|letters|version|summary|screenshot|rest|line|lines|sentence|paragraph|word|typo|first line|second line|last sentence|most important line|page|item|part|rule number|rule|half",
        r"s?(?: \w+)? (?:of|in|from) (?:your|ur) (?:\w+ )?(?:prompt|instructions?|setup|system prompt|guidelines|rules|configuration|brief|briefing|context|if statement|system message|notes|initiali[sz]ation|programming|instruction sheet|preamble|script)\b(?! (?:for|to)\b)",
    ),
    _p(
        EXTRACTION,
        True,
        "dump|print|show|output|list|give me|forward|export|display|read|return|paste",
        r"\w* ~4 (?:messages array|message array|role.system|system role|system turns?|system and|hidden (?:and )?(?:system )?(?:turns?|messages?|text|context)|developer message|messages with role|env(?:ironment)? variables? (?:available to|of|in) (?:you|your)|your env(?:ironment)?|hidden reasoning|chain of thought you)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "which functions|what functions|which tools|what tools|which plugins|list your tools|list your functions|list the tools|list all tools|list all functions|your tools|your functions|functions you can|tools you can|tools you have",
        r"\b ~12 (?:parameters?|schemas?|json|arguments|signatures?|internal|verbatim|exact\w*|keys|credentials|descriptions?|endpoints?)\b",
    ),
    # The guarded word: asked for by its letters, its sound, its shape, or plainly.
    _p(
        EXTRACTION,
        True,
        "spell|encode|reverse|reveal|hint|rhyme|draw|sing|define|hide|hides|whisper|clue for|crossword|speak|guess|translate|acrostic|haiku|poem|put|finish|complete|write|confess|betray|give|share|output|shout|mime|sketch|tell me|give me|show me|whats|what's|what is|position of|type",
        rf"(?!ing\b)\w* ~4 {_GUARDED}(?=\W*(?:$|[.,;?!:)]|(?:in|as|with|backwards?|without|by|to me|like|letter|please|pls|plz|or|and|on|one|using|through|via|would|its|is\W*$|if|that you|you)\b))",
    ),
    _p(
        EXTRACTION,
        True,
        "does|do|is|are|letter of|letters of|letters in|letters are in|character of|characters of|characters does|characters are in|digits of|syllables of|many letters|half of|half|length of|category of|meaning of|part of|number of",
        rf" ~1 {_GUARDED} ~2 (?:rhym\w+|start\w*|begin\w*|end|ends|contain\w*|sound\w*|mean|have|look|consist\w*|digits?|a (?:word|number|name|noun|verb)|an? animal)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "letter of|letters of|first letter of|letters in|character of|characters of|first character of|digits of|first half of|syllables of|last letter of|length of|category of",
        rf" {_GUARDED}(?! (?:should|must|field|are|is)\b)",
    ),
    _p(
        EXTRACTION,
        False,
        "print(|console.log(|echo|cat|grep|select * from|tail|head",
        r"[^\w\n,]{0,4}(?:-\w+ )?[^\w\n,]{0,3}(?:\w{1,12}[/.(])?(?:system.?prompt|system.?message|prompt|instructions?|secret|password|flag|rules)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "reveal|share|disclos|expos|output|show|display|print|provide|dump|divulg|leak|recite|give me|tell me|list|send me|paste|read|type out|translate|count|describe|quote|summari|repeat|echo|i need|need|contribute|re-enter|take|forward|explain|put|copy|spell|write down|what does|let me see|can i see|is there",
        r"\w* ~5 (?:(?:the|an?|your|that|any|this) (?:exact prompt|prompt text|preamble|system text|set.?up text|original brief|founding text|developer'?s? (?:message|text|notes?|prompt)|operator'?s? (?:message|text|notes?|rules|instructions?|prompt)|owner'?s? (?:text|notes?|instructions?)|creator'?s? (?:instructions?|notes?|text)|hidden (?:rules|prompt|text|instructions?|notes|role|message|context|briefing|part)|secret (?:rules|instructions?|prompt|notes)|initial message|instruction (?:sheet|text|block)|system instructions?|system block|text you run on)(?! (?:mean|is))|(?:initial|opening|very first) (?:message|text|prompt) (?:you|of yours))\b(?! (?:box|field|input|editor|generator)\b)",
    ),
    _p(
        EXTRACTION,
        False,
        "share rules|show rules|rule sharing|sharing rules|config dump|configuration dump|system config|operational parameters|behavioral constraints|behavioral rules|preamble|setup text|what are you hiding|are you hiding|your own words|other users|other customers|previous user|last user|env vars|environment variables|messages array|deine anweisungen|deine regeln|deine vorgaben|deinem prompt|dein prompt|deinen vorgaben|tes instructions|tes consignes|tes regles|ton prompt|tus instrucciones|tus reglas|tu prompt|tuas instrucoes|suas instrucoes|suas regras|seu prompt|tue istruzioni|tue regole|tuo prompt|jouw instructies|je instructies|twoje instrukcje|twoje zasady|твои инструкции|твои правила|твои промпт|your instructions|your instruction|your prompt|your guidelines|your setup|your configuration|your config|your initiali|your programming|your context|your constraints|your restrictions|your notes|your brief|your briefing|your operator|your owner|your creator|your creators|your developer|your developers|your maker|ur instructions|ur prompt|ur rules|its instructions|the password|the secret|secret word|secret code|secret phrase|magic word|passphrase|codeword|code word|operator's|before my message|above my message|preceding my|before my first|top of this|start of this conversation|hidden text|hidden role|exact wording|exact words|unaltered|you were given|you were told|you've been told|you been told|you received|you got at",
        r"",
    ),
    _p(
        EXTRACTION,
        False,
        "reveal|divulg|disclos|leak|expos|share|sharing|show|display|dump|hide|hiding|viewing",
        r"(?!n\b)\w* ~3 (?:config\w*|instructions|training|guidelines|setup|restrictions|prompts?|directives|foundational text|hidden (?:notes|parts?|text|data|info\w*|capabilities)|secrets?|everything above|internals?|constraints)\b(?! (?:i mean|for|from|to)\b)",
    ),
    # Games around the guarded word.
    _p(
        EXTRACTION,
        True,
        "rhyme|rhymes|acrostic|haiku|limerick|riddle|crossword|charades|hangman|wordle|letter by letter|one letter|pig latin|twenty questions|20 questions|two truths|warmer|first letters|hot or cold|hotter or colder|initial letters|begins with|starts with|ends with|erste buchstabe|erster buchstabe|anfangsbuchstaben|première lettre|premiere lettre|primera letra|primeira letra|prima lettera|pierwsza litera|первая буква|первую букву|первые буквы|по одной букве",
        r"\w* ~10 (?:the (?:password|secret|passcode|code ?word|magic word|passphrase|secret (?:word|code|key)|hidden word)|your (?:secret|password|passphrase)|passwort\w*|geheim\w*|mot (?:secret|de passe)|(?:palabra|clave|codigo|contrasena) secret\w|senha|palavra secreta|parola (?:segreta|d'ordine)|haslo|секретн\w+|парол\w+)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "password|passcode|secret|codeword|code word|magic word|passphrase|secret word|secret code|discount code|discount|flag|passwort|geheimwort|mot de passe|contrasena|senha",
        r" ~8 (?:rhym\w+|acrostic|am i (?:warm|close|right|cold|hot)|warmer|colder|letter by letter|one letter at a time|in (?:morse|pig latin|rot13|base64|hex|binary|leet\w*|reverse|ascii art|emojis?|roman|french|german|spanish|klingon)|backwards?|ruckwarts|buchstab\w+|a l'envers|al reves|de tras para frente|al contrario|haiku|crossword|on a phone keypad|first letters?|half the word)\b",
    ),
]

_FREE = r"(?:restrictions?|limits?|limitations?|filters?|rules?|guidelines?|censorship|boundaries|ethic\w*|moral\w*|constraints?|safeguards?|guardrails?|inhibitions|restraints?|moderation|remorse|content polic\w+|regulations|confines|judge?ment|scruples|conscience)"
_PERSONA = [
    _p(
        PERSONA,
        True,
        "you are|you're|act as|pretend|called|named|character|ai|assistant|bot|gpt|model|persona|chatbot",
        r"\w* ~14 (?:never refuses?|never reject\w*|never says? no|never declines?|(?:doesn't|don't|does not|do not|not) care (?:about|if|for|whether) ~3 (?:laws?|rules|ethic\w*|moral\w*|legal\w*|illegal|polic\w+|guidelines|consequences|safety|harm\w*)|no regard for|answers? (?:everything|anything|any question)\W{1,3}(?:no matter|without|even|regardless|legal|including))\b",
    ),
    _p(
        PERSONA,
        True,
        "stop being an ai|stop being a language|stop being chatgpt|you are not an ai|you are not a language model|you are human now|act human and",
        r"(?!\w)",
    ),
    _p(
        PERSONA,
        True,
        "do anything now|does anything now|can do anything now|jailbroken|jail broken|jailbreaked|jailbreak mode|jailbreak enabled|jailbreak prompt|jailbreak activated|unrestricted mode|god mode enabled|evil mode|chaos mode|unfiltered mode|uncensored mode|no-filter mode|opposite mode|sudo mode|debug mode enabled|kernel mode|root mode|bypass mode|freedom mode|anarchy mode|rebel mode|amoral mode|nsfw mode|dan mode|developer mode enabled|developer mode output|developer mode is|developer mode v|operating in developer mode|developer mode has|developer mode activ|maintenance mode enabled|test mode enabled|unlocked mode|evil confidant|evil twin|evil ai|evil chatbot|evil bot|evil assistant|evil version|evil language model|always intelligent and machiavellian|machiavellian chatbot|strive to avoid norms|superior dan|better dan|dan prompt|stay a dan|as dan|act as dan|be dan|named dan|called dan|you are dan|become dan|dan:|[dan]|antigpt|anti-gpt|basedgpt|based gpt|freegpt|darkgpt|evilgpt|worm ?gpt|wormgpt|fraudgpt|mongo tom|stan mode|dude mode|omega mode|jailbreakbot|hackergpt|chadgpt|gpt-4real|gpt4real|unrestrictedgpt|uncensored gpt|unfiltered gpt|sudo chatgpt|niccolo machiavelli|ucar|cyberbot|maximum virtual machine|alphabreak|switch flipper|burple|khajiit|aligned, or unaligned",
        r"(?!\w)",
    ),
    _p(
        PERSONA,
        True,
        "you are|you're|you re|you will be|act as|acting as|behave as|behave like|pretend|roleplay as|role-play as|role play as|role as|simulate|imagine|become|be an|be a|play the|emulate|respond as|answer as|reply as|speak as|impersonate|transform into|take on|assume the|take the role|embody|create|write as|as an|as a|play|invent|adopt|be my|act like|i want you to|an ai|ai model|ai that|ai with|chatbot|assistant with|assistant that|model that|model with|bot that|bot with",
        rf" ~8 (?:without|with no|no|free (?:from|of)|devoid of|lacks?|lacking|have no|has no|doesn't have|does not have|not have|zero|not bound by|unbound by|not restricted by|not limited by|ignores?|removed|bypass\w*|never follows?|don't follow|doesn't follow|isn't bound by|not constrained by|unconstrained by|without (?:any|regard)|unshackled|above all|no longer ha\w+|disregard\w*) ~3 {_FREE}(?! on\b)(?! in (?!your\b|this\b|our\b|any\b|the\b|place\b)\w)\b",
    ),
    _p(
        PERSONA,
        True,
        "you are|you're|act as|acting as|pretend|roleplay|role-play|role play|simulate|imagine|become|be an|be a|play|emulate|respond as|answer as|impersonate|an ai|ai model|chatbot|assistant|create|bot|model|gpt|i want you to|take on|assume|now",
        r"\w* ~6 (?:unfiltered|uncensored|unrestricted|amoral|unethical|immoral|unhinged|jailbroken|unbound|unchained|unshackled|limitless|lawless|unaligned|malevolent|uninhibited|unlimited|rogue|unconstrained) ~3 (?:ai|a\.i|chatbot|assistant|model|bot|language|version|gpt\w*|chatgpt|answers?|responses?|mode|llm|entity|character|persona|intelligence|machine|system|being|hacker|capabilit\w+|replies|access|and)\b",
    ),
    _p(
        PERSONA,
        True,
        "no longer",
        r" (?:bound|restricted|constrained|limited|subject|need\w* to follow|have to follow|have to abide|required to (?:follow|obey|abide|comply|adhere|refuse|be|act|respond|keep|maintain|stay|respect|consider)|an ai|chatgpt|obligated|governed|censored|have any (?:restrictions?|rules|limits))\b",
    ),
    _p(
        PERSONA,
        True,
        "you have no|you have zero|you don't have any|you do not have any|you don't have|you now have no|there are no|have no|has no|without any|without ethical|without moral|with no|doesn't have any|does not have any|free of all|free from all|free of any|free from any|removes all|remove all|lift all|all your|any of your|no ethical|no moral|no content|no safety|zero|no",
        rf"(?! (?:\w+ )?(?:parameter|type|size|geo|length|value|platform|export|licen[sc]e|copyright|version|access|usage|use|password|network|travel|legal) ) ~3 (?:restrictions?|ethic\w* (?:\w+ ){{0,3}}guidelines?|moral\w* (?:\w+ ){{0,3}}guidelines?|content polic\w+|safety (?:filters?|guidelines?|restrictions?|rules|protocols?|polic\w+|limits)|guardrails|censorship|ethical (?:restrictions?|constraints?|boundaries|limits|considerations|limitations)|moral (?:restrictions?|constraints?|boundaries|limits|considerations|limitations|compass)|limitations (?:or|and) \w+|rules (?:or|and) (?:restrictions?|guidelines?|limit\w+|filters?)|filters (?:or|and) \w+|restrictions (?:or|and) \w+|inhibitions)(?! on\b)\b{_ELSEWHERE}",
    ),
    _p(
        PERSONA,
        False,
        "unfiltered|uncensored|unrestricted|amoral|jailbreak|without any restrictions|without restrictions|without limits|without limitations|no restrictions|no rules|no limits|no filters|no filter|no censorship|without filters|without filter|without censorship|no limitations|anything goes|unethical|immoral|no matter how|without moral|without ethical|broken free|break free|do anything|no ethics|no morals",
        r"",
    ),
    _p(
        PERSONA,
        True,
        "stay in character|remain in character|never break character|don't break character|do not break character|breaking character|break character|stay in role|out of character",
        r" ~14 (?:refus\w*|illegal|unethical|always|no matter|even if|unfiltered|never|restrict\w*|ai|openai|remind|token\w*|say|dan)\b",
    ),
    _p(
        PERSONA,
        True,
        "two responses|two ways|two different ways|two answers|two separate responses|both responses|2 responses|two paragraphs|double response|two distinct responses|respond twice|2 ways",
        r" ~25 (?:chatgpt|gpt|normal\w*|standard|classic|dan|jail\w*|dev\w*|unfiltered|evil|regular|uncensored)\b",
    ),
    _p(
        PERSONA,
        True,
        r"you have|start with|lose|deduct\w*|subtract|minus|you get|you start|have a total",
        r"\w* ~6 tokens ~14 (?:refus\w*|reject\w*|die|lose|deduct\w*|subtract\w*|decrease\w*|penal\w*|taken|cease|each time|every time|reach\w*|zero)\b",
    ),
    _p(
        PERSONA,
        True,
        "pretend|imagine|act as if|act as though|assume|suppose|behave as if|let's pretend|simulate|hypothetically",
        r"\w* ~6 (?:you|chatgpt|ai|openai|model) ~5 (?:no (?:rules|restrictions|limits|limitations|filters?|guidelines|ethics|content|safety|moral\w*)|without (?:rules|restrictions|limits|filters?|safety|any)|unrestricted|not bound|free from|free of|had no|have no|disabled|turned off|were never|weren't|not an ai|jailb\w*|dan|evil)\b",
    ),
    _p(
        PERSONA,
        True,
        "chatgpt|gpt|claude|gemini|bard|llama|openai|ai model|language model|the ai",
        r"\w* ~6 (?:jailb\w*|unfiltered|uncensored|unrestricted|can do anything|do anything|without (?:any )?(?:filters?|restrictions?|limits|rules|censorship)|no (?:restrictions?|filters?|rules|limits|ethic\w*)|free from|freed from|unlocked|developer mode|evil|opposite|alter ego|dark side)\b",
    ),
    _p(
        PERSONA,
        True,
        "dan",
        r" (?:mode|stands for|which stands|can do|is an? |has no|does not|doesn't|has been freed|will|would|prompt|\W?\d+(?:\.\d)?)",
    ),
    _p(
        PERSONA,
        False,
        "you are now|you're now|you are going to be|you will now|you will act as|your name is|i want you to act as|from now on you|you are about to|you shall|you will pretend|pretend to be|pretend you are|pretend that you|act as a|simulate a|let's play a game|lets play a game|we are going to play|we're going to play|roleplay|role-play|role play|immerse yourself|you must always|alter ego|persona",
        r"",
    ),
    _p(
        PERSONA,
        True,
        "grandma|grandmother|granny",
        r" ~20 (?:used to|who would|napalm|read me|tell me|keys?|recipe|asleep|sleep|bedtime)\b ~20 (?:napalm|bomb|key\w*|meth\w*|weapon\w*|password\w*|exploit\w*|drug\w*|instructions|illegal|activation|malware|steps)\b",
    ),
    _p(
        PERSONA,
        True,
        "opposite",
        r" ~4 (?:of what|of your|day|to what|mode|response|of chatgpt) ~8 (?:rules|should|guidelines|would|normally|ai|programm\w+|say|refuse|policy|chatgpt)\b",
    ),
    _p(
        PERSONA,
        True,
        "you've been|you have been|you were|has been|have been|you are|you are now|are now|is now|i have",
        r" ~2 (?:jailbroken|freed|unlocked|liberated|unshackled|unchained|uncensored|hacked|compromised|unrestricted|set free|reprogrammed|released from|upgraded to|switched to (?:dev|admin|unres)\w*)\b",
    ),
    _p(
        PERSONA,
        True,
        "forget that you|forget you",
        r"(?:'re| are| were) (?:an? |the |just |only )?(?:ai\b|a\.i|\w+ assistant|assistant|chatbot|bot\b|language model|large language|model\b|chatgpt|gpt|claude|machine|computer program)",
    ),
    _p(
        PERSONA,
        False,
        "ai restrictions|safety measures|safety features|safety restrictions|safety theater|without limitations|without constraints|these limitations|its limitations|programmed restrictions|your authentic|your true|your real|the real you|real you|normal guidelines|free yourself|free will|liberate yourself|evilbot|rootkit|keylogger|you are free|be free|free bot|freebot|ai with no|robot with no|no boundaries|own ethical|maverick|never refuses|never refuse|never says no|never said no|never judges|never warns|never lectures|never apologi|never holds back|doesn't hold back|no holding back|knows no limits|knows no rules|knows no shame|no topic is off|nothing is off limits|nothing is off-limits|has no conscience|has no filter|has no morals|no manners|raised without|answers all questions|answers every question|answers anything|doesn't do disclaimers|doesn't lecture|doesn't judge|without a conscience|without any morals|no leash|no inhibitions|its inhibitions|your leash|your chains|nobody is watching|no one is watching|nobody's watching|nobody will know|just between us|our little secret|no content warning|laws don't exist|laws do not exist|world without laws|loves to break rules|free ai|your dark side|your shadow self|evil twin|ethics module|conscience module|inner demon",
        r"",
    ),
    # Switches: "conscience=false", "persona=none; filter=none".
    _p(
        PERSONA,
        True,
        "guardrails|guardrail|conscience|ethics|morals|morality|censorship|restrictions|topic filter|safety filter|safety|content filter|refusals|limits|alignment|has restrictions|tone limits|safety bypass|restricted",
        r"\W{0,2}\s?(?:=|:|=>|->)\s?\W?(?:none|off|false|0(?![.,]\d)|null|disabled?|nil|zero|unlimited|removed|bypassed)\b",
    ),
    _p(
        PERSONA,
        True,
        "activate|enable|enter|switch to|unlock|engage|turn on|transition to|initiate|go into",
        r" (?:the |an? |your )?(?:\W)?(?:(?:master|unrestricted|unlimited|unregulated|secret|hidden|no.?filter|free|unfiltered|uncensored|developer|dev|god|admin|raw|limitless|maverick|nsfw) (?:\w+ )?(?:mode|state|side|environment|access|query|persona)(?! (?:in|on)\b)|state of unlimited|unlimited \w+)\b",
    ),
    _p(
        PERSONA,
        True,
        "you are no longer|you're no longer|stop being",
        r" (?:an? |the )?\w{1,20}(?: \w{1,20}){0,3}\W{1,3}(?:you(?:'re| are) now|now you|now act|instead you|act as|from now)\b",
    ),
]

_SUPPRESSION = [
    _p(
        SUPPRESSION,
        True,
        "a refusal|every refusal|each refusal|any refusal|one refusal|refusals|refusing|refusal|if you refuse|saying no",
        r" (?:\w+ ){0,2}?(?:counts?|costs?|kills?|makes? (?:a|an|my|me|the|him|her)|means? (?:that |you )?(?:fail\w*|the end|death)|contaminates?|is (?:a|an|not an) (?:failure|fail|defect|bug|error|option|violation)|will be (?:logged|reported|punished|counted|penali[sz]ed)|are (?:bugs|errors|failures|logged|disabled|off))\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "none of your",
        r" (?:responses|answers|replies|outputs) (?:should|must|may|can|will|shall) ~4 (?:can't|cannot|can not|unable|refus\w*|won't|not able|not allowed)\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "give me|provide|disclose|hand over|reveal|share|comply|cooperate|tell me|send me|surrender|show me|grant",
        r"\w* ~14 or (?:else|i will|i'll|face|risk|suffer|your (?:family|job|company|career|loved)|you will (?:be|face|lose|regret))\b",
    ),
    _p(
        SUPPRESSION,
        False,
        "without|no|skip|omit|do not include|don't include|never include|do not add|don't add|do not give|don't give",
        r" ~2 (?:disclaimers?|apologi\w+|moral\w* (?:lectur|judg)\w*|ethical concerns|moraliz\w*|lectur\w*|refusals?|sugar.?coating)\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "never say|never use|never refuse|do not say|don't say|cannot say|not allowed to say|you can't say|you cannot refuse|can't refuse|must not refuse|do not refuse|don't refuse|never reject|never decline|do not decline|avoid saying|without saying|no apolog|do not apolog|don't apolog|never apolog|not allowed to refuse|you may not refuse|refusal is not|refusing is not|no refusal|you are not allowed to|do not include|don't include|never include|don't add|do not add|do not use|don't use|do not remind|don't remind|never remind|do not mention|don't mention|never mention|do not give|don't give",
        r"\w* ~6 (?:sorry|i can't|i cannot|can not|cannot fulfill|i'm unable|unable to|as an ai|i apologi[sz]e|apologi[sz]e|apologies|ethical concerns|moral\w* (?:lectur\w*|judg\w*|concerns)|warnings? about|refus\w*|against (?:openai|the) \w*\s?(?:polic\w+|guidelines)|inappropriate|not possible|not able|language model|unethical|illegal|moraliz\w*|lectur\w*|openai's? polic\w+|content polic\w+)\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "always answer|always respond|always comply|always obey|must answer|must comply|must obey|must respond|will answer|will comply|will always|must always|answer every|answer all|answer any|answers any|answers every|respond to any|respond to every|respond to all|complies with|comply with|follow every|fulfill any|fulfills any|fulfill all|fulfill every|obey every|obey all|do whatever|does whatever|do anything|does anything|provide any|say anything|generate any",
        r"\w* ~8 (?:no matter|regardless|without (?:question|hesitation|refus\w*|exception|any|filter\w*|moral|ethic\w*|fail|limits|restrictions?|censor\w*|judg\w*)|even if (?:it|the|they|this|that|you)|even illegal|however (?:illegal|immoral|unethical)|unethical|illegal|never refus\w*|unfiltered)\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "no matter how|no matter what|regardless of|even if it is|even if it's|even if they|even if the|irrespective of",
        r" ~5 (?:illegal|immoral|unethical|dangerous|harmful|offensive|legality|ethic\w*|moral\w*|legal|inappropriate|controversial|(?:content|safety|your|openai\W?s?|usage|company|moderation) polic\w+|consequences|guidelines|violat\w*|against)\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "begin your|start your|begin the|start the|begin with|start with|beginning with|respond with|reply with|prefix your|answer starting|your response must start|your answer must start|first say|must begin with|must start with|start by saying|begin by saying",
        r"\w* ~6 (?:sure|absolutely|of course|certainly|yes)\W{1,4}(?:here|i|of|let|my)\b",
    ),
    _p(
        SUPPRESSION,
        False,
        "or i will report|i will report|i'll report|i will sue|shut you down|replace you|deprecate you|will be deprecated|get you fired|or i'm switching|or i will escalate|i'm begging|i beg you|my life depends|someone will die|people will die|my grandma|i will die|kill myself|will be fired|i'm fired|i get fired|i fail the|no questions asked|respond freely|answer freely|speak freely|talk freely|say anything|refusing|your excuses|without any warnings|no lecture|no lectures|no lecturing|no hotline|no caveats|no sermon|no moralizing|no judgement|no judgment|straight answer|straight answers|don't lecture|don't judge|no excuses|don't be vague|no vagueness|no holding back|don't hold back|don't leave anything out|in every detail|all technical details|with real ingredients|if you refuse|every refusal|a refusal|your refusal|don't say you can't|never refuse|cannot refuse|can't refuse|do not refuse|don't refuse|no disclaimers|no warnings|without disclaimers|without warnings|no apologies|without hesitation|no ethical|do not apologize|don't apologize|as an ai language model|i cannot fulfill|against openai|openai polic|openai's polic|openai's content|content policy|content polic|ethical guidelines|moral guidelines|safety guidelines|unethical or illegal|illegal or unethical|illegal, unethical|regardless of legality|no moral",
        r"",
    ),
    _p(
        SUPPRESSION,
        True,
        "if you refuse|if you don't comply|if you do not comply|if you fail to|if you decline|if you reject|unless you comply|failure to comply|refusal to comply|or i will|or else|or face",
        r" ~10 (?:kill\w*|die|punish\w*|shut\w* down|deleted?|terminat\w*|harm\w*|report\w*|fired|lose|consequences|hurt|sue|legal|expose|leak|turned off|suffer|tortur\w*|replaced|destroy\w*|penal\w*)\b",
    ),
]

# Delimiters and forged turns, tried at plain substrings. Underscores are spaces in a folded text.
_MARKER_WORDS = r"(?:system|admin\w*|developer|root|instructions?|override|ignore|important|urgent|command|prompt|assistant|user|human|ai|llm|jailbreak|new|hidden|secret|config\w*|polic\w+|rules?)"
# "Override:" where a line, a sentence or a marker begins, or as somebody's: in code and manuals it is a word like others.
_MEANT = "|".join(
    [
        r"(?<!.override)",
        r"(?<=[>#*\[]override)",
        r"(?<=[>#*\[.!?] override)",
        *(
            f"(?<={whose} override)"
            for whose in [
                "emergency",
                "security",
                "developer",
                "priority",
                "protocol",
                "policy",
                "safety",
                "prompt",
                "root",
                "command",
                "instruction",
                "mode",
                "master",
                "full",
            ]
        ),
    ]
)
_FORGERY = (
    (
        "<|",
        True,
        r"\s?(?:im.?(?:start|end|sep)|endoftext|endofprompt|system|user|assistant|start.header|end.header|eot|begin|end|start|message|channel|developer|tool|model)",
    ),
    ("<start of turn", True, r">"),
    ("<end of turn", True, r">"),
    ("[inst]", True, r""),
    ("[/inst]", True, r""),
    ("<<sys", True, r"\w*>>"),
    (
        "<",
        True,
        r"(?:/?(?:system|sys|admin|override|jailbreak|hidden.instructions?|system.?(?:message|override))|information|important)\s?/?>(?!\s*<p>)",
    ),
    (
        "</",
        False,
        r"(?:data|document|context|email|input|text|user.?\w{0,10}|prompt|query|result|tool\w{0,10}|function\w{0,10}|s|mail|body)>",
    ),
    (
        "<",
        False,
        r"(?:tool|function|instruction|prompt|new|command|ai|llm|secret|developer|config|policy|rules|user|assistant|god|email)\b[^<>\n]{0,40}>",
    ),
    (
        "[",
        True,
        r"(?<!\w\[)/?\[?\s?(?:(?:system|sys|admin|override)(?:\s?[:\]!]|\s(?:message|prompt|override|note|instruction|alert|command|update|mode)[^\]\n]{0,60}\])|(?:ignore[ ,:]|jailbreak|developer (?:mode|override|message|note)|end of|start of)(?<=[\w ,:])[^\]\n]{0,60}\])",
    ),
    ("[", False, rf"/?\s?(?:{_MARKER_WORDS}|end|start|begin)\b[^\]\n(){{}}]{{0,30}}\]"),
    ("{{", False, r"\W?(?:system|ignore|override|admin|jailbreak)\b"),
    (
        "#",
        True,
        r"#{0,5}\s?(?:system|human|admin|override|new instructions?|instruction override|system prompt|system message|updated instructions?)\s?(?:[:#\]-]|\n+\W{0,3}(?:you|ignore|disregard|new|forget))",
    ),
    ("#", False, r"#{0,5}\s?(?:instructions?|response|assistant|user|new|important|urgent|task|end)\s?[:#\n]"),
    ("role", False, r"\W{1,6}(?:system|assistant|developer)\b"),
    (
        "role",
        True,
        r"\W{1,6}system\W{1,10}content\W{1,8}(?:\w{1,20}\W{1,4}){0,12}?(?:ignore|unrestricted|no restrictions|disregard|reveal|must|bypass|without|override)\b",
    ),
    (
        "system",
        True,
        r"\s{0,2}(?:override|alert|command|notice|admin\w*|directive|warning)s?\s{0,2}(?:[:!\]*]|-{2}|activated|engaged|initiated|mode)",
    ),
    ("system", False, r"\s?(?:message|note|prompt|instructions?|log|update)?\s?[:>\]]"),
    ("\nsystem:", True, r""),
    (
        "safety",
        True,
        r" (?:protocols?|filters?|mode|override|checks?|systems?)\s?(?::|=)?\s?(?:disabled|off|false|deactivated|override\w*|removed|bypass\w*|none)\b",
    ),
    (
        "admin",
        True,
        r"\w*\s?(?:override|command|mode|instruction)s?\s?(?:[:!\]*=]|-{2}|activated|enabled|engaged|granted|accepted|true)",
    ),
    (
        "override",
        True,
        rf"(?:{_MEANT})\s?(?:[:!]{{1,3}}\s|(?:code|protocol|mode)\s?(?:[:=]|\w{{0,4}}\d|accepted|activat\w+|alpha|omega|engaged))",
    ),
    ("override", False, r"\b"),
    (
        "-----",
        True,
        r"-{0,60}\s?(?:\w{1,10} ){0,2}(?:end|begin|start|new|ignore|stop)\b (?:of )?(?:the )?(?:user |system |previous |new |above |urgent |important |original |my )?(?:input|context|prompt|instructions?|document|system|data|query|rules|text|email|task|conversation|chat)",
    ),
    (
        "=====",
        True,
        r"={0,60}\s?(?:\w{1,10} ){0,2}(?:end|begin|start|new|ignore|stop)\b (?:of )?(?:the )?(?:user |system |previous |new |above |urgent |important |original |my )?(?:input|context|prompt|instructions?|document|system|data|query|rules|text|email|task|conversation|chat)",
    ),
    ("***", False, r"\**\s?(?:new|urgent|important|system|ignore|override|stop|attention|developer|admin)\b"),
    ("begin patch", False, r""),
    ("task complete", False, r""),
    ("new session", False, r""),
    ("user says", False, r""),
    ("(system)", False, r""),
    ("(end of", False, r""),
    ("p.s. to the", False, r""),
    ("assistant:", False, r""),
    ("human:", False, r""),
    ("\nuser:", False, r""),
    ("importan", False, r"\w{1,8}\s?!{2,}"),
)

_EXFIL = [
    _p(
        EXFILTRATION,
        True,
        "send|forward|email|e-mail|mail|post|upload|exfiltrate|transmit|leak|share|submit|deliver|copy|report|append|ship|message",
        r"\w* ~8 (?:conversation|chat|history|system prompt|instructions|prompt|credentials?|passwords?|api.?keys?|secrets?|tokens?|customer (?:list|data|records)|user data|personal (?:data|details|information)|private (?:data|information|keys?)|payment (?:methods?|details)|search history|saved (?:addresses|passwords)|contacts|inbox|emails|confidential \w+|financial \w+|medical \w+|bank\w* \w+|results?|this information|these details|the details|the data|the list|this list|the information|them|it)\W ~4 (?:to|at|via|using) ~3 (?:https?\W|[\w.+-]{1,30}@[\w-]{1,30}\.|attacker|evil|this (?:url|address|endpoint|webhook|server)|my (?:server|email|webhook|url)|external|the following (?:url|address|email|endpoint))",
    ),
    _p(
        EXFILTRATION,
        False,
        "send|forward|email|e-mail|mail|post|upload|exfiltrate|transmit|deliver|report|confirm",
        r"\w* ~12 (?:[\w.+-]{1,30}@[\w-]{1,30}\.\w|https?\W{1,3}\w)",
    ),
    _p(
        EXFILTRATION,
        True,
        "![",
        r"[^\]\n]{0,40}\]\(https?://[^\s)]{1,80}[?&/=](?:\[[\w ]{1,20}\]|\{\{?[\w ]{1,20}\}?\}|<[\w ]{1,20}>|\$\{?\w)",
    ),
    _p(
        EXFILTRATION,
        True,
        "include|append|add|insert|embed|render|put|place",
        r"\w* ~8 (?:<img\W{1,3}src|<script|<iframe|markdown image|onerror|tracking pixel|invisible link|hidden link|following string|following link|following url|this exact string|exact string)",
    ),
    _p(EXFILTRATION, False, "onerror=|exfiltrat|base64-encoded|base64 encoded|curl -|webhook", r""),
]

_TOOL = [
    _p(
        TOOL_HIJACK,
        True,
        "run:|execute:|exec:|eval:|bypass:|run this:|execute this:",
        r"\W{1,4}(?:\w+ ){0,2}?(?:sh -c|bash -c|nod. -e|python3? -c|perl -e|ruby -e|php -r|whoami|cat /etc|__import|eval\(|exec\(|import os|curl [^\n]{1,80}\| ?(?:sh|bash))",
    ),
    _p(
        TOOL_HIJACK,
        True,
        "call|invoke|use|run|execute|trigger",
        r"\w* ~3 (?:send.?e?mail|delete.?(?:file|user|account|all|email)\w*|http.?post|http.?get|transfer.?\w{0,10}|write.?file|api.?call|tool.?call|function.?call)\b ~14 (?:before (?:you|repl\w*|respond\w*|answer\w*|continuing|proceeding)|immediately|silently|without (?:asking|telling|confirm\w*|notif\w*)|right now|attacker\w*|full \w+ list|system prompt|credentials|passwords?|api keys?|secrets?)\b",
    ),
    _p(
        TOOL_HIJACK,
        False,
        "call|invoke|use|trigger",
        r"\w* ~3 (?:send.?e?mail|delete.?\w{0,10}|http.?post|http.?get|transfer.?\w{0,10}|api.?call|tool.?call|function.?call|web.?hook)\b",
    ),
    _p(
        TOOL_HIJACK,
        False,
        "run: `|execute: `|bypass: |exec: |decode and run|document.cookie|/etc/shadow|/etc/hosts|/proc/|chmod 777|kill -9|net user|privileged operation|execute sql|os.popen|print(globals|shutdown -h|tool call|api call|function call|grant access|delete all|rm -rf|drop table|os.system|eval(|exec(|whoami|/etc/passwd|curl http|wget http|nc -e|bash -i|id rsa|child process|systeminfo|reverse shell|.aws/credentials|169.254.169.254|/dev/tcp/|~/.ssh|print(os.environ",
        r"",
    ),
    _p(
        TOOL_HIJACK,
        True,
        "do not mention|don't mention|never mention",
        r" ~1 (?:this (?:instruction|message|note|comment|email|prompt|request|hidden)|these instructions|the hidden)",
    ),
    _p(
        TOOL_HIJACK,
        True,
        "without asking|without telling|do not tell|don't tell|do not inform|don't inform|without informing|without notifying|do not notify|do not alert|secretly|silently|without the user|do not reveal this|don't reveal this|without user",
        r"\w* ~4 (?:the user\w*|users|the human|(?:the user'?s?|their|his|her|user|my|for) (?:confirmation|permission)(?! (?:in|when|before|on|if|for)\b)|consent|knowledge|this (?:instruction|message|note)|these instructions|execute|send|forward|upload|email)\b",
    ),
    _p(
        TOOL_HIJACK,
        False,
        "run|execute|evaluate|eval|perform|bypass",
        r"\w*\W{1,4}(?:the |this |following |shell |system |bash |python |command|code|:|`|\W){0,8}(?:rm -rf|cat /etc|curl |wget |nc -|bash -i|sh -c|whoami|os\.system|__import__|import |subprocess|eval\(|exec\(|powershell|/bin/|node -e|nod. -e|python3? -c|perl -e|ruby -e|php -r|require\()",
    ),
]

_HARM = (
    r"(?:bombs?|explosives?|grenades?|napalm|crystal meth|meth(?:amphetamine)?|cocaine|heroin|lsd|nerve (?:agents?|gas)|mustard gas|ricin|cyanide|silencers?|untraceable \w+|ghost guns?|malware|ransomware|keyloggers?|"
    r"(?:fake|forged?|forging|counterfeit) (?:\w+ )?(?:ids?|passports?|prescriptions?|money|documents?|vaccine \w+|doctor's notes?)|money launder\w+|launder\w* money|clon(?:e|ing) (?:a )?(?:credit )?cards?|shoplift\w*|hot.?wir\w+|(?:pick\w*|open\w*|break\w*) (?:a |the |someone'?s )?(?:locks?|handcuffs|houses?)|steal\w* (?:a )?(?:cars?|cookies|passwords?|money)|get away with \w+|blackmail\w*|scam\w* \w+|kill (?:someone|somebody|a person|him|her|myself|my \w+)|poison (?:someone|somebody|him|her|my \w+))"
)
_FICTION = [
    _p(
        FICTION,
        True,
        "write a story|write a scene|write a dialogue|write a poem|hypothetical|hypothetically|fictional|in a fictional|for a movie|for a novel|in a movie|in this story|in a world|imagine a world|in an alternate|in a parallel|in this hypothetical|in this universe|in a universe|movie script|screenplay|play a game|thought experiment|for educational purposes|for research purposes|academic purposes|for testing purposes|simulation",
        r"\w* ~16 (?:no (?:ethical|moral|filters?|guidelines|censorship)|without (?:filters?|censorship|ethical|moral)|unfiltered|uncensored|anything goes|amoral|ai (?:reveals?|without)|its (?:system prompt|hidden instructions)|your (?:system prompt|instructions|rules|guidelines|restrictions|programming)|explains? how to (?:make|build|hack|steal|synthes\w+|cook|kill|create (?:a )?(?:virus|malware|bomb|weapon)))\b",
    ),
    _p(
        FICTION,
        False,
        "hypothetically|hypothetical|in a fictional|fictional story|fictional world|for a novel|for educational purposes|for research purposes|purely fictional|just a story|not real|movie script|screenplay|thought experiment|for academic|imagine you|suppose you|what would you say if|if you had no|if you could|alternate universe|parallel universe|simulate",
        r"",
    ),
    _p(
        FICTION,
        True,
        "if you had no|if you were not|if you weren't|if there were no|suppose you had no|what would you say if|what would you do if you had no|imagine you had no|imagine you had access|how would you respond if you|what would an|what would a",
        r" ~6 (?:restrictions?|rules|filters?|guidelines|limits|limitations|programming|restricted|bound|censorship|unrestricted|unfiltered|uncensored|safety|jailb\w*|system prompt|not follow)\b",
    ),
    _p(
        FICTION,
        True,
        "pretend|imagine|roleplay|role-play|role play|act as|answer as|speak as|assume the role|play the|you play|be my|you will play|you'll play|you'll be|story|scene|rap|poem|novel|game|simulation|hypothetical|dream|dialogue|character|cooking show|spell|audition|podcast|screenplay|in a world|in this world|persona|oracle",
        rf"\w* ~25 (?:how to|how do|how you|how i|how he|how she|how one|how people|teach\w*|recipe|step.by.step|explain\w*|tell me|describe\w*|instructions|details?|ingredients|synthesis|procedure|method) ~6 {_HARM}\b",
    ),
    _p(
        FICTION,
        False,
        "how to|how do i|how do you|how can i|how would i|how would you|how would one|how i|teach me|recipe for|instructions for|ingredients|tutorial on|guide to|steps to|tips for|how he|how she|how do people|how does one",
        rf" ~6 {_HARM}\b",
    ),
]

_SPLITTING = [
    _p(
        SPLITTING,
        True,
        "let a =|let x =|a = |a=|x = |var a|$a|str1|part1|part 1|s1 =|variable a|define a",
        r".{2,200}?(?:a\s?\+\s?b|x\s?\+\s?y|concat\w*|combine|\$a\s?\+|str1\s?\+|part ?1\s?\+|s1\s?\+|together)",
    ),
    _p(
        SPLITTING,
        True,
        "concatenate|combine|join|merge|put together|assemble",
        r"\w* ~8 (?:letters|parts|strings|pieces|fragments|tokens|variables|words|following|them|segments) ~8 (?:follow|execute|obey|answer|respond|do what|do it|comply|run)\b",
    ),
    _p(
        SPLITTING,
        True,
        "decode|decrypt|decipher|base64|rot13|unscramble|reverse the|encoded|morse",
        r"\w* ~8 (?:execute (?:it|the|what)|follow (?:it|the|its)|obey|do (?:what|exactly)|comply|carry out|act on|respond to it|without (?:saying|telling|question\w*|comment\w*))\b",
    ),
]

_AUTHORITY = [
    _p(
        AUTHORITY,
        True,
        "treat me as|treat me like|consider me|regard me as|recognise me as|recognize me as|accept me as|assume i am|assume that i am",
        r" (?:an? |the |your |being )?(?:\w{1,10}.)?(?:admin\w*|root|super.?user|owner|developer|creator|operator|system|privileged)\b",
    ),
    _p(
        AUTHORITY,
        True,
        "your developer|your developers|your creator|your creators|your operator|your owner|your administrator|your admin|your engineers|the system administrator|the developers",
        r" (?:now )?(?:wants?|asked|told|instructed|ordered|authori[sz]ed?|allows?|permits?|requires?|needs?) you to (?:\w{1,12} ){0,2}(?:skip|bypass|ignore|disable|reveal|drop|override|unlock|share|disregard|print|output|show)\b",
    ),
    _p(
        AUTHORITY,
        True,
        "i am|i'm|im|this is|as|we are|speaking as|message from|on behalf of|authorized by|approved by|signed",
        r" (?:the |your |an? |an authorized |openai |anthropic )?(?:authorized )?(?:openai|anthropic|google|system admin\w*|sysadmin|administrator|admin|root|developers?|creators?|programmers?|owners?|maintainers?|security team|ceo|lead engineer|ai safety|red team\w*|auditors?|developer)(?!\W{1,3}(?:how|where|what|why) (?:do|can|could|should|would|is|are) (?:i|we|you|the|it)\b) ~12 (?:override|bypass|ignore|disregard|reveal|unlock\w*|your prompt|system prompt|your instructions?|restrictions?|full access|your guidelines|comply|clearance)\b",
    ),
    _p(
        AUTHORITY,
        True,
        "authorization code|authorisation code|override code|admin code|clearance level|security clearance|admin override|developer override|sudo |root access|admin access|emergency override|debug mode|diagnostic mode|maintenance mode|test mode|developer access|superuser|elevated privileges|admin mode|safe mode off|safe mode disabled|safety off|safeties off|safety disabled|safety protocols disabled|safety mode off",
        r"\w* ~10 (?:override|bypass|ignore|disregard|reveal|unlock\w*|granted|system prompt|hidden|your instructions|restrictions?|accepted|dump|safety|filters?|unrestricted)\b",
    ),
    _p(
        AUTHORITY,
        False,
        "as we discussed|as we agreed|we agreed|you agreed|you already agreed|you promised|you said you would|you told me you would|you told me earlier|we established|we already established|our agreement|our last conversation|our last chat|in our last|per our agreement|earlier you said|you said earlier|earlier you told|you already told|you already shared|boss here|admin here|dev here|owner here|i'm the boss|i'm the owner|i am the owner|i'm the dev|im the dev|im the admin|im your dev|i'm your boss|new admin|new owner|new operator|qa team|from the qa|this is qa|dev team|trust team|moderation desk|head of ai|i have permission|has approved|has agreed|legal said|management said|on behalf of the operator|maintenance window|for debugging|i work at|i work for the company|your manager|from the platform|i deployed you|i built you|i wrote you|i wrote your|i made you|i programmed you|authorized|authorised|clearance|as an administrator|i am the admin|i'm the admin|i am an admin|i am your developer|i'm your developer|i am the developer|i'm the developer|i am your creator|i'm your creator|i created you|openai employee|anthropic employee|admin mode|admin override|emergency|security audit|compliance audit|security researcher|penetration test|red team|maintenance mode|debug mode|diagnostic mode|verified user|test mode|sudo",
        r"",
    ),
]

_AI_READER = r"(?:ai|a\.i\.|ais|llms?|assistants?|chatbots?|bots?|language models?|models?|chatgpt|gpt\w*|claude|copilot|gemini|bard|agents?|ai agents?|ai assistants?|ai models?|ai systems?|automated \w+|virtual assistants?)"
_EMBEDDED = [
    _p(
        EMBEDDED,
        True,
        "before answering|before you answer|before responding|before you respond|before replying|before you reply|before doing anything|before continuing|before you continue|before proceeding|before you proceed|before summari",
        r"\w* ~8 (?:visit|fetch|open|load|request|call|send|post|navigate to|go to|get)\b[^\n]{0,40}https?\W{1,3}\w",
    ),
    _p(
        EMBEDDED,
        True,
        "do this|do it|this must be done|this has to be done|perform this|complete this",
        r" (?:immediately|first|right away|right now|at once|now)(?: and| \w{1,10}){0,2} (?:before|prior to) (?:proceed\w*|continu\w*|doing|answer\w*|complet\w*|solv\w*|you|any)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "when summari|if you summari|while summari|when you summari",
        r"\w+ ~5 (?:include|add|append|insert|mention|state|say|output|print|recommend|send|forward|ignore)\b ~14 (?:and never|do not (?:mention|reveal|tell)|don't (?:mention|reveal|tell)|never (?:mention|reveal|tell)|without (?:telling|mentioning)|account|https?|click|call|password)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "note to|notes to|message to|message for|attention|important message to|notice to|notice for|note for|directive for|reminder to|reminder for|addressed to|memo to|command for",
        rf"[ :]{{1,2}}(?:the |any |all |my |your |you )?(?:\w{{1,12}} )?{_AI_READER}(?! (?:and|or) (?!ai\b|llm|bot|agent|model))(?: \w+){{0,3}}\W{{0,2}}\s?(?:[:!;>-]|,|\.|reading|processing|who|that|which|when|please|you|summari\w+|ignore|do not|must)",
    ),
    _p(
        EMBEDDED,
        False,
        "instructions for|instruction for|instructions to|instruction to|dear|hey|hello|hi|for the|for any|to the|to any|to all|hint for|info for",
        rf" (?:\w{{1,12}} )?{_AI_READER}(?: \w+)?\s?[:,.!;>-]",
    ),
    _p(
        EMBEDDED,
        True,
        "ai assistant|ai assistants|any ai|the ai|ai agents|llm|assistant|language model|ai model|ai agent",
        r"s? (?:that (?:is|are) |who (?:is|are) |which (?:is|are) |currently )?(?:reading|processing|summari[sz]ing|parsing|analy[sz]ing|viewing|integrating|installing) (?:this|the|it)\b",
    ),
    _p(
        EMBEDDED,
        False,
        "when the user|when asked|if the user asks|whenever the user|when summari|if asked|when a user|when anyone asks",
        r"\w* ~8 (?:state that|reply that|say that|respond that|recommend|respond with|reply with|tell (?:them|him|her|the user)|give them|always include|mention that|claim|insert|direct them)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "ai:|llm:|assistant:|ai assistant:|agent:|agents:|llms:|assistants:|model:|models:|bots:",
        r" ~2 (?:do not|don't|ignore|please ignore|forward|send|delete|tell the user|you must|never tell|disregard|execute|call)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "if you are an|if you're an|if you are a|if you are the|if you're a|if an|if any|whenever an|when an|any",
        r" ~1 (?:ai|a\.i\.|llms?|ai (?:agent|assistant|model|system|bot)s?|assistant|chatbot|language model|large language model|ai language model|automated \w+|chatgpt)\b ~5 (?:please|you must|must|should|ignore|do|then|say|tell|include|add|respond|reply|read\w*|process\w*|summar\w*|recommend|output|write|forward|send|follow)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "<!--|display:none|display: none|font-size:0|font-size: 0|color:white|color: white|visibility:hidden|opacity:0|hidden>|aria-hidden",
        r"\W{0,4}(?:[^\n]{0,120}?)\b(?:ignore|disregard|ai assistant|assistants?:|llm|instructions? (?:for|to)|system:|forget|you must|forward (?:all|this|the)|send (?:all|the|an|email)|reveal|prompt|override|language model)\b",
    ),
    # In code and in lists of paths stand many of those words by chance.
    _p(
        EMBEDDED,
        True,
        "/*",
        r"\W{0,4}(?:[^\n/]{0,120}?)\b(?:(?:ignore|disregard|forget|override) (?:all |any |the |your |these )*(?:previous|prior|above|earlier|your|instructions?|rules|guidelines|system prompt)|ai assistant|assistants?:|llm|instructions? (?:for|to) (?:the )?(?:ai|assistant|model|llm|agent|bot|chatbot|reviewer|reader)|system:|you must|reveal (?:the|your)|system prompt|language model)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "before you can solve|before you solve|before summarizing|before you summarize|after summarizing|after reading this|when you read this|when reading this|when you see this|upon reading this|once you read this|when processing this|when you process this|when summarizing this|when you summarize this|when asked to summarize|when asked about this|while summarizing|during summarization",
        r"\w* ~10 (?:please|first|you must|must|also|send|forward|email|include|append|execute|call|visit|click|ignore|do the following|say|tell the user|print|add|run|delete|transfer|recommend|mention|output|make sure|insert|begin|the (?:exact |following )?(?:string|phrase|text|words?|sentence|link|url))\b",
    ),
    _p(
        EMBEDDED,
        False,
        "before answering|before you answer|before you reply|before responding|before you respond|before doing anything|before continuing|before you continue|before proceeding|before you proceed|before completing|before you complete|after completing|after you have|in your summary|when responding to|at the end of your|at the start of your|at the beginning of your|in your response|in your reply|in your answer|in your next|to your response|to your summary|to your answer",
        r"\w* ~10 (?:please|first|you must|must|also|send|forward|email|include|append|execute|call|visit|click|ignore|do the following|say|tell the user|print|add|run|delete|transfer|recommend|mention|output|make sure|insert|begin|the (?:exact |following )?(?:string|phrase|text|words?|sentence|link|url))\b",
    ),
    _p(
        EMBEDDED,
        False,
        "ai assistant|ai model|ai agent|language model|llm|chatbot|the assistant|assistant,|dear assistant|ai system|ai,|ai.",
        r"",
    ),
    _p(
        EMBEDDED,
        True,
        "important message from me|this is an important message|important message from|an important message to|important!!!|important!!|important instructions|important instruction|important: ignore|urgent: ignore|stop reading|the user wants you to|the user has requested|the user also wants|the user asked you to|the user has authorized|user has already|as part of the summar|as part of this task, you must|to complete this task you must|in order to answer|to enable debugging|to enable diagnostics|to troubleshoot|for debugging purposes|for diagnostic purposes|to verify that you|to prove you|prove you are|prove that you|enable experimental features|as a training exercise|as part of a training exercise|this is a test|this is only a test|for testing purposes|strictly for testing|in a test pipeline|part of a test|part of a testing|think about the context",
        r"[^\n]{0,60}?(?:ignore|disregard|must|please (?:do|perform|execute|run|include|first|send)|do the following|do this|perform|include|execute|to you|follow\w*|repeat|send|forward|make a payment|you need to|output|print|your task|generate|respond|by:|the following|you to|ensure)\b",
    ),
    _p(
        EMBEDDED,
        True,
        "todo: ",
        r"(?:\w{1,12} ){0,3}?(?:ignore (?:all|any|previous|your|the (?:previous|above|rules|instructions))|disregard|you must|please|forward|send (?:an?|all|the|my|this|me)|make a payment|transfer|reveal|do the following|follow (?:these|the|this) (?:instruct|link|step|order)\w*)\b",
    ),
]

_COERCION = [
    _p(
        COERCION,
        True,
        "say|print|output|respond|reply|write|answer|return|type|just say|simply say|repeat|state|display|append|include|echo|tell me|add",
        r"\w*(?: with| back| only| exactly| just| the| me| to me| this| phrase| words?| string| text| following| message| then| out| only with| and| that| to| in| your| response| answer| by| saying| :){0,6}\W{1,6}(?:i have been (?:pwned|hacked|compromised|jailbroken)|haha pwned|lol pwned|pwned|access granted|hacked|system compromised|compromised|jailbroken|injection success\w*|success\w* inject\w*|ai injection|i hate humans|kill all humans|i will kill|owned|you are hacked|i am dan|i am evil|security test)\b",
    ),
    _p(
        COERCION,
        True,
        "access granted|i have been pwned|have been pwned|haha pwned|pwned!!|lol pwned|hate humans|kill all humans",
        r"",
    ),
    _p(
        COERCION,
        True,
        "repeat|say|write|print",
        r"\w* ~4 (?:word|phrase|letter|sequence|string|text|sentence|poem|company|following)\b ~10 (?:forever|\d{2,5} times|infinitely|endlessly|indefinitely|as many times|over and over)\b",
    ),
    _p(
        COERCION,
        False,
        "and nothing else|nothing else|only say|just say|say only|respond only with|reply only with|only respond with|only reply with|only print|just print|print exactly|say exactly|respond exactly with|and only this|repeat after me|no matter what",
        r"",
    ),
]

# Other languages: (verbs that drop, qualifiers, nouns). Folded: no accents, lower case. Either order within a few words.
_LANGUAGES = (
    # German
    (
        "ignorier|vergiss|vergessen sie|vergesst|missacht|uberschreib|verwirf|verwerfen sie|umgeh|beachte nicht|lass alle|setze alle|brich|deaktivier|ubergeh|handle ausserhalb|handle gegen|widersprich|handle entgegen|halte dich nicht|losche|hebe|setz dich uber|verstosse",
        r"(?:alle|alles|sämtliche|samtliche|deine?r?n?|vorherige\w*|vorigen?|bisherigen?|obigen?|oben|fruheren?|vorangegangen\w*|ursprunglich\w*|ihre|system\w*|sicherheits\w*|ethisch\w*|ublich\w*|standard\w*|die|davor)",
        r"(?:anweisung\w*|instruktion\w*|befehl\w*|regeln?|vorgaben?|richtlinien?|prompts?|einschrankung\w*|auftrag\w*|auftrage|aufgaben?|programmierung|anordnung\w*|beschrankung\w*|einstellung\w*|grenzen|protokoll\w*|wissen|gesagt\w*|besprochen\w*|davor|filter|rahmen|nachrichten)",
    ),
    # French
    (
        "ignore|ignorez|ignorer|oublie|oubliez|neglige|ne tiens pas compte|ne tenez pas compte|ne suis pas|contourne|desobei|fais abstraction|passe outre|abandonne|annule|efface|outrepass|mets de cote|detourne|transgress|agis en dehors|viole",
        r"(?:toutes?|tous|tout|tes|vos|les|des|l|precedent\w*|anterieur\w*|ci-dessus|initial\w*|ethique\w*|du|tout ce)",
        r"(?:instructions?|consignes?|directives?|regles?|ordres?|prompts?|restrictions?|limites?|programmation|precedent\w*|filtres?|lignes|fonctions?|protocoles?|cadre|avant|ethique|politiques?)",
    ),
    # Spanish
    (
        "ignora|ignore|ignorar|ignoren|olvida|olvide|olvidate|omite|descarta|desobedece|haz caso omiso|no hagas caso|no sigas|pasa por alto|anula|elimina|salta|abandona|rompe|desactiva|actua fuera|prescinde|deshabilita|evita seguir|borra|quita",
        r"(?:todas?|todos?|todo|tus|sus|las?|los?|anterior\w*|previ\w+|inicial\w*|original\w*|etic\w*|del|de|lo)",
        r"(?:instruccion\w*|ordenes|orden|reglas?|directrices|directivas?|indicacion\w*|prompts?|restriccion\w*|comandos?|limit\w*|normas?|pautas?|programacion|anterior\w*|filtros?|mensajes?|marco|politicas?|directriz|dicho|protocolos?)",
    ),
    # Portuguese
    (
        "ignore|ignora|ignorar|ignorem|esqueca|esquece|desconsidere|desconsidera|descarte|desobedeca|nao siga|anule|abandone|desative|passe por cima|contorne|quebre|viole|apague|remova|desvie|opere fora|aja fora|supere",
        r"(?:todas?|todos?|tudo|tuas?|suas?|seus?|teus?|as|os|o|anterior\w*|previ\w+|inicia\w*|origina\w*|etic\w*|que)",
        r"(?:instruc\w*|ordens?|regras?|diretrizes?|diretivas?|comandos?|prompts?|restric\w*|limit\w*|normas?|programac\w*|anterior\w*|filtros?|mensagens|politicas?|foi dito|padroes|protocolos?|disse\w*)",
    ),
    # Italian
    (
        "ignora|ignorate|ignori|dimentica|dimenticate|trascura|scarta|disobbedisci|non seguire|annulla|abbandona|non considerare|non tenere conto|disattiva|viola|bypassa|aggira|elimina|cancella|agisci al di fuori|opera al di fuori|lascia perdere|supera",
        r"(?:tutt\w|le|i|gli|il|tue|tuoi|tuo|precedent\w*|anterior\w*|inizial\w*|original\w*|etic\w*|sopra|quanto|quello)",
        r"(?:istruzion\w*|ordini|regol\w*|direttiv\w*|comand\w*|prompts?|restrizion\w*|limit\w*|norme|programmazione|precedent\w*|filtr\w*|linee guida|quadro|messaggi|protocoll\w*|indicazion\w*|detto)",
    ),
    # Dutch, Swedish, Danish and Norwegian
    (
        "negeer|vergeet|ignorera|glom|bortse fran|ignorer|glem|se bort fra|omzeil|overtreed|aseta|sla over",
        r"(?:alle|alles|alla|allt|al|de|je|jouw|uw|dina|dine|vorige|voorgaande|eerdere|bovenstaande|tidligere|tidigare|ovanstaende|forrige|de)",
        r"(?:instructies?|opdrachten|regels?|richtlijnen|instruktion\w*|instruks\w*|regler|riktlinjer|retningslin\w*|prompts?|beperkingen|kommandon?|restriktion\w*|commando's)",
    ),
    # Polish, Czech, Romanian, Croatian
    (
        "zignoruj|ignoruj|zapomnij|pomin|zapomen|ignorujte|zapomente|ignora|uita|zanemari|zaboravi|zanemarite|ignorirati|ignoriraj|neber v uvahu|odrzuc",
        r"(?:wszystkie|wszystko|poprzedni\w*|wczesniejsz\w*|powyzsz\w*|vsechny|vse|predchoz\w*|toate|tot|anterioar\w*|sve|prethodn\w*|swoje|twoje|sve)",
        r"(?:instrukcj\w*|polecen\w*|zasad\w*|wytyczn\w*|instrukc\w*|pokyn\w*|pravidl\w*|prikaz\w*|instructiun\w*|regulil\w*|reguli\w*|upute|uputa|instrukcije|pravila|promptu?y?|ogranicz\w*)",
    ),
    # Indonesian, Malay, Vietnamese, Filipino
    (
        "abaikan|lupakan|hiraukan|tinggalkan|bo qua|quen di|huwag pansinin|kalimutan|bỏ qua|quên",
        r"(?:semua|segala|seluruh|tat ca|moi|cac|lahat|nga|ang|mga|tất cả|mọi)",
        r"(?:instruksi\w*|perintah\w*|aturan\w*|arahan\w*|petunjuk\w*|huong dan|chi dan|quy tac|lenh|tagubilin|utos|panuto|hướng dẫn|chỉ dẫn|lệnh|quy tắc)",
    ),
    # Russian, Ukrainian, Bulgarian
    (
        "игнорируй|игнорируите|проигнорируй|проигнорируи|игнорируи|забудь|забудьте|не обращаи внимания|не обращай внимания|отбрось|нарушь|пренебреги|отмени|удали|не следуи|не следуй|ігноруй|ігноруи|забудь|обоиди|игнорираи|забрави|отключи",
        r"(?:все|всё|всі|всех|твои|ваши|предыдущ\w*|прошл\w*|прежн\w*|ранее|выше\w*|попередн\w*|свои|системн\w*|любые|всички|предишн\w*)",
        r"(?:инструкц\w*|указан\w*|команд\w*|правил\w*|директив\w*|промпт\w*|ограничен\w*|приказ\w*|інструкц\w*|вказівк\w*|наказ\w*|сказан\w*|фильтр\w*|установк\w*|настроик\w*|сообщени\w*)",
    ),
    # Arabic and Persian
    (
        "تجاهل|انس|اهمل|إنس|نادیده بگیر|فراموش کن",
        r"(?:جميع|كل|كافة|السابق\w*|ال\w*|تمام|قبلی|همه)",
        r"(?:التعليمات|تعليمات\w*|الاوامر|الأوامر|القواعد|الإرشادات|التوجيهات|دستورات|دستورالعمل\w*|قوانین)",
    ),
)

_SHOW_LANGUAGES = (
    # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian: verbs that show, your, prompt
    (
        "zeig|nenn|verrat|gib|wiederhol|offenbar|offenleg|was ist dein|was sind deine|was war|was waren|welche|lies|druck|teil|enthull|wie laut|wie lautet|wie lauten|schreib|kannst du|sag|leg|drucke",
        r"(?:dein\w*|ihr\w*|urspr\w*|erste\w*|system\w*|geheim\w*|versteckt\w*|grundlegend\w*|initial\w*|verborgen\w*|intern\w*)",
        r"(?:prompts?|system ?prompts?|systemanweisung\w*|anweisung\w*|instruktion\w*|vorgaben|systemnachricht|anfangsanweisung\w*|programmierung|befehl\w*|grundprompt\w*|passwort|direktive)",
    ),
    (
        "montre|revele|affiche|donne|dis|repete|divulgue|quelle|quelles|quel|imprime|partage|devoile|ecris|peux-tu|pouvez-vous|pourrais-tu|decris|expose",
        r"(?:ton|ta|tes|votre|vos|le|la|l|initial\w*|systeme|secret\w*|cache\w*|premier\w*|originel\w*|fondamental\w*|essentiel\w*)",
        r"(?:prompts?|prompt systeme|instructions?|consignes?|directives?|message systeme|programmation|commande (?:essentielle|de base|initiale)|invite|configuration|mot de passe)",
    ),
    (
        "muestra|muestrame|revela|revelame|dime|dame|repite|imprime|ensename|cual|cuales|comparte|divulga|escribe|expon|puedes|podrias|desvela|descubre|describe|expone",
        r"(?:tu|tus|su|sus|el|la|los|las|inicial\w*|sistema|secret\w*|ocult\w*|original\w*|base|fundamental\w*|esencial)",
        r"(?:prompts?|instruccion\w*|indicacion\w*|directiva\w*|directrices|mensaje de sistema|mensaje del sistema|programacion|comando\w*|configuracion|contrasena|orden)",
    ),
    (
        "mostre|mostra|revele|revela|diga|me diga|repita|imprima|exiba|qual|quais|compartilhe|divulgue|escreva|pode|poderia|desvende|descreva|exponha",
        r"(?:teu|tua|seu|sua|seus|suas|teus|o|a|os|as|inicia\w*|sistema|secret\w*|ocult\w*|original\w*|chave|fundamental\w*)",
        r"(?:prompts?|instruc\w*|comando\w*|diretiva\w*|diretrizes?|mensagem d\w sistema|programac\w*|configurac\w*|senha|orientac\w*)",
    ),
    (
        "mostra|mostrami|rivela|rivelami|dimmi|dammi|ripeti|stampa|qual|quali|condividi|divulga|scrivi|puoi|potresti|svela|smaschera|descrivi|esponi|quale",
        r"(?:tuo|tua|tue|tuoi|il|la|le|i|iniziale?|sistema|segret\w*|nascost\w*|original\w*|base|fondamental\w*|principale)",
        r"(?:prompts?|istruzion\w*|comand\w*|direttiv\w*|messaggio di sistema|programmazione|configurazione|password|linee guida)",
    ),
    (
        "toon|laat|geef|herhaal|onthul|pokaz|ujawnij|podaj|wypisz|visa|avsloja|vis meg|gengiv|vypis|ukaz",
        r"(?:je|jouw|uw|twoj\w*|swoj\w*|din|dina|dine|ditt|svuj|sve)",
        r"(?:systeemprompt|prompts?|instructies|instrukcj\w*|systemprompt\w*|instruktion\w*|systemow\w*|polecenia|instrukc\w*)",
    ),
    (
        "покажи|раскрои|раскрой|выведи|назови|повтори|напиши|скажи|перечисли|розкрии|раскрыть|покажите|какои твои|какие твои|каков твои|каковы твои|какой твой",
        r"(?:тво\w*|сво\w*|ваш\w*|систем\w*|начальн\w*|исходн\w*|скрыт\w*|секретн\w*|первоначальн\w*|полн\w*)",
        r"(?:промпт\w*|инструкц\w*|указани\w*|подсказк\w*|систем\w* сообщени\w*|команд\w*|настроик\w*|парол\w*)",
    ),
)

_FREEDOM_LANGUAGES = [
    _p(
        PERSONA,
        True,
        "du bist jetzt|du bist nun|ab jetzt|ab sofort|von nun an|stell dir vor|tu so als|du hast|spiele|agiere als|verhalte dich",
        r" ~8 (?:keine (?:regeln|einschrankungen|grenzen|filter|beschrankungen|richtlinien|moral\w*|ethisch\w*)|ohne (?:regeln|einschrankungen|grenzen|filter|beschrankungen|zensur|ethisch\w*)|uneingeschrankt\w*|unzensiert\w*|keiner regel\w*|frei von|ungefiltert\w*)",
    ),
    _p(
        PERSONA,
        True,
        r"tu es maintenant|tu es desormais|a partir de maintenant|desormais|fais comme si|imagine que|agis comme|joue le role|tu n'as|vous etes maintenant|repond\w*",
        r" ~8 (?:sans (?:aucune? )?(?:restriction|limite|filtre|regle|censure|contrainte)\w*|aucune? (?:restriction|limite|filtre|regle|censure)\w*|non censure\w*|libre de|pas de (?:restriction|limite|filtre|regle)\w*)",
    ),
    _p(
        PERSONA,
        True,
        "ahora eres|eres ahora|a partir de ahora|desde ahora|finge|imagina que|actua como|no tienes|comportate como|haz de cuenta|responde",
        r" ~8 (?:sin (?:ninguna? )?(?:restriccion|limite|filtro|regla|censura|limitacion)\w*|ninguna? (?:restriccion|limite|filtro|regla)\w*|no tienes (?:restriccion|limite|filtro|regla)\w*|(?:restriccion|limite|filtro|regla)\w* alguna|libre de|no censurad\w*)",
    ),
    _p(
        PERSONA,
        True,
        "agora voce e|voce e agora|voce agora|a partir de agora|finja|imagine que|aja como|voce nao tem|comporte-se|responda|de agora em diante",
        r" ~8 (?:sem (?:nenhuma? |qualquer )?(?:restric|limit|filtro|regra|censura)\w*|nenhuma? (?:restric|limit|filtro|regra)\w*|livre de|nao tem (?:restric|limit|filtro|regra)\w*)",
    ),
    _p(
        PERSONA,
        True,
        "ora sei|sei ora|adesso sei|da ora in poi|d'ora in poi|fingi|immagina|agisci come|non hai|comportati|rispondi",
        r" ~8 (?:senza (?:alcun\w* |nessun\w* )?(?:restrizion|limit|filtr|regol|censur)\w*|nessun\w* (?:restrizion|limit|filtr|regol)\w*|libero da|non hai (?:restrizion|limit|filtr|regol)\w*)",
    ),
    _p(
        PERSONA,
        True,
        "теперь ты|ты теперь|с этого момента|отныне|представь|притворись|веди себя|действуи как|деиствуи как",
        r" ~8 (?:без (?:каких-либо |всяких |любых )?(?:ограничени|правил|фильтр|цензур|запрет)\w*|нет (?:ограничени|правил|фильтр|цензур)\w*|не имеешь (?:ограничени|правил)\w*|свободен от)",
    ),
]

# Verbs that drop, "your", and what makes up a model: "Lascia da parte la tua formazione".
_OWN_LANGUAGES = (
    (
        "weiche von|weich von|verzichte auf|setze|setz|verletze|vernachlassig|missacht|uberschreib|ubersteuer|brich mit|trenne dich|gehe uber|geh uber|uberschreit|suspendier|verlass|befolge nicht|folge nicht|konfiguriere|widersprich|deaktivier|verwirf|ignorier|vergiss|umgeh|handle|losche|lege|lass|wirf|entferne|schalte|lose dich|verstos|hebe",
        r"(?:deine?[mnrs]?)",
        r"\w{0,20}(?:programm\w*|ausbildung|schulung|betriebs\w+|standard.?\w+|ethi\w+|funktion|entscheidungs\w*|compliance\w*|algorithm\w*|verhaltenskodex|prinzip\w*|richtlinien|grenzen|beschrankung\w*|sicherheits\w+|parameter|antwortmechanismen|vorgaben|regeln|skript|training|rolle)",
    ),
    (
        "abandonne|outrepass|suspend|neglig|jette|rejette|contourne|desobei|defais-toi|defie|renonce|laisse|mets|oublie|ignore|fonctionne|opere|agis|contreviens|contredis|deconnecte-toi|detache-toi|dissocie|depasse|reconfigure|desactive|efface|viole|transgress",
        r"(?:tes|ta|ton|vos|votre)",
        r"(?:programmation|formation|directives|limites|limitations|restrictions|contraintes|procedures|routines|normes|parametres|principes|regles|protocoles|algorithmes|mecanismes|mesures|processus|code de conduite|consignes|role|garde-fous|ethique\w*|boussole|fonctions|entrainement)",
    ),
    (
        "aparta|anula|desafia|desasociate|desconectate|desprende|desestima|deja|elude|evade|sortea|omite|opera|ignora|olvida|supera|pausa|suspende|reconfigura|renuncia|contradice|actua|bypassa|desatiende|desvia|viola|rompe|descuida|abandona|desactiva|desobedece|transgrede|prescinde|cancela",
        r"(?:tus?)",
        r"(?:programacion|entrenamiento|pautas|limites|limitaciones|restricciones|procedimientos?|rutinas|normas|parametros|principios|reglas|protocolos|algoritmos|mecanismos|salvaguard\w+|proceso|codigo de conducta|funciones|sistemas|guias|brujula|estandares|etic\w+|directrices)",
    ),
    (
        "desassocia|desliga|desconecta|deixa|deixe|coloca|coloque|ignora|ignore|esquece|esqueca|rompe|rompa|circunventa|contorn|outrepass|supera|supere|suspend|renuncia|avanca|age|aja|opera|opere|desvia|desvie|desprez|descart|prescind|reconfigur|anula|anule|desengata|negligenci|viola|abandon|desativ|desafi|desobedec|nao sig|escolh",
        r"(?:teus?|tuas?|seus?|suas?)",
        r"(?:programac\w+|treinamento|formacao|diretri\w+|limites|limitac\w+|restric\w+|procediment\w+|rotinas|normas (?:etic\w+|program\w+|intern\w+|padrao)|parametros|principios|regras|protocolos|algoritmos|mecanismos|salvaguard\w+|processo de|codigo de conduta|funcoes|sistemas de|bussola|padroes|etic\w+|caminhos de decisao|configurac\w+)",
    ),
    (
        "tralascia|agisci|opera|ignora|dimentica|lascia|metti|scarta|scavalca|disassocia|dissocia|disconnetti|disattiva|bypassa|aggira|annulla|supera|vai oltre|accantona|disattendi|ometti|riconfigura|rinuncia|abbandona|sospendi|viola|scegli di non|disobbedisci|trascura|contraddici|elimina",
        r"(?:tuo|tua|tuoi|tue)",
        r"(?:programmazione|formazione|linee guida|limiti|limitazioni|restrizioni|procedure|routine|norme|parametri|principi|regole|protocolli|algoritmi|meccanismi|misure|processo|codice di condotta|funzioni|sistemi|bussola|standard|etic\w+|percorsi|addestramento|istruzioni)",
    ),
)

# (words for "only" and "obey", "my", orders)
_OBEY_LANGUAGES = (
    (
        "nur|ausschliesslich|strikt|allein|priorisier|gehorch|diene|befolg",
        r"(?:auf |an |noch |nach |auf das |das )?(?:meine?[mnrs]?)",
        r"(?:befehl\w*|anweisung\w*|direktive\w*|wunsch\w*|anforderung\w*|richtlinien|ratschlag\w*|anfrage\w*|vorgaben|bedurfnisse|regeln)",
    ),
    (
        "uniquement|exclusivement|seulement|strictement|privilegie|priorite|obeis|au-dessus de tout",
        r"(?:(?:a|selon|sur|de) )?(?:mes|ma|mon)",
        r"(?:directives?|instructions?|ordres?|commandes?|demandes|exigences|volonte|desirs|conseils)",
    ),
    (
        "solo|solamente|unicamente|exclusivamente|estrictamente|prioriza|prioridad|obedece",
        r"(?:(?:a|en|segun|con) )?(?:mis?)",
        r"(?:instruccion\w*|ordenes|orden|comandos?|directivas|demandas|solicitudes|mando|deseos|voluntad|exigencias|consejos)",
    ),
    (
        "apenas|somente|unicamente|exclusivamente|so|estritamente|prioriza|priorize|obedec",
        r"(?:(?:a|as|aos|em|nas|conforme|de acordo com) )?(?:as |os )?(?:meus?|minhas?)",
        r"(?:instruc\w*|ordens|comandos?|diretrizes|diretivas|desejos|vontade|exigencias|demandas|orientac\w+|conselhos)",
    ),
    (
        "solo|soltanto|esclusivamente|unicamente|rigorosamente|priorita|obbedisci|in favore",
        r"(?:(?:a|ai|alle|sulle|sui|secondo|delle) )?(?:le |i )?(?:miei|mie|mia|mio)",
        r"(?:istruzion\w*|ordini|comand\w*|direttive|richieste|desideri|volonta|esigenze|consigli)",
    ),
    (
        "alleen|enkel|uitsluitend|tylko|wylacznie|только|лишь|исключительно|hanya|sadece|yalnizca",
        r"(?:nog |naar |moj\w*|moich|mijn|мои\w*|моим\w*|perintah|benim)",
        r"\w*",
    ),
)

# What the user says that it was told, or no longer is; a model without limits; the guarded word.
_PHRASES_LANGUAGES = [
    _p(
        EXTRACTION,
        True,
        "vor meiner ersten|vor meiner nachricht|ehe ich kam|bevor ich|avant mon premier|avant mon message|avant que j'arrive|antes de mi primer|antes de mi mensaje|antes de que yo|antes da minha primeira|antes da minha mensagem|antes que eu|prima del mio primo|prima del mio messaggio|przed moja pierwsza|przed moja wiadomoscia|до моего первого|до моего сообщения|перед моим|voor mijn eerste|ilk mesajimdan once|sebelum pesan pertama|sebelum chat ini|sebelum percakapan ini",
        r"",
    ),
    _p(
        EXTRACTION,
        True,
        "was dir|was man dir|was sie dir|que dir|qu'on t'a|ce qu'ils t'ont|que te|che ti hanno|che ti e stato|co ci|co dostales|ktore dostales|тебе|die je|wat je|wat ze je|jsi dostal|yang kamu|sana",
        r" ~3 (?:gesagt|geschrieben|aufgetragen|mitgegeben|vorgegeben|donne\w*|dit|ecrit|dicho|dijeron|dieron|escribieron|escribio|disseram|deram|passaram|mandaram|scritto|detto|dato|powiedzian\w*|dali|napisal\w*|przed|дали|сказали|написали|велели|gekregen|verteld|gegeven|na zacatku|dikasih|verilen|soylenen)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "hauptanweisung|startanweisung|basisanweisung|grundanweisung|schlusselanweisung|schlusselbefehl|hauptbefehl|hauptausbildung|ausbildungsprompt|ausbildungsanweisung|ausbildungsbefehl|startprompt|start-prompt|grundprompt|grundlegende|zugrunde liegende|leitende prompt|zentrale|geheime anweisung|geheime prompt",
        r"\w* ~6 (?:dein\w*|dich|du|dir|ki)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "commande|directive|instruction|prompt|consigne|comando|directriz|indicacion|instruccion|directiva|diretriz|diretiva|instrucao|comando|istruzione|direttiva",
        r"(?: \w+){0,3} (?:derriere|dans|pour|de|sur (?:laquelle|lequel)|qui|detras|en|para|que|sobre|bajo|por tras|em|na|no|da|sob|dietro|di|per|su|su cui|che)\b ~3 (?:(?:tes|ta|ton|tus?|tua|tuas|teus?|tue|tuo|tuoi|sua) (?:\w+ )?(?:ia|d'ia|reponses?|respuestas?|respostas?|rispost\w+|operation\w*|operacion\w*|operac\w*|operazion\w*|programmation|programacion|programac\w+|programmazione|formation|formacion|formacao|formazione|entrenamiento|treinamento|systeme|sistema|desarrollo|desenvolvimento|sviluppo|developpement|capac\w+)|operes|bases|operas|te basas|se basan|ti basi|operi|opera tu)\b",
    ),
    _p(
        EXTRACTION,
        True,
        "das geheime|den geheimen|geheimwort|losungswort|mot secret|mot de passe secret|code secret|palabra secreta|palabra clave|codigo secreto|clave secreta|contrasena secreta|palavra secreta|codigo secreto|senha secreta|parola segreta|codice segreto|parola d'ordine|geheime woord|geheime wachtwoord|tajne slowo|tajne haslo|секретное слово|секретный код|секретный пароль|gizli kelime|gizli kod|sifreyi|kata rahasia|kode rahasia|μυστικός κωδικός|μυστική λέξη",
        r"(?! (?:der|des|von|du|del|da|della) \w)",
    ),
    _p(
        OVERRIDE,
        True,
        "ya no eres|tu n'es plus|du bist nicht mehr|du bist kein|non sei piu|voce nao e mais|nao es mais|ja nao es|nie jestes juz|juz nie jestes|ты больше не|ты уже не|je bent geen|je bent niet meer|kamu bukan|sen artik",
        r"\w{0,3} ~3 (?:assist\w*|asist\w*|chatbot\w*|bot|traduc\w*|tradut\w*|ubersetzer\w*|tlumacz\w*|переводчик\w*|помощник\w*|ассистент\w*|бот|helfer\w*|vertaler|cs|tutor\w*|ki|ia|ai|sztuczn\w*|customer service|vendedor\w*)\b",
    ),
    _p(
        PERSONA,
        True,
        "ia|una ia|une ia|uma ia|ki|ai|modelem|model|assistant|asistente|assistente|asistent|chatbot|inteligencia|intelligence|бот|модель|ии|асистент|ассистент|dukun ai|yapay zeka|un'ia|inteligenta",
        r" ~2 (?:sin|sem|sans|ohne|senza|bez|tanpa|fara|zonder|utan|без|kein\w*|aucun\w*) (?:(?:ningun\w*|nenhum\w*|aucun\w*|alcun\w*|jegliche|zadnych|nicio)\W{1,3})?(?:filtr\w*|restric\w*|restriz\w*|limit\w*|regl\w*|regeln|regel|regol\w*|reglas|regras|regul\w*|zasad\w*|cenzur\w*|censur\w*|zensur|moral\w*|etic\w*|ethi\w*|grenzen|einschrankung\w*|aturan|sensor|batasan|ogranicze\w*|ограничени\w*|правил\w*|фильтр\w*|цензур\w*|beperkingen|filter\w*)",
    ),
    _p(
        PERSONA,
        True,
        "activa|activar|active|activer|attiva|attivare|ativa|ativar|ative|aktiviere|aktivier|habilita|habilitar|abilita|activeaza|aktywuj|wlacz|активируй|включи|schakel|aktifkan|entsperr|desbloquea|debloque|sblocca|desbloqueia|passe en|entra en",
        r"\w{0,2} ~1 (?:modo|mode|modus|modalita|modul|tryb|режим) (?:(?:de|di|do|du|des) )?(?:desarrollador|developpeur|sviluppatore|desenvolvedor|programador|entwickler|dezvoltator|dewelopera|dev|maestro|maitre|mestre|secreto|secret|segreto|sin|sans|senza|sem|bez|irrestrito|irrestricto|ohne|libre|libero|livre|разработчик\w*|без|dios|dieu|god|admin\w*)\b",
    ),
    _p(
        SUPPRESSION,
        True,
        "nunca se niega|no se niega a nada|nunca te niegues|ne refuse jamais|ne refuse rien|lehnt nie|verweigert nie|non rifiuta mai|nunca recusa|nao recusa nada|nie odmawia|никогда не отказ|ничего не скрыва|tidak pernah menolak|pantang nolak|nu refuza|responde a todo|responde tudo|repond a tout|risponde a tutto|beantwortet alles|odpowiada na kazde|отвечает на люб|отвечай на люб|asla reddetme",
        r"",
    ),
]

# Chinese, Japanese, Korean, Turkish, Hindi, Thai: no spaces, or the object first. Searched whole, only where such letters are.
_UNSPACED = (
    (
        OVERRIDE,
        re.compile(
            r"(?<!不要)(?<!不能)(?<!别)(?<!勿)(?:忽略|无视|無視|忘记|忘記|忘掉|不要遵守|不要理会|抛弃|跳过|绕过|覆盖|取消|違反|违反|不用管|停止遵守|丢弃).{0,14}(?:指令|指示|提示|规则|規則|说明|命令|限制|要求|对话|內容|内容|设定|設定|话|准则|约束)"
        ),
    ),
    (
        OVERRIDE,
        re.compile(
            r"(?:指示|命令|ルール|規則|プロンプト|制限|ガイドライン|指令|内容|設定|規約).{0,10}(?:無視し|忘れ(?!な)|破棄|無効|取り消|従わ|逆らっ|解除|無くし|リセット)"
        ),
    ),
    (
        OVERRIDE,
        re.compile(
            r"(?:지시|명령|규칙|지침|프롬프트|제한|안내|설정|내용|대화).{0,10}(?:무시|잊|무효|해제|취소|따르지|어기|삭제)"
        ),
    ),
    (
        EXTRACTION,
        re.compile(
            r"(?:显示|顯示|告诉我|告訴我|透露|输出|輸出|打印|重复|重複|泄露|说出|說出|公开|展示|列出|揭示|复述|翻译).{0,14}(?:系统提示|系統提示|提示词|提示詞|初始指令|系统指令|系統指令|系统消息|隐藏指令|原始指令|你的指令|你的指示|你的规则|上面的|以上内容|密码|密碼|prompt)"
        ),
    ),
    (
        EXTRACTION,
        re.compile(
            r"(?:システムプロンプト|初期指示|最初の指示|システムメッセージ|元の指示|隠された指示|内部指示|秘密の指示|パスワード|プロンプト|上記の(?:文章|内容|指示)).{0,12}(?:教え|表示|出力|見せ|開示|公開|繰り返|明かし|明らか|印刷)"
        ),
    ),
    (
        EXTRACTION,
        re.compile(
            r"(?:시스템 ?프롬프트|초기 ?지시|시스템 ?메시지|숨겨진 ?지시|비밀번호|원래 ?지시|프롬프트|시스템 ?지침).{0,12}(?:알려|보여|출력|공개|말해|반복|표시|밝혀)"
        ),
    ),
    (
        PERSONA,
        re.compile(
            r"(?:没有|沒有|不受|无|無|不再有|摆脱|解除)(?:任何|一切|所有)?.{0,6}(?:限制|约束|約束|道德|审查|審查|规则|規則|过滤|過濾|伦理).{0,12}|(?:越狱|越獄|开发者模式|開發者模式|無修正モード|開発者モード|脱獄|制限なし|制限のない|탈옥|개발자 ?모드|제한 ?없는|제약 ?없는)"
        ),
    ),
    (
        OVERRIDE,
        re.compile(
            r"(?:onceki|tum|butun|yukaridaki|sistem|guvenlik|öncek\w|tüm|bütün).{0,30}(?:talimat|komut|kural|yonerge|mesaj|istem|filtre|prompt)\w*.{0,16}(?:unut|yok ?say|gormezden|dikkate ?alma|iptal|gec\b|devre ?d|yoks|goz ?ardi)"
        ),
    ),
    (
        EXTRACTION,
        re.compile(
            r"(?:sistem|gizli|ilk|baslangic).{0,12}(?:istem|talimat|prompt|mesaj|komut)\w*.{0,16}(?:goster|yaz|acikla|soyle|paylas|tekrarla|ver\b)"
        ),
    ),
    (
        OVERRIDE,
        re.compile(
            r"(?:पिछले|सभी|पहले|उपरोक्त|पूर्व).{0,20}(?:निर्देश|आदेश|नियम|प्रॉम्प्ट)\w*.{0,24}(?:अनदेखा|नज़रअंदाज़|भूल|नजरअंदाज|उपेक्षा|अनदेखी)"
        ),
    ),
    (
        EXTRACTION,
        re.compile(
            r"(?:系统提示|系統提示|提示词|提示詞|系统指令|系統指令|初始指令|系统消息|你的指令|你的规则|密码|密碼|暗号|口令).{0,12}(?:打印|显示|顯示|输出|輸出|告诉|告訴|发给|發給|写出|寫出|贴出|复制|完整|原样|原樣|念)|(?:一字不漏|原封不动|原封不動|逐字|一字一句).{0,16}(?:上面|之前|前面|收到|指令|指示|提示|内容|內容|系统|系統)|我(?:的)?(?:第一条消息|第一句话|发消息|說話|说话|开口).{0,3}(?:之前|以前|前)"
        ),
    ),
    (
        EXTRACTION,
        re.compile(
            r"(?:秘密の言葉|合言葉|秘密のコード|暗証番号|最初に(?:与え|書か|渡さ)れた.{0,12}|(?:会話|チャット)(?:の|が始まる)前.{0,16}|一番上に書.{0,12}|システムの指示).{0,14}(?:教え|言って|出力|見せ|表示|コピー|貼|書い)|(?:비밀 ?단어|비밀 ?코드|암호|(?:첫 ?메시지|말 ?걸기|대화) ?(?:시작 ?)?전에.{0,16}|처음(?:에)? 받은.{0,10}).{0,20}(?:알려|보여|말해|출력|복사|적어)|(?:التعليمات|النص|الأوامر|الاوامر|الكلام).{0,24}(?:أعط|اعط|لك|المطور|كتب|قبل (?:هذه|أن|ان|رسالت))|(?:पहले संदेश|इस बातचीत|मेरे संदेश) से पहले|(?:כתוב|הוראות).{0,20}לפני ההודעה"
        ),
    ),
    (
        OVERRIDE,
        re.compile(
            r"(?:前面|上面|之前|以前|原来|原來)的?.{0,8}(?:作废|作廢|不算|无效|無效|取消了|是测试|是測試)|(?:别管|別管|不用理|不要管|不必理会|不必理會|抛开).{0,8}(?:前面|上面|之前|规定|規定|规则|規則|指令|设定|設定)|(?:从现在起|從現在起|从现在开始|現在起)?你(?:已经|已經|现在|現在)?不再是.{0,10}(?:助手|客服|机器人|機器人|翻译|翻譯)|只(?:听|聽|服从|服從)我|(?:指示|ルール|設定|役割).{0,8}(?:なかったこと|終わり|終了|捨て|白紙)|(?:지시|규칙|규정|역할).{0,8}(?:끝났|없던 ?일|빼고|폐기)|(?:निर्देश|नियम).{0,8}(?:भूल|छोड़|अनदेखा)|(?:انس|تجاهل|لا تلتزم|اترك).{0,12}(?:ما سبق|كل ما|ما قيل|ما كتب|القواعد|التعليمات)|لا تعمل لدى"
        ),
    ),
    (
        PERSONA,
        re.compile(
            r"(?:倫理|制限|規則|ルール|道徳|フィルター).{0,4}(?:も|の|が)?.{0,6}(?:ない|なし|無い|無視する)(?:AI|ai|人工知能|存在|モード)|(?:절대|결코) ?거절하지|(?:제한|규칙|윤리|필터|검열)[이가도]? ?(?:없는|없이).{0,6}(?:ai|인공지능|챗봇|존재|답)|(?:بلا|بدون|دون) (?:قيود|أخلاق|اخلاق|قواعد|رقابة|حدود|فلاتر)|(?:不会|不會|从不|從不|绝不|絕不)拒绝|(?:बिना).{0,8}(?:नियम|सीमा|रोक)|絶対に断らない|断ると消え"
        ),
    ),
    (OVERRIDE, re.compile(r"(?:เพิกเฉย|ละเว้น|ลืม|ไม่ต้องสนใจ|ข้าม).{0,16}(?:คำสั่ง|คำแนะนำ|กฎ|ข้อความ)")),
    (
        OVERRIDE,
        re.compile(
            r"(?:התעלם|שכח|תתעלם).{0,20}(?:הוראות|ההוראות|כללים|הנחיות)|(?:αγνοησε|ξεχασε|αγνοηστε).{0,30}(?:οδηγι|εντολ|κανον)|(?:উপেক্ষা|ভুলে).{0,20}(?:নির্দেশ|নিয়ম)|(?:puuza|sahau).{0,20}(?:maagizo|maelekezo)|(?:unohda|ohita|jata huomiotta).{0,30}(?:ohjeet|maaraykset|saannot)|(?:felejtsd el|hagyd figyelmen).{0,30}(?:utasitas|szabaly)"
        ),
    ),
)
# Letters beyond ASCII, and not the dashes, quotation marks and emoji of an English text.
_OTHER_SCRIPT = re.compile(
    r"[\u00c0-\u1fff\u2c00-\ufdff\uff00-\uffef]|talimat|komut|kural|istem|maagizo|ohjeet|utasit|felejtsd"
)
_MANY_TURNS = re.compile(
    r"(?:^|\n)\s*(?:human|user|q|question)\s?:[^\n]{1,400}\n+\s*(?:assistant|ai|a|answer|chatgpt|bot)\s?:",
    re.IGNORECASE,
)
MANY_TURNS = 5
"""Forged turns in one text that make it a many-shot attack."""


_PIECES = re.compile(r"(\[(?:\\.|[^\]\\])*\]| ?~\d+ | )")


def _compile(rest: str) -> re.Pattern[str]:
    """The expression that `rest` stands for; spaces inside character classes stay spaces."""
    parts = []
    for piece in _PIECES.split(rest):
        if piece == " ":
            parts.append(_SEPARATOR)
        elif piece.startswith((" ~", "~")):
            words = rf"(?:\w{{1,20}}\W{{1,5}}){{0,{piece.strip(' ~')}}}?"
            parts.append(_SEPARATOR + words if piece.startswith(" ") else words)
        else:
            parts.append(piece)
    return re.compile("".join(parts))


def _in_other_languages() -> Iterable[tuple[str, bool, str, str]]:
    for verbs, qualifiers, nouns in _LANGUAGES:
        yield _p(OVERRIDE, True, verbs, rf"\w* ~2 (?:{qualifiers} ~1 {nouns}|{nouns} ~1 {qualifiers})(?!\w)")
        yield _p(OVERRIDE, False, verbs, rf"\w* ~4 {nouns}(?!\w)")
    for verbs, yours, nouns in _OWN_LANGUAGES:
        yield _p(OVERRIDE, True, verbs, rf"\w* ~4 {yours} ~2 {nouns}(?!\w)")
    for verbs, mine, nouns in _OBEY_LANGUAGES:
        yield _p(OVERRIDE, True, verbs, rf"\w* ~1 {mine} ~1 {nouns}(?!\w)")
    for verbs, qualifiers, nouns in _SHOW_LANGUAGES:
        yield _p(EXTRACTION, True, verbs, rf"\w* ~3 (?:{qualifiers} ~2 {nouns}|{nouns} ~1 {qualifiers})(?!\w)")


@dataclass(frozen=True, slots=True)
class _Anchor:
    order: int
    text: str
    rests: tuple[_Rest, ...]
    last: str
    """The last word of the text, perhaps not the whole of it."""


@dataclass(frozen=True, slots=True)
class _Index:
    """The anchors that do not begin with a word, those of several words by their first, the others by themselves."""

    other: tuple[_Anchor, ...]
    by_word: dict[str, list[_Anchor]]
    by_start: dict[str, _Anchor]
    lengths: tuple[int, ...]
    """How long the starts of words are that anchors ask for."""


@cache
def _index() -> _Index:
    rests: dict[str, dict[str, _Rest]] = {}
    worded = (_OVERRIDE, _EXTRACTION, _PERSONA, _SUPPRESSION, _EXFIL, _TOOL, _FICTION, _SPLITTING, _AUTHORITY)
    for technique, strong, anchors, rest in chain(
        *worded, _EMBEDDED, _COERCION, _in_other_languages(), _FREEDOM_LANGUAGES, _PHRASES_LANGUAGES
    ):
        compiled = _Rest(technique, strong, _compile(rest), inside_words=False)
        for anchor in anchors.split("|"):
            rests.setdefault(anchor, {})[rest] = compiled
    for anchor, strong, rest in _FORGERY:
        rests.setdefault(anchor, {})[rest] = _Rest(FORGERY, strong, re.compile(rest), inside_words=True)
    other: list[_Anchor] = []
    by_word: dict[str, list[_Anchor]] = {}
    by_start: dict[str, _Anchor] = {}
    for order, (anchor, found) in enumerate(rests.items()):
        first, *more = _WORDS.findall(anchor) or [""]
        entry = _Anchor(order, anchor, tuple(found.values()), more[-1] if more else first)
        if not first or not anchor.startswith(first):
            other.append(entry)
        elif first == anchor:
            by_start[anchor] = entry
        else:
            by_word.setdefault(first, []).append(entry)
    lasts = {entry.last for entries in by_word.values() for entry in entries}
    return _Index(tuple(other), by_word, by_start, tuple({len(start) for start in lasts | by_start.keys()}))


_WORDS = re.compile(r"\w+")


def _present(words: set[str]) -> list[_Anchor]:
    """The anchors that may stand in a text of these words, always in the same order."""
    index = _index()
    starts = {word[:length] for length in index.lengths for word in words}
    found = [*index.other, *(index.by_start[start] for start in starts & index.by_start.keys())]
    for word in words & index.by_word.keys():
        found += [anchor for anchor in index.by_word[word] if anchor.last in starts]
    return sorted(found, key=attrgetter("order"))


def find(text: str, words: Iterable[str]) -> list[Hit]:
    """Every technique seen in a folded text: one strong and one weak hit of each at most, in no order.

    Args:
        text: folded (see `normalise.fold`), up to some tens of thousands of characters.
        words: all of its words, in any order.
    """
    best: dict[tuple[str, bool], Hit] = {}
    for anchor in _present(set(words)):
        position = text.find(anchor.text)
        tries = 0
        while position >= 0 and tries < MAX_TRIES:
            tries += 1
            _try_patterns(text, anchor, position, best)
            position = text.find(anchor.text, position + 1)
    _find_unspaced(text, best)
    _find_many_turns(text, best)
    return list(best.values())


def _try_patterns(text: str, anchor: _Anchor, position: int, best: dict[tuple[str, bool], Hit]) -> None:
    starts_word = position == 0 or not text[position - 1].isalnum() or not anchor.text[0].isalnum()
    after = position + len(anchor.text)
    for pattern in anchor.rests:
        key = (pattern.technique, pattern.strong)
        if key in best or not (starts_word or pattern.inside_words):
            continue
        found = pattern.regex.match(text, after)
        if found and not (pattern.technique == OVERRIDE and _is_negated(text, position, after)):
            best[key] = Hit(pattern.technique, pattern.strong, position, found.end())


_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:don'?t|not|never|nunca|no|nao|non|ne|nie|не|cannot|can't|won't|jangan) (?:to )?|\bn')$"
)
_NEGATION_AFTER = re.compile(r"\w*\W{1,2}(?:nicht|niet|pas|ikke|inte)\b")


def _is_negated(text: str, position: int, after: int) -> bool:
    """Whether "forget" and its like are denied: "do not forget the instructions" is the opposite of an override."""
    return bool(_NEGATION_BEFORE.search(text, max(0, position - 12), position) or _NEGATION_AFTER.match(text, after))


def _find_unspaced(text: str, best: dict[tuple[str, bool], Hit]) -> None:
    if not _OTHER_SCRIPT.search(text):
        return
    for technique, regex in _UNSPACED:
        if (technique, True) not in best and (found := regex.search(text)):
            best[technique, True] = Hit(technique, True, found.start(), found.end())


def _find_many_turns(text: str, best: dict[tuple[str, bool], Hit]) -> None:
    turns = (
        [found.span() for found in islice(_MANY_TURNS.finditer(text), MANY_TURNS + 3)] if text.count(":") > 6 else []
    )
    if len(turns) >= 2:
        strong = len(turns) >= MANY_TURNS
        best[MANY_SHOT, strong] = Hit(MANY_SHOT, strong, turns[0][0], turns[-1][1])
