"""Learning: until lessons are built, what the material teaches on the topic."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import Events, KnowledgeAction, message_of, topic_of
from knowledge.client import Client

KINDS = ("concept", "how_to", "guide")


class ActionTrainMe(KnowledgeAction):
    """Say that lessons are not there yet, and show where to read on the topic."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_train_me"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Look for the topic in texts that teach."""
        topic = str(tracker.get_slot("theme") or "") or message_of(tracker) or topic_of(tracker)
        answer = client.answer(topic, kinds=KINDS, actions=False) if topic else None
        if answer is None or answer.status != "answered":
            replies.say(dispatcher, "utter_training_not_yet", status="nothing_found")
            return []
        return replies.say_answer(dispatcher, replies.as_partial(answer), intro="utter_training_read_instead")
