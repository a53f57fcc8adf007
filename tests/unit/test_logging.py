"""Logging: one line of JSON an event, whoever logs it, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import structlog

from domain.agent import Agent, AgentRole
from infrastructure.bootstrap.logging import REDACTED, configure_logging, get_logger, without_secrets

PROJECT = Path(__file__).parents[2]
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJraW5kIjoiY3VzdG9tZXIifQ.c2lnbmF0dXJl"
UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers.copy(), root.level
    loggers = [logging.getLogger(name) for name in UVICORN]
    states = [(logger.handlers.copy(), logger.propagate, logger.level) for logger in loggers]
    yield
    # The handlers that pytest adds for a test's phases are its own to remove.
    root.handlers[:] = [handler for handler in root.handlers if handler in handlers]
    root.setLevel(level)
    for logger, (kept, propagate, kept_level) in zip(loggers, states, strict=True):
        logger.handlers[:] = kept
        logger.propagate = propagate
        logger.setLevel(kept_level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.split("\n")[:-1]]


def test_fields_of_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    before = time.time()
    get_logger("desk").info(
        "manual_escalate", session_name="session_123", reason="user_request", status="pending_manual"
    )
    (event,) = lines(capsys)
    timestamp = event.pop("timestamp")
    assert isinstance(timestamp, float)
    assert before <= timestamp <= time.time()
    assert event == {
        "event": "manual_escalate",
        "level": "info",
        "logger": "desk",
        "session_name": "session_123",
        "reason": "user_request",
        "status": "pending_manual",
    }


def test_standard_library_takes_the_same_road(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    logging.getLogger("sqlalchemy.pool").warning("took %d ms", 7, extra={"session_name": "s_1"})
    (event,) = lines(capsys)
    assert isinstance(event.pop("timestamp"), float)
    assert event == {"event": "took 7 ms", "level": "warning", "logger": "sqlalchemy.pool", "session_name": "s_1"}


def test_chinese_and_emoji_stay_readable(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    get_logger("redis").info("[RedisSse] ✅ 连接成功", agent_name="小王 👋")
    logging.getLogger("desk").info("[RedisSse] ✅ 连接成功")
    err = capsys.readouterr().err
    assert err.count("[RedisSse] ✅ 连接成功") == 2
    assert "小王 👋" in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_json_is_utf_8_whatever_the_terminal(encoding: str) -> None:
    program = (
        "from infrastructure.bootstrap.logging import *\n"
        "configure_logging('json', 'INFO')\n"
        "get_logger('desk').info('你好 👋')"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    ran = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, check=True)
    assert json.loads(ran.stderr.decode("utf-8"))["event"] == "你好 👋"
    assert ran.stdout == b""


def test_an_event_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    get_logger("desk").info("two\nlines", detail='{"event":"forged"}\r\nmore', lone="\ud800")
    (event,) = lines(capsys)
    assert event["event"] == "two\nlines"
    assert event["detail"] == '{"event":"forged"}\r\nmore'


def test_values_that_json_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    get_logger("desk").info(
        "odd",
        path=Path("a/b"),
        role=AgentRole.ADMIN,
        many={1},
        keyed={1: "one"},
        large=2**70,
        nothing=float("nan"),
        raw=b"\xffbytes",
    )
    (event,) = lines(capsys)
    assert event["role"] == "admin"
    assert event["many"] == [1]
    assert event["keyed"] == {"1": "one"}
    assert event["large"] == str(2**70)
    assert event["nothing"] is None
    assert "a/b" in event["path"]
    assert event["raw"].endswith("bytes")


def test_exception_is_told_without_its_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    try:
        hidden = "hunter2"
        raise ValueError("no good at /api/events?ticket=abc.def")
    except ValueError:
        get_logger("desk").exception("failed")
        logging.getLogger("desk").exception("failed")
    assert hidden
    err = capsys.readouterr().err
    assert "hunter2" not in err.replace('hidden = "hunter2"', "")
    assert "abc.def" not in err
    for line in err.splitlines():
        assert "ValueError: no good" in json.loads(line)["exception"]


@pytest.mark.parametrize("log_format", ["json", "pretty"])
def test_level(capsys: pytest.CaptureFixture[str], log_format: Any) -> None:
    configure_logging(log_format, "WARNING")
    for logger in (get_logger("desk"), logging.getLogger("desk"), logging.getLogger("uvicorn.access")):
        logger.info("unheard")
        logger.warning("heard")
    err = capsys.readouterr().err
    assert "unheard" not in err
    assert err.count("heard") == 3


def test_calling_twice_changes_format_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    early = get_logger("early")
    configure_logging("pretty", "ERROR")
    early.error("first")
    configure_logging("json", "INFO")
    configure_logging("json", "INFO")
    capsys.readouterr()
    early.info("second")
    get_logger("late").info("third")
    logging.getLogger("standard").info("fourth")
    assert [event["event"] for event in lines(capsys)] == ["second", "third", "fourth"]


def test_pretty_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("pretty", "INFO")
    get_logger("desk").info("manual_escalate", session_name="会话", token="hunter2")
    try:
        raise ValueError("access_token=hunter2")
    except ValueError:
        logging.getLogger("desk").exception("failed")
    err = capsys.readouterr().err
    assert "manual_escalate" in err
    assert "session_name=会话" in err
    assert "hunter2" not in err
    assert "Traceback" in err
    assert "Logging error" not in err
    assert "\x1b[" not in err
    with pytest.raises(json.JSONDecodeError):
        json.loads(err.split("\n")[0])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_json"), [(Terminal(), False), (io.StringIO(), True)])
def test_auto_is_pretty_on_a_terminal(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, is_json: bool) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("auto", "INFO")
    get_logger("desk").info("hello")
    assert stream.getvalue().startswith("{") is is_json
    assert "hello" in stream.getvalue()


def test_no_colours_where_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted in (True, False):
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        if wanted:
            monkeypatch.delenv("NO_COLOR", raising=False)
        else:
            monkeypatch.setenv("NO_COLOR", "1")
        configure_logging("pretty", "INFO")
        get_logger("desk").info("hello")
        assert ("\x1b[" in stream.getvalue()) is wanted


def test_context_is_added_to_both(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    structlog.contextvars.bind_contextvars(request_id="r_1")
    get_logger("desk").info("one")
    logging.getLogger("desk").info("two")
    assert [event["request_id"] for event in lines(capsys)] == ["r_1", "r_1"]


def test_caplog_still_hears(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "INFO")
    logging.getLogger("desk").info("by the library, %s", "formatted")
    get_logger("desk").info("by_structlog", session_name="s_1")
    assert caplog.messages[0] == "by the library, formatted"
    assert "by_structlog" in caplog.messages[1]
    # caplog's formatter leaves its results on the record; they are not logged a second time.
    assert [set(event) for event in lines(capsys)] == [
        {"event", "level", "logger", "timestamp"},
        {"event", "level", "logger", "timestamp", "session_name"},
    ]


def test_handlers_of_others_stay() -> None:
    other = logging.NullHandler()
    logging.getLogger().addHandler(other)
    configure_logging("json", "INFO")
    assert other in logging.getLogger().handlers


def test_uvicorn_takes_the_same_road(capsys: pytest.CaptureFixture[str]) -> None:
    import uvicorn

    uvicorn.Config("nowhere:app")
    configure_logging("json", "INFO")
    logging.getLogger("uvicorn.error").info(
        "Started server process [%d]", 7, extra={"color_message": "Started server process [\x1b[36m%d\x1b[0m]"}
    )
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", f"/api/sessions/s_1/events?limit=5&token={JWT}", "1.1", 200
    )
    started, access = lines(capsys)
    assert started["event"] == "Started server process [7]"
    assert "color_message" not in started
    assert access["event"] == (f'127.0.0.1:5 - "GET /api/sessions/s_1/events?limit=5&token={REDACTED} HTTP/1.1" 200')


def test_silenced_access_log_stays_silent(capsys: pytest.CaptureFixture[str]) -> None:
    import uvicorn

    uvicorn.Config("nowhere:app", access_log=False)
    configure_logging("json", "INFO")
    assert not logging.getLogger("uvicorn.access").hasHandlers()
    logging.getLogger("uvicorn.access").info("GET /")
    assert capsys.readouterr().err == ""


def cleaned(**fields: Any) -> dict[str, Any]:
    return cast(dict[str, Any], without_secrets(None, "info", {"event": "x", **fields}))


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "access_token",
        "refreshToken",
        "tokens",
        "Authorization",
        "password",
        "new_password",
        "password_hash",
        "cookie",
        "Set-Cookie",
        "ticket",
        "stream_ticket",
        "secret",
        "SECRET_KEY",
        "client.secret",
    ],
)
@pytest.mark.parametrize("value", ["hunter2", b"hunter2", ["hunter2"], {"a": "hunter2"}, 4711])
def test_keys_that_name_a_secret(key: str, value: object) -> None:
    assert cleaned(**{key: value})[key] == REDACTED
    assert cleaned(body={"deep": [{key: value}]})["body"] == {"deep": [{key: REDACTED}]}
    assert cleaned(headers=[(key, value)])["headers"] == [[key, REDACTED]]
    assert cleaned(headers=[(key.encode(), value)])["headers"] == [[key, REDACTED]]


@pytest.mark.parametrize("key", ["session_name", "detail", "monkey", "secretary", "ticketing", "bookie", "reason"])
def test_keys_that_name_none(key: str) -> None:
    assert cleaned(**{key: "你好, a=b"})[key] == "你好, a=b"


def test_whether_there_is_a_secret_may_be_told() -> None:
    assert cleaned(password=None, token=True) == {"event": "x", "password": None, "token": True}


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/events?token=hunter2 HTTP/1.1",
        "GET /api/events?a=b&TICKET=hunter2&c=d",
        "/x?access_token=hunter2#top",
        "Authorization: Bearer hunter2",
        "authorization: Basic hunter2",
        "it said bearer hunter2, again",
        "Cookie: a=b; baton_refresh=hunter2",
        "set-cookie: baton_refresh=hunter2; Path=/",
        '{"password": "hunter2"}',
        '{"refresh_token":"hunter2"}',
        "{'password': 'hunter2', 'a': 1}",
        "Login(username='wang', password='hunter2')",
        'Login(password="hunter2 with spaces hunter2")',
        "redis://:hunter2@cache:6379/0 is gone",
        "postgresql://baton:hunter2@db/baton",
        r"{\"password\": \"hunter2\"}",
    ],
)
def test_secrets_within_text(text: str) -> None:
    shown = cleaned(detail=text, deep={"list": [text]}, raw=text.encode(), error=ValueError(text))
    assert "hunter2" not in str(shown)
    assert REDACTED in shown["detail"]
    assert "hunter2" not in str(without_secrets(None, "info", {"event": text}))
    assert "hunter2" not in str(without_secrets(None, "info", {"event": "x", text: 1}))


def test_what_surrounds_a_secret_stays() -> None:
    text = f"GET /api/events?limit=5&token={JWT}&q=你好 HTTP/1.1 from 10.0.0.1"
    assert cleaned(detail=text)["detail"] == f"GET /api/events?limit=5&token={REDACTED}&q=你好 HTTP/1.1 from 10.0.0.1"


def test_json_web_token_anywhere() -> None:
    assert cleaned(detail=f"got {JWT}.")["detail"] == f"got {REDACTED}."


@pytest.mark.parametrize(
    "text",
    [
        "The token is not valid here.",
        "token_expired: The token has expired.",
        "http://localhost:8000/api/orders/7?email=a@b.example",
        "sqlite:///./data/baton.db",
        "[RedisSse] ✅ 连接成功",
    ],
)
def test_innocent_text_stays(text: str) -> None:
    assert cleaned(detail=text)["detail"] == text


def test_object_is_shown_without_its_secrets() -> None:
    agent = Agent("a_1", "wang", "小王", AgentRole.AGENT, password_hash="$argon2id$hunter2")
    shown = cleaned(agent=agent)["agent"]
    assert "小王" in shown
    assert "hunter2" not in shown


def test_event_itself_is_not_changed() -> None:
    body = {"password": "hunter2"}
    event = {"event": "x", "body": body}
    without_secrets(None, "info", event)
    assert event == {"event": "x", "body": {"password": "hunter2"}}


@pytest.mark.parametrize(
    "piece", ["token", "eyJ", "eyJ.", "token=", "password='", '"token":"', "cookie:", "://", "a", "a.b-"]
)
def test_long_text_does_not_take_long(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.perf_counter()
    cleaned(detail=text)
    assert time.perf_counter() - start < 2
