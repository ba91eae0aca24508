"""Step 3: the passages closest to the question."""

from __future__ import annotations

from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.retriever import Query

CANDIDATES = 12

# Below this cosine the embedder sees no common topic: questions about football or recipes reach 0.75 to 0.81
# in material on clusters, questions of the field 0.82 and more (measured for multilingual-e5-small).
SAME_TOPIC = 0.80


def retrieve(turn: Turn, tools: Tools) -> None:
    """Set `hits`; end with `nothing_found` when nothing is even near the topic."""
    query = Query(turn.query, turn.language or "en", turn.kinds, turn.roles)
    turn.hits = tools.retriever.find(query, CANDIDATES)
    turn.trace["passages"] = [
        {"passage": hit.passage.id, "score": round(hit.score, 4), "similarity": round(hit.similarity, 3)}
        for hit in turn.hits
    ]
    if not any(hit.similarity == 0.0 or hit.similarity >= SAME_TOPIC for hit in turn.hits):
        turn.end("nothing_found")
