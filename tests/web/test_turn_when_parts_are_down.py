"""A message gets a visible reply whatever is down, and in time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from neighbours import ANSWER, TURN, Neighbour, said

from web import create_app
from web.settings import Settings


def only_reply(chat: FlaskClient, message: str = "What do members lack?") -> dict[str, Any]:
    response = chat.post("/api/chat", json={"message": message})
    assert response.status_code == 200
    [reply] = response.json["replies"]
    return reply


def is_direct_answer(reply: dict[str, Any]) -> bool:
    return (
        reply["kind"] == "answer"
        and reply["status"] == "answered"
        and reply["text"].endswith("Members lack skills. [1]")
        and "restarting" in reply["text"]
        and reply["citations"][0]["quote"] == "Members lack skills."
    )


def test_both_down_says_so_and_when_to_try_again(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour
) -> None:
    rasa.on(TURN, {}, status=500)
    knowledge.on("POST /answer", {"detail": "broken"}, status=500)
    reply = only_reply(chat)
    assert (reply["kind"], reply["status"], reply["data"]["move"]) == ("text", "failed", "ask_advice")
    assert "in a minute" in reply["text"]


def test_refused_connections_are_not_waited_for(settings: Settings, free_port: str) -> None:
    alone = create_app(replace(settings, rasa_url=free_port, knowledge_url=free_port)).test_client()
    started = time.monotonic()
    assert only_reply(alone)["status"] == "failed"
    assert time.monotonic() - started < 1


def test_a_dialogue_that_died_is_replaced_by_the_library(chat: FlaskClient, rasa: Neighbour) -> None:
    only_reply(chat)
    rasa.stop()
    reply = only_reply(chat)
    assert is_direct_answer(reply)
    assert reply["data"]["move"] == "ask_advice"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"title": "broken"}),
        (504, {"title": "too slow"}),
        (200, b"not json"),
        (200, []),
        (200, {"move": "greet", "replies": 7}),
        (200, {"move": "greet", "replies": ["words"]}),
        (200, {"move": "greet", "replies": [{"text": "x", "status": "splendid"}]}),
    ],
)
def test_an_unreadable_dialogue_is_replaced_by_the_library(
    chat: FlaskClient, rasa: Neighbour, status: int, body: Any
) -> None:
    rasa.on(TURN, body, status=status)
    assert is_direct_answer(only_reply(chat))


def test_a_dialogue_that_is_too_slow_is_replaced_by_the_library_in_time(
    chat: FlaskClient, rasa: Neighbour
) -> None:
    rasa.on(TURN, said("Too late."), after=4)
    started = time.monotonic()
    assert is_direct_answer(only_reply(chat))
    assert time.monotonic() - started < 3


def test_both_too_slow_end_within_the_deadline(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour
) -> None:
    rasa.on(TURN, said("Too late."), after=4)
    knowledge.on("POST /answer", ANSWER, after=4)
    started = time.monotonic()
    assert only_reply(chat)["status"] == "failed"
    assert time.monotonic() - started < 3.2


@pytest.mark.parametrize("replies", [[], [{"kind": "text", "text": "  "}]])
def test_actions_that_stay_silent_are_replaced_by_the_library_under_the_move_understood(
    chat: FlaskClient, rasa: Neighbour, replies: list[Any]
) -> None:
    rasa.on(TURN, {"move": "find_cases", "replies": replies})
    reply = only_reply(chat)
    assert is_direct_answer(reply)
    assert reply["data"]["move"] == "find_cases"


def test_silent_actions_without_a_library_say_that_small_talk_still_works(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour
) -> None:
    rasa.on(TURN, {"move": "ask_advice", "replies": []})
    knowledge.stop()
    reply = only_reply(chat)
    assert reply["status"] == "failed"
    assert "still chat" in reply["text"]
    assert "library" in reply["text"]


def test_a_library_that_finds_nothing_directly_names_what_is_missing(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour
) -> None:
    rasa.stop()
    knowledge.on("POST /answer", {"status": "nothing_found", "language": "en", "missing": "the fee"})
    reply = only_reply(chat)
    assert (reply["kind"], reply["status"]) == ("answer", "nothing_found")
    assert "nothing on the fee" in reply["text"]


@pytest.mark.parametrize("status", ["nothing_found", "needs_detail", "out_of_scope", "withheld", "failed"])
def test_every_status_of_a_direct_answer_has_words(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour, status: str
) -> None:
    rasa.stop()
    knowledge.on("POST /answer", {"status": status, "language": "en"})
    reply = only_reply(chat)
    assert reply["status"] == status
    note, words = reply["text"].split("\n\n")
    assert note
    assert words


def test_messages_of_one_conversation_wait_for_each_other(chat: FlaskClient, rasa: Neighbour) -> None:
    first = chat.post("/api/chat", json={"message": "one"}).json["conversation"]
    under_way: list[int] = []

    def answer(_: Any) -> Any:
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.2)
        under_way.pop()
        return said("Yes.")

    most: list[int] = []
    rasa.on(TURN, answer)
    ask_together(chat, [{"message": word, "conversation": first} for word in ("two", "three", "four")])
    assert most == [1, 1, 1]


def test_different_conversations_do_not_wait_for_each_other(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(TURN, said("Yes."), after=0.5)
    started = time.monotonic()
    answers = ask_together(chat, [{"message": "hello"}] * 6)
    assert time.monotonic() - started < 2
    assert {answer["replies"][0]["text"] for answer in answers} == {"Yes."}


def test_too_many_waiting_messages_of_one_conversation_are_told_to_wait(
    chat: FlaskClient, rasa: Neighbour
) -> None:
    conversation = chat.post("/api/chat", json={"message": "one"}).json["conversation"]
    rasa.on(TURN, said("Yes."), after=0.3)
    answers = ask_together(chat, [{"message": "again", "conversation": conversation}] * 6)
    refused = [answer["replies"][0] for answer in answers if answer["replies"][0]["status"] == "failed"]
    assert len(refused) == 2
    assert "earlier message" in refused[0]["text"]


def ask_together(chat: FlaskClient, bodies: list[dict[str, str]]) -> list[Any]:
    with ThreadPoolExecutor(len(bodies)) as pool:
        ask = chat.application.test_client
        return list(pool.map(lambda body: ask().post("/api/chat", json=body).json, bodies))
