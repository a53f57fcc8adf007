"""The evaluation of an engine behind which a model stands: what it cost is counted, and what failed."""

from __future__ import annotations

from pydantic import SecretStr

from domain.engine import Usage
from domain.session import Language
from evaluation.case import Case, Expectation, Kind, ScriptedTurn
from evaluation.figures import Prices, figures
from evaluation.ground import open_ground
from evaluation.playing import play
from evaluation.scoring import Outcome, Scored, score
from infrastructure.bootstrap.settings import Settings
from tests.servers.openai_server import Call, OpenAIServer, Reply, Script, openai_server, quotes

QUESTION = Case(
    "warranty",
    Language.ENGLISH,
    "answerable",
    (ScriptedTurn(("How long is the warranty?",), Expectation((Kind.ANSWER,), False, sources=("warranty",))),),
)


async def test_a_model_is_evaluated_like_any_engine_and_its_tokens_have_a_price() -> None:
    scored, _ = await _evaluated(quotes)
    (turn,) = scored.turns
    assert turn.reply is not None
    assert turn.outcome is Outcome.RIGHT, turn.reasons
    assert turn.reply.usage == Usage(500, 50)
    assert [tool.name for tool in turn.reply.tools] == ["search_knowledge"]
    assert turn.reply.retrieved is not None
    assert figures([scored], Prices(2.0, 10.0)).cost == 0.0015


async def test_nobody_stands_in_for_an_endpoint_that_refuses() -> None:
    async def refuses(_: Call, reply: Reply) -> None:
        await reply.refuse(401)

    scored, server = await _evaluated(refuses)
    (turn,) = scored.turns
    assert turn.outcome is Outcome.FAILED
    assert turn.reply is not None
    assert turn.reply.failure
    assert server.calls


async def _evaluated(script: Script) -> tuple[Scored, OpenAIServer]:
    async with openai_server(script) as server:
        settings = Settings(
            _env_file=None,
            ai_engine="openai",
            openai_api_key=SecretStr("sk-a-key-for-tests"),
            openai_base_url=server.base_url,
            openai_model="scripted",
        )
        async with open_ground(settings, turn_seconds=10) as ground:
            assert ground.engine.name == "openai"
            return score(await play(ground, QUESTION)), server
