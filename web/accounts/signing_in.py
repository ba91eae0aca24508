"""Signing in and staying so: a password becomes a token, a token becomes a visitor until it expires or is ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from web.accounts.audit import Actor, record
from web.accounts.book import hashed, key_of, tidy
from web.accounts.lockout import Clock, Lockout, keys_for, utc_now
from web.accounts.passwords import Passwords
from web.accounts.roles import Role
from web.store.database import Database
from web.store.desk_tables import SignInRow
from web.store.tables import AccountRow

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in. The four names without meaning here are what Flask-Login asks for."""

    account: int
    name: str
    role: Role
    token: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return the token: what the cookie holds."""
        return self.token

    @property
    def actor(self) -> Actor:
        """Return the visitor as the audit log names people."""
        return Actor(self.name)


@dataclass(frozen=True)
class Refused:
    """The name and the password do not belong together; `wait` seconds are to pass before the next try."""

    wait: int = 0


class SignIns:
    """The sessions of one database."""

    def __init__(
        self, sessions: Database, passwords: Passwords | None = None, clock: Clock = utc_now
    ) -> None:
        self._sessions, self._clock = sessions, clock
        self._passwords = passwords or Passwords()
        self._lockout = Lockout(sessions, clock)

    def enter(self, name: str, password: str, address: str) -> Visitor | Refused:
        """Sign somebody in with a new token; unknown and shut accounts take the same time as wrong passwords."""
        name_key = key_of(tidy(name))
        keys = keys_for(name_key, address)
        if wait := self._lockout.begin(keys):
            return Refused(wait)
        with self._sessions() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name_key == name_key))
        kept = row.password_hash if row is not None and not row.disabled else None
        if not self._passwords.fits(password, kept) or row is None:
            self._note_lock(row, self._lockout.is_shut(keys[0]))
            return Refused()
        self._lockout.succeed(keys)
        return self._open(row.id, password)

    def resume(self, token: str) -> Visitor | None:
        """Return who holds the token, or None when it was ended, grew old or belongs to a shut account."""
        with self._sessions() as session:
            found = session.get(SignInRow, hashed(token))
            row = session.get(AccountRow, found.account_id) if found else None
        if found is None or row is None or row.disabled or row.epoch != found.epoch:
            return None
        now = self._clock()
        last, first = datetime.fromisoformat(found.last_at), datetime.fromisoformat(found.created_at)
        if now - last > IDLE or now - first > LONGEST:
            self.leave(token)
            return None
        if now - last > TOUCH_EVERY:
            self._touch(token, now)
        return Visitor(row.id, row.name, cast(Role, row.role), token)

    def leave(self, token: str) -> None:
        """End the session of a token."""
        with self._sessions.begin() as session:
            session.execute(delete(SignInRow).where(SignInRow.token_hash == hashed(token)))

    def _open(self, account_id: int, password: str) -> Visitor:
        token, now = secrets.token_urlsafe(32), self._clock().isoformat(timespec="seconds")
        with self._sessions.begin() as session:
            row = session.get_one(AccountRow, account_id)
            if self._passwords.is_dated(row.password_hash):
                row.password_hash = self._passwords.hash(password)
            row.last_sign_in = now
            self._forget_old(session)
            session.add(
                SignInRow(
                    token_hash=hashed(token),
                    account_id=row.id,
                    epoch=row.epoch,
                    created_at=now,
                    last_at=now,
                )
            )
            record(session, Actor(row.name), "account.sign_in", f"account:{row.name}")
            return Visitor(row.id, row.name, cast(Role, row.role), token)

    def _forget_old(self, session: Session) -> None:
        oldest = (self._clock() - LONGEST).isoformat(timespec="seconds")
        session.execute(delete(SignInRow).where(SignInRow.created_at < oldest))

    def _touch(self, token: str, now: datetime) -> None:
        with self._sessions.begin() as session:
            found = session.get(SignInRow, hashed(token))
            if found is not None:
                found.last_at = now.isoformat(timespec="seconds")

    def _note_lock(self, row: AccountRow | None, shut: bool) -> None:
        """Tell the audit log that a known account has to wait; made-up names would only fill it."""
        if row is None or not shut:
            return
        with self._sessions.begin() as session:
            record(session, Actor("(sign-in)"), "account.locked", f"account:{row.name}")
