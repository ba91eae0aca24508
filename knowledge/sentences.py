"""Where the sentences of a passage are.

Published to `ingest` too, so that passages are cut where answers are cut. A rule-based spaCy pipeline: on guides
it was as good as the statistical parser and many times faster (docs/adr/0004).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

LIST_ITEM = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)]|[a-z][.)])\s+")

# Short forms after which a sentence goes on; compared in lower case, without the last full stop.
ABBREVIATIONS = frozenset(
    "e.g i.e etc cf vs dr mr mrs ms prof approx no nr fig art ca bzw z.b u.a d.h p.ej sr sra ing st dept est al".split()
)


@dataclass(frozen=True)
class Sentence:
    """A stretch of a passage that can be quoted: `start` and `end` are offsets into the passage's text.

    `list_item` tells that it stands in a list; `line` is the line of the passage it lies on.
    """

    text: str
    start: int
    end: int
    line: int
    list_item: bool


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """Split a passage into sentences; a list item is one sentence, however long."""
    sentences: list[Sentence] = []
    offset = 0
    for number, line in enumerate(text.split("\n")):
        is_item = bool(LIST_ITEM.match(line))
        for start, end in [(0, len(line))] if is_item else _spans(line):
            begin, finish = _trim(line, start, end)
            if begin < finish:
                sentences.append(
                    Sentence(line[begin:finish], offset + begin, offset + finish, number, is_item)
                )
        offset += len(line) + 1
    return tuple(sentences)


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    piece = line[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _spans(line: str) -> list[tuple[int, int]]:
    if not line.strip():
        return []
    return [(span.start_char, span.end_char) for span in _pipeline()(line).sents]


@lru_cache(maxsize=1)
def _pipeline() -> Language:
    language = spacy.blank("xx")
    language.max_length = 10_000_000
    language.add_pipe("sentencizer")
    language.add_pipe("rejoin_abbreviations")
    return language


@Language.component("rejoin_abbreviations")
def rejoin_abbreviations(doc: Doc) -> Doc:
    """Take back sentence starts after abbreviations, initials and numbers such as "e.g.", "J." or "3."."""
    for token in doc[1:]:
        if token.is_sent_start and not _may_start(doc, token.i):
            token.is_sent_start = False
    return doc


def _may_start(doc: Doc, index: int) -> bool:
    """Whether a sentence may start at token `index`: not in lower case, and not after an abbreviation."""
    following = doc[index].text.lstrip("\"'“‘«([")
    if following[:1].islower():
        return False
    if doc[index - 1].text not in {".", "…"} and not doc[index - 1].text.endswith("."):
        return True
    before = doc[index - 1].text.rstrip(".") or (doc[index - 2].text if index > 1 else "")
    word = before.casefold().lstrip("(")
    return word not in ABBREVIATIONS and not (len(before) == 1 and before.isalpha() and before.isupper())
