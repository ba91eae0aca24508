"""Where the sentences of a text are.

Published to `ingest` too, so that passages are cut where answers are cut. A blank multilingual spaCy pipeline with its
rule-based sentencizer, and a second look at each border. Tried on a guide of 12,600 words: the blank English
pipeline finds the same 565 sentences in twice the time; the trained English one takes twenty times as long and cuts
words that a converter tore apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

import spacy
from spacy.language import Language

LIST_ITEM = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)]|[a-z][.)])\s+")

# Words with a full stop that seldom end a sentence; many languages, lower case.
_ABBREVIATIONS = frozenset(
    """e.g i.e eg ie cf ca approx incl excl eds al vs
    dr prof mr mrs ms st jr sr mio mrd z.b d.h u.a bzw vgl ggf str inkl
    p.ex ex env mme sig sig.ra dott ing p.es sra ud uds ej p.ej np tzn tj ul dr.h.c ph.d u.s""".split()
)
# Words with a full stop that end no sentence when a number follows.
_BEFORE_NUMBERS = frozenset(
    "no nos nr vol fig figs tab art para p pp ch chap sec abs ziff n° pág núm".split()
)
_LAST_WORD = re.compile(r"(\S+)\.[\"'”’)\]]*$")
_LIST_NUMBER = re.compile(r"^\(?(?:\d{1,3}|[a-zA-Z])[.)]$")

# What is printed beside the text: captions, references, addresses.
_BESIDE = re.compile(
    r"^(?:fig(?:ure|\.)?|table|chart|box|source|abb(?:ildung|\.)?|tab(?:elle|\.)?|quelle|figura|tabla|tabella|fuente|fonte|"
    r"tableau|rysunek|tabela|źródło)\s*(?:\d+\b|:)|https?://|www\.|available at\b",
    re.IGNORECASE,
)
_FLOOD = re.compile(r"[^\w\s]{40,}")
_ADDRESS = re.compile(r"https?://|www\.")
MIN_WORDS = 5  # fewer are a label or a name, not a statement
READABLE = 0.9  # share of a sentence's letters that must belong to scripts people read here


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

    @cached_property
    def quotable(self) -> bool:
        """Whether it states something a reader can read: no caption, reference, bare label or garbled text."""
        long_enough = self.list_item or len(self.text.split()) >= MIN_WORDS
        return (
            long_enough
            and not _BESIDE.match(self.text)
            and not _ADDRESS.search(self.text)
            and _readable(self.text)
        )


def _readable(text: str) -> bool:
    """Whether nearly all letters are Latin, Greek or Cyrillic as written in Europe; a broken font shows as others."""
    letters = [char for char in text if char.isalpha()]
    odd = sum(0x0180 <= ord(char) < 0x0370 or ord(char) >= 0x0530 for char in letters)
    return odd <= (1 - READABLE) * len(letters)


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


def sentence_texts(paragraph: str) -> list[str]:
    """The sentences of one paragraph in order; joined by single spaces they are the paragraph."""
    cleaned = " ".join(paragraph.split())
    return [cleaned[start:end] for start, end in _spans(cleaned)]


def _spans(line: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a line, without the spaces around them."""
    spans: list[tuple[int, int]] = []
    for piece in _pipeline()(_without_floods(line)).sents:
        start, end = _trim(line, piece.start_char, piece.end_char)
        if start == end:
            continue
        if spans and not _is_border(line, spans[-1], (start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _without_floods(line: str) -> str:
    """The line with other characters, as many, in place of long runs of marks, on which spaCy spends quadratic time."""
    return _FLOOD.sub(lambda run: "x" * len(run.group()), line)


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    piece = line[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _is_border(line: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a sentence really ends between the two pieces of the line."""
    before, after = line[slice(*one)], line[slice(*other)]
    if one[1] == other[0] or _LIST_NUMBER.match(before) or not any(char.isalnum() for char in after):
        return False
    first = next(char for char in after if char.isalnum())
    if first.islower():
        return before.endswith(("?", "!")) and before.count('"') % 2 == 0
    last_word = _LAST_WORD.search(before)
    return not (last_word and _is_abbreviation(last_word.group(1), before_number=first.isdigit()))


def _is_abbreviation(word: str, *, before_number: bool) -> bool:
    bare = word.lstrip("(\"'“‘[").lower()
    if before_number and bare in _BEFORE_NUMBERS:
        return True
    return bare in _ABBREVIATIONS or (len(bare) == 1 and bare.isalpha() and bare != "i")


@cache
def _pipeline() -> Language:
    pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "。", "！", "？"]})
    pipeline.max_length = 10_000_000
    return pipeline
