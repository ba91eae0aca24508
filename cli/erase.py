"""`erase`: everything of one conversation, from every store."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from cli.boot.faults import Fault
from cli.home import Home, Secrets, load_secrets
from cli.home import Settings as HomeSettings
from cli.output import faults_as_words, json_option, print_json, say
from web.channels.slack.channel import conversation_key
from web.conversations import key_of
from web.privacy.erasure import Erasure
from web.privacy.neighbours import EraseFailed
from web.settings import Settings
from web.store.database import open_database

_SLACK = "slack:"


@click.command("erase")
@click.argument("conversation")
@json_option
@faults_as_words
def erase_command(conversation: str, as_json: bool) -> None:
    """Erase CONVERSATION everywhere: its id, or slack:CHANNEL:THREAD. Works also while the adviser runs.

    What stands in Slack itself has to be deleted there.
    """
    home = Home(HomeSettings.from_env().home)
    secrets = load_secrets(home)
    settings = _settings(home, secrets)
    database = open_database(settings.database_url)
    try:
        erased = Erasure(settings, database).erase([_named(conversation, secrets)])
    except EraseFailed as error:
        raise Fault(f"not everything was erased: {error}. Please run the command again.") from error
    finally:
        database.engine.dispose()
    if not erased:
        raise Fault("there is nothing of this conversation here; look at the id again.")
    if as_json:
        print_json({"erased": asdict(erased)})
    else:
        say(
            f"Erased {erased.messages} messages, {erased.events} events of the dialogue, {erased.notes} notes."
        )


def _named(conversation: str, secrets: Secrets) -> tuple[str, str]:
    """Return the channel and key of a conversation as its holder names it."""
    if not conversation.startswith(_SLACK):
        return "web", key_of(conversation)
    place, _, thread = conversation.removeprefix(_SLACK).partition(":")
    if not place or not thread:
        raise Fault(
            "a conversation in Slack is named slack:CHANNEL:THREAD, such as slack:C024BE91L:1482960137.003543."
        )
    return "slack", conversation_key(secrets.signing, place, thread)


def _settings(home: Home, secrets: Secrets) -> Settings:
    addresses = {f"ADVISER_{name}_URL": "" for name in ("KNOWLEDGE", "RASA", "ACTIONS")}
    return Settings.from_env(
        {**os.environ, **addresses, **secrets.as_environment(), "ADVISER_HOME": str(home.root)}
    )
