"""Slack as a channel."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from web.channels.base import Delivered, Delivery, PutOff, Refused
from web.channels.slack.events import GREETING, Heard, heard
from web.channels.slack.render import rendered
from web.channels.slack.service import Denied, Limited, Posted, SlackService
from web.chat.payloads import Payloads
from web.chat.schema import LONGEST_MESSAGE, Button, Reply
from web.conversations import DEFAULT_LANGUAGE
from web.turns.messages import Message, Parcel, Target

NAME = "slack"
EVENT_TYPE = "adviser_answer"


class SlackChannel:
    """Hears through Slack's events, answers in the thread. Without a `service` nothing can be delivered."""

    name = NAME

    def __init__(self, signing_key: str, service: SlackService | None) -> None:
        self._key, self._service = signing_key, service
        self._payloads = Payloads(signing_key)

    def receive(self, raw: dict[str, Any], /) -> Message | None:
        """Return the message to us in a body Slack sent."""
        found = heard(raw)
        if found is None:
            return None
        key = conversation_key(self._key, found.place, found.thread)
        refusal = "message_too_long" if not found.pressed and len(found.text) > LONGEST_MESSAGE else None
        text = "" if refusal else self._text(found, key)
        target = {"channel": found.place, "thread": found.thread}
        return Message(NAME, found.event, key, text, DEFAULT_LANGUAGE, target, refusal)

    def render(self, replies: Sequence[Reply], target: Target, /) -> dict[str, Any]:
        """Return the arguments of `chat.postMessage`; `target` names channel, thread, and the answer's mark."""
        mark = str(target["mark"])
        return {
            "channel": target["channel"],
            "thread_ts": target["thread"],
            **rendered(replies, notice="notice" in target, mark=mark),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"mark": mark}},
            "client_msg_id": mark,
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def deliver(self, parcel: Parcel, /) -> Delivery:
        """Post the answer; when an earlier attempt may have arrived, only if it cannot be found in the thread."""
        if self._service is None:
            return Refused("no_bot_token")
        target = {**parcel.target, "mark": parcel.mark}
        if parcel.attempts > 1:
            found = self._service.find(target["channel"], target["thread"], parcel.mark)
            if found is not None:
                return _delivery(found)
        return _delivery(self._service.post(self.render(parcel.replies, target)))

    def _text(self, found: Heard, key: str) -> str:
        if found.text:
            return found.text
        return self._payloads.seal(key, Button(title=GREETING, payload=GREETING)).payload


def conversation_key(signing_key: str, place: str, thread: str) -> str:
    """Return the key of the conversation in a thread. Keyed, for the names of threads can be guessed."""
    named = f"{NAME}:{place}:{thread}".encode()
    return hmac.new(signing_key.encode(), named, hashlib.sha256).hexdigest()


def _delivery(outcome: Any) -> Delivery:
    if isinstance(outcome, Posted):
        return Delivered(outcome.stamp)
    if isinstance(outcome, Limited):
        return PutOff("ratelimited", outcome.seconds, counts=False)
    if isinstance(outcome, Denied):
        return Refused(outcome.reason)
    return PutOff(outcome.reason)
