"""Serves the actions to the dialogue engine.

The SDK's own server listens to everyone, answers everyone, unpacks without limit and sends the whole
conversation back when something fails. So only its executor is used here, behind an application of
two routes.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa_sdk.executor import ActionExecutor, ActionExecutorRunResult
from rasa_sdk.interfaces import ActionExecutionRejection
from sanic import Request, Sanic
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from actions.settings import Settings

log = logging.getLogger(__name__)

MAX_BODY = 8 * 1024 * 1024  # bytes; some eighty events with answers inside take a tenth of it
THREADS = 32  # actions that may wait for the knowledge at the same time
KEEP_ALIVE = 75  # seconds; the dialogue engine gives a connection up after 15

FAILED = {"response": "utter_action_failed", "custom": {"status": "failed"}}
"""Said when an action breaks: without it Rasa would say nothing at all."""


class VisibleExecutor(ActionExecutor):  # type: ignore[misc]  # the SDK publishes no types
    """Runs actions so that whatever goes wrong, the user gets a reply."""

    async def run(self, action_call: dict[str, Any], *_: Any, **__: Any) -> ActionExecutorRunResult | None:
        """The action's result, or the words for a failure; lets only a form's rejection through."""
        try:
            return await super().run(action_call)
        except ActionExecutionRejection:
            raise
        except Exception as fault:
            _log_without_words(str(action_call.get("next_action")), fault)
            return ActionExecutorRunResult(events=[], responses=[dict(FAILED)])

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        """The domain if it was sent: Rasa 3.6 leaves it out, and knows nothing of this SDK's digests."""
        return payload.get("domain") or {}


def our_actions() -> VisibleExecutor:
    """An executor that knows every action of this package."""
    executor = VisibleExecutor()
    executor.register_package("actions")
    return executor


def build_app(executor: ActionExecutor, settings: Settings, name: str = "adviser_actions") -> Sanic[Any, Any]:
    """The application: `POST /webhook` for Rasa, `GET /health` for the supervisor."""
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.KEEP_ALIVE_TIMEOUT = KEEP_ALIVE
    app.error_handler.add(Exception, _unforeseen)
    app.register_listener(_more_threads, "before_server_start")
    _add_routes(app, executor, settings.secret)
    return app


def _add_routes(app: Sanic[Any, Any], executor: ActionExecutor, secret: str) -> None:
    async def only_ours(request: Request) -> HTTPResponse | None:
        given = request.headers.get("authorization", "").encode(errors="replace")
        if hmac.compare_digest(given, f"Bearer {secret}".encode()):
            return None
        return json_response({"error": "the secret is missing"}, 401)

    async def health(_: Request) -> HTTPResponse:
        return json_response({"status": "ok"})

    async def webhook(request: Request) -> HTTPResponse:
        call = _read(request.body)
        if call is None:
            return json_response({"error": "the body is no action call"}, 400)
        return await _run(executor, call)

    app.register_middleware(only_ours, "request")
    app.add_route(health, "/health", methods=["GET"])
    app.add_route(webhook, "/webhook", methods=["POST"])


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> HTTPResponse:
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        return json_response({"error": rejection.message, "action_name": rejection.action_name}, 400)
    return json_response(result.model_dump() if result else None)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        call = json.loads(body)
    except ValueError:
        return None
    is_call = isinstance(call, dict) and isinstance(call.get("next_action"), str) and "tracker" in call
    return call if is_call else None


async def _more_threads(_: Any) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="action"))


def _unforeseen(_: Request, fault: Exception) -> HTTPResponse:
    if isinstance(fault, SanicException) and fault.status_code < 500:
        return json_response({"error": type(fault).__name__}, fault.status_code)
    _log_without_words("the server", fault)
    return json_response({"error": "the action server failed"}, 500)


def _log_without_words(where: str, fault: BaseException) -> None:
    """Logs the kind and place of a fault; its text may quote what somebody wrote."""
    frames = "".join(traceback.format_tb(fault.__traceback__))
    log.error("%s failed with %s\n%s", where, type(fault).__name__, frames)
