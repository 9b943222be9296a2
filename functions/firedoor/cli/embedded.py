"""An embedded AWS: the stack's resources in moto, in this process, and its five handlers run as Lambda runs them.

Owns the resources, the delivery of messages, schedules and the clock, and what moto lacks. Does not own the things
that an event is about (``stage``). Nothing leaves the process: a call that moto cannot answer is an error.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import gzip
import importlib
import io
import json
import os
import sys
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from botocore.exceptions import ClientError

import firedoor
from firedoor.cli import moto_gaps, template
from firedoor.engine import Library
from firedoor.errors import EventError
from firedoor.plans import Json
from firedoor.playbooks import load_bundle
from firedoor.services import Services, utc_now

if TYPE_CHECKING:
    from firedoor.case import Case

HOME, REGION = "111122223333", "eu-west-1"
ACCOUNT_NAMES = {HOME: "prod-payments", "444455556666": "member"}
"""The accounts that have Firedoor's roles; any other one cannot be entered."""

BATCH_SIZE = 10
ASYNC_TRIES = 3
"""How often Lambda tries an asynchronous invocation before its event goes to the dead-letter queue."""

_QUEUES = ("classify", "inspect", "respond")
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "testing"}
_QUICK = {"AWS_EC2_METADATA_DISABLED": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
_LEFT_OUT = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "MOTO_ACCOUNT_ID")


class Clock:
    """The time that the handlers see: it stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        """``now`` is aware, UTC."""
        self._now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time forward; also what the handlers do when they sleep."""
        self._now += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Mail:
    """One alert as SNS delivered it: the mail's subject and text, and the machine record."""

    subject: str
    text: str
    record: Json


