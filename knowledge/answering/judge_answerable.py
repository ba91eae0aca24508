"""Step 4: does a passage answer *this* question, or is it only near?

Two things are demanded of a passage: it (or its headings) holds the names the question is about, and, when a
sum, a share, a number or a date is asked for, one of its sentences holds such a thing and belongs to those names.
"""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answering.asked import Asked, holds
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.library import Library
from knowledge.retrieval.retriever import Hit
from knowledge.retrieval.words import content_stems, fold, stems, words

COMMON_SHARE = 0.12  # a word in more passages than this names nothing in particular ("EU", "SMEs")
FACT_SIMILARITY = 0.82  # a figure in a sentence further away than this counts something else


def judge_answerable(turn: Turn, tools: Tools) -> None:
    """Keep the hits that can answer; end with `nothing_found` and what is missing when none is left."""
    names = distinctive_names(turn.asked, tools.library())
    written = as_written(names, turn.query)
    named = [hit for hit in turn.hits if mentions(hit, names)]
    if not named:
        turn.end("nothing_found", missing=written)
        return
    turn.hits = named
    if turn.asked.kind == "open":
        return
    telling = [hit for hit in named if fact_sentences(hit, turn.asked, names, turn.query)]
    if not telling:
        turn.end("nothing_found", missing=written, missing_kind=turn.asked.kind)
        return
    turn.hits = telling


def as_written(names: Sequence[str], query: str) -> str:
    """The names as the asker wrote them."""
    return " ".join(word for word in words(query) if fold(word) in names)


def distinctive_names(asked: Asked, library: Library) -> tuple[str, ...]:
    """The words among the names that are rare in the material: those an answer must be about."""
    limit = max(3.0, COMMON_SHARE * len(library))
    return tuple(
        word for name in asked.names for word in name if library.stem_frequency[_stem(word)] <= limit
    )


def mentions(hit: Hit, names: Sequence[str]) -> bool:
    """Whether the passage or one of its headings holds every one of the names."""
    return all(_stem(name) in hit.passage.context_stems for name in names)


def fact_sentences(hit: Hit, asked: Asked, names: Sequence[str], query: str) -> list[int]:
    """Numbers of the sentences that hold a fact of the kind asked for, about these names and this matter."""
    heading = set(stems(hit.passage.heading))
    matter = {stem for stem in content_stems(query) if not stem.isdigit()} - {_stem(name) for name in names}
    found = []
    for number, sentence in enumerate(hit.passage.sentences):
        own = set(stems(sentence.text))
        belongs = all(_stem(name) in own | heading for name in names)
        close = bool(matter & own) or hit.sentence_similarities[number] >= FACT_SIMILARITY
        if belongs and close and holds(asked.kind, sentence.text):
            found.append(number)
    return found


def _stem(word: str) -> str:
    return stems(fold(word))[0] if words(word) else word
