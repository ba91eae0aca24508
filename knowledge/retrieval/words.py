"""Words as search sees them: folded, without accents, stemmed for the language where a stemmer exists."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer
from spacy.lang.en.stop_words import STOP_WORDS

_WORD = re.compile(r"\w+(?:[.,]\d+)*", re.UNICODE)
_STEMMERS = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "sv": "swedish",
}  # fmt: skip

# Question words carry no topic; what they ask for is read elsewhere (answering/asked.py).
_EMPTY_WORDS = STOP_WORDS | frozenset("please tell know need want like help looking hi hello thanks".split())


def words(text: str) -> list[str]:
    """All words of a text as written."""
    return _WORD.findall(text)


def fold(word: str) -> str:
    """Lower case, without accents: "Tèxtils" and "textils" are one word."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def stems(text: str, language: str = "en") -> list[str]:
    """Folded stems of all words of a text."""
    stemmer = _stemmer(language)
    folded = [fold(word) for word in words(text)]
    return [str(stem) for stem in stemmer.stemWords(folded)] if stemmer else folded


def content_stems(text: str, language: str = "en") -> list[str]:
    """Stems of the words that carry a topic."""
    kept = " ".join(word for word in words(text) if fold(word) not in _EMPTY_WORDS)
    return stems(kept, language)


@lru_cache(maxsize=len(_STEMMERS))
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(_STEMMERS[language]) if language in _STEMMERS else None
