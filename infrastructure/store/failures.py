"""What to make of a driver's errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import Unavailable

# Classes of SQLSTATE that say: not now, through no fault of the statement. 08 connection, 53 resources, 57 operator
# intervention (shutting down, starting up, cancelled), 58 system error.
_SQLSTATE_CLASSES = ("08", "53", "57", "58")
# What a server says that has become a replica, or is one.
_READ_ONLY = "25006"

# The low byte of SQLite's extended result code is the primary one.
_PRIMARY_CODE = 0xFF
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


_DRIVERS = (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)


@contextmanager
def unavailable_when_silent() -> Iterator[None]:
    """Turn whatever means "the database does not answer" into `Unavailable`; other errors pass."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, OSError, *_DRIVERS) as error:
        # TimeoutError, as asyncpg raises it, is an OSError.
        if isinstance(error, DBAPIError) and not _silent(error):
            raise
        if isinstance(error, _DRIVERS) and not _driver_silent(error):
            raise
        raise Unavailable("The database does not answer.") from error


def is_locked(error: DBAPIError) -> bool:
    """Whether SQLite gave up because another connection holds the lock."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(code, int) and code & _PRIMARY_CODE in _LOCKED


def violates_unique(error: IntegrityError) -> bool:
    """Whether a row with the same key was there already."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    return getattr(error.orig, "sqlstate", None) == "23505"


def _driver_silent(error: BaseException) -> bool:
    """The same for an error that comes from a driver itself."""
    if isinstance(error, sqlite3.Error):
        return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)
    return _says_not_now(getattr(error, "sqlstate", None))


def _says_not_now(sqlstate: str | None) -> bool:
    return sqlstate is not None and (sqlstate == _READ_ONLY or sqlstate.startswith(_SQLSTATE_CLASSES))


def _silent(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        # SQLite says OperationalError also of what it does not understand: a table that is not there.
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    if isinstance(error, InterfaceError):
        # asyncpg also says InterfaceError when an argument does not fit its type; that is our own mistake.
        return not isinstance(getattr(error.orig, "__cause__", None), ValueError)
    return _says_not_now(getattr(error.orig, "sqlstate", None))
