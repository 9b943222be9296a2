"""What becomes of a stack: production's configuration deploys without questions, and deletion keeps the evidence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from local.cloud import ACCOUNT, REGION, STACK, TEMPLATE, Cloud
from stack import ROOT


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """Give a cloud of its own, with a stack in it that may do everything."""
    with Cloud.start() as cloud:
        cloud.deploy(cap="auto")
        yield cloud


def test_production_deploys_into_shadow(cloud: Cloud) -> None:
    """As ``samconfig.toml`` has it; what it does not name, such as the external id, stays as it was deployed."""
    config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "prod"]
    said = cloud.sam("deploy", *config, "--template-file", str(TEMPLATE), "--no-confirm-changeset", "--no-progressbar")
    assert "Successfully created/updated stack" in said
    caps = cloud.client("ssm").get_parameter(Name=f"/{STACK}/caps")["Parameter"]["Value"]
    assert '{"global": "shadow"}' == caps
    function = cloud.client("lambda").get_function_configuration(FunctionName=f"{STACK}-respond")
    assert "local-external-id-0000" == function["Environment"]["Variables"]["FIREDOOR_EXTERNAL_ID"]


def test_deletion_keeps_what_is_evidence(cloud: Cloud) -> None:
    """The functions go; cases, evidence, quarantine, logs and the key stay."""
    (alias,) = [a for a in cloud.client("kms").list_aliases()["Aliases"] if a["AliasName"] == f"alias/{STACK}"]
    cloud.sam("delete", "--stack-name", STACK, "--region", REGION, "--no-prompts")
    assert [] == cloud.client("lambda").list_functions()["Functions"]
    buckets = {bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]}
    assert {f"firedoor-{kind}-{ACCOUNT}-{REGION}" for kind in ("evidence", "quarantine")} <= buckets
    assert f"{STACK}-cases" in cloud.client("dynamodb").list_tables()["TableNames"]
    logs = {group["logGroupName"] for group in cloud.client("logs").describe_log_groups()["logGroups"]}
    assert {f"/aws/lambda/{STACK}-{name}" for name in ("classify", "inspect", "respond", "decide", "timer")} <= logs
    assert "Enabled" == cloud.client("kms").describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]["KeyState"]
