"""Runs the action server with actions made for its tests: `played_actions.py PORT SECRET`."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.server import VisibleExecutor, build_app
from actions.settings import Settings

Events = list[dict[str, Any]]


class Echo(Action):
    def name(self) -> str:
        return "action_echo"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        text = tracker.latest_message["text"]
        dispatcher.utter_message(text=f"{text} {domain}")
        return [SlotSet("said", text)]


class Waits(Action):
    def name(self) -> str:
        return "action_waits"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        await asyncio.sleep(3)
        return []


class Breaks(Action):
    def name(self) -> str:
        return "action_breaks"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        raise ValueError(f"cannot make sense of {tracker.latest_message['text']}")


class BreaksLate(Action):
    def name(self) -> str:
        return "action_breaks_late"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(text="the first half")
        raise KeyError("second half")


class Rejects(Action):
    def name(self) -> str:
        return "action_rejects"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        raise ActionExecutionRejection(self.name())


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    settings = Settings(port=int(sys.argv[1]), secret=sys.argv[2])
    executor = VisibleExecutor()
    for action in (Echo, Waits, Breaks, BreaksLate, Rejects):
        executor.register_action(action)
    build_app(executor, settings).run(
        host=settings.host, port=settings.port, single_process=True, access_log=False, motd=False
    )
