"""The whole product on a home of its own, for benchmarks: started, asked, killed in parts, stopped."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
GUIDE = ROOT / "tests" / "fixtures" / "harbour-guide.txt"


@dataclass(frozen=True)
class Product:
    """A running copy."""

    address: str
    home: Path
    environment: dict[str, str]

    def command(self, *arguments: str) -> Any:
        """Run a command with `--json` and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments, "--json"],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        return json.loads(done.stdout)

    def kill(self, name: str) -> None:
        """Kill a process with its children as the kernel would."""
        for process in self.processes(name):
            process.kill()

    def processes(self, name: str) -> list[psutil.Process]:
        """Return the process of this name and its children; none while it is being started again."""
        state = json.loads((self.home / "run" / "state.json").read_text())
        from cli.supervision.supervisor import Supervisor  # noqa: PLC0415 - what it needs is set up first

        [record] = [r for r in Supervisor(state["socket"]).processes() if r["name"] == name]
        if not record["pid"]:
            return []
        try:
            top = psutil.Process(record["pid"])
            return [*top.children(recursive=True), top]
        except psutil.NoSuchProcess:
            return []

    def parts(self) -> dict[str, bool]:
        """Return which parts answer; none when web does not."""
        try:
            found: dict[str, bool] = httpx.get(f"{self.address}/readyz", timeout=6).json()["parts"]
        except httpx.TransportError:
            return {}
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database of web."""
        connection = sqlite3.connect(self.home / "web.db", timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@contextmanager
def running_product(**settings: str) -> Iterator[Product]:
    """Start the product with the small guide of the tests, and stop it afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {
            **os.environ, "ADVISER_HOME": folder, "ADVISER_RATE_LIMIT": "off", **settings,
        }  # fmt: skip
        port = str(free_port())
        up = [sys.executable, str(ROOT / "adviser"), "up", "--no-starter", "--detach", "--port", port]
        subprocess.run(up, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        product = Product(f"http://127.0.0.1:{port}", Path(folder), environment)
        try:
            product.command("ingest", str(GUIDE))
            yield product
        finally:
            subprocess.run([sys.executable, "-m", "cli", "down"], cwd=ROOT, env=environment, check=True)


def free_port() -> int:
    """Return a loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
