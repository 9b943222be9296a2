"""Deep links into the AWS console, built from regions, names and ids whose form was checked.

No text of an event becomes part of a host, or of a path without percent-encoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from firedoor.alerts.alert import Link

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}")
_GUARDDUTY_ID = re.compile(r"[0-9a-f]{32}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[\w+=,.@/-]{1,200}", re.ASCII)
_ARN = re.compile(r"arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12})?:(.+)")


def partition_of(region: str) -> str:
    """Return the partition that a region is in."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def is_region(name: str) -> bool:
    """Tell whether a name has the form of an AWS region."""
    return _REGION.fullmatch(name) is not None


def console_links(region: str, sources: frozenset[str], finding_id: str, actor: str, target: str) -> tuple[Link, ...]:
    """Return the console's pages about a finding, an actor and a target; what cannot be linked safely is left out.

    ``sources`` are the playbook's event sources and detail-types; ``actor`` and ``target`` are ARNs or ids as they
    came in the event.
    """
    host = _HOSTS.get(partition_of(region))
    if host is None or not is_region(region):
        return ()
    base = f"https://{region}.{host}"
    found = [*_finding(base, sources, finding_id), *_principal(base, actor), *_resource(base, target)]
    return tuple({link.url: link for link in found}.values())


def _finding(base: str, sources: frozenset[str], finding_id: str) -> Iterator[Link]:
    if "aws.guardduty" in sources and _GUARDDUTY_ID.fullmatch(finding_id):
        page = f"{base}/guardduty/home#/findings"
        yield Link("GuardDuty finding", f"{page}?search=id%3D{finding_id}", page, f"id {finding_id}")
    if "AWS API Call via CloudTrail" in sources and _UUID.fullmatch(finding_id):
        page = f"{base}/cloudtrailv2/home#/events"
        yield Link("CloudTrail event", f"{page}/{finding_id}", page, f"id {finding_id}")
    if "aws.securityhub" in sources:
        page = f"{base}/securityhub/home#/findings"
        yield Link("Security Hub findings", page, page, "")


def _principal(base: str, actor: str) -> Iterator[Link]:
    arn = _ARN.fullmatch(actor)
    if not arn:
        return
    kind, _, path = arn[5].partition("/")
    name = path.split("/")[0] if kind == "assumed-role" else path.rpartition("/")[2]
    if kind in ("user", "role", "assumed-role") and _NAME.fullmatch(name):
        noun = "user" if kind == "user" else "role"
        page = f"{base}/iam/home#/{noun}s"
        yield Link(f"IAM {noun} {name}", f"{page}/details/{quote(name, safe='')}", page, "its name")


def _resource(base: str, target: str) -> Iterator[Link]:
    arn = _ARN.fullmatch(target)
    service, resource = (arn[2], arn[5]) if arn else ("", target)
    identifier = resource.rpartition("/")[2]
    if re.fullmatch(r"i-[0-9a-f]{8,17}", identifier):
        page = f"{base}/ec2/home#Instances:"
        yield Link(f"Instance {identifier}", f"{base}/ec2/home#InstanceDetails:instanceId={identifier}", page, "its id")
    elif re.fullmatch(r"sg-[0-9a-f]{8,17}", identifier):
        page = f"{base}/ec2/home#SecurityGroups:"
        url = f"{base}/ec2/home#SecurityGroup:groupId={identifier}"
        yield Link(f"Security group {identifier}", url, page, "its id")
    elif service == "s3" and re.fullmatch(r"[a-z0-9][a-z0-9.-]{2,62}", resource.partition("/")[0]):
        bucket, _, key = resource.partition("/")
        page = f"{base}/s3/buckets/{bucket}"
        url = f"{base}/s3/object/{bucket}?prefix={quote(key, safe='')}" if key else page
        yield Link(f"Bucket {bucket}" if not key else "S3 object", url, page, "" if not key else "its key")
    elif service == "cloudtrail" and _NAME.fullmatch(resource):
        page = f"{base}/cloudtrailv2/home#/trails"
        yield Link(f"Trail {identifier}", f"{page}/{quote(target, safe='')}", page, "its name")
    elif service == "iam":
        yield from _principal(base, target)
