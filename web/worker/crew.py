"""A crew takes one kind of work, piece by piece, as long as there is some and hands are free."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger("web.worker")

IDLE = 0.15
"""Seconds between looks when there is nothing to do: what a message of Slack waits at most before it is taken."""
TROUBLE = 1.0
"""Seconds of pause after a fault, such as a database that is locked or full."""

Piece = TypeVar("Piece")


class Crew(Generic[Piece]):
    """Takes pieces with `claim` and does each with `work` on one of `hands` threads. Counts what it did."""

    def __init__(
        self, name: str, claim: Callable[[], Piece | None], work: Callable[[Piece], object], hands: int
    ) -> None:
        self.done, self.busy = 0, 0
        self._name, self._claim, self._work = name, claim, work
        self._free = threading.Semaphore(hands)
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix=name)
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        """Begin to take work."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more work; returns when what was begun is done."""
        self._stop.set()
        self._thread.join()
        self._pool.shutdown()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._free.acquire(timeout=IDLE):
                self._take_one()

    def _take_one(self) -> None:
        try:
            piece = self._claim()
        except Exception as fault:
            # A crew must outlive whatever befalls its database; the pause keeps the log readable.
            log.exception("claim_failed", crew=self._name, error=type(fault).__name__, exc_info=False)
            piece = None
            self._stop.wait(TROUBLE)
        if piece is None:
            self._free.release()
            self._stop.wait(IDLE)
            return
        with self._guard:
            self.busy += 1
        self._pool.submit(self._do, piece)

    def _do(self, piece: Piece) -> None:
        try:
            self._work(piece)
        except Exception as fault:
            # The piece stays in the database and is taken again when its lease has run out.
            log.exception("work_failed", crew=self._name, error=type(fault).__name__, exc_info=False)
        finally:
            with self._guard:
                self.busy -= 1
                self.done += 1
            self._free.release()
