"""The accounts of other people: adding, roles, shutting, unlocking, signing out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs, present
from web.accounts.book import Account
from web.accounts.faults import AccountError, UnknownName
from web.accounts.roles import ROLES
from web.console.desk import Desk
from web.console.forms import Form
from web.console.frame import language, page, tell, to, words
from web.console.tables import Table, from_list, read_wish

COLUMNS: dict[str, Callable[[Account], object]] = {
    "name": lambda account: account.name.casefold(),
    "role": lambda account: ROLES.index(account.role),
    "last_sign_in": lambda account: account.last_sign_in,
    "created_at": lambda account: account.created_at,
}
FILTERS = {"role": ROLES}


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the pages about people."""
    _add_list(routes, desk)
    _add_changes(routes, desk)


def _add_list(routes: Blueprint, desk: Desk) -> None:
    def shown(form: Form) -> BaseResponse:
        return page(
            "people.html",
            form.status,
            table=_table(desk),
            locked=desk.accounts.locked(),
            form=form,
            roles=ROLES,
        )

    @routes.get("/people")
    @needs("admin")
    def people() -> BaseResponse:
        return shown(Form())

    @routes.post("/people")
    @needs("admin")
    def add_person() -> BaseResponse:
        form = Form.of(request.form, "name", "role")
        try:
            added = desk.accounts.add(
                form["name"], form["role"], request.form.get("password", ""), by=present().actor
            )
        except AccountError as error:
            form.errors[error.field] = error.in_words(language())
            return shown(form)
        tell("account_added", name=added.name)
        return to("people")


def _add_changes(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/people/<int:account_id>")
    @needs("admin")
    def person(account_id: int) -> BaseResponse:
        return _person_page(desk, account_id, Form())

    @routes.post("/people/<int:account_id>/<change>")
    @needs("admin")
    def change_person(account_id: int, change: str) -> BaseResponse:
        form, by = Form(), present().actor
        changes: dict[str, Callable[[], Account]] = {
            "role": lambda: desk.accounts.change_role(account_id, request.form.get("role", ""), by=by),
            "disable": lambda: desk.accounts.disable(account_id, True, by=by),
            "enable": lambda: desk.accounts.disable(account_id, False, by=by),
            "unlock": lambda: desk.accounts.unlock(account_id, by=by),
            "end-sessions": lambda: desk.accounts.sign_out_everywhere(account_id, by=by),
            "password": lambda: desk.accounts.set_password(
                account_id, request.form.get("password", ""), by=by
            ),
        }
        if change not in changes:
            return to("person", account_id=account_id)
        try:
            if change == "disable" and account_id == present().account:
                form.errors["role"] = words("people.not_yourself")
            else:
                tell(f"account_{change.replace('-', '_')}", name=changes[change]().name)
        except AccountError as error:
            form.errors[error.field] = error.in_words(language())
        return _person_page(desk, account_id, form) if form.errors else to("person", account_id=account_id)


def _person_page(desk: Desk, account_id: int, form: Form) -> BaseResponse:
    try:
        account = desk.accounts.get(account_id)
    except UnknownName as error:
        raise NotFound from error
    locked = account_id in desk.accounts.locked()
    return page("person.html", form.status, account=account, locked=locked, form=form, roles=ROLES)


def _table(desk: Desk) -> Table:
    wish = read_wish(request.args, list(COLUMNS), "name", FILTERS)
    return from_list(
        "people", desk.accounts.all(), wish, COLUMNS, text=lambda account: account.name, filters=FILTERS
    )
