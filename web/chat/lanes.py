"""One lane a conversation: its messages are handled one after the other, those of others beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CAPACITY = 48
"""Turns under way at once; below the threads of the server, so that health checks and pages still answer."""
QUEUE = 4
"""Messages of one conversation that may be under way or waiting."""


class LaneBusy(Exception):
    """An earlier message of this conversation did not end in time, or too many are waiting."""


class Crowded(Exception):
    """As many turns are under way as this process can hold."""


@dataclass
class _Lane:
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


class Lanes:
    """Keeps turns of one conversation in order and their number bounded."""

    def __init__(self, capacity: int = CAPACITY, queue: int = QUEUE) -> None:
        self._capacity, self._queue = capacity, queue
        self._lanes: dict[str, _Lane] = {}
        self._users = 0
        self._guard = threading.Lock()

    @contextmanager
    def enter(self, conversation: str, wait: float) -> Iterator[None]:
        """Hold the lane; raises `LaneBusy` after `wait` seconds or with a full queue, `Crowded` when all is full."""
        lane = self._join(conversation)
        try:
            if not lane.lock.acquire(timeout=wait):
                raise LaneBusy
            try:
                yield
            finally:
                lane.lock.release()
        finally:
            self._leave(conversation, lane)

    def _join(self, conversation: str) -> _Lane:
        with self._guard:
            lane = self._lanes.get(conversation) or _Lane()
            if lane.users >= self._queue:
                raise LaneBusy
            if self._users >= self._capacity:
                raise Crowded
            self._lanes[conversation] = lane
            lane.users += 1
            self._users += 1
            return lane

    def _leave(self, conversation: str, lane: _Lane) -> None:
        with self._guard:
            lane.users -= 1
            self._users -= 1
            if not lane.users:
                del self._lanes[conversation]
