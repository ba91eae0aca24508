"""Collects what the dialogue says in one turn and gives it the shape of a chat reply."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

Reply = dict[str, Any]

CHANNEL = "adviser"


class Collector(OutputChannel):
    """Takes Rasa's messages whole: the stock collector breaks texts apart at blank lines."""

    def __init__(self, move: str, language: str) -> None:
        self.replies: list[Reply] = []
        self._move = move
        self._language = language

    @classmethod
    def name(cls) -> str:
        """The channel's name, by which responses may have variations of their own."""
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps one message: a response's text and buttons, an action's reply, or both."""
        self.replies.append(complete(message, self._move, self._language))


def complete(message: dict[str, Any], move: str, language: str) -> Reply:
    """One full reply from a Rasa message.

    `message["custom"]` is what an action made (any part of a reply); `message["text"]` and
    `message["buttons"]` come from a response of the domain, whose text introduces what the action found.
    """
    made = message.get("custom") or {}
    return {
        "kind": "text",
        "status": "out_of_scope" if move == "out_of_scope" else "answered",
        "language": language,
        "citations": [],
        "next_actions": [],
        **made,
        "text": "\n\n".join(part for part in (message.get("text"), made.get("text")) if part),
        "buttons": [_button(b) for b in [*made.get("buttons", []), *(message.get("buttons") or [])]],
        "data": {"move": move, **made.get("data", {})},
    }


def _button(button: dict[str, Any]) -> dict[str, str]:
    return {"title": str(button["title"]), "payload": str(button["payload"])}
