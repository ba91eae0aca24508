"""Cut a paragraph into sentences.

A blank spaCy pipeline with its rule-based sentencizer, and a second look at each border.
"""

from __future__ import annotations

import re
from functools import cache

import spacy
from spacy.language import Language

# Words with a full stop that seldom end a sentence; genre words of many languages, lower case.
_ABBREVIATIONS = frozenset(
    """e.g i.e eg ie etc cf ca approx incl excl no nos nr vol vols fig figs tab art para p pp ch sec ed eds al vs
    dr prof mr mrs ms st jr sr inc ltd co corp bn mn mio mrd z.b d.h u.a bzw vgl ggf usw str abs ziff inkl
    p.ex par.ex env m mme n° art chap sig sig.ra dott ing p.es ecc cd sra ud uds ej p.ej pág núm np tzn tj itd itp
    ul dr.h.c ph.d u.s u.k e.u""".split()
)
_LAST_WORD = re.compile(r"(\S+)\.[\"'”’)\]]*$")
_LIST_NUMBER = re.compile(r"^\(?(?:\d{1,3}|[a-zA-Z])[.)]$")


def sentences(text: str, language: str = "en") -> list[str]:
    """Return the sentences of one paragraph in order; joined by single spaces they are the paragraph."""
    cleaned = " ".join(text.split())
    if not cleaned:
        return []
    pieces = [span.text.strip() for span in _pipeline(language)(cleaned).sents]
    return _rejoin([piece for piece in pieces if piece], cleaned)


def _rejoin(pieces: list[str], whole: str) -> list[str]:
    joined: list[str] = []
    position = 0
    for piece in pieces:
        start = whole.index(piece, position)
        if joined and not _is_border(joined[-1], piece, spaced=start > position):
            joined[-1] += whole[position:start] + piece
        else:
            joined.append(piece)
        position = start + len(piece)
    return joined


def _is_border(before: str, after: str, *, spaced: bool) -> bool:
    """Tell whether a sentence really ends between the two pieces."""
    if not spaced or _LIST_NUMBER.match(before) or not any(character.isalnum() for character in after):
        return False
    first = next(character for character in after if character.isalnum())
    if first.islower():
        return before.endswith(("?", "!")) and before.count('"') % 2 == 0
    last_word = _LAST_WORD.search(before)
    return not (last_word and _is_abbreviation(last_word.group(1)))


def _is_abbreviation(word: str) -> bool:
    bare = word.lstrip("(\"'“‘[").lower()
    return bare in _ABBREVIATIONS or (len(bare) == 1 and bare.isalpha() and bare != "i")


@cache
def _pipeline(language: str) -> Language:
    try:
        pipeline = spacy.blank(language)
    except (ImportError, ValueError):  # no rules for this language, or it needs a package we do not ship
        pipeline = spacy.blank("xx")
    pipeline.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "。", "！", "？"]})
    pipeline.max_length = 10_000_000
    return pipeline
