"""The field's own words for what managers say in theirs."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.retrieval.words import fold, words

FILE = Path(__file__).with_name("thesaurus.yml")
MAX_TERMS = 2  # more would drown the question


def field_terms(text: str) -> list[str]:
    """Terms of the field that mean what words of the text mean, the most specific first, at most two.

    A term whose words the text uses already is left out.
    """
    folded = f" {' '.join(fold(word) for word in words(text))} "
    found: dict[str, int] = {}
    for spoken, term in _spoken():
        if spoken in folded and not _says(folded, term):
            found.setdefault(term, len(spoken))
    return sorted(found, key=lambda term: -found[term])[:MAX_TERMS]


def _says(folded: str, term: str) -> bool:
    return all(f" {fold(word)} " in folded for word in re.findall(r"\w+", term))


@lru_cache(maxsize=1)
def _spoken() -> list[tuple[str, str]]:
    """Pairs of a spoken form, between spaces, and its term; longer forms first."""
    thesaurus: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    pairs = [
        (f" {' '.join(fold(word) for word in words(spoken))} ", term)
        for term, forms in thesaurus.items()
        for spoken in forms
    ]
    return sorted(pairs, key=lambda pair: -len(pair[0]))
