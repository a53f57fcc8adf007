"""Logging: one event a line on standard error, as JSON or for people, without secrets."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from io import TextIOWrapper
from typing import Any, Literal, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"

# These tell of every step they take, aiosqlite with the values of each statement: what customers said, for one. Only
# what goes wrong is worth a line.
_TALKATIVE = ("aiosqlite", "alembic", "bm25s", "gql", "httpcore", "httpcore2", "httpx", "httpx2", "openai")

# uvicorn gives these handlers of its own unless it is told not to.
_UVICORN = ("uvicorn", "uvicorn.error", "uvicorn.access")


def configure_logging(log_format: Literal["auto", "json", "pretty"] = "auto", level: str = "INFO") -> None:
    """Send everything that is logged, through structlog or the standard library, down one road to standard error.

    `auto` is pretty on a terminal and JSON elsewhere. May be called again, which changes format and level. Handlers
    that others put on the root logger stay. A server that calls this first starts uvicorn with `log_config=None`.
    """
    pretty = log_format == "pretty" or (log_format == "auto" and sys.stderr.isatty())
    rendering = _rendering(pretty=pretty)
    handler = _StandardErrorHandler()
    handler.setFormatter(_formatter(rendering))
    # Here too: a library that gives its logger a level of its own would pass by the root's.
    handler.setLevel(level)
    handler.addFilter(_is_worth_a_line)
    if not pretty and isinstance(sys.stderr, TextIOWrapper):
        # JSON is UTF-8 wherever it is written; another encoding of the terminal would spoil it.
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")

    # What no line shows need not be found out for each (Python's logging HOWTO, "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

    root = logging.getLogger()
    for earlier in [present for present in root.handlers if isinstance(present, _StandardErrorHandler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _UVICORN:
        _hand_on(logging.getLogger(name))

    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_COLLECTING,
            structlog.stdlib.PositionalArgumentsFormatter(),
            _Straight(handler, rendering),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Loggers are made when modules are imported, before this is called.
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that takes fields by name: `get_logger(__name__).info("manual_escalate", session_name=name)`."""
    return structlog.stdlib.get_logger(name)


def without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A processor: the event without anything that could be a token, a password or another secret.

    Values under keys that name one are replaced as a whole (words in the singular or plural, within `access_token`,
    `setCookie` and the like), in nested mappings and pairs too; in every text those that follow such a name, what
    follows `Bearer`, whatever looks like a JSON Web Token, and passwords within URLs.
    What is neither text, number nor container becomes its (cleaned) `repr`.
    """
    return {_cleaned_text(str(key)): _cleaned_field(key, value) for key, value in event.items()}


class _StandardErrorHandler(logging.Handler):
    """Writes to whatever `sys.stderr` is at the moment, as it may be replaced after this was made."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _write(self.format(record))
        except Exception:  # noqa: BLE001 - a log line that cannot be written must not stop what it tells of
            self.handleError(record)


class _Straight:
    """The last processor of what is logged through structlog: the line is written here when nobody but us would hear of
    it, for the standard library takes longer to hand a line on than all the rest takes. Else it takes that road.
    """

    def __init__(self, handler: logging.Handler, rendering: Sequence[Processor]) -> None:
        self._only = [handler]
        self._rendering = rendering

    def __call__(self, logger: logging.Logger, name: str, event: EventDict) -> Any:
        if logging.root.handlers != self._only or logger.handlers or not logger.propagate:
            return structlog.stdlib.ProcessorFormatter.wrap_for_formatter(logger, name, event)
        line: Any = event
        for processor in self._rendering:
            line = processor(logger, name, line)
        # A line that cannot be written must not stop what it tells of.
        with suppress(Exception):
            _write(line)
        raise structlog.DropEvent


def _write(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _TALKATIVE


def _rendering(*, pretty: bool) -> list[Processor]:
    """From what was logged to its line."""
    renderer: list[Processor]
    if pretty:
        console = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty() and "NO_COLOR" not in os.environ,
            # A traceback is text by then; the richer formatters would show local variables, and with them secrets.
            exception_formatter=structlog.dev.plain_traceback,
        )
        renderer = [without_secrets, _with_local_time, console]
    else:
        renderer = [_in_order, _as_clean_json]
    return [structlog.processors.StackInfoRenderer(), structlog.processors.format_exc_info, *renderer]


def _formatter(rendering: Sequence[Processor]) -> structlog.stdlib.ProcessorFormatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_COLLECTING, structlog.stdlib.ExtraAdder(), _without_repetition],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )


