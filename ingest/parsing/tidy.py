"""Join lines to running text and mend the light damage of typesetting, counting every repair."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

_CONJUNCTIONS = "and|or|und|oder|bzw|et|ou|y|o|e|i|lub"  # codespell:ignore
# Beginnings that share their ending with a later word ("re- and upskilling"); a dash after other words is a dash.
_PREFIXES = (
    "re|up|pre|post|co|inter|intra|multi|micro|macro|in|out|on|off|short|long|medium|small|high|low"
    "|vor|nach|ein|aus|an|ab"  # codespell:ignore
)
_HANGING = re.compile(rf"\b({_PREFIXES}) ?- ?({_CONJUNCTIONS})\b(?=\s)", re.IGNORECASE)
_SPACED_HYPHEN = re.compile(r"(?<=[^\W\d_]) -(?=[^\W\d_])|(?<=[A-Z]) -(?=\d)|(?<=\d) -(?=\d|[^\W\d_])")
_SPACE_BEFORE_STOP = re.compile(r"(?<=[^\s.]) +(?=[,.;:?!](?:[\s\"'”’»)\]]|$))")
_SPACE_BEFORE_COMMA = re.compile(r"(?<=[^\s.]) +(?=[,.](?:[\s\"'”’»)\]]|$))")
_SPACE_IN_BRACKETS = re.compile(r"(?<=\() +(?=\S)|(?<=\S) +(?=\))")
_GAPS = re.compile(r"[^\S ]| {2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\u200b-\u200d\u2060\ufeff\ufffe\uffff]")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LINE_END_HYPHEN = re.compile(r"(?P<word>\w+)(?P<space> ?)(?P<sign>[\-\u00ad\u0002\u2010])$")
_HYPHENATED_OPENINGS = frozenset(
    "self non cross co ex post pre anti semi multi long short high low well".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Tidier:
    """Turns laid-out lines of one document into running text.

    `vocabulary` are the document's own words in lower case: they decide whether a hyphen at a line end belongs
    to the word. `repairs` counts what was mended: whitespace, hyphen, punctuation, ligature, control.
    """

    def __init__(self, language: str = "en", vocabulary: frozenset[str] = frozenset()) -> None:
        self._language = language
        self._vocabulary = vocabulary
        self.repairs: Counter[str] = Counter()

    def join(self, lines: Sequence[str]) -> str:
        """Return the lines as one line of running text; spaces at a line's end tell a dash from a cut word."""
        joined = ""
        for line in lines:
            joined = self._append(joined, line.lstrip()) if joined else line.lstrip()
        return self.tidy(joined)

    def tidy(self, text: str) -> str:
        """Return `text` with single spaces, no stray spaces before stops or around hyphens, and no ligatures."""
        text = self._count("control", lambda given: _CONTROL.subn("", given), text.replace("\u00ad", ""))
        text = self._count("ligature", _expand_ligatures, text)
        text = self._count("whitespace", lambda given: _GAPS.subn(" ", given), text.strip())
        text = re.sub(r" {2,}", " ", text)
        text = self._count("hyphen", lambda given: _HANGING.subn(r"\1- \2", given), text)
        text = self._count("hyphen", lambda given: _SPACED_HYPHEN.subn("-", given), text)
        stops = (
            _SPACE_BEFORE_COMMA if self._language == "fr" else _SPACE_BEFORE_STOP
        )  # French sets a space before ; : ? !
        text = self._count("punctuation", lambda given: stops.subn("", given), text)
        return self._count("punctuation", lambda given: _SPACE_IN_BRACKETS.subn("", given), text).strip()

    def _count(self, kind: str, mend: Callable[[str], tuple[str, int]], text: str) -> str:
        mended, times = mend(text)
        if mended != text:
            self.repairs[kind] += times
        return mended

    def _append(self, text: str, line: str) -> str:
        """Put the next line behind the text, closing up a word that was cut at the line's end."""
        ending = _LINE_END_HYPHEN.search(text)
        following = _WORD.match(line)
        if not ending or not (following or line[:1].isdigit()):
            return f"{text.rstrip()} {line}"
        self.repairs["hyphen"] += 1
        after = following.group(0) if following else line[:1]
        head = text[: ending.end("word")]
        if re.fullmatch(_CONJUNCTIONS, after):
            return f"{head}{ending.group('space')}- {line}"
        return f"{head}{'-' if self._keeps_hyphen(ending, after) else ''}{line}"

    def _keeps_hyphen(self, ending: re.Match[str], after: str) -> bool:
        before, sign = ending.group("word"), ending.group("sign")
        if sign in "\u00ad\u0002":
            return False
        if ending.group("space") or not after[:1].islower() or before.isupper() or before[-1].isdigit():
            return True
        if f"{before}-{after}".lower() in self._vocabulary:
            return True
        return _is_known_opening(before) and (before + after).lower() not in self._vocabulary


def _is_known_opening(word: str) -> bool:
    """Tell whether a word is one that usually keeps its hyphen, as in "self-assessment"."""
    return word.lower() in _HYPHENATED_OPENINGS


def vocabulary_of(text: str) -> frozenset[str]:
    """Return the words of a text in lower case, hyphenated ones whole, to decide on hyphens at line ends."""
    return frozenset(match.group(0).lower() for match in _WORD.finditer(text))


def _expand_ligatures(text: str) -> tuple[str, int]:
    mended = text.translate(_LIGATURES)
    return mended, len(mended) - len(text)
