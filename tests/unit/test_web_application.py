"""What both applications do around their routes: errors, limits, other origins, pages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from infrastructure.bootstrap.settings import Settings
from products.ai_chatbot.application import create_app
from products.web.body_limit import MAX_BODY_BYTES
from products.web.frontend import serve_frontend

SHOP = "https://shop.example"


class Echo(BaseModel):
    """What the test's own route takes."""

    text: str


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    """The customer's side, with routes of this test's own; nothing is opened."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/unused.db", data_dir=tmp_path, public_origins=(SHOP,))
    app = create_app(settings)

    async def bug() -> None:
        raise RuntimeError("a secret of ours")

    async def echo(body: Echo) -> Echo:
        return body

    # Before the pages, which take every path that is left.
    pages = app.router.routes.pop()
    app.get("/bug")(bug)
    app.post("/echo")(echo)
    app.router.routes.append(pages)
    return app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, without a network in between."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        yield client


async def test_a_bug_tells_nothing(http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await http.get("/bug")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal_error"
    assert "secret" not in answer.text


@pytest.mark.parametrize("extra", [0, 1])
async def test_a_body_may_have_so_many_bytes_and_no_more(http: httpx.AsyncClient, extra: int) -> None:
    text = "x" * (MAX_BODY_BYTES - len('{"text":""}') + extra)
    body = f'{{"text":"{text}"}}'.encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    headers = {"Content-Type": "application/json"}
    for content in (body, pieces()):
        answer = await http.post("/echo", content=content, headers=headers)
        assert answer.status_code == (413 if extra else 200)
        if extra:
            assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize("length", ["-1", "ten", "9" * 30])
async def test_a_length_that_is_none(http: httpx.AsyncClient, length: str) -> None:
    answer = await http.post("/echo", content=b"{}", headers={"Content-Length": length})
    assert answer.status_code == 413


async def test_pages_of_the_shop_may_call(http: httpx.AsyncClient) -> None:
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    preflight = await http.options("/api/chat", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == SHOP
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    refused = await http.options("/api/chat", headers={**asked, "Origin": "https://other.example"})
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("path", ["/api/nothing", "/echo"])
async def test_they_may_read_problems_too(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(path, content=b"x" * (MAX_BODY_BYTES + 1), headers={"Origin": SHOP})
    assert answer.status_code >= 400
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-expose-headers"] == "Retry-After"
    # No cookie is ever sent across origins.
    assert "access-control-allow-credentials" not in answer.headers


async def test_pages_are_fresh_and_their_parts_for_ever(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>Hello</p>")
    (tmp_path / "assets" / "app-1a2b3c.js").write_text("1")
    app = FastAPI()
    serve_frontend(app, tmp_path, content_security_policy="default-src 'self'")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        page, part = await client.get("/"), await client.get("/assets/app-1a2b3c.js")
        missing = await client.get("/../pyproject.toml")
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-security-policy"] == "default-src 'self'"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in part.headers["cache-control"]
    assert missing.status_code == 404


async def test_pages_that_are_not_built_say_how(tmp_path: Path) -> None:
    app = FastAPI()
    serve_frontend(app, tmp_path, content_security_policy="")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        page = await client.get("/")
    assert page.status_code == 503
    assert "make build" in page.text
