"""Measures pattern matching: events per second on one thread, JSON text in, matched ids out, and the worst cases.

Run ``python benchmarks/bench_patterns.py [--quick]``. Beside the index stand a naive loop over compiled patterns,
moto's and MiniStack's matchers, and ``json.loads`` / ``orjson.loads`` alone as the floor; what is not installed is
left out with a note. Patterns and events are made from a fixed seed, shaped like playbooks and like what AWS sends.
"""

# ruff: noqa: S311 - the figures need the same patterns each time, not secrets

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functions"))

from firedoor.patterns import _events as events_module
from firedoor.patterns import build_index, compile_pattern, parse_event

SIZES = (1, 10, 100, 1_000, 10_000)
Json = dict[str, Any]

SERVICES = [
    "iam",
    "ec2",
    "s3",
    "kms",
    "cloudtrail",
    "sts",
    "lambda",
    "rds",
    "guardduty",
    "bedrock",
    "sagemaker",
    "ssm",
    "logs",
    "ecr",
    "eks",
    "sns",
    "sqs",
]
VERBS = [
    "Create",
    "Delete",
    "Put",
    "Update",
    "Attach",
    "Detach",
    "Modify",
    "Authorize",
    "Revoke",
    "Disable",
    "Enable",
    "Start",
    "Stop",
    "Register",
]
NOUNS = [
    "AccessKey",
    "Policy",
    "Role",
    "User",
    "Bucket",
    "Key",
    "Trail",
    "Instance",
    "Function",
    "Snapshot",
    "SecurityGroup",
    "Endpoint",
    "Model",
]
THREATS = [
    "UnauthorizedAccess",
    "Recon",
    "Impact",
    "Persistence",
    "CredentialAccess",
    "Exfiltration",
    "Policy",
    "Stealth",
    "Discovery",
]
RESOURCES = ["IAMUser", "EC2", "S3", "EKS", "Lambda", "RDS", "Runtime"]
BEHAVIOURS = [
    "AnomalousBehavior",
    "MaliciousIPCaller",
    "TorIPCaller",
    "InstanceCredentialExfiltration",
    "RootCredentialUsage",
]


def event_names(service: str) -> list[str]:
    """Return the API calls that this benchmark's world has for one service."""
    draw = random.Random(service)
    return [draw.choice(VERBS) + draw.choice(NOUNS) for _ in range(24)]


def playbook_pattern(draw: random.Random) -> Json:
    """Return a pattern shaped like a playbook's: CloudTrail, GuardDuty or Security Hub."""
    kind = draw.random()
    if kind < 0.55:
        return cloudtrail_pattern(draw)
    return guardduty_pattern(draw) if kind < 0.8 else securityhub_pattern(draw)