@dataclass(slots=True)
class LambdaContext:
    """What Lambda gives a handler beside the event."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """Return the time left; it never runs out here."""
        return 120_000


def bundle_file(playbooks: Path, where: Path) -> Path:
    """Compile the folder ``playbooks`` into a file in ``where`` and return its path.

    Raises:
        PlaybookError: The playbooks have mistakes; the message has one line for each.
        OSError: The folder cannot be read.
    """
    from firedoor.cli.sources import compile_bundle, load_sources

    path = where / "bundle.json"
    path.write_text(json.dumps(compile_bundle(load_sources(playbooks))), "utf-8")
    return path


class EmbeddedAws:
    """The stack in an AWS that exists only while the ``with`` block runs.

    Example:
        >>> with EmbeddedAws(bundle) as aws:  # doctest: +SKIP
        ...     aws.put_event(envelope)
        ...     aws.pump()
        ...     print(aws.alerts()[0].text)
    """

    def __init__(
        self, bundle: Path, now: datetime | None = None, caps: str = "auto", more: Mapping[str, str] | None = None
    ) -> None:
        """``bundle`` is a compiled bundle, ``now`` where the clock starts, ``caps`` the global mode cap.

        ``more`` are environment variables beyond those that a stack must have.
        """
        self._more = dict(more or {})
        self.clock = Clock(now or utc_now())
        self.gaps = moto_gaps.Gaps(frozenset(ACCOUNT_NAMES))
        self._bundle = bundle
        self._caps = caps
        self._log = io.StringIO()
        self._exit = contextlib.ExitStack()
        self._keys: dict[str, dict[str, str]] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}

    def __enter__(self) -> EmbeddedAws:
        """Start moto, make the resources, and give the handlers their environment."""
        from moto import mock_aws

        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.dict(os.environ, {**_CREDENTIALS, **_QUICK}))
            for name in _LEFT_OUT:
                os.environ.pop(name, None)
            stack.enter_context(mock_aws())
            stack.enter_context(moto_gaps.filled(session(), self.gaps))
            self._become(self._enter_account(HOME, "FiredoorDemo"))
            self._make_resources()
            os.environ.update(self._environment())
            stack.enter_context(self._with_handlers())
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop moto; everything is forgotten."""
        self._exit.close()

    # --- what a person or AWS does

    def put_event(self, text: str) -> None:
        """Deliver an EventBridge envelope to the queue whose rule matches it.

        Raises:
            EventError: No queue takes such a message: it is too large, for example.
        """
        sqs = self.client("sqs")
        try:
            sqs.send_message(QueueUrl=self._queue_url(route(text)), MessageBody=text)
        except ClientError as error:
            code = error.response["Error"]["Code"].rpartition(".")[2]
            raise EventError(
                f"EventBridge could not have delivered this: SQS takes no such message ({code})."
            ) from error

    def pump(self) -> None:
        """Deliver messages to their handlers until every queue is empty."""
        while sum(self._deliver(name) for name in _QUEUES):
            pass

    def put_log_lines(self, lines: Iterable[str]) -> None:
        """Deliver lines of a CloudWatch Logs group to ``inspect``, as a subscription does."""
        batch = {
            "messageType": "DATA_MESSAGE",
            "owner": HOME,
            "logGroup": "/aws/bedrock/invocations",
            "logStream": "aws/bedrock/modelinvocations",
            "subscriptionFilters": ["firedoor"],
            "logEvents": [{"id": str(number), "timestamp": 0, "message": line} for number, line in enumerate(lines)],
        }
        packed = base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()
        event = {"awslogs": {"data": packed}}
        if not any(self._succeeds("inspect", event) for _ in range(ASYNC_TRIES)):
            self.client("sqs").send_message(QueueUrl=self._queue_url("inspect-dlq"), MessageBody=json.dumps(event))

    def decide(self, request: Mapping[str, Any], caller: str | None = None) -> dict[str, Any]:
        """Invoke ``decide`` and return its answer's body.

        With ``caller``, an ARN, as a request to the function URL that this principal signed; else as a chat button.
        """
        event = dict(request) if caller is None else _signed(request, caller)
        answer = self.invoke("decide", event)
        body: dict[str, Any] = json.loads(answer["body"])
        return body

    def timer(self, event: Mapping[str, Any]) -> Any:
        """Invoke ``timer`` as a schedule would."""
        return self.invoke("timer", dict(event))

    def advance(self, seconds: float) -> None:
        """Let time pass, run the schedules that fell due, and deliver what they sent."""
        self.clock.advance(seconds)
        scheduler = self.client("scheduler")
        for summary in scheduler.list_schedules(GroupName="firedoor")["Schedules"]:
            schedule = scheduler.get_schedule(Name=summary["Name"], GroupName="firedoor")
            due = datetime.fromisoformat(schedule["ScheduleExpression"][3:-1] + "+00:00")
            if due <= self.clock():
                scheduler.delete_schedule(Name=summary["Name"], GroupName="firedoor")
                self.timer(json.loads(schedule["Target"]["Input"]))
        self.pump()

    def set_caps(self, caps: str) -> None:
        """Set the global mode cap, as ``firedoor cap`` does."""
        self.client("ssm").put_parameter(
            Name="/firedoor/caps", Value=json.dumps({"global": caps}), Type="String", Overwrite=True
        )

    # --- what can be seen

    def cases(self) -> tuple[Case, ...]:
        """Return every case with its occurrences, oldest first."""
        items = self.client("dynamodb").scan(
            TableName="firedoor-cases",
            FilterExpression="sk = :case",
            ExpressionAttributeValues={":case": {"S": "CASE"}},
        )["Items"]
        found = [self.services.cases.get(item["pk"]["S"].partition("#")[2]) for item in items]
        return tuple(sorted(found, key=lambda case: (case.opened, case.id)))

    def alerts(self) -> tuple[Mail, ...]:
        """Return what was published, oldest first, as the mailbox behind the topic got it."""
        from moto.sns.models import sns_backends

        topic = sns_backends[HOME][REGION].topics[self._topic]
        return tuple(_mail(message, subject) for _, message, subject, _, _ in topic.sent_notifications)

    def dead_letter_urls(self) -> tuple[str, ...]:
        """Return the URLs of the dead-letter queues, as the stack's output has them."""
        return tuple(self._queue_url(f"{name}-dlq") for name in _QUEUES)

    def dead_letters(self, queue: str) -> tuple[str, ...]:
        """Return the bodies in the dead-letter queue of ``classify``, ``inspect`` or ``respond``."""
        url = self._queue_url(f"{queue}-dlq")
        sqs = self.client("sqs")
        bodies = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in messages]
        return tuple(bodies)

    def log(self) -> tuple[dict[str, Any], ...]:
        """Return what the handlers wrote to their log, metrics included."""
        lines = [line for line in self._log.getvalue().splitlines() if line.startswith("{")]
        return tuple(json.loads(line) for line in lines)

    @property
    def services(self) -> Services:
        """What the handlers use."""
        from firedoor import handling

        return handling.services()

    def client(self, service: str, account: str = HOME, region: str = REGION) -> Any:
        """Return a boto3 client in one account, as an administrator there."""
        key = (service, account, region)
        if key not in self._clients:
            if account not in self._keys:
                self._keys[account] = _lower(self._enter_account(account, "Administrator"))
            self._clients[key] = session().client(service, region_name=region, **self._keys[account])
        return self._clients[key]

    # --- how it works

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Call a function's handler; what it prints goes to its log."""
        module, _, name = template.handlers()[function].rpartition(".")
        handler = getattr(importlib.import_module(module), name)
        arn = f"arn:aws:lambda:{REGION}:{HOME}:function:firedoor-{function}"
        with contextlib.redirect_stdout(self._log), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "No application metrics to publish")  # most runs have none
            return handler(event, LambdaContext(f"firedoor-{function}", arn))

    def _deliver(self, name: str) -> bool:
        """Hand one batch to the queue's function, as an event source mapping does; False if there was nothing."""
        sqs, url = self.client("sqs"), self._queue_url(name)
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=BATCH_SIZE, AttributeNames=["All"])
        batch = messages.get("Messages", [])
        if not batch:
            return False
        failed = self._failed(name, batch)
        for message in batch:
            if message["MessageId"] in failed:
                sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return True

    def _succeeds(self, function: str, event: dict[str, Any]) -> bool:
        """Invoke a function asynchronously, as CloudWatch Logs does; False if it failed."""
        try:
            self.invoke(function, event)
        except Exception as error:  # noqa: BLE001  Lambda's outermost frame: whatever it is, the event comes again
            self._note_failure(error)
            return False
        return True

    def _note_failure(self, error: Exception) -> None:
        line = {"level": "ERROR", "message": f"{type(error).__name__}: {error}"}
        self._log.write(json.dumps(line) + "\n")

    def _failed(self, name: str, batch: list[dict[str, Any]]) -> set[str]:
        """Return the ids of the messages that must come again: all of them, if the handler itself failed."""
        try:
            answer = self.invoke(name, {"Records": [_record(name, message) for message in batch]})
        except Exception as error:  # noqa: BLE001  Lambda's outermost frame: whatever it is, the batch comes again
            self._note_failure(error)
            return {message["MessageId"] for message in batch}
        return {item["itemIdentifier"] for item in answer["batchItemFailures"]}

    def _enter_account(self, account: str, name: str) -> dict[str, str]:
        """Return credentials in an account, as environment variables."""
        answer = (
            session()
            .client("sts", region_name=REGION, **_lower(_CREDENTIALS))
            .assume_role(RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName=name)["Credentials"]
        )
        return {
            "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
            "AWS_SESSION_TOKEN": answer["SessionToken"],
        }

    def _become(self, credentials: Mapping[str, str]) -> None:
        """Let the handlers' session have these credentials, whatever it had before."""
        os.environ.update(credentials)
        session()._session.set_credentials(*credentials.values())  # noqa: SLF001  boto3 gives no other way to it

    def _make_resources(self) -> None:
        self._make_table()
        for name in _QUEUES:
            self._make_queue(name)
        self._topic = self.client("sns").create_topic(Name="firedoor-alerts")["TopicArn"]
        self._make_buckets()
        self.set_caps(self._caps)
        self.client("scheduler").create_schedule_group(Name="firedoor")

    def _make_table(self) -> None:
        self.client("dynamodb").create_table(TableName="firedoor-cases", **template.table_definition())

    def _make_queue(self, name: str) -> None:
        sqs = self.client("sqs")
        dead = sqs.create_queue(QueueName=f"firedoor-{name}-dlq")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": template.max_receive_count(name)}
        sqs.create_queue(QueueName=f"firedoor-{name}", Attributes={"RedrivePolicy": json.dumps(redrive)})

    def _make_buckets(self) -> None:
        s3 = self.client("s3")
        where = {"LocationConstraint": REGION}
        s3.create_bucket(
            Bucket=f"firedoor-evidence-{HOME}", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True
        )
        s3.create_bucket(Bucket=f"firedoor-quarantine-{HOME}", CreateBucketConfiguration=where)
        s3.put_bucket_versioning(Bucket=f"firedoor-quarantine-{HOME}", VersioningConfiguration={"Status": "Enabled"})

    def _queue_url(self, name: str) -> str:
        url: str = self.client("sqs").get_queue_url(QueueName=f"firedoor-{name}")["QueueUrl"]
        return url

    def _environment(self) -> dict[str, str]:
        """Return the environment variables that template.yaml sets, with the names of this AWS."""
        return {
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "FIREDOOR_ACCOUNT_ID": HOME,
            "FIREDOOR_PARTITION": "aws",
            "FIREDOOR_TABLE": "firedoor-cases",
            "FIREDOOR_RESPOND_QUEUE_URL": self._queue_url("respond"),
            "FIREDOOR_TOPIC_ARNS": json.dumps({"default": self._topic}),
            "FIREDOOR_EVIDENCE_BUCKET": f"firedoor-evidence-{HOME}",
            "FIREDOOR_QUARANTINE_BUCKET": f"firedoor-quarantine-{HOME}",
            "FIREDOOR_CAPS_PARAMETER": "/firedoor/caps",
            "FIREDOOR_RESPONDER_ROLE": "FiredoorResponder",
            "FIREDOOR_RESTORER_ROLE": "FiredoorRestorer",
            "FIREDOOR_EXTERNAL_ID": "firedoor-embedded",
            "FIREDOOR_SCHEDULE_GROUP": "firedoor",
            "FIREDOOR_SCHEDULE_ROLE_ARN": f"arn:aws:iam::{HOME}:role/firedoor/FiredoorScheduler",
            "FIREDOOR_TIMER_ARN": f"arn:aws:lambda:{REGION}:{HOME}:function:firedoor-timer",
            "FIREDOOR_BUNDLE": str(self._bundle),
            "FIREDOOR_ACCOUNT_NAMES": json.dumps(ACCOUNT_NAMES),
            "POWERTOOLS_SERVICE_NAME": "firedoor",
            "POWERTOOLS_METRICS_NAMESPACE": "Firedoor",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            **self._more,
        }

    @contextlib.contextmanager
    def _with_handlers(self) -> Iterator[None]:
        """Give the handlers this AWS, this clock and this log, for a while."""
        functions = str(Path(firedoor.__file__).parent.parent)
        if functions not in sys.path:
            sys.path.insert(0, functions)
        from firedoor import handling

        settings = Services.from_environment().settings
        ours = Services(settings, session(), now=self.clock, sleep=self.clock.advance)
        library = _library(self._bundle, self._bundle.stat().st_mtime_ns)
        ours.__dict__.update(bundle=library.bundle, library=library)
        handling.services.cache_clear()
        with mock.patch.object(Services, "from_environment", return_value=ours):
            handling.services()
        handling.metrics.namespace = "Firedoor"
        handling.logger.setLevel("INFO")
        try:
            with mock.patch.object(handling.logger.registered_handler, "stream", self._log):
                yield
        finally:
            handling.services.cache_clear()


