"""The stream: citations before sentences, and nothing lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from neighbours import CITATION, TURN, Neighbour, said

from web.chat.stream import sentences

TEXT = "Members lack skills. [1] About 46.5 % say so, e.g. in the north. [1][2]\n\n- Ask them.\n- Train them!"


def read(body: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in body.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_a_stream_that_cannot_begin_is_a_problem(chat: FlaskClient) -> None:
    response = chat.post("/api/chat/stream", json={"message": "hi", "conversation": "made-up"})
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_the_citations_come_first_and_the_whole_last(chat: FlaskClient, rasa: Neighbour) -> None:
    rasa.on(TURN, said(TEXT, kind="answer", citations=[CITATION]))
    response = chat.post("/api/chat/stream", json={"message": "What do members lack?"})
    assert response.mimetype == "text/event-stream"
    events = read(response.text)
    assert [name for name, _ in events] == ["reply", *["sentence"] * 4, "done"]
    assert (events[0][1]["text"], events[0][1]["citations"]) == ("", [CITATION])
    assert "".join(data["text"] for name, data in events if name == "sentence") == TEXT
    assert events[-1][1]["replies"][0]["text"] == TEXT
    assert events[-1][1]["conversation"]


def test_a_stream_also_ends_visibly_when_all_is_down(
    chat: FlaskClient, rasa: Neighbour, knowledge: Neighbour
) -> None:
    rasa.stop()
    knowledge.stop()
    events = read(chat.post("/api/chat/stream", json={"message": "hi"}).text)
    assert events[0][1]["status"] == "failed"
    assert events[1][1]["text"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("One. Two.", ["One. ", "Two."]),
        ("One. [1] Two. [2][3]", ["One. [1] ", "Two. [2][3]"]),
        ("It rose by 3.5 % in 2020.", ["It rose by 3.5 % in 2020."]),
        ("Some, e.g. small ones, do.", ["Some, e.g. small ones, do."]),
        ('He said "Go." Then he went.', ['He said "Go." ', "Then he went."]),
        ("- a\n- b", ["- a\n", "- b"]),
    ],
)
def test_sentences_keep_their_marks(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text(alphabet="aB .!?[1]\n\"'*-", max_size=80))
def test_sentences_join_to_the_text_again(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert all(sentences(text))
