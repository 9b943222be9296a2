"""What a botocore error means to us: worth another try, or a reason for a person. Owns the list of passing faults."""

from __future__ import annotations

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


def is_passing(error: ClientError | BotoCoreError) -> bool:
    """Tell whether trying again later may help: throttles, 5xx answers, and connections that broke."""
    if isinstance(error, ParamValidationError):
        return False
    if not isinstance(error, ClientError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _PASSING or status >= 500


def is_denied(error: ClientError | BotoCoreError) -> bool:
    """Tell whether AWS says that the caller may not."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _DENIED


def explain(error: ClientError | BotoCoreError) -> str:
    """Say in a sentence what AWS answered, without the answer's own text, which may repeat what an attacker wrote."""
    if isinstance(error, ParamValidationError):
        return "AWS was not asked: a value is not in the form that the call takes."
    if not isinstance(error, ClientError):
        return f"AWS could not be reached ({type(error).__name__})."
    code, operation = error.response["Error"]["Code"], error.operation_name
    if is_denied(error):
        return f"Firedoor's role may not call {operation} there ({code})."
    return f"AWS refused {operation} ({code})."
