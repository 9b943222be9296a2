"""The local cloud: an emulated AWS on this machine, and this repository deployed to it with ``sam deploy``.

``make cloud`` runs it for a person, ``make e2e`` for the tests. It needs no Docker: the emulator runs each Lambda
function as a process of its own. It differs from AWS in these ways, and in no other that we know:

* The artifact is built for this machine and its Python, not for arm64 (``PLATFORM=`` of ``functions/Makefile``).
* Layers are not at ``/opt``: the compiled playbooks are read where they were built.
* What the emulator lacks is left out of the template: ``LEFT_OUT``.
* For services that it lacks as a whole, ``OF_MOTO``, moto's server answers, found by the SDKs' variables for a service.
* The rules of read-only calls are plainly on: the emulator does not know the state in which they also hear those calls,
  and makes no difference between the calls that it hears.
* Roles and policies are made but not enforced.
* What people and responders call is put on the bus at once, not after minutes: ``local/trail.py``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3

from firedoor.cli.template import read_template

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".build" / "cloud"
LAYER = ROOT / ".build" / "layer"
TEMPLATE = WORK / "template.json"
"""What ``sam deploy`` was last given: see ``local_template``."""
ACCOUNT = "111122223333"
REGION = "eu-west-1"
PORT = 4566
"""Where ``make cloud`` listens."""

STACK = "firedoor"
LOG_BUCKET = "acme-bedrock-logs-111122223333"
"""Where the emulated Bedrock's invocation logs lie: what is put there is announced on the bus, and inspected."""

LEFT_OUT = {"ThrottlesAlarm": "the emulator has no metric math in alarms"}
"""Logical id → why the local stack goes without it."""

OF_MOTO = ("macie2", "redshift", "sagemaker")
"""The services that moto answers for. Of the others that the emulator lacks, moto lacks the calls that we make too."""

_SECONDS_TO_START = 60
_OF_LAMBDA = {"AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{sys.version_info.minor}"}
"""What Lambda sets and the emulator does not; SDKs say it in the user agent."""


