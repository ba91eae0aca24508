"""What Slack's door lets in: signed requests only, and of those the messages to us, each once."""

from __future__ import annotations

import inspect
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from slack_bodies import BOT, REASONS, SECRET, as_form, as_json, direct, mention, press, signed
from werkzeug.test import TestResponse

from web import create_app
from web.channels.slack import signature
from web.channels.slack.events import heard, plain_words
from web.settings import Settings

EVENTS = "/slack/events"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "chat" / "slack"


@pytest.fixture
def slack(settings: Settings) -> FlaskClient:
    return create_app(replace(settings, slack_signing_secret=SECRET)).test_client()


def rows(settings: Settings) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(settings.home / "web.db")
    try:
        return connection.execute("SELECT event_id, payload, state FROM inbox ORDER BY id").fetchall()
    finally:
        connection.close()


def send(
    slack: FlaskClient,
    raw: bytes,
    headers: dict[str, str] | None = None,
    kind: str = JSON,
    path: str = EVENTS,
) -> TestResponse:
    return slack.post(path, data=raw, headers=signed(raw) if headers is None else headers, content_type=kind)


GOOD = as_json(mention())
FORGED = {
    "another secret": lambda: signed(GOOD, secret="guessed"),
    "another body": lambda: signed(GOOD + b" "),
    "no signature": lambda: {"X-Slack-Request-Timestamp": signed(GOOD)["X-Slack-Request-Timestamp"]},
    "no time": lambda: {"X-Slack-Signature": signed(GOOD)["X-Slack-Signature"]},
    "a time that is none": lambda: signed(GOOD) | {"X-Slack-Request-Timestamp": "soon"},
    "digits of another script": lambda: signed(GOOD) | {"X-Slack-Request-Timestamp": "１７"},
    "letters outside ASCII": lambda: signed(GOOD) | {"X-Slack-Signature": "v0=é"},
    "another version": lambda: {name: value.replace("v0=", "v1=") for name, value in signed(GOOD).items()},
    "too old": lambda: signed(GOOD, age=301),
    "too early": lambda: signed(GOOD, age=-302),
    "nothing": dict,
}


@pytest.mark.parametrize("forgery", FORGED)
@pytest.mark.parametrize("path", [EVENTS, "/slack/interactive"])
def test_what_slack_did_not_sign_now_is_refused_and_leaves_no_trace(
    slack: FlaskClient, settings: Settings, forgery: str, path: str
) -> None:
    response = send(slack, GOOD, FORGED[forgery](), path=path)
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert rows(settings) == []


def test_an_empty_body_is_refused(slack: FlaskClient, settings: Settings) -> None:
    assert send(slack, b"").status_code == 400
    assert send(slack, b"", {}).status_code == 401
    assert rows(settings) == []


def test_signatures_are_compared_in_constant_time() -> None:
    assert "hmac.compare_digest" in inspect.getsource(signature.is_genuine)


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b"null", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("kind", [JSON, FORM])
def test_a_signed_body_that_is_no_object_is_a_problem(slack: FlaskClient, raw: bytes, kind: str) -> None:
    assert send(slack, raw, kind=kind).status_code == 400


@pytest.mark.parametrize(
    ("raw", "kind", "path"),
    [
        (GOOD, JSON, EVENTS),
        (GOOD, f"{JSON}; charset=utf-8", EVENTS),
        (as_form(press("/b.x")), FORM, "/slack/interactive"),
        (as_form(press("/b.x")), FORM, EVENTS),
    ],
)
def test_a_genuine_request_is_kept_before_it_is_acknowledged_and_a_replay_changes_nothing(
    slack: FlaskClient, settings: Settings, raw: bytes, kind: str, path: str
) -> None:
    headers = signed(raw, age=290)
    for _ in range(2):
        response = send(slack, raw, headers, kind, path)
        assert response.status_code == 200
        [(_, _, state)] = rows(settings)
        assert state == "received"


@pytest.mark.parametrize("reason", REASONS)
def test_a_retry_for_whatever_reason_is_kept_once(
    slack: FlaskClient, settings: Settings, reason: str
) -> None:
    send(slack, GOOD)
    for number in ("1", "2", "3"):
        again = signed(GOOD) | {"X-Slack-Retry-Num": number, "X-Slack-Retry-Reason": reason}
        assert send(slack, GOOD, again).status_code == 200
    assert len(rows(settings)) == 1


