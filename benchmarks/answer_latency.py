"""A chat turn that answers from knowledge beside a Rasa turn whose action does nothing, alternating in one run.

The first goes the whole way: web, Rasa, actions, knowledge (embedding a question it never saw) and back. The second
is the floor: a "yes" straight to Rasa's channel in a conversation where nothing is on offer: its action looks at a slot
and says a sentence. Goal: p50 ratio at most 2.5.

    .venv/bin/python benchmarks/answer_latency.py [--turns 60]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import uuid
from collections.abc import Callable

import httpx
from product import Product, running_product

QUESTIONS = (
    "How can {a} share {b}?", "What helps {a} with {b}?", "Why do {a} need {b}?", "How do {a} learn about {b}?",
)  # fmt: skip
SUBJECTS = (
    "yards",
    "boat builders",
    "sail makers",
    "harbour towns",
    "small firms",
    "yard owners",
    "chandlers",
)
MATTERS = (
    "batteries",
    "a workshop",
    "electric engines",
    "a slipway",
    "training",
    "certificates",
    "clean boats",
)


def main() -> None:
    """Measure and print the ratio as JSON."""
    turns = _arguments().turns
    with running_product() as product:
        looked_up: list[bool] = []
        ask, floor = _asking(product, looked_up), _flooring(product)
        for _ in range(5):  # warm both sides
            ask(), floor()
        asked, floored = [], []
        for _ in range(turns):
            asked.append(_timed(ask))
            floored.append(_timed(floor))
    ratio = statistics.median(asked) / statistics.median(floored)
    print(
        json.dumps(
            {
                "chat turn from knowledge, p50 ms": round(1000 * statistics.median(asked), 1),
                "do-nothing action, p50 ms": round(1000 * statistics.median(floored), 1),
                "share that asked the knowledge": round(statistics.mean(looked_up), 2),
                "ratio": round(ratio, 2),
                "goal": 2.5,
            },
            indent=2,
        )
    )


def _asking(product: Product, looked_up: list[bool]) -> Callable[[], None]:
    client = httpx.Client(base_url=product.address, timeout=30)
    questions = (q.format(a=a, b=b) for a in SUBJECTS for b in MATTERS for q in QUESTIONS)
    conversation = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]

    def ask() -> None:
        body = {"message": next(questions), "conversation": conversation}
        replies = client.post("/api/chat", json=body).json()["replies"]
        looked_up.append(replies[0]["kind"] == "answer")

    return ask


def _flooring(product: Product) -> Callable[[], None]:
    from cli.home import Home, load_secrets  # noqa: PLC0415 - the path to our packages is set by `product`
    from cli.supervision.state import read_state  # noqa: PLC0415 - what it needs is set up first

    home = Home(product.home)
    state = read_state(home)
    assert state is not None
    headers = {"Authorization": f"Bearer {load_secrets(home).inner}"}
    client = httpx.Client(base_url=f"http://127.0.0.1:{state.ports['rasa']}", headers=headers, timeout=30)
    conversation = uuid.uuid4().hex

    def floor() -> None:
        body = {"conversation": conversation, "text": "yes", "payload": None, "language": "en"}
        turn = client.post("/webhooks/adviser/turn", json=body).json()
        assert turn["move"] == "affirm", turn

    return floor


def _timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=60, help="turns on each side")
    return parser.parse_args()


if __name__ == "__main__":
    main()
