"""Buttons: a payload works once signed, in its own conversation, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from neighbours import TURN, Neighbour, said

PAYLOAD = '/next_steps{"theme": "digital skills"}'


@pytest.fixture
def shown(chat: FlaskClient, rasa: Neighbour) -> tuple[str, str]:
    """A conversation in which a button was shown, and the button's payload."""
    rasa.on(TURN, said("Which?", buttons=[{"title": "Digital skills", "payload": PAYLOAD}]))
    body = chat.post("/api/chat", json={"message": "hi"}).json
    return body["conversation"], body["replies"][0]["buttons"][0]["payload"]


def last_turn(chat: FlaskClient, rasa: Neighbour, **body: str) -> dict[str, Any]:
    assert chat.post("/api/chat", json=body).status_code == 200
    return rasa.bodies(TURN)[-1]


def test_a_forged_payload_is_text(chat: FlaskClient, rasa: Neighbour, shown: tuple[str, str]) -> None:
    conversation, payload = shown
    forged = payload[:-2] + ("aa" if payload[-2:] != "aa" else "bb")
    turn = last_turn(chat, rasa, message=forged, conversation=conversation)
    assert (turn["text"], turn["payload"]) == (forged, None)


def test_a_payload_of_another_conversation_is_text(
    chat: FlaskClient, rasa: Neighbour, shown: tuple[str, str]
) -> None:
    _, payload = shown
    turn = last_turn(chat, rasa, message=payload)
    assert (turn["text"], turn["payload"]) == (payload, None)


def test_the_plain_payload_is_text(chat: FlaskClient, rasa: Neighbour, shown: tuple[str, str]) -> None:
    conversation, _ = shown
    assert last_turn(chat, rasa, message=PAYLOAD, conversation=conversation)["payload"] is None


def test_a_pressed_button_reaches_the_dialogue_with_its_title_as_words(
    chat: FlaskClient, rasa: Neighbour, shown: tuple[str, str]
) -> None:
    conversation, payload = shown
    assert payload.startswith("/b.")
    turn = last_turn(chat, rasa, message=payload, conversation=conversation)
    assert (turn["text"], turn["payload"]) == ("Digital skills", PAYLOAD)


def test_a_pressed_button_is_looked_up_by_its_title_while_the_dialogue_is_away(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour, shown: tuple[str, str]
) -> None:
    conversation, payload = shown
    rasa.stop()
    assert chat.post("/api/chat", json={"message": payload, "conversation": conversation}).status_code == 200
    assert knowledge.bodies("POST /answer")[-1]["question"] == "Digital skills"


def test_a_button_that_only_speaks_is_sent_as_its_words(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(TURN, said("Ask?", buttons=[{"title": "An example", "payload": "How do we start?"}]))
    body = chat.post("/api/chat", json={"message": "hi"}).json
    payload = body["replies"][0]["buttons"][0]["payload"]
    turn = last_turn(chat, rasa, message=payload, conversation=body["conversation"])
    assert (turn["text"], turn["payload"]) == ("How do we start?", None)
