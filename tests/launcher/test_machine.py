from __future__ import annotations

from pathlib import Path

import pytest

from cli.boot.faults import Fault
from cli.boot.machine import GIB, check_disk, check_system, lacks_avx2

OLD_XEON = (
    "processor\t: 0\nmodel name\t: Some old processor\nflags\t\t: fpu vme de pse sse sse2 ssse3 sse4_1 avx\n"
)
NEW_EPYC = "processor\t: 0\nflags\t\t: fpu vme sse sse2 avx avx2 bmi2\n"


def test_windows_is_pointed_to_its_linux_subsystem() -> None:
    with pytest.raises(Fault, match="wsl --install"):
        check_system("win32", (3, 12, 0))


def test_an_old_python_is_told_which_one_is_needed() -> None:
    with pytest.raises(Fault, match=r"this is Python 3\.10, .* needs Python 3\.11"):
        check_system("linux", (3, 10, 4))


def test_linux_and_mac_with_a_new_python_pass() -> None:
    check_system("linux", (3, 11, 0))
    check_system("darwin", (3, 13, 1))


def test_an_x86_processor_without_avx2_is_found_out() -> None:
    assert lacks_avx2(OLD_XEON, "x86_64")


def test_an_x86_processor_with_avx2_passes() -> None:
    assert not lacks_avx2(NEW_EPYC, "x86_64")


def test_another_architecture_needs_no_avx2() -> None:
    assert not lacks_avx2("Features\t: fp asimd\n", "aarch64")


def test_a_machine_that_hides_its_flags_is_not_refused() -> None:
    assert not lacks_avx2("", "x86_64")


def test_too_little_disk_is_a_fault_that_names_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"GB free and the build needs 1000000\.0 GB"):
        check_disk(tmp_path, 1_000_000 * GIB)
    check_disk(tmp_path, 1)