def _hand_on(logger: logging.Logger) -> None:
    """Let the root logger handle and judge what this one is told, unless it was silenced (`--no-access-log`)."""
    if not logger.handlers and not logger.propagate:
        return
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def _without_repetition(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Without what others left on the record that says nothing new: uvicorn's coloured twin, a formatter's results."""
    for key in ("color_message", "message", "asctime"):
        event.pop(key, None)
    return event


def _with_local_time(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    moment = datetime.fromtimestamp(event["timestamp"], tz=UTC).astimezone()
    return {**event, "timestamp": moment.isoformat(sep=" ", timespec="milliseconds")}


def _in_order(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """First what happened, then its details, last the time."""
    first = {key: event.pop(key) for key in ("event", "level", "logger")}
    timestamp = event.pop("timestamp")
    return {**first, **event, "timestamp": timestamp}


def _as_clean_json(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """The line. Nearly every one holds nothing that could be a secret, which one look at the whole of it tells."""
    try:
        line = orjson.dumps(event, option=_PLAIN_VALUES_ONLY).decode()
    except TypeError:
        # It holds what is neither text, number nor container, or text that cannot be written.
        pass
    else:
        if not _SUSPICIOUS.search(line):
            return line
    return orjson.dumps(without_secrets(logger, name, event)).decode()


_PLAIN_VALUES_ONLY = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)


# What is added where something is logged. `timestamp` is Unix seconds (spec/4, P0-6).
_COLLECTING: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt=None),
)

_WORDS = r"tokens?|authorization|passwords?|passwd|cookies?|tickets?|secrets?"
_SECRET_WORD = re.compile(rf"(?:{_WORDS})", re.IGNORECASE)
# Where a name is put together, its words begin: at anything but a letter, and at a capital after a small letter.
_WORD_BOUNDARY = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")

# Every repetition is bounded or cannot begin at every character: a long message must not take long.
_IN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    # token=…, access_token='…': queries of URLs, and what a repr writes.
    (
        re.compile(rf"""((?:{_WORDS})[\w-]{{0,40}}=)(?:b?"[^"]*"|b?'[^']*'|[^\s&#;,"'<>)\]}}]+)""", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # "password": "…", in the quotes of JSON or of Python.
    (
        re.compile(
            rf"""((?:{_WORDS})[\w-]{{0,40}}\\{{0,3}}["']\s{{0,3}}:\s{{0,3}})(?:b?\\{{0,3}}"[^"]*"|b?'[^']*')""",
            re.IGNORECASE,
        ),
        rf'\1"{REDACTED}"',
    ),
    # The headers themselves: everything up to the end of the line.
    (re.compile(r"\b((?:set-)?cookie|authorization)(:\s{0,3})[^\r\n\"']+", re.IGNORECASE), rf"\1\2{REDACTED}"),
    (re.compile(r"\b(bearer)\s{1,3}[^\s\"',;]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    # A JSON Web Token begins with `{"` in base64.
    (re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    (re.compile(r"(://[^\s:/@]{0,100}):[^\s/?#@]{1,200}@"), rf"\1:{REDACTED}@"),
)


# Without one of these none of the above matches; nearly every text is without.
_SUSPICIOUS = re.compile(rf"{_WORDS}|bearer|eyJ|://", re.IGNORECASE)


def _cleaned_field(key: object, value: Any) -> Any:
    return REDACTED if _names_a_secret(key) and value is not None and not isinstance(value, bool) else _cleaned(value)


def _names_a_secret(key: object) -> bool:
    return _is_secret_name(key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key))


# The same few names stand in every line.
@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    return any(_SECRET_WORD.fullmatch(word) for word in _WORD_BOUNDARY.split(name))


def _cleaned(value: Any) -> Any:
    match value:
        case None | bool() | float():
            return value
        case int():
            # orjson writes no number above 64 bits.
            return value if -(2**63) <= value < 2**64 else str(value)
        case str():
            return _cleaned_text(value)
        case bytes() | bytearray():
            return _cleaned_text(value.decode("utf-8", "replace"))
        case Mapping():
            return {_cleaned_text(str(key)): _cleaned_field(key, item) for key, item in value.items()}
        case (str() | bytes() as name, item):
            # A pair is how a server hands over a header.
            return [_cleaned(name), _cleaned_field(name, item)]
        case list() | tuple() | set() | frozenset():
            return [_cleaned(item) for item in cast(Iterable[Any], value)]
        case _:
            return _cleaned_text(repr(value))


def _cleaned_text(text: str) -> str:
    if _SUSPICIOUS.search(text):
        for pattern, replacement in _IN_TEXT:
            text = pattern.sub(replacement, text)
    # A lone surrogate cannot be written.
    return text.encode("utf-8", "backslashreplace").decode()
