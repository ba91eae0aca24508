"""What to do next, and the plan that will keep it."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import TELLING_WORDS, Events, KnowledgeAction, message_of, topic_of
from knowledge.client import Client


class ActionNextSteps(KnowledgeAction):
    """Suggest at most three actions for the topic of the conversation."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_next_steps"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Suggest for what the message says, else for the topic so far; without one, ask for it."""
        written = message_of(tracker)
        if len(written.split()) >= TELLING_WORDS:
            answer = client.answer(written)
            if answer.next_actions:
                return [*replies.say_answer(dispatcher, answer), SlotSet("last_question", written)]
        return suggest(client, dispatcher, tracker, "utter_next_steps_intro")


class ActionMakePlan(KnowledgeAction):
    """Say that plans cannot be kept yet, and give the steps such a plan would begin with."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_make_plan"

    def act(self, client: Client, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Suggest for the topic under an honest introduction."""
        return suggest(client, dispatcher, tracker, "utter_plan_not_yet", status="partial")


def suggest(
    client: Client, dispatcher: CollectingDispatcher, tracker: Tracker, intro: str, status: str = "answered"
) -> Events:
    """Show the actions that fit the topic, introduced by a text of the domain."""
    topic = topic_of(tracker)
    if not topic:
        replies.say(dispatcher, "utter_which_theme", status="needs_detail")
        return []
    answer = client.next_actions(f"{topic}. {message_of(tracker)}".strip())
    if answer.status != "answered":
        replies.say(dispatcher, "utter_no_steps", status="nothing_found", topic=topic)
        return []
    shown = replies.as_partial(answer) if status == "partial" else answer
    return replies.say_answer(dispatcher, shown, kind="plan", intro=intro, topic=topic)
