"""The whole product as a user starts it: real Rasa, real actions, real knowledge, real web; only the home is new."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "tests" / "fixtures" / "harbour-guide.txt"
COMES_BACK_WITHIN = 60.0  # seconds; Rasa needs most of them to import itself


@dataclass(frozen=True)
class Product:
    """A running copy of the product."""

    address: str
    environment: dict[str, str]

    def command(self, *arguments: str) -> Any:
        """Run a command with `--json` and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments, "--json"],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def say(self, message: str, conversation: str | None = None, **more: str) -> dict[str, Any]:
        """One turn over HTTP."""
        body = {"message": message, **more} | ({"conversation": conversation} if conversation else {})
        request = urllib.request.Request(
            f"{self.address}/api/chat", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            turn: dict[str, Any] = json.load(response)
        assert turn["replies"], "every message gets a reply"
        return turn

    def ready(self) -> bool:
        """Whether every part answers."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, TimeoutError):
            return False

    def files_with(self, words: str) -> list[str]:
        """The files under the home that hold the words, databases, their logs and log files alike."""
        files = [path for path in Path(self.environment["ADVISER_HOME"]).rglob("*") if path.is_file()]
        return [path.name for path in files if words.encode() in path.read_bytes()]

    def kill(self, name: str) -> None:
        """Kill a process of the product as the kernel would."""
        [process] = [p for p in self.command("status")["processes"] if p["name"] == name]
        os.kill(process["pid"], signal.SIGKILL)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    home = tmp_path_factory.mktemp("home")
    environment = {
        **os.environ,
        "ADVISER_HOME": str(home),
        "ADVISER_RATE_LIMIT": "off",
        "ADVISER_CONTACT": "Ana, 12345",
    }
    up = subprocess.run(
        [sys.executable, str(ROOT / "adviser"), "up", "--no-starter", "--detach", "--port", port],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert up.returncode == 0, up.stderr
    assert f"Ready: http://127.0.0.1:{port}" in up.stdout
    product = Product(f"http://127.0.0.1:{port}", environment)
    try:
        product.command("ingest", str(GUIDE))
        yield product
    finally:
        subprocess.run(
            [sys.executable, "-m", "cli", "down"], cwd=ROOT, env=environment, check=True, timeout=120
        )


def test_an_unanswerable_question_is_refused_with_a_way_on(product: Product) -> None:
    [reply] = product.say("What does it cost to join the Lighthouse Robotics Cluster per year?")["replies"]
    assert reply["status"] == "nothing_found"
    assert reply["citations"] == []
    assert reply["buttons"]


def test_a_text_that_looks_like_a_command_is_only_text(product: Product) -> None:
    turn = product.say("/restart")
    assert turn["replies"][0]["data"]["move"] != "restart"
    assert product.say("hello", turn["conversation"])["replies"][0]["data"]["move"] == "greet"


def test_an_answer_quotes_its_source_and_can_be_followed_up(product: Product) -> None:
    [found] = product.command("search", "battery workshop", "-k", "1")["results"]
    turn = product.say("How much does a workshop for batteries cost?")
    [reply] = turn["replies"]
    assert reply["status"] == "answered", reply
    assert "180,000" in reply["citations"][0]["quote"]
    assert reply["data"]["move"] == "ask_advice"
    for citation in reply["citations"]:
        with urllib.request.urlopen(f"{product.address}/api/passages/{citation['passage']}") as response:
            assert citation["quote"] in json.load(response)["text"]
    more = next(button for button in reply["buttons"] if button["payload"])
    [followed] = product.say(more["payload"], turn["conversation"])["replies"]
    assert followed["data"]["move"] == "explain_more"
    assert followed["citations"]
    assert found["document"] == reply["citations"][0]["document"]


def test_ingesting_the_same_file_again_changes_nothing(product: Product) -> None:
    report = product.command("ingest", str(GUIDE))
    assert (report["unchanged"], report["added"], report["updated"]) == (1, 0, 0)


def test_feedback_is_asked_for_and_kept(product: Product) -> None:
    turn = product.say("that answer was wrong")
    assert turn["replies"][0]["data"]["move"] == "give_feedback"
    [thanks] = product.say("the figure is from another year", turn["conversation"])["replies"]
    assert thanks["data"]["move"] == "give_feedback"
    assert thanks["status"] == "answered"


def test_a_person_is_named_when_one_is_asked_for(product: Product) -> None:
    [reply] = product.say("can I speak to a human please")["replies"]
    assert "Ana, 12345" in reply["text"]


@pytest.mark.parametrize("victim", ["worker", "actions", "knowledge", "rasa"])
def test_the_conversation_survives_the_death_of_a_process(product: Product, victim: str) -> None:
    conversation = product.say("hello")["conversation"]
    product.kill(victim)
    for _ in range(3):  # while it is down, and while it comes back
        assert product.say("What helps small firms in a harbour?", conversation)["replies"][0]["text"]
    deadline = time.monotonic() + COMES_BACK_WITHIN
    while not product.ready():
        assert time.monotonic() < deadline, f"{victim} did not come back"
        time.sleep(0.5)
    assert product.say("hello", conversation)["replies"][0]["data"]["move"] == "greet"


def test_a_message_sent_again_gets_the_same_answer(product: Product) -> None:
    event = str(uuid.uuid4())
    first = product.say("hello", event=event)
    assert product.say("hello", event=event) == first


def test_the_worker_and_its_queues_are_seen(product: Product) -> None:
    status = product.command("status")
    assert status["queues"] == {"inbox_open": 0, "outbox_open": 0, "dead": 0}
    assert status["worker"]["alive"]


def test_an_erased_conversation_is_in_no_file_under_the_home(product: Product) -> None:
    canary = "zirconium-plated bilge pumps"
    turn = product.say(f"What does our {canary} subscription cost per year?")
    product.say(f"that was wrong, I asked about {canary}", turn["conversation"])
    product.say(f"the figure for {canary} is from another year", turn["conversation"])
    assert product.files_with(canary)
    erased = product.command("erase", turn["conversation"])["erased"]
    assert erased["messages"] == 3
    assert erased["events"] > 0
    assert product.files_with(canary) == []
    assert product.say("hello")["replies"][0]["data"]["move"] == "greet"
