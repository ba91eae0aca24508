"""The model the tests of the dialogue examine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def served_model() -> Path:
    """The model that would be served (`ADVISER_RASA_MODEL`), else one trained from the files as they are."""
    told = os.environ.get("ADVISER_RASA_MODEL")
    return Path(told) if told and Path(told).exists() else _trained()


def _trained() -> Path:
    sources = [path for name in ("domain", "data") for path in sorted((ROOT / "bot" / name).rglob("*.yml"))]
    contents = b"".join(path.read_bytes() for path in [ROOT / "config.yml", *sources])
    model = ROOT / ".build" / "tests" / f"dialogue-{hashlib.sha256(contents).hexdigest()[:16]}.tar.gz"
    if not model.exists():
        _train(model)
    return model


def _train(model: Path) -> None:
    told = ["--config", ROOT / "config.yml", "--domain", ROOT / "bot/domain", "--data", ROOT / "bot/data"]
    told += [
        "--out",
        model.parent,
        "--fixed-model-name",
        model.name.removesuffix(".tar.gz"),
        "--skip-validation",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bot.train", *map(str, told)],
        cwd=ROOT,
        env={**os.environ, "RASA_CACHE_DIRECTORY": str(model.parent / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert model.exists(), done.stdout[-2000:] + done.stderr[-2000:]
