"""Accounts of the people who run the adviser: who they are, what they may do, and that every change is noted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from web.accounts.audit import Actor
from web.accounts.book import Account, Accounts
from web.accounts.faults import AccountError, NameTaken, NameUnfit, PasswordTooWeak, UnknownName, UnknownRole
from web.accounts.roles import ROLES, Role
from web.settings import Settings, database_url, home
from web.store.database import open_database

__all__ = [
    "COMMAND_LINE",
    "ROLES",
    "Account",
    "AccountError",
    "Accounts",
    "NameTaken",
    "NameUnfit",
    "PasswordTooWeak",
    "Role",
    "UnknownName",
    "UnknownRole",
    "add_account",
    "open_accounts",
]

COMMAND_LINE = Actor("(command line)")
"""Who the audit log names for changes made by commands on the machine itself."""


def add_account(name: str, role: str, password: str, *, settings: Settings | None = None) -> None:
    """Add an account to the database under the home; raises an `AccountError` that says what to change."""
    Accounts.check_new(name, role, password)
    with open_accounts(settings) as accounts:
        accounts.add(name, role, password, by=COMMAND_LINE)


@contextmanager
def open_accounts(settings: Settings | None = None) -> Iterator[Accounts]:
    """Open the accounts of an installation for a command that runs beside the web process."""
    folder = settings.home if settings else home()
    folder.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url if settings else database_url(folder))
    try:
        yield Accounts(database)
    finally:
        database.engine.dispose()
