"""What an answer is worth: each measure of one question, and their means over many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cli.evaluation.questions import Question

REFUSALS = frozenset({"nothing_found", "needs_detail", "out_of_scope", "withheld"})
_FIGURE = re.compile(r"\d+(?:[.,\u00a0\u202f' ]\d{3})*(?:[.,]\d+)?")
_NOT_CLAIMS = re.compile(r"\[\d+\]|https?://\S+|^\s*\d+[.)]\s", re.MULTILINE)


@dataclass(frozen=True)
class Observation:
    """What came back for a question: statuses and text of the answer, cited quotes, passages found, seconds."""

    statuses: tuple[str, ...]
    text: str
    quotes: tuple[str, ...]
    found: tuple[str, ...]
    seconds: float
    move: str = ""


@dataclass(frozen=True)
class Verdict:
    """One question's measures; None where a measure does not apply to the question."""

    question: Question
    observation: Observation
    rank: int | None
    exact_citation: bool | None
    facts: float | None
    refused: bool
    wrong_figures: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Tell whether the turn ended in a fault."""
        return "failed" in self.observation.statuses


def judge(question: Question, observation: Observation) -> Verdict:
    """Measure one answer."""
    refused = bool(observation.statuses) and all(status in REFUSALS for status in observation.statuses)
    facts = facts_in_text(question, observation.text) if question.answerable and question.key_facts else None
    cited = exact_citation(question, observation.quotes) if question.answerable else None
    rank = rank_of_gold(question, observation.found) if question.answerable and question.gold_quotes else None
    figures = () if refused else wrong_figures(observation.text, observation.quotes)
    return Verdict(question, observation, rank, cited, facts, refused, figures)


def rank_of_gold(question: Question, found: Sequence[str]) -> int:
    """Return the rank, from 1, of the first passage with a gold quote; 0 when none has one."""
    golds = [_flat(quote) for quote in question.gold_quotes]
    ranks = (rank for rank, text in enumerate(found, start=1) if any(gold in _flat(text) for gold in golds))
    return next(ranks, 0)


def exact_citation(question: Question, quotes: Iterable[str]) -> bool:
    """Tell whether a cited quote holds a gold quote or a key fact."""
    facts = [wording for fact in question.alternatives() for wording in fact]
    golds = [_flat(quote) for quote in question.gold_quotes]
    return any(
        any(gold in _flat(quote) for gold in golds) or any(states(quote, fact) for fact in facts)
        for quote in quotes
    )


def facts_in_text(question: Question, text: str) -> float:
    """Return the share of the key facts the text states, from 0 to 1."""
    facts = question.alternatives()
    return sum(any(states(text, wording) for wording in fact) for fact in facts) / len(facts)


def states(text: str, wording: str) -> bool:
    """Tell whether the words stand in the text as whole words, whatever their case and spacing."""
    return re.search(rf"(?<!\w){re.escape(_flat(wording))}(?!\w)", _flat(text)) is not None


def wrong_figures(text: str, quotes: Iterable[str]) -> tuple[str, ...]:
    """Return the figures of the text that occur in no cited quote; list numbers, marks and links do not count."""
    known = {figure for quote in quotes for figure in _figures(quote)}
    return tuple(figure for figure in _figures(_NOT_CLAIMS.sub(" ", text)) if figure not in known)


def _figures(text: str) -> list[str]:
    return [re.sub(r"[\u00a0\u202f' ]", "", found) for found in _FIGURE.findall(text)]


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def summarise(verdicts: Sequence[Verdict]) -> dict[str, float | int | None]:
    """Return the measures over these questions; None where no question of the kind is among them."""
    ranks = [verdict.rank for verdict in verdicts if verdict.rank is not None]
    answerable = [verdict for verdict in verdicts if verdict.question.answerable]
    others = [verdict for verdict in verdicts if not verdict.question.answerable]
    return {
        "questions": len(verdicts),
        "recall_at_1": _mean([rank == 1 for rank in ranks]),
        "recall_at_5": _mean([0 < rank <= 5 for rank in ranks]),
        "mrr": _mean([1 / rank if rank else 0.0 for rank in ranks]),
        "exact_citation": _mean([bool(v.exact_citation) for v in answerable]),
        "facts_in_text": _mean([v.facts for v in answerable if v.facts is not None]),
        "refused_unanswerable": _mean([v.refused for v in others]),
        "refused_answerable": _mean([v.refused for v in answerable]),
        "answers_with_wrong_figures": sum(bool(v.wrong_figures) for v in verdicts),
        "failed": sum(v.failed for v in verdicts),
        "median_seconds": _median([v.observation.seconds for v in verdicts]),
    }


def summarise_by(
    verdicts: Sequence[Verdict], key: Callable[[Question], str]
) -> dict[str, dict[str, float | int | None]]:
    """Return the measures of each group of questions."""
    names = sorted({key(verdict.question) for verdict in verdicts})
    return {name: summarise([v for v in verdicts if key(v.question) == name]) for name in names}


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _median(values: Sequence[float]) -> float | None:
    return round(sorted(values)[len(values) // 2], 3) if values else None
