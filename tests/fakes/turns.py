"""A turn of the AI, with as many engines and as much of a regulator as a test needs."""

from __future__ import annotations

from collections.abc import Callable

from domain.engine import Answer, Turn
from domain.ports import Engine
from domain.regulator import Verdict
from domain.step import Appended
from infrastructure.regulator import FileRegulator
from infrastructure.regulator.rules_file import DEFAULT_RULES
from services import reply as use_case
from services.desk import Desk
from services.engines import Engines
from services.reply import ReplyTerms, Speakers

# As they come with Baton.
PACKAGED = FileRegulator(DEFAULT_RULES, explicit=True)


class Ruling:
    """The port `Regulator`, which says what it is given to say."""

    def __init__(
        self,
        before: Callable[[Turn], Verdict | None] = lambda turn: None,
        after: Callable[[Turn, Answer], Verdict | None] = lambda turn, answer: None,
    ) -> None:
        self._before = before
        self._after = after

    def judge(self, turn: Turn) -> Verdict | None:
        return self._before(turn)

    def judge_answer(self, turn: Turn, answer: Answer) -> Verdict | None:
        return self._after(turn, answer)


def speakers(*engines: Engine, ruling: Ruling | None = None, clock: Callable[[], float] | None = None) -> Speakers:
    """The first engine answers, the others stand in."""
    chain = Engines(engines) if clock is None else Engines(engines, clock=clock)
    return Speakers(chain, ruling or PACKAGED)


async def reply(
    desk: Desk, engine: Engine | Speakers, name: str, terms: ReplyTerms, *, ruling: Ruling | None = None
) -> Appended | None:
    """The use case with this engine, or with all of these."""
    whole = engine if isinstance(engine, Speakers) else speakers(engine, ruling=ruling)
    return await use_case.reply(desk, whole, name, terms)
