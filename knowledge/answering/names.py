"""Names in questions and passages: who or what an answer must be about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from knowledge.answering.asked import FACT_KINDS, Asked
from knowledge.retrieval.library import Library
from knowledge.retrieval.retriever import Hit
from knowledge.retrieval.words import fold, stems, words

COMMON_SHARE = 0.12  # a word in more passages than this names nothing in particular ("EU", "SMEs")
FEW = 3  # ... however small the material is
MIN_PREFIX = 5  # letters; shorter beginnings are shared by chance


def distinctive_names(asked: Asked, library: Library) -> tuple[str, ...]:
    """The words among the names that are rare in the material: those an answer must be about.

    For an open question a single word the material never uses is let pass: "Romanian" may be said in other words. Two
    such words together are somebody's name.
    """
    limit = max(FEW, COMMON_SHARE * len(library))
    found: list[str] = []
    for name in asked.names:
        rare = [word for word in name if library.stem_frequency[_stem(word)] <= limit]
        unknown = [word for word in rare if library.stem_frequency[_stem(word)] == 0]
        if asked.kind in FACT_KINDS or len(rare) > 1 or not unknown:
            found += rare
    return tuple(found)


def mentions(hit: Hit, names: Sequence[str]) -> bool:
    """Whether the passage or one of its headings holds every one of the names."""
    return all(holds_name(name, hit.passage.context_stems) for name in names)


def holds_name(name: str, present: Collection[str]) -> bool:
    """Whether a name is among the stems; "Aragon" is found in "aragonese"."""
    stem = _stem(name)
    return stem in present or (
        len(stem) >= MIN_PREFIX and any(_same_beginning(stem, other) for other in present)
    )


def without_names(text: str, names: Collection[str]) -> str:
    """The text without the names: what is asked about them."""
    return " ".join(word for word in text.split() if not any(fold(part) in names for part in words(word)))


def as_written(names: Collection[str], text: str) -> str:
    """The names as the asker wrote them, with the capitalised words around them ("Transilvania IT Cluster")."""
    runs: list[list[str]] = [[]]
    for word in words(text):
        if fold(word) in names or word[:1].isupper():
            runs[-1].append(word)
        else:
            runs.append([])
    return ", ".join(" ".join(run) for run in runs if any(fold(word) in names for word in run))


def _same_beginning(stem: str, other: str) -> bool:
    return len(other) >= MIN_PREFIX and (other.startswith(stem) or stem.startswith(other))


def _stem(word: str) -> str:
    return (stems(word) or [word])[0]
