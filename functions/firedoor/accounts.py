"""How Firedoor enters an account: the assumed responder role, narrowed to one case, and the clients made from it.

Owns session policies and client creation for everything that touches somebody's resources. Does not own what is done
with the clients (``actions``), nor the clients of our own table, queues and buckets (the handlers make those).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from firedoor.plans import Change, Json

if TYPE_CHECKING:
    from firedoor.settings import Settings

SESSION_POLICY_LIMIT = 2048
"""Characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""


@dataclass(frozen=True, slots=True)
class Account:
    """One AWS account and region as one case may see it.

    ``make_client(service, region)`` returns a boto3 client with the case's narrowed credentials; clients are cached.
    ``baseline(resource)`` returns the configuration of a resource as it was last saved before the event, or None; the
    resource is an ARN, or for an account-wide setting a name such as ``bedrock:model-invocation-logging``.
    """

    account_id: str
    region: str
    partition: str
    case_id: str
    event_time: datetime
    now: Callable[[], datetime]
    make_client: Callable[[str, str], Any]
    baseline: Callable[[str], Json | None]
    quarantine_bucket: str
    evidence_bucket: str
    home_account_id: str
    external_id: str = field(repr=False)
    """The installation's secret, from which the key of fingerprints is derived."""

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of ``service`` in this account; IAM and other global services ignore ``region``."""
        return self.make_client(service, region or self.region)

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Build an ARN in this account; ``region=""`` for global services such as IAM."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account_id}:{resource}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a session may do: ``read`` on anything in the account, ``write`` on ``targets`` only."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def policy(self) -> str:
        """Return the session policy. Where the ARNs do not fit into it, it says the service and account of each."""
        text = self._policy(self.targets)
        if len(text) <= SESSION_POLICY_LIMIT:
            return text
        return self._policy(dict.fromkeys(":".join([*target.split(":")[:5], "*"]) for target in self.targets))

    def _policy(self, targets: Iterable[str]) -> str:
        statements = []
        if self.read:
            statements.append({"Effect": "Allow", "Action": sorted(set(self.read)), "Resource": "*"})
        if self.write and self.targets:
            statements.append({"Effect": "Allow", "Action": sorted(set(self.write)), "Resource": list(targets)})
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def targets_of(changes: Sequence[Change]) -> tuple[str, ...]:
    """Return every ARN that applying or undoing ``changes`` touches, once, as patterns of a policy.

    ``target`` is one resource, whose name may be hostile: what IAM would read as a wildcard or variable is escaped.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return tuple(dict.fromkeys(arn for change in changes for arn in (literal(change.target), *change.resources)))


def literal(arn: str) -> str:
    """Return an ARN, or a part of one, as a policy must have it for nothing in it to stand for anything else."""
    return "".join(f"${{{letter}}}" if letter in "*?$" else letter for letter in arn)


class Accounts:
    """Enters accounts by assuming the responder role there; the home account is entered in the same way."""

    def __init__(
        self,
        session: Any,
        settings: Settings,
        baseline: Callable[[str, str, str, datetime], Json | None],
        now: Callable[[], datetime],
    ) -> None:
        """``session`` is a boto3 session; ``baseline(account, region, resource, before)`` is ``Cases.baseline``."""
        self._now = now
        self._session = session
        self._sts = session.client("sts")
        self._settings = settings
        self._baseline = baseline

    def enter(
        self,
        account_id: str,
        region: str,
        case_id: str,
        event_time: datetime,
        allowance: Allowance,
        *,
        role: str | None = None,
    ) -> Account:
        """Assume the responder (or ``role``) for one case and return its view of the account.

        The case id is the session's name, source identity and tag, so that CloudTrail tells who did what for which
        case. Botocore's error passes through when the role may not be assumed.
        """
        settings = self._settings
        name = role or settings.responder_role
        credentials = self._sts.assume_role(
            RoleArn=f"arn:{settings.partition}:iam::{account_id}:role/firedoor/{name}",
            RoleSessionName=case_id,
            SourceIdentity=case_id,
            ExternalId=settings.external_id,
            Policy=allowance.policy(),
            Tags=[{"Key": "firedoor-case", "Value": case_id}],
            DurationSeconds=900,
        )["Credentials"]
        return Account(
            account_id=account_id,
            region=region,
            partition=settings.partition,
            case_id=case_id,
            event_time=event_time,
            now=self._now,
            make_client=_client_factory(self._session, credentials),
            baseline=lambda resource: self._baseline(account_id, region, resource, event_time),
            quarantine_bucket=settings.quarantine_bucket,
            evidence_bucket=settings.evidence_bucket,
            home_account_id=settings.account_id,
            external_id=settings.external_id,
        )


def _client_factory(session: Any, credentials: dict[str, Any]) -> Callable[[str, str], Any]:
    """Make clients from the assumed credentials, one per service and region.

    They come from the handler's own session, whose loader keeps the service models that it has parsed.
    """
    from botocore.config import Config

    config = Config(retries={"mode": "adaptive", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30)
    clients: dict[tuple[str, str], Any] = {}

    def make(service: str, region: str) -> Any:
        key = (service, region)
        if key not in clients:
            clients[key] = session.client(
                service,
                region_name=region,
                config=config,
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
            )
        return clients[key]

    return make
