"""Inbox, outbox, traces and heartbeats; conversations know their channel.

Numbers of messages and answers are never used again: services know answers by them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what a durable turn needs."""
    op.add_column("conversation", sa.Column("channel", sa.String(12), nullable=False, server_default="web"))
    _create_inbox()
    _create_outbox()
    op.create_table(
        "trace",
        sa.Column("inbox_id", sa.Integer, sa.ForeignKey("inbox.id"), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(64), nullable=False, index=True),
        sa.Column("answered_at", sa.String(32), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("move", sa.String(40), nullable=False),
        sa.Column("statuses", sa.Text, nullable=False),
        sa.Column("passages", sa.Text, nullable=False),
        sa.Column("timings", sa.Text, nullable=False),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("doing", sa.Text, nullable=False),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("event_id", sa.String(160), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False, index=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("error", sa.String(120)),
        sa.UniqueConstraint("channel", "event_id", name="inbox_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_lane", "inbox", ["conversation", "state", "id"])
    op.create_index("inbox_open", "inbox", ["state", "lease_until"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("inbox_id", sa.Integer, sa.ForeignKey("inbox.id"), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False, index=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("replies", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Double, nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("service_id", sa.String(160)),
        sa.Column("error", sa.String(120)),
        sa.UniqueConstraint("inbox_id", "round", name="outbox_answer"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_open", "outbox", ["state", "next_at"])


def downgrade() -> None:
    """Drop everything again."""
    for table in ("heartbeat", "trace", "outbox", "inbox"):
        op.drop_table(table)
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_column("channel")
