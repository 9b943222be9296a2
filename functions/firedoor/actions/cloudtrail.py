"""Actions on CloudTrail: bringing a trail back. Also what its baseline holds."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.actions.setting import Call, Setting
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firedoor.accounts import Account

BASELINE_PERMISSIONS = (
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetInsightSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:ListTags",
)
_FIELDS = (
    "S3BucketName",
    "S3KeyPrefix",
    "SnsTopicName",
    "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail",
    "LogFileValidationEnabled",
    "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn",
    "KmsKeyId",
    "IsOrganizationTrail",
)
"""What ``UpdateTrail`` can set, by the names under which ``DescribeTrails`` tells it."""

_INPUT_NAMES = {"LogFileValidationEnabled": "EnableLogFileValidation"}


def save_baseline(account: Account) -> dict[str, Any]:
    """Return what is to be remembered of every trail whose home is this region, by the trail's ARN.

    Trails of the organisation's management account, which a member account sees too, are not this account's.
    """
    client = account.client("cloudtrail")
    trails = client.describe_trails(includeShadowTrails=False)["trailList"]
    own = [trail for trail in trails if trail["TrailARN"].split(":")[4] == account.account_id]
    return {trail["TrailARN"]: {**_state(account, trail), "tags": _tags(account, trail["TrailARN"])} for trail in own}


def _tags(account: Account, arn: str) -> list[dict[str, str]]:
    """Return a trail's tags in stable order, but for those that AWS itself gave."""
    found = account.client("cloudtrail").list_tags(ResourceIdList=[arn])["ResourceTagList"]
    tags = [dict(tag) for entry in found for tag in entry.get("TagsList", ()) if not tag["Key"].startswith("aws:")]
    return sorted(tags, key=lambda tag: tag["Key"])


