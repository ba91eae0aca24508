"""The audit log: every change with who, what, before and after, written in the transaction of the change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from web.store.desk_tables import AuditRow
from web.store.tables import now

_SECRET = re.compile(r"password|hash|token|secret", re.IGNORECASE)


@dataclass(frozen=True)
class Actor:
    """Who changes something: the name of an account as it is now."""

    name: str


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note a change (`action` such as "account.role") of `subject` (such as "account:Ana") in its own transaction.

    Raises `ValueError` for values that look like secrets: the log is read by people.
    """
    for values in (before, after):
        if values and any(_SECRET.search(name) for name in values):
            raise ValueError(f"The audit log takes no secrets: {sorted(values)}")
    session.add(
        AuditRow(
            at=now(),
            actor=actor.name,
            action=action,
            object=subject[:200],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )
