"""Alembic's entry: migrations run on the connection that `open_database` hands over."""

from __future__ import annotations

from alembic import context

from web.store import desk_tables, turn_tables  # noqa: F401 - known to the metadata from here on
from web.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    # On a database server other owners may have their tables beside ours.
    version_table="alembic_version" if connection.dialect.name == "sqlite" else "web_version",
)
with context.begin_transaction():
    context.run_migrations()
