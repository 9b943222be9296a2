"""Actions on Lambda functions."""

from __future__ import annotations

from firedoor.actions.setting import Call, Setting


class StopFunction(Setting):
    """See ``summary``. Calls that come are throttled; asynchronous ones wait for up to six hours."""

    name = "lambda.stop_function"
    service, iam, parameter, noun = "lambda", "lambda", "function", "function"
    promise = "Let {name} run no more, by a reserved concurrency of nothing"
    arn = "function:{name}"
    wanted = {"ReservedConcurrentExecutions": 0}  # noqa: RUF012  nobody changes a declaration
    reads = Call(
        "GetFunctionConcurrency",
        {"FunctionName": "{name}"},
        "{ReservedConcurrentExecutions: ReservedConcurrentExecutions}",
    )
    writes = Call("PutFunctionConcurrency", {"FunctionName": "{name}"})
    clears = Call("DeleteFunctionConcurrency", {"FunctionName": "{name}"})
    gone = ("ResourceNotFoundException",)
