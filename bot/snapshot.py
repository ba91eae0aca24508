"""A conversation's state as events, so that replaying a few of them does what replaying all would.

Rasa derives everything from events again and again: copying a tracker, asking a policy, taking an
utterance back all replay them. A state set from outside would be lost at the first replay. So the
part of a conversation that is not read is replaced by a short opening of events that lead to the
same state: the form that was begun, what it was begun with, the slots, the pause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    ConversationPaused,
    Event,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

KINDS = {kind.type_name: kind for kind in reversed(all_subclasses(Event))}
"""Every kind of event by its name. Rasa searches for it among all its classes for each event read."""

MARK = {"opening": True}
"""Metadata of the events an opening is made of: nobody ever said or did them."""

_TAKING_BACK = (UserUtteranceReverted, ActionReverted)


def read_events(stored: Iterable[dict[str, Any]]) -> list[Event]:
    """Events from their dictionaries; raises `KeyError` for a kind Rasa does not know."""
    return [KINDS[data["event"]]._from_parameters(data) for data in stored]


def turn_start(events: Sequence[Event]) -> int | None:
    """Index at which the latest turn begins (the listening before its message); None without one."""
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], UserUttered):
            return index - 1 if index and _listens(events[index - 1]) else index
    return None


def takes_back(events: Sequence[Event]) -> bool:
    """Whether any of these events undoes earlier ones."""
    return any(isinstance(event, _TAKING_BACK) for event in events)


def state_of(tracker: DialogueStateTracker, start: int) -> str:
    """The state now, as JSON; the latest turn, from index `start` on, will be replayed as it was."""
    slots = {s.name: s.value for s in tracker.slots.values() if s.value != s.initial_value}
    earlier, turn = list(tracker.events)[:start], list(tracker.events)[start:]
    begun_before = not any(isinstance(event, ActiveLoop) for event in turn)
    return json.dumps(
        {
            "slots": slots,
            "form": _form(tracker, earlier) if begun_before else None,
            "acted": None if _listens(turn[0]) else _latest_action(earlier),
            "paused": tracker.is_paused(),
        }
    )


def opening(state: str, domain: Domain, timestamp: float) -> list[Event]:
    """The events that lead to `state`, to be followed by those of its latest turn.

    Slots the domain no longer has are left out; `timestamp` (seconds) becomes that of every event.
    """
    was = json.loads(state)
    known = {slot.name for slot in domain.slots}
    events: list[Event] = [ActionExecuted(ACTION_LISTEN_NAME)]
    if was["form"]:
        events += _begin_form(was["form"])
    if was["acted"]:
        events.append(ActionExecuted(was["acted"]))
    events += [SlotSet(name, value) for name, value in was["slots"].items() if name in known]
    if was["paused"]:
        events.append(ConversationPaused())
    for event in events:
        event.timestamp, event.metadata = timestamp, dict(MARK)
    return events


def reaches_behind(opened: Sequence[Event], following: Sequence[Event]) -> bool:
    """Whether `following` takes back anything of `opened`, which stands for more than it shows."""
    if not takes_back(following):
        return False
    probe = _Probe(opened)
    probe.events.extend([*opened, *following])
    probe.applied_events()
    return probe.reached


class _Probe(DialogueStateTracker):
    """Replays events and notices when a protected one is undone."""

    def __init__(self, protected: Sequence[Event]) -> None:
        super().__init__("probe", [])
        self._protected = {id(event) for event in protected}
        self.reached = False

    def _undo_till_previous(self, event_type: type[Event], done_events: list[Event]) -> None:  # type: ignore[override]
        before = list(done_events)
        super()._undo_till_previous(event_type, done_events)
        undone = before[len(done_events) :]
        self.reached = self.reached or any(id(event) in self._protected for event in undone)


def _form(tracker: DialogueStateTracker, earlier: Sequence[Event]) -> dict[str, Any] | None:
    form = tracker.active_loop
    if form is None or not form.name:
        return None
    return {
        "name": form.name,
        "begun_by": form.trigger_message or None,
        "then": [event.as_dict() for event in _since_begun(form.name, earlier)],
        "rejected": form.rejected,
    }


def _since_begun(form: str, earlier: Sequence[Event]) -> list[Event]:
    """The last turn Rasa still sees between the form's beginning and the replayed turn.

    It folds turns the form handled into the one before them, but not those in which something else
    was done; whether the last turn was of that sort decides what becomes of the next.
    """
    replayed = DialogueStateTracker("replayed", [])
    replayed.events.extend(earlier)
    seen = replayed.applied_events()
    begun = _last(seen, lambda e: isinstance(e, ActiveLoop) and e.name == form)
    did = _last(seen, lambda e: isinstance(e, ActionExecuted) and not _listens(e))
    said = _last(seen[:did], lambda e: isinstance(e, UserUttered))
    kinds = (ActionExecuted, UserUttered, ActionExecutionRejected)
    turn = [e for e in seen[max(begun + 1, said - 1) :] if isinstance(e, kinds)]
    return [e for e, after in zip_longest(turn, turn[1:]) if not _unheard(e, after)]


def _unheard(event: Event, after: Event | None) -> bool:
    """Whether another message followed this one without anything being done, as during a pause."""
    return isinstance(event, UserUttered) and isinstance(after, UserUttered)


def _begin_form(form: dict[str, Any]) -> list[Event]:
    events: list[Event] = []
    if form["begun_by"]:
        said = form["begun_by"]
        events.append(UserUttered(said.get("text"), said.get("intent"), said.get("entities"), said))
    events += [ActionExecuted(form["name"]), ActiveLoop(form["name"])]
    events += read_events(form["then"])
    if form["rejected"]:
        events.append(ActionExecutionRejected(form["name"]))
    return events


def _latest_action(events: Sequence[Event]) -> str | None:
    """The action before a message nobody listened for, as while the conversation is paused."""
    names = (e.action_name for e in reversed(events) if isinstance(e, ActionExecuted))
    return next(names, None)


def _last(events: Sequence[Event], fits: Callable[[Event], bool]) -> int:
    return max((index for index, event in enumerate(events) if fits(event)), default=-1)


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
