"""Requests as Slack makes them: bodies of events and pressed buttons, and their signature."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

from web.channels.slack.signature import signature

SECRET = "slack-signs-with-this"
BOT = "U0ADVISER"
REASONS = (
    "http_timeout",
    "http_error",
    "connection_failed",
    "ssl_error",
    "too_many_redirects",
    "unknown_error",
)


def mention(
    text: str = f"<@{BOT}> What do members lack?", event_id: str = "Ev1", **event: Any
) -> dict[str, Any]:
    """A mention in a channel; further arguments replace parts of the inner event, None takes them out."""
    inner = {
        "type": "app_mention",
        "user": "U0PERSON",
        "text": text,
        "ts": "1700000000.000100",
        "channel": "C0CLUSTER",
        "event_ts": "1700000000.000100",
    }
    return {
        "token": "old",
        "team_id": "T0TEAM",
        "api_app_id": "A0APP",
        "type": "event_callback",
        "event_id": event_id,
        "event_time": 1_700_000_000,
        "authorizations": [{"team_id": "T0TEAM", "user_id": BOT, "is_bot": True}],
        "event": {name: value for name, value in (inner | event).items() if value is not None},
    }


def direct(text: str = "What do members lack?", event_id: str = "Ev1", **event: Any) -> dict[str, Any]:
    """A direct message."""
    return mention(
        text, event_id, **({"type": "message", "channel_type": "im", "channel": "D0DIRECT"} | event)
    )


def press(
    value: str, *, action_ts: str = "1700000009.1", thread: str = "1700000000.000100"
) -> dict[str, Any]:
    """A pressed button under an answer in a thread."""
    return {
        "type": "block_actions",
        "user": {"id": "U0PERSON"},
        "trigger_id": "1.2.3",
        "container": {"type": "message", "message_ts": "1700000005.1", "channel_id": "C0CLUSTER"},
        "channel": {"id": "C0CLUSTER", "name": "cluster"},
        "message": {"ts": "1700000005.1", "thread_ts": thread, "bot_id": "B0ADVISER"},
        "actions": [{"type": "button", "action_id": "choice-0-0", "value": value, "action_ts": action_ts}],
    }


def as_json(body: dict[str, Any]) -> bytes:
    """The body of an event."""
    return json.dumps(body).encode()


def as_form(body: dict[str, Any]) -> bytes:
    """The body of interactivity."""
    return urlencode({"payload": json.dumps(body)}).encode()


def signed(raw: bytes, *, secret: str = SECRET, age: float = 0.0) -> dict[str, str]:
    """The headers of a genuine request, `age` seconds old."""
    stamp = str(int(time.time() - age))
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(secret, stamp, raw)}
