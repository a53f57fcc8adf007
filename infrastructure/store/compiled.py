"""Statements turned to text once, for the paths that every message takes.

SQLAlchemy builds them, for each database in its own words; executing them through it costs several times what the
database takes, so the lanes hand text and arguments to the driver themselves.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from infrastructure.store.tables import JsonText


class Compiled:
    """One statement in the words of one database.

    `sets` names the columns that an UPDATE or INSERT takes from the values as they are.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect, *, sets: Iterable[str] | None = None) -> None:
        compiler = statement.compile(dialect=dialect, column_keys=None if sets is None else list(sets))
        assert isinstance(compiler, SQLCompiler)  # noqa: S101 - what compiling a statement gives
        self.text = str(compiler)
        self._names = tuple(compiler.positiontup or ())
        self._fixed = dict(compiler.params)
        columns = list(compiler.statement.exported_columns) if compiler.statement is not None else []  # type: ignore[attr-defined]
        self._row = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]
        self._json = [column.key for column in columns if isinstance(column.type, JsonText)]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the text's placeholders."""
        fixed = self._fixed
        return [values[name] if name in values else fixed[name] for name in self._names]

    def row(self, found: Sequence[Any]) -> Any:
        """What the driver found, with names."""
        row: Any = self._row(*found)
        if self._json:
            row = row._replace(**{key: _loaded(getattr(row, key)) for key in self._json})
        return row


def _loaded(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
