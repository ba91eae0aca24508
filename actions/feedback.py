"""What people think of the answers."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import Events, KnowledgeAction
from knowledge.client import Client


class ActionRecordFeedback(KnowledgeAction):
    """Keep the feedback with the passages it is about, for the people who look after the material."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_record_feedback"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Hand it to the knowledge and thank."""
        text = str(tracker.get_slot("feedback_text") or "")
        client.record_feedback(text, answer=tracker.get_slot("last_answer") or {})
        replies.say(dispatcher, "utter_feedback_saved", move="give_feedback")  # whatever its words are about
        return [SlotSet("feedback_text", None)]
