"""What no emulator carries out, checked against botocore's own service model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber
from scenarios import World

from firedoor import actions

CREDENTIAL = {
    "UserName": "BedrockAPIKey-1a2b",
    "Status": "Active",
    "ServiceUserName": "BedrockAPIKey-1a2b-at-111122223333",
    "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
    "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE",
    "ServiceName": "bedrock.amazonaws.com",
}
USER = {
    "Path": "/",
    "UserName": "BedrockAPIKey-1a2b",
    "UserId": "AIDAIOSFODNN7EXAMPLE",
    "Arn": "arn:aws:iam::111122223333:user/BedrockAPIKey-1a2b",
    "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
}


def test_a_bedrock_api_key_is_deactivated_and_activated_again() -> None:
    """The calls have the form that IAM documents, and each verb makes only its own."""
    iam: Any = boto3.client("iam", aws_access_key_id="testing", aws_secret_access_key="testing")
    account = replace(World().account(), make_client=lambda _service, _region: iam)
    action = actions.load("iam.deactivate_bedrock_api_key")
    asked = {"UserName": "BedrockAPIKey-1a2b", "ServiceName": "bedrock.amazonaws.com"}
    changed = {"UserName": "BedrockAPIKey-1a2b", "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE"}
    inactive = {**CREDENTIAL, "Status": "Inactive"}
    with Stubber(iam) as stub:
        stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": [CREDENTIAL]}, asked)
        stub.add_response("get_user", {"User": USER}, {"UserName": "BedrockAPIKey-1a2b"})
        (change,) = action.plan(account, {"user": "BedrockAPIKey-1a2b"}).changes
        stub.add_response("update_service_specific_credential", {}, {**changed, "Status": "Inactive"})
        made = action.apply(account, change)
        stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": [inactive]}, asked)
        assert dict(change.after) == dict(action.read(account, change, made))
        stub.add_response("update_service_specific_credential", {}, {**changed, "Status": "Active"})
        action.undo(account, change, made)
        stub.assert_no_pending_responses()
