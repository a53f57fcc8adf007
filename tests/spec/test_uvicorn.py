"""The services as spec/1 starts them, steps 5 and 7: plain uvicorn, one process each."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers.people import open_customer, sign_in, web
from tests.servers.redis_server import RedisServer
from tests.servers.server_process import HOST, ServerProcess, free_port
from tests.spec.conftest import ROOT, environment

# spec: a service that is told to stop must not wait for streams, which do not end by themselves.
STOP_SECONDS = 3.0

Start = Callable[[str, str], tuple[ServerProcess, str]]


@pytest.fixture(params=["true", "false"])
def start(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> Iterator[Start]:
    """Starts `uvicorn products.….main:app --port …` and says where it is; with Redis and without."""
    processes: list[ServerProcess] = []
    redis: RedisServer = request.getfixturevalue("redis_server")

    def start(app: str, port: str) -> tuple[ServerProcess, str]:
        url = f"http://{HOST}:{port}"
        process = ServerProcess(
            [str(Path(sys.executable).parent / "uvicorn"), app, "--port", port],
            log=tmp_path / f"{port}.log",
            answers=lambda: _answers(url),
            environment=environment(
                PYTHONPATH=str(ROOT),
                USE_REDIS_SSE=request.param,
                REDIS_URL=redis.url,
                DATABASE_URL=sqlite_url,
                DATA_DIR=str(tmp_path),
                DEMO="true",
                LOG_FORMAT="json",
            ),
        )
        processes.append(process)
        process.start()
        return process, url

    yield start
    for process in processes:
        process.kill()


def logs(folder: Path) -> list[str]:
    """What the services said."""
    return [log.read_text("utf-8") for log in folder.glob("*.log")]


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


async def test_the_workbench_answers_and_asks_who_is_there(start: Start, tmp_path: Path) -> None:
    """Step 5: health is public; `?token=test` is no ticket, so the stream is refused and not opened."""
    process, url = start("products.agent_workbench.main:app", str(free_port()))
    async with web() as http:
        health = await http.get(f"{url}/api/health")
        events = await http.get(f"{url}/api/sessions/test/events", params={"token": "test"})

    assert health.json()["status"] == "healthy"
    assert health.json()["bus"] == "ok"
    assert events.status_code == 401
    assert events.headers["content-type"].startswith("application/problem+json")
    await asyncio.to_thread(process.stop)
    (log,) = logs(tmp_path)
    assert ("[RedisSse] ✅ 连接成功" in log) == (health.json()["bus_kind"] == "redis")
    assert "Traceback" not in log
    assert "token=test" not in log


async def test_two_services_end_at_once_with_open_streams(start: Start, tmp_path: Path) -> None:
    """Step 7: both sides at work; SIGTERM ends each within three seconds, and its streams in order."""
    chatbot, chatbot_url = start("products.ai_chatbot.main:app", str(free_port()))
    workbench, workbench_url = start("products.agent_workbench.main:app", str(free_port()))
    async with web() as http:
        customer = await open_customer(http, chatbot_url)
        agent = await sign_in(http, workbench_url)
        async with customer.stream() as chat, agent.desk() as desk, agent.stream(customer.name) as session:
            await chat.until(lambda stream: stream.of("history"))
            await desk.until(lambda stream: stream.of("snapshot"))
            await session.until(lambda stream: stream.of("history"))
            assert (await customer.escalate()).status_code == 200
            await desk.until(lambda stream: stream.of("queue"))
            await session.until(lambda stream: stream.of("status_change"))

            for process, streams in ((workbench, (desk, session)), (chatbot, (chat,))):
                started = time.monotonic()
                await asyncio.to_thread(process.stop)
                assert time.monotonic() - started < STOP_SECONDS
                for stream in streams:
                    await stream.until(lambda stream: stream.ended)

    for log in logs(tmp_path):
        assert "Traceback" not in log
