"""The frame around every page: what templates know, the headers, the pages for faults, and the assets."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from knowledge.errors import KnowledgeError
from knowledge.errors import NotFound as UnknownToLibrary
from web.access import TooLittle, needs, visitor
from web.accounts.roles import Role, at_least
from web.wording import FALLBACK, desk_languages, desk_wording

LANGUAGE_COOKIE, THEME_COOKIE = "adviser_language", "adviser_theme"
THEMES = ("auto", "light", "dark")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ASSETS = {
    "bootstrap.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css", "text/css"),
    "htmx.js": ("django_htmx", "static/django_htmx/htmx-2.min.js", "text/javascript"),
}
NAVIGATION: tuple[tuple[str, Role], ...] = (
    ("home", "staff"),
    ("documents", "staff"),
    ("queue", "editor"),
    ("gaps", "staff"),
    ("conversations", "staff"),
    ("letters", "editor"),
    ("people", "admin"),
    ("audit", "admin"),
)


def add_frame(routes: Blueprint, app: Flask) -> None:
    """Give the pages of the blueprint their frame."""
    routes.context_processor(_context)
    routes.after_request(_guard_response)
    _answer_faults(app)
    _serve_assets(routes)


def language() -> str:
    """Return the language the reader chose."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, FALLBACK)
    return chosen if chosen in desk_languages() else FALLBACK


def theme() -> str:
    """Return the reader's choice of light and dark; "auto" follows the system."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def words(key: str, **values: str) -> str:
    """Return a text of the desk in the reader's language."""
    return desk_wording(key, language(), **values)


def label(group: str, name: str) -> str:
    """Return the word for one of a group of names, or the name itself where we have none: others add to some groups."""
    try:
        return words(f"{group}.{name}")
    except KeyError:
        return name


def tell(key: str, *, undo: str | None = None, **values: str) -> None:
    """Have the next page say what was done; `undo` is the address that takes it back."""
    message: Any = {"text": words(f"told.{key}", **values), "undo": undo}
    flash(message, "told")


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page of the desk."""
    return Response(render_template(f"console/{template}", **context), status=status, mimetype="text/html")


def to(endpoint: str, **values: Any) -> BaseResponse:
    """Send the browser to another page after a change."""
    return redirect(url_for(f"console.{endpoint}", **values), 303)


def _context() -> dict[str, Any]:
    known = visitor()
    places = [name for name, need in NAVIGATION if known and at_least(known.role, need)]
    return {
        "t": partial(desk_wording, language=language()),
        "label": label,
        "language": language(),
        "languages": desk_languages(),
        "theme": theme(),
        "themes": THEMES,
        "visitor": known,
        "may": lambda role: known is not None and at_least(known.role, role),
        "places": places,
        "here": (request.endpoint or "").removeprefix("console."),
        "told": get_flashed_messages,
        "moment": _moment,
        "asset": _asset_address,
    }


def _moment(value: str | None) -> Markup:
    """Return an ISO time as an element with the day and the minute, in UTC."""
    if not value:
        return Markup("–")
    shown = datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M")
    return Markup('<time datetime="{}">{}</time>').format(value, shown)


def _guard_response(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _answer_faults(app: Flask) -> None:
    """Show faults met under /console as pages; others keep their problem documents."""
    others = app.error_handler_spec[None][None].get(HTTPException)

    @app.errorhandler(HTTPException)
    def shown(error: HTTPException) -> Any:
        if not request.path.startswith("/console"):
            return others(error) if others else error
        return _fault_page(error)

    @app.errorhandler(UnknownToLibrary)
    def gone(error: UnknownToLibrary) -> Response:
        return _fault_page(NotFound())

    @app.errorhandler(KnowledgeError)
    def away(error: KnowledgeError) -> Response:
        return _guard_response(page("fault.html", 503, fault="library_away"))


def _fault_page(error: HTTPException) -> Response:
    known = visitor()
    if isinstance(error, CSRFError):
        name = "form_old"
    elif isinstance(error, TooLittle):
        name = "members" if known and known.role == "member" else "not_yours"
    elif isinstance(error, NotFound):
        name = "not_found"
    elif isinstance(error, RequestEntityTooLarge):
        name = "too_large"
    else:
        name = "refused" if isinstance(error, Forbidden) else "other"
    return _guard_response(page("fault.html", error.code or 500, fault=name))


def _serve_assets(routes: Blueprint) -> None:
    files = {name: (_package_file(package, path), kind) for name, (package, path, kind) in ASSETS.items()}

    @routes.get("/assets/<name>")
    @needs("public")
    def asset(name: str) -> Response:
        if name not in files:
            raise NotFound
        path, kind = files[name]
        response = Response(path.read_bytes(), mimetype=kind)
        response.headers["Cache-Control"] = "public, max-age=86400"
        response.add_etag()
        response.make_conditional(request)
        return response

    @routes.get("/<path:anything>")
    @needs("public")
    def nowhere(anything: str) -> Response:
        raise NotFound


def _package_file(package: str, path: str) -> Path:
    """Return a file of an installed package without running the package's code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {package} is not installed; ./adviser builds what is missing.")
    return Path(spec.origin).parent / path


def _asset_address(name: str) -> str:
    return url_for("console.asset", name=name)
