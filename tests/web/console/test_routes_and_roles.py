"""Every route of the application says who may use it, and holds to it."""

from __future__ import annotations

import re

import pytest
from console_fixtures import DeskInTest, Person, PlayedLibrary
from flask import Flask

from web import create_app
from web.access import SAFE_METHODS, access_table
from web.accounts.roles import ROLES
from web.settings import Settings

PLACES = {
    "account_id": "1",
    "change": "unlock",
    "anything": "nothing",
    "name": "htmx.js",
    "document_id": "d1",
    "passage_id": "p1",
    "job_id": "j1",
    "number": "1",
    "code": "abcdef12",
    "kind": "message",
    "id": "p1",
    "filename": "icon.svg",
}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every endpoint with a method and an address."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: PLACES[name[1]], rule.rule)
        found += [
            (rule.endpoint, method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    return found


def test_every_route_is_declared(settings: Settings) -> None:
    with_slack = create_app(Settings(**{**vars(settings), "slack_signing_secret": "shh"}))
    assert set(with_slack.view_functions) - set(access_table(with_slack)) == set()


def test_an_undeclared_route_is_served_to_nobody(settings: Settings) -> None:
    app = create_app(settings)
    app.view_functions["forgotten"] = lambda: "secrets"
    app.url_map.add(app.url_rule_class("/forgotten", endpoint="forgotten", methods=["GET"]))
    response = app.test_client().get("/forgotten")
    assert (response.status_code, "secrets" in response.text) == (403, False)


@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_route_is_open_to_its_role_and_those_above_and_to_nobody_else(
    desk: DeskInTest, library: PlayedLibrary, role: str | None
) -> None:
    library.add("d1")
    person = desk.person(role) if role else desk.somebody()
    table = access_table(desk.app)
    asked = [found for found in routes(desk.app) if table[found[0]].need in ROLES]
    assert len(asked) > 30
    wrong = []
    for endpoint, method, path in asked:
        need = table[endpoint].need
        expected = (
            "turned away"
            if role is None
            else "let in"
            if ROLES.index(role) >= ROLES.index(need)
            else "refused"
        )
        outcome = _outcome(person, method, path)
        if outcome != expected:
            wrong.append((endpoint, method, need, outcome, expected))
        if role and endpoint in ("console.sign_out", "console.sign_out_everywhere"):
            person.sign_in(f"{role} person")
    assert wrong == []


def _outcome(person: Person, method: str, path: str) -> str:
    """What becomes of a request: a refusal by role comes before anything is looked at or changed."""
    data = {} if method in SAFE_METHODS else {"csrf_token": person.token}
    response = person.client.open(path, method=method, data=data)
    if response.status_code == 303 and "/console/login?" in response.headers["Location"] + "?":
        return (
            "let in"
            if path.endswith(("/logout", "/sign-out-everywhere")) and _signed_out(response)
            else "turned away"
        )
    if response.status_code == 403:
        return "refused"
    assert response.status_code < 500, (method, path, response.text)
    return "let in"


def _signed_out(response: object) -> bool:
    """Signing out leads to the entrance too, but tells the browser something to say there."""
    return "Set-Cookie" in response.headers  # type: ignore[attr-defined]


def test_members_are_told_kindly_that_the_desk_is_for_staff(desk: DeskInTest) -> None:
    page = desk.person("member").get()
    assert page.status_code == 403
    assert "The desk is for staff" in page.text


def test_staff_see_no_buttons_they_may_not_press(desk: DeskInTest, library: PlayedLibrary) -> None:
    library.add("d1")
    person = desk.person("staff")
    assert "/documents/d1/remove" not in person.get("/documents/d1").text
    assert "multipart/form-data" not in person.get("/documents").text
    assert "/console/people" not in person.get().text


def test_a_page_below_the_desk_that_is_none_is_a_page_and_elsewhere_a_problem(desk: DeskInTest) -> None:
    assert "Nothing here" in desk.somebody().get("/no/such/page").text
    assert desk.app.test_client().get("/nowhere").mimetype == "application/problem+json"
