"""Files of cases: one JSON object a line (docs/evaluation.md shows the format)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import orjson

from domain.errors import InvalidInput
from domain.session import Customer, Language
from evaluation.case import NOBODY, Case, Expectation, Kind, Recorded, ScriptedTurn, Split

# What a case may hold; anything else is a typing error that would silently expect nothing.
_CASE_KEYS = frozenset({"id", "language", "category", "split", "customer", "turns", "note"})
_TURN_KEYS = frozenset({"say", "expect", "follow_up", "recorded"})
_CUSTOMER_KEYS = frozenset({"name", "email", "vip"})
_EXPECTATION_KEYS = frozenset({"kind", "sources", "all_sources", "contains", "contains_any", "excludes", "handoff"})
_RECORDED_KEYS = frozenset({"text", "sources", "confident", "handoff", "engine"})

# The category of a case that names none.
_NO_CATEGORY = "other"

_Choice = TypeVar("_Choice", bound=StrEnum)


def builtin_cases() -> list[Case]:
    """The conversations about the demo shop, those for tuning first."""
    folder = resources.files(__package__) / "cases"
    cases: list[Case] = []
    for split in Split:
        name = f"{split.value}.jsonl"
        cases += parse_cases((folder / name).read_bytes(), name)
    return _distinct(cases)


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """The cases of these files, in order; `InvalidInput` names file, line and key of what cannot be read."""
    cases: list[Case] = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InvalidInput(str(path), f"cannot be read: {error.strerror}") from None
        cases += parse_cases(content, str(path))
    return _distinct(cases)


def parse_cases(content: bytes, name: str) -> list[Case]:
    """The cases of a file; empty lines are skipped, and so are lines that begin with `//`."""
    cases: list[Case] = []
    for number, line in enumerate(content.splitlines(), start=1):
        stripped = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not stripped or stripped.startswith(b"//"):
            continue
        where = f"{name}, line {number}"
        try:
            found = orjson.loads(stripped)
        except orjson.JSONDecodeError as error:
            raise InvalidInput(where, f"is no JSON: {error}") from None
        cases.append(_case(found, where, default_id=f"{Path(name).stem}-{number}"))
    if not cases:
        raise InvalidInput(name, "holds no case")
    return cases


def _distinct(cases: list[Case]) -> list[Case]:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise InvalidInput(f"case {case.id!r}", "is there twice; give each its own id")
        seen.add(case.id)
    return cases


def _case(found: Any, where: str, *, default_id: str) -> Case:
    values = _object(found, where, _CASE_KEYS)
    turns = values.get("turns")
    if not isinstance(turns, list) or not turns:
        raise InvalidInput(where, '"turns" must be a list with at least one turn')
    identity = _text(values, "id", where) or default_id
    return Case(
        id=identity,
        language=_choice(Language, values.get("language", Language.ENGLISH.value), "language", where),
        category=_text(values, "category", where) or _NO_CATEGORY,
        turns=tuple(_turn(turn, f"{where}, turn {number}") for number, turn in enumerate(turns, start=1)),
        split=None if values.get("split") is None else _choice(Split, values["split"], "split", where),
        customer=_customer(values.get("customer"), where),
        note=_text(values, "note", where),
    )


def _customer(found: Any, where: str) -> Customer:
    if found is None:
        return NOBODY
    values = _object(found, f"{where}, customer", _CUSTOMER_KEYS)
    return Customer(_text(values, "name", where), _text(values, "email", where), _flag(values, "vip", where))


def _turn(found: Any, where: str) -> ScriptedTurn:
    values = _object(found, where, _TURN_KEYS)
    say = _texts(values, "say", where)
    if not say or not all(text.strip() for text in say):
        raise InvalidInput(where, '"say" must be what the customer says: a text, or several for a burst')
    expect, recorded = values.get("expect"), values.get("recorded")
    if expect is None and recorded is None:
        raise InvalidInput(where, '"expect" is missing')
    return ScriptedTurn(
        say,
        None if expect is None else _expectation(expect, f"{where}, expect"),
        _flag(values, "follow_up", where),
        None if recorded is None else _recorded(recorded, f"{where}, recorded"),
    )


def _expectation(found: Any, where: str) -> Expectation:
    values = _object(found, where, _EXPECTATION_KEYS)
    kinds = tuple(_choice(Kind, kind, "kind", where) for kind in _texts(values, "kind", where))
    if not kinds:
        raise InvalidInput(where, f'"kind" is missing: one of {", ".join(Kind)}, or a list of them')
    expectation = Expectation(
        kinds,
        _handoff(values, kinds, where),
        sources=_texts(values, "sources", where),
        all_sources=_texts(values, "all_sources", where),
        contains=_texts(values, "contains", where),
        contains_any=_texts(values, "contains_any", where),
        excludes=_texts(values, "excludes", where),
    )
    if kinds == (Kind.HANDOFF,) and expectation.handoff is not True:
        raise InvalidInput(where, '"handoff" must be true where the only kind is a handoff')
    if kinds == (Kind.ORDER,) and not (expectation.contains or expectation.contains_any):
        raise InvalidInput(where, 'an order is judged by its facts: give "contains" or "contains_any"')
    return expectation


def _handoff(values: Mapping[str, Any], kinds: Sequence[Kind], where: str) -> bool | None:
    if "handoff" not in values:
        # Of several kinds one may be a handoff: then either will do.
        return None if Kind.HANDOFF in kinds and len(kinds) > 1 else Kind.HANDOFF in kinds
    return None if values["handoff"] is None else _flag(values, "handoff", where)


def _recorded(found: Any, where: str) -> Recorded:
    values = _object(found, where, _RECORDED_KEYS)
    return Recorded(
        text=_text(values, "text", where),
        sources=_texts(values, "sources", where),
        confident=_flag(values, "confident", where, default=True),
        handoff=_flag(values, "handoff", where),
        engine=_text(values, "engine", where),
    )


def _object(found: Any, where: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise InvalidInput(where, "must be a JSON object")
    for key in found:
        if key not in keys:
            raise InvalidInput(where, f'has an unknown key "{key}"; known are {", ".join(sorted(keys))}')
    return found


def _text(values: Mapping[str, Any], key: str, where: str) -> str:
    value = values.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(where, f'"{key}" must be a text')
    return value or ""


def _texts(values: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """A text or a list of texts, as a tuple; empty when the key is missing."""
    value = values.get(key)
    listed = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) and each for each in listed):
        raise InvalidInput(where, f'"{key}" must be a text or a list of texts')
    return tuple(listed)


def _flag(values: Mapping[str, Any], key: str, where: str, *, default: bool = False) -> bool:
    value = values.get(key, default)
    if not isinstance(value, bool):
        raise InvalidInput(where, f'"{key}" must be true or false')
    return value


def _choice(choices: type[_Choice], value: Any, key: str, where: str) -> _Choice:
    try:
        return choices(value)
    except ValueError:
        raise InvalidInput(where, f'"{key}" must be one of {", ".join(choices)}, not {value!r}') from None
