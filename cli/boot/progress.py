"""Steps with elapsed seconds on standard error: plain lines in a log, one live line in a terminal."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TextIO

_BEAT = 0.2
_SPINNER = "|/-\\"


class Progress:
    """Shows which steps run side by side and how long each took.

    Usable from several threads. The clock starts with the launch, also when a later process goes on
    showing it (`ADVISER_STARTED` carries the moment over).
    """

    def __init__(self, stream: TextIO | None = None, live: bool | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty() if live is None else live
        self._started = float(os.environ.setdefault("ADVISER_STARTED", str(time.time())))
        self._running: dict[str, tuple[float, str]] = {}
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._painter: threading.Thread | None = None

    def begin(self, step: str, note: str = "", *, at: float | None = None, known: bool = False) -> None:
        """Show that a step has begun (`at` seconds since the epoch); a `known` one was shown before."""
        with self._lock:
            self._running[step] = (at or time.time(), note)
            if not self._live and not known:
                self._write(f"{self._clock()} {step}{': ' + note if note else ''} ...")
            elif self._live and self._painter is None:
                self._painter = threading.Thread(target=self._paint_until_stopped, daemon=True)
                self._painter.start()

    def end(self, step: str, outcome: str = "done", *, at: float | None = None, known: bool = False) -> None:
        """Show that a step is over, with its outcome and its seconds; a `known` end was shown before."""
        with self._lock:
            over = at or time.time()
            began, _ = self._running.pop(step, (over, ""))
            if not known:
                self._write(f"{self._clock()} {step}: {outcome} ({over - began:.1f} s)")

    def say(self, line: str) -> None:
        """Show a line of its own."""
        with self._lock:
            self._write(f"{self._clock()} {line}")

    def close(self) -> None:
        """Wipe the live line and stop painting."""
        self._stop.set()
        if self._painter is not None:
            self._painter.join()
        with self._lock:
            self._wipe()

    def _clock(self) -> str:
        return f"[{time.time() - self._started:6.1f} s]"

    def _write(self, line: str) -> None:
        self._wipe()
        self._stream.write(line + "\n")
        self._stream.flush()

    def _wipe(self) -> None:
        if self._live:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _paint_until_stopped(self) -> None:
        beat = 0
        while not self._stop.wait(_BEAT):
            beat += 1
            with self._lock:
                self._paint(_SPINNER[beat % len(_SPINNER)])

    def _paint(self, mark: str) -> None:
        if not self._running:
            return
        now = time.time()
        parts = [f"{step} {now - began:.0f} s" for step, (began, _) in self._running.items()]
        columns = os.get_terminal_size(self._stream.fileno()).columns if self._stream.isatty() else 100
        self._stream.write("\r\x1b[2K" + f"{mark} {self._clock()} {' · '.join(parts)}"[: columns - 1])
        self._stream.flush()
