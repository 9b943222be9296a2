"""Who does which work with models, and what comes from abroad: an event held against ``playbooks/duties.yaml``.

Owns the field ``firedoor`` that events get before they are matched. Which call is the work of which duty the playbooks
say, in their ``match``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from firedoor.events import Event
    from firedoor.playbooks import Duties

_ACCOUNTS = re.compile(r'arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):|\b(\d{12})\.dkr\.ecr\.|\\?"(\d{12})\\?"')
"""An account in a request's JSON; in a document that is a text, quotes are escaped."""

TRAINING_TAG = {"key": "firedoor:data-class", "value": "training"}


def mark(event: Event, duties: Duties) -> Event:
    """Add to an event what the duties say of it, for patterns and expressions to ask.

    An API call and a Macie finding get the field ``firedoor``, beside ``detail``; another event stays as it is:

        {"principal": "arn:aws:iam::111122223333:role/data/etl",   # null if the call names none
         "duties": ["data"],                      # under which the principal stands
         "outside": ["invoke", "deploy"],         # whose work it has no business to do
         "training_data": ["*-training-data"],    # which entries of the list it touches
         "abroad": ["999988887777"]}              # accounts that the call names and that are not known
    """
    calls = str(event.data["detail-type"]).endswith("via CloudTrail")
    if not calls and event.data["source"] != "aws.macie":
        return event
    detail = event.data["detail"]
    said: dict[str, Any] = {"training_data": list(_training_data(detail, duties))}
    if calls:
        said |= _principal(detail.get("userIdentity"), event.facts.account, duties)
        said["abroad"] = _abroad(detail.get("requestParameters"), {event.facts.account, *duties.known_accounts})
    # put in at the end as text: parsing and writing the whole event anew would lose how its numbers are spelt
    text = event.text.rstrip().removesuffix("}") + ',"firedoor":' + json.dumps(said) + "}"
    return replace(event, text=text, data={**event.data, "firedoor": said})


def _principal(identity: object, account: str, duties: Duties) -> dict[str, Any]:
    """Tell the principal's duties. A role's session counts as the role, whose path the session's own ARN lacks."""
    arn = _at(identity, "sessionContext", "sessionIssuer", "arn") or _at(identity, "arn")
    arn = arn if isinstance(arn, str) else None
    declared = [
        name
        for name, duty in duties.by_name.items()
        if arn and any(_is_meant(arn, pattern, account) for pattern in duty.principals)
    ]
    by_service = _at(identity, "type") == "AWSService"
    outside = [
        name
        for name, duty in duties.by_name.items()
        if name not in declared and not by_service and (declared or duty.undeclared)
    ]
    return {"principal": arn, "duties": declared, "outside": outside}


def _is_meant(arn: str, pattern: str, account: str) -> bool:
    """Compare part by part. ``*`` as the account is the event's own: anybody may call a role of theirs anything."""
    parts, wanted = arn.split(":", 5), pattern.split(":", 5)
    if len(parts) != len(wanted):
        return False
    wanted[4] = account if wanted[4] == "*" else wanted[4]
    return all(fnmatchcase(part, _literal(want)) for part, want in zip(parts, wanted, strict=True))


def _abroad(request: object, known: set[str]) -> list[str]:
    """Return the accounts that a request names in ARNs, addresses of images, policies and lists, but the known ones."""
    found = _ACCOUNTS.findall(json.dumps(request))
    return sorted({account for groups in found for account in groups if account} - known)


def _training_data(detail: Mapping[str, Any], duties: Duties) -> Iterator[str]:
    """Yield the entries that speak of what a call or a finding touches. A call about a bucket touches all in it.

    A finding of Macie tells the bucket's tags too; a call does not.
    """
    touched = [path.partition("/") for path in _paths(detail)]
    for entry in duties.training_data:
        name, _, prefix = entry.partition("/")
        if any(fnmatchcase(bucket, name) and (not slash or key.startswith(prefix)) for bucket, slash, key in touched):
            yield entry
    tags = _at(detail, "resourcesAffected", "s3Bucket", "tags")
    if isinstance(tags, list) and TRAINING_TAG in tags:
        yield "firedoor:data-class=training"


def _paths(detail: Mapping[str, Any]) -> Iterator[str]:
    """Yield ``bucket/key``, or ``bucket``, of all that a call or a finding of Macie is about.

    A copy is about what it reads too. Behind an access point only ``resources`` tells the bucket. Sources: CloudTrail's
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html, and Macie's
    https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html.
    """
    request, affected = _at(detail, "requestParameters"), _at(detail, "resourcesAffected")
    for bucket, key in (
        (_at(request, "bucketName"), _at(request, "key")),
        (_at(affected, "s3Bucket", "name"), _at(affected, "s3Object", "key")),
    ):
        if isinstance(bucket, str):
            yield f"{bucket}/{key}" if isinstance(key, str) else bucket
    source = _at(request, "x-amz-copy-source")
    if isinstance(source, str):
        yield unquote(source).removeprefix("/")
    resources = detail.get("resources")
    for resource in resources if isinstance(resources, list) else ():
        if _at(resource, "type") == "AWS::S3::Object":
            yield str(_at(resource, "ARN")).rpartition(":::")[2]


def _at(data: object, *path: str) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _literal(pattern: str) -> str:
    """``[`` is a letter like any other in an ARN."""
    return pattern.replace("[", "[[]")
