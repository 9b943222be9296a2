"""The handlers' configuration: environment variables as one typed object, and the mode caps in SSM.

``template.yaml`` sets every variable read here; a content test holds the two lists against each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from firedoor.errors import SettingsError
from firedoor.playbooks import Mode

CAPS_SECONDS = 5.0
"""How long a read of the caps may be used; an operator's ``firedoor cap off`` counts after at most this long."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the day, UTC, in which alerts below high wait; ``start`` and ``end`` are None where there are none."""

    start: time | None
    end: time | None

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read ``22:00-06:00``, or nothing.

        Raises:
            SettingsError: It is neither.
        """
        if not text:
            return cls(None, None)
        start, _, end = text.partition("-")
        try:
            return cls(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
        except ValueError as error:
            raise SettingsError(f"FIREDOOR_QUIET_HOURS is {text!r}; write hours of UTC such as 22:00-06:00.") from error

    def end_after(self, now: datetime) -> datetime | None:
        """Return when they end, if ``now`` is within them; they may go over midnight."""
        if self.start is None or self.end is None or self.start == self.end:
            return None
        clock = now.time()
        over_midnight = self.start > self.end
        within = clock >= self.start or clock < self.end if over_midnight else self.start <= clock < self.end
        if not within:
            return None
        end = datetime.combine(now.date(), self.end, tzinfo=now.tzinfo)
        return end if end > now else end + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the handlers find their table, queues, topics and buckets; every field is an environment variable."""

    account_id: str
    region: str
    partition: str
    table: str
    respond_queue_url: str
    topic_arns: Mapping[str, str]
    """Owner or severity → topic; ``default`` is always there."""
    evidence_bucket: str
    quarantine_bucket: str
    caps_parameter: str
    responder_role: str
    """Name of the role that is assumed in the event's account."""
    restorer_role: str
    external_id: str
    schedule_group: str
    schedule_role_arn: str
    timer_arn: str
    bundle: Path
    account_names: Mapping[str, str] = field(default_factory=dict)
    allowed_hosts: tuple[str, ...] = ()
    """Domains that models' answers may point to with data in the address."""
    canaries: tuple[str, ...] = ()
    """Strings planted in system prompts, which no answer may contain."""
    second_stage: str = ""
    """Whom to ask about texts that the score leaves open: a guardrail, as ``id:version``, or ``checks``."""
    second_stage_pii: bool = False
    """Whether Comprehend is asked about names and addresses in such texts."""
    quiet_hours: QuietHours = field(default_factory=lambda: QuietHours(None, None))
    sends_alert_events: bool = False
    """Whether alerts also go to the bus as events, for an API destination."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment.

        Raises:
            SettingsError: A variable is missing or is not what it should be; all of them are named at once.
        """
        source = os.environ if environ is None else environ
        missing = [name for name in REQUIRED if not source.get(name)]
        if missing:
            raise SettingsError(f"These environment variables are not set: {', '.join(missing)}.")
        return cls(
            account_id=source["FIREDOOR_ACCOUNT_ID"],
            region=source["AWS_REGION"],
            partition=source.get("FIREDOOR_PARTITION") or "aws",
            table=source["FIREDOOR_TABLE"],
            respond_queue_url=source["FIREDOOR_RESPOND_QUEUE_URL"],
            topic_arns=_topics(source),
            evidence_bucket=source["FIREDOOR_EVIDENCE_BUCKET"],
            quarantine_bucket=source["FIREDOOR_QUARANTINE_BUCKET"],
            caps_parameter=source["FIREDOOR_CAPS_PARAMETER"],
            responder_role=source["FIREDOOR_RESPONDER_ROLE"],
            restorer_role=source["FIREDOOR_RESTORER_ROLE"],
            external_id=source["FIREDOOR_EXTERNAL_ID"],
            schedule_group=source["FIREDOOR_SCHEDULE_GROUP"],
            schedule_role_arn=source["FIREDOOR_SCHEDULE_ROLE_ARN"],
            timer_arn=source["FIREDOOR_TIMER_ARN"],
            bundle=Path(source["FIREDOOR_BUNDLE"]),
            account_names=_json_object(source, "FIREDOOR_ACCOUNT_NAMES"),
            allowed_hosts=_words(source, "FIREDOOR_ALLOWED_HOSTS"),
            canaries=_words(source, "FIREDOOR_CANARIES"),
            second_stage=source.get("FIREDOOR_SECOND_STAGE", ""),
            second_stage_pii=source.get("FIREDOOR_SECOND_STAGE_PII") == "ENABLED",
            quiet_hours=QuietHours.parse(source.get("FIREDOOR_QUIET_HOURS", "")),
            sends_alert_events=source.get("FIREDOOR_ALERT_EVENTS") == "true",
        )


