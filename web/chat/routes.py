"""The HTTP face of the chat: `POST /api/chat` and its streaming sister."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from web.chat import stream
from web.chat.schema import ChatReply, ChatRequest, ProblemModel
from web.conversations import Conversation, Conversations
from web.problems import ProblemError
from web.turns.inline import Inline

TAG = Tag(name="chat", description="Conversations with the adviser")
Limit = Callable[[Callable[..., Response]], Callable[..., Response]]

PROBLEMS: dict[str | int, Any] = {
    status: {
        "description": described,
        "content": {"application/problem+json": {"schema": ProblemModel.model_json_schema()}},
    }
    for status, described in (
        (400, "Not a JSON object"),
        (403, "A foreign origin"),
        (404, "No such conversation"),
        (413, "The message is too long"),
        (422, "A value does not fit"),
        (429, "Too many messages; see Retry-After"),
    )
}
EVENTS = {
    "description": "Server-sent events: `reply` (a reply without its text), `sentence` (reply, text), `done` (all).",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


def chat_routes(turns: Inline, conversations: Conversations, limit: Limit) -> APIBlueprint:
    """Build the chat's routes; `limit` decorates views that count as a message."""
    routes = APIBlueprint("chat", __name__, url_prefix="/api", abp_tags=[TAG])

    @routes.before_request
    def _needs_an_object() -> None:
        if request.method == "POST" and not isinstance(json_body(), dict):
            raise ProblemError(400, "not_json")

    @routes.post("/chat", summary="Say something", responses={200: ChatReply, **PROBLEMS})
    @limit
    def chat(body: ChatRequest) -> Response:
        """Answer a message; replies are always visible, also while parts of the adviser restart."""
        return jsonify(_take(body))

    @routes.post("/chat/stream", summary="Say something, streamed", responses={200: EVENTS, **PROBLEMS})
    @limit
    def chat_stream(body: ChatRequest) -> Response:
        """Answer a message as server-sent events, the citations before the sentences."""
        response = Response(stream.events(_take(body)), mimetype="text/event-stream")
        response.headers.update({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        return response

    def _take(body: ChatRequest) -> dict[str, Any]:
        conversation = _conversation(conversations, body)
        replies = turns.take(conversation, body.message, body.event)
        return {"conversation": conversation.id, "replies": replies}

    return routes


def json_body() -> object:
    """Return the body as JSON values, or None when it is none; raises 413 for one too big to be read."""
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets nested thousands deep
        return None


def _conversation(conversations: Conversations, body: ChatRequest) -> Conversation:
    language = body.primary_language()
    if body.conversation is None:
        return conversations.fresh(body.event, language)
    conversation = conversations.resume(body.conversation, language)
    if conversation is None:
        raise ProblemError(404, "unknown_conversation")
    return conversation