def _state(account: Account, trail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trail's whole configuration, with whether it logs."""
    client, arn = account.client("cloudtrail"), trail["TrailARN"]
    selectors = client.get_event_selectors(TrailName=arn)
    return {
        "name": trail["Name"],
        "logging": bool(client.get_trail_status(Name=arn)["IsLogging"]),
        "fields": {name: trail[name] for name in _FIELDS if trail.get(name) not in (None, "")},
        "event_selectors": selectors.get("EventSelectors") or [],
        "advanced_event_selectors": selectors.get("AdvancedEventSelectors") or [],
        "insight_selectors": _insight_selectors(account, arn),
    }


def _insight_selectors(account: Account, arn: str) -> list[Any]:
    try:
        return list(account.client("cloudtrail").get_insight_selectors(TrailName=arn).get("InsightSelectors") or [])
    except ClientError as error:
        if code_of(error) == "InsightNotEnabledException":
            return []
        raise


class RestoreTrail(Action):
    """See ``summary``. A trail that nothing was saved of is only started again.

    ``before`` and ``after`` are ``{"trail": state}``: None where there is no trail. The tags of a trail that is made
    anew are in ``after["tags"]``; those of a trail that stands are left alone.
    """

    name = "cloudtrail.restore_trail"
    summary = (
        "Starts a trail again and puts its configuration and selectors back as saved before the event, "
        "making it anew if it was deleted; undo returns to what was found."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "trail": Parameter("Name or ARN of the trail.", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main")
    }
    permissions = Permissions(
        plan=BASELINE_PERMISSIONS,
        apply=(
            "cloudtrail:AddTags",
            "cloudtrail:CreateTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:PutInsightSelectors",
            "cloudtrail:StartLogging",
            "cloudtrail:UpdateTrail",
            "iam:PassRole",
        ),
        undo=(
            "cloudtrail:DeleteTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:PutInsightSelectors",
            "cloudtrail:StopLogging",
            "cloudtrail:UpdateTrail",
            "iam:PassRole",
        ),
    )
    example = "{action: cloudtrail.restore_trail, with: {trail: '{trail}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan the state from before the event, or at least logging."""
        arn = _trail_arn(account, params["trail"])
        present = self._present(account, arn)
        saved = account.baseline(arn)
        if present is None and saved is None:
            self._refuse_if_shadow(account, arn)
            raise Refused(f"Trail {arn} was deleted, and nothing was saved of it; make it anew by hand.")
        configuration = {name: value for name, value in (saved or {}).items() if name != "tags"}
        wanted = {**(configuration or present or {}), "logging": True}
        if present == wanted:
            return Plan(reason=f"Trail {wanted['name']} logs, and is as it was before the event.")
        tags = (saved or {}).get("tags", []) if present is None else []
        change = Change(
            target=arn,
            summary=_summary(present, wanted),
            before={"trail": present},
            after={"trail": wanted, **({"tags": tags} if tags else {})},
            resources=tuple(sorted(_roles(present) | _roles(wanted))),
        )
        return Plan((change,))

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return the trail as it stands."""
        present = self._present(account, change.target)
        tags = _tags(account, change.target) if present and "tags" in change.after else []
        return {"trail": present, **({"tags": tags} if tags else {})}

    def apply(self, account: Account, change: Change) -> Json:
        """Write the saved configuration and start logging."""
        self._set(account, change.target, change.after["trail"], change.after.get("tags", []))
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Return to what was found; a trail that had been deleted is deleted again."""
        before = change.before["trail"]
        if before is None:
            account.client("cloudtrail").delete_trail(Name=change.target)
        else:
            self._set(account, change.target, before)

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the commands that return to what was found."""
        before = change.before["trail"]
        if before is None:
            return (_command("delete-trail", "--name", change.target),)
        return _commands(change.target, change.after["trail"], before)

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the commands that write the saved configuration and start logging."""
        before, after = change.before["trail"], change.after["trail"]
        if before is not None:
            return _commands(change.target, before, after)
        fields = {"Name": after["name"], **_inputs(after["fields"])}
        tags = {"TagsList": change.after["tags"]} if "tags" in change.after else {}
        bare = {
            **after,
            "logging": False,
            "event_selectors": [],
            "advanced_event_selectors": [],
            "insight_selectors": [],
        }
        return (
            _command("create-trail", "--cli-input-json", json.dumps({**fields, **tags})),
            *_commands(change.target, bare, after),
        )

    def _refuse_if_shadow(self, account: Account, arn: str) -> None:
        """Refuse when this region only shows a trail of another region, which the event named without its region."""
        name = arn.rpartition("/")[2]
        trails = account.client("cloudtrail").describe_trails(includeShadowTrails=True)["trailList"]
        for trail in trails:
            if trail["Name"] == name and trail.get("HomeRegion") != account.region:
                raise Refused(f"Trail {name} has its home in {trail['HomeRegion']}; restore it there.")

    def _present(self, account: Account, arn: str) -> dict[str, Any] | None:
        trails = account.client("cloudtrail").describe_trails(trailNameList=[arn], includeShadowTrails=False)
        found = [trail for trail in trails["trailList"] if trail["TrailARN"] == arn]
        return _state(account, found[0]) if found else None

    def _set(
        self, account: Account, arn: str, state: Mapping[str, Any], tags: Sequence[Mapping[str, str]] = ()
    ) -> None:
        """Bring the trail to ``state``; only what differs is written. ``tags`` are for a trail that is made anew."""
        client = account.client("cloudtrail")
        present = self._present(account, arn)
        if present is None:
            client.create_trail(Name=state["name"], **_inputs(state["fields"]), **({"TagsList": tags} if tags else {}))
            present = self._present(account, arn) or {}
        elif present["fields"] != state["fields"]:
            client.update_trail(Name=arn, **_cleared(present["fields"], state["fields"]), **_inputs(state["fields"]))
        self._set_selectors(account, arn, present, state)
        if present.get("logging") != state["logging"]:
            (client.start_logging if state["logging"] else client.stop_logging)(Name=arn)

    def _set_selectors(self, account: Account, arn: str, present: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        client = account.client("cloudtrail")
        for key, argument in (
            ("event_selectors", "EventSelectors"),
            ("advanced_event_selectors", "AdvancedEventSelectors"),
        ):
            if state[key] and present.get(key) != state[key]:
                client.put_event_selectors(TrailName=arn, **{argument: state[key]})
        if present.get("insight_selectors", []) != state["insight_selectors"]:
            client.put_insight_selectors(TrailName=arn, InsightSelectors=state["insight_selectors"])


def _commands(arn: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the commands that bring a trail from one state to another; only what differs is written."""
    commands = []
    if wanted["fields"] != found["fields"]:
        fields = {"Name": arn, **_cleared(found["fields"], wanted["fields"]), **_inputs(wanted["fields"])}
        commands.append(_command("update-trail", "--cli-input-json", json.dumps(fields)))
    for key in ("event_selectors", "advanced_event_selectors"):
        if wanted[key] and wanted[key] != found[key]:
            option = f"--{key.replace('_', '-')}"
            commands.append(_command("put-event-selectors", "--trail-name", arn, option, json.dumps(wanted[key])))
    if wanted["insight_selectors"] != found["insight_selectors"]:
        selectors = json.dumps(wanted["insight_selectors"])
        commands.append(_command("put-insight-selectors", "--trail-name", arn, "--insight-selectors", selectors))
    if wanted["logging"] != found["logging"]:
        commands.append(_command("start-logging" if wanted["logging"] else "stop-logging", "--name", arn))
    return tuple(commands)


def _command(*words: str) -> str:
    return shlex.join(["aws", "cloudtrail", *words])


def _trail_arn(account: Account, trail: str) -> str:
    """Return the trail's ARN.

    Raises:
        Refused: The trail belongs to another account or region, where it must be restored.
    """
    if not trail.startswith("arn:"):
        return account.arn("cloudtrail", f"trail/{trail}")
    region, owner = trail.split(":")[3:5]
    if owner != account.account_id:
        raise Refused(f"Trail {trail} belongs to account {owner} and has its home in {region}; restore it there.")
    if region != account.region:
        raise Refused(f"Trail {trail} has its home in {region}; restore it there.")
    return trail


def _inputs(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {_INPUT_NAMES.get(name, name): value for name, value in fields.items()}


def _cleared(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what empties the text fields that are set now and were not before."""
    return {name: "" for name, value in present.items() if name not in wanted and isinstance(value, str)}


def _summary(present: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> str:
    name = wanted["name"]
    if present is None:
        return f"Make trail {name} anew as it was saved, and start logging"
    parts = []
    if not present["logging"]:
        parts.append("start logging")
    narrowed = [name for name in _FIELDS if present["fields"].get(name) != wanted["fields"].get(name)]
    if narrowed:
        parts.append(f"put back {', '.join(narrowed)}")
    if any(present[key] != wanted[key] for key in ("event_selectors", "advanced_event_selectors")):
        parts.append("put back its event selectors")
    if present["insight_selectors"] != wanted["insight_selectors"]:
        parts.append("put back its insight selectors")
    text = " and ".join(parts)
    return f"{text[0].upper()}{text[1:]} on trail {name}"


def _roles(state: Mapping[str, Any] | None) -> set[str]:
    role = ((state or {}).get("fields") or {}).get("CloudWatchLogsRoleArn")
    return {role} if role else set()


class ValidateLogs(Setting):
    """See ``summary``."""

    name = "cloudtrail.validate_log_files"
    service = iam = "cloudtrail"
    parameter = "trail"
    noun = "trail"
    promise = "Sign the log files of {name}, so that a change of them shows"
    arn = "trail/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"EnableLogFileValidation": True}
    reads = Call("GetTrail", {"Name": "{arn}"}, "Trail.{EnableLogFileValidation: LogFileValidationEnabled}")
    writes = Call("UpdateTrail", {"Name": "{arn}"})
    gone = ("TrailNotFoundException",)
