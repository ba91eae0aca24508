"""Hand-written stand-ins for what the dialogue engine talks to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa.utils.endpoints import EndpointConfig

Result = dict[str, list[dict[str, Any]]]
NOTHING: Result = {"events": [], "responses": []}


class Actions(EndpointConfig):
    """Plays the action server: answers each call with what `play` makes of it, and keeps the calls."""

    def __init__(self, play: Callable[[dict[str, Any]], Result]) -> None:
        super().__init__("http://nowhere.invalid/webhook", enable_selective_domain=True)
        self.calls: list[dict[str, Any]] = []
        self._play = play

    async def request(self, method: str = "post", **kwargs: Any) -> Any:
        self.calls.append(kwargs["json"])
        return self._play(kwargs["json"])


def said(call: dict[str, Any]) -> str:
    """What the user said in an action call."""
    return str(call["tracker"]["latest_message"]["text"])
