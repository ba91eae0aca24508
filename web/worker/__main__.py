"""`python -m web.worker`: works until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

from web.logs import configure_logs
from web.settings import Settings
from web.worker.worker import Worker


def main() -> None:
    """Run until SIGTERM or SIGINT; what was begun is finished first."""
    os.umask(0o077)
    configure_logs()
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    worker = Worker(Settings.from_env())
    worker.start()
    stop.wait()
    worker.stop()


if __name__ == "__main__":
    main()
