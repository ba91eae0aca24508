"""The page, the script, passages, health, and the description of the interface."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from neighbours import CITATION, PASSAGE, TURN, Neighbour, neighbour, said

from web import create_app
from web.settings import Settings

READY = "GET /webhooks/adviser/ready"


@pytest.mark.parametrize(
    "path", ["/api/passages/p2", "/api/passages/" + "x" * 65, "/api/passages/%2e%2e%2fdocuments"]
)
def test_an_unknown_passage_is_a_problem(chat: FlaskClient, path: str) -> None:
    response = chat.get(path)
    assert response.status_code in (404, 422)
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("audience", ["members", "staff", "board"])
def test_a_passage_that_is_not_public_is_unknown(
    chat: FlaskClient, knowledge: Neighbour, audience: str
) -> None:
    knowledge.on("GET /passages/p1", PASSAGE | {"audience": audience})
    hidden, absent = chat.get("/api/passages/p1"), chat.get("/api/passages/p2")
    assert hidden.status_code == 404
    assert hidden.get_json(force=True) == absent.get_json(force=True)


def test_passages_without_a_library_are_a_problem(chat: FlaskClient, knowledge: Neighbour) -> None:
    knowledge.stop()
    assert chat.get("/api/passages/p1").status_code == 503


def test_a_public_passage_is_shown(chat: FlaskClient) -> None:
    assert chat.get("/api/passages/p1").json == PASSAGE


def test_readiness_names_the_parts_that_do_not_answer(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(READY, {"ready": False}, status=503)
    response = chat.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"ready": False, "parts": {"rasa": False, "knowledge": True, "actions": False}}


def test_readiness_does_not_wait_for_a_hanging_part(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(READY, {"ready": True}, after=6)
    started = time.monotonic()
    assert chat.get("/readyz").json["parts"]["rasa"] is False
    assert time.monotonic() - started < 5


def test_readiness_is_true_when_every_part_answers(settings: Settings) -> None:
    with neighbour() as actions:
        actions.on("GET /health", {"alive": True})
        response = create_app(replace(settings, actions_url=actions.url)).test_client().get("/readyz")
    assert response.status_code == 200
    assert response.json["ready"] is True
    assert actions.seen[0][2]["Authorization"] == "Bearer inner"


def test_health_needs_nobody(settings: Settings, free_port: str) -> None:
    alone = replace(settings, rasa_url=free_port, knowledge_url=free_port, actions_url=free_port)
    assert create_app(alone).test_client().get("/healthz").json == {"alive": True}


def test_the_page_allows_no_inline_script_and_names_who_may_frame_it(chat: FlaskClient) -> None:
    response = chat.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self' https://cluster.example" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in response.headers
    assert '<script src="/widget.js"' in response.text


def test_the_page_loads_nothing_that_is_missing(chat: FlaskClient) -> None:
    page = chat.get("/").text
    paths = [part.split('"')[0] for mark in ('src="', 'href="') for part in page.split(mark)[1:]]
    assert paths
    for path in (*paths, "/favicon.ico"):
        with chat.get(path, follow_redirects=True) as response:
            assert response.status_code == 200, path


def test_the_script_is_not_sent_twice(chat: FlaskClient) -> None:
    first = chat.get("/widget.js")
    assert first.mimetype == "text/javascript"
    again = chat.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_description_is_openapi_3_1_and_holds_for_replies(chat: FlaskClient, rasa: Neighbour) -> None:
    document = chat.get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    reply = document["paths"]["/api/chat"]["post"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    validator = Draft202012Validator({**reply, "components": document["components"]})
    rasa.on(
        TURN,
        said(
            "Skills. [1]",
            kind="answer",
            citations=[CITATION],
            buttons=[{"title": "More", "payload": "/explain_more"}],
            next_actions=[{"id": "a", "title": "Ask", "why": "They know.", "citations": [1]}],
        ),
    )
    body = chat.post("/api/chat", json={"message": "hi"}).json
    validator.validate(body)
    rasa.stop()
    validator.validate(chat.post("/api/chat", json={"message": "hi"}).json)
    assert not validator.is_valid({**body, "replies": [{**body["replies"][0], "status": "splendid"}]})
    assert not validator.is_valid({**body, "replies": [{**body["replies"][0], "data": {}}]})


def test_the_description_names_the_published_paths_and_limits(chat: FlaskClient) -> None:
    document = chat.get("/api/openapi.json").json
    assert set(document["paths"]) == {
        "/api/chat",
        "/api/chat/stream",
        "/api/passages/{id}",
        "/healthz",
        "/readyz",
    }
    assert document["components"]["schemas"]["ChatRequest"]["properties"]["message"]["maxLength"] == 4000
