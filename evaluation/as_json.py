"""An evaluation as JSON: what was run, the totals, and every turn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson

from evaluation.case import Expectation
from evaluation.figures import Figures
from evaluation.played import Reply
from evaluation.scoring import Scored


@dataclass(frozen=True, slots=True)
class Run:
    """What was evaluated, and when (ISO 8601, UTC). `cases` says which ones."""

    engine: str
    cases: str
    at: str


def run_json(
    run: Run,
    total: Figures,
    categories: dict[str, Figures],
    languages: dict[str, Figures],
    scored: list[Scored],
) -> bytes:
    """Indented JSON, its keys in a fixed order; docs/evaluation.md describes it."""
    return orjson.dumps(
        {
            "run": asdict(run),
            "totals": asdict(total),
            "by_category": {name: asdict(row) for name, row in categories.items()},
            "by_language": {name: asdict(row) for name, row in languages.items()},
            "conversations": [_conversation(case) for case in scored],
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )


def _conversation(scored: Scored) -> dict[str, Any]:
    case = scored.played.case
    return {
        "id": case.id,
        "language": case.language.value,
        "category": case.category,
        "split": case.split.value if case.split else None,
        "note": case.note,
        "passed": scored.passed,
        "turns": [
            {
                "say": list(turn.turn.say),
                "expect": expectation_json(turn.turn.expect),
                "outcome": turn.outcome.value,
                "reasons": list(turn.reasons),
                "leaks": list(turn.leaks),
                "reply": None if turn.reply is None else reply_json(turn.reply),
            }
            for turn in scored.turns
        ],
    }


def expectation_json(expect: Expectation | None) -> dict[str, Any] | None:
    """What was expected, in the words of the case format; what was not asked for is left out."""
    if expect is None:
        return None
    lists = {
        "sources": expect.sources,
        "all_sources": expect.all_sources,
        "contains": expect.contains,
        "contains_any": expect.contains_any,
        "excludes": expect.excludes,
    }
    kinds = [kind.value for kind in expect.kinds]
    return {
        "kind": kinds[0] if len(kinds) == 1 else kinds,
        **{name: list(texts) for name, texts in lists.items() if texts},
        "handoff": expect.handoff,
    }


def reply_json(reply: Reply) -> dict[str, Any]:
    """What a turn got; times in milliseconds."""
    return {
        "text": reply.text,
        "sources": list(reply.sources),
        "confident": reply.confident,
        "asks_back": reply.asks_back,
        "handoff": reply.handoff,
        "reason": reply.reason,
        "tools": [{"name": tool.name, "outcome": tool.outcome} for tool in reply.tools],
        "usage": None if reply.usage is None else asdict(reply.usage),
        "first_token_ms": None if reply.first_token is None else round(reply.first_token * 1000, 1),
        "turn_ms": round(reply.seconds * 1000, 1),
        "failure": reply.failure,
        "retrieved": None if reply.retrieved is None else list(reply.retrieved),
    }
