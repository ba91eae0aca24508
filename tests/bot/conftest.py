from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.light_start import meet_skops_early

meet_skops_early()  # before any test imports Rasa

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).parent / "tiny"


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """The model of the tiny assistant beside these tests, trained when its files changed."""
    files = sorted(TINY.glob("*.yml"))
    fingerprint = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    model = ROOT / ".build" / "tests" / f"tiny-{fingerprint}.tar.gz"
    if not model.exists():
        _train(model)
    return model


def _train(model: Path) -> None:
    work = model.parent
    work.mkdir(parents=True, exist_ok=True)
    told = ["--config", TINY / "config.yml", "--domain", TINY / "domain.yml", "--skip-validation"]
    told += ["--data", TINY / "nlu.yml", TINY / "rules.yml", "--out", work, "--fixed-model-name", model.name]
    done = subprocess.run(
        [sys.executable, "-m", "bot.train", *map(str, told)],
        cwd=ROOT,
        env={**os.environ, "RASA_CACHE_DIRECTORY": str(work / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert model.exists(), done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture
def free_port() -> int:
    return _free_port()


@pytest.fixture(scope="module")
def module_port() -> int:
    return _free_port()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
