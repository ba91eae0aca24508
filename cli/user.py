"""`user add`: the first account of the console."""

from __future__ import annotations

import sys

import click

from cli.boot.faults import Fault
from cli.home import Home, Settings
from cli.output import faults_as_words, json_option, print_json, say
from web.accounts import AccountError, add_account

ROLES = ("member", "staff", "editor", "admin")


@click.group("user")
def user_command() -> None:
    """Manage the accounts of the console."""


@user_command.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
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


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Fault("no terminal to ask for a password; give it on standard input with --password-stdin.")
    first: str = click.prompt("Password", hide_input=True, err=True)
    if click.prompt("The same again", hide_input=True, err=True) != first:
        raise Fault("the two passwords differ; nothing was added.")
    return first
