"""What the duties say of an event: who stands under which, whose work is none of theirs, which data it touches.

The patterns of playbooks ask for it by the field ``firedoor``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from firedoor.duties import mark
from firedoor.events import read_events
from firedoor.patterns import compile_pattern
from firedoor.playbooks import Duties, Duty

HOME, FOREIGN = "arn:aws:iam::111122223333", "arn:aws:iam::999988887777"
DUTIES = Duties(
    {
        "invoke": Duty((f"{FOREIGN}:role/app/*",), undeclared=False),
        "deploy": Duty(("arn:aws*:iam::*:role/ci/*", "arn:aws*:iam::*:user/release[1]"), undeclared=True),
        "data": Duty(("arn:aws*:iam::*:role/data/*", "arn:aws*:iam::*:role/ci/both"), undeclared=True),
    },
    ("fraud-*", "lake/training/"),
    ("763104351884",),
)
ISSUER = "detail.userIdentity.sessionContext.sessionIssuer.arn"


def said(samples: Any, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Mark one sample event, and return what was added to it."""
    (event,) = read_events(samples.text(name, changes))
    marked = mark(event, DUTIES)
    added: dict[str, Any] = json.loads(marked.text)["firedoor"]
    assert added == marked.data["firedoor"]
    return added


@pytest.mark.parametrize(
    ("arn", "duties", "outside"),
    [
        (f"{HOME}:role/data/etl", ["data"], ["invoke", "deploy"]),
        (f"{HOME}:role/ci/both", ["deploy", "data"], ["invoke"]),
        (f"{HOME}:role/analyst", [], ["deploy", "data"]),
        (f"{FOREIGN}:role/data/etl", [], ["deploy", "data"]),
        (f"{FOREIGN}:role/app/shop", ["invoke"], ["deploy", "data"]),
        (f"{HOME}:role/xdata/etl", [], ["deploy", "data"]),
        (f"{HOME}:user/data/etl", [], ["deploy", "data"]),
        (f"{HOME}:user/release[1]", ["deploy"], ["invoke", "data"]),
        (f"{HOME}:user/release1", [], ["deploy", "data"]),
        ("etl", [], ["deploy", "data"]),
        (7, [], ["deploy", "data"]),
    ],
)
def test_a_session_counts_as_its_role(samples: Any, arn: object, duties: list[str], outside: list[str]) -> None:
    """By the role's own ARN, part by part; a foreign role stands under a duty only by its account's number."""
    found = said(samples, "cloudtrail_model_created_by_data_role", {ISSUER: arn})
    assert (duties, outside) == (found["duties"], found["outside"])


def test_a_user_counts_as_itself(samples: Any) -> None:
    """Without a session the identity's own ARN is the principal."""
    found = said(samples, "cloudtrail_endpoint_updated", {"detail.userIdentity.arn": f"{HOME}:user/release[1]"})
    assert (f"{HOME}:user/release[1]", ["deploy"]) == (found["principal"], found["duties"])


def test_what_aws_does_itself_is_nobodys_trespass(samples: Any) -> None:
    """A service has no duty here, and cannot be told to get one."""
    found = said(samples, "cloudtrail_endpoint_updated", {"detail.userIdentity": {"type": "AWSService"}})
    assert (None, [], []) == (found["principal"], found["duties"], found["outside"])


REQUEST = "detail.requestParameters"
ELSEWHERE = {f"{REQUEST}.x-amz-copy-source": "payments-statements/a", "detail.resources": []}


@pytest.mark.parametrize(
    ("changes", "touched"),
    [
        ({f"{REQUEST}.bucketName": "fraud-1"}, ["fraud-*"]),
        ({f"{REQUEST}.bucketName": "lake", f"{REQUEST}.key": "training/1"}, ["lake/training/"]),
        ({f"{REQUEST}.bucketName": "lake", f"{REQUEST}.key": "reports/1"}, []),
        ({f"{REQUEST}.bucketName": "lake", f"{REQUEST}.key": None}, ["lake/training/"]),
        ({f"{REQUEST}.bucketName": "Xfraud-1"}, []),
        ({f"{REQUEST}.x-amz-copy-source": "/lake/training%2F1"}, ["lake/training/"]),
        ({f"{REQUEST}.x-amz-copy-source": "lake/reports/1"}, []),
        (
            {"detail.resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::lake/training/1"}]},
            ["lake/training/"],
        ),
        ({"detail.resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::lake"}]}, []),
        ({"detail.resources": "fraud-1"}, []),
        ({f"{REQUEST}.bucketName": ["fraud-1"]}, []),
    ],
)
def test_training_data_is_known_by_bucket_and_prefix(samples: Any, changes: dict[str, Any], touched: list[str]) -> None:
    """Where a call writes, where a copy reads, and behind an access point."""
    assert touched == said(samples, "cloudtrail_copy_object_ssec", {**ELSEWHERE, **changes})["training_data"]


STATEMENT = '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"999988887777"}}]}'


@pytest.mark.parametrize(
    ("request_", "abroad"),
    [
        ({"roleArn": "arn:aws:iam::999988887777:role/train"}, ["999988887777"]),
        ({"image": "999988887777.dkr.ecr.eu-west-1.amazonaws.com/x:1"}, ["999988887777"]),
        ({"image": "763104351884.dkr.ecr.eu-west-1.amazonaws.com/x:1"}, []),
        ({"roleArn": "arn:aws:iam::111122223333:role/train"}, []),
        ({"items": [{"userId": "999988887777"}, {"userId": "444455556666"}]}, ["444455556666", "999988887777"]),
        ({"policy": STATEMENT}, ["999988887777"]),
        ({"name": "job-999988887777-1", "size": 999988887777}, []),
        ({"topic": "arn:aws-us-gov:sns:us-gov-west-1:999988887777:x"}, ["999988887777"]),
        (None, []),
    ],
)
def test_what_a_call_names_of_a_stranger_is_abroad(samples: Any, request_: object, abroad: list[str]) -> None:
    """In ARNs, addresses of images, lists of accounts and documents; not a number that happens to be that long."""
    event = json.loads(samples.text("cloudtrail_endpoint_updated"))
    event["detail"]["requestParameters"] = request_
    (read,) = read_events(json.dumps(event))
    assert abroad == mark(read, DUTIES).data["firedoor"]["abroad"]


def test_macie_tells_the_tags_of_a_bucket(samples: Any) -> None:
    """A bucket that is tagged as training data counts without standing in the list."""
    bucket = "detail.resourcesAffected.s3Bucket"
    tagged = said(samples, "macie_training_data_pii", {f"{bucket}.name": "letters"})
    assert ["firedoor:data-class=training"] == tagged["training_data"]
    assert (
        []
        == said(samples, "macie_training_data_pii", {f"{bucket}.name": "letters", f"{bucket}.tags": []})[
            "training_data"
        ]
    )


def test_an_event_that_brings_the_field_itself_is_not_believed(samples: Any) -> None:
    """What we say stands last, so a pattern and an expression see it."""
    text = samples.text("cloudtrail_model_created_by_data_role", {"firedoor": {"outside": []}})
    (event,) = read_events(text)
    marked = mark(event, DUTIES)
    assert compile_pattern({"firedoor": {"outside": ["deploy"]}}).matches(marked.text)
    assert ["invoke", "deploy"] == marked.data["firedoor"]["outside"]


def test_other_events_stay_as_they_are(samples: Any) -> None:
    """A finding of GuardDuty has no principal to hold against a duty."""
    (event,) = read_events(samples.text("guardduty_iam_key_stolen_tor"))
    assert event is mark(event, DUTIES)
