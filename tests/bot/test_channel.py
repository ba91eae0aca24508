from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.channel import Refusal, TurnRequest, answer
from bot.understanding import Understood

ROOT = Path(__file__).parents[2]
SECRET = "not-a-real-secret"
SLOW = "take your time"


class PlayedActions(BaseHTTPRequestHandler):
    """An action server that asks for the secret and answers by the action's name."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append(call)
        if self.headers["Authorization"] != f"Bearer {SECRET}":
            self._send(401, {})
        elif call["tracker"]["latest_message"]["text"] == "what share of firms breaks":
            self._send(500, {})
        else:
            self._send(200, {"events": [], "responses": ACTIONS[call["next_action"]](call)})

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


def _advise(call: dict[str, Any]) -> list[dict[str, Any]]:
    if call["tracker"]["latest_message"]["text"] == SLOW:
        time.sleep(1)
    reply = {"kind": "answer", "status": "partial", "text": "46 % [1]", "citations": [{"number": 1}]}
    return [{"custom": reply}, {"response": "utter_found", "topic": "skills", "custom": {"kind": "answer"}}]


def _record(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": f"noted: {call['tracker']['slots']['feedback_text']}"}]


ACTIONS = {
    "action_advise": _advise,
    "action_next_steps": lambda _: [{"custom": {"text": "steps", "data": {"move": "make_plan", "more": 1}}}],
    "action_record_feedback": _record,
}


@pytest.fixture(scope="module")
def actions() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), PlayedActions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


class Bot:
    """`python -m bot` as the supervisor starts it."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.url = env["ADVISER_RASA_URL"]
        self.log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot"],
                cwd=ROOT,
                env={**os.environ, **env},
                stdout=output,
                stderr=output,
            )

    def until_ready(self) -> Bot:
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.get("/webhooks/adviser/ready")[0] == 200:
                    return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def turn(self, text: Any, payload: Any = None, conversation: Any = "c", **more: Any) -> tuple[int, Any]:
        body = {"conversation": conversation, "text": text, "payload": payload, "language": "en", **more}
        return self.post(json.dumps(body).encode())

    def post(self, body: bytes, secret: str = SECRET) -> tuple[int, Any]:
        return self._ask(urllib.request.Request(f"{self.url}/webhooks/adviser/turn", body), secret)

    def get(self, path: str, secret: str = SECRET) -> tuple[int, Any]:
        return self._ask(urllib.request.Request(self.url + path), secret)

    def _ask(self, request: urllib.request.Request, secret: str) -> tuple[int, Any]:
        request.add_header("Authorization", f"Bearer {secret}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def env(tiny_model: Path, actions: str, home: Path, module_port: int) -> dict[str, str]:
    return {
        "ADVISER_HOME": str(home),
        "ADVISER_INNER_SECRET": SECRET,
        "ADVISER_RASA_MODEL": str(tiny_model),
        "ADVISER_RASA_URL": f"http://127.0.0.1:{module_port}",
        "ADVISER_ACTIONS_URL": actions,
    }


@pytest.fixture(scope="module")
def bot(env: dict[str, str], home: Path) -> Iterator[Bot]:
    started = Bot(env, home / "bot.log")
    yield started.until_ready()
    started.stop()


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["ADVISER_INNER_SECRET", "ADVISER_RASA_MODEL", "ADVISER_ACTIONS_URL"])
def test_without_a_needed_setting_it_says_which_and_ends(env: dict[str, str], missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=ROOT,
        env={**os.environ, **env, missing: ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, missing in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "ü"])
def test_whoever_lacks_the_secret_is_turned_away(bot: Bot, secret: str) -> None:
    given = secret.encode().decode("latin-1")
    assert bot.post(b"{}", given)[0] == 401
    assert bot.get("/webhooks/adviser/ready", given)[0] == 401