def cloudtrail_pattern(draw: random.Random) -> Json:
    """Return a pattern on an API call, with the extras that playbooks have."""
    service = draw.choice(SERVICES)
    detail: Json = {
        "eventSource": [f"{service}.amazonaws.com"],
        "eventName": draw.sample(event_names(service), draw.choice((1, 1, 1, 2, 3))),
    }
    extras: list[Json] = [
        {"errorCode": [{"exists": False}]},
        {"userIdentity": {"type": [draw.choice(("Root", "IAMUser", "AssumedRole"))]}},
        {"userIdentity": {"arn": [{"anything-but": {"wildcard": f"*:assumed-role/Break{draw.randrange(50)}/*"}}]}},
        {"requestParameters": {"userName": [{"prefix": f"svc-{draw.randrange(40)}"}]}},
        {"sourceIPAddress": [{"cidr": f"10.{draw.randrange(200)}.0.0/16"}, {"suffix": ".amazonaws.com"}]},
        {"$or": [{"errorCode": [{"exists": False}]}, {"errorCode": ["AccessDenied"]}]},
    ]
    for extra in draw.sample(extras, draw.choice((0, 1, 1, 2))):
        detail.update(extra)
    return {"source": [f"aws.{service}"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail}


def guardduty_pattern(draw: random.Random) -> Json:
    """Return a pattern on GuardDuty findings, by type and severity."""
    kind = f"{draw.choice(THREATS)}:{draw.choice(RESOURCES)}/{draw.choice(BEHAVIOURS)}"
    types: list[Any] = [kind]
    if draw.random() < 0.3:
        types = [{"prefix": kind.split("/", maxsplit=1)[0]}]
    detail: Json = {"type": types}
    if draw.random() < 0.5:
        detail["severity"] = [{"numeric": [">=", draw.choice((4, 7, 8))]}]
    return {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": detail}


def securityhub_pattern(draw: random.Random) -> Json:
    """Return a pattern on imported findings: several conditions on one element of an array."""
    control = f"{draw.choice(SERVICES).upper()}.{draw.randrange(1, 60)}"
    findings: Json = {
        "Compliance": {"Status": ["FAILED"], "SecurityControlId": [control]},
        "RecordState": ["ACTIVE"],
        "Workflow": {"Status": ["NEW", "NOTIFIED"]},
    }
    if draw.random() < 0.4:
        findings["Severity"] = {"Label": ["HIGH", "CRITICAL"]}
    return {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {"findings": findings},
    }


def envelope(draw: random.Random, source: str, detail_type: str, detail: Json) -> Json:
    """Return the event envelope around ``detail``."""
    return {
        "version": "0",
        "id": f"{draw.getrandbits(128):032x}",
        "detail-type": detail_type,
        "source": source,
        "account": "111122223333",
        "time": "2026-03-01T12:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail,
    }


def sample_event(draw: random.Random) -> Json:
    """Return an event of about 1.8 KB as AWS sends it."""
    kind = draw.random()
    if kind < 0.6:
        return cloudtrail_event(draw)
    return guardduty_event(draw) if kind < 0.8 else securityhub_event(draw)


def cloudtrail_event(draw: random.Random) -> Json:
    """Return a recorded API call."""
    service = draw.choice(SERVICES)
    role = f"Deploy{draw.randrange(60)}"
    arn = f"arn:aws:sts::111122223333:assumed-role/{role}/session-{draw.randrange(10_000)}"
    detail = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLEEXAMPLE00:session-{draw.randrange(10_000)}",
            "arn": arn,
            "accountId": "111122223333",
            "accessKeyId": "ASIAEXAMPLEEXAMPLE00",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE00",
                    "arn": f"arn:aws:iam::111122223333:role/{role}",
                    "accountId": "111122223333",
                    "userName": role,
                },
                "attributes": {"creationDate": "2026-03-01T11:30:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": "2026-03-01T11:59:58Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": draw.choice(event_names(service)),
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"10.{draw.randrange(200)}.4.7",
        "userAgent": "aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.1 lang/python#3.13.2 md/pyimpl#CPython",
        "requestParameters": {"userName": f"svc-{draw.randrange(40)}-deploy", "policyArn": "arn:aws:iam::aws:policy/X"},
        "responseElements": {
            "accessKey": {
                "userName": "svc-deploy",
                "status": "Active",
                "accessKeyId": "AKIAEXAMPLEEXAMPLE00",
                "createDate": "Mar 1, 2026, 11:59:58 AM",
            }
        },
        "requestID": f"{draw.getrandbits(128):032x}",
        "eventID": f"{draw.getrandbits(128):032x}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.amazonaws.com",
        },
    }
    return envelope(draw, f"aws.{service}", "AWS API Call via CloudTrail", detail)


def guardduty_event(draw: random.Random) -> Json:
    """Return a GuardDuty finding."""
    kind = f"{draw.choice(THREATS)}:{draw.choice(RESOURCES)}/{draw.choice(BEHAVIOURS)}"
    detail = {
        "schemaVersion": "2.0",
        "accountId": "111122223333",
        "region": "eu-west-1",
        "partition": "aws",
        "id": f"{draw.getrandbits(128):032x}",
        "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/00000000000000000000000000000000/finding/0",
        "type": kind,
        "severity": draw.choice((2, 5, 8)),
        "title": "An API was called from an unusual address, and the caller had not used that network before.",
        "description": "The principal svc-deploy called an API that it does not usually call, from 198.51.100.7. " * 3,
        "createdAt": "2026-03-01T11:58:00.000Z",
        "updatedAt": "2026-03-01T11:58:00.000Z",
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {
                "accessKeyId": "AKIAEXAMPLEEXAMPLE00",
                "principalId": "AIDAEXAMPLEEXAMPLE00",
                "userType": "IAMUser",
                "userName": "svc-deploy",
            },
        },
        "service": {
            "serviceName": "guardduty",
            "detectorId": "00000000000000000000000000000000",
            "action": {
                "actionType": "AWS_API_CALL",
                "awsApiCallAction": {
                    "api": "ListUsers",
                    "serviceName": "iam.amazonaws.com",
                    "callerType": "Remote IP",
                    "remoteIpDetails": {"ipAddressV4": "198.51.100.7", "country": {"countryName": "Nowhere"}},
                },
            },
            "resourceRole": "TARGET",
            "additionalInfo": {"value": "{}", "type": "default"},
            "eventFirstSeen": "2026-03-01T11:50:00.000Z",
            "eventLastSeen": "2026-03-01T11:57:00.000Z",
            "archived": False,
            "count": draw.randrange(1, 40),
        },
    }
    return envelope(draw, "aws.guardduty", "GuardDuty Finding", detail)


