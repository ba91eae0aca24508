"""Jobs that come round: huey keeps them in a file under the home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from huey import SqliteHuey, crontab
from huey.consumer import Consumer

RETENTION_AT = {"hour": "3", "minute": "17"}
"""Local time of the daily clean-up."""


class Schedule:
    """Runs `retention` once a day and at the start, for the machine may have been off at the time."""

    def __init__(self, home: Path, retention: Callable[[], object]) -> None:
        jobs = SqliteHuey("adviser", filename=str(home / "jobs.db"), fsync=True, results=False)

        def clean_up() -> None:
            retention()

        self._task = jobs.periodic_task(
            crontab(**RETENTION_AT), name="retention", retries=3, retry_delay=600
        )(clean_up)
        self._consumer = _QuietConsumer(jobs, workers=1, scheduler_interval=10, max_delay=5.0)

    def start(self) -> None:
        """Begin to run what is due."""
        self._task()
        self._consumer.start()

    def stop(self) -> None:
        """Run nothing more; returns when what was begun is done."""
        self._consumer.stop(graceful=True)
        self._consumer.huey.storage.close()


class _QuietConsumer(Consumer):  # type: ignore[misc]
    """Leaves the signals to the process it runs in."""

    def _set_signal_handlers(self) -> None:
        """Set none."""
