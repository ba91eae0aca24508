"""Cut a section into passages: whole sentences, lists with their lead-ins, 60 to 220 words where the text allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.parsing.atoms import Atom, atoms_of
from ingest.parsing.structure import Section
from knowledge.schema import Link, PassageDraft, PassageRole

FEWEST_WORDS = 60
MOST_WORDS = 220
_LIKED_WORDS = 130
_NEVER = 1e9


def passages_of(section: Section, role: PassageRole) -> list[PassageDraft]:
    """Return the section's passages in order; one never holds words of two sections."""
    atoms = [atom for block in section.blocks for atom in atoms_of(block, MOST_WORDS)]
    atoms = _with_lead_ins(atoms)
    borders = _best_borders(atoms)
    return [
        PassageDraft(
            text=_text(atoms[start:end]),
            section=section.path,
            page=atoms[start].page,
            role=role,
            links=_links(atoms[start:end]),
        )
        for start, end in borders
    ]


def _with_lead_ins(atoms: Sequence[Atom]) -> list[Atom]:
    """Tell each list item the sentence ending in a colon (or the table head) that introduces its list."""
    ready: list[Atom] = []
    lead_in = ""
    for atom in atoms:
        if atom.introduces:
            lead_in = atom.text
        elif not atom.in_list and not atom.aside:
            lead_in = ""
        ready.append(replace(atom, lead_in=lead_in) if atom.in_list else atom)
    return ready


@dataclass(frozen=True)
class _Best:
    cost: float
    start: int


def _best_borders(atoms: Sequence[Atom]) -> list[tuple[int, int]]:
    """Choose the borders with the least total cost by going through all starts for every end."""
    best = [_Best(0.0, 0)]
    for end in range(1, len(atoms) + 1):
        best.append(min(_candidates(atoms, best, end), key=lambda candidate: candidate.cost))
    borders: list[tuple[int, int]] = []
    end = len(atoms)
    while end:
        borders.append((best[end].start, end))
        end = best[end].start
    return borders[::-1]


def _candidates(atoms: Sequence[Atom], best: Sequence[_Best], end: int) -> list[_Best]:
    found: list[_Best] = []
    words = 0
    for start in range(end - 1, -1, -1):
        words += atoms[start].words
        total = words + len(atoms[start].lead_in.split())
        if total > MOST_WORDS and found:
            break
        cost = best[start].cost + _size_cost(total) + _cut_cost(atoms, start)
        found.append(_Best(cost, start))
    return found


def _size_cost(words: int) -> float:
    """Small for passages near the liked size, steep outside the allowed ones; a passage costs something by itself."""
    if words > MOST_WORDS:
        return 50 + words - MOST_WORDS
    short = max(0, FEWEST_WORDS - words) / FEWEST_WORDS
    return 0.2 + abs(words - _LIKED_WORDS) / _LIKED_WORDS * 0.5 + short * 4


def _cut_cost(atoms: Sequence[Atom], start: int) -> float:
    """What it costs to begin a passage here."""
    if start == 0:
        return 0.0
    before, after = atoms[start - 1], atoms[start]
    if before.introduces:
        return _NEVER if after.in_list else 1.5
    if after.in_list and (before.in_list or before.aside):
        return 1.2 if after.opens_line else 2.0
    if after.aside:
        return 1.0
    return 0.0 if after.opens_line else 0.6


def _text(atoms: Sequence[Atom]) -> str:
    """Join atoms to lines, with the lead-in of a list that goes on from the passage before."""
    first = atoms[0]
    text = f"{first.lead_in}\n" if first.lead_in else ""
    text += first.marker + first.text
    for atom in atoms[1:]:
        text += f"\n{atom.marker}{atom.text}" if atom.opens_line else f" {atom.text}"
    return text


def _links(atoms: Sequence[Atom]) -> tuple[Link, ...]:
    return tuple(dict.fromkeys(link for atom in atoms for link in atom.links))
