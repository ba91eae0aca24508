"""What `POST /api/chat` takes, refuses and passes on."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from neighbours import CITATION, TURN, Neighbour, said
from werkzeug.test import TestResponse

CHAT = "/api/chat"


def is_problem(response: TestResponse, status: int) -> bool:
    body = response.get_json(force=True)
    return (
        response.status_code == status == body["status"]
        and response.content_type == "application/problem+json"
        and bool(body["title"])
        and bool(body["detail"])
    )


@pytest.mark.parametrize("path", [CHAT, "/api/chat/stream"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b'"text"',
        b'"{\\"message\\": \\"hi\\"}"',
        b"null",
        b'{"message": ',
        b"[" * 60_000,
    ],
)
def test_what_is_no_json_object_is_a_problem(chat: FlaskClient, path: str, body: bytes) -> None:
    assert is_problem(chat.post(path, data=body, content_type="application/json"), 400)


def test_json_sent_as_another_type_is_a_problem(chat: FlaskClient) -> None:
    assert is_problem(chat.post(CHAT, data=b'{"message": "hi"}', content_type="text/plain"), 400)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": None},
        {"message": 7},
        {"message": ["hi"]},
        {"message": ""},
        {"message": " \n\t"},
        {"message": "hi", "conversation": 7},
        {"message": "hi", "conversation": "x" * 201},
        {"message": "hi", "language": "../../etc"},
        {"message": "\ud800"},
    ],
)
def test_values_that_do_not_fit_are_a_problem_and_reach_nobody(
    chat: FlaskClient, rasa: Neighbour, body: dict[str, Any]
) -> None:
    assert is_problem(chat.post(CHAT, json=body), 422)
    assert not rasa.bodies(TURN)


def test_a_problem_does_not_repeat_what_was_said(chat: FlaskClient) -> None:
    response = chat.post(CHAT, json={"message": "my secret plan", "language": "klingon language"})
    assert "secret" not in response.text
    assert "klingon" not in response.text


def test_4001_characters_are_too_long(chat: FlaskClient, rasa: Neighbour) -> None:
    response = chat.post(CHAT, json={"message": "x" * 4001})
    assert is_problem(response, 413)
    assert "4,000" in response.get_json(force=True)["detail"]
    assert not rasa.bodies(TURN)


def test_4000_characters_are_taken_however_they_are_written(chat: FlaskClient) -> None:
    assert chat.post(CHAT, json={"message": "😀" * 4000}).status_code == 200


def test_a_body_of_a_megabyte_is_refused_at_once(chat: FlaskClient) -> None:
    started = time.monotonic()
    response = chat.post(CHAT, json={"message": "x" * 1_000_000})
    assert is_problem(response, 413)
    assert time.monotonic() - started < 0.5


def test_an_unknown_conversation_is_a_problem(chat: FlaskClient, rasa: Neighbour) -> None:
    assert is_problem(chat.post(CHAT, json={"message": "hi", "conversation": "made-up"}), 404)
    assert not rasa.bodies(TURN)


def test_a_fault_of_ours_is_a_problem_without_a_trace(chat: FlaskClient) -> None:
    chat.application.view_functions["pages.chat_page"] = lambda: 1 / 0
    response = chat.get("/")
    assert is_problem(response, 500)
    assert "ZeroDivision" not in response.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nope", 404), ("GET", CHAT, 405)])
def test_wrong_addresses_and_methods_are_problems(
    chat: FlaskClient, method: str, path: str, status: int
) -> None:
    assert is_problem(chat.open(path, method=method), status)


@pytest.mark.parametrize("text", ["/restart", "/greet", '/inform{"a": 1}', "/b.forged", "  spaced  "])
def test_a_leading_slash_from_a_reader_is_text(chat: FlaskClient, rasa: Neighbour, text: str) -> None:
    chat.post(CHAT, json={"message": text})
    [body] = rasa.bodies(TURN)
    assert (body["text"], body["payload"]) == (text, None)


def test_a_new_conversation_gets_an_id_that_continues_it(chat: FlaskClient, rasa: Neighbour) -> None:
    first = chat.post(CHAT, json={"message": "hi"}).json["conversation"]
    again = chat.post(CHAT, json={"message": "hi again", "conversation": first}).json["conversation"]
    other = chat.post(CHAT, json={"message": "hi"}).json["conversation"]
    assert again == first != other
    senders = [body["conversation"] for body in rasa.bodies(TURN)]
    assert senders[0] == senders[1] != senders[2]


def test_the_dialogue_never_sees_the_credential_but_the_inner_secret(
    chat: FlaskClient, rasa: Neighbour
) -> None:
    conversation = chat.post(CHAT, json={"message": "hi"}).json["conversation"]
    [(_, body, headers)] = rasa.seen
    assert conversation not in str(body)
    assert headers["Authorization"] == "Bearer inner"


def test_the_language_is_passed_on_and_kept(chat: FlaskClient, rasa: Neighbour) -> None:
    first = chat.post(CHAT, json={"message": "hallo", "language": "de-AT"}).json["conversation"]
    chat.post(CHAT, json={"message": "noch etwas", "conversation": first})
    chat.post(CHAT, json={"message": "hi"})
    assert [body["language"] for body in rasa.bodies(TURN)] == ["de", "de", "en"]


def test_a_reply_has_every_field_of_the_contract(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(
        TURN, said("Skills. [1]", "ask_advice", kind="answer", citations=[CITATION], data={"theme": "skills"})
    )
    body = chat.post(CHAT, json={"message": "What do members lack?"}).json
    assert body["replies"] == [
        {
            "kind": "answer",
            "status": "answered",
            "text": "Skills. [1]",
            "language": "en",
            "citations": [CITATION],
            "buttons": [],
            "next_actions": [],
            "data": {"move": "ask_advice", "theme": "skills"},
        }
    ]


def test_an_action_may_name_the_move_itself(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(TURN, said("Fine.", "affirm", data={"move": "find_cases"}))
    [reply] = chat.post(CHAT, json={"message": "yes"}).json["replies"]
    assert reply["data"]["move"] == "find_cases"
