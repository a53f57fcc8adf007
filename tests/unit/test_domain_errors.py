"""The tree of errors: one root, codes that tell them apart, and nothing secret in what they say."""

from __future__ import annotations

from collections.abc import Iterator

from domain import errors
from domain.errors import BatonError, LockedOut, Unavailable


def _below(error: type[BatonError]) -> Iterator[type[BatonError]]:
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _below(child)


def test_every_error_has_a_code_of_its_own() -> None:
    every: list[type[BatonError]] = [BatonError, *_below(BatonError)]
    codes = [error.code for error in every]
    assert len(codes) == len(set(codes)) > 20


def test_the_drawing_shows_every_error() -> None:
    drawn = (errors.__doc__ or "").split()
    assert [error.__name__ for error in _below(BatonError) if error.__name__ not in drawn] == []


def test_an_error_says_what_happened_and_what_else_there_is_to_know() -> None:
    assert (str(Unavailable("The database does not answer.")), Unavailable("x").extra) == (
        "The database does not answer.",
        {},
    )
    assert (LockedOut(900).retry_after, LockedOut(900).extra) == (900, {"retry_after": 900})
