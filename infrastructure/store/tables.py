"""What is kept. Times are Unix seconds by the database's clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    and_,
    false,
)

from domain.session import Status


class JsonText(TypeDecorator[Mapping[str, Any]]):
    """An object as JSON text: the same on every database, read and written by the same code."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(dict(value)).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        if value is None:
            return None
        data: dict[str, Any] = orjson.loads(value)
        return data


# Constraints have names by rule, so that migrations can speak of them on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sessions = Table(
    "sessions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("asked_seq", Integer, nullable=False),
    Column("answered_seq", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("customer_email", Text, nullable=False),
    Column("agent_id", Text),
    Column("agent_name", Text),
    Column("escalation_reason", Text),
    Column("escalation_severity", Text),
    Column("escalation_detail", Text),
    Column("escalation_at", Double),
    Column("escalation_rule", Text),
    Column("escalation_seq", Integer),
    Column("preview", Text, nullable=False),
    # What a search looks through: name and customer, and the preview, case-folded by Python because the databases
    # fold each in their own way (SQLite only ASCII).
    Column("folded_identity", Text, nullable=False),
    Column("folded_preview", Text, nullable=False),
    # Who makes the AI's reply now, under which epoch, until when.
    Column("lease_owner", Text),
    Column("lease_epoch", Integer),
    Column("lease_expires_at", Double),
    Column("customer_vip", Boolean, nullable=False, server_default=false()),
    Column("failures", Integer, nullable=False, server_default="0"),
    # What the agent who takes over is told (`domain.packet`).
    Column("packet", JsonText),
    # What the AI has shown of the answer in the making.
    Column("speaking_reply_id", Text),
    Column("speaking_text", Text),
)

# What a session is read of. The packet is for those who ask for it, the others only statements look at.
session_columns = tuple(
    column for column in sessions.c if column.key != "packet" and not column.key.startswith(("folded_", "lease_"))
)

_unanswered = sessions.c.asked_seq > sessions.c.answered_seq

# The customer wrote something that the AI has yet to answer: `Session.waits_for_ai`.
waits_for_ai = and_(sessions.c.status == Status.BOT_ACTIVE.value, _unanswered)

Index("ix_sessions_updated_at", sessions.c.updated_at)
Index("ix_sessions_status_updated_at", sessions.c.status, sessions.c.updated_at)
Index(
    "ix_sessions_agent_id_updated_at",
    sessions.c.agent_id,
    sessions.c.updated_at,
    sqlite_where=sessions.c.agent_id.is_not(None),
    postgresql_where=sessions.c.agent_id.is_not(None),
)
# Status is a column of it, not part of its condition: SQLite, which knows nothing of how many rows each would give,
# would otherwise prefer the index above and read every idle session that the AI serves.
Index(
    "ix_sessions_unanswered",
    sessions.c.status,
    sessions.c.updated_at,
    sqlite_where=_unanswered,
    postgresql_where=_unanswered,
)

entries = Table(
    "entries",
    metadata,
    Column("session_name", Text, ForeignKey("sessions.name"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("content", Text, nullable=False),
    Column("author_id", Text),
    Column("author_name", Text),
    Column("audience", Text, nullable=False),
    Column("data", JsonText, nullable=False),
    Column("client_message_id", Text),
    # The first and the last number of the step that the entry came with: what a repeated request is answered with.
    Column("step_first_seq", Integer, nullable=False),
    Column("step_last_seq", Integer, nullable=False),
)

Index(
    "uq_entries_session_name_client_message_id",
    entries.c.session_name,
    entries.c.client_message_id,
    unique=True,
    sqlite_where=entries.c.client_message_id.is_not(None),
    postgresql_where=entries.c.client_message_id.is_not(None),
)

agents = Table(
    "agents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("locked_until", Double, nullable=False),
    Column("created_at", Double, nullable=False),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agent_id", Text, ForeignKey("agents.id"), nullable=False, index=True),
    Column("expires_at", Double, nullable=False),
)

# What an engine's provider calls the conversation of a session.
engine_threads = Table(
    "engine_threads",
    metadata,
    Column("session_name", Text, ForeignKey("sessions.name"), primary_key=True),
    Column("engine", Text, primary_key=True),
    Column("thread_id", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)

# Tries that are counted so that they can be limited, such as a customer's at an order's e-mail address.
tries = Table(
    "tries",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("expires_at", Double, nullable=False),
)

# Documents that were imported, by what they say: versions that hold the same one share it.
knowledge_documents = Table(
    "knowledge_documents",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("entries", Text, nullable=False),
)

# Numbered from 1; a row never changes.
knowledge_versions = Table(
    "knowledge_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Double, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
)

# Which documents a version holds, under which names.
knowledge_contents = Table(
    "knowledge_contents",
    metadata,
    Column("number", Integer, ForeignKey("knowledge_versions.number"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("digest", Text, ForeignKey("knowledge_documents.digest"), nullable=False),
)

# One row: the version that is answered from. 0 while nothing was imported.
knowledge_current = Table(
    "knowledge_current",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)
