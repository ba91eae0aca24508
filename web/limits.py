"""How many messages a minute one conversation, or one address, may send."""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Callable

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit

from web.chat.routes import Limit, json_body
from web.conversations import Conversations
from web.problems import problem
from web.settings import Settings

LOCAL_HEADER = "X-Adviser-Local"


def message_limit(app: Flask, settings: Settings, conversations: Conversations) -> Limit:
    """Return the decorator for views that take a message; 429 with Retry-After beyond the limit."""
    limiter = Limiter(_key_of(conversations), app=app, storage_uri="memory://", on_breach=_refuse)
    if settings.rate_limit is None:
        return lambda view: view
    limit: Limit = limiter.shared_limit(
        settings.rate_limit, scope="messages", exempt_when=lambda: is_local(settings.local_token)
    )
    return limit


def is_local(token: str) -> bool:
    """Say whether the request shows the token that lies under the home: commands of this machine."""
    given = request.headers.get(LOCAL_HEADER, "")
    return hmac.compare_digest(given.encode(), token.encode())


def _key_of(conversations: Conversations) -> Callable[[], str]:
    def key() -> str:
        body = json_body()
        held = body.get("conversation") if isinstance(body, dict) else None
        # An id we never issued counts for the address, or made-up ids would escape the limit.
        if isinstance(held, str) and len(held) <= 200 and conversations.knows(held):
            return "conversation:" + hashlib.sha256(held.encode()).hexdigest()
        return f"address:{request.remote_addr}"

    return key


def _refuse(limit: RequestLimit) -> Response:
    seconds = max(1, math.ceil(limit.reset_at - time.time()))
    response = problem(429, "too_many", seconds=str(seconds))
    response.headers["Retry-After"] = str(seconds)
    return response
