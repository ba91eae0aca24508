"""Where Slack calls: events and pressed buttons. A request is acknowledged once its message is on disk."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from flask import Blueprint, Response, jsonify, request

from web.channels.slack.channel import SlackChannel
from web.channels.slack.signature import is_genuine
from web.problems import ProblemError
from web.turns.receipt import Receipt

BIGGEST_BODY = 512 * 1024
"""Bytes; a message of 40,000 characters comes twice, as text and as blocks."""


def slack_routes(channel: SlackChannel, receipt: Receipt, signing_secret: str) -> Blueprint:
    """Build the routes; both take both kinds of request, so that one address in Slack's settings is enough."""
    routes = Blueprint("slack", __name__)

    @routes.post("/slack/events")
    @routes.post("/slack/interactive")
    def slack() -> Response:
        request.max_content_length = BIGGEST_BODY
        raw = request.get_data(cache=True)
        if not is_genuine(signing_secret, dict(request.headers), raw):
            raise ProblemError(401, "not_signed")
        body = _body(raw)
        if body.get("type") == "url_verification":
            return jsonify(challenge=str(body.get("challenge", "")))
        message = channel.receive(body)
        if message is not None:
            receipt.keep(message)
        return Response("", mimetype="text/plain")

    return routes


def _body(raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a request, which forms carry in the field "payload"."""
    try:
        if request.mimetype == "application/x-www-form-urlencoded":
            raw = parse_qs(raw.decode(), strict_parsing=True, max_num_fields=20)["payload"][0].encode()
        body = json.loads(raw)
    except (ValueError, KeyError, RecursionError) as fault:
        raise ProblemError(400, "not_json") from fault
    if not isinstance(body, dict):
        raise ProblemError(400, "not_json")
    return body
