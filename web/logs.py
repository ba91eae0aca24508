"""Logs as JSON lines on standard error: what happened and how long it took, never what was said."""

from __future__ import annotations

import sys
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("web.request")


def configure_logs() -> None:
    """Make structlog write one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def log_requests(app: Flask) -> None:
    """Note method, route, status and duration of every request; addresses and bodies stay out."""

    @app.before_request
    def _start() -> None:
        g.started = time.monotonic()

    @app.after_request
    def _note(response: Response) -> Response:
        seconds = time.monotonic() - g.get("started", time.monotonic())
        route = request.url_rule.rule if request.url_rule else "(none)"
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            seconds=round(seconds, 3),
        )
        return response
