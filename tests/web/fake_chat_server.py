"""A small server that plays the chat's HTTP contract, so that the widget can be met alone in a browser.

Run `python tests/web/fake_chat_server.py` to look at the widget by hand: it prints its address.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.serving import make_server

from web.widget.bundle import bundle

WEB = Path(__file__).parents[2] / "web"
STRICT_POLICY = (
    "default-src 'none'; script-src 'self' http://127.0.0.1:*; style-src 'self'; img-src 'self'; connect-src 'self'"
    " http://127.0.0.1:*; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
Scene = Callable[[dict[str, Any]], "dict[str, Any] | Response | tuple[Response, int]"]


def reply(text: str, **more: Any) -> dict[str, Any]:
    """One reply of the contract's shape; `more` replaces parts of it."""
    base = {
        "kind": "answer",
        "status": "answered",
        "text": text,
        "language": "en",
        "citations": [],
        "buttons": [],
        "next_actions": [],
        "data": {"move": "ask_advice"},
    }
    return base | more


def citation(number: int = 1, **more: Any) -> dict[str, Any]:
    """A citation of the passage below; `more` replaces parts of it."""
    base = {
        "number": number,
        "document": "d1",
        "passage": "p1",
        "title": PASSAGE["title"],
        "section": PASSAGE["section"],
        "page": 12,
        "quote": QUOTE,
        "language": "en",
        "url": PASSAGE["url"],
        "read_at": "2026-11-22",
        "valid_until": None,
    }
    return base | more


def problem(status: int, detail: str) -> tuple[Response, int]:
    """An error as problem+json."""
    response = jsonify({"title": "No", "detail": detail, "status": status})
    response.content_type = "application/problem+json"
    return response, status


QUOTE = "Visit five members a month.\n- Ask what they throw away."
PASSAGE: dict[str, Any] = {
    "id": "p1",
    "document": "d1",
    "title": "How to win members for circular work",
    "kind": "how_to",
    "section": ["Green transition", "First steps"],
    "page": 12,
    "language": "en",
    "read_at": "2026-11-22",
    "text": "Begin small. Visit five members a month.\n- Ask what they throw away.\n- Ask what it costs them.",
    "url": "https://example.org/guide.pdf",
    "valid_until": "2020-01-31",
    "links": [{"url": "https://example.org/tool", "text": "Self-assessment tool"}],
}
LONG_ANSWER = """Start with what **waste costs** each firm, then show one neighbour who has saved money. [1]

Three steps have worked elsewhere:

1. Visit five members a month and ask what they throw away. [1]
2. Put two of them together where one's waste is the other's *material*. [2]
3. Publish the saving, with the firm's name, within a quarter.

- A free self-assessment stands at [the tool's page](https://example.org/tool).
- Regional vouchers pay for an adviser's first two days."""


class FakeChat:
    """The server and what it was asked. `scenes` maps a message to what is answered to it."""

    def __init__(self) -> None:
        self.scenes: dict[str, Scene] = dict(SCENES)
        self.received: list[dict[str, Any]] = []
        self.known: set[str] = set()
        self.passage: dict[str, Any] = dict(PASSAGE)
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.foreign_url = f"http://localhost:{self._server.port}"

    def start(self) -> FakeChat:
        """Serve in the background."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("fake_chat", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static"))
        pages: dict[str, Callable[..., Any]] = {
            "/": lambda: render_template("chat.html"),
            "/hasty": lambda: PAGE.format(attributes='data-mode="page" data-deadline="1"'),
            "/elsewhere": self._elsewhere,
            "/widget.js": lambda: Response(bundle(), content_type="text/javascript"),
            "/api/passages/<passage>": self._passage,
        }
        for path, view in pages.items():
            app.add_url_rule(path, endpoint=path, view_func=view)
        app.add_url_rule("/api/chat", view_func=self._chat, methods=["POST"])
        app.after_request(_with_headers)
        return app

    def _elsewhere(self) -> str:
        """Another site's page, with styles that would spoil a widget without walls."""
        return FOREIGN_PAGE.format(script=f"{self.url}/widget.js")

    def _chat(self) -> Any:
        turn = request.get_json()
        self.received.append(turn)
        conversation = turn.get("conversation")
        if conversation is not None and conversation not in self.known:
            return problem(404, "This conversation is not known.")
        outcome = self.scenes.get(turn["message"], _echo)(turn)
        if not isinstance(outcome, dict):
            return outcome
        conversation = conversation or f"c{len(self.known) + 1}"
        self.known.add(conversation)
        return jsonify({"conversation": conversation, **outcome})

    def _passage(self, passage: str) -> Any:
        return jsonify(self.passage) if passage == "p1" else problem(404, "This passage is no longer kept.")


def _with_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = STRICT_POLICY
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    return response


def _echo(turn: dict[str, Any]) -> dict[str, Any]:
    return {"replies": [reply(f"You asked: {turn['message']}")]}


def _answer(_: dict[str, Any]) -> dict[str, Any]:
    second = citation(
        2, title="A case study: the fish-skin tannery", section=["Case studies"], page=None, url=None
    )
    actions = [
        {
            "id": "a1",
            "title": "List the ten members with the most waste",
            "citations": [1],
            "why": "A short list makes the first visits easy to plan.",
        },
        {
            "id": "a2",
            "title": "Ask a neighbouring cluster for its visit sheet",
            "citations": [],
            "why": "You need not write your own.",
        },
    ]
    buttons = [
        {"title": "Who has done this?", "payload": "/find_cases~signed"},
        {"title": "Tell me more", "payload": "/explain_more~signed"},
    ]
    return {
        "replies": [reply(LONG_ANSWER, citations=[citation(), second], next_actions=actions, buttons=buttons)]
    }


def _slow(turn: dict[str, Any]) -> dict[str, Any]:
    time.sleep(1.5)
    return _echo(turn)


def _with_status(status: str, text: str) -> Scene:
    return lambda _: {"replies": [reply(text, status=status)]}


SCENES: dict[str, Scene] = {
    "How do we help our SMEs go circular?": _answer,
    "slow": _slow,
    "too fast": lambda _: problem(429, "That was quick. Please wait a minute."),
    "broken": lambda _: (Response("<h1>Bad gateway</h1>", content_type="text/html"), 502),
    "odd": lambda _: Response("not json", content_type="application/json"),
    "what does it cost?": _with_status("nothing_found", "My sources name no sum for that."),
    "tell me a joke": _with_status("out_of_scope", "I only know about clusters and their work."),
    "help": _with_status("needs_detail", "Which sector are your members in?"),
    "half": _with_status("partial", "I found the first half of what you asked."),
}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chat</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/chat.css">
<script src="/widget.js" {attributes} defer></script></head><body></body></html>"""
FOREIGN_PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>A cluster's site</title>
<meta name="viewport" content="width=device-width"><script src="{script}" defer></script></head>
<body><main><h1>Our cluster</h1><p>Words of the site with <a href="#x">a link</a>.</p></main></body></html>"""

if __name__ == "__main__":
    chat = FakeChat()
    print(chat.url, f"{chat.foreign_url}/elsewhere", flush=True)  # noqa: T201
    chat._server.serve_forever()
