"""The two calls of Slack's Web API an answer needs, with their outcomes as values."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

TIMEOUT = 10
PAGE = 200
"""Seconds a call may take, and messages of a thread read at once."""

PASSING = {
    "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    "team_added_to_org", "accesslimited",
}  # fmt: skip
"""Errors of Slack that go away by themselves; after some of them the message may have been posted."""


@dataclass(frozen=True)
class Posted:
    """Slack took the message; `stamp` is its name for it."""

    stamp: str


@dataclass(frozen=True)
class Limited:
    """Slack took nothing and asks to wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether Slack has the message."""

    reason: str


@dataclass(frozen=True)
class Denied:
    """Slack does not take this message, however often it is sent."""

    reason: str


class SlackService:
    """Slack's Web API at `url`; raises nothing of its own, for every fault is one of the outcomes above."""

    def __init__(self, token: str, url: str, *, timeout: int = TIMEOUT) -> None:
        # No retries in here: what may have arrived has to be looked for first.
        self._client = WebClient(token, base_url=url, timeout=timeout, retry_handlers=[])

    def post(self, message: dict[str, Any]) -> Posted | Limited | Unknown | Denied:
        """Post a message with the arguments of `chat.postMessage`."""
        try:
            answer = self._client.api_call("chat.postMessage", json=message)
        except SlackApiError as fault:
            return _outcome(fault)
        except (SlackClientError, http.client.HTTPException, OSError, ValueError) as fault:
            return Unknown(type(fault).__name__)
        return Posted(str(answer.get("ts") or ""))

    def find(self, place: str, thread: str, mark: str) -> Posted | Limited | Unknown | None:
        """Look for the message with this mark in a thread; None when it is not there."""
        asked: dict[str, Any] = {
            "channel": place,
            "ts": thread,
            "limit": PAGE,
            "include_all_metadata": "true",
        }
        try:
            while True:
                answer = self._client.api_call("conversations.replies", params=asked)
                for message in answer.get("messages") or []:
                    if _bears(message, mark):
                        return Posted(str(message.get("ts") or ""))
                cursor = (answer.get("response_metadata") or {}).get("next_cursor")
                if not cursor:
                    return None
                asked["cursor"] = cursor
        except SlackApiError as fault:
            if fault.response.get("error") == "thread_not_found":
                return None
            outcome = _outcome(fault)
            return Unknown(outcome.reason) if isinstance(outcome, Denied) else outcome
        except (SlackClientError, http.client.HTTPException, OSError, ValueError) as fault:
            return Unknown(type(fault).__name__)


def _outcome(fault: SlackApiError) -> Limited | Unknown | Denied:
    response = fault.response
    status = getattr(response, "status_code", 0)
    if status == 429:
        return Limited(_seconds(getattr(response, "headers", {})))
    error = str(response.get("error") or f"http_{status}")
    return Unknown(error) if status >= 500 or error in PASSING or status == 0 else Denied(error)


def _seconds(headers: dict[str, str]) -> float:
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(3600.0, float(given)) if given.isdecimal() else 30.0


def _bears(message: dict[str, Any], mark: str) -> bool:
    metadata = (message.get("metadata") or {}).get("event_payload") or {}
    blocks = [block.get("block_id") for block in message.get("blocks") or []]
    return metadata.get("mark") == mark or mark in blocks
