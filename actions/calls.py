"""Funding: until calls are loaded, what the material says about programmes."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import Events, KnowledgeAction, message_of, topic_of
from knowledge.client import Client

KINDS = ("programme", "call")


class ActionFindCalls(KnowledgeAction):
    """Say that live calls cannot be searched yet, and show the programmes that fit."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_find_calls"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Look among programmes only: anything else would pass for a call."""
        words = " ".join(part for part in (message_of(tracker), topic_of(tracker)) if part)
        if not words:
            replies.say(dispatcher, "utter_no_calls_yet", status="nothing_found")
            return []
        answer = client.answer(words, kinds=KINDS, actions=False)
        if answer.status == "answered":
            partial = replies.as_partial(answer)
            return replies.say_answer(dispatcher, partial, kind="calls", intro="utter_calls_not_yet")
        replies.say(dispatcher, "utter_no_calls_yet", status="nothing_found")
        return []
