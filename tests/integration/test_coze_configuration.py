"""The settings of the Coze engine: what the start refuses, and a service that runs with them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Misconfigured
from infrastructure.bootstrap.coze_engine import build_coze_engine
from infrastructure.bootstrap.settings import Settings, load_settings
from infrastructure.store.engine import open_engine
from infrastructure.store.store import SqlStore
from tests.integration.coze import heard, turn
from tests.integration.desk import fresh
from tests.servers.coze_server import APP_ID, CLIENT_ID, KEY_ID, PRIVATE_KEY, WORKFLOW_ID, Chat, CozeServer
from tests.servers.people import open_customer, sign_in
from tests.servers.server_process import free_port
from tests.servers.service import ROOT, Service

COMPLETE: dict[str, Any] = {
    "coze_workflow_id": WORKFLOW_ID,
    "coze_app_id": APP_ID,
    "coze_oauth_client_id": CLIENT_ID,
    "coze_oauth_public_key_id": KEY_ID,
    "coze_oauth_private_key": SecretStr(PRIVATE_KEY),
}

_OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PKCS8 = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
WRONG_KEYS = {
    "text": "not a key",
    "public": _OTHER_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode(),
    "curve": ec.generate_private_key(ec.SECP256R1()).private_bytes(*_PKCS8, serialization.NoEncryption()).decode(),
    "with a password": _OTHER_KEY.private_bytes(*_PKCS8, serialization.BestAvailableEncryption(b"word")).decode(),
    "half": PRIVATE_KEY[:800],
}


@pytest.fixture
async def server() -> AsyncIterator[CozeServer]:
    async with CozeServer() as running:
        yield running


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(sqlite_url)
    yield engine
    await engine.dispose()


def complaint(database: AsyncEngine, **settings: Any) -> str:
    with pytest.raises(Misconfigured) as caught:
        build_coze_engine(Settings(**settings), database)
    assert "\n" not in caught.value.detail
    return caught.value.detail


async def test_every_setting_that_is_missing_is_named(database: AsyncEngine) -> None:
    assert complaint(database) == (
        "The engine coze needs COZE_WORKFLOW_ID, COZE_APP_ID, COZE_OAUTH_CLIENT_ID, COZE_OAUTH_PUBLIC_KEY_ID, "
        "COZE_OAUTH_PRIVATE_KEY or COZE_OAUTH_PRIVATE_KEY_FILE."
    )
    for name in COMPLETE:
        assert name.upper() in complaint(database, **{other: COMPLETE[other] for other in COMPLETE if other != name})


@pytest.mark.parametrize("kind", WRONG_KEYS)
async def test_a_key_that_is_none_is_refused_and_not_shown(database: AsyncEngine, tmp_path: Path, kind: str) -> None:
    text = WRONG_KEYS[kind]
    said = complaint(database, **COMPLETE | {"coze_oauth_private_key": SecretStr(text)})
    assert said == "COZE_OAUTH_PRIVATE_KEY holds no RSA private key in PEM without a password, as Coze hands it out."
    file = tmp_path / "key.pem"
    file.write_text(text)
    said = complaint(database, **COMPLETE | {"coze_oauth_private_key": "", "coze_oauth_private_key_file": str(file)})
    assert said.startswith(f"COZE_OAUTH_PRIVATE_KEY_FILE={str(file)!r} holds no RSA private key")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
async def test_a_file_that_cannot_be_read_is_named(
    database: AsyncEngine, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    said = complaint(database, **COMPLETE | {"coze_oauth_private_key": "", "coze_oauth_private_key_file": str(file)})
    assert said.startswith(f"COZE_OAUTH_PRIVATE_KEY_FILE={str(file)!r} cannot be read (")


@pytest.mark.parametrize("way", ["variable", "one line", "file"])
async def test_the_key_comes_by_variable_or_by_file(
    server: CozeServer, database: AsyncEngine, tmp_path: Path, way: str
) -> None:
    await SqlStore(database).open(fresh("s_1"))
    settings = COMPLETE | {"coze_api_base": server.url + "/"}
    if way == "one line":
        settings["coze_oauth_private_key"] = SecretStr(PRIVATE_KEY.replace("\n", "\\n"))
    elif way == "file":
        (tmp_path / "key.pem").write_text(PRIVATE_KEY)
        settings |= {"coze_oauth_private_key": "", "coze_oauth_private_key_file": str(tmp_path / "key.pem")}

    engine = build_coze_engine(Settings(**settings), database)

    assert (await heard(engine, turn("Hello")))[1].text == "Hello"  # type: ignore[arg-type]
    await engine.close()


@pytest.mark.parametrize("base", ["api.coze.com", "ftp://api.coze.com", "https://", "https://api.coze.com/v1"])
def test_an_impossible_address_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, base: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COZE_API_BASE", base)
    with pytest.raises(Misconfigured, match=r"COZE_API_BASE=.*allowed: http:// or https:// and a host"):
        load_settings()


def test_the_start_ends_with_one_line_when_coze_is_wanted_and_not_known(tmp_path: Path) -> None:
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{tmp_path}/baton.db",
        "USE_REDIS_SSE": "false",
        "COZE_WORKFLOW_ID": WORKFLOW_ID,
        "AI_FALLBACK": "coze",
        "CHATBOT_PORT": str(free_port()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "baton", "chatbot"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=variables,
        timeout=60,
    )
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if "COZE" in line]
    assert "The engine coze needs COZE_APP_ID, " in line
    assert "Traceback" not in done.stderr


async def test_a_service_answers_with_coze_from_the_opening_to_the_release(
    server: CozeServer, sqlite_url: str, http: httpx.AsyncClient
) -> None:
    service = Service(
        "serve",
        database_url=sqlite_url,
        environment={
            "AI_ENGINE": "coze",
            "COZE_API_BASE": server.url,
            **{name.upper(): value for name, value in COMPLETE.items() if isinstance(value, str)},
            "COZE_OAUTH_PRIVATE_KEY": PRIVATE_KEY.replace("\n", "\\n"),
        },
    )
    try:
        service.start()
        customer = await open_customer(http, service.chatbot_url)
        assert (await customer.ask("Hello tandem"))["payload"]["content"] == "Hello tandem"
        assert list(server.conversations.values()) == [customer.name]

        mina = await sign_in(http, service.workbench_url)
        begun, gone = asyncio.Event(), asyncio.Event()

        async def goes_on(chat: Chat) -> None:
            await chat.begin()
            await chat.delta("Let me ")
            begun.set()
            await chat.exchange.client_gone()
            gone.set()

        server.plays.append(goes_on)
        await customer.say("Is it in stock?")
        await asyncio.wait_for(begun.wait(), 10)
        await mina.succeed("takeover", customer.name)
        await asyncio.wait_for(gone.wait(), 1)
        await mina.say(customer.name, "I refund you £20 by Friday.")
        await mina.succeed("release", customer.name)
        await customer.ask("And when exactly?")
        *_, promise, question = [said["content"] for said in server.chats[-1]["additional_messages"]]
        assert promise.endswith("I refund you £20 by Friday.")
        assert question == "And when exactly?"

        server.plays.append(_fails)
        reply = await customer.ask("How long does delivery take?")
        assert reply["payload"]["content"]
        assert [body["conversation_id"] for body in server.chats] == list(server.conversations) * 4

        (failed,) = service.logged("coze_failed")
        assert (failed["problem"], failed["code"], failed["session_name"]) == ("the chat failed", 4011, customer.name)
        log = service.log.read_text("utf-8")
        assert "tandem" not in log
        assert not [token for token in server.tokens if token.text in log]
    finally:
        service.close()


async def _fails(chat: Chat) -> None:
    await chat.begin()
    await chat.delta("It takes")
    await chat.chat("failed", last_error={"code": 4011, "msg": "balance"})
    await chat.end()
