"""Rasa's memory of conversations: durable, append-only, and equally fast at turn 10 and turn 300.

The stock stores replay a whole conversation for every message, so a turn costs the more the longer
people talk. Here a turn reads the latest events only, behind an opening (see `bot.snapshot`) that
stands for the rest; and it is on disk before the reply leaves. SQLite works in a thread of its own:
one conversation at a time costs the same inline, but others need not wait for the disk.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.event_log import EventLog, StoredEvents, StoredSnapshot
from bot.snapshot import opening, reaches_behind, read_events, state_of, takes_back, turn_start

WINDOW = 50
"""Events read at least, some ten turns: far more than any rule looks back."""

SNAPSHOT_EVERY = 20
"""Events between snapshots, so that at most WINDOW + SNAPSHOT_EVERY + a turn are read."""

Result = TypeVar("Result")


class BoundedTracker(DialogueStateTracker):
    """A tracker that knows which of its events are stored, and under which numbers."""

    made_up: int = 0  # events of the opening, which are never stored
    first: int = 0  # number of the last stored event before the first real one held here
    stored: int = 0  # number of the last stored event

    @property
    def unsaved(self) -> list[Event]:
        """The events that came since the tracker was read."""
        return list(self.events)[self.made_up + self.stored - self.first :]


class SqliteTrackerStore(TrackerStore):
    """Stores conversations in one SQLite file. Faults surface: there is no second memory to fall to."""

    def __init__(self, path: Path, domain: Domain | None = None, window: int = WINDOW) -> None:
        """Opens or creates the file at `path`; raises `sqlite3.Error` or `NewerFile`."""
        super().__init__(domain)
        self._log = EventLog(path)
        self._window = window
        self._every = max(1, window * SNAPSHOT_EVERY // WINDOW)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tracker")

    def init_tracker(self, sender_id: str) -> BoundedTracker:
        """An empty tracker of this store."""
        return BoundedTracker(sender_id, self.domain.slots)

    async def retrieve(self, sender_id: str) -> BoundedTracker | None:
        """The tracker with its latest events; None for a conversation never heard of."""
        read = await self._run(self._log.read, sender_id, self._window)
        while (tracker := self._restored(sender_id, read)) is None:
            read = await self._run(self._log.read, sender_id, self._window, read.after)
        return tracker if tracker.events else None

    async def retrieve_full_tracker(self, conversation_id: str) -> BoundedTracker | None:
        """The tracker with every event ever stored; None for a conversation never heard of."""
        read = await self._run(self._log.read_all, conversation_id)
        tracker = self._restored(conversation_id, read)
        return tracker if tracker is not None and tracker.events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends what is new; on disk once this returns.

        Raises `sqlite3.IntegrityError` when the conversation went on elsewhere meanwhile, and
        `TypeError` for a tracker that does not come from this store.
        """
        if not isinstance(tracker, BoundedTracker):
            raise TypeError("only trackers of this store can be saved")
        fresh = tracker.unsaved
        if not fresh:
            return
        rows = [json.dumps(event.as_dict()) for event in fresh]
        snapshot = self._due_snapshot(tracker, tracker.stored + len(rows))
        await self._run(self._log.append, tracker.sender_id, tracker.stored, rows, snapshot)
        tracker.stored += len(rows)

    async def exists(self, conversation_id: str) -> bool:
        """Whether the conversation has any event."""
        return await self._run(self._log.exists, conversation_id)

    async def keys(self) -> Iterable[str]:
        """The names of all conversations."""
        return await self._run(self._log.conversations)

    async def erase(self, conversation_id: str) -> int:
        """Removes a conversation for good; returns how many events it had."""
        return await self._run(self._log.erase, conversation_id)

    def close(self) -> None:
        """Ends the thread and closes the file."""
        self._thread.shutdown()
        self._log.close()

    def _restored(self, sender_id: str, read: StoredEvents) -> BoundedTracker | None:
        """The tracker of what was read; None if its events take back what was not read."""
        events = read_events(map(json.loads, read.events))
        made_up = self._opening(read.snapshot, events)
        if read.snapshot is not None:
            told = read.snapshot.upto - read.snapshot.after
            if reaches_behind([*made_up, *events[:told]], events[told:]):
                return None
        tracker = self.init_tracker(sender_id)
        for event in [*made_up, *events]:
            tracker.update(event, self.domain)
        tracker.made_up, tracker.first = len(made_up), read.after
        tracker.stored = read.after + len(read.events)
        return tracker

    def _opening(self, snapshot: StoredSnapshot | None, events: list[Event]) -> list[Event]:
        return [] if snapshot is None else opening(snapshot.state, self.domain, events[0].timestamp)

    def _due_snapshot(self, tracker: BoundedTracker, upto: int) -> StoredSnapshot | None:
        """A snapshot when enough events came since the last, unless the turn undid something."""
        events = list(tracker.events)
        start = turn_start(events)
        is_due = upto // self._every > tracker.stored // self._every
        if not is_due or start is None or start < tracker.made_up or takes_back(events[start:]):
            return None
        after = tracker.first + start - tracker.made_up
        return StoredSnapshot(after, upto, state_of(tracker, start))

    async def _run(self, work: Callable[..., Result], *given: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)
