"""Small local servers that play the other processes, each doing as the test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]
Reaction = tuple[int, Any]

CITATION = {
    "number": 1,
    "document": "d1",
    "passage": "p1",
    "title": "A guide for clusters",
    "section": ["Skills"],
    "page": 3,
    "quote": "Members lack skills.",
    "language": "en",
    "url": None,
    "read_at": "2026-11-22",
    "valid_until": None,
}
ANSWER = {
    "status": "answered",
    "language": "en",
    "text": "Members lack skills. [1]",
    "citations": [CITATION],
    "next_actions": [{"id": "a1", "title": "Ask them", "why": "They know.", "citations": [1]}],
}
PASSAGE = {
    "id": "p1",
    "document": "d1",
    "title": "A guide for clusters",
    "kind": "guide",
    "section": ["Skills"],
    "page": 3,
    "text": "Members lack skills. They say so.",
    "role": "text",
    "language": "en",
    "url": None,
    "read_at": "2026-11-22",
    "valid_until": None,
    "links": [],
    "reference": "",
    "audience": "public",
}


class Neighbour:
    """A server on a free port of loopback; `reactions` maps "METHOD /path" to what it answers with."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Body, dict[str, str]]] = []
        self.reactions: dict[str, Callable[[Body], Reaction]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def on(self, call: str, answer: Any, status: int = 200, after: float = 0.0) -> None:
        """Answer `call` with a value, or with what a function makes of the body, `after` some seconds."""

        def react(body: Body) -> Reaction:
            time.sleep(after)
            return status, answer(body) if callable(answer) else answer

        self.reactions[call] = react

    def bodies(self, call: str) -> list[Body]:
        """Return the bodies of the calls seen so far."""
        return [body for seen, body, _ in self.seen if seen == call]

    def stop(self) -> None:
        """Stop listening: from now on connections are refused."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(neighbour: Neighbour) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_DELETE(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_PUT(self) -> None:
            self.do_POST()

        def _answer(self, body: Body) -> None:
            call = f"{self.command} {self.path}"
            neighbour.seen.append((call, body, dict(self.headers)))
            status, value = neighbour.reactions.get(call, lambda _: (404, {"detail": "no"}))(body)
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                pass  # web gave up waiting, which is what some tests are about

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    return Handler


@contextmanager
def neighbour() -> Iterator[Neighbour]:
    """Run a neighbour for the length of a test."""
    running = Neighbour()
    try:
        yield running
    finally:
        running.stop()


TURN = "POST /webhooks/adviser/turn"


def said(text: str, move: str = "greet", **reply: Any) -> Body:
    """Return what the dialogue engine answers for one plain reply."""
    return {"move": move, "replies": [{"kind": "text", "status": "answered", "text": text, **reply}]}
