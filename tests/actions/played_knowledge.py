"""A knowledge that answers what a test tells it to, and a conversation as the dialogue engine sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge.errors import Unreachable
from knowledge.schema import Answer, Citation, NextAction, Passage

CITATION = Citation(
    1, "d1", "p1", "Halls", ("Sharing",), 3, "A hall is shared.", "en", None, "2026-11-22", None
)
ACTION = NextAction("p2", "Rent a hall", "A hall is shared.", (1,))
ANSWERED = Answer("answered", "en", "A hall is shared. [1]", (CITATION,), (ACTION,))
PASSAGE = Passage(
    "p9", "d1", "Halls", "guide", ("Sharing",), 4, "Near.", "text", "en", None, "2026-11-22", None
)
NOTHING = Answer("nothing_found", "en", nearest=(PASSAGE,))
NEEDS_DETAIL = Answer("needs_detail", "en")


class PlayedKnowledge:
    """Gives the same answer to everything and remembers what it was asked."""

    def __init__(self, answer: Answer = ANSWERED) -> None:
        self._answer = answer
        self.asked: list[tuple[str, Any]] = []
        self.restrictions: list[Mapping[str, Any]] = []

    def answer(self, question: str, **restrictions: Any) -> Answer:
        self.restrictions.append(restrictions)
        return self._say("answer", question)

    def more(self, passages: Sequence[str], question: str = "") -> Answer:
        return self._say("more", (list(passages), question))

    def next_actions(self, topic: str) -> Answer:
        return self._say("next_actions", topic)

    def record_feedback(self, text: str, rating: str = "", answer: Mapping[str, Any] | None = None) -> None:
        self.asked.append(("record_feedback", (text, rating, dict(answer or {}))))

    def _say(self, method: str, words: Any) -> Answer:
        self.asked.append((method, words))
        return self._answer


class DeadKnowledge(PlayedKnowledge):
    """Nobody is there."""

    def _say(self, method: str, words: Any) -> Answer:
        raise Unreachable("down")

    def record_feedback(self, text: str, rating: str = "", answer: Mapping[str, Any] | None = None) -> None:
        raise Unreachable("down")


class Said:
    """What an action said and what it wants remembered."""

    def __init__(self, messages: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
        (self.message,) = messages or [{}]
        self.response = self.message.get("response")
        self.custom: dict[str, Any] = self.message.get("custom", {})
        self.slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        self.followups = [event["name"] for event in events if event["event"] == "followup"]


def conversation(
    text: str | None = "", *, pressed: bool = False, events: Sequence[Mapping[str, Any]] = (), **slots: Any
) -> Tracker:
    """A conversation whose last message is `text`."""
    message = {"text": text, "intent": {}, "entities": [], "metadata": {"pressed": pressed}}
    past: list[Any] = [dict(event) for event in events]
    return Tracker("c1", slots, message, past, False, None, {}, "action_listen")


def run(action: Action, tracker: Tracker, client: PlayedKnowledge | None = None) -> Said:
    """Run an action against a played knowledge."""
    if client is not None:
        action.client = client
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, tracker, {}))
    return Said(dispatcher.messages, events)
