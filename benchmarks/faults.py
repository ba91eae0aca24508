"""What is lost or said twice when processes are killed under load, against the whole product.

    .venv/bin/python benchmarks/faults.py storm [--events 500] [--kills 10]
    .venv/bin/python benchmarks/faults.py kills [--kills 200]

`storm`: events of Slack, each sent one to four times in random order with every reason of a retry, to a server that
plays Slack's Web API with its traps, while the worker is killed. `kills`: kill -9 at random moments on web, worker,
rasa, actions and knowledge in turn, while people chat on the web and in Slack. Both print one JSON document and end
with 1 when a message was lost or answered twice. The full forms take minutes and the better part of an hour.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from product import ROOT, Product, percentile, running_product

sys.path.insert(0, str(ROOT / "tests" / "web"))

from played_slack import PlayedSlack, played_slack
from slack_bodies import REASONS, SECRET, as_json, mention, signed

VICTIMS = ("web", "worker", "actions", "knowledge", "rasa")
QUESTIONS = ("hello", "How much does a workshop for batteries cost?", "thanks")
RATE = 50.0
"""Requests a second of the storm."""
BACK_WITHIN = 120.0


def main() -> int:
    """Run the benchmark asked for and print its result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("form", choices=["storm", "kills"])
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - so that a run can be repeated
    with played_slack() as slack, running_product(**_slack_settings(slack)) as product:
        if options.form == "storm":
            result = storm(product, slack, options.events, options.kills or 10, chance)
        else:
            result = kills(product, slack, options.kills or 200, chance)
    print(json.dumps(result, indent=2))
    return 1 if result["lost"] or result["twice"] else 0


def _slack_settings(slack: PlayedSlack) -> dict[str, str]:
    return {
        "ADVISER_SLACK_SIGNING_SECRET": SECRET,
        "ADVISER_SLACK_BOT_TOKEN": "xoxb-played",
        "ADVISER_SLACK_API_URL": slack.url,
    }


