"""A Lambda function's process: ``python contain_process.py MODULE FUNCTION``. Started by bench_custodian.py.

Imports the handler, then answers one event for each line of JSON on standard input with a line of JSON: the
milliseconds that the event took, and the AWS calls it made with the milliseconds after which each was sent.
"""

import sys
import time


def main() -> None:
    """Answer events until standard input ends."""
    module, function = sys.argv[1:]
    answers, sys.stdout = sys.stdout, sys.stderr  # handlers log to what is standard output when they are imported
    calls = count_calls()
    __import__(module)
    handler = getattr(sys.modules[module], function)
    import json

    for line in sys.stdin:
        event = json.loads(line)
        calls.clear()
        started = time.perf_counter()
        answer = handler(event, Context())
        took = (time.perf_counter() - started) * 1000
        made = [(name, (sent - started) * 1000) for name, sent in calls]
        print(json.dumps({"ms": took, "calls": made, "answer": answer}), file=answers, flush=True)


def count_calls():
    """Return a list that gets name and time of every AWS call of this process; it does not change the calls."""
    from botocore.handlers import BUILTIN_HANDLERS

    calls = []

    def note(event_name, **_):
        calls.append((event_name.partition(".")[2], time.perf_counter()))

    BUILTIN_HANDLERS.append(("before-send", note))
    return calls


class Context:
    """What Lambda gives a handler beside the event, as far as it is looked at."""

    function_name = "firedoor"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:firedoor"
    aws_request_id = "98025fb8-6bdf-e8a8-76e4-f57d356c4e34"

    def get_remaining_time_in_millis(self):
        """Return the time left; it never runs out here."""
        return 60_000


if __name__ == "__main__":
    main()
