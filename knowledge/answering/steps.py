"""The way of a question to its answer, step by step.

Each step is a function in a module of its own. It takes the `Turn`, fills in its own field, and may end the turn with
a status; the steps after it are then skipped.
"""

from __future__ import annotations

import time

from knowledge.answering.check_scope import check_scope
from knowledge.answering.cite import cite
from knowledge.answering.compose import compose
from knowledge.answering.judge_answerable import judge_answerable
from knowledge.answering.rephrase import rephrase
from knowledge.answering.retrieve import retrieve
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.answering.verify import verify

STEPS = (check_scope, rephrase, retrieve, judge_answerable, compose, cite, verify)


def answer(turn: Turn, tools: Tools) -> Turn:
    """Take the turn through all steps; it comes out with a status."""
    for step in STEPS:
        started = time.perf_counter()
        step(turn, tools)
        turn.trace.setdefault("milliseconds", {})[step.__name__] = round(
            1000 * (time.perf_counter() - started), 1
        )
        if turn.status is not None:
            return turn
    turn.status = "answered"
    return turn
