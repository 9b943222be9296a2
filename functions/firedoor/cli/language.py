"""The words of the playbook language: every field with what it says and an example, and the form of small values.

The loader's messages, the JSON Schema and the documentation all read this one table. Checks nothing by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firedoor.playbooks import Mode, Severity, Status

MODES = tuple(str(mode) for mode in Mode)
SEVERITIES = (*(str(severity) for severity in Severity), "from_event")
STATUSES = tuple(status.value for status in Status)
OTHERWISE = ("alert", "auto")
ON_ERROR = ("stop", "continue")
THRESHOLD_KINDS = ("count", "sum", "distinct", "sequence")
MOST_DISTINCT = 1000
"""A bucket of a window holds as many digests: in DynamoDB an item of 17 kB, of which 121 may be read for an event."""
WORDS = frozenset({"mode", "otherwise"})
"""The keys under which ``off`` and ``on`` are words, not truth values."""

TITLE_LENGTH = 80
MOST_STEPS = 8
MOST_NEXT_STEPS = 6

ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
NAME = r"[a-z_][a-z0-9_]*"
ACTION = r"[a-z0-9]+\.[a-z][a-z0-9_]*"
DURATION = r"[1-9][0-9]{0,5}[smhd]"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
PATH = r"[^.\[\]]+(\.[^.\[\]]+)*"
EVENT_FILE = r"[a-z0-9][a-z0-9_.-]*\.json"
ARN_PATTERN = r"(arn:|\*).*"
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
REFERENCES = {
    "attack": r"T[0-9]{4}(\.[0-9]{3})?",
    "atlas": r"AML\.T[0-9]{4}(\.[0-9]{3})?",
    "owasp_llm": r"LLM[0-9]{2}",
    "well_architected": r"(SEC|GENSEC)[0-9]{2}-BP[0-9]{2}",
    "controls": r"[A-Z][A-Za-z0-9]*\.[0-9]+",
    "links": r"https://[^\s]+",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One field: what it says, and a value as it may stand in a file."""

    description: str
    example: Any


