"""The knowledge that a shop imports, in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.create_table(
        "knowledge_documents",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_knowledge_documents"),
    )
    op.create_table(
        "knowledge_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("added", "changed", "removed", "unchanged")),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_knowledge_versions"),
    )
    op.create_table(
        "knowledge_contents",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "name", name="pk_knowledge_contents"),
        sa.ForeignKeyConstraint(["number"], ["knowledge_versions.number"], name="fk_knowledge_contents_number"),
        sa.ForeignKeyConstraint(["digest"], ["knowledge_documents.digest"], name="fk_knowledge_contents_digest"),
    )
    current = op.create_table(
        "knowledge_current",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_current"),
    )
    op.bulk_insert(current, [{"id": 1, "number": 0}])


def downgrade() -> None:
    for table in ("knowledge_current", "knowledge_contents", "knowledge_versions", "knowledge_documents"):
        op.drop_table(table)
