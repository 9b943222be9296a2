"""One cold start, in this process: ``python coldstart_process.py MODULE [RECORD]``. Started by bench_coldstart.py.

Imports MODULE as Lambda does while it initialises. With a RECORD it then answers the first event; AWS's answers come
from the record, so that nothing waits for a network. Prints one line of JSON: milliseconds, and the peak in MiB.

Nothing but what the interpreter has loaded anyway may be imported before the first clock is read.
"""

import sys
import time


def main() -> None:
    """Run and print."""
    module, record = sys.argv[1], sys.argv[2:]
    sys.stderr.write("start\n")  # what -X importtime wrote before it is the interpreter's own
    started = time.perf_counter()
    __import__(module)
    figures = {"import": (time.perf_counter() - started) * 1000}
    sys.stderr.write("imported\n")
    if record:
        figures |= answer_first_event(sys.modules[module], record[0])
    import json

    print(json.dumps({**figures, "peak": peak()}))


def answer_first_event(module, path):
    """Answer the first event and return how long the playbooks and the event itself took."""
    import json
    from pathlib import Path

    from firedoor.handling import services

    record = json.loads(Path(path).read_text("utf-8"))
    replay(record["calls"])
    started = time.perf_counter()
    _ = services().library if module.__name__ == "classify.app" else services().bundle  # read when first asked for
    ready = time.perf_counter()
    answer = module.handler(record["event"], Context())
    done = time.perf_counter()
    if answer["batchItemFailures"] or record["calls"]:
        sys.exit(f"The first event was not answered as it was recorded: {answer}, {len(record['calls'])} calls left.")
    return {"playbooks": (ready - started) * 1000, "event": (done - ready) * 1000}


def replay(calls):
    """Answer every AWS call of this process from the record, in its order; any other call is an error."""
    from botocore.awsrequest import AWSResponse
    from botocore.handlers import BUILTIN_HANDLERS

    def answer(request, event_name, **_):
        call = calls.pop(0)
        if event_name.rpartition(".")[2] != call["operation"]:
            raise RuntimeError(f"{event_name} was called where the record has {call['operation']}")
        return AWSResponse(request.url, call["status"], call["headers"], Body(call["body"].encode()))

    BUILTIN_HANDLERS.append(("before-send", answer))


class Body:
    """An answer's body, as botocore reads it."""

    def __init__(self, content):
        """``content`` is all of it."""
        self._content = content

    def stream(self, *_, **__):
        """Yield the body."""
        yield self._content


class Context:
    """What Lambda gives a handler beside the event, as far as it is looked at."""

    function_name = "firedoor"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:firedoor"
    aws_request_id = "98025fb8-6bdf-e8a8-76e4-f57d356c4e34"


def peak():
    """Return the most memory that this process had at once, in MiB.

    From /proc and not getrusage(2), whose figure begins with the size of the process that started this one.
    """
    from pathlib import Path

    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
