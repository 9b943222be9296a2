"""A deployed stack as the command line sees it: its outputs, and clients with the operator's own credentials."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from firedoor.errors import FiredoorError, Refused

if TYPE_CHECKING:
    from firedoor.cases import Cases

_TIMEOUT = 30


@dataclass(frozen=True)
class Deployment:
    """One stack. Clients follow the usual AWS configuration, ``AWS_ENDPOINT_URL`` included."""

    session: Any
    stack: str

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs by name.

        Raises:
            FiredoorError: There is no such stack in this account and region.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self.session.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        except (ClientError, BotoCoreError) as error:
            raise FiredoorError(
                f"Stack {self.stack} cannot be read ({type(error).__name__}); "
                "name it with --stack, and the account with --profile and --region."
            ) from error
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", ())}

    def output(self, name: str) -> str:
        """Return one output.

        Raises:
            FiredoorError: The stack has no such output: it is not Firedoor's, or an older one.
        """
        if name not in self.outputs:
            raise FiredoorError(f"Stack {self.stack} has no output {name}; is it a Firedoor stack?")
        return self.outputs[name]

    @cached_property
    def cases(self) -> Cases:
        """The stack's table."""
        from firedoor.cases import Cases

        return Cases(self.session.client("dynamodb"), self.output("TableName"))

    def decide(self, decision: str, case_id: str, *, why: str, force: bool) -> str:
        """Send a decision, signed with the operator's credentials, and return what was answered.

        Raises:
            Refused: It was not accepted; the message says why.
            FiredoorError: Nobody answered.
        """
        request = {"decision": decision, "case_id": case_id, "why": why, "force": force}
        answer = self._post(json.dumps(request))
        try:
            body = json.loads(answer)
            message, accepted = str(body["message"]), body["accepted"] is True
        except (ValueError, KeyError, TypeError):
            raise FiredoorError("The decide function did not answer as it should; look at its log.") from None
        if not accepted:
            raise Refused(message)
        return message

    def _post(self, body: str) -> str:
        """POST to the function URL with a SigV4 signature: so AWS itself tells the function who decides.

        An emulator has no such host: where ``AWS_ENDPOINT_URL`` is set the request goes there, for that host.
        """
        import urllib3
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        url = self.output("DecideFunctionUrl")
        request = AWSRequest("POST", url, data=body.encode(), headers={"content-type": "application/json"})
        SigV4Auth(self.session.get_credentials(), "lambda", self.session.region_name).add_auth(request)
        where = os.environ.get("AWS_ENDPOINT_URL", url)
        headers = {**request.headers, "host": urlsplit(url).netloc}
        try:
            answer = urllib3.PoolManager().request("POST", where, body=body.encode(), headers=headers, timeout=_TIMEOUT)
        except urllib3.exceptions.HTTPError as error:
            raise FiredoorError(f"The decide function cannot be reached: {type(error).__name__}.") from error
        if answer.status == 403:
            raise Refused("You may not decide: your credentials lack lambda:InvokeFunctionUrl on the decide function.")
        return answer.data.decode("utf-8", "replace")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a stack."""
    parser.add_argument("--stack", default="firedoor", help="name of the CloudFormation stack (default: firedoor)")
    parser.add_argument("--region", help="region of the stack")
    parser.add_argument("--profile", help="AWS profile to use")


def deployment_of(arguments: argparse.Namespace) -> Deployment:
    """Return the stack that the command names."""
    import boto3
    from botocore.exceptions import ProfileNotFound

    try:
        session = boto3.Session(profile_name=arguments.profile, region_name=arguments.region)
    except ProfileNotFound as error:
        raise FiredoorError(f"{error}.") from None
    if session.region_name is None:
        raise FiredoorError("No region is configured; name the stack's with --region.")
    return Deployment(session, arguments.stack)
