"""A PostgreSQL that keeps what it says it keeps."""

from __future__ import annotations

from tests.servers.postgres_server import PostgresServer


class DurablePostgres(PostgresServer):
    """The tests' server with the settings that users run: a commit waits for the disk."""

    def __init__(self) -> None:
        super().__init__()
        # The last value of an option counts.
        self._process._command += ["-c", "fsync=on", "-c", "full_page_writes=on", "-c", "shared_buffers=128MB"]
