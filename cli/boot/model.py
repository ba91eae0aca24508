"""The dialogue model: trained when what it is made from changed, kept under the fingerprint of that."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from cli.boot.faults import Fault
from cli.boot.installer import run_logged
from cli.boot.locks import exclusive
from cli.boot.machine import GIB, check_disk
from cli.boot.places import Places, child_environment
from cli.boot.progress import Progress

KEPT_MODELS = 3


def fingerprint(root: Path) -> str:
    """Return 16 hex digits that change when anything the model is made from changes."""
    state = hashlib.sha256()
    for path in _inputs(root):
        state.update(f"{path.relative_to(root).as_posix()}\0".encode())
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:16]


def _inputs(root: Path) -> Iterator[Path]:
    for name in ("config.yml", "bot/requirements.txt"):
        if (root / name).exists():
            yield root / name
    for folder in ("bot/domain", "bot/data"):
        yield from sorted(
            p for p in (root / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts
        )
    yield from _own_components(root)


def _own_components(root: Path) -> Iterator[Path]:
    """Yield the modules of bot/ that config.yml names as parts of its pipeline."""
    config = root / "config.yml"
    named = set(re.findall(r"\bbot(?:\.\w+)+(?=\.\w+)", config.read_text())) if config.exists() else set()
    for module in sorted(named):
        path = root / (module.replace(".", "/") + ".py")
        if path.exists():
            yield path


def model_path(places: Places) -> Path:
    """Return where the model for the present inputs lies, trained or not."""
    return places.models / f"{fingerprint(places.root)}.tar.gz"


def ensure_model(places: Places, progress: Progress, model: Path) -> None:
    """Train the dialogue model into the file `model` unless it exists; raises `Fault`."""
    if not model.exists():
        with exclusive(places.build / "model.lock", lambda: progress.say("Waiting: another command trains.")):
            if not model.exists():
                _train(places, model, progress)


def _train(places: Places, model: Path, progress: Progress) -> None:
    check_disk(places.root, GIB)
    workshop = places.models / "training"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    log = places.logs / "training.log"
    progress.begin("dialogue model", "training")
    environment = child_environment(RASA_CACHE_DIRECTORY=str(places.build / "rasa-cache"))
    failed = run_logged(_training_command(places, workshop, model), log, environment, cwd=places.root)
    trained = workshop / model.name
    progress.end("dialogue model", "trained" if failed is None else "failed")
    if failed is not None or not trained.exists():
        raise Fault("the dialogue model could not be trained; its data in bot/ may hold a mistake.", log)
    trained.replace(model)
    _forget_old_models(places, model)


def _training_command(places: Places, workshop: Path, model: Path) -> list[str]:
    name = model.name.removesuffix(".tar.gz")
    inputs = ["--config", "config.yml", "--domain", "bot/domain", "--data", "bot/data"]
    output = ["--out", str(workshop), "--fixed-model-name", name]
    return [str(places.rasa_python), "-m", "bot.train", *inputs, *output, "--skip-validation"]


def _forget_old_models(places: Places, current: Path) -> None:
    others = [p for p in places.models.glob("*.tar.gz") if p != current]
    for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT_MODELS - 1 :]:
        old.unlink()
