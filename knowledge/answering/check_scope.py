"""Step 1: is there a question at all?"""

from __future__ import annotations

from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.words import words

MIN_LETTERS = 2
MAX_WORD = 100  # letters; what is longer is a flood, not a word


def check_scope(turn: Turn, tools: Tools) -> None:
    """End the turn with `needs_detail` when the message holds no word; find out its language."""
    letters = sum(char.isalpha() for char in turn.question)
    if letters < MIN_LETTERS or not any(1 < len(word) <= MAX_WORD for word in words(turn.question)):
        turn.end("needs_detail")
        return
    turn.language = turn.language or tools.detect_language(turn.question)
