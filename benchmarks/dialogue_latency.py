"""How long a turn of the dialogue takes: ratios of medians, measured alternately in one run.

    .venv-rasa/bin/python benchmarks/dialogue_latency.py [--model MODEL] [--turns 300] [--home DIR]
    .venv-rasa/bin/python benchmarks/dialogue_latency.py --stock   (trains DIET and TED: a minute or two)

Times are in milliseconds, memory in MB. Nothing else should use the machine meanwhile; ratios stand
a little noise, absolute figures do not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "bot" / "tiny"
sys.path.insert(0, str(ROOT))

SECRET = "benchmark"  # noqa: S105 - made up, for loopback
SMALL_TALK = ("hello", "tell me a joke", "goodbye", "rather not")
WORDS_AND_ACTION = {"words": "/greet", "action": "/next_steps"}
STOCK_PIPELINE = """
# two epochs: how long it learnt changes neither how long a model loads nor how large it is
recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
  - {name: DIETClassifier, epochs: 2}
  - name: EntitySynonymMapper
  - {name: FallbackClassifier, threshold: 0.35}
policies:
  - name: MemoizationPolicy
  - {name: RulePolicy, core_fallback_threshold: 0.3, core_fallback_action_name: action_advise}
  - {name: TEDPolicy, max_history: 5, epochs: 2}
"""


class DoNothing(BaseHTTPRequestHandler):
    """An action server whose actions do nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Reads the call and returns no events and no responses."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"events": [], "responses": []}'
        # one write: headers and body apart would wait for each other's acknowledgement
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_: Any) -> None:
        """Keeps quiet."""


def main() -> None:
    """Prints one JSON document."""
    options = _options()
    if options.serve_nothing:
        ThreadingHTTPServer(("127.0.0.1", options.serve_nothing), DoNothing).serve_forever()
    result = compare_with_stock(options.model) if options.stock else measure(options)
    print(json.dumps(result, indent=2))


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Turn times of the durable and of the in-memory tracker, early and late, with and without action."""
    from bot.light_start import leave_out_tensorflow, meet_skops_early  # noqa: PLC0415 - what it needs is set up first

    model = options.model or _train(TINY / "config.yml", TINY, "tiny")
    meet_skops_early()
    leave_out_tensorflow(model)
    port = _free_port()
    # a process of its own: in a thread here it would fight with the engine for the interpreter
    server = subprocess.Popen([sys.executable, __file__, "--serve-nothing", str(port)])
    try:
        with tempfile.TemporaryDirectory(dir=options.home) as home:
            return asyncio.run(_measure(model, Path(home), f"http://127.0.0.1:{port}/webhook", options.turns))
    finally:
        server.terminate()
        server.wait()


async def _measure(model: Path, home: Path, actions_url: str, turns: int) -> dict[str, Any]:
    import structlog  # noqa: PLC0415 - what it needs is set up first
    from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: PLC0415 - what it needs is set up first
    from rasa.shared.core.domain import Domain  # noqa: PLC0415 - what it needs is set up first

    from bot.action_calls import ActionEndpoint  # noqa: PLC0415 - what it needs is set up first
    from bot.engine import Engine  # noqa: PLC0415 - what it needs is set up first
    from bot.tracker_store import SqliteTrackerStore  # noqa: PLC0415 - what it needs is set up first

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    actions = ActionEndpoint(actions_url, SECRET)
    durable = Engine(model, SqliteTrackerStore(home / "dialogue.db"), actions)
    memory = Engine(model, InMemoryTrackerStore(Domain.empty()), actions)
    for engine in (durable, memory):
        await _turns(engine, "warm", 5)
    stores = await _alternating({"durable": durable, "memory": memory})
    long = await _turns(durable, "long", turns)
    acting = await _alternating({"words": durable, "action": durable}, WORDS_AND_ACTION)
    await actions.close()
    early, late = _median(long[4:16]), _median(long[-12:])
    return {
        "turn_ms": {name: round(_median(times), 2) for name, times in {**stores, **acting}.items()},
        "turn_10_ms": round(early, 2),
        f"turn_{turns}_ms": round(late, 2),
        "durable_over_memory": _ratio(stores["durable"], stores["memory"]),
        "late_over_early": round(late / early, 2),
        "action_over_words": _ratio(acting["action"], acting["words"]),
    }


async def _alternating(
    engines: dict[str, Any], payloads: dict[str, str] | None = None
) -> dict[str, list[float]]:
    """Times of many short conversations, taking the engines in turn, with a button pressed or small talk."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    for conversation in range(20):
        for name, engine in engines.items():
            payload = (payloads or {}).get(name)
            times[name] += await _turns(engine, f"{name} {conversation}", 10, payload)
    return times


