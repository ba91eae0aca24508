"""The book of accounts: adding, changing and ending them. Every change goes into the audit log with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from web.accounts.audit import Actor, record
from web.accounts.faults import LastAdmin, NameTaken, NameUnfit, UnknownName, UnknownRole, WrongPassword
from web.accounts.passwords import Passwords, check_password
from web.accounts.roles import ROLES, Role
from web.store.database import Database
from web.store.desk_tables import FailureRow, SignInRow
from web.store.tables import AccountRow, now

LONGEST_NAME = 80


@dataclass(frozen=True)
class Account:
    """A person's account as others may see it; times are ISO 8601 in UTC."""

    id: int
    name: str
    role: Role
    disabled: bool
    created_at: str
    last_sign_in: str | None


class Accounts:
    """The accounts of one database. Faults are `AccountError`s whose words help the person who asked."""

    def __init__(self, sessions: Database, passwords: Passwords | None = None) -> None:
        self._sessions = sessions
        self._passwords = passwords or Passwords()

    @staticmethod
    def check_new(name: str, role: str, password: str) -> None:
        """Raise the `AccountError` that a new account of these would meet, but for a taken name."""
        _check_name(tidy(name))
        _check_role(role)
        check_password(password, tidy(name))

    def add(self, name: str, role: str, password: str, *, by: Actor) -> Account:
        """Add an account."""
        self.check_new(name, role, password)
        name = tidy(name)
        row = AccountRow(
            name=name,
            name_key=key_of(name),
            role=role,
            password_hash=self._passwords.hash(password),
            created_at=now(),
            disabled=False,
            epoch=0,
        )
        try:
            with self._sessions.begin() as session:
                session.add(row)
                record(session, by, "account.add", f"account:{name}", after={"name": name, "role": role})
        except IntegrityError as error:
            raise NameTaken("name_taken", name=name) from error
        return _account(row)

    def all(self) -> list[Account]:
        """All accounts, by name."""
        with self._sessions() as session:
            return [
                _account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name_key))
            ]

    def get(self, account_id: int) -> Account:
        """The account of this number; raises `UnknownName`."""
        with self._sessions() as session:
            return _account(_row(session, account_id))

    def named(self, name: str) -> Account:
        """The account of this name, in whatever case; raises `UnknownName`."""
        with self._sessions() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name_key == key_of(tidy(name))))
            if row is None:
                raise UnknownName("name_unknown", name=tidy(name))
            return _account(row)

    def change_role(self, account_id: int, role: str, *, by: Actor) -> Account:
        """Give the account another role; raises `LastAdmin` when nobody would be left to manage accounts."""
        _check_role(role)
        with self._sessions.begin() as session:
            row = _row(session, account_id)
            if role != "admin":
                _keep_an_admin(session, row)
            before, row.role = row.role, role
            if before != role:
                record(
                    session,
                    by,
                    "account.role",
                    f"account:{row.name}",
                    before={"role": before},
                    after={"role": role},
                )
            return _account(row)

    def disable(self, account_id: int, disabled: bool, *, by: Actor) -> Account:
        """Shut the account, which signs it out everywhere, or open it again."""
        with self._sessions.begin() as session:
            row = _row(session, account_id)
            if disabled:
                _keep_an_admin(session, row)
                row.epoch += 1
            before, row.disabled = row.disabled, disabled
            if before != disabled:
                action = "account.disable" if disabled else "account.enable"
                record(session, by, action, f"account:{row.name}")
            return _account(row)

    def sign_out_everywhere(self, account_id: int, *, by: Actor) -> Account:
        """End every session of the account, also the present one."""
        with self._sessions.begin() as session:
            row = _row(session, account_id)
            _end_sessions(session, row)
            record(session, by, "account.sign_out_everywhere", f"account:{row.name}")
            return _account(row)

    def unlock(self, account_id: int, *, by: Actor) -> Account:
        """Forget the failed sign-ins under the account's name, from whatever address."""
        with self._sessions.begin() as session:
            row = _row(session, account_id)
            session.execute(delete(FailureRow).where(FailureRow.name_key == hashed(row.name_key)))
            record(session, by, "account.unlock", f"account:{row.name}")
            return _account(row)

    def locked(self) -> set[int]:
        """The ids of accounts under whose name somebody has to wait at this moment."""
        with self._sessions() as session:
            shut = set(session.scalars(select(FailureRow.name_key).where(FailureRow.locked_until > now())))
            rows = session.execute(select(AccountRow.id, AccountRow.name_key))
            return {account_id for account_id, key in rows if hashed(key) in shut}

    def set_password(self, account_id: int, password: str, *, by: Actor) -> Account:
        """Give the account a new password; it has to sign in again everywhere."""
        with self._sessions() as session:
            check_password(password, _row(session, account_id).name)
        kept = self._passwords.hash(password)
        with self._sessions.begin() as session:
            row = _row(session, account_id)
            row.password_hash = kept
            _end_sessions(session, row)
            session.execute(delete(FailureRow).where(FailureRow.name_key == hashed(row.name_key)))
            record(session, by, "account.password", f"account:{row.name}")
            return _account(row)

    def change_own_password(self, account_id: int, current: str, new: str) -> Account:
        """Change a password by somebody who knows the present one; raises `WrongPassword`."""
        with self._sessions() as session:
            row = _row(session, account_id)
        if not self._passwords.fits(current, row.password_hash):
            raise WrongPassword("password_wrong")
        return self.set_password(account_id, new, by=Actor(row.name))


def tidy(name: str) -> str:
    """Return the name as it is kept: without spaces around and doubled."""
    return " ".join(name.split())


def key_of(name: str) -> str:
    """Return the name as it is compared."""
    return name.casefold()


def hashed(value: str) -> str:
    """Return the SHA-256 by which failures and tokens are known."""
    return hashlib.sha256(value.encode()).hexdigest()


def _check_name(name: str) -> None:
    if not name:
        raise NameUnfit("name_missing")
    if len(name) > LONGEST_NAME:
        raise NameUnfit("name_long", longest=str(LONGEST_NAME), given=str(len(name)))


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise UnknownRole("role_unknown", role=role, roles=", ".join(ROLES))


def _row(session: Session, account_id: int) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise UnknownName("account_gone")
    return row


def _keep_an_admin(session: Session, leaving: AccountRow) -> None:
    """Raise `LastAdmin` when `leaving` is the only admin who can sign in."""
    admins = select(func.count()).where(
        AccountRow.role == "admin", AccountRow.disabled.is_(False), AccountRow.id != leaving.id
    )
    if leaving.role == "admin" and not leaving.disabled and not session.scalar(admins):
        raise LastAdmin("last_admin")


def _end_sessions(session: Session, row: AccountRow) -> None:
    row.epoch += 1
    session.execute(delete(SignInRow).where(SignInRow.account_id == row.id))


def _account(row: AccountRow) -> Account:
    return Account(row.id, row.name, cast(Role, row.role), row.disabled, row.created_at, row.last_sign_in)