@pytest.mark.parametrize(
    "path",
    ["/model", "/status", "/conversations/c/tracker", "/domain", "/webhooks/rest/webhook", "/version", "/"],
)
def test_nothing_of_rasas_own_interface_is_there(bot: Bot, path: str) -> None:
    assert bot.get(path)[0] == 404


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"null", b'"text"', b'{"text": "no conversation"}'])
def test_a_body_that_is_no_turn_is_refused(bot: Bot, body: bytes) -> None:
    status, problem = bot.post(body)
    assert (status, problem["status"]) == (400, 400)


@pytest.mark.parametrize(
    ("text", "payload", "conversation"), [("", None, "c"), (3, None, "c"), ("x", {}, ["c"])]
)
def test_fields_of_a_wrong_kind_are_refused(bot: Bot, text: Any, payload: Any, conversation: Any) -> None:
    assert bot.turn(text, payload, conversation)[0] == 400


@pytest.mark.parametrize(
    "payload",
    [
        "/restart",
        "/session_start",
        "/nlu_fallback",
        "/unknown",
        "greet",
        "/greet{",
        '/greet{"a"}',
        "/greet x",
    ],
)
def test_a_payload_that_names_no_move_is_refused(bot: Bot, payload: str) -> None:
    assert bot.turn("pressed", payload)[0] == 400


def test_too_long_a_text_is_refused_at_once(bot: Bot) -> None:
    began = time.monotonic()
    assert bot.turn("x" * 4001)[0] == 413
    assert bot.turn("x" * 1_000_000)[0] == 413
    assert time.monotonic() - began < 2
    assert bot.turn("é" * 4000)[0] == 200


def test_a_broken_action_leaves_the_replies_empty_and_the_conversation_alive(bot: Bot) -> None:
    assert bot.turn("what share of firms breaks", conversation="broken") == (
        200,
        {"move": "ask_advice", "replies": []},
    )
    assert bot.turn("hello", conversation="broken")[1]["replies"][0]["text"].startswith("Hello.")


async def test_a_turn_past_its_deadline_is_given_up() -> None:
    class Stuck:
        async def understand(self, text: str, payload: str | None) -> Understood:
            return Understood("ask_advice", {})

        async def turn(self, *_: Any) -> list[Any]:
            await asyncio.sleep(30)
            return []

    began = time.monotonic()
    with pytest.raises(Refusal) as refused:
        await answer(Stuck(), TurnRequest("c", "hello", None, "en"), deadline=0.05)
    assert refused.value.status == 504
    assert time.monotonic() - began < 5


# --- understanding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["/greet", "/restart", " /goodbye", '/next_steps{"theme": "digital skills"}', "/", "///", "/nonsense"],
)
def test_text_in_the_form_of_a_command_is_only_text(bot: Bot, text: str) -> None:
    status, turn = bot.turn(text, conversation="slash")
    assert (status, turn["move"]) == (200, "ask_advice")
    heard = PlayedActions.seen[-1]["tracker"]["latest_message"]
    assert heard["text"] == text
    assert heard["entities"] == []


def test_a_slash_before_a_sentence_does_not_hide_what_it_means(bot: Bot) -> None:
    assert bot.turn("/ hello", conversation="slash")[1]["move"] == "greet"
    bot.turn("/next steps for digital skills", conversation="slash")
    found = PlayedActions.seen[-1]["tracker"]["latest_message"]["entities"][0]
    assert "/next steps for digital skills"[found["start"] : found["end"]] == "digital skills"


def test_a_payload_is_taken_at_its_word(bot: Bot) -> None:
    status, turn = bot.turn("Where to start", '/next_steps{"theme": "green transition"}', "pressed")
    assert (status, turn["move"]) == (200, "next_steps")
    tracker = PlayedActions.seen[-1]["tracker"]
    assert (tracker["slots"]["theme"], tracker["latest_message"]["text"]) == (
        "green transition",
        "Where to start",
    )
    assert tracker["latest_message"]["metadata"]["pressed"] is True
    bot.turn("Where to start", conversation="pressed")
    assert PlayedActions.seen[-1]["tracker"]["latest_message"]["metadata"]["pressed"] is False


def test_a_message_no_intent_wins_becomes_a_question(bot: Bot) -> None:
    assert bot.turn("qwrtz plmk vbnh")[1]["move"] == "ask_advice"


