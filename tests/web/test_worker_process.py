"""Web and worker as real processes, killed while they work: nothing acknowledged is lost, nothing said twice."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from neighbours import TURN, Neighbour, said
from played_slack import PlayedSlack, played_slack
from running import Running
from slack_bodies import REASONS, SECRET, as_form, as_json, mention, press, signed
from turn_benches import rows

from web.turns.queues import look_at_queues

SEED = 20261122


@pytest.fixture
def slack() -> Iterator[PlayedSlack]:
    with played_slack() as running:
        yield running


@pytest.fixture
def running(tmp_path: Path, rasa: Neighbour, knowledge: Neighbour, slack: PlayedSlack) -> Iterator[Running]:
    rasa.on(TURN, lambda body: said(f"You said {body['text']}."))
    started = Running(
        tmp_path / "home",
        {
            "ADVISER_INNER_SECRET": "inner",
            "ADVISER_SIGNING_KEY": "signing",
            "ADVISER_LOCAL_TOKEN": "local",
            "ADVISER_KNOWLEDGE_URL": knowledge.url,
            "ADVISER_RASA_URL": rasa.url,
            "ADVISER_ACTIONS_URL": rasa.url,
            "ADVISER_RATE_LIMIT": "off",
            "ADVISER_SLACK_SIGNING_SECRET": SECRET,
            "ADVISER_SLACK_BOT_TOKEN": "xoxb-token",
            "ADVISER_SLACK_API_URL": slack.url,
        },
    )
    for name in ("web", "worker"):
        started.start(name)
    try:
        started.await_web()
        yield started
    finally:
        started.stop()


def wait_until(condition: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.1)


def drained(running: Running) -> bool:
    queues = look_at_queues(f"sqlite:///{running.home / 'web.db'}")["queues"]
    return bool(queues["inbox_open"] == queues["outbox_open"] == 0)


def post_to_slack(running: Running, raw: bytes, kind: str = "application/json", **headers: str) -> float:
    """Send a request until it is acknowledged, as Slack does; returns how long the acknowledgement took."""
    while True:
        started = time.monotonic()
        try:
            sent = {**signed(raw), **headers, "Content-Type": kind}
            response = httpx.post(f"{running.url}/slack/events", content=raw, headers=sent, timeout=10)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        if response.status_code == 200:
            return time.monotonic() - started
        time.sleep(0.1)


def texts(slack: PlayedSlack) -> list[str]:
    return [post["text"] for post in slack.posts]


def test_a_mention_is_answered_in_its_thread_once_and_its_button_works(
    running: Running, slack: PlayedSlack, rasa: Neighbour
) -> None:
    rasa.on(TURN, said("Hello.", buttons=[{"title": "More", "payload": "/explain_more"}]))
    raw = as_json(mention())
    for _ in range(3):
        post_to_slack(running, raw)
    wait_until(lambda: slack.posts)
    [answer] = slack.in_thread("C0CLUSTER", "1700000000.000100")
    assert "AI" in str(answer["blocks"][0])
    [value] = [e["value"] for b in answer["blocks"] if b["type"] == "actions" for e in b["elements"]]
    post_to_slack(running, as_form(press(value)), "application/x-www-form-urlencoded")
    wait_until(lambda: len(slack.posts) == 2)
    assert "AI" not in str(slack.posts[1]["blocks"][0])
    assert [(body["text"], body["payload"]) for body in rasa.bodies(TURN)] == [
        ("What do members lack?", None),
        ("More", "/explain_more"),
    ]
    assert len({body["conversation"] for body in rasa.bodies(TURN)}) == 1
    wait_until(lambda: drained(running))


def test_a_button_of_one_thread_is_only_text_in_another(
    running: Running, slack: PlayedSlack, rasa: Neighbour
) -> None:
    rasa.on(TURN, said("Hello.", buttons=[{"title": "More", "payload": "/explain_more"}]))
    post_to_slack(running, as_json(mention()))
    wait_until(lambda: slack.posts)
    [value] = [e["value"] for b in slack.posts[0]["blocks"] if b["type"] == "actions" for e in b["elements"]]
    post_to_slack(running, as_form(press(value, thread="1600000000.5")), "application/x-www-form-urlencoded")
    wait_until(lambda: len(rasa.bodies(TURN)) == 2)
    assert rasa.bodies(TURN)[1]["payload"] is None


def test_the_worker_says_what_it_does(running: Running, slack: PlayedSlack) -> None:
    post_to_slack(running, as_json(mention()))

    def worker() -> dict[str, Any]:
        return look_at_queues(f"sqlite:///{running.home / 'web.db'}")["worker"] or {}

    wait_until(lambda: worker().get("delivered") == 1)
    assert worker()["alive"]
    assert worker()["answered"] == 1
    assert (running.home / "jobs.db").is_file()


def test_a_worker_that_starts_cleans_up_what_was_due_while_it_was_off(
    running: Running, slack: PlayedSlack
) -> None:
    post_to_slack(running, as_json(mention()))
    wait_until(lambda: slack.posts and drained(running))
    running.kill("worker")
    connection = sqlite3.connect(running.home / "web.db", timeout=10)
    connection.execute("UPDATE conversation SET last_at = '2020-01-01T00:00:00+00:00'")
    connection.commit()
    connection.close()
    running.start("worker")
    wait_until(lambda: rows(running.home, "SELECT count(*) FROM inbox") == [(0,)])


def test_a_storm_of_retries_with_traps_and_kills_gives_each_event_one_answer(
    running: Running, slack: PlayedSlack
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a storm that can be repeated
    events = [as_json(mention(f"event {n}", f"Ev{n}", ts=f"17000{n:05d}.1")) for n in range(60)]
    sends = [raw for raw in events for _ in range(chance.randint(1, 4))]
    chance.shuffle(sends)
    slack.traps = ["limited", "broken_after", "not_ok", "reset_after", "broken_before"] * 2
    with ThreadPoolExecutor(6) as pool:
        acknowledged = pool.map(
            lambda raw: post_to_slack(
                running, raw, **{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": chance.choice(REASONS)}
            ),
            sends,
        )
        for _ in range(2):
            time.sleep(1.5)
            running.kill("worker")
            running.start("worker")
        slowest = max(acknowledged)
    assert slowest < 3
    wait_until(lambda: drained(running), 90)
    assert Counter(texts(slack)) == Counter(f"You said event {n}." for n in range(60))
    assert rows(running.home, "SELECT count(*) FROM inbox WHERE state = 'dead'") == [(0,)]


def test_kills_of_web_and_worker_lose_no_acknowledged_message_and_answer_none_twice(
    running: Running, slack: PlayedSlack, rasa: Neighbour
) -> None:
    rasa.on(TURN, lambda body: said(f"You said {body['text']}."), after=0.05)
    stop = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        talks = [pool.submit(talk, running, f"web {n}", stop) for n in range(2)]
        sends = [pool.submit(keep_mentioning, running, n, stop) for n in range(2)]
        chance = random.Random(SEED)  # noqa: S311
        back = [kill_one(running, chance) for _ in range(10)]
        stop.set()
        said_on_web = sum(talk.result() for talk in talks)
        mentioned = [text for send in sends for text in send.result()]
    wait_until(lambda: drained(running), 90)
    assert Counter(texts(slack)) == Counter(f"You said {text}." for text in mentioned)
    assert said_on_web > 10
    [(done,)] = rows(running.home, "SELECT count(*) FROM inbox WHERE channel = 'web' AND state = 'done'")
    assert done == said_on_web
    assert rows(running.home, "PRAGMA integrity_check") == [("ok",)]
    assert max(back) < 20, "a machine busy with other tests gets more time than the 5 s of the benchmark"


def talk(running: Running, name: str, stop: threading.Event) -> int:
    """Chat as the widget does, sending again under the same event what got no answer; returns how many turns."""
    conversation, number = None, 0
    while not stop.is_set():
        number += 1
        body = {"message": f"{name} {number}", "event": str(uuid.uuid4()), "conversation": conversation}
        answer = answered(running, {key: value for key, value in body.items() if value})
        assert [reply["text"] for reply in answer["replies"]] == [f"You said {name} {number}."]
        assert conversation in (None, answer["conversation"])
        conversation = answer["conversation"]
    return number


def answered(running: Running, body: dict[str, Any]) -> dict[str, Any]:
    while True:
        try:
            response = httpx.post(f"{running.url}/api/chat", json=body, timeout=30)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


def keep_mentioning(running: Running, sender: int, stop: threading.Event) -> list[str]:
    mentioned: list[str] = []
    while not stop.is_set():
        text = f"mention {sender}-{len(mentioned)}"
        stamp = f"18000{sender}{len(mentioned):04d}.1"
        post_to_slack(running, as_json(mention(text, text, ts=stamp)))
        mentioned.append(text)
        time.sleep(0.05)
    return mentioned


def kill_one(running: Running, chance: random.Random) -> float:
    """Kill web or worker at a random moment and start it again; returns seconds until it answers."""
    time.sleep(chance.uniform(0.2, 1.2))
    name = chance.choice(["web", "worker"])
    running.kill(name)
    started = time.monotonic()
    running.start(name)
    if name == "web":
        running.await_web()
    return time.monotonic() - started
