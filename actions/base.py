"""How an action reaches the knowledge, and what happens when it cannot.

`run` works in a thread: the SDK calls actions on its one event loop, where waiting would stop every other
conversation.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from knowledge.client import Client
from knowledge.errors import KnowledgeError

Events = list[dict[str, Any]]

TELLING_WORDS = 6  # a message this long says itself what it is about
TIMEOUT = 12.0  # seconds; web gives a whole turn 20


@lru_cache(maxsize=1)
def knowledge() -> Client:
    """The knowledge process; made at the first use, because the SDK imports these modules before it serves."""
    return Client.from_env(timeout=TIMEOUT)


class KnowledgeAction(Action, ABC):  # type: ignore[misc]  # the SDK publishes no types
    """An action that asks the knowledge; a fault there becomes a visible reply."""

    client: Client | None = None  # tests hand in one that plays the knowledge

    @abstractmethod
    def name(self) -> str:
        """Name of the action in the bot's domain."""

    @abstractmethod
    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Ask, reply through `dispatcher`, and return what the dialogue must remember."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Act; when the knowledge fails, say so."""
        try:
            return await asyncio.to_thread(self.act, self.client or knowledge(), dispatcher, tracker)
        except KnowledgeError:
            replies.say_fault(dispatcher)
            return []


def message_of(tracker: Tracker) -> str:
    """What the person wrote last; empty when a button was pressed."""
    text = str((tracker.latest_message or {}).get("text") or "")
    pressed = bool((tracker.latest_message or {}).get("metadata", {}).get("pressed"))
    return "" if pressed else text


def topic_of(tracker: Tracker) -> str:
    """What the conversation is about: the themes named so far, most telling first, else the last question."""
    named = [tracker.get_slot(slot) for slot in ("theme", "sector", "programme")]
    return ", ".join(str(value) for value in named if value) or str(tracker.get_slot("last_question") or "")