def securityhub_event(draw: random.Random) -> Json:
    """Return an imported Security Hub finding."""
    control = f"{draw.choice(SERVICES).upper()}.{draw.randrange(1, 60)}"
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:securityhub:eu-west-1:111122223333:security-control/{control}/finding/{draw.getrandbits(64)}",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "ProductName": "Security Hub",
        "CompanyName": "AWS",
        "Region": "eu-west-1",
        "GeneratorId": f"security-control/{control}",
        "AwsAccountId": "111122223333",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "FirstObservedAt": "2026-03-01T10:00:00.000Z",
        "CreatedAt": "2026-03-01T10:00:00.000Z",
        "UpdatedAt": "2026-03-01T11:00:00.000Z",
        "Severity": {"Label": draw.choice(("LOW", "MEDIUM", "HIGH")), "Normalized": 40, "Original": "MEDIUM"},
        "Title": "Storage should not be reachable from the whole internet",
        "Description": "This control fails when the resource can be reached by anyone. " * 4,
        "Remediation": {"Recommendation": {"Text": "See the documentation.", "Url": "https://docs.example.com/"}},
        "Resources": [
            {
                "Type": "AwsS3Bucket",
                "Id": f"arn:aws:s3:::bucket-{draw.randrange(1000)}",
                "Partition": "aws",
                "Region": "eu-west-1",
                "Tags": {"team": "payments", "stage": "prod"},
            }
        ],
        "Compliance": {
            "Status": draw.choice(("FAILED", "FAILED", "PASSED")),
            "SecurityControlId": control,
            "AssociatedStandards": [{"StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0"}],
        },
        "WorkflowState": "NEW",
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }
    return envelope(draw, "aws.securityhub", "Security Hub Findings - Imported", {"findings": [finding]})


def seconds_per_event(run: Callable[[str], object], texts: Sequence[str], budget: float) -> float:
    """Return the best mean time of one event over passes that together last about ``budget`` seconds."""
    best, spent = float("inf"), 0.0
    for text in texts[:20]:
        run(text)
    while spent < budget:
        sample, started = 0, time.perf_counter()
        for text in texts:
            run(text)
            sample += 1
            if sample % 64 == 0 and time.perf_counter() - started > budget:
                break
        took = time.perf_counter() - started
        best, spent = min(best, took / sample), spent + took
    return best


def naive(patterns: Sequence[Json]) -> Callable[[str], object]:
    """Return a matcher that tries every compiled pattern."""
    compiled = [(number, compile_pattern(pattern)) for number, pattern in enumerate(patterns)]

    def match(text: str) -> list[int]:
        event = parse_event(text)
        return [number for number, pattern in compiled if pattern.matches(event)]

    return match


def moto_loop(patterns: Sequence[Json]) -> Callable[[str], object]:
    """Return a matcher that tries every pattern with moto's."""
    from moto.events.models import EventPattern

    compiled = [EventPattern.load(json.dumps(pattern)) for pattern in patterns]
    return lambda text: [
        number for event in [json.loads(text)] for number, each in enumerate(compiled) if each.matches_event(event)
    ]


def ministack_loop(patterns: Sequence[Json]) -> Callable[[str], object]:
    """Return a matcher that tries every pattern with MiniStack's."""
    eventbridge = importlib.import_module("ministack.services.eventbridge")

    texts = [json.dumps(pattern) for pattern in patterns]

    def match(text: str) -> list[int]:
        event = json.loads(text)
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": event["detail"]}
        view = eventbridge._pattern_event_view(entry)  # noqa: SLF001 - it has no public one
        return [n for n, pattern in enumerate(texts) if eventbridge._matches_pattern_view(pattern, view)]  # noqa: SLF001 - as above

    return match


