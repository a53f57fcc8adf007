"""Alembic's way in: runs the steps on the connection that `infrastructure.store.migrate` hands over.

Logging is left as the program has set it up.
"""

from __future__ import annotations

from alembic import context

from infrastructure.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
# Inside the transaction of that connection, which also holds the lock.
context.run_migrations()
