"""Moves about the conversation itself: yes to an offer, say it again, a person please."""

from __future__ import annotations

import os
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.base import Events

# A "yes" may only accept what the last reply offered, and only by an action of this list.
OFFERS = {
    "explain_more": "action_explain_more",
    "find_cases": "action_find_cases",
    "next_steps": "action_next_steps",
}


class ActionAffirm(Action):  # type: ignore[misc]  # the SDK publishes no types
    """Do what the last reply offered; without an offer, ask what is meant."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Follow the offer."""
        offered = OFFERS.get(str(tracker.get_slot("offer") or ""))
        if offered is None:
            replies.say(dispatcher, "utter_affirm_open", status="needs_detail")
            return []
        return [SlotSet("offer", None), FollowupAction(offered)]


class ActionRepeat(Action):  # type: ignore[misc]  # the SDK publishes no types
    """Say the last reply again."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Find what was said in the last turn that said something, and say it again."""
        last = _last_reply(tracker)
        if last is None:
            replies.say(dispatcher, "utter_nothing_to_repeat", status="needs_detail")
        else:
            replies.say_again(dispatcher, last)
        return []


class ActionTalkToHuman(Action):  # type: ignore[misc]  # the SDK publishes no types
    """Name the person to talk to, where the organisation has set one (`ADVISER_CONTACT`)."""

    def name(self) -> str:
        """Name of the action in the bot's domain."""
        return "action_talk_to_human"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Name the contact, or say that none is set."""
        contact = os.environ.get("ADVISER_CONTACT", "").strip()
        if contact:
            replies.say(dispatcher, "utter_human_contact", contact=contact)
        else:
            replies.say(dispatcher, "utter_no_human_contact", status="partial")
        return []


def _last_reply(tracker: Tracker) -> dict[str, Any] | None:
    return next((event for event in reversed(tracker.events) if event.get("event") == "bot"), None)
