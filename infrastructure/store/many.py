"""Any number of values as one parameter, so that one prepared statement serves them all."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


class IsOneOf(FunctionElement[Any]):
    """Whether a text is one of a JSON array's: `IsOneOf(column, bindparam(…, type_=Text))`."""

    name = "is_one_of"
    # As a Boolean SQLite would be asked whether it equals 1, and look at every row.
    type = NullType()
    inherit_cache = True


@compiles(IsOneOf, "sqlite")
def _sqlite(element: IsOneOf, compiler: SQLCompiler, **options: Any) -> str:
    text, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} IN (SELECT CAST(value AS TEXT) FROM json_each({texts}))"  # noqa: S608 - made of our own statements


@compiles(IsOneOf, "postgresql")
def _postgresql(element: IsOneOf, compiler: SQLCompiler, **options: Any) -> str:
    text, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{text} = ANY(ARRAY(SELECT jsonb_array_elements_text(CAST({texts} AS jsonb))))"
