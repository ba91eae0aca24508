"""The entrance of the desk: who gets in, who does not, and what a stolen or planted cookie is worth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from console_fixtures import PASSWORD, DeskInTest, Person, PlayedLibrary
from sqlalchemy import text

from web import create_app
from web.accounts import Account, add_account, open_accounts
from web.console.cookies import NAME
from web.settings import Settings
from web.store.database import open_database


def cookie(person: Person, name: str = NAME) -> str | None:
    found = person.client.get_cookie(name)
    return found.value if found else None


class TestWhoDoesNotGetIn:
    def test_a_wrong_password_is_told_beside_the_field_and_the_name_is_kept(self, desk: DeskInTest) -> None:
        add_account("Ana", "admin", PASSWORD, settings=desk.settings)
        page = desk.somebody().sign_in("Ana", "wrong password")
        assert page.status_code == 422
        assert 'aria-describedby="error-password' in page.text
        assert 'value="Ana"' in page.text
        assert "wrong password" not in page.text

    def test_unknown_names_and_wrong_passwords_are_told_in_the_same_words(self, desk: DeskInTest) -> None:
        add_account("Ana", "admin", PASSWORD, settings=desk.settings)
        pages = [desk.somebody().sign_in(name, "wrong password").text for name in ("Ana", "Bob")]
        shown = [page.partition("invalid-feedback")[2].partition("</p>")[0] for page in pages]
        assert shown[0] == shown[1] != ""

    def test_after_five_tries_one_has_to_wait_and_an_admin_can_unlock(self, desk: DeskInTest) -> None:
        add_account("Ana", "staff", PASSWORD, settings=desk.settings)
        visitor, admin = desk.somebody(), desk.person("admin")
        for _ in range(5):
            visitor.sign_in("Ana", "wrong password")
        assert "Please wait" in visitor.sign_in("Ana").text
        assert "has to wait" in admin.get("/people").text
        number = next(account.id for account in _accounts(desk) if account.name == "Ana")
        admin.get(f"/people/{number}")
        admin.post(f"/people/{number}/unlock")
        assert visitor.sign_in("Ana").status_code == 303

    def test_without_a_session_every_page_leads_to_the_entrance_and_back(
        self, desk: DeskInTest, library: PlayedLibrary
    ) -> None:
        add_account("Ana", "admin", PASSWORD, settings=desk.settings)
        visitor = desk.somebody()
        turned_away = visitor.get("/documents?words=guide")
        entrance = turned_away.headers["Location"]
        assert (turned_away.status_code, entrance) == (
            303,
            "/console/login?next=/console/documents?words%3Dguide",
        )
        visitor.get("/login")
        assert (
            visitor.post(
                "/login", name="Ana", password=PASSWORD, next="/console/documents?words=guide"
            ).headers["Location"]
            == "/console/documents?words=guide"
        )

    def test_a_request_of_htmx_is_sent_to_the_entrance_as_a_whole_page(self, desk: DeskInTest) -> None:
        response = desk.somebody().get("/documents", **{"HX-Request": "true"})
        assert response.status_code == 401
        assert response.headers["HX-Redirect"].startswith("/console/login")

    @pytest.mark.parametrize(
        "address",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "/console\\@evil.example", "/consoleevil",
         "javascript:alert(1)", "/console/\n/evil", "/"],
    )  # fmt: skip
    def test_nobody_is_sent_elsewhere_after_signing_in(self, desk: DeskInTest, address: str) -> None:
        add_account("Ana", "admin", PASSWORD, settings=desk.settings)
        assert desk.somebody().sign_in("Ana", next=address).headers["Location"] == "/console"


class TestWhatACookieIsWorth:
    def test_a_cookie_planted_before_signing_in_is_worth_nothing_afterwards(self, desk: DeskInTest) -> None:
        add_account("Ana", "admin", PASSWORD, settings=desk.settings)
        attacker = desk.somebody()
        attacker.get("/login")
        planted, token = cookie(attacker), attacker.token
        victim = desk.somebody()
        victim.client.set_cookie(NAME, planted or "")
        assert victim.post("/login", name="Ana", password=PASSWORD, token=token).status_code == 303
        assert cookie(victim) != planted
        assert attacker.get("/account").status_code == 303
        assert victim.post("/account/sign-out-everywhere", token=token).status_code == 400

    def test_every_sign_in_makes_a_new_session(self, desk: DeskInTest) -> None:
        person = desk.person("admin")
        first = cookie(person)
        person.post("/logout")
        person.sign_in("admin person")
        assert cookie(person) not in (None, first)

    def test_a_copied_cookie_ends_with_the_sign_out(self, desk: DeskInTest) -> None:
        person, thief = desk.person("admin"), desk.somebody()
        thief.client.set_cookie(NAME, cookie(person) or "")
        assert thief.get("/people").status_code == 200
        person.post("/logout")
        assert thief.get("/people").status_code == 303

    def test_signing_out_everywhere_and_a_new_password_end_the_others(self, desk: DeskInTest) -> None:
        person, other = desk.person("staff"), desk.somebody()
        other.sign_in("staff person")
        done = person.post(
            "/account/password", current=PASSWORD, password="another four words", again="another four words"
        )
        assert "signed out" in person.follow(done).text
        assert [who.get("/account").status_code for who in (person, other)] == [200, 303]
        other.sign_in("staff person", "another four words")
        person.get("/account")
        person.post("/account/sign-out-everywhere")
        assert [who.get("/account").status_code for who in (person, other)] == [303, 303]

    def test_an_old_session_is_not_let_in(self, desk: DeskInTest) -> None:
        person = desk.person("admin")
        database = open_database(desk.settings.database_url)
        with database.begin() as session:
            session.execute(text("UPDATE sign_in SET last_at = '2020-01-01T00:00:00+00:00'"))
        database.engine.dispose()
        assert person.get("/people").status_code == 303

    def test_a_forged_cookie_is_nobodys(self, desk: DeskInTest) -> None:
        thief = desk.somebody()
        thief.client.set_cookie(NAME, "eyJfdXNlcl9pZCI6IjEifQ.aAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA")
        assert thief.get("/people").status_code == 303

    def test_scripts_and_other_sites_cannot_use_it(self, desk: DeskInTest) -> None:
        flags = desk.somebody().get("/login").headers["Set-Cookie"]
        assert "HttpOnly" in flags
        assert "SameSite=Lax" in flags
        assert "Secure" not in flags

    def test_where_people_come_by_https_it_belongs_to_this_host_and_to_https(
        self, settings: Settings, library: PlayedLibrary
    ) -> None:
        app = create_app(replace(settings, public_url="https://adviser.example"))
        flags = Person(app).get("/login").headers["Set-Cookie"]
        assert flags.startswith(f"__Host-{NAME}=")
        assert "; Secure" in flags
        assert "Path=/" in flags
        assert "Domain" not in flags


class TestForms:
    @pytest.mark.parametrize("token", ["", "made-up", "eyJhIjoxfQ.x.y"])
    def test_without_the_token_of_this_session_nothing_changes(self, desk: DeskInTest, token: str) -> None:
        person = desk.person("admin")
        refused = person.post("/people", name="Eve", role="admin", password=PASSWORD, token=token)
        assert refused.status_code == 400
        assert "grown old" in refused.text
        assert [account.name for account in _accounts(desk)] == ["admin person"]

    def test_a_token_of_somebody_else_does_not_fit(self, desk: DeskInTest) -> None:
        admin, other = desk.person("admin"), desk.person("staff")
        other.get("/account")
        assert (
            admin.post("/people", name="Eve", role="admin", password=PASSWORD, token=other.token).status_code
            == 400
        )

    def test_the_token_in_the_header_of_htmx_is_taken(self, desk: DeskInTest, library: PlayedLibrary) -> None:
        person = desk.person("editor")
        response = person.client.post("/console/queue/scan", headers={"X-CSRFToken": person.token})
        assert response.status_code == 303
        assert person.client.post("/console/queue/scan", headers={"X-CSRFToken": "x"}).status_code == 400

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_a_form_on_another_site_is_refused_even_with_a_token(self, desk: DeskInTest, site: str) -> None:
        person = desk.person("admin")
        person.headers = {"Sec-Fetch-Site": site}
        assert person.post("/people", name="Eve", role="admin", password=PASSWORD).status_code == 403

    def test_signing_in_needs_a_token_too(self, desk: DeskInTest) -> None:
        add_account("Ana", "admin", PASSWORD, settings=desk.settings)
        assert desk.somebody().post("/login", name="Ana", password=PASSWORD).status_code == 400

    def test_a_large_body_is_refused_before_it_is_read(self, desk: DeskInTest) -> None:
        person = desk.person("admin")
        assert person.post("/people", name="x" * 400_000).status_code == 413

    @pytest.mark.parametrize(
        ("fields", "field", "reason"),
        [
            ({"name": "", "role": "staff", "password": PASSWORD}, "name", "needs a name"),
            ({"name": "ADMIN person", "role": "staff", "password": PASSWORD}, "name", "already"),
            ({"name": "Eve", "role": "king", "password": PASSWORD}, "role", "no role"),
            ({"name": "Eve", "role": "staff", "password": "sh0rt!"}, "password", "at least 10"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(
        self, desk: DeskInTest, fields: dict[str, str], field: str, reason: str
    ) -> None:
        page = desk.person("admin").post("/people", **fields)
        assert page.status_code == 422
        assert reason in page.text.partition(f'id="error-{field}"')[2].partition("</p>")[0]
        assert f'value="{fields["name"]}"' in page.text
        assert fields["password"] not in page.text


class TestHeaders:
    def test_pages_run_no_script_or_style_of_their_own_and_are_not_framed_or_kept(
        self, desk: DeskInTest
    ) -> None:
        for path in ("/login", "/no/such/page"):
            response = desk.somebody().get(path)
            policy = response.headers["Content-Security-Policy"]
            assert "'unsafe" not in policy
            assert "script-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert "<script>" not in response.text
            assert " style=" not in response.text

    def test_choices_of_display_are_kept_and_lead_back(self, desk: DeskInTest) -> None:
        visitor = desk.somebody()
        visitor.get("/login")
        done = visitor.post("/preferences", theme="dark", language="en", back="/console/login?next=")
        assert done.headers["Location"] == "/console/login?next="
        assert 'data-theme="dark"' in visitor.get("/login").text
        visitor.post("/preferences", theme="pink", language="../../en", back="https://evil.example")
        assert 'data-theme="dark"' in visitor.get("/login").text


def _accounts(desk: DeskInTest) -> list[Account]:

    with open_accounts(desk.settings) as accounts:
        return list(accounts.all())
