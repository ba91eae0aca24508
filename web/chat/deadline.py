"""A turn ends in time: calls that may hang run on threads of their own and are waited for only so long."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

Result = TypeVar("Result")


class Deadline:
    """A moment, counted from now, by which a turn must have ended. Times are seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._end - self._clock())


def within(executor: Executor, seconds: float, call: Callable[[], Result]) -> Result:
    """Run `call` on a thread and return its result; raises `TimeoutError` when it takes longer than `seconds`.

    A timeout of a socket counts every read anew, so a server that trickles could hold a turn for ever.
    """
    future = executor.submit(call)
    try:
        return future.result(timeout=seconds)
    except TimeoutError:
        future.cancel()
        raise
