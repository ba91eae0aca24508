"""`python -m bot.erase`: takes conversations out of the dialogue's memory, also while the engine runs.

Reads `{"conversations": [names]}` from standard input and prints `{"events": number}`. Needs only the standard
library, so that any Python of the product can run it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from bot.event_log import EventLog


def erase(database: Path, conversations: Iterable[str]) -> int:
    """Removes the conversations for good; returns how many events they had."""
    if not database.is_file():
        return 0
    log = EventLog(database)
    try:
        return sum(log.erase(name) for name in conversations)
    finally:
        log.close()


def main() -> int:
    """Returns the exit code; raises `KeyError` or `ValueError` for input that is not what it should be."""
    wanted = json.load(sys.stdin)["conversations"]
    database = Path(os.environ.get("ADVISER_HOME") or "var") / "dialogue.db"
    json.dump({"events": erase(database, wanted)}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
