"""Finding in a text until when it holds: "applications close on 31 January 2027" and the like, in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "(?:" + "|".join(["sept", *(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)]) + r")\b\.?"
_CUE = re.compile(
    r"\b(?:valid (?:until|till|to|through)|(?:(?:submission|application|final) )?deadline|clos(?:es|ing|e)(?: date)?"
    r"|apply (?:by|before|until)|open (?:until|till)|(?:expires|ends) on|expiry date|no later than"
    r"|submit(?:ted)? (?:by|before))\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}}\b)"
    rf"|(?P<day>\b\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH}),? (?P<year>\d{{4}}\b)"
    rf"|\b(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>\d{{4}}\b)"
    r"|(?P<day3>\b\d{1,2})[./](?P<month3>\d{1,2})[./](?P<year3>\d{4}\b)",
    re.IGNORECASE,
)
_REACH = 80
"""Characters after the cue within which its date stands."""
_BORDER = re.compile(r"\n|(?<=[.!?])\s+(?=[A-Z\"“])")
_LONGEST_QUOTE = 400


@dataclass(frozen=True)
class LastDay:
    """A date and the verbatim sentence that gives it."""

    day: date
    quote: str


def last_days(text: str) -> list[LastDay]:
    """Return the last days a passage names, each date once, in order. Day stands before month in figures."""
    found: dict[date, LastDay] = {}
    for start, end in _sentences(text):
        for day in _days(text[start:end]):
            found.setdefault(day, LastDay(day, text[start:end].strip()[:_LONGEST_QUOTE]))
    return list(found.values())


def _days(sentence: str) -> Iterator[date]:
    for cue in _CUE.finditer(sentence):
        match = _DATE.search(sentence, cue.end(), cue.end() + _REACH)
        day = _read(match) if match else None
        if day is not None:
            yield day


def _read(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    try:
        if parts["iso"]:
            return date.fromisoformat(parts["iso"])
        if parts["day3"]:
            return date(int(parts["year3"]), int(parts["month3"]), int(parts["day3"]))
        month = (parts["month"] or parts["month2"]).lower()[:3]
        number = next(n for n, name in enumerate(_MONTHS, start=1) if name.startswith(month))
        return date(int(parts["year"] or parts["year2"]), number, int(parts["day"] or parts["day2"]))
    except ValueError:  # 31 February, month 13: a slip of the text, nothing to propose
        return None


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for border in _BORDER.finditer(text):
        yield start, border.start()
        start = border.end()
    yield start, len(text)
