"""What a browser loads: the chat page, the widget's script, the icon, and the headers around them."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from web.settings import Settings
from web.widget.bundle import bundle

CHAT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
SCRIPT_SECONDS = 300


def page_routes(settings: Settings) -> Blueprint:
    """Build the routes of the page and the script."""
    routes = Blueprint("pages", __name__)
    policy = content_policy(settings.allowed_origins)
    script = bundle().encode()
    etag = hashlib.sha256(script).hexdigest()[:24]

    @routes.get("/")
    def chat_page() -> Response:
        response = Response(render_template("chat.html"), mimetype="text/html")
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cache-Control"] = "no-cache"
        return response

    @routes.get("/widget.js")
    def widget() -> Response:
        response = Response(script, mimetype="text/javascript")
        response.set_etag(etag)
        response.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.make_conditional(request)
        return response

    @routes.get("/favicon.ico")
    def icon() -> BaseResponse:
        return redirect(url_for("static", filename="icon.svg"))

    return routes


def content_policy(allowed_origins: tuple[str, ...]) -> str:
    """Return the Content-Security-Policy of the chat page; the listed sites may frame it."""
    framers = " ".join(("'self'", *allowed_origins))
    return "; ".join(f"{name} {value}" for name, value in {**CHAT_POLICY, "frame-ancestors": framers}.items())


def add_safe_headers(app: Flask) -> None:
    """Give every response the headers that keep browsers from guessing, leaking and framing."""

    @app.after_request
    def _guard(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return response