def local_template() -> dict[str, Any]:
    """Return ``template.yaml`` as the local cloud takes it: see this module's list of differences."""
    template: dict[str, Any] = long_form(read_template())
    for name in LEFT_OUT:
        del template["Resources"][name]
        _forget(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"], name)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Events::Rule" and "State" in resource["Properties"]:
            resource["Properties"]["State"] = "ENABLED"
    template["Globals"]["Function"]["CodeUri"] = str(WORK / "code")
    template["Globals"]["Function"]["Environment"]["Variables"]["FIREDOOR_BUNDLE"] = str(LAYER / "firedoor/bundle.json")
    template["Resources"]["BundleLayer"]["Properties"]["ContentUri"] = str(LAYER)
    return template


def _forget(body: dict[str, str], name: str) -> None:
    """Take an alarm that is left out from the list of alarms on the dashboard."""
    body["Fn::Sub"] = body["Fn::Sub"].replace(f'"${{{name}.Arn}}",\n', "")


def long_form(value: Any) -> Any:
    """Write ``Ref`` and ``Condition`` as CloudFormation's JSON does: without ``Fn::``."""
    if isinstance(value, dict):
        return {{"Fn::Ref": "Ref", "Fn::Condition": "Condition"}.get(k, k): long_form(v) for k, v in value.items()}
    return [long_form(entry) for entry in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running emulator; use it as a context, which stops it and every function that it started."""

    process: subprocess.Popen[bytes]
    """The emulator, with moto's server and the functions in its process group."""
    url: str
    moto: str
    """Where moto's server answers for ``OF_MOTO``."""
    port: int
    """The emulator's; its folder is called by it, for several may run at once."""

    @classmethod
    def start(cls, port: int = 0) -> Cloud:
        """Start an emulator on loopback; ``port`` 0 takes a free one.

        Raises:
            RuntimeError: The port is taken, or it did not answer within a minute; the message names its log.
        """
        if port and is_taken(port):
            raise RuntimeError(f"Port {port} is taken; is there a local cloud already? Only one can be there.")
        _forget_what_ended()
        port, beside = port or free_port(), free_port()
        folder = _folder(port)
        (folder / "tmp").mkdir(parents=True)
        python = ROOT / ".venv-cloud" / "bin" / "python"
        moto = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(beside)]
        trail = [sys.executable, ROOT / "local" / "trail.py", f"http://127.0.0.1:{port}"]
        with (folder / "emulator.log").open("wb") as log:
            process = subprocess.Popen(
                [python, ROOT / "local" / "emulator.py", *moto, "--", *trail],
                env=_emulator_environment(port),
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that stop() ends the functions' processes too
            )
        cloud = cls(process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{beside}", port)
        cloud._wait(port)
        cloud._wait(beside)
        return cloud

    def __enter__(self) -> Cloud:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self, port: int) -> None:
        end = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < end and self.process.poll() is None:
            if is_taken(port):
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The emulator did not start; see {_folder(self.port) / 'emulator.log'}.")

    def stop(self) -> None:
        """End the emulator and its functions, and remove the copies of their code; the log stays."""
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # workers that did not hear, and what they started
        self.process.wait()
        shutil.rmtree(_folder(self.port) / "tmp", ignore_errors=True)

    @property
    def _fault(self) -> Path:
        return _folder(self.port) / "fault.json"

    @property
    def _trail(self) -> Path:
        return _folder(self.port) / "trail.on"

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which the AWS SDKs, the AWS CLI, SAM and ``firedoor`` find it."""
        return {**environment_of(self.url), **self._of_moto}

    @property
    def _of_moto(self) -> dict[str, str]:
        return {f"AWS_ENDPOINT_URL_{service.upper()}": self.moto for service in OF_MOTO}

    def client(self, service: str) -> Any:
        """Return a client of the operator for one service."""
        return client_of(self.moto if service in OF_MOTO else self.url, service)

    @contextlib.contextmanager
    def fault(self, service: str, how: str, call: str = "") -> Iterator[None]:
        """Let a service's calls, or those with ``call`` in their name, go wrong for as long as the context lasts.

        ``how`` is ``refuse`` (access denied), ``break`` (an internal error, which SDKs try again), or ``hang``: carried
        out, and not answered before the context ends. For services with JSON; the others only hang.
        """
        new = self._fault.with_suffix(".new")
        new.write_text(json.dumps({"service": service, "how": how, "call": call}), "utf-8")
        new.rename(self._fault)
        try:
            yield
        finally:
            self._fault.unlink()

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Put the calls served on the bus, as CloudTrail does, for as long as the context lasts."""
        self._trail.touch()
        try:
            yield
        finally:
            self._trail.unlink()

    def kill(self, function: str) -> int:
        """End every running process of a function as a machine's failure would; returns how many there were."""
        command = ["ps", "-A", "-ww", "-o", "pid=,pgid=,args="]
        listing = subprocess.run(command, capture_output=True, text=True, check=True)
        ours = [line.split(None, 2) for line in listing.stdout.splitlines() if f"lambda-{STACK}-{function}-" in line]
        pids = [int(pid) for pid, group, _ in ours if int(group) == self.process.pid]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)

    def deploy(self, cap: str = "auto") -> None:
        """Build for this machine and run ``sam deploy``; raises as ``deploy_built`` does."""
        build()
        self._make_log_bucket()
        self.deploy_built(cap)

    def deploy_built(self, cap: str, *more: str) -> str:
        """Run ``sam deploy`` of what was built; returns what SAM said. ``more`` are parameters such as ``Name=value``.

        Raises:
            RuntimeError: It failed; the message holds what SAM said.
        """
        template = local_template()
        template["Globals"]["Function"]["Environment"]["Variables"] |= {**self._of_moto, **_OF_LAMBDA}
        TEMPLATE.write_text(json.dumps(template), "utf-8")
        words = ["--template-file", str(TEMPLATE), "--stack-name", STACK, "--resolve-s3", "--no-progressbar"]
        words += ["--capabilities", "CAPABILITY_NAMED_IAM", "--no-fail-on-empty-changeset"]
        words += ["--parameter-overrides", f"InitialCap={cap}", "ExternalId=local-external-id-0000"]
        return self.sam("deploy", *words, f"BedrockLogBucket={LOG_BUCKET}", *more)

    def sam(self, *words: str) -> str:
        """Run a command of SAM; returns what it said.

        Raises:
            RuntimeError: It failed; the message holds what SAM said.
        """
        command = [ROOT / ".venv-sam" / "bin" / "sam", *words]
        environment = {**without_aws(), **self.environment, "SAM_CLI_TELEMETRY": "0"}
        done = subprocess.run(command, cwd=WORK, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"sam {words[0]} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done.stdout + done.stderr

    def _make_log_bucket(self) -> None:
        s3 = self.client("s3")
        s3.create_bucket(Bucket=LOG_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_notification_configuration(
            Bucket=LOG_BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )


def environment_of(url: str) -> dict[str, str]:
    """Return the variables with which the AWS SDKs find the emulated AWS at ``url``, as an operator of its account."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,  # the emulator takes twelve digits for the account
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
    }


def client_of(url: str, service: str) -> Any:
    """Return a client of an operator for one service of the emulated AWS at ``url``."""
    session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="local", region_name=REGION)  # noqa: S106
    return session.client(service, endpoint_url=url)


def build() -> None:
    """Build the functions' artifact for this machine, with the commands that ``sam build`` uses."""
    code = WORK / "code"
    shutil.rmtree(code, ignore_errors=True)
    code.mkdir(parents=True)
    command = ["make", "--silent", "-C", ROOT / "functions", "PLATFORM=", f"ARTIFACTS_DIR={code}"]
    subprocess.run([*command, f"PYTHON={sys.executable}", "build-ClassifyFunction"], check=True, capture_output=True)


def _emulator_environment(port: int) -> dict[str, str]:
    return {
        **without_aws(),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",  # no broker on a fixed port
        "TMPDIR": str(_folder(port) / "tmp"),
        "CLOUD_FAULT": str(_folder(port) / "fault.json"),
        "CLOUD_TRAIL": str(_folder(port) / "trail.on"),
    }


def _folder(port: int) -> Path:
    return WORK / f"emulator-{port}"


def _forget_what_ended() -> None:
    """Remove the folders of emulators that run no longer."""
    for folder in WORK.glob("emulator-*"):
        if not is_taken(int(folder.name.rpartition("-")[2])):
            shutil.rmtree(folder, ignore_errors=True)


def without_aws() -> dict[str, str]:
    """Return the environment without what could lead to a real account, or to this checkout's own packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FIREDOOR_", "PYTHON"))}


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Tell whether something listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


_HELP = """
The stack is up. In another terminal:

    {exports}
    .venv/bin/firedoor cap
    GROUP=$(aws ec2 create-security-group --group-name web --description try --query GroupId --output text)
    aws ec2 authorize-security-group-ingress --group-id $GROUP --protocol tcp --port 22 --cidr 0.0.0.0/0
    sleep 3 && .venv/bin/firedoor cases

What you call reaches the bus as CloudTrail would tell it; the second call opens a case that waits for
`firedoor approve`. Ctrl-C stops it; nothing is kept.
"""


def main() -> None:
    """Start, deploy, say what to try, and wait for Ctrl-C; being killed and the end of the terminal end it too."""
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.default_int_handler)
    try:
        with Cloud.start(port=PORT) as cloud:
            print("Deploying (about a minute) …", flush=True)
            cloud.deploy(cap="approve")
            exports = " ".join(f"{name}={value}" for name, value in cloud.environment.items())
            print(_HELP.format(exports=f"export {exports}"), flush=True)
            with cloud.recording():
                signal.pause()
    except KeyboardInterrupt:
        print("Stopping.")
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
