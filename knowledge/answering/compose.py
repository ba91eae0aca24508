"""Step 5: the sentences that answer, verbatim, in an order that reads well.

The best sentence decides; others join when they are about as good. A list is never torn from its lead-in, and a
sentence that points back ("This ...", "They ...") brings the one it points to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answering.asked import FACT_KINDS, holds
from knowledge.answering.judge_answerable import fact_sentences
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Quote, Turn
from knowledge.retrieval.library import Library
from knowledge.retrieval.retriever import Hit
from knowledge.retrieval.words import content_stems
from knowledge.sentences import Sentence

MAX_SENTENCES = 4  # for an open question; a list with its lead-in counts as one
MAX_FACTS = 2  # for a question that asks for a figure or a date
MAX_PASSAGES = 3
MAX_BACK = 5  # sentences that each point to the one before: more would quote the page
MARGIN = 0.045  # how far below the best sentence another may score and still be said
FACT_MARGIN = 0.012  # a second figure only where it is as likely the one asked for
OVERLAP_WEIGHT = 0.06
PASSAGE_WEIGHT = 0.3
FORM_WEIGHT = 0.01

_POINTS_BACK = re.compile(
    r"^(?:this|these|those|that|they|them|it|its|he|she|his|her|their|such|here|both|another|similarly|finally|"
    r"therefore|thus|hence|however|yet|also|in addition|additionally|furthermore|moreover|secondly|in this|in these|"
    r"in such|with this|by doing|for example|for instance|as such|then|the latter|the former|in turn|instead)\b",
    re.IGNORECASE,
)


_ANNOUNCES = re.compile(r"\b(?:two|three|four|five|six|seven|[2-7])\b[^:]{0,60}:\s*(.+)$", re.IGNORECASE)
MAX_ELABORATIONS = 3


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
    best = candidates[0].score
    fact = turn.asked.kind in FACT_KINDS
    limit, margin = (MAX_FACTS, FACT_MARGIN) if fact else (MAX_SENTENCES, MARGIN)
    turn.quotes = _quotes([c for c in candidates if c.score >= best - margin][:limit])
    turn.trace["best_sentence"] = round(best, 3)


def _candidates(turn: Turn, library: Library) -> list[_Candidate]:
    """The sentences that may be said, best first."""
    weights = _weights(content_stems(turn.matter, turn.language or "en"), library)
    found = [
        _Candidate(hit, number, _score(hit, number, turn, weights) + PASSAGE_WEIGHT * hit.similarity)
        for hit in turn.hits
        for number in _sayable(hit, turn)
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def _sayable(hit: Hit, turn: Turn) -> list[int]:
    if turn.asked.kind in FACT_KINDS:
        return fact_sentences(hit, turn)
    return [number for number, sentence in enumerate(hit.passage.sentences) if sentence.quotable]


def _score(hit: Hit, number: int, turn: Turn, weights: dict[str, float]) -> float:
    """How well a sentence answers: near in meaning, with the question's words, in the form asked for."""
    text = hit.passage.sentences[number].text
    form = turn.asked.kind in {"who", "how", "what"} and holds(turn.asked.kind, text)
    announces = turn.asked.kind == "how" and bool(_ANNOUNCES.search(text))
    return (
        hit.sentence_similarities[number]
        + OVERLAP_WEIGHT * sum(weights.get(stem, 0.0) for stem in hit.passage.sentence_stems[number])
        + FORM_WEIGHT * (form + 2 * announces)
    )


def _weights(query: Sequence[str], library: Library) -> dict[str, float]:
    """A weight for each stem of the question, together 1: the rarer in the material, the heavier."""
    rarity = {stem: 1.0 / (1 + library.stem_frequency[stem]) ** 0.5 for stem in query}
    total = sum(rarity.values()) or 1.0
    return {stem: value / total for stem, value in rarity.items()}


def _quotes(chosen: Sequence[_Candidate]) -> list[Quote]:
    """Merge the chosen sentences into stretches, passage by passage in order of their best sentence."""
    by_passage: dict[str, tuple[Hit, set[int]]] = {}
    for candidate in chosen:
        key = candidate.hit.passage.id
        if key in by_passage or len(by_passage) < MAX_PASSAGES:
            hit, numbers = by_passage.setdefault(key, (candidate.hit, set()))
            numbers |= _unit(hit.passage.sentences, candidate.sentence)
    return [quote for hit, numbers in by_passage.values() for quote in _stretches(hit, numbers)]


def _unit(sentences: Sequence[Sentence], number: int, back: int = MAX_BACK) -> set[int]:
    """The sentences that must stand together with this one."""
    unit = _list_around(sentences, number) or {number, *_elaborations(sentences, number)}
    first = min(unit)
    if back and first > 0 and _POINTS_BACK.match(sentences[first].text) and _continues(sentences, first):
        unit |= _unit(sentences, first - 1, back - 1)
    return unit


def _list_around(sentences: Sequence[Sentence], number: int) -> set[int]:
    """The whole list with its lead-in, if the sentence is an item or the lead-in."""
    first = number
    while first > 0 and sentences[first].list_item:
        first -= 1
    last = first
    while last + 1 < len(sentences) and sentences[last + 1].list_item:
        last += 1
    inside = sentences[number].list_item or (first == number and last > first)
    return set(range(first, last + 1)) if inside else set()


def _continues(sentences: Sequence[Sentence], number: int) -> bool:
    """Whether the sentence before can be said too: in the same paragraph, readable, no list."""
    before = sentences[number - 1]
    return before.quotable and not before.list_item and before.line == sentences[number].line


def _elaborations(sentences: Sequence[Sentence], number: int) -> list[int]:
    """The sentences after "three steps: A, B and C" that go on to speak of A, B and C."""
    announced = _ANNOUNCES.search(sentences[number].text)
    if not announced:
        return []
    items = set(content_stems(announced.group(1)))
    following = []
    for after in range(number + 1, len(sentences)):
        if sentences[after].line != sentences[number].line:
            break
        following.append(after)
    speaking = [after for after in following if items & set(content_stems(sentences[after].text))]
    return list(range(number + 1, max(speaking, default=number) + 1))[:MAX_ELABORATIONS]


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