def say(line: str = "") -> None:
    """Print a line of the report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def bench_sizes(budget: float) -> None:
    """Print the table of events per second by number of patterns."""
    draw = random.Random(7)
    patterns = [playbook_pattern(draw) for _ in range(max(SIZES))]
    texts = [json.dumps(sample_event(draw)) for _ in range(2_000)]
    say(f"{len(texts)} events, {sum(map(len, texts)) / len(texts):.0f} bytes each on average; events per second")
    columns: list[tuple[str, Callable[[Sequence[Json]], Callable[[str], object]], int]] = [
        ("naive loop", naive, 1_000),
        ("moto", moto_loop, 1_000),
        ("MiniStack", ministack_loop, 1_000),
    ]
    say(
        f"{'patterns':>9} {'index':>9} {'json only':>10} {'µs/event':>9} {'hits':>6} {'build ms':>9}"
        + "".join(f"{name:>11}" for name, _, _ in columns)
    )
    for size in SIZES:
        chosen = patterns[:size]
        started = time.perf_counter()
        index = build_index(enumerate(chosen))
        built = time.perf_counter() - started
        took = seconds_per_event(index.match, texts, budget)
        plain = without_orjson(lambda index=index: seconds_per_event(index.match, texts, budget))  # type: ignore[misc]
        hits = sum(len(index.match(text)) for text in texts) / len(texts)
        row = f"{size:>9} {1 / took:>9,.0f} {1 / plain:>10,.0f} {took * 1e6:>9.1f} {hits:>6.2f} {built * 1e3:>9.1f}"
        for _, make, limit in columns:
            row += f"{rate(make, chosen, texts, budget) if size <= limit else '-':>11}"
        say(row)


def rate(
    make: Callable[[Sequence[Json]], Callable[[str], object]],
    patterns: Sequence[Json],
    texts: Sequence[str],
    budget: float,
) -> str:
    """Return the rate of another matcher, or why there is none."""
    try:
        return f"{1 / seconds_per_event(make(patterns), texts, budget / 2):,.0f}"
    except ImportError:
        return "(absent)"


def without_orjson(run: Callable[[], float]) -> float:
    """Run with the standard parser only."""
    parser, events_module._parse_fast = events_module._parse_fast, None  # noqa: SLF001 - to compare the two
    try:
        return run()
    finally:
        events_module._parse_fast = parser  # noqa: SLF001 - put back


def bench_floor(budget: float) -> None:
    """Print what parsing alone costs."""
    draw = random.Random(11)
    texts = [json.dumps(sample_event(draw)) for _ in range(2_000)]
    say(f"json.loads alone    {1 / seconds_per_event(json.loads, texts, budget):>9,.0f} events per second")
    try:
        import orjson  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        say("orjson.loads alone   (orjson is not installed; the index then parses with json)")
    else:
        say(f"orjson.loads alone  {1 / seconds_per_event(orjson.loads, texts, budget):>9,.0f} events per second")


def on_one_call(condition: Callable[[int], Any]) -> list[Json]:
    """Return 1,000 patterns on one event name that differ in one condition."""
    return [
        {"source": ["aws.s3"], "detail": {"eventName": ["PutObject"], "requestParameters": {"key": [condition(n)]}}}
        for n in range(1_000)
    ]


def bench_worst(budget: float) -> None:
    """Print the time of one event where many patterns stand on the same call."""
    draw = random.Random(13)
    event = cloudtrail_event(draw)
    event["source"], event["detail"]["eventName"] = "aws.s3", "PutObject"
    event["detail"]["requestParameters"] = {"key": "exports/prod-421-x/2026/03/01/customers-421.parquet"}
    text = json.dumps(event)
    floor = seconds_per_event(parse_event, [text] * 500, budget / 4)
    families: dict[str, Callable[[int], Any]] = {
        "wildcard *-n-*": lambda n: {"wildcard": f"*-{n}-*"},
        "wildcard exports/*n*": lambda n: {"wildcard": f"exports/*-{n}.parquet"},
        "anything-but": lambda n: {"anything-but": f"customers-{n}"},
        "anything-but wildcard": lambda n: {"anything-but": {"wildcard": f"*-{n}-x*"}},
        "anything-but prefix": lambda n: {"anything-but": {"prefix": f"exports/prod-{n}-"}},
        "prefix": lambda n: {"prefix": f"exports/prod-{n}"},
        "suffix": lambda n: {"suffix": f"-{n}.parquet"},
        "equals-ignore-case": lambda n: {"equals-ignore-case": f"EXPORTS/{n}"},
    }
    say(f"1,000 patterns on one call; µs an event, parsing alone {floor * 1e6:.1f}")
    for name, condition in families.items():
        index = build_index(enumerate(on_one_call(condition)))
        took = seconds_per_event(index.match, [text] * 500, budget / 4)
        say(f"  {name:<24} {took * 1e6:>8.1f}   {len(index.match(text)):>4} matched")


HOSTILE_SIZE = 256 * 1024


def hostile_events() -> dict[str, str]:
    """Return events of 256 KB that are built to be slow."""
    elements = [{"Id": "x", "RecordState": "ACTIVE"} for _ in range(HOSTILE_SIZE // 40)]
    small = HOSTILE_SIZE // 12
    return {
        "array of objects": json.dumps({"source": "aws.securityhub", "detail": {"findings": elements}}),
        "tiny objects": '{"source":"aws.securityhub","detail":{"findings":['
        + '{"Id":1},' * (small - 1)
        + '{"Id":1}]}}',
        "nested arrays": '{"source":"aws.securityhub","detail":{"findings":['
        + '[{"Id":1}],' * (small - 1)
        + '[{"RecordState":"ACTIVE"}]]}}',
        "array of numbers": json.dumps({"source": "aws.s3", "detail": {"severity": [1.5] * (HOSTILE_SIZE // 5)}}),
        "many keys": json.dumps({"source": "aws.s3", "detail": {f"k{n}": n for n in range(HOSTILE_SIZE // 15)}}),
        "dotted keys": json.dumps({"source": "aws.s3", **{f"detail.k{n}": n for n in range(HOSTILE_SIZE // 20)}}),
        "one long text": json.dumps(
            {"source": "aws.s3", "detail": {"eventName": "PutObject", "requestParameters": {"key": "ab-" * 87_000}}}
        ),
        "deep": '{"detail":' + '{"a":' * 40_000 + "1" + "}" * 40_001,
    }


def bench_hostile() -> None:
    """Print the time of one hostile event with an index of 1,000 playbooks and of awkward patterns."""
    draw = random.Random(17)
    awkward: list[Json] = [
        {"detail": {"findings": {"Id": ["x", 1], "RecordState": ["ACTIVE"], "Z": [{"exists": False}]}}},
        {"detail": {"findings": {"Id": ["x", 1], "RecordState": ["ARCHIVED", "ACTIVE"], "Title": ["none"]}}},
        {"detail": {"severity": [{"numeric": [">", 8]}]}},
        {"detail.k1.x": [{"exists": True}]},
    ]
    awkward += on_one_call(lambda n: {"wildcard": f"*-{n}-*"})[:500]
    index = build_index(enumerate([playbook_pattern(draw) for _ in range(1_000)] + awkward))
    say("events of 256 KB against 1,500 patterns; ms an event (parsing alone)")
    for name, text in hostile_events().items():
        took, parsing = best_time(lambda text=text: index.match(text)), best_time(lambda text=text: parse_event(text))  # type: ignore[misc]
        say(f"  {name:<24} {took * 1e3:>7.1f}  ({parsing * 1e3:.1f})")


def best_time(run: Callable[[], object]) -> float:
    """Return the best of five times, refusals included."""
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        with contextlib.suppress(ValueError):  # too deep is an answer too
            run()
        best = min(best, time.perf_counter() - started)
    return best


def bench_deep_or() -> None:
    """Print the time to compile and match the largest ``$or`` that AWS takes."""
    nested: Json = {}
    for level in range(9):
        nested[f"f{level}"] = {"$or": [{"a": [level]}, {"b": [{"prefix": "x"}]}]}
    started = time.perf_counter()
    index = build_index([("or", nested)])
    built = time.perf_counter() - started
    text = json.dumps({f"f{level}": {"a": level, "b": "y"} for level in range(9)})
    took = seconds_per_event(index.match, [text] * 200, 0.2)
    say(f"$or of 512 combinations   build {built * 1e3:.1f} ms, match {took * 1e6:.1f} µs, {index.match(text)}")


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter runs, rougher figures")
    budget = 0.3 if parser.parse_args().quick else 2.0
    bench_floor(budget)
    say()
    bench_sizes(budget)
    say()
    bench_worst(budget)
    say()
    bench_hostile()
    say()
    bench_deep_or()


if __name__ == "__main__":
    main()
