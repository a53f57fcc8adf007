"""Services that work together on one database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.servers.service import Kind, Service


class Deployment:
    """`chatbots` customers' sides and a workbench, each in a process of its own; with 0, all in one process."""

    def __init__(
        self,
        database_url: str,
        *,
        redis_url: str | None = None,
        chatbots: int = 1,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        kinds: list[Kind] = ["workbench" if chatbots else "serve"]
        kinds[:0] = ["chatbot" for _ in range(chatbots)]
        self.database_url = database_url
        self.services = [
            Service(kind, database_url=database_url, redis_url=redis_url, environment=environment) for kind in kinds
        ]

    @property
    def chatbots(self) -> list[Service]:
        return self.services[:-1] or self.services

    @property
    def workbench(self) -> Service:
        return self.services[-1]

    @property
    def chatbot_url(self) -> str:
        """The first chatbot's address."""
        return self.chatbots[0].chatbot_url

    @property
    def workbench_url(self) -> str:
        return self.workbench.workbench_url

    def start(self) -> None:
        """Start all that do not run."""
        # At once: a start is mostly imports, and there is more than one core.
        with ThreadPoolExecutor() as threads:
            list(threads.map(Service.start, self.services))

    def close(self) -> None:
        """End all of it."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(Service.close, self.services))


@contextmanager
def deployed(
    database_url: str,
    *,
    redis_url: str | None = None,
    chatbots: int = 1,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Deployment]:
    """A running deployment."""
    deployment = Deployment(database_url, redis_url=redis_url, chatbots=chatbots, environment=environment)
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.close()