async def _turns(engine: Any, conversation: str, count: int, payload: str | None = None) -> list[float]:
    times = []
    for number in range(count):
        began = time.perf_counter()
        text = SMALL_TALK[number % len(SMALL_TALK)]
        await engine.turn(conversation, text, await engine.understand(text, payload), "en")
        times.append((time.perf_counter() - began) * 1000)
    return times


def compare_with_stock(model: Path | None) -> dict[str, Any]:
    """Ready time and memory of our engine and of `rasa run` with DIET and TED on the same examples."""
    data = ROOT / "bot" if model else TINY
    ours = model or _train(TINY / "config.yml", TINY, "tiny")
    with tempfile.NamedTemporaryFile("w", suffix=".yml", delete=False) as config:
        config.write(STOCK_PIPELINE)
    stock = _train(Path(config.name), data, "stock")
    runs = [(_start_ours(ours), _start_stock(stock)) for _ in range(3)]
    mine, theirs = zip(*runs, strict=True)
    ready = [_median([run[0] for run in side]) for side in (mine, theirs)]
    memory = [_median([run[1] for run in side]) for side in (mine, theirs)]
    return {
        "ready_s": {"ours": round(ready[0], 1), "stock": round(ready[1], 1)},
        "memory_mb": {"ours": round(memory[0]), "stock": round(memory[1])},
        "ready_ratio": round(ready[0] / ready[1], 2),
        "memory_ratio": round(memory[0] / memory[1], 2),
    }


def _start_ours(model: Path) -> tuple[float, float]:
    port = _free_port()
    with tempfile.TemporaryDirectory() as home:
        env = {
            "ADVISER_HOME": home,
            "ADVISER_INNER_SECRET": SECRET,
            "ADVISER_RASA_MODEL": str(model),
            "ADVISER_RASA_URL": f"http://127.0.0.1:{port}",
            "ADVISER_ACTIONS_URL": "http://127.0.0.1:9",
        }
        return _until_ready(["-m", "bot"], f"http://127.0.0.1:{port}/webhooks/adviser/ready", env)


def _start_stock(model: Path) -> tuple[float, float]:
    """Ready means the first answer, for the stock server listens before its model is loaded."""
    port = _free_port()
    told = ["-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "-m", str(model)]
    return _until_ready(told, f"http://127.0.0.1:{port}/status", {"RASA_TELEMETRY_ENABLED": "false"})


def _until_ready(command: list[str], url: str, env: dict[str, str]) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(url):
            if process.poll() is not None or time.perf_counter() - began > 300:
                raise RuntimeError(f"{' '.join(command)} did not get ready")
            time.sleep(0.1)
        return time.perf_counter() - began, _memory(process.pid)
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {SECRET}"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system tells no memory of a process")


def _train(config: Path, data: Path, name: str) -> Path:
    out = ROOT / ".build" / "benchmarks"
    out.mkdir(parents=True, exist_ok=True)
    is_tiny = data == TINY
    domain = data / ("domain.yml" if is_tiny else "domain")
    files = [data / "nlu.yml", data / "rules.yml"] if is_tiny else [data / "data"]
    told = ["--config", config, "--domain", domain, "--data", *files, "--out", out]
    told += ["--fixed-model-name", name, "--skip-validation"]
    subprocess.run(
        [sys.executable, "-m", "bot.train", *map(str, told)],
        cwd=ROOT,
        env={**os.environ, "RASA_CACHE_DIRECTORY": str(out / "cache")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return out / f"{name}.tar.gz"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--model", type=Path, help="a trained model; else the small one of the tests is trained"
    )
    parser.add_argument("--turns", type=int, default=300, help="length of the long conversation")
    parser.add_argument(
        "--home", type=Path, help="where the database lies during the run (its disk is measured)"
    )
    parser.add_argument("--stock", action="store_true", help="compare start and memory with DIET and TED")
    parser.add_argument("--serve-nothing", type=int, metavar="PORT", help=argparse.SUPPRESS)
    return parser.parse_args()


def _median(values: Any) -> float:
    return statistics.median(values)


def _ratio(one: list[float], other: list[float]) -> float:
    return round(_median(one) / _median(other), 2)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
