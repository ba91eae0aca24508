"""One's own account: the password, and signing out everywhere."""

from __future__ import annotations

from flask import Blueprint, request, session
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs, present
from web.accounts.faults import AccountError
from web.accounts.signing_in import Visitor
from web.console.desk import Desk
from web.console.forms import Form
from web.console.frame import language, page, tell, to, words


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the page of one's own account."""

    @routes.get("/account")
    @needs("member")
    def own_account() -> BaseResponse:
        return page("own_account.html", form=Form())

    @routes.post("/account/password")
    @needs("member")
    def change_password() -> BaseResponse:
        known, form = present(), Form()
        new = request.form.get("password", "")
        try:
            if new != request.form.get("again", ""):
                form.errors["again"] = words("own_account.differ")
            else:
                desk.accounts.change_own_password(known.account, request.form.get("current", ""), new)
        except AccountError as error:
            form.errors[error.field] = error.in_words(language())
        if form.errors:
            return page("own_account.html", form.status, form=form)
        _enter_again(desk, known, new)
        tell("password_changed")
        return to("own_account")

    @routes.post("/account/sign-out-everywhere")
    @needs("member")
    def sign_out_everywhere() -> BaseResponse:
        known = present()
        desk.accounts.sign_out_everywhere(known.account, by=known.actor)
        logout_user()
        session.clear()
        tell("signed_out_everywhere")
        return to("sign_in")


def _enter_again(desk: Desk, known: Visitor, password: str) -> None:
    """The change ended every session; this browser, which just showed the password, gets a new one."""
    entered = desk.sign_ins.enter(known.name, password, request.remote_addr or "")
    session.clear()
    if isinstance(entered, Visitor):
        login_user(entered)
