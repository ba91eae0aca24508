"""Faults that stop a launch, and the one paragraph each shows to the person at the keyboard."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path


class Fault(Exception):
    """A reason to stop: what happened and what to do about it, and the log that tells more (if any)."""

    def __init__(self, paragraph: str, log: Path | None = None) -> None:
        super().__init__(paragraph)
        self.paragraph = paragraph
        self.log = log

    def __str__(self) -> str:
        return self.paragraph if self.log is None else f"{self.paragraph} The log is {self.log}."


def render(fault: Fault, width: int = 100) -> str:
    """Return the fault as one wrapped paragraph, ready for standard error."""
    return textwrap.fill(f"adviser: {fault}", width=width, break_long_words=False, break_on_hyphens=False)


_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"no space left on device|os error 28|disk quota exceeded",
        "the disk is full. Free about 5 GB where this folder and your home folder lie, then run the same "
        "command again.",
    ),
    (
        r"hash mismatch|do not match the hashes",
        "a downloaded package does not have the checksum in our lock file, so it was not installed. A proxy or mirror "
        "may have altered it: empty the cache (uv cache clean), try again, and if it stays, use another "
        "package registry.",
    ),
    (
        r"dns error|failed to lookup|name or service not known|temporary failure in name resolution|"
        r"connection refused|connection timed out|error sending request|network is unreachable|could not connect|"
        r"certificate|newconnectionerror|from versions: none|max retries exceeded|operation timed out",
        "no package registry could be reached. Check the network, the proxy (HTTPS_PROXY) and the certificates "
        "(SSL_CERT_FILE); behind a company mirror set PIP_INDEX_URL. Then run the same command again.",
    ),
    (
        r"not found in the package registry|no solution found|no matching distribution|could not find a version",
        "the package registry does not offer a version named in our lock file for this machine. If you use a mirror "
        "(PIP_INDEX_URL), check that it is complete.",
    ),
    (
        r"permission denied|os error 13|read-only file system|os error 30",
        "this folder cannot be written to. Run as its owner, or copy the project to a folder of yours.",
    ),
)


def explain(log_text: str, doing: str) -> str:
    """Return a paragraph for a failed install: the likely cause found in the log's text, and the way out.

    `doing` is what was attempted, e.g. "Installing the app environment".
    """
    for pattern, advice in _CAUSES:
        if re.search(pattern, log_text, re.IGNORECASE):
            return f"{doing} failed: {advice}"
    last = _last_line(log_text)
    said = f": {last}" if last else ""
    return f"{doing} failed{said}. Mend that, or check this machine with ./adviser doctor, and try again."


def _last_line(log_text: str) -> str:
    lines = [line.strip() for line in log_text.splitlines() if line.strip()]
    return lines[-1][:200].rstrip(".") if lines else ""
