"""Accounts: passwords, sign-in, lockout, sessions that end, roles, and the log of every change."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from web.accounts import Account, Accounts, NameTaken, PasswordTooWeak, UnknownName
from web.accounts.audit import Actor, record
from web.accounts.faults import LastAdmin, WrongPassword
from web.accounts.passwords import Passwords
from web.accounts.signing_in import IDLE, LONGEST, Refused, SignIns, Visitor
from web.settings import database_url
from web.store.database import open_database
from web.store.desk_tables import AuditRow
from web.store.tables import AccountRow

GOOD = "four words and more"
BOSS = Actor("Boss")
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def sessions(tmp_path: Path) -> sessionmaker[Session]:
    return open_database(database_url(tmp_path))


@pytest.fixture
def accounts(sessions: sessionmaker[Session]) -> Accounts:
    return Accounts(sessions, Passwords(QUICK))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_ins(sessions: sessionmaker[Session], clock: Clock) -> SignIns:
    return SignIns(sessions, Passwords(QUICK), clock)


@pytest.fixture
def ana(accounts: Accounts) -> Account:
    return accounts.add("Ana Ferreira", "admin", GOOD, by=BOSS)


def enter(sign_ins: SignIns, name: str = "Ana Ferreira", password: str = GOOD) -> Visitor:
    visitor = sign_ins.enter(name, password, HERE)
    assert isinstance(visitor, Visitor), visitor
    return visitor


def actions(sessions: sessionmaker[Session]) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


class TestPasswords:
    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("ninechars", "at least 10"),
            ("ana ferreira", "name"),
            ("AnaFerreira1!", "name"),
            ("ababababab", "too few"),
            ("Welcome-2026!", "guessed"),
            ("123456789012", "guessed"),
            ("qwertyuiop", "guessed"),
            ("zyxwvutsrq", "guessed"),
            ("x" * 201, "at most 200"),
        ],
    )
    def test_one_that_would_be_guessed_is_refused_with_help(
        self, accounts: Accounts, password: str, reason: str
    ) -> None:
        with pytest.raises(PasswordTooWeak, match=reason):
            accounts.add("Ana Ferreira", "admin", password, by=BOSS)

    @pytest.mark.parametrize("password", [GOOD, "correct horse battery", "Öl & Salz im Meer", "kX9#vQ2!mZ"])
    def test_a_good_one_is_taken_however_it_is_made(self, accounts: Accounts, password: str) -> None:
        accounts.add("Ana Ferreira", "admin", password, by=BOSS)

    def test_a_hash_of_earlier_parameters_is_renewed_at_the_next_sign_in(
        self, sessions: sessionmaker[Session], ana: Account
    ) -> None:
        before = kept(sessions, ana)
        stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        enter(SignIns(sessions, stronger))
        after = kept(sessions, ana)
        assert (before.split("$")[3], after.split("$")[3]) == ("m=8,t=1,p=1", "m=16,t=2,p=1")
        enter(SignIns(sessions, stronger))
        assert kept(sessions, ana) == after

    def test_a_change_asks_for_the_present_one(self, accounts: Accounts, ana: Account) -> None:
        with pytest.raises(WrongPassword):
            accounts.change_own_password(ana.id, "something else", "another four words")

    def test_a_change_signs_out_everywhere(self, accounts: Accounts, sign_ins: SignIns, ana: Account) -> None:
        first = enter(sign_ins)
        accounts.change_own_password(ana.id, GOOD, "another four words")
        assert sign_ins.resume(first.token) is None
        assert isinstance(sign_ins.enter("Ana Ferreira", GOOD, HERE), Refused)
        enter(sign_ins, password="another four words")


class TestSigningIn:
    @pytest.mark.parametrize("name", ["Ana Ferreira", "Nobody at all", "", "Shut Account"])
    def test_what_is_refused_takes_as_long_whether_the_name_exists_or_not(
        self, sessions: sessionmaker[Session], accounts: Accounts, ana: Account, name: str
    ) -> None:
        shut = accounts.add("Shut Account", "staff", GOOD, by=BOSS)
        accounts.disable(shut.id, True, by=BOSS)
        slow = PasswordHasher(time_cost=4, memory_cost=16384, parallelism=1)
        set_hash(sessions, ana, slow.hash(GOOD))
        passwords = Passwords(slow)
        passwords.fits("warm", None)
        hashing = seconds_of(lambda: slow.hash("anything"))
        wrong = GOOD if name == "Shut Account" else "wrong password"
        took = seconds_of(lambda: SignIns(sessions, passwords).enter(name, wrong, HERE))
        assert took > hashing * 0.6

    def test_a_name_is_known_in_whatever_case(self, sign_ins: SignIns, ana: Account) -> None:
        assert enter(sign_ins, " ana  FERREIRA ").account == ana.id

    def test_the_token_itself_is_not_kept(
        self, sessions: sessionmaker[Session], sign_ins: SignIns, ana: Account
    ) -> None:
        token = enter(sign_ins).token
        with sessions() as session:
            assert token not in str(session.execute(text("SELECT * FROM sign_in")).all())

    def test_every_sign_in_gets_a_token_of_its_own(self, sign_ins: SignIns, ana: Account) -> None:
        assert enter(sign_ins).token != enter(sign_ins).token

    def test_a_made_up_token_is_nobody(self, sign_ins: SignIns, ana: Account) -> None:
        assert sign_ins.resume("made-up") is None


class TestLockout:
    def fail(self, sign_ins: SignIns, times: int, address: str = HERE, name: str = "Ana Ferreira") -> None:
        for _ in range(times):
            sign_ins.enter(name, "wrong password", address)

    def test_after_five_failures_even_the_right_password_has_to_wait(
        self, sign_ins: SignIns, ana: Account
    ) -> None:
        self.fail(sign_ins, 5)
        refused = sign_ins.enter("Ana Ferreira", GOOD, HERE)
        assert refused == Refused(30)

    def test_a_made_up_name_is_locked_just_the_same(self, sign_ins: SignIns) -> None:
        self.fail(sign_ins, 5, name="Nobody")
        assert sign_ins.enter("Nobody", GOOD, HERE) == Refused(30)

    def test_the_wait_grows_with_every_further_failure_up_to_a_quarter_of_an_hour(
        self, sign_ins: SignIns, clock: Clock, ana: Account
    ) -> None:
        self.fail(sign_ins, 5)
        waits = []
        for _ in range(7):
            refused = sign_ins.enter("Ana Ferreira", "wrong password", HERE)
            assert isinstance(refused, Refused)
            waits.append(refused.wait)
            clock.forward(timedelta(seconds=refused.wait))
            self.fail(sign_ins, 1)
        assert waits == [30, 60, 120, 240, 480, 900, 900]

    def test_waiting_is_a_way_back(self, sign_ins: SignIns, clock: Clock, ana: Account) -> None:
        self.fail(sign_ins, 5)
        clock.forward(timedelta(seconds=30))
        enter(sign_ins)

    def test_an_unlock_is_a_way_back(self, accounts: Accounts, sign_ins: SignIns, ana: Account) -> None:
        self.fail(sign_ins, 5)
        assert accounts.locked() == {ana.id}
        accounts.unlock(ana.id, by=BOSS)
        assert accounts.locked() == set()
        enter(sign_ins)

    def test_somebody_elses_guesses_do_not_lock_the_owner_out(self, sign_ins: SignIns, ana: Account) -> None:
        self.fail(sign_ins, 9, address=ELSEWHERE)
        enter(sign_ins)

    def test_an_address_that_tries_many_names_has_to_wait(self, sign_ins: SignIns, ana: Account) -> None:
        for number in range(50):
            self.fail(sign_ins, 1, name=f"Guess {number}")
        assert isinstance(sign_ins.enter("Ana Ferreira", GOOD, HERE), Refused)

    def test_those_who_know_their_passwords_do_not_count_against_their_common_address(
        self, sign_ins: SignIns, ana: Account
    ) -> None:
        for _ in range(60):
            enter(sign_ins)

    def test_guesses_made_at_once_do_not_slip_through_together(
        self, sessions: sessionmaker[Session], clock: Clock, ana: Account
    ) -> None:
        tried: list[str] = []

        class Counting(Passwords):
            def fits(self, password: str, kept: str | None) -> bool:
                tried.append(password)
                return super().fits(password, kept)

        sign_ins = SignIns(sessions, Counting(QUICK), clock)
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda n: sign_ins.enter("Ana Ferreira", f"guess {n}", HERE), range(24)))
        assert len(tried) == 5

    def test_the_lock_is_noted_but_not_every_failure(
        self, sessions: sessionmaker[Session], sign_ins: SignIns, ana: Account
    ) -> None:
        self.fail(sign_ins, 8)
        assert actions(sessions) == ["account.add", "account.locked"]


class TestSessions:
    def test_an_idle_one_ends(self, sign_ins: SignIns, clock: Clock, ana: Account) -> None:
        token = enter(sign_ins).token
        clock.forward(IDLE + timedelta(seconds=1))
        assert sign_ins.resume(token) is None
        clock.forward(-IDLE)
        assert sign_ins.resume(token) is None

    def test_a_busy_one_ends_all_the_same_after_half_a_day(
        self, sign_ins: SignIns, clock: Clock, ana: Account
    ) -> None:
        token = enter(sign_ins).token
        began = clock.now
        while clock.now - began < LONGEST:
            assert sign_ins.resume(token) is not None
            clock.forward(timedelta(hours=1))
        clock.forward(timedelta(minutes=1))
        assert sign_ins.resume(token) is None

    def test_leaving_ends_one_and_signing_out_everywhere_ends_all(
        self, accounts: Accounts, sign_ins: SignIns, ana: Account
    ) -> None:
        here, there, third = (enter(sign_ins).token for _ in range(3))
        sign_ins.leave(here)
        assert [bool(sign_ins.resume(token)) for token in (here, there, third)] == [False, True, True]
        accounts.sign_out_everywhere(ana.id, by=BOSS)
        assert [bool(sign_ins.resume(token)) for token in (there, third)] == [False, False]

    def test_shutting_an_account_ends_its_sessions_for_good(
        self, accounts: Accounts, sign_ins: SignIns, ana: Account
    ) -> None:
        accounts.add("Second", "admin", GOOD, by=BOSS)
        token = enter(sign_ins).token
        accounts.disable(ana.id, True, by=BOSS)
        assert sign_ins.resume(token) is None
        assert sign_ins.enter("Ana Ferreira", GOOD, HERE) == Refused()
        accounts.disable(ana.id, False, by=BOSS)
        assert sign_ins.resume(token) is None

    def test_a_role_holds_from_the_next_request_on(
        self, accounts: Accounts, sign_ins: SignIns, ana: Account
    ) -> None:
        accounts.add("Second", "admin", GOOD, by=BOSS)
        token = enter(sign_ins).token
        accounts.change_role(ana.id, "staff", by=BOSS)
        resumed = sign_ins.resume(token)
        assert resumed is not None
        assert resumed.role == "staff"


class TestTheBook:
    def test_the_last_admin_stays(self, accounts: Accounts, ana: Account) -> None:
        with pytest.raises(LastAdmin):
            accounts.change_role(ana.id, "editor", by=BOSS)
        with pytest.raises(LastAdmin):
            accounts.disable(ana.id, True, by=BOSS)
        second = accounts.add("Second", "admin", GOOD, by=BOSS)
        accounts.disable(second.id, True, by=BOSS)
        with pytest.raises(LastAdmin):
            accounts.disable(ana.id, True, by=BOSS)

    def test_a_name_is_taken_once_also_when_asked_for_at_once(self, accounts: Accounts) -> None:
        def add(_: int) -> bool:
            try:
                accounts.add("Ana", "staff", GOOD, by=BOSS)
            except NameTaken:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(add, range(4))) == [False, False, False, True]

    def test_nobody_is_told_as_such(self, accounts: Accounts) -> None:
        with pytest.raises(UnknownName, match="Ann"):
            accounts.named("Ann")


class TestTheAuditLog:
    def test_every_change_is_noted_with_before_and_after(
        self, sessions: sessionmaker[Session], accounts: Accounts, ana: Account
    ) -> None:
        second = accounts.add("Second", "member", GOOD, by=BOSS)
        accounts.change_role(second.id, "editor", by=BOSS)
        accounts.change_role(second.id, "editor", by=BOSS)
        accounts.disable(second.id, True, by=BOSS)
        accounts.set_password(second.id, "another four words", by=BOSS)
        with sessions() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        assert [(row.actor, row.action, row.object, row.before, row.after) for row in rows[2:]] == [
            ("Boss", "account.role", "account:Second", {"role": "member"}, {"role": "editor"}),
            ("Boss", "account.disable", "account:Second", None, None),
            ("Boss", "account.password", "account:Second", None, None),
        ]
        assert "argon2" not in str([(row.before, row.after) for row in rows])

    @pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
    def test_it_is_only_ever_added_to(
        self, sessions: sessionmaker[Session], ana: Account, statement: str
    ) -> None:
        with pytest.raises(IntegrityError, match="only ever added"), sessions.begin() as session:
            session.execute(text(statement))
        assert actions(sessions) == ["account.add"]

    def test_it_takes_no_secrets(self, sessions: sessionmaker[Session]) -> None:
        with pytest.raises(ValueError, match="no secrets"), sessions.begin() as session:
            record(session, BOSS, "account.password", "account:Ana", after={"password_hash": "x"})

    def test_a_change_that_fails_is_not_noted(self, sessions: sessionmaker[Session]) -> None:
        def fail_after_noting() -> None:
            with sessions.begin() as session:
                record(session, BOSS, "account.role", "account:Ana")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail_after_noting()
        assert actions(sessions) == []


def kept(sessions: sessionmaker[Session], account: Account) -> str:
    with sessions() as session:
        return session.get_one(AccountRow, account.id).password_hash


def set_hash(sessions: sessionmaker[Session], account: Account, value: str) -> None:
    with sessions.begin() as session:
        session.get_one(AccountRow, account.id).password_hash = value


def seconds_of(work: object) -> float:
    began = time.perf_counter()
    assert callable(work)
    work()
    return time.perf_counter() - began
