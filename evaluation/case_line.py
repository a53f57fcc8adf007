"""A case as a line of a file of cases: what `case_file` reads."""

from __future__ import annotations

from typing import Any

import orjson

from evaluation.as_json import expectation_json
from evaluation.case import Case, ScriptedTurn


def case_line(case: Case) -> str:
    """The case as a line of a file of cases."""
    customer = {
        key: value
        for key, value in (
            ("name", case.customer.name),
            ("email", case.customer.email),
            ("vip", case.customer.vip),
        )
        if value
    }
    found: dict[str, Any] = {
        "id": case.id,
        "language": case.language.value,
        "category": case.category,
        **({"split": case.split.value} if case.split else {}),
        **({"customer": customer} if customer else {}),
        "turns": [_turn_json(turn) for turn in case.turns],
        **({"note": case.note} if case.note else {}),
    }
    return orjson.dumps(found).decode()


def _turn_json(turn: ScriptedTurn) -> dict[str, Any]:
    found: dict[str, Any] = {"say": turn.say[0] if len(turn.say) == 1 else list(turn.say)}
    if turn.follow_up:
        found["follow_up"] = True
    if turn.expect is not None:
        found["expect"] = expectation_json(turn.expect)
    if turn.recorded is not None:
        found["recorded"] = {
            "text": turn.recorded.text,
            "sources": list(turn.recorded.sources),
            "confident": turn.recorded.confident,
            "handoff": turn.recorded.handoff,
            "engine": turn.recorded.engine,
        }
    return found
