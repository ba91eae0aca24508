"""Button payloads: opaque, signed, and good only in the conversation they were shown in."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from web.chat.schema import Button

MARK = "/b."


@dataclass(frozen=True)
class Said:
    """What the reader meant: words, or a button (`payload`) with its title as the words."""

    text: str
    payload: str | None = None


class Payloads:
    """Seals payloads of buttons for the conversation of a key, and opens the ones it sealed."""

    def __init__(self, key: str) -> None:
        self._key = key

    def seal(self, conversation: str, button: Button) -> Button:
        """Return the button with a payload a client can send back but not make up."""
        token = self._serializer(conversation).dumps([button.payload, button.title])
        return Button(title=button.title, payload=MARK + str(token))

    def open(self, conversation: str, message: str) -> Said:
        """Return the button that `message` presses; anything else, also a forgery, is just text."""
        if not message.startswith(MARK):
            return Said(message)
        try:
            payload, title = self._serializer(conversation).loads(message.strip().removeprefix(MARK))
        except BadData:
            return Said(message)
        return Said(title, payload) if payload.startswith("/") else Said(payload)

    def _serializer(self, conversation: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._key, salt=f"button:{conversation}")