@lru_cache(maxsize=2)
def _library(bundle: Path, _written: int) -> Library:
    """Return compiled playbooks; they can be shared, and compiling them takes longer than most of what is done here."""
    return Library(load_bundle(bundle))


@lru_cache(maxsize=1)
def session() -> Any:
    """Return the process's boto3 session; it keeps parsed service models, which would cost a second each time."""
    import boto3
    import moto  # noqa: F401  it adds itself to sessions that are made after it

    gc.set_threshold(200_000, 50, 50)  # what these two hold is large and stays: no use in looking through it often
    return boto3.Session(region_name=REGION)


def route(text: str) -> str:
    """Return the queue to which the rules of template.yaml send an event.

    What no rule sends anywhere goes to ``classify`` all the same, which is where a person would send it by hand.
    """
    return next(iter(_queues_of(text)), "classify")


def is_routed(text: str) -> bool:
    """Tell whether a rule of template.yaml sends an event anywhere: without one it would never arrive."""
    return bool(_queues_of(text))


def _queues_of(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(queue) for queue in template.routes().match(text))
    except ValueError:
        return ()


def _record(queue: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message in the shape in which Lambda gets it from SQS."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{HOME}:firedoor-{queue}",
        "awsRegion": REGION,
    }


def _signed(request: Mapping[str, Any], caller: str) -> dict[str, Any]:
    """Return a function-URL request as Lambda hands it over once it has checked the signature."""
    return {
        "version": "2.0",
        "requestContext": {"authorizer": {"iam": {"userArn": caller}}, "http": {"method": "POST", "path": "/"}},
        "body": json.dumps(dict(request)),
        "isBase64Encoded": False,
    }


def _mail(message: str, subject: str | None) -> Mail:
    bodies = json.loads(message)
    return Mail(subject or "", bodies["email"], json.loads(bodies["default"]))


def _lower(names: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in names.items()}
