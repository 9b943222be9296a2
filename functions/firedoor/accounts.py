"""How Firedoor enters an account: the assumed responder role, narrowed to one case, and the clients made from it.

Owns session policies and client creation for everything that touches somebody's resources. Does not own what is done
with the clients (``actions``), nor the clients of our own table, queues and buckets (the handlers make those).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from firedoor.plans import Json


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
    make_client: Callable[[str, str], Any]
    baseline: Callable[[str], Json | None]
    quarantine_bucket: str
    home_account_id: str

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of ``service`` in this account; IAM and other global services ignore ``region``."""
        return self.make_client(service, region or self.region)

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Build an ARN in this account; ``region=""`` for global services such as IAM."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account_id}:{resource}"
