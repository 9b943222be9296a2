"""Our reader of service models gives botocore what botocore's own would."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import boto3
import botocore
import pytest
from botocore.loaders import JSONFileLoader
from moto import mock_aws

from firedoor.models import ModelFiles, fast_session

DATA = Path(botocore.__file__).parent / "data"
SERVICES = (
    "bedrock",
    "cloudtrail",
    "dynamodb",
    "ec2",
    "iam",
    "s3",
    "scheduler",
    "securityhub",
    "sns",
    "sqs",
    "ssm",
    "sts",
)


def without_sentences(node: Any, within: str = "") -> Any:
    """Return a model without documentation. A member or shape that is called so is no sentence and stays."""
    if isinstance(node, list):
        return [without_sentences(item) for item in node]
    if not isinstance(node, dict):
        return node
    named = within in {"members", "shapes", "operations"}
    return {key: without_sentences(value, key) for key, value in node.items() if named or key != "documentation"}


@pytest.mark.parametrize("service", SERVICES)
def test_models_are_what_botocore_reads(service: str) -> None:
    """The same operations, shapes, endpoints and order; only sentences are gone."""
    files = sorted({str(path).partition(".json")[0] for path in (DATA / service).rglob("*.json*")})
    assert [path for path in files if path.endswith("service-2")]
    for path in files:
        ours, theirs = ModelFiles().load_file(path), JSONFileLoader().load_file(path)
        assert without_sentences(theirs) == without_sentences(ours)
        assert list(theirs.get("shapes", ())) == list(ours.get("shapes", ()))


def test_the_sentences_are_gone() -> None:
    """They are a part of EC2's model that a function would carry for nothing."""
    model = ModelFiles().load_file(str(DATA / "ec2" / "2016-11-15" / "service-2"))
    assert "documentation" not in model["operations"]["RevokeSecurityGroupIngress"]
    assert not any("documentation" in shape for shape in model["shapes"].values())


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    """Botocore asks for many files that no service has, and takes None for an answer."""
    path = str(tmp_path / "service-2")
    assert not ModelFiles().exists(path)
    assert ModelFiles().load_file(path) is None


def test_files_may_be_packed_or_plain(tmp_path: Path) -> None:
    """Botocore ships packed files, and reads plain ones first."""
    plain = tmp_path / "extra-1.json"
    plain.write_text('{"version": "1.0"}', "utf-8")
    assert ModelFiles().exists(str(tmp_path / "extra-1"))
    assert {"version": "1.0"} == ModelFiles().load_file(str(tmp_path / "extra-1"))
    assert ModelFiles().exists(str(DATA / "sqs" / "2012-11-05" / "service-2"))


def test_garbage_is_still_collected(tmp_path: Path) -> None:
    """Collection rests while a model is parsed, also if the model is broken."""
    (tmp_path / "broken.json").write_text("{", "utf-8")
    with pytest.raises(ValueError, match="unexpected end"):
        ModelFiles().load_file(str(tmp_path / "broken"))
    assert gc.isenabled()


@mock_aws
def test_clients_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of the fast session asks, pages and reads errors as any other does."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    ours, theirs = fast_session("eu-west-1"), boto3.Session(region_name="eu-west-1")
    pages = [page for session in (ours, theirs) for page in vpc_pages(session)]
    assert pages[0] == pages[1]
    client = ours.client("ec2")
    with pytest.raises(client.exceptions.ClientError, match=r"InvalidGroup\.NotFound"):
        client.describe_security_groups(GroupIds=["sg-0123456789abcdef0"])
    assert "eu-west-1" == client.meta.region_name


def vpc_pages(session: Any) -> list[list[str]]:
    """Return the ids of all VPCs, by page."""
    pages = session.client("ec2").get_paginator("describe_vpcs").paginate()
    return [[vpc["VpcId"] for vpc in page["Vpcs"]] for page in pages]


def test_no_call_waits_as_long_as_a_function_may_run() -> None:
    """Botocore's own patience is 60 seconds for each of five tries; classify and timer end after 60 in all."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    config = fast_session("eu-west-1").client("sqs", **keys).meta.config
    tries = config.retries["total_max_attempts"]
    assert 60 > tries * (config.connect_timeout + config.read_timeout)