def test_the_address_is_proved_by_its_challenge_only_when_signed(slack: FlaskClient) -> None:
    raw = as_json({"type": "url_verification", "challenge": "c0ffee", "token": "old"})
    assert send(slack, raw, {}).status_code == 401
    assert send(slack, raw).json == {"challenge": "c0ffee"}


def test_without_a_signing_secret_there_is_no_such_door(chat: FlaskClient) -> None:
    assert send(chat, GOOD).status_code == 404
    assert send(chat, as_form(press("/b.x")), kind=FORM, path="/slack/interactive").status_code == 404


def test_a_long_message_with_its_blocks_is_read_and_a_huge_body_is_not(
    slack: FlaskClient, settings: Settings
) -> None:
    assert send(slack, as_json(mention("x" * 40_000, blocks=["y" * 150_000]))).status_code == 200
    [(_, payload, _)] = rows(settings)
    assert json.loads(payload) == json.loads(payload) | {"refusal": "message_too_long", "text": ""}
    assert send(slack, as_json(mention("x" * 600_000, "Ev2"))).status_code == 413


UNHEARD: dict[str, dict[str, Any]] = {
    "a bot": mention(bot_id="B0OTHER"),
    "a bot's message": direct(subtype="bot_message", user=None),
    "ourselves": direct(user=BOT),
    "an edit": direct(subtype="message_changed", message={"text": "new"}),
    "an edited mention": mention(edited={"user": "U0PERSON", "ts": "1"}),
    "a deletion": direct(subtype="message_deleted", hidden=True),
    "somebody joining": direct(subtype="channel_join"),
    "a channel's talk": direct(channel_type="channel"),
    "a group's talk": direct(channel_type="mpim"),
    "a reaction": mention(type="reaction_added"),
    "nobody": mention(user=None),
    "nowhere": mention(channel=None),
    "an event without a name": {**mention(), "event_id": None},
    "no event": {**mention(), "event": None},
    "a button of a link": {**press("x"), "actions": [{"type": "users_select", "selected_user": "U1"}]},
    "no button": {**press("x"), "actions": []},
    "a dialog": {"type": "view_submission", "view": {}},
    "a shortcut": {"type": "shortcut"},
    "nothing": {},
}


@pytest.mark.parametrize("what", UNHEARD)
def test_what_is_no_message_to_us_is_acknowledged_and_forgotten(
    slack: FlaskClient, settings: Settings, what: str
) -> None:
    assert send(slack, as_json(UNHEARD[what])).status_code == 200
    assert rows(settings) == []


def test_a_mention_is_answered_in_the_thread_it_stands_in() -> None:
    begun, going_on = heard(mention()), heard(mention(thread_ts="1600000000.1"))
    assert begun is not None
    assert (begun.place, begun.thread) == ("C0CLUSTER", "1700000000.000100")
    assert going_on is not None
    assert going_on.thread == "1600000000.1"


def test_a_direct_message_needs_no_mention_and_may_carry_a_file() -> None:
    found = heard(direct(subtype="file_share", files=[{"id": "F1"}]))
    assert found is not None
    assert found.text == "What do members lack?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"<@{BOT}> hello", "hello"),
        (f"hello <@{BOT}|adviser>, and <@U2> too", "hello , and too"),
        ("R&amp;D &lt;3", "R&D <3"),
        ("see <https://a.example/x|the page> or <https://b.example>", "see the page or https://b.example"),
        ("ask <#C1|general> <!here> <!subteam^S1|@team>", "ask #general @team"),
        (f"<@{BOT}>", ""),
    ],
)
def test_the_markup_of_a_text_is_taken_out(text: str, words: str) -> None:
    assert plain_words(text) == words


def test_two_presses_are_two_messages_and_a_press_knows_its_thread() -> None:
    first, second = heard(press("/b.x")), heard(press("/b.x", action_ts="1700000010.1"))
    assert first is not None
    assert second is not None
    assert first.event != second.event
    assert first.thread == second.thread == "1700000000.000100"


def test_bodies_as_the_service_really_sends_them_never_break_the_door(
    slack: FlaskClient, settings: Settings
) -> None:
    samples = sorted(SAMPLES.glob("*.json"))
    if not samples:
        pytest.skip("no sample bodies of Slack beside this checkout")
    for path in samples:
        body = json.loads(path.read_text(encoding="utf-8"))
        for raw, kind in ((as_json(body), JSON), (as_form(body), FORM)):
            assert send(slack, raw, kind=kind).status_code in (200, 400), path.name
    assert rows(settings)
