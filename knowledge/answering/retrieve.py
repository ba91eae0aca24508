"""Step 3: the passages closest to the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answering.asked import FACT_KINDS
from knowledge.answering.names import as_written
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.retriever import Hit, Query

CANDIDATES = 12

# Below these cosines the embedder sees no common topic. Measured for multilingual-e5-small on a guide for clusters:
# questions it answers reach 0.82 with a passage and 0.836 with a sentence; recipes and the weather mostly stay below.
SAME_TOPIC = 0.805
SAME_TOPIC_SENTENCE = 0.833


def retrieve(turn: Turn, tools: Tools) -> None:
    """Set `hits`; end with `nothing_found` when nothing is even near the topic."""
    query = Query(turn.query, turn.language or "en", turn.kinds, turn.roles)
    turn.hits = tools.retriever.find(query, CANDIDATES)
    if turn.names:
        # A name in a sentence makes it near to every question about that name; what is asked decides.
        turn.hits = [
            replace(hit, sentence_similarities=tools.retriever.sentence_similarities(turn.matter, hit))
            for hit in turn.hits
        ]
    turn.trace["passages"] = [
        {"passage": hit.passage.id, "score": round(hit.score, 4), "similarity": round(hit.similarity, 3)}
        for hit in turn.hits
    ]
    if not on_topic(turn.hits):
        fact = turn.asked.kind if turn.asked.kind in FACT_KINDS else ""
        turn.end("nothing_found", as_written(turn.names, turn.query), fact)


def on_topic(hits: Sequence[Hit]) -> bool:
    """Whether the best hits are near enough to speak of the same thing; while vectors are missing, words decide."""
    passage = max((hit.similarity for hit in hits), default=0.0)
    sentence = max((hit.nearest for hit in hits), default=0.0)
    if hits and sentence == 0.0:
        return True
    return passage >= SAME_TOPIC and sentence >= SAME_TOPIC_SENTENCE
