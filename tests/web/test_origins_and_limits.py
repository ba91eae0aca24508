"""Who may call, and how often."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from neighbours import TURN, Neighbour

from web import create_app
from web.settings import Settings

CHAT = "/api/chat"
ASK = {"message": "hi"}


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://cluster.example", "https://cluster.example.evil.example", ""],
)
def test_a_foreign_origin_is_turned_away(chat: FlaskClient, rasa: Neighbour, origin: str) -> None:
    response = chat.post(CHAT, json=ASK, headers={"Origin": origin})
    assert response.status_code == 403
    assert response.content_type == "application/problem+json"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert not rasa.bodies(TURN)


def test_a_foreign_preflight_is_turned_away(chat: FlaskClient) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert chat.options(CHAT, headers=headers).status_code == 403


def test_a_listed_origin_may_ask_and_read_also_its_errors(chat: FlaskClient) -> None:
    for body, status in ((ASK, 200), ({}, 422)):
        response = chat.post(CHAT, json=body, headers={"Origin": "https://cluster.example"})
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == "https://cluster.example"
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Origin" in response.headers["Vary"]


def test_a_listed_origin_gets_its_preflight(chat: FlaskClient) -> None:
    headers = {"Origin": "https://cluster.example", "Access-Control-Request-Method": "POST"}
    response = chat.options(CHAT, headers=headers)
    assert response.status_code == 204
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost"}])
def test_no_origin_and_our_own_are_served(chat: FlaskClient, headers: dict[str, str]) -> None:
    assert chat.post(CHAT, json=ASK, headers=headers).status_code == 200


def test_the_public_address_behind_a_proxy_is_our_own(settings: Settings) -> None:
    chat = create_app(replace(settings, public_url="https://adviser.example/")).test_client()
    assert chat.post(CHAT, json=ASK, headers={"Origin": "https://adviser.example"}).status_code == 200


@pytest.fixture
def limited(settings: Settings) -> FlaskClient:
    return create_app(replace(settings, rate_limit="2 per minute")).test_client()


def test_one_message_too_many_is_told_when_to_come_back(limited: FlaskClient) -> None:
    assert [limited.post(CHAT, json=ASK).status_code for _ in range(3)] == [200, 200, 429]
    response = limited.post("/api/chat/stream", json=ASK)
    assert response.status_code == 429
    assert response.content_type == "application/problem+json"
    assert 1 <= int(response.headers["Retry-After"]) <= 61  # whole seconds, rounded up
    assert response.headers["Retry-After"] in response.get_json(force=True)["detail"]


def test_made_up_conversations_do_not_escape_the_limit(limited: FlaskClient) -> None:
    bodies = [{"message": "hi", "conversation": f"made-up-{n}"} for n in range(3)]
    assert [limited.post(CHAT, json=body).status_code for body in bodies] == [404, 404, 429]


def test_each_conversation_has_a_limit_of_its_own(limited: FlaskClient) -> None:
    known = limited.post(CHAT, json=ASK).json["conversation"]
    limited.post(CHAT, json=ASK)
    body = {"message": "hi", "conversation": known}
    assert [limited.post(CHAT, json=body).status_code for _ in range(3)] == [200, 200, 429]


def test_only_the_right_local_token_is_exempt(limited: FlaskClient) -> None:
    for token, last in (("local", 200), ("wrong", 429)):
        headers = {"X-Adviser-Local": token}
        assert [limited.post(CHAT, json=ASK, headers=headers).status_code for _ in range(3)][-1] == last


def test_pages_and_health_are_not_limited(limited: FlaskClient) -> None:
    assert {limited.get("/healthz").status_code for _ in range(5)} == {200}
