"""The application of the web process, put together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Response, jsonify
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from knowledge.client import Client
from web import problems
from web.channels.slack.channel import SlackChannel
from web.channels.slack.routes import slack_routes
from web.chat.dialogue import Dialogue, pooled_client
from web.chat.lanes import CAPACITY
from web.chat.routes import chat_routes
from web.chat.schema import ProblemModel
from web.console import add_console
from web.conversations import Conversations
from web.health import health_routes, probes
from web.library import Library
from web.limits import message_limit
from web.logs import configure_logs, log_requests
from web.origins import guard_origins
from web.pages import add_safe_headers, page_routes
from web.passages import passage_routes
from web.settings import Settings
from web.turns.answering import LIBRARY_SHARE
from web.turns.assembly import TurnParts, assemble
from web.turns.inline import Inline
from web.turns.receipt import Receipt

API_VERSION = "1.0.0"
BIGGEST_BODY = 64 * 1024
"""Bytes: 4,000 characters take at most 48,000 when every one is escaped."""


def create_app(settings: Settings | None = None, library: Library | None = None) -> OpenAPI:
    """Build the application; without arguments from the environment, as gunicorn calls it."""
    settings = settings or Settings.from_env()
    library = library or Client(
        settings.knowledge_url, settings.inner_secret, timeout=settings.turn_seconds * LIBRARY_SHARE
    )
    app = _bare_app()
    log_requests(app)
    add_safe_headers(app)
    guard_origins(app, settings)
    problems.register(app)
    _add_routes(app, settings, library)
    return app


def _bare_app() -> OpenAPI:
    configure_logs()
    app = OpenAPI(
        __name__,
        info=Info(title="Cluster Adviser", version=API_VERSION),
        security_schemes={},  # none; left out it would become null, which OpenAPI does not know
        doc_ui=False,
        validation_error_status=422,
        validation_error_model=ProblemModel,
        validation_error_callback=problems.invalid,
    )
    app.config["MAX_CONTENT_LENGTH"] = BIGGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    return app


def _add_routes(app: OpenAPI, settings: Settings, library: Library) -> None:
    client = pooled_client()
    dialogue = Dialogue(settings.rasa_url, settings.inner_secret, settings.signing_key, client)
    # Two threads a turn at most, since one that was given up may still wait for its socket; and the probes.
    executor = ThreadPoolExecutor(max_workers=2 * CAPACITY + 8, thread_name_prefix="outward")
    parts = assemble(settings, dialogue, library, executor)
    conversations = Conversations(parts.database, settings.signing_key)
    turns = Inline(
        parts.database, parts.leases, parts.inbox, parts.outbox, parts.work, seconds=settings.turn_seconds
    )
    limit = message_limit(app, settings, conversations)
    asked = probes(dialogue, library, settings.actions_url, settings.inner_secret, client)
    app.register_api(chat_routes(turns, conversations, limit))
    app.register_api(passage_routes(library))
    app.register_api(health_routes(asked, executor))
    app.register_blueprint(page_routes(settings))
    _add_slack(app, settings, parts)
    _add_description(app)
    add_console(app, settings, parts.database)


def _add_slack(app: OpenAPI, settings: Settings, parts: TurnParts) -> None:
    """Open the door for Slack when there is a secret to check its signature with."""
    if settings.slack_signing_secret:
        channel = SlackChannel(settings.signing_key, None)
        receipt = Receipt(parts.database, parts.inbox)
        app.register_blueprint(slack_routes(channel, receipt, settings.slack_signing_secret))


def _add_description(app: OpenAPI) -> None:
    @app.route("/api/openapi.json")
    def description() -> Response:
        """Return the OpenAPI 3.1 document of this interface."""
        return jsonify(app.api_doc)
