"""The command that finds tagged buckets which nothing watches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from firedoor.cli import main

ROOT = Path(__file__).parent.parent.parent
REGION = "eu-west-1"


@pytest.fixture
def buckets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a function that makes a bucket with a data class."""
    monkeypatch.chdir(ROOT)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)

        def make(name: str, data_class: str) -> None:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            tag = {"Key": "firedoor:data-class", "Value": data_class}
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [tag]})

        yield make


def test_a_tagged_bucket_that_is_not_listed_is_told(buckets: Any, capsys: Any) -> None:
    """By name, with exit code 1; other classes are left out."""
    buckets("fraud-training-data", "training")
    buckets("labels", "training")
    buckets("reports", "public")
    assert 1 == main(["training-data", "--region", REGION, "--json"])
    assert {"fraud-training-data": True, "labels": False} == json.loads(capsys.readouterr().out)
    assert 1 == main(["training-data", "--region", REGION])
    assert [
        "fraud-training-data is listed",
        "labels is missing: add it to training_data in playbooks/duties.yaml",
        "2 tagged, 1 missing.",
    ] == capsys.readouterr().out.splitlines()


def test_it_is_good_when_all_are_listed(buckets: Any, capsys: Any) -> None:
    """Exit code 0, so that a pipeline can ask."""
    buckets("fraud-training-data", "training")
    assert 0 == main(["training-data", "--region", REGION])
    assert "1 tagged, 0 missing." == capsys.readouterr().out.splitlines()[-1]
