"""Reads the sentences the dialogue is trained and examined on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.shared.utils.io import read_yaml_file

ROOT = Path(__file__).parents[2]
NLU = ROOT / "bot" / "data" / "nlu"
HELDOUT = Path(__file__).parent / "heldout_nlu.yml"

_ENTITY = re.compile(r"\[(?P<words>[^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Heldout:
    """A sentence nobody trains on: its one right move, and whether it has typing errors."""

    text: str
    move: str
    typo: bool


def trained() -> dict[str, list[str]]:
    """The training sentences of each intent, without the marks of entities."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for block in blocks("intent"):
        sentences[block["intent"]] += [_ENTITY.sub(r"\g<words>", text) for text in listed(block)]
    return dict(sentences)


def blocks(kind: str) -> Iterator[dict[str, Any]]:
    """Every block of a kind (`intent`, `lookup`, `synonym`, `regex`) in the files of bot/data/nlu."""
    for file in sorted(NLU.rglob("*.yml")):
        yield from (block for block in read_yaml_file(file)["nlu"] if kind in block)


def listed(block: dict[str, Any]) -> list[str]:
    """The examples of a block."""
    return [line.removeprefix("- ").strip() for line in block["examples"].splitlines() if line.strip()]


def heldout() -> list[Heldout]:
    """The held-out sentences in the order of their file."""
    return [Heldout(one["text"], one["move"], bool(one.get("typo"))) for one in read_yaml_file(HELDOUT)]


def normalised(text: str) -> str:
    """Lower case, no punctuation, single spaces: what makes two sentences the same."""
    return " ".join(re.sub(r"[^\w\s]", "", text.casefold()).split())
