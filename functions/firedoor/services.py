"""Everything with a side effect that a handler may use: made from the environment, each when it is first needed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from firedoor.accounts import Accounts
from firedoor.cases import Cases
from firedoor.errors import Refused
from firedoor.evidence import Evidence
from firedoor.models import fast_session
from firedoor.playbooks import Bundle, load_bundle
from firedoor.schedules import Schedules
from firedoor.settings import CapsReader, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from firedoor.engine import Library


def utc_now() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Services:
    """The handlers' clients, clock and compiled playbooks. Clients are made when first used."""

    settings: Settings
    session: Any
    """A boto3 session with the function's own role."""
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def from_environment(cls) -> Services:
        """Read the environment; raises SettingsError as ``Settings.from_environment`` does."""
        settings = Settings.from_environment()
        return cls(settings, fast_session(settings.region))

    @cached_property
    def bundle(self) -> Bundle:
        """What stands in ``playbooks/``."""
        return load_bundle(self.settings.bundle)

    @cached_property
    def library(self) -> Library:
        """The same, to classify events with: only ``intake`` does, and no other function needs patterns."""
        from firedoor.engine import Library

        return Library(self.bundle)

    @cached_property
    def cases(self) -> Cases:
        """The table."""
        return Cases(self.session.client("dynamodb"), self.settings.table, self.sleep)

    @cached_property
    def caps(self) -> CapsReader:
        """The mode caps."""
        return CapsReader(self.session.client("ssm"), self.settings.caps_parameter, lambda: self.now().timestamp())

    @cached_property
    def accounts(self) -> Accounts:
        """The way into accounts."""
        return Accounts(self.session, self.settings, self.cases.baseline, self.now)

    def units_of(self, account_id: str) -> tuple[str, ...]:
        """Return the ids of the organizational units above an account, the nearest first.

        Only the organisation's management account and delegated administrators may ask.

        Raises:
            Refused: They cannot be read, so that nobody knows whether a filter lets Firedoor act there.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        organizations, found, child = self.session.client("organizations"), [], account_id
        try:
            while not child.startswith("r-"):
                child = organizations.list_parents(ChildId=child)["Parents"][0]["Id"]
                found.append(child)
        except (BotoCoreError, ClientError) as error:
            raise Refused(
                f"The organizational units of account {account_id} cannot be read ({type(error).__name__}), "
                "and a filter asks for them."
            ) from error
        return tuple(found[:-1])

    @cached_property
    def events(self) -> Any:
        """EventBridge, for alerts that go on to an API destination."""
        return self.session.client("events")

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence bucket."""
        return Evidence(self.s3, self.settings.evidence_bucket)

    @cached_property
    def schedules(self) -> Schedules:
        """The schedule group."""
        return Schedules(self.session.client("scheduler"), self.settings)

    @cached_property
    def s3(self) -> Any:
        """The client that keeps evidence and reads log objects."""
        return self.session.client("s3")

    @cached_property
    def sns(self) -> Any:
        """The client that publishes alerts."""
        return self.session.client("sns")

    @cached_property
    def sqs(self) -> Any:
        """The client that sends to the respond queue."""
        return self.session.client("sqs")
