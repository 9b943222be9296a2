"""Our reader of service models gives botocore what botocore's own would."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import boto3
import botocore
import pytest
from botocore.exceptions import DataNotFoundError
from botocore.loaders import JSONFileLoader, Loader
from moto import mock_aws

from firedoor.models import ModelFiles, Models, fast_session

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


def plain(model: dict[str, Any]) -> dict[str, Any]:
    """Return a model with every shape parsed, and without the sentences about operations."""
    parsed = {key: dict(value.items()) if key == "shapes" else value for key, value in model.items()}
    for operation in parsed.get("operations", {}).values():
        operation.pop("documentation", None)
    return parsed


@pytest.mark.parametrize("service", SERVICES)
def test_models_are_what_botocore_reads(service: str) -> None:
    """The same operations, shapes and endpoints, in the same order; only sentences about operations are gone."""
    files = sorted({str(path).partition(".json")[0] for path in (DATA / service).rglob("*.json*")})
    assert [path for path in files if path.endswith("service-2")]
    for path in files:
        ours, theirs = ModelFiles().load_file(path), JSONFileLoader().load_file(path)
        assert plain(theirs) == plain(ours)
        for part in ("operations", "shapes"):
            assert list(theirs.get(part, ())) == list(ours.get(part, ()))


def test_a_shape_is_parsed_when_it_is_asked_for() -> None:
    """EC2's model has five thousand; all of them parsed would be the largest thing in a function's memory."""
    shapes = ModelFiles().load_file(str(DATA / "ec2" / "2016-11-15" / "service-2"))["shapes"]
    assert int is type(dict.get(shapes, "IpPermission"))
    assert "structure" == shapes["IpPermission"]["type"]
    assert dict is type(dict.get(shapes, "IpPermission"))
    assert ("structure", None) == (shapes.get("IpRange")["type"], shapes.get("NoSuchShape"))
    with pytest.raises(KeyError, match="NoSuchShape"):
        shapes["NoSuchShape"]


def test_the_sentences_are_gone() -> None:
    """They are a part of EC2's model that a function would carry for nothing."""
    model = ModelFiles().load_file(str(DATA / "ec2" / "2016-11-15" / "service-2"))
    assert not any("documentation" in operation for operation in model["operations"].values())


def test_what_is_merged_into_a_model_is_in_it() -> None:
    """Botocore adds to some models what a second file says; here S3 gets a time for a text that AWS calls one."""
    ours, theirs = Models(file_loader=ModelFiles()), Loader()
    shapes = [loader.load_service_model("s3", "service-2")["shapes"] for loader in (ours, theirs)]
    assert [{"type": "timestamp"}, {"type": "timestamp"}] == [each["Expires"] for each in shapes]
    assert list(shapes[1].items()) == list(shapes[0].items())


@pytest.mark.parametrize("indent", [None, 1, 2, 4])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (", ", " : ")])
def test_a_model_may_be_printed_in_any_way(tmp_path: Path, indent: int | None, separators: tuple[str, str]) -> None:
    """Only what is printed as AWS prints most models is left for later; a text in it may look like anything."""
    model = {
        "version": "2.0",
        "shapes": {
            "One": {"type": "string", "documentation": 'a "quoted",\n    "Two": { line\n  }'},
            "Two": {"type": "list", "member": {"shape": "One"}},
            "Three": {},
        },
        "metadata": {"shapes": {"Four": 4}},
        "operations": {},
    }
    (tmp_path / "service-2.json").write_text(json.dumps(model, indent=indent, separators=separators), "utf-8")
    assert model == plain(ModelFiles().load_file(str(tmp_path / "service-2")))


def test_a_service_without_a_model_is_unknown() -> None:
    """Of what there is, the newest version is found; what is not there is told as botocore tells it."""
    ours, theirs = Models(file_loader=ModelFiles()), Loader()
    newest = [loader.determine_latest_version("cloudfront", "service-2") for loader in (ours, theirs)]
    assert newest[0] == newest[1]
    for service, kind in (("no-such-service", "service-2"), ("sts", "no-such-type-1")):
        with pytest.raises(DataNotFoundError):
            ours.load_service_model(service, kind)


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
