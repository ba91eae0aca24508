"""Measures how well a model tells the moves apart on the held-out sentences.

Run as `python tests/bot/nlu_report.py MODEL.tar.gz` from the project root to see the report.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2])]

from training_sentences import Heldout, heldout

ELSEWHERE = {"nlu_fallback": "ask_advice"}
"""A message no intent wins goes to the knowledge, as a question does."""


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of one move, 0 to 1, with the number of its sentences."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Report:
    """What a model made of the held-out sentences."""

    sentences: tuple[Heldout, ...]
    understood: tuple[str, ...]

    def scores(self) -> dict[str, Score]:
        """The score of each move that occurs."""
        moves = sorted({one.move for one in self.sentences} | set(self.understood))
        return {move: self._score(move) for move in moves}

    def macro_f1(self) -> float:
        """The mean F1 of the moves the sentences hold, each counting the same."""
        scores = [score.f1 for score in self.scores().values() if score.support]
        return sum(scores) / len(scores)

    def accuracy(self) -> float:
        """The share of sentences understood."""
        return sum(one.move == move for one, move in self._pairs()) / len(self.sentences)

    def with_typing_errors(self) -> Report:
        """The report on the sentences with typing errors alone."""
        pairs = [pair for pair in self._pairs() if pair[0].typo]
        return Report(tuple(one for one, _ in pairs), tuple(move for _, move in pairs))

    def mistakes(self) -> Counter[tuple[str, str]]:
        """How often one move (first) was taken for another."""
        return Counter((one.move, move) for one, move in self._pairs() if one.move != move)

    def __str__(self) -> str:
        rows = [f"{'move':15} precision  recall      F1  sentences"]
        for move, s in self.scores().items():
            rows.append(f"{move:15} {s.precision:9.2f} {s.recall:7.2f} {s.f1:7.2f} {s.support:10}")
        rows.append(
            f"macro-F1 {self.macro_f1():.3f}, accuracy {self.accuracy():.3f}, {len(self.sentences)} sentences"
        )
        return "\n".join(rows)

    def _pairs(self) -> list[tuple[Heldout, str]]:
        return list(zip(self.sentences, self.understood, strict=True))

    def _score(self, move: str) -> Score:
        support = sum(one.move == move for one in self.sentences)
        found = self.understood.count(move)
        right = sum(one.move == understood == move for one, understood in self._pairs())
        return Score(
            _share(right, found), _share(right, support), _share(2 * right, support + found), support
        )


def examine(model: Path) -> Report:
    """Let `model` understand every held-out sentence."""
    sentences = heldout()
    understood = understand(model, [one.text for one in sentences])
    return Report(tuple(sentences), tuple(ELSEWHERE.get(intent, intent) for intent in understood))


def understand(model: Path, texts: Sequence[str]) -> list[str]:
    """The intent `model` gives each text, through the whole pipeline as it is served."""
    from bot.light_start import leave_out_tensorflow, meet_skops_early  # noqa: PLC0415 - before Rasa

    meet_skops_early()
    leave_out_tensorflow(model)
    from nlu_pipeline import intents  # noqa: PLC0415 - after the line above, that is the point

    return intents(model, texts)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def main() -> None:
    """Print the report, the part with typing errors, and which moves were confused."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("model", type=Path)
    report = examine(parser.parse_args().model)
    typing = report.with_typing_errors()
    out = [
        str(report),
        f"with typing errors: accuracy {typing.accuracy():.3f}, {len(typing.sentences)} sentences",
    ]
    out += [
        f"{count:3} {right} taken for {wrong}" for (right, wrong), count in report.mistakes().most_common()
    ]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
