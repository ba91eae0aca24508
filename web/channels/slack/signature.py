"""Is a request from Slack? Its signature covers the raw body and a time, version "v0" of Slack's scheme.

Source: Slack's documentation "Verifying requests from Slack".
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping

WINDOW = 300
"""Seconds a request may be old, or early, before it counts as replayed."""


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, *, moment: float | None = None) -> bool:
    """Say whether `body` was signed with `secret` within the window; `moment` is seconds since 1970, now if None.

    `headers` are named as HTTP writes them, each word with a capital.
    """
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    given = headers.get("X-Slack-Signature", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16):
        return False
    if abs((time.time() if moment is None else moment) - int(stamp)) > WINDOW:
        return False
    return hmac.compare_digest(signature(secret, stamp, body).encode(), given.encode(errors="replace"))


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a body sent at `stamp` (seconds since 1970)."""
    signed = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
