"""What the tests of the HTTP interfaces ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.servers.people import web


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """What people reach the services with."""
    async with web() as client:
        yield client
