"""Cases played through the real use cases on a real database, recorded, and played again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from domain.engine import Answer, Citation, Delta, Handover, Output, Turn, Usage
from domain.knowledge import Changes, Document, KnowledgeEntry, Wording
from domain.ports import SessionQuery
from domain.session import EscalationReason, Language
from evaluation.case import Case, ScriptedTurn, Split
from evaluation.case_file import builtin_cases, parse_cases
from evaluation.case_line import case_line
from evaluation.comparing import as_recorded, compare
from evaluation.ground import Ground, open_ground
from evaluation.observing import WatchedEngine
from evaluation.playing import play, play_all
from evaluation.recording import record
from evaluation.scoring import score
from infrastructure.bootstrap.database import open_database
from infrastructure.bootstrap.settings import Settings
from infrastructure.store.knowledge import SqlKnowledge
from services.handoff import take_over
from tests.fakes.sessions import ALICE

SETTINGS = Settings(_env_file=None)


# One ground for all of them: opening one takes a second, and each conversation is a session of its own.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground() -> AsyncIterator[Ground]:
    async with open_ground(SETTINGS, turn_seconds=10) as ground:
        yield ground


def case(identity: str) -> Case:
    return next(case for case in builtin_cases() if case.id == identity)


def script(*say: str) -> Case:
    return Case("script", Language.ENGLISH, "tests", tuple(ScriptedTurn((text,)) for text in say))


async def test_a_conversation_is_played_turn_by_turn(ground: Ground) -> None:
    played = await play(ground, case("en-order-02"))
    assert [turn.reply is not None for turn in played.turns] == [True, True]
    first, second = (turn.reply for turn in played.turns)
    assert first is not None
    assert second is not None
    assert "e-mail" in first.text
    assert "AM20467" in second.text
    assert score(played).passed
    assert second.first_token is not None
    assert 0 < second.first_token <= second.seconds


async def test_a_wish_for_a_person_ends_the_ais_part(ground: Ground) -> None:
    played = await play(ground, script("I want to talk to a human please", "Brook price?"))
    reply, none = (turn.reply for turn in played.turns)
    assert reply is not None
    assert (reply.handoff, reply.reason) == (True, "user_request")
    assert none is None


async def test_a_burst_gets_one_answer(ground: Ground) -> None:
    burst = Case("b", Language.ENGLISH, "tests", (ScriptedTurn(("Hello", "How much is the Brook?")),))
    (turn,) = (await play(ground, burst)).turns
    assert turn.reply is not None
    assert turn.reply.sources == ("brook",)
    assert turn.reply.text.count("2,499") >= 1


async def test_many_at_a_time_come_back_in_order_and_the_same(ground: Ground) -> None:
    cases = [case for case in builtin_cases() if case.split is Split.TUNING][:12]
    one_by_one = await play_all(ground, cases)
    at_once = await play_all(ground, cases, parallel=6)
    assert [played.case.id for played in at_once] == [case.id for case in cases]
    assert [[turn.reply and turn.reply.text for turn in played.turns] for played in at_once] == [
        [turn.reply and turn.reply.text for turn in played.turns] for played in one_by_one
    ]


async def test_what_an_engine_says_of_itself_is_observed(ground: Ground) -> None:
    engine = OneAnswer(Answer("Yes.", (Citation("fen", "Fen"),), asks_back=True, usage=Usage(7, 3)))
    (turn,) = (await play(with_engine(ground, engine), script("Brook price?"))).turns
    assert turn.reply is not None
    assert (turn.reply.asks_back, turn.reply.sources, turn.reply.usage) == (True, ("fen",), Usage(7, 3))
    assert turn.reply.retrieved is not None
    assert turn.reply.retrieved[0] == "brook"


async def test_a_handover_by_the_engine_is_a_handoff(ground: Ground) -> None:
    engine = OneAnswer(Answer("A colleague comes.", handover=Handover(EscalationReason.USER_REQUEST, "why")))
    (turn,) = (await play(with_engine(ground, engine), script("Brook price?"))).turns
    assert turn.reply is not None
    assert (turn.reply.handoff, turn.reply.text) == (True, "A colleague comes.")


async def test_an_engine_that_fails_is_no_answer(ground: Ground) -> None:
    (turn,) = (await play(with_engine(ground, OneAnswer(None)), script("Brook price?"))).turns
    assert turn.reply is not None
    assert turn.reply.failure == "ZeroDivisionError"


async def test_a_turn_ends_when_its_time_is_over(ground: Ground) -> None:
    slow = with_engine(ground, OneAnswer(Answer("Late."), after=30))
    slow = replace(slow, terms=replace(slow.terms, limit_seconds=0.1))
    async with asyncio.timeout(5):
        (turn,) = (await play(slow, script("Brook price?"))).turns
    assert turn.reply is not None
    assert turn.reply.failure == "no answer in time"


async def test_the_same_engine_played_twice_gives_no_difference(ground: Ground) -> None:
    cases = [case(identity) for identity in ("en-mixed-01", "zh-mixed-01", "en-order-02", "zh-wants-person-04")]
    recorded = [as_recorded(played, "builtin") for played in await play_all(ground, cases)]
    written = parse_cases("\n".join(map(case_line, recorded)).encode(), "recorded.jsonl")
    assert written == recorded
    for played in await play_all(ground, written, parallel=4):
        comparison = compare(played)
        assert comparison.turns
        assert comparison.same, comparison


async def test_an_own_shop_is_asked_what_was_imported_there(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'own.db'}"})
    wording = Wording("Opening the moon base", "The moon base opens at nine.", ("When does the moon base open?",), ())
    entry = KnowledgeEntry("moon", "", dict.fromkeys(Language, wording))
    async with open_database(settings) as database:
        document = Document("moon.md", (entry,))
        await SqlKnowledge(database).keep([document], Changes(added=1), based_on=0, author="Ana", note="")
    async with open_ground(settings, turn_seconds=10, own_shop=True) as ground:
        (turn,) = (await play(ground, script("When does the moon base open?"))).turns
    assert turn.reply is not None
    assert (turn.reply.sources, turn.reply.retrieved) == (("moon",), ("moon",))


async def test_another_engine_gives_a_difference(ground: Ground) -> None:
    recorded = as_recorded(await play(ground, script("How much is the Brook?")), "builtin")
    again = await play(with_engine(ground, OneAnswer(Answer("No idea.", confident=False))), recorded)
    (turn,) = compare(again).turns
    assert turn.differs == ("text", "sources", "confidence")


async def test_a_conversation_in_the_database_becomes_a_case(ground: Ground) -> None:
    before = await sessions(ground)
    played = await play(ground, script("How much is the Brook?", "and the Fen?"))
    (name,) = await sessions(ground) - before
    await take_over(ground.desk, name, ALICE)
    recording = await record(ground.desk.store, name)
    assert [turn.text for turn in recording.case.turns] == ["How much is the Brook?", "and the Fen?"]
    then = [turn.recorded for turn in recording.case.turns]
    now = [turn.reply for turn in played.turns]
    assert [one and (one.text, one.sources) for one in then] == [one and (one.text, one.sources) for one in now]
    assert recording.left_out == 0
    assert compare(await play(ground, recording.case)).same


async def sessions(ground: Ground) -> set[str]:
    return {session.name for session in (await ground.desk.store.search(SessionQuery(limit=500))).sessions}


def with_engine(ground: Ground, engine: OneAnswer) -> Ground:
    return replace(ground, engine=WatchedEngine(engine, ground.watch))


class OneAnswer:
    """The port `Engine`: says the same to everything, after so many seconds, or fails."""

    name = "one"

    def __init__(self, answer: Answer | None, *, after: float = 0.0) -> None:
        self._answer = answer
        self._after = after

    async def prepare(self) -> None: ...

    async def open(self, session_name: str) -> None: ...

    async def close(self) -> None: ...

    async def summarize(self, turn: Turn) -> str | None:
        return None

    async def reply(self, turn: Turn) -> AsyncIterator[Output]:
        await asyncio.sleep(self._after)
        if self._answer is None:
            raise ZeroDivisionError
        yield Delta(self._answer.text)
        yield self._answer
