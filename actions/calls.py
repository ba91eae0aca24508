"""Funding: until calls are loaded, what the material says about programmes."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import TELLING_WORDS, Events, KnowledgeAction, message_of, topic_of
from knowledge.client import Client

KINDS = ("programme", "call")


class ActionFindCalls(KnowledgeAction):
    """Say that live calls cannot be searched yet, and show the programmes that fit."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_find_calls"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Look among programmes first; what else the material says on money is shown under the same honest words."""
        written = message_of(tracker)
        words = " ".join(part for part in (written, topic_of(tracker)) if part)
        answer = client.answer(words, kinds=KINDS, actions=False) if words else None
        if (answer is None or answer.status != "answered") and len(written.split()) >= TELLING_WORDS:
            answer = client.answer(written, actions=False)
        if answer is None or answer.status != "answered":
            replies.say(dispatcher, "utter_no_calls_yet", status="nothing_found")
            return []
        return replies.say_answer(
            dispatcher, replies.as_partial(answer), kind="calls", intro="utter_calls_not_yet"
        )
