"""What stands between a plan and an account: protected things, and filters that say where Firedoor may act at all.

Owns the decision that a plan must not be applied. The role of ``respond`` denies the same by itself (template.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change
from firedoor.playbooks import Filter, Protected

if TYPE_CHECKING:
    from firedoor.accounts import Account

PERMISSIONS = (
    "autoscaling:DescribeTags",
    "cloudtrail:ListTags",
    "ec2:DescribeTags",
    "iam:ListRoleTags",
    "iam:ListUserTags",
    "s3:GetBucketTagging",
    "tag:GetResources",
)
"""What reading tags calls, whatever the action."""


def check_protected(account: Account, changes: Sequence[Change], protected: Sequence[Protected]) -> None:
    """Let only changes pass where nobody marked what they are about as protected.

    Raises:
        Refused: A target is protected, or its tags could not be read and a tag may protect it.
    """
    by_tag = [entry for entry in protected if entry.tag]
    for target in _touched(changes):
        for entry in protected:
            if entry.arn and fnmatchcase(target, _literal_brackets(entry.arn)):
                raise Refused(f"{target} is protected: {entry.reason}.")
        tags = tags_of(account, target) if by_tag else {}
        for entry in by_tag:
            if entry.tag and tags.get(entry.tag[0]) == entry.tag[1]:
                raise Refused(f"{target} is protected by its tag {entry.tag[0]}: {entry.reason}.")


def _touched(changes: Sequence[Change]) -> tuple[str, ...]:
    """Return every ARN that the changes are about, once: the targets, and what they belong to or are taken out of.

    To cut an interface off is to cut its instance off. A role among a change's resources is handed over, not changed,
    and a pattern names no resource that could be asked for its tags.
    """
    beside = {
        arn: None for change in changes for arn in change.resources if "*" not in arn and arn.split(":")[2] != "iam"
    }
    return tuple(_targets(changes) | beside)


def _targets(changes: Sequence[Change]) -> dict[str, None]:
    return dict.fromkeys(change.target for change in changes)


def check_filters(
    account: Account,
    changes: Sequence[Change],
    filters: Sequence[Filter],
    units_of: Callable[[str], Sequence[str]],
) -> None:
    """Let only changes pass where Firedoor may act. ``units_of`` gives the organizational units above an account.

    Raises:
        Refused: A filter says no, or what it asks for (tags, units) could not be read: unknown means no.
    """
    for entry in filters:
        for target in _targets(changes) if entry.only else _touched(changes):
            if _is_there(account, target, entry, units_of) is not entry.only:
                word = "only acts elsewhere" if entry.only else "never acts there"
                raise Refused(f"A filter keeps Firedoor from {target}: it {word}. {entry.reason}.")


def _is_there(account: Account, target: str, entry: Filter, units_of: Callable[[str], Sequence[str]]) -> bool:
    """Tell whether a target is in the place that a filter speaks of."""
    if entry.accounts and account.account_id not in entry.accounts:
        return False
    if entry.regions and account.region not in entry.regions:
        return False
    if entry.arns and not any(fnmatchcase(target, _literal_brackets(arn)) for arn in entry.arns):
        return False
    if entry.organizational_units and not set(entry.organizational_units) & set(units_of(account.account_id)):
        return False
    return entry.tag is None or tags_of(account, target).get(entry.tag[0]) == entry.tag[1]


def _literal_brackets(pattern: str) -> str:
    """Keep ``*`` and ``?`` as IAM has them; ``[`` is a letter like any other in an ARN."""
    return pattern.replace("[", "[[]")


def tags_of(account: Account, arn: str) -> Mapping[str, str]:
    """Return the tags of a resource of a service that Firedoor changes; a thing without tags has none.

    Raises:
        Refused: They could not be read: whether it is protected is then unknown, and unknown means no.
    """
    service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
    reader = _TAG_READERS.get(service, _other_tags)
    try:
        return {tag["Key"]: tag["Value"] for tag in reader(account, arn, resource)}
    except ClientError as error:
        code = code_of(error)
        if code in _NO_TAGS:
            return {}
        raise Refused(f"The tags of {arn} could not be read ({code}), so it may be protected.") from error


_NO_TAGS = frozenset({"NoSuchTagSet", "NoSuchEntity", "NoSuchBucket", "TrailNotFoundException"})


def _iam_tags(account: Account, _arn: str, resource: str) -> list[dict[str, Any]]:
    kind, _, path = resource.partition("/")
    name = path.rpartition("/")[2]
    if kind == "user":
        return list(account.client("iam").list_user_tags(UserName=name)["Tags"])
    if kind == "role":
        return list(account.client("iam").list_role_tags(RoleName=name)["Tags"])
    return []


def _ec2_tags(account: Account, _arn: str, resource: str) -> list[dict[str, Any]]:
    filters = [{"Name": "resource-id", "Values": [resource.rpartition("/")[2]]}]
    return list(account.client("ec2").describe_tags(Filters=filters)["Tags"])


def _s3_tags(account: Account, arn: str, resource: str) -> list[dict[str, Any]]:
    """An object is marked by its bucket. What names an account is no bucket: the account's own setting."""
    if arn.split(":")[4]:
        return []
    return list(account.client("s3").get_bucket_tagging(Bucket=resource.partition("/")[0])["TagSet"])


def _cloudtrail_tags(account: Account, arn: str, _resource: str) -> list[dict[str, Any]]:
    answer = account.client("cloudtrail").list_tags(ResourceIdList=[arn])
    return [tag for entry in answer["ResourceTagList"] for tag in entry.get("TagsList", [])]


def _other_tags(account: Account, arn: str, _resource: str) -> list[dict[str, Any]]:
    """Ask the tagging API, which knows most services; a log group's ARN has no ``:*`` there."""
    answer = account.client("resourcegroupstaggingapi").get_resources(ResourceARNList=[arn.removesuffix(":*")])
    return [tag for entry in answer["ResourceTagMappingList"] for tag in entry["Tags"]]


def _autoscaling_tags(account: Account, _arn: str, resource: str) -> list[dict[str, Any]]:
    """Ask Auto Scaling, whose groups the tagging API does not know."""
    filters = [{"Name": "auto-scaling-group", "Values": [resource.rpartition("/")[2]]}]
    return list(account.client("autoscaling").describe_tags(Filters=filters)["Tags"])


def _bedrock_tags(account: Account, arn: str, resource: str) -> list[dict[str, Any]]:
    """Guardrails, agents and their aliases have tags; the region's configuration of the invocation log has none."""
    return [] if resource == "model-invocation-logging" else _other_tags(account, arn, resource)


def _lambda_tags(account: Account, arn: str, resource: str) -> list[dict[str, Any]]:
    """A version or alias has no tags of its own: the function's count."""
    function = ":".join(arn.split(":")[:7]) if resource.startswith("function:") else arn
    return _other_tags(account, function, resource)


_TAG_READERS = {
    "autoscaling": _autoscaling_tags,
    "bedrock": _bedrock_tags,
    "cloudtrail": _cloudtrail_tags,
    "ec2": _ec2_tags,
    "iam": _iam_tags,
    "lambda": _lambda_tags,
    "s3": _s3_tags,
}
