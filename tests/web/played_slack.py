"""A small server that plays the part of Slack's Web API we use, with the traps of the real one."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TRAPS = ("limited", "broken_after", "broken_before", "not_ok", "refused", "reset_after", "slow")
"""What can befall a post: 429; 500 with or without having posted; a passing and a lasting error in a 200;
the connection cut after having posted; posted, but answered later than anybody waits."""


class PlayedSlack:
    """Takes posts on a free port. `traps` are sprung one after the other by `chat.postMessage`."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.tokens: set[str] = set()
        self.traps: list[str] = []
        self.slowness = 1.5
        self.readable = True
        self._guard = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def in_thread(self, place: str, thread: str) -> list[dict[str, Any]]:
        """Return what was posted to a thread, in order."""
        with self._guard:
            return [post for post in self.posts if (post["channel"], post["thread_ts"]) == (place, thread)]

    def next_trap(self) -> str | None:
        """Return the trap to spring now."""
        with self._guard:
            return self.traps.pop(0) if self.traps else None

    def keep(self, message: dict[str, Any]) -> str:
        """Post a message and return its stamp."""
        with self._guard:
            stamp = f"{1_700_000_000 + len(self.posts)}.000{len(self.posts):03d}"
            self.posts.append({**message, "ts": stamp})
        return stamp


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:
        """Say nothing of connections that we cut ourselves."""


def _handler_of(slack: PlayedSlack) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"slack": slack})


class _Handler(BaseHTTPRequestHandler):
    slack: PlayedSlack
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        method = urlsplit(self.path).path.rpartition("/")[2]
        self.slack.calls.append(method)
        self.slack.tokens.add(self.headers.get("Authorization", ""))
        if method == "chat.postMessage":
            self._post(json.loads(body))
        elif method == "conversations.replies":
            self._read({name: values[0] for name, values in parse_qs(body.decode()).items()})
        else:
            self._say(200, {"ok": False, "error": "unknown_method"})

    def _read(self, asked: dict[str, str]) -> None:
        if not self.slack.readable:
            self._say(500, {"ok": False, "error": "internal_error"})
            return
        found = self.slack.in_thread(asked["channel"], asked["ts"])
        # One message a page, so that turning pages is part of every test.
        at = int(asked.get("cursor", 0))
        more = str(at + 1) if at + 1 < len(found) else ""
        answer = {"ok": True, "messages": found[at : at + 1], "response_metadata": {"next_cursor": more}}
        self._say(200, answer)

    def _post(self, message: dict[str, Any]) -> None:
        trap = self.slack.next_trap()
        if trap == "limited":
            self._say(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        elif trap in ("broken_before", "not_ok", "refused"):
            error = "channel_not_found" if trap == "refused" else "internal_error"
            self._say(500 if trap == "broken_before" else 200, {"ok": False, "error": error})
        else:
            self._answer(trap, message, self.slack.keep(message))

    def _answer(self, trap: str | None, message: dict[str, Any], stamp: str) -> None:
        """Tell of a message that was posted, or fail to."""
        if trap == "broken_after":
            self._say(500, b"<html>oops</html>")
            return
        if trap == "reset_after":
            self._cut()
            return
        if trap == "slow":
            time.sleep(self.slack.slowness)
        self._say(200, {"ok": True, "channel": message["channel"], "ts": stamp})

    def _cut(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _say(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@contextmanager
def played_slack() -> Iterator[PlayedSlack]:
    """Run the server for the length of a test."""
    running = PlayedSlack()
    try:
        yield running
    finally:
        running.stop()
