"""`test`: every check of the project, one after the other, each with its time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import click

from cli.boot.places import Places, child_environment
from cli.output import faults_as_words, say


@dataclass(frozen=True)
class Check:
    """A command that must succeed; `report` is the JUnit file of one that runs tests."""

    title: str
    command: tuple[str, ...]
    report: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """How a check went: its counts by kind (passed, failed, skipped) and its seconds."""

    title: str
    counts: Counter[str]
    seconds: float

    @property
    def good(self) -> bool:
        """Tell whether nothing failed."""
        return not self.counts["failed"]


@click.command("test", context_settings={"ignore_unknown_options": True})
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
@faults_as_words
def test_command(pytest_arguments: tuple[str, ...]) -> None:
    """Run the linters, the type checker and all tests. What stands after `--` goes to pytest."""
    places = Places()
    outcomes = [run(check, places) for check in checks(places, pytest_arguments)]
    _say_summary(outcomes)
    if not all(outcome.good for outcome in outcomes):
        sys.exit(1)


def checks(places: Places, pytest_arguments: tuple[str, ...]) -> list[Check]:
    """Return the checks in their order, the fast ones first."""
    tools = places.app_environment / "bin"
    python, yaml = (
        str(places.app_python),
        ("config.yml", "bot", "deploy", "ingest", "actions", "web", "knowledge"),
    )
    there = tuple(name for name in yaml if (places.root / name).exists())
    ours, rasas = places.logs / "tests.xml", places.logs / "tests-rasa.xml"
    rasa_tests = _rasa_tests(places, rasas, pytest_arguments)
    return [
        Check("ruff check", (python, "-m", "ruff", "check", ".")),
        Check("ruff format", (python, "-m", "ruff", "format", "--check", ".")),
        Check("mypy", (python, "-m", "mypy")),
        Check("import contracts", (str(tools / "lint-imports"),)),
        Check("codespell", (str(tools / "codespell"),)),
        Check("yamllint", (python, "-m", "yamllint", "--strict", *there)),
        Check("tests", (python, "-m", "pytest", f"--junitxml={ours}", *pytest_arguments), ours),
        *rasa_tests,
    ]


def _rasa_tests(places: Places, report: Path, pytest_arguments: tuple[str, ...]) -> list[Check]:
    """Rasa's own code warns a lot: pytest's settings for the app do not fit there."""
    if not list((places.root / "tests" / "bot").glob("test_*.py")):
        return []
    settings = places.root / "tests" / "bot" / "pytest.ini"
    chosen = (
        ("-c", str(settings), "--rootdir", str(places.root)) if settings.exists() else ("-c", "/dev/null")
    )
    command = (str(places.rasa_python), "-m", "pytest", *chosen, f"--junitxml={report}", "tests/bot")
    return [Check("tests of the dialogue engine", (*command, *pytest_arguments), report)]


def run(check: Check, places: Places) -> Outcome:
    """Run one check, its output passed on, and count what it found."""
    say(f"\n=== {check.title} " + "=" * max(4, 74 - len(check.title)))
    if check.report is not None:
        check.report.parent.mkdir(parents=True, exist_ok=True)
        check.report.unlink(missing_ok=True)
    began = time.monotonic()
    done = subprocess.run(check.command, cwd=places.root, env=child_environment(), check=False)
    seconds = time.monotonic() - began
    counts = count(check, done.returncode)
    say(f"=== {check.title}: {'ok' if not counts['failed'] else 'FAILED'} in {seconds:.1f} s")
    return Outcome(check.title, counts, seconds)


def count(check: Check, status: int) -> Counter[str]:
    """Return the counts of a finished check; a run of tests that ended badly always counts a failure."""
    counts = read_report(check.report) if check.report is not None else Counter({"passed": int(status == 0)})
    if status != 0 and not counts["failed"]:
        counts["failed"] += 1
    return counts


def read_report(path: Path) -> Counter[str]:
    """Return the counts in a JUnit file; nothing when it was not written or is damaged."""
    try:
        suites = ElementTree.parse(path).getroot().iter("testsuite")  # noqa: S314 - pytest just wrote it
    except (OSError, ElementTree.ParseError):
        return Counter()
    counts: Counter[str] = Counter()
    for suite in suites:
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        counts += Counter(passed=max(0, total - skipped - failed), skipped=skipped, failed=failed)
    return counts


def _say_summary(outcomes: list[Outcome]) -> None:
    say("\n=== summary " + "=" * 67)
    for outcome in outcomes:
        say(f"{'ok    ' if outcome.good else 'FAILED'} {outcome.seconds:7.1f} s  {outcome.title}")
    say(closing_line(outcomes))


def closing_line(outcomes: list[Outcome]) -> str:
    """Return the last line: how many passed, failed and were skipped; a linter counts as one."""
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total += outcome.counts
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    return f"{total['passed']} passed, {total['failed']} failed{skipped} in {sum(o.seconds for o in outcomes):.1f} s"
