"""What durability costs a turn of the web chat, and how turns of one and of many persons go together.

    .venv/bin/python benchmarks/turns.py [--turns 60]

Starts the whole product on a home of its own. Both sides of the ratio answer the same messages through the same
dialogue, taking turns within one run: once through inbox and outbox, once without keeping anything. Ratios stand
a little noise, absolute figures do not; nothing else should use the machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import structlog
from product import Product, percentile, running_product

from cli.home import Home, load_secrets
from cli.supervision.state import read_state
from knowledge.client import Client
from web.chat.dialogue import Dialogue
from web.chat.payloads import Payloads
from web.conversations import Conversations
from web.settings import Settings
from web.turns.answering import Answering
from web.turns.assembly import assemble
from web.turns.inline import Inline
from web.turns.messages import Message

SMALL_TALK = ("hello", "thanks", "tell me a joke", "goodbye")
QUESTIONS = ("How much does a workshop for batteries cost?", "What helps small firms in a harbour?")
PERSONS = 16


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=60, help="turns a side, of each kind")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with running_product() as product:
        four = [four_at_once(product) for _ in range(9)]
        result = {
            "cost_of_durability": cost_of_durability(product, options.turns),
            "four_at_once": {
                "ratio": statistics.median(run["ratio"] for run in four),
                "in_order": all(run["in_order"] for run in four),
                "runs": four,
            },
            "sixteen_persons": sixteen_persons(product),
        }
    print(json.dumps(result, indent=2))


def cost_of_durability(product: Product, turns: int) -> dict[str, Any]:
    """Milliseconds of a turn with and without inbox, and their ratio, for small talk and for questions."""
    with tempfile.TemporaryDirectory(dir=product.home) as folder, ThreadPoolExecutor(8) as executor:
        sides = _Sides(_settings(product, Path(folder)), executor)
        kinds = {"small_talk": SMALL_TALK, "questions": QUESTIONS}
        return {kind: _compare(sides, texts, turns) for kind, texts in kinds.items()}


class _Sides:
    """The same turn with and without keeping it."""

    def __init__(self, settings: Settings, executor: ThreadPoolExecutor) -> None:
        dialogue = Dialogue(settings.rasa_url, settings.inner_secret, settings.signing_key)
        library = Client(settings.knowledge_url, settings.inner_secret, timeout=6)
        parts = assemble(settings, dialogue, library, executor)
        self.conversations = Conversations(parts.database, settings.signing_key)
        self._inline = Inline(parts.database, parts.leases, parts.inbox, parts.outbox, parts.work, seconds=20)
        self._plain = Answering(
            dialogue, library, Payloads(settings.signing_key), executor=executor, seconds=20
        )

    def kept(self, conversation: Any, text: str) -> None:
        """Take a turn as the product does, from looking the conversation up to the kept answer."""
        known = self.conversations.resume(conversation.id, "en")
        assert known is not None
        replies = self._inline.take(known, text)
        assert replies[0]["text"]

    def unkept(self, conversation: Any, text: str) -> None:
        """Take a turn with nothing kept but what the dialogue keeps, as the product did before."""
        known = self.conversations.resume(conversation.id, "en")
        assert known is not None
        outcome = self._plain.answer(Message("web", "none", known.key, text, "en"))
        assert next(reply.plain() for reply in outcome.replies)["text"]


def _compare(sides: _Sides, texts: tuple[str, ...], turns: int) -> dict[str, Any]:
    times: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(turns):
        if number % 10 == 0:
            talks = {name: sides.conversations.start("en") for name in times}
        for name, take in (("with", sides.kept), ("without", sides.unkept)):
            started = time.perf_counter()
            take(talks[name], texts[number % len(texts)])
            times[name].append((time.perf_counter() - started) * 1000)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = round(medians["with"] / medians["without"], 3)
    return {f"{name}_ms": round(value, 2) for name, value in medians.items()} | {"ratio": ratio}


def four_at_once(product: Product) -> dict[str, Any]:
    """Four messages of one person: last finish when sent at the same moment, over the sum of their times alone."""
    texts = [f"{QUESTIONS[1]} ({number})" for number in range(4)]
    alone, together = _Person(product), _Person(product)
    for person in (alone, together):
        person("hello")
    started = time.perf_counter()
    for text in texts:
        alone(text)
    service = time.perf_counter() - started
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: time.sleep(0.01), texts))  # the threads exist before the clock starts
        started = time.perf_counter()
        list(pool.map(together, texts))
        last = time.perf_counter() - started
    numbers = product.rows("SELECT inbox_id FROM trace ORDER BY answered_at DESC, inbox_id DESC LIMIT 4")
    return {
        "last_s": round(last, 3),
        "service_s": round(service, 3),
        "ratio": round(last / service, 3),
        "in_order": numbers == sorted(numbers, reverse=True),
    }


def sixteen_persons(product: Product) -> dict[str, Any]:
    """Sixteen persons talking at the same time: how many of their replies are empty, and how long they take."""

    def person(number: int) -> list[tuple[float, bool]]:
        say, found = _Person(product), []
        for text in (*QUESTIONS, SMALL_TALK[number % 4], "tell me more"):
            started = time.perf_counter()
            replies = say(text)
            empty = not replies or not all(reply["text"].strip() for reply in replies)
            found.append((time.perf_counter() - started, empty))
        return found

    with ThreadPoolExecutor(PERSONS) as pool:
        turns = [turn for found in pool.map(person, range(PERSONS)) for turn in found]
    seconds = [took for took, _ in turns]
    return {
        "turns": len(turns),
        "empty": sum(empty for _, empty in turns),
        "p50_s": round(percentile(seconds, 0.5), 3),
        "p95_s": round(percentile(seconds, 0.95), 3),
    }


class _Person:
    """Somebody in one conversation over HTTP."""

    def __init__(self, product: Product) -> None:
        self._url, self._conversation = f"{product.address}/api/chat", None
        self._client = httpx.Client(timeout=40, trust_env=False)

    def __call__(self, text: str) -> list[dict[str, Any]]:
        body = {"message": text} | ({"conversation": self._conversation} if self._conversation else {})
        answer = self._client.post(self._url, json=body).raise_for_status().json()
        self._conversation = answer["conversation"]
        return list(answer["replies"])


def _settings(product: Product, home: Path) -> Settings:
    """Settings for a second web process beside the product's own, on a home of its own."""
    state = read_state(Home(product.home))
    assert state is not None
    addresses = {f"ADVISER_{name.upper()}_URL": state.url(name) for name in state.ports}
    secrets = load_secrets(Home(product.home)).as_environment()
    return replace(Settings.from_env({**secrets, **addresses}), home=home)


if __name__ == "__main__":
    main()
