"""Why a change of an account was turned down. The words stand in the wording, so that a form can show them."""

from __future__ import annotations

from typing import ClassVar

from web.wording import FALLBACK, desk_wording


class AccountError(ValueError):
    """Base of the reasons; `field` is the field of a form that it belongs to, the text says what to do instead."""

    field: ClassVar[str] = "name"

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    def in_words(self, language: str = FALLBACK) -> str:
        """Return the reason in a language."""
        return desk_wording(f"faults.{self.key}", language, **self.values)

    def __str__(self) -> str:
        return self.in_words()


class NameUnfit(AccountError):
    """The name is empty or too long."""


class NameTaken(AccountError):
    """Somebody has this name already."""


class UnknownName(AccountError):
    """Nobody has this name."""


class UnknownRole(AccountError):
    """The role is none of `ROLES`."""

    field = "role"


class PasswordTooWeak(AccountError):
    """The password would be guessed."""

    field = "password"


class WrongPassword(AccountError):
    """The present password, which a change asks for, is another."""

    field = "current"


class LastAdmin(AccountError):
    """Nobody would be left who can manage accounts."""

    field = "role"