def storm(
    product: Product, slack: PlayedSlack, events: int, kills: int, chance: random.Random
) -> dict[str, Any]:
    """Send the events while the worker is killed; count answers, and time the acknowledgements."""
    traps = ["limited", "broken_after", "not_ok", "reset_after", "broken_before"]
    slack.traps = [chance.choice(traps) for _ in range(events // 10)]
    bodies = [_mention(f"ev{number}", number) for number in range(events)]
    sends = [raw for raw in bodies for _ in range(chance.randint(1, 4))]
    chance.shuffle(sends)
    killer = threading.Thread(target=_kill_worker, args=[product, kills, len(sends) / RATE])
    killer.start()
    with ThreadPoolExecutor(32) as pool, httpx.Client(trust_env=False, timeout=10) as client:
        jobs = []
        for raw in sends:
            reason = chance.choice(REASONS)
            jobs.append(pool.submit(_post, client, product, raw, reason))
            time.sleep(1 / RATE)
        acknowledged = [job.result() for job in jobs]
    killer.join()
    _drain(product)
    counts = _answers(slack)
    return {
        "events": events,
        "sent": len(sends),
        "kills": kills,
        "lost": events - len(counts),
        "twice": sum(count > 1 for count in counts.values()),
        "dead": product.rows("SELECT count(*) FROM inbox WHERE state = 'dead'")[0][0],
        "ack_p50_ms": round(percentile(acknowledged, 0.5) * 1000),
        "ack_p99_ms": round(percentile(acknowledged, 0.99) * 1000),
        "ack_max_ms": round(max(acknowledged) * 1000),
    }


def kills(product: Product, slack: PlayedSlack, count: int, chance: random.Random) -> dict[str, Any]:
    """Kill processes one after the other while people talk; count what was lost or said twice, time the returns."""
    stop = threading.Event()
    back: dict[str, list[float]] = {victim: [] for victim in VICTIMS}
    with ThreadPoolExecutor(6) as pool:
        chats = [pool.submit(_chat, product, stop) for _ in range(3)]
        mentions = [pool.submit(_keep_mentioning, product, number, stop) for number in range(2)]
        try:
            for number in range(count):
                time.sleep(chance.uniform(0.3, 2.0))
                victim = VICTIMS[number % len(VICTIMS)]
                back[victim].append(_kill_and_wait(product, victim))
                print(f"{number + 1}/{count} {victim} {back[victim][-1]:.1f} s", file=sys.stderr)
        finally:
            stop.set()
        talked = [chat.result() for chat in chats]
        mentioned = [name for job in mentions for name in job.result()]
    _drain(product)
    counts = _answers(slack)
    chatted = sum(turns for turns, _ in talked)
    kept = product.rows("SELECT count(*) FROM inbox WHERE channel = 'web' AND state = 'done'")[0][0]
    answers = product.rows("SELECT count(*) FROM outbox WHERE channel = 'web'")[0][0]
    return {
        "kills": count,
        "web_turns": chatted,
        "slack_messages": len(mentioned),
        "lost": len(set(mentioned) - set(counts)) + max(0, chatted - kept),
        "twice": sum(n > 1 for n in counts.values()) + max(0, answers - kept) + sum(odd for _, odd in talked),
        "dead": product.rows("SELECT count(*) FROM inbox WHERE state = 'dead'")[0][0],
        "back_s": {
            victim: {"p50": round(percentile(times, 0.5), 1), "max": round(max(times), 1)}
            for victim, times in back.items()
            if times
        },
        "integrity": product.rows("PRAGMA integrity_check")[0][0],
    }


def _mention(name: str, number: int) -> bytes:
    text = QUESTIONS[number % len(QUESTIONS)]
    return as_json(mention(text, name, ts=f"{1_700_000_000 + number}.1", channel=f"C-{name}"))


def _answers(slack: PlayedSlack) -> Counter[str]:
    """Return how many answers each event has; each stands in a channel of its own."""
    return Counter(post["channel"].removeprefix("C-") for post in slack.posts)


def _post(client: httpx.Client, product: Product, raw: bytes, reason: str = "") -> float:
    """Send until acknowledged, as Slack does; returns how long the acknowledged attempt took."""
    while True:
        headers = {**signed(raw), "Content-Type": "application/json", "X-Slack-Retry-Reason": reason}
        started = time.monotonic()
        try:
            response = client.post(f"{product.address}/slack/events", content=raw, headers=headers)
            if response.status_code == 200:
                return time.monotonic() - started
        except httpx.TransportError:
            pass  # killed while it took the request: Slack would send it again, and so do we
        time.sleep(0.2)


def _kill_worker(product: Product, kills: int, seconds: float) -> None:
    for _ in range(kills):
        time.sleep(seconds / (kills + 1))
        product.kill("worker")


def _kill_and_wait(product: Product, victim: str) -> float:
    """Kill a process and return the seconds until it does its work again."""
    before = {process.pid for process in product.processes(victim)}
    product.kill(victim)
    started = time.monotonic()
    while time.monotonic() - started < BACK_WITHIN:
        if _is_back(product, victim, before):
            return time.monotonic() - started
        time.sleep(0.1)
    raise RuntimeError(f"{victim} did not come back")


def _is_back(product: Product, victim: str, before: set[int]) -> bool:
    if victim == "worker":
        beat = product.rows("SELECT owner FROM heartbeat WHERE name = 'worker'")[0][0]
        return int(beat.split("-")[-2]) not in before
    parts = product.parts()
    return bool(parts) if victim == "web" else parts.get(victim, False)


def _chat(product: Product, stop: threading.Event) -> tuple[int, int]:
    """Chat until told to stop, sending again what got no answer; returns turns, and turns whose replay differs."""
    conversation, turns, odd = None, 0, 0
    with httpx.Client(trust_env=False, timeout=30) as client:
        while not stop.is_set():
            body = {"message": QUESTIONS[turns % len(QUESTIONS)], "event": str(uuid.uuid4())}
            if conversation:
                body["conversation"] = conversation
            answer = _say(client, product, body)
            odd += _say(client, product, body) != answer
            conversation = answer["conversation"]
            turns += 1
    return turns, odd


def _say(client: httpx.Client, product: Product, body: dict[str, str]) -> dict[str, Any]:
    while True:
        try:
            response = client.post(f"{product.address}/api/chat", json=body)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        answer: dict[str, Any] = response.raise_for_status().json()
        if not answer["replies"] or not all(reply["text"].strip() for reply in answer["replies"]):
            raise RuntimeError("an empty reply")
        return answer


def _keep_mentioning(product: Product, sender: int, stop: threading.Event) -> list[str]:
    names: list[str] = []
    with httpx.Client(trust_env=False, timeout=10) as client:
        while not stop.is_set():
            name = f"s{sender}n{len(names)}"
            _post(client, product, _mention(name, len(names)))
            names.append(name)
            time.sleep(0.3)
    return names


def _drain(product: Product) -> None:
    end = time.monotonic() + 600
    while time.monotonic() < end:
        queues = product.command("status")["queues"]
        if queues["inbox_open"] == queues["outbox_open"] == 0:
            return
        time.sleep(1)
    raise RuntimeError("the queues did not empty")


if __name__ == "__main__":
    sys.exit(main())
