"""``make cloud`` for a person: it says when it cannot start, and leaves nothing behind however it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest
from local.cloud import WORK, Cloud, free_port, is_taken
from stack import PATIENCE, ROOT, wait_for

UNDEPLOYED = """
import sys
from local import cloud
cloud.PORT = int(sys.argv[1])
cloud.Cloud.deploy = lambda *_, **__: None
cloud.main()
"""
"""``make cloud`` on another port, without the deployment."""


def test_a_taken_port_is_said() -> None:
    """A second cloud does not start, and leaves the first one alone."""
    with socket.create_server(("127.0.0.1", 0)) as first, pytest.raises(RuntimeError, match="is there a local cloud"):
        Cloud.start(port=first.getsockname()[1])


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_clean(end: signal.Signals) -> None:
    """By Ctrl-C, by kill, and when its terminal is closed: the emulator ends too."""
    port = free_port()
    command = [sys.executable, "-c", UNDEPLOYED, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own words
    try:
        output = process.stdout
        assert output
        wait_for(lambda: "Ctrl-C" in output.readline(), "the end of the help")
        process.send_signal(end)
        assert "Stopping." in process.communicate(timeout=PATIENCE)[0]
    finally:
        process.kill()
    assert 0 == process.returncode
    assert not is_taken(port)
    assert ["emulator.log"] == [path.name for path in (WORK / f"emulator-{port}").iterdir()]
