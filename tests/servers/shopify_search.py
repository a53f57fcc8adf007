"""Shopify's search syntax as its documentation gives it, so that tests see what a query would really find.

    Query = Term { [Connective] Term }        Connective = AND (also when left out) | OR
    Term = [ "-" | NOT ] ( [ name ":" ] value | "(" Query ")" )        value = word | word "*" | quoted

A value without a name is looked for in every field. Case does not count; a value fits a field with all of its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Fields = Mapping[str, str]
Fits = Callable[[Fields], bool]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<open>\() | (?P<close>\)) | (?P<connective>AND|OR)(?![^\s()]) | (?P<not>-|NOT\b)
    | (?:(?P<name>\w+):)? (?:
        "(?P<double>(?:\\.|[^"\\])*)" | '(?P<single>(?:\\.|[^'\\])*)' | (?P<word>(?:\\.|[^\s():"'])+) )
    )""",
    re.VERBOSE,
)


def fits(query: str) -> Fits:
    """Whether something with these fields fits `query`; `ValueError` when the query is not of the syntax."""
    search = _Search(query)
    found = search.query()
    if search.rest.strip():
        raise ValueError(f"unexpected: {search.rest!r}")
    return found


class _Search:
    """Reads a query from its beginning."""

    def __init__(self, query: str) -> None:
        self.rest = query

    def query(self) -> Fits:
        anyone: list[list[Fits]] = [[self._term()]]
        while (token := self._next()) is not None and not token["close"]:
            if token["connective"] == "OR":
                self._take(token)
                anyone.append([self._term()])
            else:
                if token["connective"]:
                    self._take(token)
                anyone[-1].append(self._term())
        return lambda fields: any(all(term(fields) for term in terms) for terms in anyone)

    def _term(self) -> Fits:
        token = self._next()
        if token is None or token["close"] or token["connective"]:
            raise ValueError(f"a term is missing: {self.rest!r}")
        self._take(token)
        if token["not"]:
            negated = self._term()
            return lambda fields: not negated(fields)
        if token["open"]:
            inner = self.query()
            closing = self._next()
            if closing is None or not closing["close"]:
                raise ValueError("a parenthesis is not closed")
            self._take(closing)
            return inner
        return _value(token)

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self.rest)

    def _take(self, token: re.Match[str]) -> None:
        self.rest = self.rest[token.end() :]


def _value(token: re.Match[str]) -> Fits:
    name, word = token["name"], token["word"]
    quoted = token["double"] if token["double"] is not None else token["single"]
    value = re.sub(r"\\(.)", r"\1", quoted if word is None else word).casefold()
    if word is not None and value.endswith("*"):
        beginning = value[:-1]
        return lambda fields: any(
            each.startswith(beginning) for text in _looked_in(fields, name) for each in _words(text)
        )
    wanted = _words(value)
    return lambda fields: any(bool(wanted) and wanted <= _words(text) for text in _looked_in(fields, name))


def _looked_in(fields: Fields, name: str | None) -> list[str]:
    return list(fields.values()) if name is None else [fields.get(name, "")]


def _words(text: str) -> set[str]:
    # An e-mail address is one word, and so is an order's name, with or without its '#'.
    return {word.lstrip("#") for word in text.casefold().split()} - {""}
