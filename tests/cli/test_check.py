from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from cli.boot.places import Places
from cli.check import Check, Outcome, checks, closing_line, count, read_report, run

JUNIT = (
    '<testsuites><testsuite tests="10" failures="1" errors="1" skipped="3"></testsuite>'
    '<testsuite tests="2" failures="0" errors="0" skipped="0"></testsuite></testsuites>'
)


def test_a_failing_linter_counts_as_one_failure(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = run(Check("lint", (sys.executable, "-c", "raise SystemExit(3)")), Places(tmp_path))
    assert not outcome.good
    assert "lint: FAILED" in capfd.readouterr().out


def test_tests_that_crashed_without_a_report_count_as_a_failure(tmp_path: Path) -> None:
    assert count(Check("tests", (), tmp_path / "none.xml"), 139) == Counter(failed=1)


def test_no_collected_test_counts_as_a_failure(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(
        '<testsuites><testsuite tests="0" failures="0" errors="0" skipped="0"/></testsuites>'
    )
    assert count(Check("tests", (), tmp_path / "r.xml"), 5)["failed"] == 1


def test_errors_are_failures_and_skips_are_neither(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(JUNIT)
    assert read_report(tmp_path / "r.xml") == Counter(passed=7, failed=2, skipped=3)


def test_the_closing_line_adds_everything_up() -> None:
    outcomes = [
        Outcome("lint", Counter(passed=1), 1.0),
        Outcome("tests", Counter(passed=7, failed=2, skipped=3), 2.5),
    ]
    assert closing_line(outcomes) == "8 passed, 2 failed, 3 skipped in 3.5 s"


def test_extra_arguments_go_to_both_runs_of_tests() -> None:
    commands = {check.title: check.command for check in checks(Places(), ("-k", "greeting"))}
    assert commands["tests"][-2:] == ("-k", "greeting")
    assert commands["tests of the dialogue engine"][-2:] == ("-k", "greeting")
    assert list(commands)[:4] == ["ruff check", "ruff format", "mypy", "import contracts"]
