"""Recognise headings of plain text by their form and place only, never by what a certain document says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsing.blocks import HeadingForm
from ingest.parsing.genres import CAPTION, names_genre

_MOST_LINES = 3
_MOST_WORDS = 22
_MOST_WORDS_PLAIN = 16
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})(?P<stop>\.?)\)?\s+(?=\S)")
_LABELLED = re.compile(r"^(?P<label>[^\W\d_]{3,20})\s+(?:\d{1,2}|[IVX]{1,5})\s*[:.–—|\-]\s*(?=\S)")
_FULL_DATE = re.compile(r"\b\d{1,2}[./ ]\s?\w+[./ ]\s?\d{4}\b")  # such a line says who published when
_ENDS_SENTENCE = (".", ";", ",", "!", ":", "…")


@dataclass(frozen=True)
class HeadingShape:
    """The form a heading shows and, where it carries a number, its level from 1."""

    form: HeadingForm
    depth: int = 0


def heading_shape(lines: Sequence[str], *, starts_page: bool = False) -> HeadingShape | None:
    """Return how these lines, standing alone between gaps, form a heading; None when they are text."""
    text = " ".join(" ".join(lines).split())
    words = text.split()
    if not words or len(lines) > _MOST_LINES or len(words) > _MOST_WORDS or CAPTION.match(text):
        return None
    if text.endswith(_ENDS_SENTENCE) or "://" in text or not any(character.isalpha() for character in text):
        return None
    return _carried_shape(text) or _bare_shape(text, starts_page=starts_page)


def is_question_line(line: str) -> bool:
    """Tell whether a line is set in capitals throughout, as interviewers' questions often are."""
    letters = [character for character in line if character.isalpha()]
    asks = line.rstrip().endswith("?")
    if len(letters) < (3 if asks else 6) or (len(line.split()) < 2 and not asks):
        return False
    return sum(character.isupper() for character in letters) >= 0.8 * len(letters)


def carries_label(line: str) -> bool:
    """Tell whether a line opens with a number or a label and number, as headings set close to their text do."""
    return _carried_shape(" ".join(line.split())) is not None


def _carried_shape(text: str) -> HeadingShape | None:
    numbered = _NUMBERED.match(text)
    if numbered and _opens_like_title(text[numbered.end() :]):
        depth = numbered.group("number").count(".") + 1
        if depth > 1 or numbered.group("stop"):
            return HeadingShape("numbered", depth)
    labelled = _LABELLED.match(text)
    if labelled and labelled.group("label")[0].isupper():
        return HeadingShape("labelled")
    return None


def _bare_shape(text: str, *, starts_page: bool) -> HeadingShape | None:
    if names_genre(text) and (starts_page or _opens_like_title(text)):
        return HeadingShape("genre")
    if len(text.split()) <= _MOST_WORDS_PLAIN and _opens_like_title(text) and not _FULL_DATE.search(text):
        return HeadingShape("plain")
    return None


def _opens_like_title(text: str) -> bool:
    first = text.lstrip("\"'“‘«(¿¡")[:1]
    return first.isupper() or (first.isdigit() and len(text.split()) > 1 and not text[:2].rstrip().isdigit())
