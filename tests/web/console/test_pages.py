"""The other pages of the desk: people, changes, conversations, stuck messages, gaps, search, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from console_fixtures import PASSWORD, DeskInTest, PlayedLibrary
from hypothesis import given
from hypothesis import strategies as st
from neighbours import CITATION, TURN, Neighbour, said
from sqlalchemy import select

import web
from web.accounts import add_account
from web.console.proposals import STATES
from web.console.tables import PAGE, from_list, read_wish
from web.settings import Settings
from web.store.database import Database, open_database
from web.store.desk_tables import AuditRow
from web.store.turn_tables import InboxRow, OutboxRow
from web.wording import DESK, FALLBACK, _table, desk_languages

WEB = Path(web.__file__).parent


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database_url)
    yield opened
    opened.engine.dispose()


def dead(database: Database) -> None:
    """Two messages that got stuck: one unanswered, one undelivered."""
    common = {
        "channel": "slack",
        "attempts": 5,
        "error": "HTTP 500",
        "state": "dead",
        "conversation": "f" * 64,
    }
    with database.begin() as session:
        session.add(
            InboxRow(
                id=1,
                event_id="e1",
                payload='{"text": "Private words"}',
                received_at="2026-11-22T09:00:00+00:00",
                **common,
            )
        )
        session.flush()
        session.add(
            OutboxRow(
                id=1, inbox_id=1, target="{}", replies="[]", created_at="2026-11-22T09:01:00+00:00", **common
            )
        )


class TestPeople:
    def test_an_admin_adds_changes_shuts_and_opens_accounts(
        self, desk: DeskInTest, database: Database
    ) -> None:
        admin = desk.person("admin")
        page = admin.follow(admin.post("/people", name="Eve", role="staff", password=PASSWORD))
        assert "Eve can sign in now" in page.text
        for change, fields in (
            ("role", {"role": "editor"}),
            ("disable", {}),
            ("enable", {}),
            ("end-sessions", {}),
        ):
            assert admin.post(f"/people/2/{change}", **fields).status_code == 303
        with database() as session:
            noted = list(session.scalars(select(AuditRow.action).where(AuditRow.actor == "admin person")))
        assert noted[1:] == [
            "account.add", "account.role", "account.disable", "account.enable", "account.sign_out_everywhere",
        ]  # fmt: skip

    def test_nobody_shuts_themselves_out(self, desk: DeskInTest) -> None:
        admin = desk.person("admin")
        add_account("Second", "admin", PASSWORD, settings=desk.settings)
        assert "cannot disable your own" in admin.post("/people/1/disable").text
        admin.post("/people/2/disable")
        assert "only admin" in admin.post("/people/1/role", role="staff").text

    def test_a_password_that_is_set_must_be_good_and_signs_out(self, desk: DeskInTest) -> None:
        admin, eve = desk.person("admin"), desk.person("staff")
        assert "at least 10" in admin.post("/people/2/password", password="sh0rt!").text
        assert eve.get("/account").status_code == 200
        admin.post("/people/2/password", password="another four words")
        assert eve.get("/account").status_code == 303
        assert eve.sign_in("staff person", "another four words").status_code == 303

    def test_somebody_who_is_not_there_is_a_page_that_says_so(self, desk: DeskInTest) -> None:
        assert desk.person("admin").get("/people/99").status_code == 404


class TestChanges:
    def test_who_changed_what_can_be_filtered(self, desk: DeskInTest) -> None:
        admin = desk.person("admin")
        admin.post("/people", name="Eve", role="staff", password=PASSWORD)
        admin.post("/people/2/role", role="editor")
        page = admin.get("/audit?action=account.role").text
        assert "<del>staff</del> <ins>editor</ins>" in page
        assert "Account added" not in page.partition("<tbody")[2]
        assert PASSWORD not in admin.get("/audit").text
        assert "Nothing fits" in admin.get("/audit?words=nobody-did-this").text


class TestConversations:
    def test_a_question_is_shown_with_how_it_was_answered_and_nobodys_name(
        self, desk: DeskInTest, rasa: Neighbour
    ) -> None:
        rasa.on(TURN, said("Skills. [1]", move="ask_advice", kind="answer", citations=[CITATION]))
        body = {"message": "What do <b>members</b> lack?"}
        conversation = desk.app.test_client().post("/api/chat", json=body).json["conversation"]
        staff = desk.person("staff")
        listed = staff.get("/conversations").text
        code = re.search(r'href="/console/conversations/([0-9a-f]{8})"', listed)
        assert code is not None
        page = staff.get(f"/conversations/{code[1]}").text
        for words in (
            "What do &lt;b&gt;members&lt;/b&gt; lack?",
            "Skills. [1]",
            "ask_advice",
            "dialogue",
            ">p1<",
        ):
            assert words in page
        assert conversation not in listed + page

    @pytest.mark.parametrize("code", ["00000000", "zz", "%25%25%25%25%25%25%25%25", "________"])
    def test_a_code_that_stands_for_nothing_shows_nothing(self, desk: DeskInTest, code: str) -> None:
        desk.app.test_client().post("/api/chat", json={"message": "hi"})
        assert desk.person("staff").get(f"/conversations/{code}").status_code == 404


class TestStuckMessages:
    def test_they_are_listed_without_their_words(self, desk: DeskInTest, database: Database) -> None:
        dead(database)
        page = desk.person("editor").get("/dead-letters").text
        assert page.count("Try again") == 2
        assert "HTTP 500" in page
        assert "Private words" not in page

    def test_one_can_be_sent_on_its_way_again_once(self, desk: DeskInTest, database: Database) -> None:
        dead(database)
        editor = desk.person("editor")
        assert "on its way" in editor.follow(editor.post("/dead-letters/message/1/retry")).text
        assert "not stuck any more" in editor.follow(editor.post("/dead-letters/message/1/retry")).text
        with database() as session:
            assert session.get_one(InboxRow, 1).state == "received"
            assert session.scalars(select(AuditRow.action)).all().count("letter.retry") == 1

    def test_one_is_discarded_only_with_a_reason_which_is_noted(
        self, desk: DeskInTest, database: Database
    ) -> None:
        dead(database)
        editor = desk.person("editor")
        refused = editor.post("/dead-letters/delivery/1/discard", reason="  ")
        assert (refused.status_code, 'id="error-delivery-1"' in refused.text) == (422, True)
        editor.post("/dead-letters/delivery/1/discard", reason="The channel is closed")
        with database() as session:
            assert session.get_one(OutboxRow, 1).state != "dead"
            noted = session.scalars(select(AuditRow).where(AuditRow.action == "letter.discard")).one()
        assert noted.after == {"reason": "The channel is closed"}

    def test_there_is_no_other_kind(self, desk: DeskInTest) -> None:
        editor = desk.person("editor")
        assert editor.post("/dead-letters/account/1/retry").status_code == 404
        assert editor.post("/dead-letters/account/1/discard", reason="x").status_code == 404


class TestLookingThingsUp:
    def test_search_shows_documents_and_passages_as_they_are_found(
        self, desk: DeskInTest, library: PlayedLibrary
    ) -> None:
        library.add("d1", title="Harbours")
        staff = desk.person("staff")
        assert "Nothing found" in staff.get("/search?words=elephants").text
        page = staff.get("/search?words=harbours").text
        assert 'href="/console/documents/d1"' in page
        assert library.neighbour.bodies("POST /search")[-1]["words"] == "harbours"

    def test_pages_without_anything_teach_what_they_are_for(
        self, desk: DeskInTest, library: PlayedLibrary
    ) -> None:
        admin = desk.person("admin")
        for path in ("/documents", "/queue", "/gaps", "/conversations", "/dead-letters", "/search"):
            assert 'class="empty-head"' in admin.get(path).text, path

    def test_what_is_typed_by_others_is_never_taken_for_a_page(
        self, desk: DeskInTest, library: PlayedLibrary
    ) -> None:
        hostile = '"><script>alert(1)</script>'
        library.add("d1", title=hostile, source=hostile)
        library.say("d1", hostile)
        admin = desk.person("admin")
        for path in (
            "/documents",
            "/documents/d1",
            "/documents/d1/remove",
            f"/search?words={hostile}",
            f"/audit?words={hostile}",
        ):
            assert "<script>alert" not in admin.get(path).text, path


class TestTables:
    COLUMNS = ("name", "size")

    @given(st.dictionaries(st.sampled_from(["words", "sort", "page", "kind"]), st.text(max_size=30)))
    def test_no_query_string_breaks_one(self, args: dict[str, str]) -> None:
        rows = [SimpleNamespace(name=f"n{n}", size=n if n % 3 else None, kind="ab"[n % 2]) for n in range(60)]
        filters = {"kind": ("a", "b")}
        wish = read_wish(args, self.COLUMNS, "name", filters)
        columns = {"name": lambda row: row.name, "size": lambda row: row.size}
        table = from_list("x", rows, wish, columns, text=lambda row: row.name, filters=filters)
        assert len(table.rows) <= PAGE
        assert 1 <= table.page <= table.pages
        assert table.wish.key in self.COLUMNS

    def test_pages_together_hold_every_row_once_in_order(self) -> None:
        rows = [SimpleNamespace(name=f"{n:03}") for n in range(60)]
        seen = []
        for page in "123":
            wish = read_wish({"page": page, "sort": "-name"}, ["name"], "name")
            table = from_list("x", rows, wish, {"name": lambda row: row.name}, text=lambda row: row.name)
            seen += [row.name for row in table.rows]
        assert seen == [f"{n:03}" for n in reversed(range(60))]

    def test_the_address_keeps_what_was_chosen(self) -> None:
        wish = read_wish(
            {"words": "a b", "kind": "call", "sort": "name"}, ["name"], "name", {"kind": ["call"]}
        )
        table = from_list("x", [], wish, {"name": lambda row: row}, text=str, filters={"kind": ["call"]})
        assert table.sorted_by("name") == "?words=a+b&kind=call&sort=-name"
        assert table.query(page="2") == "?words=a+b&kind=call&sort=name&page=2"


def test_every_language_of_the_desk_has_the_same_words(desk: DeskInTest) -> None:
    ours = set(_table(DESK, FALLBACK))
    for language in desk_languages():
        assert set(_table(DESK, language)) == ours


def test_every_change_has_words() -> None:
    noted = set()
    for file in (*(WEB / "accounts").glob("*.py"), *(WEB / "console").glob("*.py")):
        noted |= set(
            re.findall(r'"((?:account|document|letter)\.(?!html)[a-z_]+)"', file.read_text(encoding="utf-8"))
        )
    noted |= {f"proposal.{state}" for state in STATES if state != "open"}
    assert len(noted) > 12
    assert {action for action in noted if f"actions.{action}" not in _table(DESK, FALLBACK)} == set()
