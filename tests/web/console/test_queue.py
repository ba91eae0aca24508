"""The confirmation queue: dates found in texts, proposals, and what a decision does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from console_fixtures import DeskInTest, Person, PlayedLibrary
from sqlalchemy import select

from web.console.last_days import last_days
from web.settings import Settings
from web.store.database import Database, open_database
from web.store.desk_tables import AuditRow, ProposalRow


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def editor(desk: DeskInTest, library: PlayedLibrary) -> Person:
    library.add("d1", title="A call for harbours")
    library.say("d1", "We help yards. Applications close on 31 January 2027, at noon. Ask early.")
    return desk.person("editor")


def rows(database: Database) -> list[tuple[str, str, str | None, str | None]]:
    with database() as session:
        found = session.scalars(select(ProposalRow).order_by(ProposalRow.id))
        return [(row.value, row.state, row.decided_value, row.decided_by) for row in found]


class TestFindingLastDays:
    @pytest.mark.parametrize(
        "text",
        [
            "The project began on 1 March 2024.",
            "The deadline is soon.",
            "Valid until 31 February 2027.",
            "The deadline was moved. We met on 3 May 2027.",
            "Closing the loop saved 2027 tonnes.",
            "Deadline: 99/99/2027",
            "Our open days are on 2027-01-31.",
        ],
    )
    def test_other_dates_are_left_alone(self, text: str) -> None:
        assert last_days(text) == []

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("This offer is valid until 31 January 2027.", "2027-01-31"),
            ("Submission deadline: 3 Sept. 2027, 17:00 Brussels time", "2027-09-03"),
            ("The call closes on March 5th, 2027.", "2027-03-05"),
            ("Apply by 2027-04-30!", "2027-04-30"),
            ("Open until 05.11.2027", "2027-11-05"),
            ("Proposals must be submitted by 1st of June 2027", "2027-06-01"),
            ("It expires on 12/10/2027.", "2027-10-12"),
            ("DEADLINE\u00a0– 7 May 2027", "2027-05-07"),
        ],
    )
    def test_a_last_day_is_found_however_it_is_written(self, text: str, day: str) -> None:
        assert [found.day.isoformat() for found in last_days(text)] == [day]

    def test_the_quote_is_the_sentence_word_for_word(self) -> None:
        text = "We help yards.\n- Applications close on 31 January 2027, at noon. Ask early."
        [found] = last_days(text)
        assert found.quote in text
        assert found.quote == "- Applications close on 31 January 2027, at noon."


class TestDeciding:
    def test_a_date_in_a_text_waits_with_its_quote_until_somebody_says_yes(
        self, editor: Person, library: PlayedLibrary, database: Database
    ) -> None:
        assert "New dates found: 1" in editor.follow(editor.post("/queue/scan")).text
        assert library.drafts["d1"].get("valid_until") is None
        page = editor.get("/queue/1").text
        assert "Applications close on 31 January 2027, at noon." in page
        assert "We help yards" not in page
        assert "#passage-d1-p0" in page
        assert "Accepted: A call" in editor.follow(editor.post("/queue/1/accept", value="2027-01-31")).text
        assert library.drafts["d1"]["valid_until"] == "2027-01-31"
        assert rows(database) == [("2027-01-31", "accepted", "2027-01-31", "editor person")]

    def test_a_corrected_one_is_stored_as_corrected_and_both_are_noted(
        self, editor: Person, library: PlayedLibrary, database: Database
    ) -> None:
        editor.post("/queue/scan")
        editor.post("/queue/1/accept", value="2027-02-01")
        assert library.drafts["d1"]["valid_until"] == "2027-02-01"
        assert rows(database)[0][1:3] == ("edited", "2027-02-01")
        with database() as session:
            noted = session.scalars(select(AuditRow).where(AuditRow.action == "proposal.edited")).one()
        assert (noted.before, noted.after) == (
            {"field": "valid_until", "proposed": "2027-01-31"}, {"value": "2027-02-01"},
        )  # fmt: skip

    def test_a_rejected_one_changes_nothing_and_does_not_come_again(
        self, editor: Person, library: PlayedLibrary, database: Database
    ) -> None:
        editor.post("/queue/scan")
        editor.post("/queue/1/reject", value="")
        assert "New dates found: 0" in editor.follow(editor.post("/queue/scan")).text
        assert library.drafts["d1"].get("valid_until") is None
        assert rows(database) == [("2027-01-31", "rejected", None, "editor person")]

    @pytest.mark.parametrize("value", ["", "soon", "2027-02-30"])
    def test_what_is_no_date_is_told_beside_the_field_and_nothing_is_decided(
        self, editor: Person, library: PlayedLibrary, database: Database, value: str
    ) -> None:
        editor.post("/queue/scan")
        page = editor.post("/queue/1/accept", value=value)
        assert page.status_code == 422
        assert "2027-01-31" in page.text.partition('id="error-value"')[2].partition("</p>")[0]
        assert rows(database)[0][1] == "open"

    def test_one_that_could_not_be_applied_stays_open(
        self, editor: Person, library: PlayedLibrary, database: Database
    ) -> None:
        editor.post("/queue/scan")
        library.neighbour.on("PUT /documents/d1/valid-until", {"detail": "broken"}, status=500)
        assert editor.post("/queue/1/accept", value="2027-01-31").status_code == 503
        assert rows(database)[0][1] == "open"

    def test_a_second_decision_is_told_that_it_comes_late(self, editor: Person, database: Database) -> None:
        editor.post("/queue/scan")
        editor.post("/queue/1/reject")
        assert (
            "Somebody else decided" in editor.follow(editor.post("/queue/1/accept", value="2027-01-31")).text
        )
        assert rows(database)[0][1] == "rejected"

    def test_of_two_who_decide_at_once_one_does(
        self, desk: DeskInTest, editor: Person, database: Database
    ) -> None:
        editor.post("/queue/scan")
        second = desk.person("editor", "second editor")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda who: who.post("/queue/1/accept", value="2027-01-31"), (editor, second)))
        with database() as session:
            noted = session.scalars(select(AuditRow).where(AuditRow.action == "proposal.accepted")).all()
        assert len(noted) == 1

    def test_a_dated_document_is_not_asked_about(self, editor: Person, library: PlayedLibrary) -> None:
        library.drafts["d1"]["valid_until"] = "2028-01-01"
        assert "Documents read: 0" in editor.follow(editor.post("/queue/scan")).text


SECRET = "inner"
BODY = {
    "kind": "valid_until",
    "subject": "d1",
    "title": "A call",
    "field": "valid_until",
    "value": "2027-01-31",
    "quote": "Closes on 31 January 2027.",
    "passage": "p1",
}


class TestTheDoorForOtherProcesses:
    def send(self, desk: DeskInTest, body: object, secret: str = SECRET) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return desk.app.test_client().post("/console/inner/proposals", json=body, headers=headers).status_code

    @pytest.mark.parametrize("secret", ["", "wrong", "innér"])
    def test_it_is_shut_without_the_secret(self, desk: DeskInTest, database: Database, secret: str) -> None:
        assert self.send(desk, BODY, secret) == 401
        assert rows(database) == []

    @pytest.mark.parametrize(
        "change", [{"kind": "nonsense"}, {"value": "soon"}, {"quote": 5}, {"subject": None}, {"value": ["x"]}]
    )
    def test_what_does_not_fit_is_turned_down(
        self, desk: DeskInTest, database: Database, change: dict[str, object]
    ) -> None:
        assert self.send(desk, BODY | change) == 422
        assert self.send(desk, []) == 422
        assert self.send(desk, {}) == 422
        assert rows(database) == []

    def test_a_proposal_is_taken_once(self, desk: DeskInTest, database: Database) -> None:
        assert [self.send(desk, BODY), self.send(desk, BODY)] == [201, 200]
        assert len(rows(database)) == 1