def test_what_is_said_inside_a_form_fills_the_form(bot: Bot) -> None:
    bot.turn("that was wrong", conversation="form")
    replies = bot.turn("/goodbye to that figure", conversation="form")[1]["replies"]
    assert [reply["text"] for reply in replies] == ["noted: /goodbye to that figure"]


# --- replies --------------------------------------------------------------------------------------


def test_a_response_is_one_whole_reply_with_every_field(bot: Bot) -> None:
    assert bot.turn("hello", conversation="shape") == (
        200,
        {
            "move": "greet",
            "replies": [
                {
                    "kind": "text",
                    "status": "answered",
                    "text": "Hello.\n\nI am a machine.\n\nAsk me anything.",
                    "language": "en",
                    "citations": [],
                    "buttons": [{"title": "Next steps", "payload": "/next_steps"}],
                    "next_actions": [],
                    "data": {"move": "greet"},
                }
            ],
        },
    )


def test_what_is_out_of_scope_says_so_in_its_status(bot: Bot) -> None:
    assert bot.turn("tell me a joke")[1]["replies"][0]["status"] == "out_of_scope"


def test_an_actions_reply_keeps_what_it_set_and_gets_the_rest(bot: Bot) -> None:
    made, worded = bot.turn("what is a value proposition", language="de")[1]["replies"]
    assert (made["kind"], made["status"], made["text"]) == ("answer", "partial", "46 % [1]")
    assert (made["citations"], made["language"], made["data"]) == (
        [{"number": 1}],
        "de",
        {"move": "ask_advice"},
    )
    assert (worded["kind"], worded["text"]) == ("answer", "About skills:")


def test_an_action_may_name_a_move_of_its_own(bot: Bot) -> None:
    assert bot.turn("x", "/next_steps")[1]["replies"][0]["data"] == {"move": "make_plan", "more": 1}


# --- life -----------------------------------------------------------------------------------------


def test_a_slow_turn_holds_up_no_other_conversation(bot: Bot) -> None:
    slow = threading.Thread(target=bot.turn, args=(SLOW, None, "slow"))
    slow.start()
    time.sleep(0.2)
    began = time.monotonic()
    bot.turn("hello", conversation="quick")
    assert time.monotonic() - began < 0.6
    slow.join()


def test_turns_of_one_conversation_follow_each_other(bot: Bot) -> None:
    both = [
        threading.Thread(target=bot.turn, args=(text, None, "lane")) for text in (SLOW, "hello", "goodbye")
    ]
    for one in both:
        one.start()
        time.sleep(0.05)
    for one in both:
        one.join()
    bot.turn("what is a value proposition", conversation="lane")
    events = PlayedActions.seen[-1]["tracker"]["events"]
    assert [e["text"] for e in events if e["event"] == "user"][:3] == [SLOW, "hello", "goodbye"]


def test_a_killed_engine_comes_back_where_the_conversation_was(
    env: dict[str, str], tmp_path: Path, free_port: int
) -> None:
    own = {**env, "ADVISER_HOME": str(tmp_path), "ADVISER_RASA_URL": f"http://127.0.0.1:{free_port}"}
    first = Bot(own, tmp_path / "first.log").until_ready()
    first.turn("that was wrong", conversation="kept")
    first.process.kill()
    first.process.wait()
    second = Bot(own, tmp_path / "second.log").until_ready()
    replies = second.turn("the year", conversation="kept")[1]["replies"]
    second.stop()
    assert [reply["text"] for reply in replies] == ["noted: the year"]


def test_no_message_text_gets_into_the_log(bot: Bot) -> None:
    bot.turn("my telephone number is 0664 123", conversation="private")
    bot.turn("what share of firms breaks", conversation="private")
    log = bot.log.read_text()
    assert "0664" not in log
    assert "what share of firms breaks" not in log


def test_the_model_needs_no_tensorflow_in_memory(bot: Bot) -> None:
    maps = Path(f"/proc/{bot.process.pid}/maps")
    if not maps.exists():
        pytest.skip("this system shows no memory maps")
    assert "tensorflow" not in maps.read_text()
