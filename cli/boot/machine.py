"""Checks of the machine before anything is built: system, processor, disk."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from cli.boot.faults import Fault

GIB = 1024**3
OLDEST_PYTHON = (3, 11)


def check_system(system: str = sys.platform, version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Raise a `Fault` on Windows or on a Python that is too old."""
    if system.startswith(("win", "cygwin", "msys")):
        raise Fault(
            "Windows itself cannot run Cluster Adviser, its Linux subsystem can: open PowerShell, run "
            "`wsl --install`, open the new Ubuntu window, fetch the project there and run ./adviser up."
        )
    if version[:2] < OLDEST_PYTHON:
        found = ".".join(map(str, version[:2]))
        raise Fault(
            f"this is Python {found}, and Cluster Adviser needs Python 3.11 or newer. Install it and try again."
        )


def lacks_avx2(cpuinfo: str, machine: str) -> bool:
    """Tell whether an x86 processor, described by the text of /proc/cpuinfo, has no AVX2.

    Other architectures never lack it, and a text without a line of flags proves nothing.
    """
    if machine.lower() not in {"x86_64", "amd64", "i686", "i386"}:
        return False
    flags = [line.partition(":")[2].split() for line in cpuinfo.splitlines() if line.startswith("flags")]
    return bool(flags) and not any("avx2" in line for line in flags)


def read_cpuinfo() -> str:
    """Return the processor's flags as /proc/cpuinfo writes them; empty where they cannot be read."""
    linux = Path("/proc/cpuinfo")
    if linux.exists():
        return linux.read_text(errors="replace")
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        names = ["machdep.cpu.features", "machdep.cpu.leaf7_features"]
        done = subprocess.run(["sysctl", "-n", *names], capture_output=True, text=True, check=False)
        return f"flags : {done.stdout.lower()}" if done.returncode == 0 else ""
    return ""


def check_processor() -> None:
    """Raise a `Fault` when this processor cannot run the dialogue engine."""
    if lacks_avx2(read_cpuinfo(), platform.machine()):
        raise Fault(
            "this processor has no AVX2 instructions, which the dialogue engine needs. In a virtual machine choose "
            "the processor type `host` or newer than 2013; otherwise use another machine."
        )


def check_disk(folder: Path, needed: int) -> None:
    """Raise a `Fault` when less than `needed` bytes are free where `folder` lies."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Fault(
            f"the disk of {folder} has {free / GIB:.1f} GB free and the build needs {needed / GIB:.1f} GB. "
            "Free some space or move the project to a larger disk."
        )