REQUIRED = (
    "FIREDOOR_ACCOUNT_ID",
    "AWS_REGION",
    "FIREDOOR_TABLE",
    "FIREDOOR_RESPOND_QUEUE_URL",
    "FIREDOOR_TOPIC_ARNS",
    "FIREDOOR_EVIDENCE_BUCKET",
    "FIREDOOR_QUARANTINE_BUCKET",
    "FIREDOOR_CAPS_PARAMETER",
    "FIREDOOR_RESPONDER_ROLE",
    "FIREDOOR_RESTORER_ROLE",
    "FIREDOOR_EXTERNAL_ID",
    "FIREDOOR_SCHEDULE_GROUP",
    "FIREDOOR_SCHEDULE_ROLE_ARN",
    "FIREDOOR_TIMER_ARN",
    "FIREDOOR_BUNDLE",
)
OPTIONAL = (
    "FIREDOOR_PARTITION",
    "FIREDOOR_ACCOUNT_NAMES",
    "FIREDOOR_ALLOWED_HOSTS",
    "FIREDOOR_CANARIES",
    "FIREDOOR_SECOND_STAGE",
    "FIREDOOR_SECOND_STAGE_PII",
    "FIREDOOR_ALERT_TOPICS",
    "FIREDOOR_QUIET_HOURS",
    "FIREDOOR_ALERT_EVENTS",
)


def _topics(source: Mapping[str, str]) -> dict[str, str]:
    """Return owner or severity → topic. Those in FIREDOOR_ALERT_TOPICS have topics called ``<stack>-<owner>``."""
    start = (
        f"arn:{source.get('FIREDOOR_PARTITION') or 'aws'}:sns:{source['AWS_REGION']}:{source['FIREDOOR_ACCOUNT_ID']}:"
        f"{source['FIREDOOR_SCHEDULE_GROUP']}-"
    )
    more = {word: start + word for word in _words(source, "FIREDOOR_ALERT_TOPICS")}
    return {**_json_object(source, "FIREDOOR_TOPIC_ARNS"), **more}


def _json_object(source: Mapping[str, str], name: str) -> Mapping[str, str]:
    text = source.get(name) or "{}"
    try:
        value = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise SettingsError(f'{name} must be a JSON object such as {{"default": "arn:aws:sns:…"}}.')
    return value


def _words(source: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a comma-separated list, as CloudFormation passes one."""
    return tuple(word.strip() for word in source.get(name, "").split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class Caps:
    """The highest modes that operators allow: everywhere, by ring and by account."""

    everywhere: Mode
    rings: Mapping[str, Mode]
    ring_of: Mapping[str, str]
    accounts: Mapping[str, Mode]

    def mode_of(self, account_id: str) -> Mode:
        """Return the cap that holds in one account: the lowest of those that speak of it."""
        said = [self.everywhere]
        if account_id in self.accounts:
            said.append(self.accounts[account_id])
        ring = self.ring_of.get(account_id)
        if ring is not None and ring in self.rings:
            said.append(self.rings[ring])
        return min(said)

    @classmethod
    def parse(cls, text: str) -> Caps:
        """Read the parameter's JSON: ``{"global": "shadow", "rings": {…}, "ring_of": {…}, "accounts": {…}}``.

        Raises:
            SettingsError: It is not such an object, or a mode is misspelled.
        """
        try:
            data: Any = json.loads(text)
            return cls(
                everywhere=Mode.parse(data["global"]),
                rings={name: Mode.parse(word) for name, word in data.get("rings", {}).items()},
                ring_of=dict(data.get("ring_of", {})),
                accounts={name: Mode.parse(word) for name, word in data.get("accounts", {}).items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(f"The caps parameter cannot be read ({error}); set it with `firedoor cap`.") from error


class CapsReader:
    """Reads the caps from SSM, at most once every ``CAPS_SECONDS``."""

    def __init__(self, ssm: Any, parameter: str, seconds: Callable[[], float]) -> None:
        """``ssm`` is a boto3 client; ``seconds`` tells the time."""
        self._ssm = ssm
        self._parameter = parameter
        self._seconds = seconds
        self._read: tuple[float, Caps] | None = None

    def get(self) -> Caps:
        """Return the caps. A parameter that cannot be read raises: nobody acts on a guess."""
        now = self._seconds()
        if self._read is None or now - self._read[0] > CAPS_SECONDS:
            value = self._ssm.get_parameter(Name=self._parameter)["Parameter"]["Value"]
            self._read = (now, Caps.parse(value))
        return self._read[1]
