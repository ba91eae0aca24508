"""What others have done."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import Events, KnowledgeAction, message_of, topic_of
from knowledge.client import Client

KINDS = ("case_study", "interview")


class ActionFindCases(KnowledgeAction):
    """Find examples in case studies and interviews."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_find_cases"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Look where others tell what they did; "who has done this?" means the last topic."""
        written, topic = message_of(tracker), topic_of(tracker)
        words = " ".join(part for part in (written, topic) if part)
        if not topic and not written:
            replies.say(dispatcher, "utter_which_theme_for_cases", status="needs_detail")
            return []
        answer = client.answer(words, kinds=KINDS, roles=KINDS, actions=False)
        if answer.status == "answered":
            return replies.say_answer(
                dispatcher, answer, kind="cases", intro="utter_cases_intro", topic=topic or written
            )
        if topic:
            replies.say(dispatcher, "utter_no_cases", status="nothing_found", topic=topic)
        else:
            replies.say(dispatcher, "utter_which_theme_for_cases", status="needs_detail")
        return []
