"""From a secret in the invocation log to what an approval makes of it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firedoor.case import State
from firedoor.cli.embedded import EmbeddedAws

if TYPE_CHECKING:
    from tests.conftest import Samples

NOW = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
OPERATOR = "arn:aws:iam::111122223333:role/security-on-call"
SECOND_OPERATOR = "arn:aws:iam::111122223333:role/ai-platform-on-call"
ROOT = Path(__file__).parents[2]


def log_with(aws: EmbeddedAws, samples: Samples, secret: str) -> tuple[Any, dict[str, str], str]:
    """Let Bedrock log a prompt that holds the secret; returns S3, where the object is, and its announcement."""
    text = samples.text("s3_bedrock_log_created")
    detail = json.loads(text)["detail"]
    where = {"Bucket": detail["bucket"]["name"], "Key": detail["object"]["key"]}
    record = json.loads((ROOT / "events" / "bedrock_invocation_log.jsonl").read_text("utf-8").splitlines()[0])
    said = record["input"]["inputBodyJson"]["messages"][0]["content"][0]
    said["text"] = f"Why is {secret} refused?"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=where["Bucket"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(**where, Body=gzip.compress(json.dumps(record).encode()))
    return s3, where, text


def test_an_approved_redaction_cleans_the_log_and_is_not_read_as_news(samples: Samples, bundle: Path) -> None:
    """The copy's own announcement is skipped, so that no call is counted twice and no case is opened by us."""
    secret = "ghp_" + "x7Qm2Lr9Vb4Nc8Zd3Ks6Tf1Wg5Hj0PyAaEe2"
    with EmbeddedAws(bundle, NOW) as aws:
        s3, where, text = log_with(aws, samples, secret)
        aws.put_event(text)
        aws.pump()
        (case,) = [case for case in aws.cases() if case.playbook == "bedrock-secret-in-prompt"]
        assert case.state is State.WAITING
        for approver in (OPERATOR, SECOND_OPERATOR):
            aws.decide({"decision": "approve", "case_id": case.id}, approver)
        aws.pump()
        assert secret not in gzip.decompress(s3.get_object(**where)["Body"].read()).decode()
        cases = aws.cases()
        assert State.CONTAINED is next(entry.state for entry in cases if entry.id == case.id)
        aws.put_event(text)
        aws.pump()
        assert cases == aws.cases()
        read = [line for line in aws.log() if line.get("message") == "inspected"]
        assert [1, 0] == [line["records"] for line in read]


def test_an_own_key_in_a_prompt_is_deactivated_after_an_approval(samples: Samples, bundle: Path) -> None:
    """From the words in the log to the key's status, though no event, case or alert holds the key's id."""
    with EmbeddedAws(bundle, NOW) as aws:
        iam = aws.client("iam")
        iam.create_user(UserName="deploy-bot")
        key_id = iam.create_access_key(UserName="deploy-bot")["AccessKey"]["AccessKeyId"]
        aws.put_event(log_with(aws, samples, key_id)[2])
        aws.pump()
        (case,) = [case for case in aws.cases() if case.playbook == "bedrock-own-key-in-prompt"]
        aws.decide({"decision": "approve", "case_id": case.id}, OPERATOR)
        aws.pump()
        (key,) = iam.list_access_keys(UserName="deploy-bot")["AccessKeyMetadata"]
        assert "Inactive" == key["Status"]


def test_a_key_of_somebody_else_is_left_to_the_other_playbook(samples: Samples, bundle: Path) -> None:
    """No user here has it, so nothing waits for anybody, and one alert tells of the secret."""
    with EmbeddedAws(bundle, NOW) as aws:
        aws.put_event(log_with(aws, samples, "AKIA" + "J45Q7YFFARZ2KQ5D")[2])
        aws.pump()
        states = {case.playbook: case.state for case in aws.cases()}
        assert State.CLOSED is states["bedrock-own-key-in-prompt"]
        assert State.WAITING is states["bedrock-secret-in-prompt"]
