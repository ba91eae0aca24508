"""Passages by words: BM25 over stems. Rebuilt whole on every change, which takes a second for 10,000 passages."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


class LexicalIndex:
    """BM25 scores of a fixed list of texts, given as lists of stems."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._size = len(texts)
        self._index = bm25s.BM25()
        self._vocabulary: frozenset[str] = frozenset(stem for text in texts for stem in text)
        if self._vocabulary:
            self._index.index([list(text) for text in texts], show_progress=False)

    def scores(self, query: Sequence[str]) -> Scores:
        """One score a text; zeros when no stem of the query is known."""
        known = [stem for stem in query if stem in self._vocabulary]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        scores: Scores = self._index.get_scores(known)
        return scores
