"""Putting a question: through the whole dialogue, or to the knowledge directly."""

from __future__ import annotations

import time
from collections.abc import Callable

from cli.chat import Chat
from cli.connection import Connection
from cli.evaluation.measures import Observation
from cli.evaluation.questions import Question
from knowledge.client import Client

DEPTH = 10  # passages looked at for the rank
Ask = Callable[[Question], Observation]


def through_dialogue(connection: Connection) -> Ask:
    """Return what asks in a new conversation each, after its history."""
    knowledge = connection.knowledge()

    def ask(question: Question) -> Observation:
        chat = Chat(connection)
        for message in question.history:
            chat.send(message)
        began = time.monotonic()
        replies = chat.send(question.question)["replies"]
        seconds = time.monotonic() - began
        return Observation(
            statuses=tuple(reply["status"] for reply in replies),
            text="\n".join(reply["text"] for reply in replies),
            quotes=tuple(citation["quote"] for reply in replies for citation in reply["citations"]),
            found=_passages(knowledge, question),
            seconds=seconds,
            move=str(replies[0]["data"].get("move", "")) if replies else "",
        )

    return ask


def directly(knowledge: Client) -> Ask:
    """Return what asks the knowledge alone; histories are left out."""

    def ask(question: Question) -> Observation:
        began = time.monotonic()
        answer = knowledge.answer(question.question)
        seconds = time.monotonic() - began
        quotes = tuple(citation.quote for citation in answer.citations)
        return Observation((answer.status,), answer.text, quotes, _passages(knowledge, question), seconds)

    return ask


def _passages(knowledge: Client, question: Question) -> tuple[str, ...]:
    return tuple(result.text for result in knowledge.search(question.question, DEPTH))
