from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.boot.faults import Fault
from cli.boot.model import KEPT_MODELS, ensure_model, fingerprint, model_path
from cli.boot.places import Places
from cli.boot.progress import Progress


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name, text in {
        "config.yml": "pipeline:\n  - name: WhitespaceTokenizer\n  - name: bot.understanding.Speller\n",
        "bot/requirements.txt": "rasa==3.6.21\n",
        "bot/domain/moves.yml": "intents: [greet]\n",
        "bot/data/nlu/greet.yml": "nlu: []\n",
        "bot/understanding.py": "class Speller: ...\n",
        "bot/channel.py": "class Channel: ...\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Places(tmp_path)


def fake_rasa(places: Places, body: str) -> None:
    """A python of Rasa's environment that only knows how to train, as `body` says; $OUT/$NAME is the model."""
    python = places.rasa_python
    python.parent.mkdir(parents=True)
    parse = (
        'while [ $# -gt 0 ]; do case "$1" in --out) OUT=$2;; --fixed-model-name) NAME=$2;; esac; shift; done'
    )
    python.write_text(f"#!/bin/sh\n{parse}\n{body}\n")
    python.chmod(0o755)


@pytest.mark.parametrize(
    "changed",
    [
        "config.yml",
        "bot/requirements.txt",
        "bot/domain/moves.yml",
        "bot/data/nlu/greet.yml",
        "bot/understanding.py",
    ],
)
def test_the_fingerprint_changes_with_every_input(places: Places, changed: str) -> None:
    before = fingerprint(places.root)
    (places.root / changed).write_text((places.root / changed).read_text() + "# more\n")
    assert fingerprint(places.root) != before


def test_the_fingerprint_changes_when_a_file_is_renamed(places: Places) -> None:
    before = fingerprint(places.root)
    (places.root / "bot/data/nlu/greet.yml").rename(places.root / "bot/data/nlu/hello.yml")
    assert fingerprint(places.root) != before


def test_code_that_is_not_in_the_pipeline_does_not_cost_a_training(places: Places) -> None:
    before = fingerprint(places.root)
    (places.root / "bot/channel.py").write_text("class Channel: speed = 2\n")
    assert fingerprint(places.root) == before


def test_a_failed_training_leaves_no_model_and_names_its_log(places: Places) -> None:
    fake_rasa(places, 'echo "InvalidDomain: twice greet"; exit 1')
    with pytest.raises(Fault, match="could not be trained") as caught:
        ensure_model(places, Progress(live=False), model_path(places))
    assert caught.value.log is not None
    assert "twice greet" in caught.value.log.read_text()
    assert not model_path(places).exists()


def test_a_training_that_writes_nothing_is_a_fault_too(places: Places) -> None:
    fake_rasa(places, "exit 0")
    with pytest.raises(Fault, match="could not be trained"):
        ensure_model(places, Progress(live=False), model_path(places))


def test_a_model_is_trained_once_for_the_same_inputs(places: Places) -> None:
    fake_rasa(places, f'echo once >> {places.root}/trained; echo model > "$OUT/$NAME.tar.gz"')
    for _ in range(2):
        ensure_model(places, Progress(live=False), model_path(places))
    assert (places.root / "trained").read_text() == "once\n"
    assert model_path(places).read_text() == "model\n"


def test_old_models_are_forgotten_but_not_the_latest(places: Places) -> None:
    fake_rasa(places, 'echo model > "$OUT/$NAME.tar.gz"')
    places.models.mkdir(parents=True)
    for age in range(1, 6):
        old = places.models / f"old{age}.tar.gz"
        old.write_text("old")
        os.utime(old, (1_000_000 - age, 1_000_000 - age))
    ensure_model(places, Progress(live=False), model_path(places))
    left = {path.name for path in places.models.glob("*.tar.gz")}
    assert left == {model_path(places).name, "old1.tar.gz", "old2.tar.gz"}
    assert len(left) == KEPT_MODELS
