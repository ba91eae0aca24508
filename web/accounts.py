"""Accounts of the people who run the adviser. The pages to log in come with the console."""

from __future__ import annotations

import typing
from typing import Literal

from argon2 import PasswordHasher
from sqlalchemy.exc import IntegrityError

from web.settings import Settings, database_url, home
from web.store.database import open_database
from web.store.tables import AccountRow, now

Role = Literal["member", "staff", "editor", "admin"]
ROLES: tuple[Role, ...] = typing.get_args(Role)

SHORTEST_PASSWORD = 10
LONGEST_NAME = 80


class AccountError(ValueError):
    """Base of the reasons why an account was not added; the text says what to do instead."""


class NameUnfit(AccountError):
    """The name is empty or too long."""


class NameTaken(AccountError):
    """Somebody has this name already."""


class UnknownRole(AccountError):
    """The role is none of `ROLES`."""


class PasswordTooWeak(AccountError):
    """The password would be guessed."""


def add_account(name: str, role: str, password: str, *, settings: Settings | None = None) -> None:
    """Add an account to the database under the home; raises an `AccountError` that says what to change."""
    name = " ".join(name.split())
    _check_name(name)
    _check_role(role)
    _check_password(password, name)
    folder = settings.home if settings else home()
    folder.mkdir(parents=True, exist_ok=True)
    _insert(database_url(folder), name, role, PasswordHasher().hash(password))


def _check_name(name: str) -> None:
    if not name:
        raise NameUnfit("An account needs a name.")
    if len(name) > LONGEST_NAME:
        raise NameUnfit(f"A name has at most {LONGEST_NAME} characters; this one has {len(name)}.")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise UnknownRole(f"There is no role '{role}'; choose one of {', '.join(ROLES)}.")


def _check_password(password: str, name: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooWeak(
            f"The password needs at least {SHORTEST_PASSWORD} characters; a few words work well."
        )
    if password.casefold() == name.casefold():
        raise PasswordTooWeak("The password must not be the name of the account.")
    if len(set(password)) < 4:
        raise PasswordTooWeak("The password repeats too few characters to be safe; a few words work well.")


def _insert(url: str, name: str, role: str, password_hash: str) -> None:
    row = AccountRow(
        name=name, name_key=name.casefold(), role=role, password_hash=password_hash, created_at=now()
    )
    sessions = open_database(url)
    try:
        with sessions.begin() as session:
            session.add(row)
    except IntegrityError as error:
        raise NameTaken(f"There is an account '{name}' already; choose another name.") from error
    finally:
        sessions.kw["bind"].dispose()
