"""A pretended installation: a supervisor that answers, and the public door and knowledge played by one server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cli.home import Home, Settings, load_secrets
from cli.supervision.config import Program
from cli.supervision.run import start_run, stop_run
from cli.supervision.state import RunState, free_ports, read_state, write_state

Route = Callable[[dict[str, Any], dict[str, str]], tuple[int, dict[str, Any]]]
"""Body and headers of a request -> status and body of the answer."""


class FakeServer(ThreadingHTTPServer):
    """Answers each "METHOD /path" by its route and remembers what it was asked."""

    def __init__(self, routes: dict[str, Route]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes = routes
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        key = f"{self.command} {self.path}"
        self.server.asked.append((key, body, dict(self.headers)))
        route = self.server.routes.get(key)
        status, answer = (
            route(body, dict(self.headers)) if route else (404, {"detail": "There is no such thing."})
        )
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@contextmanager
def installation(home: Home, routes: dict[str, Route]) -> Iterator[FakeServer]:
    """Run a real supervisor with a dummy process, and one server as both web and knowledge."""
    server = FakeServer(routes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = Settings(home.root, port=free_ports(1)[0])
    try:
        start_run(home, settings, [Program("sleeper", ("sleep", "600"))], {}, home.root.parent)
        load_secrets(home, create=True)
        write_state(home, _pointing_to(server, home))
        yield server
    finally:
        stop_run(home)
        server.shutdown()
        server.server_close()
        thread.join()


def _pointing_to(server: FakeServer, home: Home) -> RunState:
    state = read_state(home)
    assert state is not None
    return replace(
        state, address=f"http://127.0.0.1:{server.port}", ports=state.ports | {"knowledge": server.port}
    )
