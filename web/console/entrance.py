"""Signing in and out, and the reader's choices that hold without an account."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs, present, visitor
from web.accounts.signing_in import Refused
from web.console.desk import Desk
from web.console.forms import Form
from web.console.frame import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, page, tell, to, words
from web.wording import desk_languages

A_YEAR = 365 * 24 * 3600


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the entrance."""

    @routes.get("/login")
    @needs("public")
    def sign_in() -> BaseResponse:
        if visitor() is not None:
            return redirect(_way_on())
        return page("sign_in.html", form=Form(), next=request.args.get("next", ""))

    @routes.post("/login")
    @needs("public", forms=True)
    def enter() -> BaseResponse:
        form = Form.of(request.form, "name")
        entered = desk.sign_ins.enter(
            form["name"], request.form.get("password", ""), request.remote_addr or ""
        )
        if isinstance(entered, Refused):
            form.errors["password"] = _reason(entered)
            return page("sign_in.html", form.status, form=form, next=request.form.get("next", ""))
        session.clear()  # whatever somebody planted in this browser before ends here
        login_user(entered)
        return redirect(_way_on(), 303)

    @routes.post("/logout")
    @needs("member")
    def sign_out() -> BaseResponse:
        desk.sign_ins.leave(present().token)
        logout_user()
        session.clear()
        tell("signed_out")
        return to("sign_in")

    @routes.post("/preferences")
    @needs("public", forms=True)
    def preferences() -> BaseResponse:
        response = redirect(_back(request.form.get("back", "")), 303)
        _remember(response, THEME_COOKIE, request.form.get("theme"), THEMES)
        _remember(response, LANGUAGE_COOKIE, request.form.get("language"), tuple(desk_languages()))
        return response


def _reason(refused: Refused) -> str:
    if not refused.wait:
        return words("sign_in.refused")
    if refused.wait < 60:
        return words("sign_in.wait_seconds", seconds=str(refused.wait))
    return words("sign_in.wait_minutes", minutes=str(-(-refused.wait // 60)))


def _way_on() -> str:
    return _back(request.values.get("next", ""))


def _back(address: str) -> str:
    """Return the address when it is a page of the desk: nobody is sent to another site."""
    ours = address == "/console" or address.startswith(("/console/", "/console?"))
    plain = "\\" not in address and not any(ord(sign) < 33 for sign in address)
    return address if ours and plain else url_for("console.home")


def _remember(response: BaseResponse, name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value in known:
        response.set_cookie(
            name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
