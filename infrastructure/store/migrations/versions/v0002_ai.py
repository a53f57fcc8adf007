"""What the AI needs: VIPs, failures in a row, the handoff packet and the regulator's rule, the answer in the making,
conversations at providers, limited tries.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("customer_vip", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("packet", sa.Text()))
    op.add_column("sessions", sa.Column("escalation_rule", sa.Text()))
    op.add_column("sessions", sa.Column("escalation_seq", sa.Integer()))
    op.add_column("sessions", sa.Column("speaking_reply_id", sa.Text()))
    op.add_column("sessions", sa.Column("speaking_text", sa.Text()))
    op.create_table(
        "engine_threads",
        sa.Column("session_name", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("session_name", "engine", name="pk_engine_threads"),
        sa.ForeignKeyConstraint(["session_name"], ["sessions.name"], name="fk_engine_threads_session_name"),
    )
    op.create_table(
        "tries",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_tries"),
    )


def downgrade() -> None:
    for table in ("tries", "engine_threads"):
        op.drop_table(table)
    for column in (
        "speaking_text",
        "speaking_reply_id",
        "escalation_seq",
        "escalation_rule",
        "packet",
        "failures",
        "customer_vip",
    ):
        op.drop_column("sessions", column)
