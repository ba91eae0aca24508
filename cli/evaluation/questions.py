"""The file of questions: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cli.boot.faults import Fault


@dataclass(frozen=True)
class Question:
    """A question with what a right answer must hold.

    Each entry of `key_facts` lists alternatives parted by "|"; `gold_quotes` are words of the material that
    carry the answer; `history` are turns to say before.
    """

    id: str
    question: str
    lang: str = "en"
    type: str = ""
    answerable: bool = True
    key_facts: tuple[str, ...] = ()
    gold_quotes: tuple[str, ...] = ()
    history: tuple[str, ...] = ()

    def alternatives(self) -> list[list[str]]:
        """Return the wordings that count for each fact."""
        return [[part.strip() for part in fact.split("|") if part.strip()] for fact in self.key_facts]


def read_questions(path: Path) -> list[Question]:
    """Read the file; raises `Fault` with the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{path} cannot be read: {error}.") from error
    questions = [_question(line, path, number) for number, line in enumerate(lines, start=1) if line.strip()]
    if not questions:
        raise Fault(f"{path} holds no question.")
    return questions


def _question(line: str, path: Path, number: int) -> Question:
    try:
        values = json.loads(line)
        return Question(**_known(values))
    except (ValueError, TypeError, AttributeError) as error:
        raise Fault(f"line {number} of {path} is not a question: {error}.") from error


def _known(values: dict[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(Question)}
    return {
        k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in known and v is not None
    }
