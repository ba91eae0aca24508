from __future__ import annotations

from pathlib import Path

import pytest

from cli.boot.faults import Fault, explain, render

UNREACHABLE = (
    "error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address information"
)
MISMATCH = "error: Failed to install x\n  Caused by: Hash mismatch for `flask==3.1.0`\nExpected:\n  sha256:aa"
FULL = "error: failed to copy file: No space left on device (os error 28)"
READ_ONLY = "error: failed to create directory: Read-only file system (os error 30)"
UNOFFERED = "  x No solution found when resolving: no version of torch==9"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (UNREACHABLE, "no package registry could be reached"),
        ("ERROR: HTTPSConnectionPool: Max retries exceeded with url", "no package registry could be reached"),
        (
            "ERROR: Could not find a version that satisfies the requirement uv (from versions: none)",
            "could be reached",
        ),
        (MISMATCH, "does not have the checksum"),
        (FULL, "the disk is full"),
        (READ_ONLY, "cannot be written to"),
        (UNOFFERED, "does not offer a version"),
    ],
)
def test_a_failed_install_is_explained_by_its_cause(log: str, expected: str) -> None:
    assert expected in explain(log, "Installing the app environment")


def test_an_unknown_failure_repeats_its_last_line() -> None:
    assert "failed: something odd happened. " in explain(
        "building\n\nsomething odd happened.\n", "Installing"
    )


def test_a_failure_without_words_still_reads_as_a_sentence() -> None:
    assert explain("", "Installing").startswith("Installing failed. ")


def test_a_fault_is_one_paragraph_with_its_log() -> None:
    shown = render(Fault("something went wrong. Do this.", Path("/some/long/name/install.log")), width=40)
    assert shown.startswith("adviser: something went wrong.")
    assert "/some/long/name/install.log" in shown
    assert "\n\n" not in shown
