from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SECRET = "not-a-real-secret"
PLAYED = Path(__file__).parent / "played_actions.py"


class Server:
    """The action server with the actions of `played_actions.py` instead of ours."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = int(listener.getsockname()[1])
        self.log = log
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        with log.open("w") as output:
            command = [sys.executable, str(PLAYED), str(self.port), SECRET]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)

    def until_ready(self) -> Server:
        for _ in range(300):
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.get("/health").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def get(self, path: str, secret: str = SECRET) -> httpx.Response:
        return self.client.get(path, headers={"Authorization": f"Bearer {secret}"})

    def post(self, content: bytes, secret: str = SECRET, **headers: str) -> httpx.Response:
        return self.client.post(
            "/webhook", content=content, headers={"Authorization": f"Bearer {secret}", **headers}
        )

    def run(self, action: str | None, text: str = "hello") -> httpx.Response:
        return self.post(json.dumps(call(action, text)).encode())

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(20)


def call(action: str | None, text: str) -> dict[str, Any]:
    """What Rasa 3.6 sends with selective domain: no domain, no digest."""
    tracker = {
        "sender_id": "c",
        "slots": {},
        "latest_message": {"text": text, "intent": {"name": "x"}, "entities": []},
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    return {"next_action": action, "sender_id": "c", "version": "3.6.21", "tracker": tracker}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("actions") / "log")
    yield started.until_ready()
    started.stop()


@pytest.mark.parametrize("secret", ["x", "wrong", SECRET + "x"])
def test_whoever_lacks_the_secret_is_turned_away(server: Server, secret: str) -> None:
    assert server.get("/health", secret).status_code == 401
    assert server.post(json.dumps(call("action_echo", "hello")).encode(), secret).status_code == 401


@pytest.mark.parametrize("path", ["/actions", "/webhook/", "/"])
def test_there_are_no_other_routes(server: Server, path: str) -> None:
    assert server.get(path).status_code in {404, 405}


@pytest.mark.parametrize("body", [b"", b"no json", b"null", b"[]", b"{}", b'{"next_action": "action_echo"}'])
def test_a_body_that_is_no_call_is_refused(server: Server, body: bytes) -> None:
    assert server.post(body).status_code == 400


def test_a_packed_body_is_not_unpacked(server: Server) -> None:
    assert server.post(b"x\x9c" + b"\0" * 50, **{"Content-Encoding": "deflate"}).status_code == 400


def test_too_large_a_body_is_refused(server: Server) -> None:
    assert server.post(b'{"next_action": "' + b"x" * 9_000_000 + b'"}').status_code == 413


@pytest.mark.parametrize("action", ["action_breaks", "action_nobody_wrote"])
def test_a_broken_or_missing_action_gives_a_visible_reply(server: Server, action: str) -> None:
    answer = server.run(action, "my telephone number is 0664 123")
    assert answer.status_code == 200
    assert answer.json() == {
        "events": [],
        "responses": [{"response": "utter_action_failed", "custom": {"status": "failed"}}],
    }


def test_what_people_wrote_gets_neither_into_the_log_nor_back(server: Server) -> None:
    answer = server.run("action_breaks", "my telephone number is 0664 123")
    log = server.log.read_text()
    assert "0664" not in answer.text + log
    assert "action_breaks failed with ValueError" in log


def test_an_action_that_says_half_and_breaks_says_only_that_it_broke(server: Server) -> None:
    assert [r["response"] for r in server.run("action_breaks_late").json()["responses"]] == [
        "utter_action_failed"
    ]


def test_a_forms_rejection_reaches_rasa_as_such(server: Server) -> None:
    answer = server.run("action_rejects")
    assert (answer.status_code, answer.json()["action_name"]) == (400, "action_rejects")


def test_an_action_runs_without_the_domain_being_sent(server: Server) -> None:
    answer = server.run("action_echo", "hello")
    assert answer.json()["responses"][0]["text"] == "hello {}"
    assert answer.json()["events"] == [{"event": "slot", "timestamp": None, "name": "said", "value": "hello"}]


def test_a_waiting_action_holds_up_no_other(server: Server) -> None:
    began = time.monotonic()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=0.2) as impatient:
        body = json.dumps(call("action_waits", "")).encode()
        with pytest.raises(httpx.ReadTimeout):
            impatient.post("/webhook", content=body, headers={"Authorization": f"Bearer {SECRET}"})
    assert server.run("action_echo").status_code == 200
    assert time.monotonic() - began < 2


def test_it_listens_on_loopback_only(server: Server) -> None:
    own = socket.gethostbyname(socket.gethostname())
    if own.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with pytest.raises(OSError, match=r"refused|timed out"):
        socket.create_connection((own, server.port), timeout=1)


@pytest.mark.parametrize("missing", ["ADVISER_INNER_SECRET", "ADVISER_ACTIONS_URL"])
def test_without_a_needed_setting_it_says_which_and_ends(missing: str) -> None:
    env = {"ADVISER_INNER_SECRET": SECRET, "ADVISER_ACTIONS_URL": "http://127.0.0.1:5055", missing: ""}
    done = subprocess.run(
        [sys.executable, "-m", "actions"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, missing in done.stderr) == (2, True)


def test_every_action_of_the_domain_is_served() -> None:
    declared = (ROOT / "bot" / "domain" / "actions.yml").read_text(encoding="utf-8")
    names = {line.strip(" -") for line in declared.splitlines() if line.strip().startswith("- action_")}
    code = "from actions.server import our_actions; print(*our_actions().actions)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert names
    assert names - set(done.stdout.split()) == set()
