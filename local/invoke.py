"""One built function under Lambda's own runtime interface, against the local cloud: no Docker, no account.

    make invoke FUNCTION=classify EVENT=events/cloudtrail_authorize_ingress_world.json

Lambda's runtime interface emulator, which aws-sam-cli brings along, starts the runtime interface client, which imports
the handler from the artifact: what runs in Lambda but for the operating system. The environment is that of the deployed
function. The cloud is the one that ``make cloud`` runs in another terminal; if none does, one is started for this call.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import urllib3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local.cloud import (
    PORT,
    REGION,
    ROOT,
    STACK,
    WORK,
    Cloud,
    client_of,
    environment_of,
    free_port,
    is_taken,
    without_aws,
)

_PROCESSORS = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_SECONDS_TO_START = 30
_SECONDS_TO_ANSWER = 300


def invoke(url: str, function: str, event: Any) -> tuple[Any, str]:
    """Run one event through a function; returns its answer and its log.

    ``url`` is the emulated AWS with the stack in it, ``function`` such as ``classify``.

    Raises:
        RuntimeError: The runtime did not start; the message holds its log.
    """
    handler, variables = variables_of(url, function)
    log = WORK / f"invoke-{function}.log"
    with runtime(handler, variables, log) as address:
        where = f"http://{address}/2015-03-31/functions/function/invocations"
        answer = urllib3.request("POST", where, body=json.dumps(event), timeout=_SECONDS_TO_ANSWER)
        return answer.json(), log.read_text("utf-8")


def variables_of(url: str, function: str) -> tuple[str, dict[str, str]]:
    """Return the handler of a deployed function and the environment that it has there."""
    deployed = client_of(url, "lambda").get_function_configuration(FunctionName=f"{STACK}-{function}")
    variables = {**without_aws(), **environment_of(url), **deployed["Environment"]["Variables"]}
    return deployed["Handler"], variables | {
        "AWS_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": f"{STACK}-{function}",
    }


@contextlib.contextmanager
def runtime(handler: str, variables: dict[str, str], log: Path) -> Iterator[str]:
    """Start the emulator with the client below it; yields the emulator's address."""
    address, inner = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    command = [
        *(_emulator(), "--log-level", "error", "--runtime-interface-emulator-address", address),
        *("--runtime-api-address", inner, ROOT / ".venv-cloud" / "bin" / "python", "-m", "awslambdaric", handler),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=WORK / "code", env=variables, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(address, log)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _emulator() -> Path:
    (folder,) = (ROOT / ".venv-sam").glob("lib/python*/site-packages/samcli/local/rapid")
    return folder / f"aws-lambda-rie-{_PROCESSORS[platform.machine()]}"


def _wait(address: str, log: Path) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end:
        if is_taken(int(address.partition(":")[2])):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The runtime did not start:\n{log.read_text('utf-8')}")


@contextlib.contextmanager
def _running() -> Iterator[str]:
    """Give the address of the cloud that ``make cloud`` runs, or of a new one."""
    if is_taken(PORT):
        yield f"http://127.0.0.1:{PORT}"
        return
    print("No local cloud runs; starting one for this call (about a minute). `make cloud` keeps one.", file=sys.stderr)
    with Cloud.start() as cloud:
        cloud.deploy()
        yield cloud.url


_FORMS = """\
what a function takes:
  classify   an event of events/, or an SQS batch of such
  inspect    events/s3_bedrock_log_created.json, or what CloudWatch Logs sends
  respond    an SQS batch whose bodies are {"case_id": "fd-…", "occurrence": 1}
  decide     {"decision": "approve", "case_id": "fd-…", "by": "name"}; also reject and undo
  timer      {"timer": "heartbeat"}; also baseline and report
"""


def main() -> None:
    """Invoke, and print the function's log and its answer; exit with 1 if it raised an error."""
    functions = ("classify", "inspect", "respond", "decide", "timer")
    parser = argparse.ArgumentParser(
        prog="make invoke",
        usage=f"make invoke FUNCTION={'|'.join(functions)} EVENT=events/….json",
        description=__doc__.splitlines()[0],
        epilog=_FORMS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("function", metavar="FUNCTION", choices=functions)
    parser.add_argument("event", metavar="EVENT", help="a file, such as one of events/")
    arguments = parser.parse_args()
    try:
        event = json.loads(Path(arguments.event).read_text("utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"EVENT={arguments.event} cannot be read as an event: {error}\n{_FORMS.rstrip()}")
    with _running() as url:
        answer, log = invoke(url, arguments.function, event)
    print(log, file=sys.stderr)
    print(json.dumps(answer, indent=2))
    sys.exit(1 if isinstance(answer, dict) and "errorType" in answer else 0)


if __name__ == "__main__":
    main()
