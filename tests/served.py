"""A laboratory served for tests: a process of its own, as a user starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
COMMAND = "from evdisc.cli import main; main()"
RAT = (ROOT / "examples" / "rat-tail-mir-21.yaml").read_text("utf-8")
#: the shipped example, coarse and short
SMALL = (
    RAT.replace("radial_cells: 16", "radial_cells: 8").replace("axial_cells: 10", "axial_cells: 6")
    .replace("duration: 8 weeks", "duration: 6 d").replace("schedule: [14 d]", "schedule: [2 d]")
    .replace("members: 20", "members: 2").replace("output_every: 1 d", "output_every: 2 d")
)  # fmt: skip


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """Environment in which this checkout is what runs."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}


class Served:
    """A running `evdisc serve`."""

    def __init__(self, workspace: Path, host: str = "127.0.0.1", jobs: int = 2) -> None:
        self.workspace, self.host, self.jobs, self.port = workspace, host, jobs, free_port()
        self.log = workspace.with_name(workspace.name + ".log")
        self.base = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = ["serve", "--port", str(self.port), "--host", self.host, "--jobs", str(self.jobs),
                 "--workspace", str(self.workspace)]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-c", COMMAND, *words],
                                            env=environment(), stderr=log, stdout=log)  # fmt: skip
        for _ in range(300):
            try:
                httpx.get(self.base + "/api/jobs", timeout=2)
                return
            except httpx.TransportError:
                assert self.process.poll() is None, self.told()
                time.sleep(0.1)
        raise AssertionError("does not answer: " + self.told())

    def told(self) -> str:
        """What it said."""
        return self.log.read_text("utf-8")

    def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def client(self, **given: Any) -> httpx.Client:
        """A user of its own."""
        return httpx.Client(base_url=self.base, timeout=60, **given)


def wait_for(client: httpx.Client, job: str, seconds: float = 180.0) -> dict[str, Any]:
    """The job when it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = client.get(f"/api/jobs/{job}").json()
        if found["state"] in ("done", "failed", "cancelled"):
            return dict(found)
        time.sleep(0.3)
    raise AssertionError(f"the job has not ended: {found}")
