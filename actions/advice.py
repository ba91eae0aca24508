"""Questions about the matter, and more about the last answer."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import TELLING_WORDS, Events, KnowledgeAction, message_of
from knowledge.client import Client


class ActionAdvise(KnowledgeAction):
    """Answer a question from the material, or say honestly that it is not there."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_advise"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Ask the knowledge the message as it was written."""
        return advise(client, dispatcher, message_of(tracker))


def advise(client: Client, dispatcher: CollectingDispatcher, question: str) -> Events:
    """Answer a question, or say what is not there; returns what to remember of it."""
    answer = client.answer(question)
    if answer.status == "needs_detail":
        replies.say(dispatcher, "utter_needs_detail", status="needs_detail")
        return []
    if answer.status != "answered":
        replies.say_nothing_found(dispatcher, answer)
        return [SlotSet("last_question", question), SlotSet("offer", None)]
    shown = replies.say_answer(dispatcher, answer, intro="utter_answer")
    return [*shown, SlotSet("last_question", question), SlotSet("offer", "explain_more")]


class ActionExplainMore(KnowledgeAction):
    """Show what stands around the quotes of the last answer."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_explain_more"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Ask for the passages cited last; with none, a message that says what it wants is a question."""
        last = tracker.get_slot("last_answer") or {}
        passages = list(last.get("passages", ()))
        if not passages and len(message_of(tracker).split()) >= TELLING_WORDS:
            return advise(client, dispatcher, message_of(tracker))
        if not passages:
            replies.say(dispatcher, "utter_nothing_to_explain", status="needs_detail")
            return []
        answer = client.more(passages, str(tracker.get_slot("last_question") or ""))
        if answer.status != "answered":
            replies.say(dispatcher, "utter_nothing_to_explain", status="nothing_found")
            return []
        replies.say_answer(dispatcher, answer, intro="utter_explain_intro")
        return []