PLAYBOOK: Mapping[str, Term] = {
    "id": Term("The playbook's name in kebab-case, equal to the file's name.", "cloudtrail-logging-stopped"),
    "title": Term("What happened, in plain English, at most 80 characters.", "CloudTrail was stopped or narrowed"),
    "description": Term(
        "Why it matters and what is done about it.", "Without the trail nobody sees what follows, so it is restarted."
    ),
    "status": Term(
        "Its place in the life cycle. draft caps the mode at shadow, experimental at alert.", "experimental"
    ),
    "severity": Term("How bad it is, or from_event to take the finding's own severity.", "high"),
    "owner": Term("The team that is told.", "cloud-security"),
    "references": Term("What it answers, by the catalogues that security teams use.", {"attack": ["T1562.008"]}),
    "references.attack": Term("MITRE ATT&CK techniques.", "T1562.008"),
    "references.atlas": Term("MITRE ATLAS techniques.", "AML.T0051.000"),
    "references.owasp_llm": Term("Entries of the OWASP Top 10 for LLM applications.", "LLM10"),
    "references.well_architected": Term("Best practices of the AWS Well-Architected Framework.", "SEC10-BP04"),
    "references.controls": Term("Security Hub controls.", "EC2.19"),
    "references.links": Term("Pages worth reading in an incident.", "https://docs.aws.amazon.com/guardduty/"),
    "match": Term(
        "EventBridge patterns; any one is enough. Each names its source and detail-type.",
        [{"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}],
    ),
    "unless": Term(
        "Reasons not to act, each with the patterns that show it; any one is enough.",
        [{"reason": "A planned exercise", "match": [{"account": ["111122223333"]}]}],
    ),
    "unless.reason": Term("Why this is not to be answered, for the person who reads it later.", "A planned exercise"),
    "unless.match": Term("EventBridge patterns; any one is enough.", [{"account": ["111122223333"]}]),
    "unless.expires": Term("The last day on which it holds.", "2027-01-31"),
    "threshold": Term(
        "Only when one event is not enough: how many, of what, within what time.",
        {"group_by": ["actor"], "count": 5, "within": "10m"},
    ),
    "threshold.group_by": Term("The names whose values tell one group from another.", ["actor"]),
    "threshold.count": Term("Act when a group has this many events.", 5),
    "threshold.sum": Term("Act when the values of `of` add up to this much.", 100000),
    "threshold.distinct": Term("Act when `of` has had this many different values.", 20),
    "threshold.sequence": Term("Act when the first so many entries of match hit one after the other.", 2),
    "threshold.of": Term("The name whose values are added up or told apart.", "tokens"),
    "threshold.within": Term("The window.", "10m"),
    "extract": Term("Names for values of the event: JMESPath over the whole event.", {"user": "detail.userName"}),
    "dedup": Term(
        "Which events belong to one case: those with the same values, this long.",
        {"by": ["group_id"], "within": "24h"},
    ),
    "dedup.by": Term("The names whose values make it the same case.", ["group_id"]),
    "dedup.within": Term("How long a case stays open for repeats.", "24h"),
    "mode": Term("The most that it may do; caps can only lower it.", "approve"),
    "approval": Term(
        "How long to wait for a person, and what to do if nobody answers. With mode approve; with auto it counts "
        "where a cap lowers the mode to approve.",
        {"within": "1h", "otherwise": "alert"},
    ),
    "approval.within": Term("How long to wait.", "1h"),
    "approval.otherwise": Term("What to do when nobody answered: alert leaves everything, auto goes ahead.", "alert"),
    "limits": Term("How often it may act in one account.", {"per_account": 10, "within": "1h"}),
    "limits.per_account": Term("At most so many cases.", 10),
    "limits.within": Term("In this time.", "1h"),
    "steps": Term(
        "What is done, in order, at most 8.",
        [{"action": "ec2.isolate_instance", "with": {"instance_id": "{instance_id}"}}],
    ),
    "steps.action": Term("The action; `firedoor actions` lists them.", "ec2.isolate_instance"),
    "steps.with": Term("Its parameters: values, or {name} for an extracted one.", {"instance_id": "{instance_id}"}),
    "steps.when": Term(
        "JMESPath over the extracted names; the step is skipped when it is false.", "user_type == 'Root'"
    ),
    "steps.on_error": Term("Whether a failure stops the steps that follow.", "continue"),
    "steps.revert_after": Term("Undo the step after this time; only for actions that are temporary.", "12h"),
    "alert": Term(
        "What people read.",
        {"title": "Trail {trail} was stopped", "summary": "{actor} stopped it.", "next_steps": ["Ask {actor} why."]},
    ),
    "alert.title": Term("The headline, at most 80 characters; {name} stands for a value.", "Trail {trail} was stopped"),
    "alert.summary": Term("One sentence: who did what to what, from where.", "{actor} stopped {trail}."),
    "alert.next_steps": Term("One to six things to do, each naming a field and a time window.", ["Ask {actor} why."]),
    "tests": Term(
        "At least one event that it answers and one that it does not.",
        [{"name": "A trail is stopped", "event": "cloudtrail_stop_logging.json", "expect": {"matches": True}}],
    ),
    "tests.name": Term("The rule that it proves.", "A trail is stopped"),
    "tests.before": Term(
        "Files in events/ that come first, as they are; for a threshold that is a sequence.",
        ["cloudtrail_list_foundation_models.json"],
    ),
    "tests.event": Term("A file in events/.", "cloudtrail_stop_logging.json"),
    "tests.set": Term(
        "Fields to change first, by path, a number for a place in a list; null removes the field; "
        "{n} in a text is the event's number.",
        {"detail.errorCode": "AccessDenied"},
    ),
    "tests.repeat": Term("How many such events come, a second apart.", 5),
    "tests.expect": Term("What must come of it.", {"matches": True, "steps": ["cloudtrail.restore_trail"]}),
    "tests.expect.matches": Term("Whether the playbook answers.", True),
    "tests.expect.extract": Term("Some of the values that it extracts.", {"trail": "management-events"}),
    "tests.expect.steps": Term("The actions whose `when` holds, in order.", ["cloudtrail.restore_trail"]),
    "tests.expect.alerts": Term("How many cases it opens, each of which alerts once.", 1),
}

EXCLUSIONS: Mapping[str, Term] = {
    "exclusions": Term("What is not to be answered here, for a time.", []),
    "exclusions.reason": Term("Why, for the person who reads it later.", "Load tests of the payment team"),
    "exclusions.owner": Term("Who asked for it and is asked before it is renewed.", "payments"),
    "exclusions.expires": Term("The last day on which it holds.", "2027-01-31"),
    "exclusions.playbooks": Term("The playbooks that it speaks of; without it, all.", ["cloudtrail-logging-stopped"]),
    "exclusions.match": Term("EventBridge patterns; any one is enough.", [{"account": ["111122223333"]}]),
}

PROTECTED: Mapping[str, Term] = {
    "filters": Term("Where Firedoor may act at all.", []),
    "filters.reason": Term("Why.", "Tried in the sandbox first"),
    "filters.only": Term("It acts nowhere else.", {"accounts": ["111122223333"]}),
    "filters.never": Term("It never acts there.", {"regions": ["eu-central-1"]}),
    "filters.place.accounts": Term("Account ids.", ["111122223333"]),
    "filters.place.organizational_units": Term(
        "Ids of units; accounts below them are meant too.", ["ou-a1b2-c3d4e5f6"]
    ),
    "filters.place.regions": Term("Regions.", ["eu-west-1"]),
    "filters.place.arns": Term(
        "ARNs of what would be changed, in which * stands for anything.", ["arn:aws:s3:::dev-*"]
    ),
    "filters.place.tag": Term("A tag of what would be changed.", {"key": "team", "value": "payments"}),
    "filters.place.tag.key": Term("The tag's key.", "team"),
    "filters.place.tag.value": Term("The tag's value.", "payments"),
    "protected": Term("What Firedoor never changes.", []),
    "protected.reason": Term("Why.", "Break-glass access"),
    "protected.arn": Term("An ARN in which * stands for anything.", "arn:aws:iam::*:role/break-glass/*"),
    "protected.tag": Term("A tag that protects whatever carries it.", {"key": "firedoor:protected", "value": "true"}),
    "protected.tag.key": Term("The tag's key.", "firedoor:protected"),
    "protected.tag.value": Term("The tag's value.", "true"),
}

DUTY_NAMES = ("invoke", "deploy", "data")
UNDECLARED = ("case", "ignore")
PRINCIPAL = r"arn:aws[a-z*-]*:iam::([0-9]{12}|\*):(user|role)/.+"
ACCOUNT = r"[0-9]{12}"
TRAINING_DATA = r"[a-z0-9*][a-z0-9.*-]{1,62}(/.+)?"

DUTIES: Mapping[str, Term] = {
    "duties": Term("Who does which of the three kinds of work with models.", {}),
    "duties.invoke": Term("Who asks models.", {"principals": ["arn:aws:iam::*:role/invoke/*"], "undeclared": "ignore"}),
    "duties.deploy": Term(
        "Who puts models in place.", {"principals": ["arn:aws:iam::*:role/ci/*"], "undeclared": "case"}
    ),
    "duties.data": Term(
        "Who reads and writes training data.", {"principals": ["arn:aws:iam::*:role/data/*"], "undeclared": "case"}
    ),
    "training_data": Term(
        "Buckets that hold training data, in which * stands for anything; behind a / the prefix that is meant.",
        ["payments-training-data", "lake/training/"],
    ),
    "known_accounts": Term(
        "Accounts that are not abroad: those of your organisation, and AWS's that publish images.", ["763104351884"]
    ),
    **{
        f"duties.{name}.principals": Term(
            "ARNs of users and roles, in which * stands for anything; as the account, for the account of the event.",
            ["arn:aws:iam::*:role/data/*"],
        )
        for name in DUTY_NAMES
    },
    **{
        f"duties.{name}.undeclared": Term(
            "Whether a principal that stands under no duty raises a case when it does this one.", "case"
        )
        for name in DUTY_NAMES
    },
}

TERMS: Mapping[str, Term] = {**PLAYBOOK, **EXCLUSIONS, **PROTECTED, **DUTIES}


def seconds(duration: str) -> int:
    """Return the seconds of a duration such as ``15m``; ValueError if it is not one."""
    if not re.fullmatch(DURATION, duration):
        raise ValueError(f"{duration!r} is not a duration; write a number with s, m, h or d, such as 15m.")
    return int(duration[:-1]) * SECONDS[duration[-1]]


def example_of(name: str) -> str:
    """Return a field's example as a line of YAML: ``owner: cloud-security``."""
    return f"{name.rpartition('.')[2]}: {flow(TERMS[name].example)}"


def flow(value: Any) -> str:
    """Return a JSON value as YAML on one line, with as few quotes as it can have."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(member) for member in value) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN:
        return value
    return json.dumps(value, ensure_ascii=False)


_PLAIN = re.compile(rf"[A-Za-z][\w .'-]*|{DURATION}|{DATE}")
_NOT_PLAIN = frozenset({"true", "false", "null", "yes", "no", "on", "off"})

FILTER_LISTS = {
    "accounts": r"^\d{12}$",
    "organizational_units": r"^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$",
    "regions": r"^[a-z]{2}(-[a-z]+)+-\d$",
    "arns": ARN_PATTERN,
}
"""Lists of a filter → the form of their entries."""
