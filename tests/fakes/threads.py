"""The port `Threads`, in memory."""

from __future__ import annotations


class MemoryThreads:
    """Keeps the first thread of each session and engine. Knows every session."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    async def get(self, session_name: str, engine: str) -> str | None:
        return self.kept.get((session_name, engine))

    async def keep(self, session_name: str, engine: str, thread_id: str) -> str:
        return self.kept.setdefault((session_name, engine), thread_id)

    async def replace(self, session_name: str, engine: str, thread_id: str, *, gone: str) -> str:
        if self.kept.get((session_name, engine)) == gone:
            self.kept[(session_name, engine)] = thread_id
        return self.kept[(session_name, engine)]
