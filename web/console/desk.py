"""What the pages of the desk work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.client import Client
from web.accounts.book import Accounts
from web.accounts.passwords import Passwords
from web.accounts.signing_in import SignIns
from web.console.ingests import Ingests
from web.console.proposals import Proposals
from web.console.removals import Removals
from web.settings import Settings
from web.store.database import Database

PATIENCE = 30.0
"""Seconds the library may take for a page: whole documents travel, and nobody waits in a chat."""


@dataclass(frozen=True)
class Desk:
    """The services behind the pages."""

    settings: Settings
    sessions: Database
    library: Client
    accounts: Accounts
    sign_ins: SignIns
    removals: Removals
    proposals: Proposals
    ingests: Ingests


def open_desk(settings: Settings, sessions: Database, library: Client | None = None) -> Desk:
    """Wire the services together."""
    library = library or Client(settings.knowledge_url, settings.inner_secret, timeout=PATIENCE)
    passwords, proposals = Passwords(), Proposals(sessions, library)
    return Desk(
        settings=settings,
        sessions=sessions,
        library=library,
        accounts=Accounts(sessions, passwords),
        sign_ins=SignIns(sessions, passwords),
        removals=Removals(sessions, library),
        proposals=proposals,
        ingests=Ingests(sessions, settings.home / "uploads", after=_scan(library, proposals)),
    )


def _scan(library: Client, proposals: Proposals) -> Callable[[str], int]:
    """Return what looks for dates in a document just read, by its source."""

    def scan(source: str) -> int:
        return sum(proposals.scan(info) for info in library.documents() if info.source == source)

    return scan
