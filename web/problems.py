"""Faults as RFC 9457 problem documents: every error a client meets is JSON with words that help."""

from __future__ import annotations

import structlog
from flask import Flask, Response, jsonify, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from web.chat.schema import LONGEST_MESSAGE
from web.wording import wording

log = structlog.get_logger("web")


class ProblemError(Exception):
    """A request that cannot be served: an HTTP status and the name of its words under `problems`."""

    def __init__(self, status: int, name: str, **values: str) -> None:
        super().__init__(name)
        self.status, self.name, self.values = status, name, values
        self.headers: dict[str, str] = {}


def problem(status: int, name: str, **values: str) -> Response:
    """Build the response for a problem named in the wording."""
    response = jsonify(
        {
            "type": "about:blank",
            "title": wording(f"problems.{name}.title", **values),
            "status": status,
            "detail": wording(f"problems.{name}.detail", **values),
        }
    )
    response.status_code = status
    response.content_type = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    return response


def too_long() -> Response:
    """Build the one 413 for a long message and for a body too big to be read at all."""
    return problem(413, "too_long", limit=f"{LONGEST_MESSAGE:,}")


def invalid(error: ValidationError) -> Response:
    """Turn values that do not fit the published types into a problem."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = {(fault["type"], fault["loc"][-1:]) for fault in faults}
    if ("string_too_long", ("message",)) in kinds:
        return too_long()
    if ("blank", ("message",)) in kinds:
        return problem(422, "blank")
    fields = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults)
    return problem(422, "invalid", fields=fields)


def register(app: Flask) -> None:
    """Answer every fault of `app` with a problem document."""
    app.register_error_handler(ProblemError, _told)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _told(error: ProblemError) -> Response:
    response = problem(error.status, error.name, **error.values)
    response.headers.update(error.headers)
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    if isinstance(error, RequestEntityTooLarge):
        return too_long()
    if isinstance(error, NotFound):
        return problem(404, "not_found")
    if isinstance(error, MethodNotAllowed):
        response = problem(405, "method_not_allowed", method=request.method)
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response
    return problem(error.code or 500, "http", title=error.name)


def _unexpected(error: Exception) -> Response:
    # The type and the place only: the words of an exception may quote a message.
    log.error(
        "request_failed", path=str(request.url_rule or ""), error=type(error).__name__, at=_place(error)
    )
    return problem(500, "failed")


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
