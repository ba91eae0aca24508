"""Web and worker as processes of their own, started and killed by tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0


@dataclass
class Running:
    """The two processes of a home. `environment` names their neighbours and secrets."""

    home: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **os.environ,
            **self.environment,
            "ADVISER_HOME": str(self.home),
            "ADVISER_PORT": str(port),
        }

    def start(self, name: str) -> None:
        """Start "web" or "worker"."""
        web = ["-m", "gunicorn", "--config", "web/gunicorn.py", "web:create_app()"]
        command = [sys.executable, *(web if name == "web" else ["-m", "web.worker"])]
        self.home.mkdir(exist_ok=True)
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """Kill a process with all it started, as the kernel would, and wait until it is gone."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def await_web(self) -> None:
        """Return when web answers."""
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"web did not start: {(self.home / 'web.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End what still runs, gently; each must end without a fault."""
        ended = {
            name: (process.terminate(), process.wait(timeout=40))[1]
            for name, process in self.processes.items()
        }
        self.processes.clear()
        assert set(ended.values()) <= {0}, ended
