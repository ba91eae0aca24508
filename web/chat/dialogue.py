"""The client of the dialogue engine: one call a turn, over the inner channel."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import ValidationError

from web.chat.payloads import Said
from web.chat.schema import Reply

TURN = "/webhooks/adviser/turn"
READY = "/webhooks/adviser/ready"
KEEP_ALIVE = 30.0
"""Seconds an idle connection is kept: less than the engine does (75), so that it is we who close it."""


class DialogueAway(Exception):
    """The dialogue engine did not take the turn: refused, too slow, or answered what nobody can read."""


@dataclass(frozen=True)
class DialogueTurn:
    """What the engine understood and its visible replies; none when the actions did not run."""

    move: str
    replies: list[Reply]


class Dialogue:
    """Talks to the engine at `url`; thread-safe. `signing_key` keys the ids under which it knows conversations."""

    def __init__(self, url: str, secret: str, signing_key: str, client: httpx.Client | None = None) -> None:
        self._url, self._key = url, signing_key.encode()
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._client = client or pooled_client()

    def turn(self, sender: str, said: Said, language: str, timeout: float) -> DialogueTurn:
        """Say something as `sender`; raises `DialogueAway`."""
        body = {
            "conversation": sender,
            "text": said.text,
            "payload": said.payload,
            "language": language,
        }
        try:
            response = self._client.post(self._url + TURN, json=body, headers=self._headers, timeout=timeout)
        except httpx.HTTPError as error:
            raise DialogueAway(type(error).__name__) from error
        if response.status_code != 200:
            raise DialogueAway(f"HTTP {response.status_code}")
        return _read(response, language)

    def is_ready(self, timeout: float) -> bool:
        """Say whether the engine understands a sentence right now."""
        return answers_ok(self._client, self._url + READY, self._headers, timeout)

    def sender(self, channel: str, conversation: str) -> str:
        """Return the name under which the engine knows the conversation of a key."""
        return sender_of(self._key, channel, conversation)


def sender_of(signing_key: bytes, channel: str, conversation: str) -> str:
    """Return the engine's name for a conversation; without the signing key nobody can tell it from the key."""
    return hmac.new(signing_key, f"{channel}:{conversation}".encode(), hashlib.sha256).hexdigest()


def pooled_client() -> httpx.Client:
    """Return a thread-safe client for loopback: kept connections, no proxy of the environment, no redirects."""
    limits = httpx.Limits(max_connections=128, max_keepalive_connections=32, keepalive_expiry=KEEP_ALIVE)
    return httpx.Client(limits=limits, trust_env=False)


def answers_ok(client: httpx.Client, url: str, headers: dict[str, str], timeout: float) -> bool:
    """Say whether a GET of `url` is answered with 200 in time."""
    try:
        return client.get(url, headers=headers, timeout=timeout).status_code == 200
    except httpx.HTTPError:
        return False


def _read(response: httpx.Response, language: str) -> DialogueTurn:
    try:
        body = response.json()
        move = str(body.get("move") or "ask_advice")
        replies = [_reply(item, move, language) for item in body.get("replies", [])]
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise DialogueAway(f"unreadable: {type(error).__name__}") from error
    return DialogueTurn(move, [reply for reply in replies if reply.is_visible()])


def _reply(item: dict[str, Any], move: str, language: str) -> Reply:
    known = {name: value for name, value in item.items() if value is not None}
    return Reply.model_validate(
        {"language": language, **known, "data": {"move": move, **known.get("data", {})}}
    )
