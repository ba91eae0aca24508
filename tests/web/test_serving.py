"""The process as it is served: gunicorn, real sockets, real bodies."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from neighbours import TURN, Neighbour, said

ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(tmp_path: Path, rasa: Neighbour, knowledge: Neighbour) -> Iterator[tuple[str, Path]]:
    """The address of a running web process and the file of its log."""
    port = _free_port()
    env = os.environ | {
        "ADVISER_HOME": str(tmp_path / "home"),
        "ADVISER_PORT": str(port),
        "ADVISER_INNER_SECRET": "inner",
        "ADVISER_SIGNING_KEY": "signing",
        "ADVISER_LOCAL_TOKEN": "local",
        "ADVISER_KNOWLEDGE_URL": knowledge.url,
        "ADVISER_RASA_URL": rasa.url,
        "ADVISER_ACTIONS_URL": rasa.url,
    }
    log = tmp_path / "web.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "web/gunicorn.py", "web:create_app()"]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=sink, stderr=sink)
    try:
        yield _wait_for(f"http://127.0.0.1:{port}", process, log), log
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"{url}/healthz", timeout=1)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return url
    pytest.fail(f"web did not start: {log.read_text()}")


def test_the_served_process_keeps_its_promises(served: tuple[str, Path], rasa: Neighbour) -> None:
    url, log = served
    _refuses_a_big_body_at_once(url)
    _answers_many_at_once_and_health_beside(url, rasa)
    _notes_nothing_of_what_was_said(url, log)


def _refuses_a_big_body_at_once(url: str) -> None:
    for size in (1_000_000, 8_000_000):
        started = time.monotonic()
        response = httpx.post(f"{url}/api/chat", json={"message": "x" * size}, timeout=10)
        assert response.status_code == 413
        assert "4,000" in response.json()["detail"]
        assert time.monotonic() - started < 1


def _answers_many_at_once_and_health_beside(url: str, rasa: Neighbour) -> None:
    rasa.on(TURN, said("Yes."), after=1)
    headers = {"X-Adviser-Local": "local"}
    with ThreadPoolExecutor(24) as pool:
        started = time.monotonic()
        asked = [
            pool.submit(httpx.post, f"{url}/api/chat", json={"message": "hi"}, headers=headers, timeout=25)
            for _ in range(20)
        ]
        assert httpx.get(f"{url}/healthz", timeout=2).status_code == 200
        assert {job.result().json()["replies"][0]["text"] for job in asked} == {"Yes."}
    assert time.monotonic() - started < 10  # one after the other it would be 20


def _notes_nothing_of_what_was_said(url: str, log: Path) -> None:
    httpx.post(f"{url}/api/chat", json={"message": "our secret merger"}, headers={"X-Adviser-Local": "local"})
    noted = log.read_text()
    assert '"event": "turn"' in noted
    assert "secret merger" not in noted
