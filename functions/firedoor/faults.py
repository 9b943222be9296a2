"""What a botocore error means to us: worth another try, or a reason for a person. Owns the list of passing faults."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

AwsError = (ClientError, BotoCoreError)
"""What to catch around AWS calls."""

_PASSING = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        "Unavailable",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})


def code_of(error: ClientError) -> str:
    """Return AWS's code of an error, such as ``NoSuchEntity``."""
    return str(error.response["Error"]["Code"])


def expect_dry_run(call: Callable[[], object]) -> None:
    """Make a call to EC2 with ``DryRun``; the error that says it would have worked is success."""
    try:
        call()
    except ClientError as error:
        if code_of(error) != "DryRunOperation":
            raise


def is_passing(error: ClientError | BotoCoreError) -> bool:
    """Tell whether trying again later may help: throttles, 5xx answers, and connections that broke."""
    if isinstance(error, ParamValidationError):
        return False
    if not isinstance(error, ClientError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in _PASSING or status >= 500


def is_denied(error: ClientError | BotoCoreError) -> bool:
    """Tell whether AWS says that the caller may not."""
    return isinstance(error, ClientError) and code_of(error) in _DENIED


def explain(error: ClientError | BotoCoreError) -> str:
    """Say in a sentence what AWS answered, without the answer's own text, which may repeat what an attacker wrote."""
    if isinstance(error, ParamValidationError):
        return "AWS was not asked: a value is not in the form that the call takes."
    if not isinstance(error, ClientError):
        return f"AWS could not be reached ({type(error).__name__})."
    code, operation = code_of(error), error.operation_name
    if is_denied(error):
        return f"Firedoor's role may not call {operation} there ({code})."
    return f"AWS refused {operation} ({code})."
