"""Fusing rankings: reciprocal rank fusion with a weight for each ranking.

Score of an item = sum over rankings of weight / (60 + rank), rank from 1 (Cormack, Clarke and Büttcher, 2009).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

RANK_OFFSET = 60


def fuse(rankings: Iterable[tuple[float, Sequence[int]]]) -> list[tuple[int, float]]:
    """Fuse `(weight, items best first)` into `(item, score)`, best first; ties keep the first ranking's order."""
    scores: defaultdict[int, float] = defaultdict(float)
    for weight, items in rankings:
        for rank, item in enumerate(items, start=1):
            scores[item] += weight / (RANK_OFFSET + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
