"""Reading what Slack sends: which of it is a message to us, and what it says in plain words."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

HEARD_SUBTYPES = (None, "file_share", "thread_broadcast")
"""Kinds of message a person wrote; all others are edits, deletions, joins and the like."""

GREETING = "/greet"
"""What somebody means who only calls our name."""

_MARKUP = re.compile(r"<([@#!])?([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True)
class Heard:
    """Something said to us. `event` is Slack's name for it; the answer goes to `thread` in `place`.

    `pressed` tells that `text` is the payload of a button of ours.
    """

    event: str
    place: str
    thread: str
    text: str
    pressed: bool = False


def heard(body: dict[str, Any]) -> Heard | None:
    """Return the message to us in a body of the Events API or of interactivity, if it is one."""
    kind = body.get("type")
    if kind == "event_callback":
        return _said(body)
    if kind == "block_actions":
        return _pressed(body)
    return None


def _said(body: dict[str, Any]) -> Heard | None:
    event = body.get("event")
    if not isinstance(event, dict) or not _is_to_us(event) or _is_by_a_bot(event, body):
        return None
    name, place, stamp = body.get("event_id"), event.get("channel"), event.get("ts")
    if not _are_words(name, place, stamp):
        return None
    thread = event.get("thread_ts") or stamp
    return Heard(str(name), str(place), str(thread), plain_words(str(event.get("text") or "")))


def _is_to_us(event: dict[str, Any]) -> bool:
    if event.get("subtype") not in HEARD_SUBTYPES or event.get("hidden") or event.get("edited"):
        return False
    is_direct = event.get("type") == "message" and event.get("channel_type") == "im"
    return is_direct or event.get("type") == "app_mention"


def _is_by_a_bot(event: dict[str, Any], body: dict[str, Any]) -> bool:
    if event.get("bot_id") or event.get("bot_profile") or not event.get("user"):
        return True
    ours = [item.get("user_id") for item in _dicts(body.get("authorizations")) if item.get("is_bot")]
    return event["user"] in ours


def _pressed(body: dict[str, Any]) -> Heard | None:
    pressed = [action for action in _dicts(body.get("actions")) if action.get("type") == "button"]
    message, container = _dict(body.get("message")), _dict(body.get("container"))
    place = _dict(body.get("channel")).get("id") or container.get("channel_id")
    stamp = message.get("ts") or container.get("message_ts")
    thread = message.get("thread_ts") or container.get("thread_ts") or stamp
    if not pressed or not _are_words(
        place, stamp, thread, pressed[0].get("value"), pressed[0].get("action_ts")
    ):
        return None
    event = f"pressed:{place}:{stamp}:{pressed[0].get('action_id')}:{pressed[0]['action_ts']}"
    return Heard(event, str(place), str(thread), str(pressed[0]["value"]), pressed=True)


def plain_words(text: str) -> str:
    """Return Slack's text without its markup: mentions of people go, names and addresses of links stay."""
    return re.sub(r"[ \t]{2,}", " ", html.unescape(_MARKUP.sub(_plain, text))).strip()


def _plain(found: re.Match[str]) -> str:
    kind, target, label = found.groups()
    if kind == "@":
        return ""
    if kind == "#":
        return f"#{label}" if label else ""
    if kind == "!":
        return label or ""
    return label or target


def _are_words(*values: object) -> bool:
    return all(isinstance(value, str) and value for value in values)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
