"""`user`: accounts of the console, from the machine itself: also the way back in when nobody else can help."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from rich.table import Table

from cli.boot.faults import Fault
from cli.home import Home, Settings
from cli.output import faults_as_words, json_option, print_json, say, table_console
from web.accounts import COMMAND_LINE, ROLES, Account, AccountError, Accounts, add_account, open_accounts

_from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group("user")
def user_command() -> None:
    """Manage the accounts of the console."""


@user_command.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@_from_stdin
@json_option
@faults_as_words
def add_command(name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Add an account NAME to the console; its password is asked for twice."""
    Home(Settings.from_env().home).prepare()
    password = _read_password(password_stdin)
    try:
        add_account(name, role, password)
    except AccountError as error:
        raise Fault(str(error)) from error
    if as_json:
        print_json({"name": name, "role": role})
    else:
        say(f"Added {name} as {role}.")


@user_command.command("list")
@json_option
@faults_as_words
def list_command(as_json: bool) -> None:
    """List the accounts."""
    with open_accounts() as accounts:
        found, locked = accounts.all(), accounts.locked()
    if as_json:
        print_json({"accounts": [_describe(account, account.id in locked) for account in found]})
        return
    table = Table("name", "role", "last signed in", "state", box=None, pad_edge=False)
    for account in found:
        table.add_row(
            account.name, account.role, account.last_sign_in or "never", _state(account, account.id in locked)
        )
    table_console().print(table)


@user_command.command("unlock")
@click.argument("name")
@json_option
@faults_as_words
def unlock_command(name: str, as_json: bool) -> None:
    """Let NAME try to sign in again after too many wrong passwords."""
    account = _change(name, lambda accounts, found: accounts.unlock(found.id, by=COMMAND_LINE))
    _say(account, as_json, f"{account.name} can sign in again.")


@user_command.command("password")
@click.argument("name")
@_from_stdin
@json_option
@faults_as_words
def password_command(name: str, password_stdin: bool, as_json: bool) -> None:
    """Give NAME a new password; every browser signed in as NAME is signed out."""
    password = _read_password(password_stdin)
    account = _change(
        name, lambda accounts, found: accounts.set_password(found.id, password, by=COMMAND_LINE)
    )
    _say(account, as_json, f"{account.name} has a new password.")


def _change(name: str, change: Callable[[Accounts, Account], Account]) -> Account:
    try:
        with open_accounts() as accounts:
            return change(accounts, accounts.named(name))
    except AccountError as error:
        raise Fault(str(error)) from error


def _say(account: Account, as_json: bool, words: str) -> None:
    if as_json:
        print_json({"name": account.name, "role": account.role})
    else:
        say(words)


def _describe(account: Account, locked: bool) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "created_at": account.created_at,
        "last_sign_in": account.last_sign_in,
        "state": _state(account, locked),
    }


def _state(account: Account, locked: bool) -> str:
    if account.disabled:
        return "disabled"
    return "locked" if locked else "active"


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Fault("no terminal to ask for a password; give it on standard input with --password-stdin.")
    first: str = click.prompt("Password", hide_input=True, err=True)
    if click.prompt("The same again", hide_input=True, err=True) != first:
        raise Fault("the two passwords differ; nothing was changed.")
    return first
