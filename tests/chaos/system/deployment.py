"""A whole deployment: database, perhaps Redis, services, and a proxy before each service."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from domain.agent import AgentRole
from infrastructure.auth.passwords import Argon2Passwords
from infrastructure.store.directory import SqlDirectory
from infrastructure.store.engine import open_engine
from infrastructure.store.migrate import migrate
from services.accounts import add_agent
from tests.chaos.people.agent import Account
from tests.chaos.people.caller import Door
from tests.chaos.system.proxy import Proxy
from tests.chaos.system.service import Service, Side
from tests.servers.postgres_server import PostgresServer
from tests.servers.redis_server import RedisServer

Kind = Literal["postgresql-redis", "sqlite", "sqlite-no-redis"]
KINDS: tuple[Kind, ...] = ("postgresql-redis", "sqlite", "sqlite-no-redis")

PASSWORD = "a-password-of-the-chaos-run"
SKEWED = "tests.chaos.skewed_service"


@dataclass(slots=True)
class Deployment:
    """Everything that runs. `redis` and `postgres` are None where the kind has none."""

    kind: Kind
    folder: Path
    database_url: str
    redis: RedisServer | None
    postgres: PostgresServer | None
    services: list[Service] = field(default_factory=list)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)

    def doors(self, side: Side) -> list[Door]:
        """How clients reach the processes of a side."""
        return [
            Door(service.name, self.proxies[service.name].address) for service in self.services if service.side == side
        ]

    def service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)


def service_names(kind: Kind) -> list[str]:
    """The processes that a kind of deployment has."""
    per_side = 2 if kind == "postgresql-redis" else 1
    return [f"{side}-{number}" for side in ("chatbot", "workbench") for number in range(1, per_side + 1)]


def skewed_name(kind: Kind) -> str:
    """The process whose clock can jump: one of two chatbots, or the only workbench."""
    return "chatbot-2" if kind == "postgresql-redis" else "workbench-1"


@asynccontextmanager
async def deployed(
    kind: Kind, *, agents: int, seed: int, module: str | None = None, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Deployment]:
    """A running deployment; `module` runs the services instead of Baton's own command."""
    with tempfile.TemporaryDirectory(prefix="baton-chaos-") as temporary:
        folder = Path(temporary)
        redis = None if kind == "sqlite-no-redis" else RedisServer()
        postgres = PostgresServer() if kind == "postgresql-redis" else None
        deployment = Deployment(kind, folder, f"sqlite:///{folder}/baton.db", redis, postgres)
        try:
            await asyncio.to_thread(_start_servers, deployment)
            deployment.accounts = await _accounts(deployment.database_url, agents)
            _make_services(deployment, module, environment or {}, seed)
            await asyncio.gather(*(service.start() for service in deployment.services))
            await asyncio.gather(*(proxy.start() for proxy in deployment.proxies.values()))
            yield deployment
        finally:
            for proxy in deployment.proxies.values():
                await proxy.close()
            await asyncio.gather(*(service.stop() for service in deployment.services))
            for server in (redis, postgres):
                if server is not None:
                    await asyncio.to_thread(server.close)


def _start_servers(deployment: Deployment) -> None:
    if deployment.redis is not None:
        deployment.redis.start()
    if deployment.postgres is not None:
        deployment.postgres.start()
        deployment.database_url = deployment.postgres.create_database()


def _make_services(deployment: Deployment, module: str | None, environment: Mapping[str, str], seed: int) -> None:
    redis = deployment.redis
    variables = {
        "DATABASE_URL": deployment.database_url,
        "USE_REDIS_SSE": "false" if redis is None else "true",
        **({} if redis is None else {"REDIS_URL": redis.url}),
        **environment,
    }
    for name in service_names(deployment.kind):
        side: Side = "chatbot" if name.startswith("chatbot") else "workbench"
        runs = module or (SKEWED if name == skewed_name(deployment.kind) else "baton")
        service = Service(name, side, deployment.folder, variables, module=runs)
        deployment.services.append(service)
        deployment.proxies[name] = Proxy(name, service.port, random.Random(f"{seed}/{name}"))


async def _accounts(database_url: str, agents: int) -> list[Account]:
    engine = open_engine(database_url)
    passwords = Argon2Passwords()
    try:
        await migrate(engine)
        accounts = []
        for number in range(agents):
            agent = await add_agent(
                SqlDirectory(engine),
                passwords,
                username=f"chaos-{number}",
                name=f"Agent {number}",
                password=PASSWORD,
                role=AgentRole.AGENT,
            )
            accounts.append(Account(agent.id, agent.username, PASSWORD))
        return accounts
    finally:
        passwords.close()
        await engine.dispose()
