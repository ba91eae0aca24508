"""The stores of the other processes: each has an erase program of its own, which knows its format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds an erase program may take."""


class EraseFailed(Exception):
    """A store could not be erased; the text names it and says nothing of what it holds."""


def erase_dialogue(home: Path, senders: Sequence[str]) -> int:
    """Take conversations, named as the engine knows them, out of its memory; returns the number of events."""
    return _run("bot.erase", home, {"conversations": list(senders)})["events"]


def erase_notes(home: Path, texts: Sequence[str]) -> int:
    """Take what was said out of the knowledge's notes on gaps and feedback; returns the number of notes."""
    return _run("knowledge.erase", home, {"texts": list(texts)})["notes"]


def _run(module: str, home: Path, wanted: dict[str, list[str]]) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(wanted),
        env={**os.environ, "ADVISER_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    if done.returncode != 0:
        last = done.stderr.strip().rsplit("\n", 1)[-1].split(":")[0]
        raise EraseFailed(f"{module} ended with {done.returncode} ({last})")
    counts: dict[str, int] = json.loads(done.stdout)
    return counts
