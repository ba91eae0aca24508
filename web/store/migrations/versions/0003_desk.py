"""Accounts that can be locked and ended, and the tables of the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("sign_in", "sign_in_failure", "audit", "proposal", "removed_document", "desk_job")


def upgrade() -> None:
    """Extend accounts and create the desk's tables."""
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()))
        account.add_column(sa.Column("epoch", sa.Integer, nullable=False, server_default="0"))
        account.add_column(sa.Column("last_sign_in", sa.String(32)))
    _create_sign_ins()
    _create_audit()
    _create_queue()
    _create_undo_and_jobs()


def _create_sign_ins() -> None:
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey("account.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("last_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("name_key", sa.String(64), nullable=False, index=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.String(32), nullable=False),
        sa.Column("locked_until", sa.String(32)),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False, index=True),
        sa.Column("actor", sa.String(80), nullable=False, index=True),
        sa.Column("action", sa.String(40), nullable=False, index=True),
        sa.Column("object", sa.String(200), nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_keeps_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END"
            )


def _create_queue() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False, index=True),
        sa.Column("subject", sa.String(200), nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("field", sa.String(80), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("passage", sa.String(64)),
        sa.Column("proposed_at", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("decided_value", sa.Text),
        sa.Column("decided_by", sa.String(80)),
        sa.Column("decided_at", sa.String(32)),
    )


def _create_undo_and_jobs() -> None:
    op.create_table(
        "removed_document",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("draft", sa.JSON, nullable=False),
        sa.Column("original", sa.LargeBinary),
        sa.Column("removed_by", sa.String(80), nullable=False),
        sa.Column("removed_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "desk_job",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("started_by", sa.String(80), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("finished_at", sa.String(32)),
        sa.Column("report", sa.JSON),
    )


def downgrade() -> None:
    """Drop the desk's tables and the accounts' new columns."""
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("account") as account:
        for column in ("last_sign_in", "epoch", "disabled"):
            account.drop_column(column)
