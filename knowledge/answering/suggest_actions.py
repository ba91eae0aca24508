"""After the answer: at most three things the manager can do now, taken from the how-tos and action sections."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge.answering.cite import cite_passage
from knowledge.answering.retrieve import on_topic
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.retriever import Hit, Query
from knowledge.retrieval.words import content_stems
from knowledge.schema import NextAction

MAX_ACTIONS = 3
CANDIDATES = 12
FIT = 0.03  # an action may be this much further from the question than the nearest one
SAME_WORDS = 0.6  # titles that share this much of their words are one action

_LABEL = re.compile(r"^\w+\s+\d{1,2}\s*[:.–-]\s*")


def suggest_actions(turn: Turn, tools: Tools) -> None:
    """Set `next_actions`, each with its reason quoted and cited; none when nothing fits."""
    query = Query(turn.query, turn.language or "en", kinds=("how_to",), roles=("action",))
    hits = tools.retriever.find(query, CANDIDATES)
    best = max((hit.nearest for hit in hits), default=0.0)
    near = [hit for hit in hits if hit.nearest >= best - FIT] if on_topic(hits) else []
    for hit in _distinct(near):
        reason = _reason(hit)
        if reason:
            number = _cite(turn, hit, reason)
            turn.next_actions.append(
                NextAction(id=hit.passage.id, title=action_title(hit), why=reason, citations=(number,))
            )
        if len(turn.next_actions) == MAX_ACTIONS:
            return


def action_title(hit: Hit) -> str:
    """The action in words: the title of a how-to, or the heading of an action's section without its label."""
    passage = hit.passage.passage
    if passage.kind == "how_to" or not passage.section:
        return passage.title
    return _LABEL.sub("", passage.section[-1])


def _distinct(hits: Iterable[Hit]) -> list[Hit]:
    """One hit an action; of two actions with nearly the same title the better placed one."""
    kept: list[Hit] = []
    for hit in hits:
        if not any(_same(action_title(hit), action_title(other)) for other in kept):
            kept.append(hit)
    return kept


def _same(one: str, other: str) -> bool:
    first, second = set(content_stems(one)), set(content_stems(other))
    smaller = min(len(first), len(second)) or 1
    return len(first & second) / smaller > SAME_WORDS


def _reason(hit: Hit) -> str:
    """The sentence of the passage nearest to the question; no list item, caption or garbled text."""
    ranked = sorted(range(len(hit.passage.sentences)), key=lambda n: -hit.sentence_similarities[n])
    sentences = [hit.passage.sentences[n] for n in ranked]
    return next((s.text for s in sentences if s.quotable and not s.list_item), "")


def _cite(turn: Turn, hit: Hit, quote: str) -> int:
    """The number of the citation of this quote, added when the answer does not cite it yet."""
    for citation in turn.citations:
        if citation.passage == hit.passage.id and quote in citation.quote:
            return citation.number
    number = len(turn.citations) + 1
    turn.citations.append(cite_passage(number, hit.passage.passage, quote))
    return number
