"""The database's clock: the one that all processes share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class DatabaseClock(FunctionElement[float]):
    """Unix seconds at this moment, as a double."""

    name = "database_clock"
    type = Double()
    inherit_cache = True


@compiles(DatabaseClock, "sqlite")
def _sqlite(element: DatabaseClock, compiler: SQLCompiler, **options: Any) -> str:
    # unixepoch('now', 'subsec') came with SQLite 3.42; the Julian day (to the millisecond) is in all of them.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(DatabaseClock, "postgresql")
def _postgresql(element: DatabaseClock, compiler: SQLCompiler, **options: Any) -> str:
    # Not now(): that is when the transaction began, which may have waited for another one.
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
