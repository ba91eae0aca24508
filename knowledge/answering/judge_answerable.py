"""Step 4: does a passage answer *this* question, or is it only near?

Two things are demanded of a passage: it (or its headings) holds the names the question is about, and, when a
sum, a share, a number or a date is asked for, one of its sentences holds such a thing and belongs to those names.
"""

from __future__ import annotations

from knowledge.answering.asked import FACT_KINDS, AnswerKind, holds
from knowledge.answering.names import as_written, holds_name, mentions
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.retriever import Hit
from knowledge.retrieval.words import content_stems

# A figure in a sentence further away than this from the matter asked about counts something else. Shares and sums are
# rare and therefore telling; numbers and years stand everywhere.
FACT_SIMILARITY: dict[AnswerKind, float] = {"share": 0.79, "money": 0.79, "date": 0.80, "count": 0.80}


def judge_answerable(turn: Turn, tools: Tools) -> None:
    """Keep the hits that can answer; end with `nothing_found` and what is missing when none is left."""
    missing = as_written(turn.names, turn.query)
    turn.hits = [hit for hit in turn.hits if mentions(hit, turn.names)] or turn.hits
    if not mentions(turn.hits[0], turn.names):
        turn.end("nothing_found", missing)
        return
    if turn.asked.kind in FACT_KINDS:
        telling = [hit for hit in turn.hits if fact_sentences(hit, turn)]
        turn.hits = telling or turn.hits
        if not telling:
            turn.end("nothing_found", missing, turn.asked.kind)


def fact_sentences(hit: Hit, turn: Turn) -> list[int]:
    """Numbers of the sentences that hold a fact of the kind asked for, about these names and this matter."""
    found = []
    for number, sentence in enumerate(hit.passage.sentences):
        near = hit.passage.sentence_stems[max(0, number - 1) : number + 1]
        context = hit.passage.heading_stems.union(*near)
        if (
            sentence.quotable
            and all(holds_name(name, context) for name in turn.names)
            and _close(hit, number, turn)
            and holds(turn.asked.kind, sentence.text, turn.query)
        ):
            found.append(number)
    return found


def _close(hit: Hit, number: int, turn: Turn) -> bool:
    """Whether the sentence is about the matter; by shared words while it has no vector yet."""
    similarity = hit.sentence_similarities[number]
    if similarity == 0.0:
        return bool(hit.passage.sentence_stems[number].intersection(content_stems(turn.matter)))
    return similarity >= FACT_SIMILARITY[turn.asked.kind]
