"""Settings: where they come from, what is refused and how, and the secret that all processes share."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from domain.errors import Misconfigured
from infrastructure.bootstrap.secret_file import MIN_SECRET_CHARACTERS
from infrastructure.bootstrap.settings import Settings, load_settings
from infrastructure.bootstrap.urls import redacted_url

PROJECT = Path(__file__).parents[2]
SECRET = "a secret for the tests, long enough"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def complaint() -> str:
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    # Neither does the traceback lead to pydantic's error, which holds the values.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "\n" not in caught.value.detail
    return caught.value.detail


def test_defaults() -> None:
    settings = load_settings()
    assert settings.use_redis_sse is True
    assert settings.redis_url == "redis://localhost:6379/0"
    assert settings.database_url == "sqlite:///./data/baton.db"
    assert settings.secret_key == SecretStr("")
    assert (settings.chatbot_host, settings.chatbot_port) == ("127.0.0.1", 8000)
    assert (settings.workbench_host, settings.workbench_port) == ("127.0.0.1", 8002)
    assert settings.public_origins == ()
    assert (settings.heartbeat_seconds, settings.sweep_seconds, settings.degraded_sweep_seconds) == (15, 5, 0.25)
    assert (settings.log_level, settings.log_format, settings.ai_engine) == ("INFO", "auto", "builtin")
    assert list(Path().iterdir()) == []


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("CHATBOT_PORT=1111\nWORKBENCH_PORT=2222\nSOMEONE_ELSES=3\n", "utf-8")
    monkeypatch.setenv("WORKBENCH_PORT", "3333")
    settings = load_settings()
    assert (settings.chatbot_port, settings.workbench_port) == (1111, 3333)


def test_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")
    assert load_settings() == Settings()
    assert load_settings().use_redis_sse is True


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("on", True), ("FALSE", False), ("0", False), ("no", False)]
)
def test_switches(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("USE_REDIS_SSE", text)
    assert load_settings().use_redis_sse is value


def test_words_may_be_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("LOG_FORMAT", " JSON ")
    assert (load_settings().log_level, load_settings().log_format) == ("DEBUG", "json")


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:6379/0",
        "redis://localhost",
        "rediss://user:p%40ss@cache.example:6380/3",
        "redis://[::1]:6379",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_redis_urls(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert load_settings().redis_url == url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///./data/baton.db",
        "sqlite:////var/lib/baton.db",
        "sqlite+aiosqlite:///baton.db",
        "sqlite:///:memory:",
        "postgresql://baton:secret@db.example:5432/baton",
        "postgresql+asyncpg://db/baton",
        "postgresql://postgres:@/postgres?host=/tmp/socket",
    ],
)
def test_database_urls(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert load_settings().database_url == url


@pytest.mark.parametrize(
    ("name", "value", "shown", "allowed"),
    [
        ("USE_REDIS_SSE", "maybe", "'maybe'", "true or false"),
        ("REDIS_URL", "http://localhost", "'http://localhost'", "redis://"),
        ("REDIS_URL", "localhost:6379", "'localhost:6379'", "redis://"),
        ("REDIS_URL", "redis://localhost:99999", "'redis://localhost:99999'", "redis://"),
        ("REDIS_URL", "redis://localhost/zero", "'redis://localhost/zero'", "redis://"),
        ("DATABASE_URL", "mysql://db/baton", "'mysql://db/baton'", "sqlite:///"),
        ("DATABASE_URL", "sqlite://data/baton.db", "'sqlite://data/baton.db'", "sqlite:///"),
        ("DATABASE_URL", "sqlite://", "'sqlite://'", "sqlite:///"),
        ("DATABASE_URL", "baton.db", "'baton.db'", "sqlite:///"),
        ("DATABASE_URL", "postgresql+psycopg2://db/baton", "'postgresql+psycopg2://db/baton'", "postgresql://"),
        ("CHATBOT_PORT", "http", "'http'", "a whole number from 0 up to 65535"),
        ("WORKBENCH_PORT", "70000", "'70000'", "a whole number from 0 up to 65535"),
        ("CHATBOT_HOST", "  ", "'  '", "not empty"),
        ("HEARTBEAT_SECONDS", "0", "'0'", "a number above 0 up to 30"),
        ("HEARTBEAT_SECONDS", "30.5", "'30.5'", "a number above 0 up to 30"),
        ("HEARTBEAT_SECONDS", "nan", "'nan'", "a number above 0 up to 30"),
        ("SWEEP_SECONDS", "inf", "'inf'", "a number from 0.01 up to 60"),
        ("MAILBOX_SIZE", "0", "'0'", "a whole number from 1 up to 100000"),
        ("MAILBOX_SIZE", "2.5", "'2.5'", "a whole number from 1 up to 100000"),
        ("CUSTOMER_TOKEN_DAYS", "-1", "'-1'", "a whole number from 1 up to 3650"),
        ("AI_ENGINE", "oracle", "'oracle'", "builtin"),
        ("AI_FALLBACK", "builtin,oracle", "'builtin,oracle'", "of builtin, "),
        ("LOG_LEVEL", "LOUD", "'LOUD'", "DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("LOG_FORMAT", "x\ny", r"'x\ny'", "auto, json, pretty"),
        ("PUBLIC_ORIGINS", "*", "'*'", "origins separated by commas"),
        ("PUBLIC_ORIGINS", "https://shop.example/page", "'https://shop.example/page'", "without a path"),
        ("PUBLIC_ORIGINS", "https://a.example,shop.example", "'https://a.example,shop.example'", "http:// or https://"),
        ("PUBLIC_ORIGINS", "https://u:hunter2@a.example", "'https://u:***@a.example'", "and a host"),
    ],
)
def test_impossible_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: str, allowed: str) -> None:
    monkeypatch.setenv(name, value)
    detail = complaint()
    assert detail.startswith(f"{name}={shown} cannot work; allowed: ")
    assert allowed in detail


def test_several_impossible_values_still_take_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("DEMO", "perhaps")
    assert "LOG_LEVEL=" in complaint()
    assert "DEMO=" in complaint()


def test_short_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    detail = complaint()
    assert "hunter2" not in detail
    assert detail.startswith("SECRET_KEY ")
    assert "32" in detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "http://:hunter2@cache"),
        ("REDIS_URL", "redis://:hunter2"),
        ("REDIS_URL", "redis://:hun/ter2#x@cache:6379/0"),
        ("REDIS_URL", ":hunter2@cache"),
        ("DATABASE_URL", "mysql://baton:hunter2@db/baton"),
        ("DATABASE_URL", "postgresql://baton:hun@ter2@db:port/baton"),
        ("DATABASE_URL", "mysql://db/baton?password=hunter2"),
    ],
)
def test_password_within_an_impossible_url_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    detail = complaint()
    assert "***" in detail
    assert "hun" not in detail
    assert "ter2" not in detail


@pytest.mark.parametrize("content", [b"LOG_LEVEL=\xff\xfe\n", b"\x80"])
def test_file_that_is_not_text(content: bytes) -> None:
    Path(".env").write_bytes(content)
    assert ".env" in complaint()


def test_nothing_secret_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@cache")
    monkeypatch.setenv("DATABASE_URL", "postgresql://baton:hunter3@db/baton")
    shown = f"{load_settings()!r} {load_settings()}"
    assert SECRET not in shown
    assert "hunter" not in shown


def test_direct_construction_does_not_show_values_either() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(secret_key=SecretStr("hunter2"), database_url="mysql://u:hunter3@db/baton")
    assert "hunter" not in str(caught.value)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load_settings().demo = True  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("https://shop.example", ("https://shop.example",)),
        (" https://shop.example/ , http://localhost:5173,", ("https://shop.example", "http://localhost:5173")),
        ("HTTPS://Shop.Example:443,http://a.example:80", ("https://shop.example", "http://a.example")),
        ("http://a.example:443,http://[::1]:3000", ("http://a.example:443", "http://[::1]:3000")),
    ],
)
def test_origins_as_a_browser_writes_them(monkeypatch: pytest.MonkeyPatch, text: str, origins: tuple[str, ...]) -> None:
    monkeypatch.setenv("PUBLIC_ORIGINS", text)
    assert load_settings().public_origins == origins


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://[::1]:6379/0", "redis://[::1]:6379/0"),
        ("sqlite:///./data/baton.db", "sqlite:///./data/baton.db"),
        ("redis://:hunter2@cache:6379/0", "redis://:***@cache:6379/0"),
        ("rediss://user:hunter2@cache/0", "rediss://user:***@cache/0"),
        ("redis://hunter2@cache", "redis://***@cache"),
        ("redis://:hunter2", "redis://:***"),
        ("postgresql://u:a/b@c#d?e@db:5432/baton", "postgresql://u:***@db:5432/baton"),
        ("postgresql://u:a://b@db/baton", "postgresql://u:***@db/baton"),
        ("u:hunter2@db/baton", "u:***@db/baton"),
        ("postgresql://db/baton?ssl=on&password=hunter2", "postgresql://db/baton?ssl=on&password=***"),
        ("unix:///run/redis.sock?PASSWORD=hunter2&db=1", "unix:///run/redis.sock?PASSWORD=***&db=1"),
        ("", ""),
    ],
)
def test_redacted_url(url: str, shown: str) -> None:
    assert redacted_url(url) == shown


def test_given_secret_is_used_and_nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    assert load_settings().signing_secret() == SecretStr(SECRET)
    assert list(Path().iterdir()) == []


def test_secret_is_made_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "./deep/data")
    first = load_settings().signing_secret()
    kept = Path("deep/data/secret_key")
    assert len(first.get_secret_value()) >= MIN_SECRET_CHARACTERS
    assert load_settings().signing_secret() == first
    assert kept.read_text("utf-8") == first.get_secret_value()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_secrets_of_two_folders_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_settings().signing_secret()
    monkeypatch.setenv("DATA_DIR", "./other")
    assert load_settings().signing_secret() != first


def test_threads_that_ask_at_once_agree(tmp_path: Path) -> None:
    for attempt in range(20):
        settings = Settings(data_dir=tmp_path / str(attempt))
        together = threading.Barrier(8)
        secrets: list[str] = []

        def ask(
            settings: Settings = settings, together: threading.Barrier = together, secrets: list[str] = secrets
        ) -> None:
            together.wait()
            secrets.append(settings.signing_secret().get_secret_value())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(secrets) == 8
        assert len(set(secrets)) == 1
        assert [file.name for file in settings.data_dir.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    program = (
        "from infrastructure.bootstrap.settings import load_settings\n"
        "print(load_settings().signing_secret().get_secret_value())"
    )
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "shared")}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    secrets = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert len(secrets) == 1
    assert len(secrets.pop()) >= MIN_SECRET_CHARACTERS


@pytest.mark.parametrize("content", ["", "short"])
def test_kept_secret_that_is_too_short(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret_key").write_text(content)
    with pytest.raises(Misconfigured, match="secret_key") as caught:
        Settings(data_dir=tmp_path).signing_secret()
    assert "SECRET_KEY" in caught.value.detail
    assert not content or content not in caught.value.detail


def test_kept_secret_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff" * 40)
    with pytest.raises(Misconfigured, match="SECRET_KEY"):
        Settings(data_dir=tmp_path).signing_secret()


def test_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Misconfigured, match="SECRET_KEY") as caught:
        Settings(data_dir=tmp_path / "file" / "data").signing_secret()
    assert "DATA_DIR" in caught.value.detail


@pytest.mark.parametrize(
    ("value", "named"),
    [("none", ()), (" NONE ", ()), ("builtin", ("builtin",)), (" Builtin , openai,", ("builtin", "openai"))],
)
def test_who_stands_in_for_the_engine(monkeypatch: pytest.MonkeyPatch, value: str, named: tuple[str, ...]) -> None:
    monkeypatch.setenv("AI_FALLBACK", value)
    assert load_settings().ai_fallback == named
