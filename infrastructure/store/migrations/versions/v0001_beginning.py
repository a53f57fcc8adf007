"""Sessions, their timelines, the agents' accounts and refresh tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("asked_seq", sa.Integer(), nullable=False),
        sa.Column("answered_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("customer_email", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text()),
        sa.Column("agent_name", sa.Text()),
        sa.Column("escalation_reason", sa.Text()),
        sa.Column("escalation_severity", sa.Text()),
        sa.Column("escalation_detail", sa.Text()),
        sa.Column("escalation_at", sa.Double()),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("folded_identity", sa.Text(), nullable=False),
        sa.Column("folded_preview", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_epoch", sa.Integer()),
        sa.Column("lease_expires_at", sa.Double()),
        sa.PrimaryKeyConstraint("name", name="pk_sessions"),
    )
    op.create_index("ix_sessions_updated_at", "sessions", ["updated_at"])
    op.create_index("ix_sessions_status_updated_at", "sessions", ["status", "updated_at"])
    _partial_index("ix_sessions_agent_id_updated_at", "sessions", ["agent_id", "updated_at"], "agent_id IS NOT NULL")
    _partial_index("ix_sessions_unanswered", "sessions", ["status", "updated_at"], "asked_seq > answered_seq")

    op.create_table(
        "entries",
        sa.Column("session_name", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text()),
        sa.Column("author_name", sa.Text()),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("client_message_id", sa.Text()),
        sa.Column("step_first_seq", sa.Integer(), nullable=False),
        sa.Column("step_last_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_name", "seq", name="pk_entries"),
        sa.ForeignKeyConstraint(["session_name"], ["sessions.name"], name="fk_entries_session_name"),
    )
    _partial_index(
        "uq_entries_session_name_client_message_id",
        "entries",
        ["session_name", "client_message_id"],
        "client_message_id IS NOT NULL",
        unique=True,
    )

    op.create_table(
        "agents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("username", name="uq_agents_username"),
    )

    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refresh_tokens"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_refresh_tokens_agent_id"),
    )
    op.create_index("ix_refresh_tokens_agent_id", "refresh_tokens", ["agent_id"])


def downgrade() -> None:
    for table in ("refresh_tokens", "agents", "entries", "sessions"):
        op.drop_table(table)


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
