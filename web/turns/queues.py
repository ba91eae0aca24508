"""How the queues are, for those who watch: counted without opening anything for writing."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from web.store.database import connect
from web.store.turn_tables import HeartbeatRow, InboxRow, OutboxRow
from web.turns.inbox import OPEN

NOTHING = {"inbox_open": 0, "outbox_open": 0, "dead": 0}
ALIVE = 10.0
"""Seconds after its last heartbeat for which a worker counts as alive."""


def look_at_queues(url: str) -> dict[str, Any]:
    """Return `{"queues": {inbox_open, outbox_open, dead}, "worker": {...} or None}` of the database at `url`."""
    file = make_url(url).database if url.startswith("sqlite") else None
    if file and not Path(file).is_file():
        return {"queues": NOTHING, "worker": None}
    engine = connect(url)
    try:
        with Session(engine) as session:
            return {"queues": _counts(session), "worker": _worker(session)}
    except (OperationalError, ProgrammingError):  # written by an older version
        return {"queues": NOTHING, "worker": None}
    finally:
        engine.dispose()


def _counts(session: Session) -> dict[str, int]:
    def count(table: type[InboxRow] | type[OutboxRow], *states: str) -> int:
        return session.scalar(select(func.count()).where(table.state.in_(states))) or 0

    return {
        "inbox_open": count(InboxRow, *OPEN),
        "outbox_open": count(OutboxRow, "ready"),
        "dead": count(InboxRow, "dead") + count(OutboxRow, "dead"),
    }


def _worker(session: Session) -> dict[str, Any] | None:
    row = session.get(HeartbeatRow, "worker")
    if row is None:
        return None
    ago = max(0.0, time.time() - row.at)
    doing: dict[str, Any] = json.loads(row.doing)
    return {"alive": ago < ALIVE, "seconds_ago": round(ago, 1), "since": row.started_at, **doing}
