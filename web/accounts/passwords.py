"""Passwords: what makes a good one, and how it is kept (argon2id, two at a time because each takes 64 MiB)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.accounts.faults import PasswordTooWeak

SHORTEST = 10
LONGEST = 200
FEWEST_KINDS = 4
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "1234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
_COMMON = Path(__file__).with_name("common_passwords.txt")


def check_password(password: str, name: str) -> None:
    """Raise `PasswordTooWeak` for a password that would be guessed, with what to do instead."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        raise PasswordTooWeak("password_short", shortest=str(SHORTEST))
    if len(password) > LONGEST:
        raise PasswordTooWeak("password_long", longest=str(LONGEST))
    if name and _letters(folded) == _letters(name.casefold()):
        raise PasswordTooWeak("password_is_name")
    if len(set(password)) < FEWEST_KINDS:
        raise PasswordTooWeak("password_repeats")
    if _is_run(folded) or _letters(folded) in _common():
        raise PasswordTooWeak("password_common")


class Passwords:
    """Hashes and compares passwords; costs about a tenth of a second and 64 MiB each, so few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = BoundedSemaphore(at_once)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with self._turns:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Say whether the password is the kept one; `None` (no such account) takes just as long."""
        with self._turns:
            if self._nobody is None:
                self._nobody = self._hasher.hash("nobody")
            try:
                self._hasher.verify(kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_dated(self, kept: str) -> bool:
        """Say whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)


def _letters(folded: str) -> str:
    """The password without digits and signs: "Welcome-2026!" is the word "welcome" in disguise."""
    return re.sub(r"[\W\d_]+", "", folded)


def _is_run(folded: str) -> bool:
    doubled = (run * 2 for run in _RUNS)
    return any(folded in run or folded[::-1] in run for run in doubled)


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
