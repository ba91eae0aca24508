from __future__ import annotations

import pytest
from nlu_report import Report, examine
from served_model import served_model
from training_sentences import Heldout


@pytest.fixture(scope="module")
def report() -> Report:
    return examine(served_model())


def test_moves_are_told_apart_on_sentences_nobody_trained_on(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\n{report}")  # noqa: T201 - the report is for the reader of the test run
    assert report.macro_f1() >= 0.90


def test_no_move_is_lost_beside_the_others(report: Report) -> None:
    assert {move: score.f1 for move, score in report.scores().items() if score.f1 < 0.75} == {}


def test_typing_errors_are_mostly_forgiven(report: Report) -> None:
    assert report.with_typing_errors().accuracy() >= 0.80


def test_scores_count_a_confused_move_against_both() -> None:
    sentences = tuple(Heldout(text, move, False) for text, move in (("a", "x"), ("b", "x"), ("c", "y")))
    report = Report(sentences, ("x", "y", "y"))
    assert report.scores()["x"].recall == 0.5
    assert report.scores()["y"].precision == 0.5
    assert report.macro_f1() == pytest.approx(2 / 3)
    assert report.mistakes() == {("x", "y"): 1}
