"""What a question asks for: which kind of answer, and about which names.

Similarity cannot tell whether a passage answers *this* question (measured: AUC 0.3 to 0.5 on questions near the
material). The kind of answer and the names can: a sum is asked for, so a sum must be there, and it must belong to the
name in the question.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from knowledge.retrieval.words import fold, words

AnswerKind = Literal["money", "share", "count", "date", "who", "how", "what", "open"]
FACT_KINDS: frozenset[AnswerKind] = frozenset({"money", "share", "count", "date"})

_CURRENCY = r"(?:€|\$|£|\beuros?\b|\beur\b|\bdollars?\b|\busd\b|\bpounds?\b)"
_NUMBER = r"\d[\d.,   ]*"
_SCALE = r"(?:\s*(?:million|billion|thousand|m|bn|k|mio|mrd)\b)?"

# How an answer of each kind looks in a text.
FORMS: dict[AnswerKind, re.Pattern[str]] = {
    "money": re.compile(
        rf"{_CURRENCY}\s*{_NUMBER}{_SCALE}|{_NUMBER}{_SCALE}\s*{_CURRENCY}|\bfree[- ]of[- ]charge\b|\bfor free\b",
        re.IGNORECASE,
    ),
    "share": re.compile(
        r"\d[\d.,]*\s*(?:%|per\s?cent\b)|\b(?:half|third|quarter|two thirds|three quarters|one in \w+|\w+ out of \w+|"
        r"majority|most of)\b",
        re.IGNORECASE,
    ),
    "count": re.compile(
        r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|million|"
        r"dozens?)\b",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|"
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
        re.IGNORECASE,
    ),
    "who": re.compile(r"\b[A-Z][\w’'-]*[a-z]\w* (?:(?:of|for|the|de|van|von) )*[A-Z][\w’'-]+|\b[A-Z]{3,}\b"),
    "how": re.compile(
        r":$|\b(?:steps?|first|firstly|then|by \w+ing|should|can|could|needs? to|start(?:ing)?|through|approach|"
        r"method)\b",
        re.IGNORECASE,
    ),
    "what": re.compile(r"^(?:\W|\w){2,90}?\b(?:is|are|means?|stands for|helps?|offers?|describes?)\b"),
    "open": re.compile(r"\S"),
}

# How a question shows that it asks for an answer of this kind; the first that fits counts.
_SHAPES: tuple[tuple[AnswerKind, re.Pattern[str]], ...] = (
    (
        "share",
        re.compile(
            r"\b(?:what|which|how (?:big|large|high)(?: is)? an?|how (?:big|large|high) is the)\s+(?:\w+\s+)?"
            r"(?:share|percentage|percent|proportion|part|fraction|portion|rate)\b|\bwhat\s*%|"
            r"\bhow many (?:percent|in \w+)\b|^\W*(?:share|percentage|proportion) of\b",
            re.IGNORECASE,
        ),
    ),
    (
        "money",
        re.compile(
            r"\bhow (?:much|expensive)\b(?=.*\b(?:cost|costs|pay|pays|paid|charge|charges|price|fees?|money|funding|"
            r"budget|spend|spent|grant|euros?|worth|invested|investment|salary|earn)\b)|"
            r"\b(?:what|which)\b(?=.*\b(?:cost|costs|price|fees?|budget|salary|turnover|revenue|amount|subscription)\b)|"
            r"\bhow expensive\b|\b(?:cost|fees?|price|budget) (?:of|for|per)\b|\b(?:fees?|price|budget|cost)\W*$",
            re.IGNORECASE,
        ),
    ),
    ("who", re.compile(r"^\W*who(?:m|se)?\b", re.IGNORECASE)),
    ("count", re.compile(r"\bhow many\b|\b(?:the )?number of\b(?=.*\?)|\bhow often\b", re.IGNORECASE)),
    (
        "date",
        re.compile(
            r"^\W*(?:since |until |by )?when\b(?!\s+(?:we|i|you|should|do|can|is it (?:worth|better|useful)))|"
            r"\b(?:what|which) (?:year|date|day|month|deadline)\b|\b(?:since|by) when\b",
            re.IGNORECASE,
        ),
    ),
    (
        "how",
        re.compile(
            r"^\W*how (?:can|could|do|does|did|should|to|would|might|are|is|will|best)\b", re.IGNORECASE
        ),
    ),
)


_YEAR = re.compile(r"\b(?:19|20)\d\d(?:\s*[-–/]\s*\d{2,4})?\b|COVID-\d+", re.IGNORECASE)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_CALENDAR = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)


@dataclass(frozen=True)
class Asked:
    """The kind of answer wanted, and the names (folded words each) it must be about."""

    kind: AnswerKind = "open"
    names: tuple[tuple[str, ...], ...] = ()


def read_question(question: str, known_names: Collection[str]) -> Asked:
    """Read what a question asks for; `known_names` are folded words the material uses as names."""
    kind: AnswerKind = next((kind for kind, shape in _SHAPES if shape.search(question)), "open")
    return Asked(kind, tuple(_names(question, known_names)))


def holds(kind: AnswerKind, text: str, question: str = "") -> bool:
    """Whether a text holds something that could be an answer of this kind.

    A year counts nothing, and a figure that the question itself names is not its answer.
    """
    if kind == "count":
        text = _YEAR.sub(" ", text)
    told = set(_FIGURE.findall(question))
    return any(
        not (figures := _FIGURE.findall(match.group())) or not told.issuperset(figures)
        for match in FORMS[kind].finditer(text)
    )


def _names(question: str, known_names: Collection[str]) -> list[tuple[str, ...]]:
    """Runs of words that are names: written with a capital (not only because a sentence starts), or known as names."""
    runs: list[list[str]] = [[]]
    written = words(question)
    shouting = sum(word.isupper() for word in written) > len(written) / 2
    for index, word in enumerate(written):
        capital = word[:1].isupper() and index > 0 and not shouting
        if fold(word) not in _CALENDAR and len(word) > 1 and (capital or fold(word) in known_names):
            runs[-1].append(fold(word))
        elif runs[-1]:
            runs.append([])
    return [tuple(run) for run in runs if run]
