"""The Python commands that spec/1 prints, run unchanged, with Redis, without, and with one that is of no use."""

from __future__ import annotations

import time

import pytest

from tests.servers.redis_server import RedisServer
from tests.spec.conftest import COMMANDS, run

PRINTED = {
    1: ["✅ Step 1 通过"],
    2: ["✅ Step 2 Redis 模式通过", "✅ Step 2 降级模式通过"],
    3: ["✅ Step 3 通过"],
    4: ["✅ Step 4 模块导入成功"],
    6: ["✅ Step 6 模块改造成功"],
}
CONNECTED = "[RedisSse] ✅ 连接成功"
# Those that talk to Redis.
TALKING = (1, 2, 3)

# Starting Python several times on a busy machine takes seconds; waiting for a Redis that is away must not add many.
QUICK_SECONDS = 15.0


def command(step: int) -> str:
    return (COMMANDS / f"step_{step}.sh").read_text("utf-8")


def check(step: int, **variables: str) -> str:
    """Run a step and return what it said besides the lines that the spec asks for."""
    started = time.monotonic()
    done = run(command(step), variables)
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout
    assert [line for line in said if line in PRINTED[step]] == PRINTED[step], done.stdout
    for trouble in ("Traceback", "Warning", "Error", "never retrieved", "destroyed"):
        assert trouble not in done.stdout.replace("error=ConnectionError", "").replace("error=TimeoutError", "")
    assert time.monotonic() - started < QUICK_SECONDS
    return "\n".join(line for line in said if line not in PRINTED[step])


@pytest.mark.parametrize("step", PRINTED)
def test_with_redis(step: int, redis_server: RedisServer) -> None:
    """As the authors ran them; a connection says so (spec/1, step 8)."""
    said = check(step, REDIS_URL=redis_server.url)

    assert (CONNECTED in said) == (step in TALKING)


@pytest.mark.parametrize("step", PRINTED)
def test_without_redis_as_told(step: int, redis_server: RedisServer) -> None:
    """`USE_REDIS_SSE=false`: the enqueue and subscribe of steps 2 and 3 stay in memory. Step 1 asks for Redis by name,
    and the first half of step 2 sets the variable itself.
    """
    said = check(step, REDIS_URL=redis_server.url, USE_REDIS_SSE="false")

    assert (CONNECTED in said) == (step in (1, 2))


@pytest.mark.parametrize("step", PRINTED)
def test_with_redis_refusing(step: int, refused_url: str) -> None:
    """Nothing raises: everything goes on in memory."""
    assert CONNECTED not in check(step, REDIS_URL=refused_url)


@pytest.mark.parametrize("step", TALKING)
def test_with_redis_stalled(step: int, stalled_url: str) -> None:
    """A Redis that never answers costs a moment, not more."""
    assert CONNECTED not in check(step, REDIS_URL=stalled_url)


def test_the_commands_are_those_of_the_spec() -> None:
    """Nobody has made one of them easier: each prints what it promises only after its own assertions."""
    assert "await manager.publish('test', {'type': 'test'})" in command(1)
    assert "USE_REDIS_SSE=true python3" in command(2)
    assert "USE_REDIS_SSE=false python3" in command(2)
    assert "timeout=3.0" in command(3)
    assert "inspect.getsource(router.routes[0].endpoint.__module__)" in command(4)
    assert "hasattr(manual, 'enqueue_sse_message')" in command(6)
