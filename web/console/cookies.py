"""The one cookie of the desk: signed, out of reach for scripts, and tied to this host wherever there is https."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

NAME = "adviser_desk"


class DeskCookies(SecureCookieSessionInterface):
    """Decides by the address people use (`public_url`, behind a proxy) or the request itself."""

    def __init__(self, public_url: str | None) -> None:
        self._public_https = bool(public_url and public_url.lower().startswith("https://"))

    def get_cookie_secure(self, app: Flask) -> bool:
        """Say whether the cookie may only travel over https."""
        return self._public_https or request.is_secure

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name; browsers take the prefixed one only from this very host and only over https."""
        return f"__Host-{NAME}" if self.get_cookie_secure(app) else NAME
