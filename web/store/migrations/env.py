"""Alembic's entry: migrations run on the connection that `open_database` hands over."""

from __future__ import annotations

from alembic import context

from web.store import desk_tables, turn_tables  # noqa: F401 - known to the metadata from here on
from web.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
