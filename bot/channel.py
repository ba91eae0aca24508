"""The only door to the dialogue: two routes on loopback behind a shared secret."""

from __future__ import annotations

import asyncio
import hmac
import logging
from dataclasses import dataclass
from typing import Any

from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.engine import Engine
from bot.settings import MAX_TEXT, Settings
from bot.understanding import PayloadRefused

log = logging.getLogger(__name__)

MAX_BODY = 256 * 1024  # bytes; 4,000 characters take at most 48,000 when escaped


class Refusal(Exception):
    """A request that gets a problem document instead of a turn."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title


@dataclass(frozen=True)
class TurnRequest:
    """The checked body of a turn."""

    conversation: str
    text: str
    payload: str | None
    language: str

    @classmethod
    def read(cls, body: Any) -> TurnRequest:
        """Checks a decoded JSON body; raises `Refusal` (400, or 413 for too long a text)."""
        if not isinstance(body, dict):
            raise Refusal(400, "The body is no JSON object")
        turn = cls(
            _string(body, "conversation"),
            _string(body, "text"),
            _string(body, "payload") or None,
            _string(body, "language") or "en",
        )
        if len(turn.text) > MAX_TEXT:
            raise Refusal(413, f"The text is longer than {MAX_TEXT} characters")
        if not turn.conversation or not (turn.text.strip() or turn.payload):
            raise Refusal(400, "A turn needs a conversation and a text or a payload")
        return turn


def build_app(engine: Engine, settings: Settings, name: str = "adviser_dialogue") -> Sanic:
    """The Sanic application with our two routes and nothing of Rasa's."""
    app = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.RESPONSE_TIMEOUT = settings.deadline + 10
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.blueprint(_routes(engine, settings))
    app.error_handler.add(Exception, _unforeseen)
    return app


def _routes(engine: Engine, settings: Settings) -> Blueprint:
    routes = Blueprint("adviser", url_prefix="/webhooks/adviser")

    @routes.on_request
    async def only_ours(request: Request) -> HTTPResponse | None:
        return None if _knows_secret(request, settings.secret) else problem(401, "The secret is missing")

    @routes.post("/turn")
    async def turn(request: Request) -> HTTPResponse:
        try:
            return json(await answer(engine, TurnRequest.read(request.json), settings.deadline))
        except Refusal as refusal:
            return problem(refusal.status, refusal.title)

    @routes.get("/ready")
    async def ready(_: Request) -> HTTPResponse:
        well = await understands(engine, settings.canaries)
        return json({"ready": well}, status=200 if well else 503)

    return routes


async def answer(engine: Engine, turn: TurnRequest, deadline: float) -> dict[str, Any]:
    """Runs a turn and gives the body of its answer; raises `Refusal` after `deadline` seconds (504)."""
    try:
        meaning = await engine.understand(turn.text, turn.payload)
        replies = await asyncio.wait_for(
            engine.turn(turn.conversation, turn.text, meaning, turn.language), deadline
        )
    except PayloadRefused as reason:
        raise Refusal(400, str(reason)) from reason
    except asyncio.TimeoutError as reason:
        log.warning("a turn passed its deadline of %s s", deadline)
        raise Refusal(504, "The turn took too long") from reason
    return {"move": meaning.move, "replies": replies}


async def understands(engine: Engine, canaries: tuple[tuple[str, str], ...]) -> bool:
    """Whether each canary sentence gets its intent; also warms a model up."""
    moves = [(await engine.understand(sentence)).move for sentence, _ in canaries]
    return moves == [move for _, move in canaries]


def problem(status: int, title: str) -> HTTPResponse:
    """A problem document (RFC 9457); it never repeats what was sent."""
    return json({"title": title, "status": status}, status, content_type="application/problem+json")


def _unforeseen(_: Request, fault: Exception) -> HTTPResponse:
    if isinstance(fault, SanicException) and fault.status_code < 500:
        return problem(fault.status_code, type(fault).__name__)
    log.error("a request failed", exc_info=fault)
    return problem(500, "The dialogue engine failed")


def _knows_secret(request: Request, secret: str) -> bool:
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(errors="replace"), f"Bearer {secret}".encode())


def _string(body: dict[str, Any], key: str) -> str:
    value = body.get(key) or ""
    if not isinstance(value, str):
        raise Refusal(400, f"{key} is no string")
    return value
