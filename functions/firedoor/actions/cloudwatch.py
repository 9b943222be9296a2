"""Actions on CloudWatch alarms."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from firedoor.actions import Action
from firedoor.errors import Refused
from firedoor.faults import code_of
from firedoor.plans import Change, Json, Parameter, Permissions, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firedoor.accounts import Account

NAMESPACE = "Firedoor"


def _calls(names: str, source: str = "") -> str:
    """Return the filter pattern for any of these calls."""
    any_of = " || ".join(f"($.eventName={name})" for name in names.split())
    return f"{{($.eventSource={source}.amazonaws.com) && ({any_of})}}" if source else f"{{{any_of}}}"


PATTERNS: Mapping[int, str] = {
    1: '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
    2: '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
    3: '{($.eventName="ConsoleLogin") && ($.additionalEventData.MFAUsed !="Yes") && ($.userIdentity.type="IAMUser")'
    ' && ($.responseElements.ConsoleLogin="Success")}',
    4: _calls(
        "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy"
        " DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy"
        " DetachUserPolicy AttachGroupPolicy DetachGroupPolicy",
        "iam",
    ),
    5: _calls("CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging"),
    6: '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
    7: _calls("DisableKey ScheduleKeyDeletion", "kms"),
    8: _calls(
        "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy"
        " DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication",
        "s3",
    ),
    9: _calls("StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder", "config"),
    10: _calls(
        "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress"
        " RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup"
    ),
    11: _calls(
        "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry"
        " ReplaceNetworkAclAssociation"
    ),
    12: _calls(
        "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway"
        " DeleteInternetGateway DetachInternetGateway"
    ),
    13: _calls(
        "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute"
        " DisassociateRouteTable",
        "ec2",
    ),
    14: _calls(
        "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection"
        " DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc"
        " DisableVpcClassicLink EnableVpcClassicLink"
    ),
}
"""Number of the control CloudWatch.n → the filter that it looks for.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
"""

_OTHER_IDS = {"PCI.CW.1": 1, "1.1": 1, "1.7": 1, "3.1": 2, "3.2": 3, "3.3": 1, "4.3": 1}
"""Ids of PCI DSS, CIS 1.2 (3.n) and CIS 1.4 (4.n) that do not end with the number of the control."""


class AlarmOnCalls(Action):
    """See ``summary``. States are ``{"kind", "name", "group", "number", "there"}``, one for each thing."""

    name = "cloudwatch.alarm_on_calls"
    summary = (
        "Counts the calls that a control CloudWatch.1 to CloudWatch.14 is about in the log group of the trail, with an"
        " alarm and a topic that people can subscribe to; undo deletes the three."
    )
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "control": Parameter(
            "The control's id, or the one that CIS 1.2, CIS 1.4 or PCI DSS has for it.", "CloudWatch.4"
        )
    }
    permissions = Permissions(
        plan=(
            "cloudtrail:DescribeTrails",
            "cloudwatch:DescribeAlarms",
            "logs:DescribeMetricFilters",
            "sns:GetTopicAttributes",
        ),
        apply=("cloudwatch:PutMetricAlarm", "logs:PutMetricFilter", "sns:CreateTopic"),
        undo=("cloudwatch:DeleteAlarms", "logs:DeleteMetricFilter", "sns:DeleteTopic"),
    )
    example = "{action: cloudwatch.alarm_on_calls, with: {control: '{control}'}}"

    def plan(self, account: Account, params: Json) -> Plan:
        """Plan topic, filter and alarm, as far as they are not there."""
        number = _number(params["control"])
        group = self._group(account)
        if group is None:
            return Plan(
                reason="No trail over all regions sends its events to CloudWatch Logs here; CloudTrail.5 first."
            )
        changes = [self._change(account, kind, group, number) for kind in ("topic", "filter", "alarm")]
        missing = tuple(change for change in changes if self.read(account, change, {}) != change.after)
        return Plan(missing, "" if missing else f"The alarm of CloudWatch.{number} is there already.")

    def read(self, account: Account, change: Change, made: Json) -> Json:  # noqa: ARG002
        """Return whether the thing is there as it should be."""
        return {**change.before, "there": getattr(self, f"_has_{change.before['kind']}")(account, change.before)}

    def apply(self, account: Account, change: Change) -> Json:
        """Make the thing unless a try before this made it."""
        if self.read(account, change, {}) == change.after:
            return {}
        service, operation, arguments = _making(change.after, change.target)
        getattr(account.client(service), operation)(**arguments)
        return {}

    def undo(self, account: Account, change: Change, made: Json) -> None:  # noqa: ARG002
        """Delete the thing, if it is there."""
        service, operation, arguments = _deleting(change.before, change.target)
        try:
            getattr(account.client(service), operation)(**arguments)
        except ClientError as error:
            if code_of(error) not in ("ResourceNotFound", "ResourceNotFoundException"):
                raise

    def apply_commands(self, change: Change) -> tuple[str, ...]:
        """Return the command that makes the thing."""
        return (_command(*_making(change.after, change.target)),)

    def undo_commands(self, change: Change, made: Json) -> tuple[str, ...]:  # noqa: ARG002
        """Return the command that deletes the thing."""
        return (_command(*_deleting(change.before, change.target)),)

    def _group(self, account: Account) -> str | None:
        """Return the log group of a trail over all regions."""
        trails = account.client("cloudtrail").describe_trails(includeShadowTrails=False)["trailList"]
        groups = (trail.get("CloudWatchLogsLogGroupArn") for trail in trails if trail.get("IsMultiRegionTrail"))
        own = f":logs:{account.region}:{account.account_id}:log-group:"
        return next((arn.split(":")[6] for arn in groups if arn and own in arn), None)

    def _change(self, account: Account, kind: str, group: str, number: int) -> Change:
        name = f"firedoor-CloudWatch-{number}"
        place = f"{account.region}:{account.account_id}"
        arn = {
            "topic": f"sns:{place}:{name}",
            "filter": f"logs:{place}:log-group:{group}",
            "alarm": f"cloudwatch:{place}:alarm:{name}",
        }[kind]
        state = {"kind": kind, "name": name, "group": group, "number": number}
        return Change(
            target=f"arn:{account.partition}:{arn}",
            summary={
                "topic": f"Make a topic {name} for those who should hear of it",
                "filter": f"Count the calls of CloudWatch.{number} in log group {group}",
                "alarm": f"Let an alarm {name} tell the topic of the first such call",
            }[kind],
            before={**state, "there": False},
            after={**state, "there": True},
        )

    def _has_topic(self, account: Account, state: Json) -> bool:
        arn = f"arn:{account.partition}:sns:{account.region}:{account.account_id}:{state['name']}"
        try:
            account.client("sns").get_topic_attributes(TopicArn=arn)
        except ClientError as error:
            if code_of(error) == "NotFound":
                return False
            raise
        return True

    def _has_filter(self, account: Account, state: Json) -> bool:
        answer = account.client("logs").describe_metric_filters(
            logGroupName=state["group"], filterNamePrefix=state["name"]
        )
        return any(
            found["filterName"] == state["name"] and found["filterPattern"] == PATTERNS[state["number"]]
            for found in answer["metricFilters"]
        )

    def _has_alarm(self, account: Account, state: Json) -> bool:
        found = account.client("cloudwatch").describe_alarms(AlarmNames=[state["name"]])["MetricAlarms"]
        return any(alarm["MetricName"] == state["name"] and alarm["AlarmActions"] for alarm in found)


def _number(control: str) -> int:
    """Return which control CloudWatch.n it is.

    Raises:
        Refused: None of them.
    """
    found = re.fullmatch(r"(?:CloudWatch|3|4)\.(\d{1,2})", control)
    number = _OTHER_IDS.get(control, int(found[1]) if found else 0)
    if number not in PATTERNS:
        raise Refused("That is no control about alarms on calls.")
    return number


def _making(state: Json, target: str) -> tuple[str, str, dict[str, Any]]:
    """Return service, operation and arguments of the call that makes a thing."""
    name = state["name"]
    if state["kind"] == "topic":
        return "sns", "create_topic", {"Name": name}
    if state["kind"] == "filter":
        metric = {"metricName": name, "metricNamespace": NAMESPACE, "metricValue": "1"}
        pattern = PATTERNS[state["number"]]
        return (
            "logs",
            "put_metric_filter",
            {
                "logGroupName": state["group"],
                "filterName": name,
                "filterPattern": pattern,
                "metricTransformations": [metric],
            },
        )
    topic = target.replace(":cloudwatch:", ":sns:").replace(":alarm:", ":")
    alarm = {
        "AlarmName": name,
        "AlarmActions": [topic],
        "MetricName": name,
        "Namespace": NAMESPACE,
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return "cloudwatch", "put_metric_alarm", alarm


def _deleting(state: Json, target: str) -> tuple[str, str, dict[str, Any]]:
    """Return service, operation and arguments of the call that deletes a thing."""
    if state["kind"] == "topic":
        return "sns", "delete_topic", {"TopicArn": target}
    if state["kind"] == "filter":
        return "logs", "delete_metric_filter", {"logGroupName": state["group"], "filterName": state["name"]}
    return "cloudwatch", "delete_alarms", {"AlarmNames": [state["name"]]}


def _command(service: str, operation: str, arguments: Mapping[str, Any]) -> str:
    text = json.dumps(arguments, separators=(",", ":"))
    return shlex.join(["aws", service, operation.replace("_", "-"), "--cli-input-json", text])
