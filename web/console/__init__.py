"""The desk: the pages on which staff, editors and admins look after the adviser."""

from __future__ import annotations

import hashlib
import hmac

from flask import Blueprint, Flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

from web.access import guard_routes
from web.console import (
    audit,
    conversations,
    dead_letters,
    documents,
    entrance,
    frame,
    gaps,
    home,
    own_account,
    people,
    queue,
    search,
)
from web.console.cookies import DeskCookies
from web.console.desk import Desk, open_desk
from web.settings import Settings
from web.store.database import Database

PAGES = (
    home,
    entrance,
    own_account,
    search,
    documents,
    queue,
    gaps,
    conversations,
    dead_letters,
    people,
    audit,
)


def add_console(app: Flask, settings: Settings, sessions: Database) -> None:
    """Add the desk to the application and guard all of its routes; call it after all others are there."""
    desk = open_desk(settings, sessions)
    csrf = _prepare(app, settings, desk)
    routes = Blueprint("console", __name__, url_prefix="/console", template_folder="../templates")
    frame.add_frame(routes, app)
    for page in PAGES:
        page.add_pages(routes, desk)
    app.register_blueprint(routes)
    guard_routes(app, csrf)


def _prepare(app: Flask, settings: Settings, desk: Desk) -> CSRFProtect:
    key = hmac.new(settings.signing_key.encode(), b"desk cookies", hashlib.sha256).hexdigest()
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = DeskCookies(settings.public_url)
    manager = LoginManager(app)
    manager.session_protection = None  # sign-ins are kept on our side, and addresses of phones change
    manager.user_loader(desk.sign_ins.resume)
    return CSRFProtect(app)
