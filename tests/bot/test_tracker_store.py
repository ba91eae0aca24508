from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import NOTHING, Actions, Result, said
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine import Engine
from bot.event_log import EventLog, NewerFile
from bot.tracker_store import SNAPSHOT_EVERY, WINDOW, BoundedTracker, SqliteTrackerStore

DOMAIN = Domain.load(str(Path(__file__).parent / "tiny" / "domain.yml"))
MESSAGES = ("hello", "tell me a joke", "that was wrong", "never mind", "where do we start", "xyz", "goodbye")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dialogue.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteTrackerStore]:
    opened = SqliteTrackerStore(path, DOMAIN)
    yield opened
    opened.close()


# --- faults surface -------------------------------------------------------------------------------


async def test_a_file_that_is_no_database_is_refused_at_the_start(path: Path) -> None:
    path.write_bytes(b"this is certainly not a database file" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        SqliteTrackerStore(path, DOMAIN)


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    EventLog(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerFile):
        SqliteTrackerStore(path, DOMAIN)


async def test_two_turns_that_began_from_the_same_state_cannot_both_be_saved(
    store: SqliteTrackerStore,
) -> None:
    await _say(store, "c", "first")
    one, other = await store.retrieve("c"), await store.retrieve("c")
    assert one is not None
    assert other is not None
    one.update(_user("mine"))
    other.update(_user("theirs"))
    await store.save(one)
    with pytest.raises(sqlite3.IntegrityError):
        await store.save(other)
    assert "theirs" not in _texts(await _full(store, "c"))


async def test_a_failed_save_stores_nothing_of_the_turn(store: SqliteTrackerStore, path: Path) -> None:
    await _say(store, "c", "first")
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON event WHEN NEW.number > 5 BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    with pytest.raises(sqlite3.Error):
        await _say(store, "c", "second")
    assert _texts(await _full(store, "c")) == ["first"]


async def test_a_tracker_of_another_store_is_refused(store: SqliteTrackerStore) -> None:
    with pytest.raises(TypeError):
        await store.save(DialogueStateTracker("c", DOMAIN.slots))


async def test_an_unknown_conversation_has_no_tracker(store: SqliteTrackerStore) -> None:
    assert await store.retrieve("nobody") is None
    assert await store.retrieve_full_tracker("nobody") is None
    assert not await store.exists("nobody")


# --- restarts -------------------------------------------------------------------------------------


async def test_what_was_saved_is_there_after_the_process_died(path: Path) -> None:
    first = SqliteTrackerStore(path, DOMAIN)
    await _say(first, "c", "remember me", SlotSet("theme", "digital skills"))
    # no close: the file is opened again as after a kill
    second = SqliteTrackerStore(path, DOMAIN)
    tracker = await second.retrieve("c")
    assert tracker is not None
    assert tracker.latest_message is not None
    assert (tracker.latest_message.text, tracker.get_slot("theme")) == ("remember me", "digital skills")
    first.close()
    second.close()


async def test_a_slot_emptied_long_ago_stays_empty_although_it_begins_full(store: SqliteTrackerStore) -> None:
    await _say(store, "c", "drop the tone", SlotSet("tone", None))
    await _small_talk(store, "c", turns=60)
    tracker = await store.retrieve("c")
    assert tracker is not None
    assert tracker.made_up > 0
    assert tracker.get_slot("tone") is None


async def test_a_slot_the_domain_has_lost_is_left_out(path: Path, store: SqliteTrackerStore) -> None:
    await _say(store, "c", "set", SlotSet("theme", "digital skills"))
    await _small_talk(store, "c", turns=60)
    fewer = SqliteTrackerStore(path, Domain.from_dict({"slots": {"tone": {"type": "text", "mappings": []}}}))
    tracker = await fewer.retrieve("c")
    assert tracker is not None
    assert "theme" not in tracker.slots
    fewer.close()


# --- bounded reading ------------------------------------------------------------------------------


async def test_a_long_conversation_is_read_in_part_and_kept_in_full(store: SqliteTrackerStore) -> None:
    await _small_talk(store, "c", turns=300)
    tracker = await store.retrieve("c")
    assert tracker is not None
    assert WINDOW <= len(tracker.events) <= WINDOW + SNAPSHOT_EVERY + 15
    assert len(_texts(await _full(store, "c"))) == 300


async def test_the_opening_is_marked_and_never_stored(store: SqliteTrackerStore) -> None:
    await _small_talk(store, "c", turns=40)
    tracker = await store.retrieve("c")
    assert tracker is not None
    assert all(event.metadata.get("opening") for event in list(tracker.events)[: tracker.made_up])
    assert not any(event.metadata.get("opening") for event in (await _full(store, "c")).events)


async def test_conversations_do_not_see_each_other(store: SqliteTrackerStore) -> None:
    await _say(store, "a", "mine", SlotSet("theme", "a"))
    await _say(store, "b", "yours", SlotSet("theme", "b"))
    assert _texts(await _full(store, "a")) == ["mine"]
    assert sorted(await store.keys()) == ["a", "b"]


async def test_an_erased_conversation_leaves_no_trace_in_the_files(
    store: SqliteTrackerStore, path: Path
) -> None:
    await _say(store, "c", "my secret is zanzibar")
    await _small_talk(store, "c", turns=30)
    await _say(store, "d", "kept")
    assert await store.erase("c") > 30
    assert not await store.exists("c")
    assert await store.exists("d")
    files = [file.read_bytes() for file in path.parent.glob("dialogue.db*")]
    assert not any(b"zanzibar" in content for content in files)


async def test_turns_taken_back_beyond_the_window_are_taken_back_rightly(path: Path) -> None:
    store = SqliteTrackerStore(path, DOMAIN, window=10)
    for turn in range(30):
        await _say(store, "c", f"turn {turn}", SlotSet("theme", str(turn)))
    back = [UserUtteranceReverted() for _ in range(14)]
    await _say(store, "c", "back a long way", *back)
    _assert_same(await store.retrieve("c"), await _reference(store, "c"))
    store.close()


@pytest.mark.parametrize("seed", range(10))
async def test_any_run_of_events_leads_to_the_state_that_replaying_all_leads_to(
    path: Path, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311
    store = SqliteTrackerStore(path, DOMAIN, window=dice.choice([6, 12, 25]))
    bounded_once = False
    for turn in range(40):
        tracker = await store.get_or_create_tracker("c", append_action_listen=False)
        for event in _random_turn(dice, tracker, turn):
            event.timestamp = time.time()
            tracker.update(event, DOMAIN)
        await store.save(tracker)
        bounded, reference = await store.retrieve("c"), await _reference(store, "c")
        assert bounded is not None
        bounded_once = bounded_once or bounded.made_up > 0
        _assert_same(bounded, reference)
    _assert_same(bounded.copy(), reference)
    assert bounded_once
    store.close()


# --- with Rasa's own policies ---------------------------------------------------------------------


async def test_turn_300_in_the_middle_of_a_form_goes_on_rightly_after_a_restart(
    path: Path, tiny_model: Path
) -> None:
    first = SqliteTrackerStore(path)
    engine = Engine(tiny_model, first, Actions(_play))
    for turn in range(298):
        await _turn(engine, MESSAGES[turn % 2])
    await _turn(engine, "that was wrong")
    first.close()

    second = SqliteTrackerStore(path)
    engine = Engine(tiny_model, second, Actions(_play))
    bounded, full = await second.retrieve("c"), await _reference(second, "c")
    _assert_same(bounded, full)
    assert full.active_loop_name == "feedback_form"
    assert full.get_slot("requested_slot") == "feedback_text"
    assert len(full.events) > 5 * len(bounded.events)  # type: ignore[union-attr]

    replies = await _turn(engine, "the figure was out of date")
    after = await second.retrieve("c")
    assert [reply["text"] for reply in replies] == ["recorded: the figure was out of date"]
    assert after is not None
    assert after.active_loop_name is None
    assert after.get_slot("feedback_text") == "the figure was out of date"
    second.close()


async def test_a_turn_that_goes_round_in_circles_does_not_silence_the_conversation(
    store: SqliteTrackerStore, tiny_model: Path
) -> None:
    engine = Engine(tiny_model, store, Actions(_play))
    await _turn(engine, "follow up")
    assert [reply["text"] for reply in await _turn(engine, "goodbye")] == ["Goodbye."]


async def test_a_result_that_breaks_rasas_schema_is_not_believed(
    store: SqliteTrackerStore, tiny_model: Path
) -> None:
    engine = Engine(
        tiny_model, store, Actions(lambda _: {"events": [{"event": "slot"}], "responses": [{"text": "x"}]})
    )
    assert await _turn(engine, "where do we start") == []


@pytest.mark.parametrize("seed", range(4))
async def test_a_bounded_and_a_full_tracker_predict_the_same_next_action(
    path: Path, tiny_model: Path, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311
    store = SqliteTrackerStore(path, window=12)
    engine = Engine(tiny_model, store, Actions(_play))
    for _ in range(50):
        await _turn(engine, dice.choice([*MESSAGES, "pause", "resume", "restart", "rewind", "follow up"]))
        bounded, full = await store.retrieve("c"), await _reference(store, "c")
        _assert_same(bounded, full)
        assert bounded is not None
        for text in MESSAGES:
            meaning = await engine.understand(text)
            heard = UserUttered(text, meaning.parse_data["intent"], [], meaning.parse_data)
            assert _next_action(engine, bounded, heard) == _next_action(engine, full, heard), text
    store.close()


def _play(call: dict[str, Any]) -> Result:
    """An action server whose advice carries out the event the user names."""
    if call["next_action"] == "action_record_feedback":
        slots = call["tracker"]["slots"]
        return {"events": [], "responses": [{"text": f"recorded: {slots['feedback_text']}"}]}
    events = {
        "pause": [{"event": "pause"}],
        "resume": [{"event": "resume"}],
        "restart": [{"event": "restart"}],
        "rewind": [{"event": "rewind"}],
        "follow up": [{"event": "followup", "name": "action_next_steps"}],
    }.get(said(call), [])
    if call["next_action"] != "action_advise":
        events = [{"event": "slot", "name": "last_answer", "value": {"said": said(call)}}]
    return {**NOTHING, "events": events}


def _next_action(engine: Engine, tracker: DialogueStateTracker, heard: UserUttered) -> tuple[str, float]:
    copied = tracker.copy()
    copied.update(heard, engine.processor.domain)
    prediction = engine.processor.predict_next_with_tracker(copied)
    assert prediction is not None
    best = max(prediction["scores"], key=lambda score: float(score["score"]))
    return best["action"], best["score"]


async def _turn(engine: Engine, text: str) -> list[dict[str, Any]]:
    return await engine.turn("c", text, await engine.understand(text), "en")


# --- helpers --------------------------------------------------------------------------------------


def _assert_same(bounded: DialogueStateTracker | None, full: DialogueStateTracker) -> None:
    assert bounded is not None
    assert _state(bounded) == _state(full)


def _state(tracker: DialogueStateTracker) -> dict[str, Any]:
    loop = tracker.active_loop
    return {
        "slots": tracker.current_slot_values(),
        "form": (loop.name, loop.rejected, loop.is_interrupted, loop.trigger_message) if loop else None,
        "paused": tracker.is_paused(),
        "followup": tracker.followup_action,
        "latest action": tracker.latest_action_name,
        "latest message": tracker.latest_message.text if tracker.latest_message else None,
    }


async def _reference(store: SqliteTrackerStore, conversation: str) -> DialogueStateTracker:
    """What Rasa makes of every event of the conversation, read past the store."""
    events = (await _full(store, conversation)).events
    return DialogueStateTracker.from_events(
        conversation, list(events), store.domain.slots, domain=store.domain
    )


async def _full(store: SqliteTrackerStore, conversation: str) -> BoundedTracker:
    tracker = await store.retrieve_full_tracker(conversation)
    assert tracker is not None
    return tracker


def _texts(tracker: DialogueStateTracker) -> list[str | None]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def _small_talk(store: SqliteTrackerStore, conversation: str, turns: int) -> None:
    for turn in range(turns):
        await _say(store, conversation, f"message {turn}")


async def _say(store: SqliteTrackerStore, conversation: str, text: str, *events: Event) -> None:
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    for event in [_user(text), *events, ActionExecuted("utter_greet"), BotUttered("hi"), _listen()]:
        tracker.update(event, DOMAIN)
    await store.save(tracker)


def _user(text: str) -> UserUttered:
    intent = {"name": "greet", "confidence": 1.0}
    return UserUttered(text, intent, [], {"text": text, "intent": intent, "entities": []})


def _listen() -> ActionExecuted:
    return ActionExecuted("action_listen")


def _random_turn(dice: random.Random, tracker: DialogueStateTracker, turn: int) -> list[Event]:
    """One turn as Rasa writes them, forms and unusual events included."""
    form = tracker.active_loop_name
    kinds: list[Callable[[], list[Event]]] = [
        lambda: [ActionExecuted("utter_greet"), BotUttered("hi")],
        lambda: [SlotSet("theme", f"theme {turn}"), ActionExecuted("action_next_steps")],
        lambda: [SlotSet("tone", None), ActionExecuted("utter_greet")],
        lambda: [ActionExecuted("action_advise"), SlotSet("last_answer", {"turn": turn, "list": [1, 2]})],
        lambda: [ActionExecuted("action_default_fallback"), UserUtteranceReverted()],
        lambda: [ActionExecuted("action_back"), UserUtteranceReverted(), UserUtteranceReverted()],
        lambda: [ActionExecuted("action_nothing"), ActionReverted()],
        lambda: [ActionExecuted("action_nothing"), AllSlotsReset(), SlotSet("theme", "fresh")],
        lambda: [ActionExecuted("action_nothing"), ConversationPaused()],
        lambda: [ActionExecuted("action_nothing"), ConversationResumed()],
        lambda: [
            ActionExecuted("action_nothing"),
            FollowupAction("action_advise"),
            ActionExecuted("action_advise"),
        ],
        lambda: [
            ActionExecuted("action_restart"),
            Restarted(),
            ActionExecuted("action_session_start"),
            SessionStarted(),
        ],
    ]
    begin: list[Callable[[], list[Event]]] = [
        lambda: [
            ActionExecuted("feedback_form"),
            ActiveLoop("feedback_form"),
            SlotSet("requested_slot", "feedback_text"),
            BotUttered("?"),
        ],
    ]
    inside: list[Callable[[], list[Event]]] = [
        lambda: [SlotSet("theme", f"in form {turn}"), ActionExecuted("feedback_form"), BotUttered("?")],
        lambda: [ActionExecutionRejected("feedback_form"), ActionExecuted("utter_greet")],
        lambda: [
            ActionExecutionRejected("feedback_form"),
            ActionExecuted("utter_greet"),
            ActionExecuted("feedback_form"),
        ],
        lambda: [LoopInterrupted(True), ActionExecuted("utter_greet")],
        lambda: [
            SlotSet("feedback_text", f"text {turn}"),
            ActionExecuted("feedback_form"),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            ActionExecuted("action_record_feedback"),
        ],
    ]
    chosen = dice.choice([*kinds, *(inside * 4 if form else begin * 4)])()
    leading = [_listen()] if not turn else []
    if tracker.is_paused() and dice.random() < 0.7:
        return [_user(f"turn {turn}, unheard")]
    return [*leading, _user(f"turn {turn}"), *chosen, _listen()]
