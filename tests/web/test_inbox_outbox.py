"""A message is answered once, in the order of its conversation, whoever dies meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import update
from turn_benches import Bench, bench

from web.store.turn_tables import InboxRow, OutboxRow
from web.turns.dead_letters import count_dead, dead_letters, try_again
from web.turns.inbox import MOST_ATTEMPTS
from web.turns.messages import Message, Parcel
from web.turns.queues import look_at_queues


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'web.db'}"
        return
    server = os.environ.get("ADVISER_TEST_POSTGRES")
    if not server:
        pytest.skip("no PostgreSQL here: ADVISER_TEST_POSTGRES names none")
    yield server
    wipe(server)


def wipe(server: str) -> None:
    database = bench(server).database
    with database.begin() as session:
        for table in ("trace", "outbox", "inbox", "heartbeat", "conversation"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    database.engine.dispose()


@pytest.fixture
def one(url: str) -> Iterator[Bench]:
    made = bench(url)
    yield made
    made.database.engine.dispose()


@pytest.fixture
def other(url: str, one: Bench) -> Iterator[Bench]:
    made = bench(url)
    yield made
    made.database.engine.dispose()


def run_out(bench: Bench) -> None:
    """Let all leases and pauses have ended, as if time had passed."""
    with bench.database.begin() as session:
        session.execute(update(InboxRow).where(InboxRow.lease_until > 0).values(lease_until=1.0))
        session.execute(update(OutboxRow).values(lease_until=0.0, next_at=0.0))


def failing(message: Message) -> None:
    if message.text == "poison":
        raise RuntimeError("a fault of ours")


def parcels(bench: Bench) -> list[Parcel]:
    found = []
    while (parcel := bench.outbox.claim_next()) is not None:
        found.append(parcel)
    return found


def test_the_same_event_is_kept_once(one: Bench, other: Bench) -> None:
    assert one.say("hi", event="E1") == other.say("hi", event="E1")
    assert one.answer_all() == ["hi"]
    assert other.answer_all() == []


def test_a_message_waits_until_the_earlier_one_of_its_conversation_is_closed(
    one: Bench, other: Bench
) -> None:
    one.say("first")
    second = one.say("second")
    held = one.inbox.claim_next()
    assert held is not None
    assert other.inbox.claim_next() is None
    assert other.inbox.claim(second) is None
    one.work.do(held)
    assert other.answer_all() == ["second"]


def test_other_conversations_do_not_wait(one: Bench, other: Bench) -> None:
    one.say("first", "a")
    one.say("second", "b")
    held = one.inbox.claim_next()
    assert held is not None
    assert other.answer_all() == ["second"]


def test_what_a_dead_process_held_is_taken_over_when_its_lease_ends(one: Bench, other: Bench) -> None:
    number = one.say("hi")
    assert one.inbox.claim_next() is not None
    assert other.inbox.claim_next() is None
    run_out(one)
    assert other.answer_all() == ["hi"]
    assert other.outbox.answer_to(number) is not None


def test_a_process_that_lost_its_lease_cannot_answer_a_second_time(one: Bench, other: Bench) -> None:
    number = one.say("hi")
    held = one.inbox.claim_next()
    assert held is not None
    run_out(one)
    other.answer_all()
    assert one.work.do(held) is None
    [reply] = other.outbox.answer_to(number) or []
    assert reply["text"] == "HI"
    assert len(parcels(one)) == 1


def test_a_lease_is_renewed_while_the_work_takes_long(url: str, other: Bench) -> None:
    slow = bench(url, lease=0.6, beat=0.1)
    slow.answering.react = lambda _: time.sleep(1.5)
    slow.say("hi")
    held = slow.inbox.claim_next()
    assert held is not None
    working = threading.Thread(target=slow.work.do, args=[held])
    working.start()
    taken = []
    while working.is_alive():
        taken.append(other.inbox.claim_next())
        time.sleep(0.05)
    assert set(taken) == {None}
    assert [row.replies[0].text for row in parcels(other)] == ["HI"]
    slow.database.engine.dispose()


def test_a_poisoned_message_ends_in_a_visible_apology_and_is_listed(one: Bench) -> None:
    one.answering.react = failing
    number = one.say("poison")
    later = one.say("harmless")
    for _ in range(MOST_ATTEMPTS - 1):
        assert one.answer_all() == ["poison"]
        run_out(one)
    assert one.answer_all() == ["poison", "harmless"]
    [apology] = one.outbox.answer_to(number) or []
    assert apology["status"] == "failed"
    assert "sorry" in apology["text"]
    [letter] = dead_letters(one.database)
    assert (letter.kind, letter.id, letter.error) == ("message", number, "RuntimeError")
    assert one.outbox.answer_to(later) is not None


def test_a_message_that_kills_its_process_each_time_is_buried_too(one: Bench) -> None:
    number = one.say("deadly")
    for _ in range(MOST_ATTEMPTS):
        assert one.inbox.claim_next() is not None
        run_out(one)
    assert one.inbox.claim_next() is None
    assert one.outbox.answer_to(number) is not None
    assert [letter.error for letter in dead_letters(one.database)] == ["process_died"]


def test_a_dead_message_that_is_tried_again_gets_an_answer_beside_its_apology(one: Bench) -> None:
    one.answering.react = failing
    number = one.say("poison")
    for _ in range(MOST_ATTEMPTS):
        one.answer_all()
        run_out(one)
    one.answering.react = lambda _: None
    assert try_again(one.database, "message", number)
    assert not try_again(one.database, "message", number)
    assert one.answer_all() == ["poison"]
    [reply] = one.outbox.answer_to(number) or []
    assert reply["text"] == "POISON"
    assert count_dead(one.database) == 0


def test_answers_of_a_conversation_leave_in_order(one: Bench, other: Bench) -> None:
    for text in ("first", "second"):
        one.say(text)
    one.say("elsewhere", "b")
    one.answer_all()
    first, elsewhere = parcels(one)
    assert [p.replies[0].text for p in (first, elsewhere)] == ["FIRST", "ELSEWHERE"]
    assert parcels(other) == []
    one.outbox.delivered(first, "17.2")
    assert [p.replies[0].text for p in parcels(other)] == ["SECOND"]


def test_an_answer_that_was_put_off_is_not_due_before_its_time(one: Bench) -> None:
    one.say("hi")
    one.answer_all()
    [parcel] = parcels(one)
    one.outbox.put_off(parcel, 60, "Timeout")
    assert parcels(one) == []
    run_out(one)
    [again] = parcels(one)
    assert (again.attempts, again.mark) == (2, parcel.mark)


def test_an_attempt_that_reached_nobody_does_not_count(one: Bench) -> None:
    one.say("hi")
    one.answer_all()
    [parcel] = parcels(one)
    one.outbox.put_off(parcel, 0, "ratelimited", counts=False)
    assert [p.attempts for p in parcels(one)] == [1]


def test_what_a_dead_process_was_delivering_is_taken_over_as_possibly_delivered(
    one: Bench, other: Bench
) -> None:
    one.say("hi")
    one.answer_all()
    [lost] = parcels(one)
    run_out(one)
    [taken] = parcels(other)
    assert (taken.id, taken.attempts) == (lost.id, 2)


def test_a_dead_answer_that_is_tried_again_counts_as_possibly_delivered(one: Bench) -> None:
    one.say("hi")
    one.answer_all()
    [parcel] = parcels(one)
    one.outbox.bury(parcel, "channel_not_found")
    assert [(letter.kind, letter.error) for letter in dead_letters(one.database)] == [
        ("delivery", "channel_not_found")
    ]
    assert try_again(one.database, "delivery", parcel.id)
    assert [p.attempts for p in parcels(one)] == [2]


def test_many_hands_take_each_message_once(one: Bench, other: Bench) -> None:
    for number in range(40):
        one.say(f"message {number}", f"conversation {number % 8}")
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda n: (one, other)[n % 2].answer_all(), range(8)):
            pass
    one.answer_all()
    asked = one.answering.asked + other.answering.asked
    assert sorted(asked) == sorted(f"message {number}" for number in range(40))


def test_the_queues_can_be_counted(one: Bench, url: str) -> None:
    for text in ("one", "two"):
        one.say(text, text)
    held = one.inbox.claim_next()
    assert held is not None
    one.work.do(held)
    seen = look_at_queues(url)
    assert seen == {"queues": {"inbox_open": 1, "outbox_open": 1, "dead": 0}, "worker": None}


def test_a_home_where_nothing_ever_ran_has_empty_queues_and_stays_empty(tmp_path: Path) -> None:
    seen = look_at_queues(f"sqlite:///{tmp_path / 'web.db'}")
    assert seen["queues"] == {"inbox_open": 0, "outbox_open": 0, "dead": 0}
    assert list(tmp_path.iterdir()) == []
