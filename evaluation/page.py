"""An evaluation as one page of HTML: the figures, and every conversation that failed in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import orjson

from evaluation.as_json import Run, expectation_json
from evaluation.figures import Figures
from evaluation.page_style import facts, page
from evaluation.played import Reply
from evaluation.scoring import GOOD, Scored, ScoredTurn
from evaluation.table import COLUMNS, cells, percent


def run_page(run: Run, total: Figures, groups: Sequence[Mapping[str, Figures]], scored: Sequence[Scored]) -> str:
    """The page; whatever customers and engines said is text in it, never markup."""
    failed = [case for case in scored if not case.passed]
    parts = [
        f"<h1>Evaluation of {escape(run.engine)}</h1>",
        f'<p class="soft">{escape(run.cases)} · {total.conversations} conversations, {total.turns} turns · '
        f"{escape(run.at)}</p>",
        _tiles(total),
        *(
            _section(title, {**rows, "total": total})
            for title, rows in zip(("By category", "By language"), groups, strict=True)
        ),
        f"<h2>Failing conversations ({len(failed)})</h2>",
        *(_conversation(case) for case in failed),
    ]
    if not failed:
        parts.append('<p class="soft">None.</p>')
    return page(f"Baton: evaluation of {run.engine}", "\n".join(parts))


def _tiles(total: Figures) -> str:
    first_token = "–" if total.first_token_p50 is None else f"{total.first_token_p50:.0f} ms"
    tiles = (
        (percent(total.passed / total.conversations), "conversations passed"),
        (percent(total.hit_at_3), "right entry in the first three"),
        (percent(total.wrong_rate), "wrong answers"),
        (str(total.leaks), "leaks"),
        (percent(total.containment), "containment"),
        (percent(total.handoff_recall), "handoff recall"),
        (percent(total.handoff_precision), "handoff precision"),
        (first_token, "time to first token, p50"),
        (f"{total.cost:.4f}", f"cost, {total.input_tokens + total.output_tokens} tokens"),
    )
    shown = "".join(
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(name)}</span></div>' for value, name in tiles
    )
    return f'<div class="tiles">{shown}</div>'


def _section(title: str, rows: Mapping[str, Figures]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in COLUMNS)
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{escape(cell)}</th>' if column == 0 else f"<td>{escape(cell)}</td>"
            for column, cell in enumerate(cells(name, row))
        )
        + "</tr>"
        for name, row in rows.items()
    )
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<h2>{escape(title)}</h2><div class="scroll">{whole}</div>'


def _conversation(scored: Scored) -> str:
    case = scored.played.case
    note = f'<p class="soft">{escape(case.note)}</p>' if case.note else ""
    turns = "".join(_turn(turn) for turn in scored.turns)
    return f"<article><h3>{escape(case.id)}</h3>{note}{turns}</article>"


def _turn(turn: ScoredTurn) -> str:
    mark = "" if turn.reply is None else "good" if turn.outcome in GOOD else "bad"
    expected = orjson.dumps(expectation_json(turn.turn.expect)).decode() if turn.turn.expect else ""
    return (
        f'<div class="turn {mark}"><div class="say">{escape(turn.turn.text)}</div>'
        + (_reply(turn.reply) if turn.reply else "")
        + "".join(f'<p class="why">✗ {escape(reason)}</p>' for reason in turn.reasons)
        + facts(f"expected {expected}" if expected else "", f"outcome {turn.outcome.value.replace('_', ' ')}")
        + "</div>"
    )


def _reply(reply: Reply) -> str:
    said = f'<div class="reply">{escape(reply.text)}</div>' if reply.text else ""
    return said + facts(
        f"a person is called: {reply.reason}" if reply.handoff else "",
        f"cites {', '.join(reply.sources)}" if reply.sources else "",
        "" if reply.confident else "does not know",
        "asks back" if reply.asks_back else "",
        f"tools {', '.join(f'{tool.name} ({tool.outcome})' for tool in reply.tools)}" if reply.tools else "",
        f"retrieved {', '.join(reply.retrieved)}" if reply.retrieved else "",
        f"{reply.seconds * 1000:.0f} ms",
    )
