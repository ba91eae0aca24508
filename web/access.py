"""Who may call which route: every route is declared, an undeclared one is served to nobody.

A page that needs a role says so with `@needs("editor")`. Routes anybody may call stand in `PUBLIC`; those that
check a secret or a signature of the caller themselves stand in `MACHINES` or are marked `@needs("machine")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import structlog
from flask import Flask, Response, redirect, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from web.accounts.roles import Role, at_least
from web.accounts.signing_in import Visitor
from web.problems import problem

log = structlog.get_logger("web.access")

Need = Literal["public", "machine"] | Role
View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = (
    "static",
    "description",
    "pages.chat_page",
    "pages.widget",
    "pages.icon",
    "chat.chat",
    "chat.chat_stream",
    "passages.passage",
    "health.healthz",
    "health.readyz",
)
MACHINES = ("slack.slack",)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_BYTES = 256 * 1024


@dataclass(frozen=True)
class Access:
    """What a route needs: a role at least, `public`, or `machine`. `forms` asks for a CSRF token with each change."""

    need: Need
    forms: bool = False
    body: int = FORM_BYTES


class TooLittle(Forbidden):
    """Somebody is signed in, but the page is for others."""


def needs(need: Need, *, forms: bool | None = None, body: int = FORM_BYTES) -> Callable[[View], View]:
    """Declare what a view needs; `body` is how many bytes a request to it may have.

    Pages for people take a CSRF token with every change; a public one only with `forms=True`.
    """
    asks = need not in ("public", "machine") if forms is None else forms

    def declare(view: View) -> View:
        cast(Any, view).access = Access(need, asks, body)
        return view

    return declare


def access_table(app: Flask) -> dict[str, Access]:
    """Return what each endpoint of the application needs; undeclared endpoints are missing."""
    marked = {name: view.access for name, view in app.view_functions.items() if hasattr(view, "access")}
    listed = {name: Access("public") for name in PUBLIC} | {name: Access("machine") for name in MACHINES}
    return {name: access for name, access in (listed | marked).items() if name in app.view_functions}


def guard_routes(app: Flask, csrf: CSRFProtect) -> None:
    """Check every request against the table; call it when all routes are there."""
    table = access_table(app)

    @app.before_request
    def _check() -> BaseResponse | None:
        if request.endpoint is None:
            return None
        access = table.get(request.endpoint)
        if access is None:
            log.error("undeclared_route", endpoint=request.endpoint)
            return problem(403, "undeclared")
        turned_away = _check_role(access)
        if turned_away is not None:
            return turned_away
        if access.forms and request.method not in SAFE_METHODS:
            request.max_content_length = request.max_form_memory_size = access.body
            _refuse_foreign_forms()
            csrf.protect()
        return None


def visitor() -> Visitor | None:
    """Return who is signed in, if anybody is."""
    known = current_user._get_current_object()
    return known if isinstance(known, Visitor) else None


def present() -> Visitor:
    """Return who is signed in, on a page that needs somebody; raises 403 otherwise."""
    known = visitor()
    if known is None:
        raise TooLittle
    return known


def _check_role(access: Access) -> BaseResponse | None:
    if access.need in ("public", "machine"):
        return None
    known = visitor()
    if known is None:
        return _to_sign_in()
    if not at_least(known.role, cast(Role, access.need)):
        raise TooLittle
    return None


def _to_sign_in() -> BaseResponse:
    """Send a browser to the sign-in page; what it was about to change is not remembered, what it looked at is."""
    safe = request.method in SAFE_METHODS
    address = url_for("console.sign_in", next=request.full_path.rstrip("?") if safe else None)
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _refuse_foreign_forms() -> None:
    # Browsers say where a request comes from; a second lock beside the token, without relying on a referrer.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden
