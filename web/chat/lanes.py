"""One lane a conversation: its messages are handled one after the other, those of others beside it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

CAPACITY = 48
"""Turns under way at once; below the threads of the server, so that health checks and pages still answer."""
QUEUE = 4
"""Messages of one conversation that may be under way or waiting."""

Result = TypeVar("Result")


class LaneBusy(Exception):
    """An earlier message of this conversation did not end in time, or too many are waiting."""


class Crowded(Exception):
    """As many turns are under way as this process can hold."""


@dataclass
class _Lane:
    users: int = 0
    entry: threading.Lock = field(default_factory=threading.Lock)
    moved: threading.Condition = field(default_factory=threading.Condition)
    line: deque[Place] = field(default_factory=deque)


class Place:
    """A place beside a lane, and in its line once `line_up` was called."""

    def __init__(self, lane: _Lane) -> None:
        self._lane = lane

    def line_up(self, work: Callable[[], Result]) -> Result:
        """Do `work` while nobody else of this lane does, and stand behind those who did before."""
        with self._lane.entry:
            result = work()
            with self._lane.moved:
                self._lane.line.append(self)
        return result

    def wait(self, seconds: float) -> None:
        """Return when all before have left; raises `LaneBusy` when that takes longer."""
        with self._lane.moved:
            if not self._lane.moved.wait_for(lambda: self._lane.line[0] is self, seconds):
                raise LaneBusy

    def leave(self) -> None:
        """Let the next in line go on."""
        with self._lane.moved:
            if self in self._lane.line:
                self._lane.line.remove(self)
            self._lane.moved.notify_all()


class Lanes:
    """Keeps turns of one conversation in order and their number bounded."""

    def __init__(self, capacity: int = CAPACITY, queue: int = QUEUE) -> None:
        self._capacity, self._queue = capacity, queue
        self._lanes: dict[str, _Lane] = {}
        self._users = 0
        self._guard = threading.Lock()

    @contextmanager
    def place(self, conversation: str) -> Iterator[Place]:
        """Give a place for one message; raises `LaneBusy` with a full queue, `Crowded` when all is full."""
        lane = self._join(conversation)
        place = Place(lane)
        try:
            yield place
        finally:
            place.leave()
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
