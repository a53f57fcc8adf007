"""The engine behind which a model stands: what the model is told, what it may do, what the customer sees of it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from typing import cast

import pytest
from structlog.testing import capture_logs

from domain.engine import Answer, Citation, Delta, Output, ToolCall, Turn, Usage, Utterance
from domain.entry import Role
from domain.knowledge import KnowledgeEntry, Wording
from domain.ports import Engine
from domain.promise import Promise
from domain.session import Customer, EscalationReason, Language
from infrastructure.ai.openai import ModelTerms
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.knowledge.demo import load_entries
from tests.integration.openai_asked import KEY, ask, asking, outputs_of, said
from tests.servers.openai_server import Call, Reply, quotes, says, stalls_after, wants
from tests.stopwatch import Stopwatch

MIRA = Customer("Mira", "mira@example.com")


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase(load_entries())


async def test_answer_is_quoted_from_the_knowledge_and_cites_it(knowledge: KnowledgeBase) -> None:
    asked = await ask(knowledge, "How long is the warranty?", quotes)
    answer = asked.answer
    assert "5 years" in answer.text
    assert "[K:" not in answer.text
    title = answer.citations[0].title
    assert answer.citations == (Citation("warranty", title, "https://aldermoor.example/warranty"),)
    assert answer.confident
    assert answer.usage == Usage(500, 50)
    assert asked.shown == answer.text
    found = asked.server.calls[1].results[0]["entries"]
    assert asked.tools == [ToolCall("search_knowledge", {"language": "en"}, f"{len(found)} entries")]


@pytest.mark.parametrize("split", [1, 3, 7])
async def test_bytes_may_be_cut_anywhere(knowledge: KnowledgeBase, split: int) -> None:
    asked = await ask(knowledge, "保修多久？", says("保修 5 年，电池 2 年 🙂 [K:warranty]。"), split=split)
    assert asked.answer.text == "保修 5 年，电池 2 年 🙂。"


async def test_characters_may_be_cut_in_two_by_json(knowledge: KnowledgeBase) -> None:
    async def script(call: Call, reply: Reply) -> None:
        for half in (rb"\ud83d", rb"\ude42"):
            await reply.raw(b'data: {"choices":[{"index":0,"delta":{"content":"' + half + b'"}}]}\n\n')
        await reply.end()

    assert (await ask(knowledge, "hi", script)).answer.text == "🙂"


async def test_request_is_what_the_protocol_wants(knowledge: KnowledgeBase) -> None:
    call = (await ask(knowledge, "hi", says("Hello!"))).server.calls[0]
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.body["model"] == "scripted"
    assert call.body["stream"] is True
    assert call.body["stream_options"] == {"include_usage": True}
    assert call.body["max_completion_tokens"] == 1000
    assert [message["role"] for message in call.messages] == ["system", "user"]
    tools = [tool["function"]["name"] for tool in call.body["tools"]]
    assert tools == ["search_knowledge", "look_up_order", "find_product", "hand_over"]


async def test_not_knowing_is_told_from_knowing(knowledge: KnowledgeBase) -> None:
    answer = (await ask(knowledge, "Do you like jazz?", says("I do not know that, sorry.", " [K:", "none]"))).answer
    assert (answer.text, answer.confident, answer.asks_back) == ("I do not know that, sorry.", False, False)
    answer = (await ask(knowledge, "How heavy is it?", says("Which one do you mean? [K:ask]"))).answer
    assert (answer.text, answer.confident, answer.asks_back) == ("Which one do you mean?", True, True)


async def test_citation_that_the_model_made_up_is_dropped(knowledge: KnowledgeBase) -> None:
    answer = (await ask(knowledge, "How long is the warranty?", says("Forever. [K:warranty] [K:made-up]"))).answer
    assert (answer.text, answer.citations) == ("Forever.", ())


async def test_nothing_said_becomes_an_honest_answer(knowledge: KnowledgeBase) -> None:
    asked = await ask(knowledge, "Hm?", says())
    assert "I don't know" in asked.answer.text
    assert not asked.answer.confident
    assert asked.shown == asked.answer.text


async def test_order_is_found_with_number_and_email(knowledge: KnowledgeBase) -> None:
    asked = await ask(
        knowledge,
        "Where is my order AM20451? My address is mira@example.com.",
        wants(("look_up_order", {"number": "am 20451", "email": "Mira@Example.com"}), text="One moment."),
        says("It is on its way: https://aldermoor.example/track/FF261973069."),
    )
    found = asked.server.calls[1].results[0]
    assert (found["number"], found["status"]) == ("AM20451", "in_transit")
    assert "mira" not in json.dumps(found).lower()
    text, *cards = asked.answer.text.split("\n[PRODUCT]")
    assert text == "One moment.\nIt is on its way: https://aldermoor.example/track/FF261973069."
    assert len(cards) == 2
    assert "|In transit|" in cards[0]
    assert asked.tools == [ToolCall("look_up_order", {"number": "AM20451"}, "found")]


async def test_address_of_the_session_counts_as_given(knowledge: KnowledgeBase) -> None:
    script = wants(("look_up_order", {"number": "AM20451", "email": "mira@example.com"}))
    asked = await ask(knowledge, said("Where is order 20451?", customer=MIRA), script, says("Found."))
    assert asked.tools == [ToolCall("look_up_order", {"number": "AM20451"}, "found")]


async def test_not_found_and_not_theirs_are_the_same(knowledge: KnowledgeBase) -> None:
    seen = []
    for number in ("AM20388", "AM99999"):
        script = wants(("look_up_order", {"number": number, "email": "mira@example.com"}))
        asked = await ask(knowledge, f"{number}, mira@example.com", script, says("No."))
        seen.append((asked.answer, asked.tools, asked.server.calls[1].results))
    assert seen[0] == seen[1]
    assert seen[0][1] == [ToolCall("look_up_order", {}, "not found")]


async def test_product_that_the_answer_names_gets_a_card(knowledge: KnowledgeBase) -> None:
    asked = await ask(
        knowledge,
        "How much is the Brook?",
        wants(("find_product", {"query": "Brook"})),
        says("The Aldermoor Brook costs €2,499."),
    )
    assert "Aldermoor Brook" in [each["product"] for each in asked.server.calls[1].results[0]["products"]]
    assert asked.answer.text == (
        "The Aldermoor Brook costs €2,499.\n[PRODUCT]https://aldermoor.example/images/brook.jpg"
        "|Aldermoor Brook|1|€2,499.00|In stock|||[/PRODUCT]"
    )


async def test_handing_over_is_told(knowledge: KnowledgeBase) -> None:
    script = wants(("hand_over", {"reason": "customer_upset", "detail": "Wants a refund."}))
    asked = await ask(knowledge, "This is a disgrace!", script)
    handover = asked.answer.handover
    assert handover is not None
    assert (handover.reason, handover.detail) == (EscalationReason.SENTIMENT, "Wants a refund.")
    assert asked.shown == asked.answer.text == "All right, I am getting a colleague for you."
    assert len(asked.server.calls) == 1


async def test_rounds_of_tools_are_bounded(knowledge: KnowledgeBase) -> None:
    asked = await ask(knowledge, "Go on.", wants(("search_knowledge", {"query": "more"})))
    assert [call.may_call for call in asked.server.calls] == [True, True, True, True, False]
    assert len(asked.tools) == 4
    assert not asked.answer.confident


async def test_length_is_bounded_whatever_the_endpoint_does(knowledge: KnowledgeBase) -> None:
    asked = await ask(knowledge, "Hm?", says(*["nonsense "] * 2_000))
    assert 5_000 < len(asked.answer.text) < 7_000


async def test_what_a_tool_found_is_bounded(knowledge: KnowledgeBase) -> None:
    long = KnowledgeEntry("long", "", {language: Wording("Lamps", "lamp " * 2_000) for language in Language})
    script = wants(("search_knowledge", {"query": "lamps"}))
    asked = await ask(KnowledgeBase([long, *load_entries()]), "lamps?", script, says("Lamps."))
    assert len(asked.server.calls[1].messages[-1]["content"]) < 9_000


async def test_tool_calls_may_share_an_index_and_lack_ids(knowledge: KnowledgeBase) -> None:
    async def script(call: Call, reply: Reply) -> None:
        for name in ("one", "two"):
            function = {"name": "search_knowledge", "arguments": json.dumps({"query": name})}
            await reply.delta({"tool_calls": [{"index": 0, "id": name, "function": function}]})
        function = {"name": "search_knowledge", "arguments": json.dumps({"query": "three"})}
        await reply.delta({"tool_calls": [{"index": 2, "function": function}]})
        await reply.end("stop", None)

    asked = await ask(knowledge, "Hm?", script, says("Done.", usage=None))
    assert [call["id"] for call in asked.server.calls[1].messages[2]["tool_calls"]] == ["one", "two", "call_2"]
    assert [arguments["query"] for _, arguments in asked.server.calls[1].called] == ["one", "two", "three"]
    assert asked.answer.usage is None


async def test_person_and_their_promises_are_named(knowledge: KnowledgeBase) -> None:
    promise = "I will send you a new lamp tomorrow."
    turn = Turn(
        "s1",
        Language.ENGLISH,
        MIRA,
        (
            Utterance(Role.USER, "My lamp is broken.", 1),
            Utterance(Role.AGENT, promise, 3, "Anna Berg"),
            Utterance(Role.ASSISTANT, "Here: [PRODUCT]|Trail Lamp|1|€9|||||[/PRODUCT]", 4),
            Utterance(Role.USER, "When will it come?", 6),
            Utterance(Role.USER, "hello?", 7),
        ),
        unanswered=2,
        promises=(Promise(promise, 3, "Anna Berg"),),
    )
    call = (await ask(knowledge, turn, says("Tomorrow."))).server.calls[0]
    boundary = call.given[2:18]
    assert f"<<{boundary} colleague #3 name: Anna Berg>>\n{promise}\n<<{boundary} end>>" in call.given
    assert f"<<{boundary} promises of colleagues>>\nAnna Berg (#3): {promise}\n" in call.given
    assert f"<<{boundary} assistant #4>>\nHere: (card: Trail Lamp)\n" in call.given
    assert call.given.endswith("\nUnanswered: #6, #7")
    assert f"<<{boundary} end>>" in call.system
    assert "keep every promise" in call.system


async def test_long_conversation_is_cut_from_its_beginning(knowledge: KnowledgeBase) -> None:
    turn = said(*(f"{number} " * 3_000 for number in range(60)))
    given = (await ask(knowledge, turn, says("Well."))).server.calls[0].given
    assert len(given) < 25_000
    assert "#60>>" in given
    assert "#1>>" not in given


async def test_boundary_is_another_one_each_turn(knowledge: KnowledgeBase) -> None:
    async with asking(knowledge, says("Hello!")) as (engine, server):
        for _ in range(2):
            await outputs_of(engine, "hi")
    assert len({call.given[:18] for call in server.calls}) == 2


async def test_customers_at_once_are_kept_apart(knowledge: KnowledgeBase) -> None:
    async def echoes(call: Call, reply: Reply) -> None:
        for word in re.findall(r"word\d+", call.given):
            await reply.text(f"{word} ")
        await reply.end()

    async with asking(knowledge, echoes) as (engine, server):
        answers = await asyncio.gather(*(outputs_of(engine, f"word{number}") for number in range(40)))
    assert [cast(Answer, each[-1]).text.strip() for each in answers] == [f"word{number}" for number in range(40)]
    assert len(server.calls) == 40


async def test_closing_closes_the_connection_at_once(knowledge: KnowledgeBase) -> None:
    async with asking(knowledge, stalls_after("Well, let me think about that one. ")) as (engine, server):
        outputs = cast(AsyncGenerator[Output, None], engine.reply(said("hi")))
        assert isinstance(await anext(outputs), Delta)
        with Stopwatch() as watch:
            await outputs.aclose()
            await asyncio.wait_for(server.left.wait(), 5)
            assert watch.seconds() < 0.2


async def test_cancelling_closes_the_connection_at_once(knowledge: KnowledgeBase) -> None:
    async with asking(knowledge, stalls_after()) as (engine, server):
        task = asyncio.create_task(outputs_of(engine, "hi"))
        await asyncio.wait_for(server.asked.wait(), 5)
        with Stopwatch() as watch:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(server.left.wait(), 5)
            assert watch.seconds() < 0.2


async def test_summary_cites_what_was_said(knowledge: KnowledgeBase) -> None:
    script = says("The lamp ", "is broken (#1). They are angry (#99). See https://evil.example/")
    async with asking(knowledge, script) as (model, server):
        engine: Engine = model
        summary = await engine.summarize(said("My lamp is broken."))
        assert summary == "The lamp is broken (#1). They are angry. See evil.example/"
    assert "tools" not in server.calls[0].body
    assert "in English" in server.calls[0].system


async def test_log_names_model_and_prompt_but_no_text_and_no_key(knowledge: KnowledgeBase) -> None:
    with capture_logs() as logs:
        await ask(knowledge, "How long is the warranty?", quotes)
    (line,) = [each for each in logs if each["event"] == "openai_turn"]
    assert (line["model"], line["prompt"], line["calls"]) == ("scripted", "answer.v1", 2)
    assert (line["usage_in"], line["usage_out"], line["confident"]) == (500, 50, True)
    assert "warranty" not in repr(logs)
    assert KEY not in repr(logs)
    assert KEY not in repr(ModelTerms(api_key=KEY, model="m"))
