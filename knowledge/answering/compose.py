"""Step 5: the sentences that answer, verbatim, in an order that reads well.

The best sentence decides; others join when they are about as good. A list is never torn from its lead-in, and a
sentence that points back ("This ...", "They ...") brings the one it points to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.answering.judge_answerable import distinctive_names, fact_sentences
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Quote, Turn
from knowledge.retrieval.library import Library
from knowledge.retrieval.retriever import Hit
from knowledge.retrieval.words import content_stems, stems
from knowledge.sentences import Sentence

MAX_SENTENCES = 4  # for an open question; a list with its lead-in counts as one
MAX_FACTS = 2  # for a question that asks for a figure or a date
MAX_PASSAGES = 3
MARGIN = 0.03  # how far below the best sentence another may score and still be said
OVERLAP_WEIGHT = 0.06
PASSAGE_WEIGHT = 0.04
MIN_WORDS = 5  # fewer are a label or a caption, not a statement

_POINTS_BACK = re.compile(
    r"^(?:this|these|those|that|they|them|it|its|he|she|his|her|their|such|here|both|another|similarly|finally|"
    r"therefore|thus|hence|however|yet|also|in addition|additionally|furthermore|moreover|secondly|in this|in these|"
    r"in such|with this|by doing|for example|for instance|as such|then|the latter|the former|in turn|instead)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Candidate:
    hit: Hit
    sentence: int
    score: float


def compose(turn: Turn, tools: Tools) -> None:
    """Set `quotes`; end with `nothing_found` when no sentence says anything."""
    candidates = _candidates(turn, tools.library())
    if not candidates:
        turn.end("nothing_found")
        return
    best = max(candidates, key=lambda candidate: candidate.score)
    limit = MAX_SENTENCES if turn.asked.kind == "open" else MAX_FACTS
    chosen = sorted(
        (c for c in candidates if c.score >= best.score - MARGIN), key=lambda c: c.score, reverse=True
    )[:limit]
    turn.quotes = _quotes(chosen)
    turn.trace["best_sentence"] = round(best.score, 3)


def _candidates(turn: Turn, library: Library) -> list[_Candidate]:
    names = distinctive_names(turn.asked, library)
    query = _weights(content_stems(turn.query, turn.language or "en"), library)
    top = max((hit.score for hit in turn.hits), default=1.0)
    found = []
    for hit in turn.hits:
        allowed: Iterable[int] = range(len(hit.passage.sentences))
        if turn.asked.kind != "open":
            allowed = fact_sentences(hit, turn.asked, names, turn.query)
        for number in allowed:
            sentence = hit.passage.sentences[number]
            if len(sentence.text.split()) >= MIN_WORDS or sentence.list_item:
                score = (
                    hit.sentence_similarities[number]
                    + OVERLAP_WEIGHT * _overlap(sentence, query)
                    + PASSAGE_WEIGHT * hit.score / top
                )
                found.append(_Candidate(hit, number, score))
    return found


def _weights(query: Sequence[str], library: Library) -> dict[str, float]:
    """A weight for each stem of the question, together 1: the rarer in the material, the heavier."""
    rarity = {stem: 1.0 / (1 + library.stem_frequency[stem]) ** 0.5 for stem in query}
    total = sum(rarity.values()) or 1.0
    return {stem: value / total for stem, value in rarity.items()}


def _overlap(sentence: Sentence, query: dict[str, float]) -> float:
    return sum(query.get(stem, 0.0) for stem in set(stems(sentence.text)))


def _quotes(chosen: Sequence[_Candidate]) -> list[Quote]:
    """Merge the chosen sentences into stretches, passage by passage in order of their best sentence."""
    by_passage: dict[str, tuple[Hit, set[int]]] = {}
    for candidate in chosen:
        key = candidate.hit.passage.id
        if key in by_passage or len(by_passage) < MAX_PASSAGES:
            hit, numbers = by_passage.setdefault(key, (candidate.hit, set()))
            numbers |= _unit(hit.passage.sentences, candidate.sentence)
    return [quote for hit, numbers in by_passage.values() for quote in _stretches(hit, numbers)]


def _unit(sentences: Sequence[Sentence], number: int) -> set[int]:
    """The sentences that must stand together with this one."""
    unit = {number}
    first = number
    while first > 0 and sentences[first].list_item:
        first -= 1
    if sentences[number].list_item or _leads_list(sentences, number):
        unit = {first}
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].list_item:
            last += 1
        unit |= set(range(first, last + 1))
    if first > 0 and _POINTS_BACK.match(sentences[first].text):
        unit |= _unit(sentences, first - 1) if not sentences[first - 1].list_item else set()
    return unit


def _leads_list(sentences: Sequence[Sentence], number: int) -> bool:
    return number + 1 < len(sentences) and sentences[number + 1].list_item and not sentences[number].list_item


def _stretches(hit: Hit, numbers: set[int]) -> list[Quote]:
    """Neighbouring sentences become one quote."""
    sentences = hit.passage.sentences
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [Quote(hit, sentences[run[0]].start, sentences[run[-1]].end) for run in runs]
