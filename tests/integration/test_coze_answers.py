"""The Coze engine and the events of a chat: what the customer reads of them, and what counts as a failure."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from domain.engine import Usage
from domain.entry import Role
from infrastructure.ai.coze import CozeEngine, CozeFailed, CozeTerms
from tests.integration.coze import engine_on, heard, said_before, turn
from tests.servers.coze_server import APP_ID, CHAT_PATH, CONVERSATION_PATH, WORKFLOW_ID, Chat, CozeServer, Play, Refusal


@pytest.fixture
async def server() -> AsyncIterator[CozeServer]:
    async with CozeServer() as running:
        yield running


@pytest.fixture
async def engine(server: CozeServer) -> AsyncIterator[CozeEngine]:
    async with engine_on(server) as one:
        yield one


def play(*lines: Callable[[Chat], Awaitable[None]], ends: bool = True) -> Play:
    """A chat that begins, does all this, and ends."""

    async def playing(chat: Chat) -> None:
        await chat.begin()
        for line in lines:
            await line(chat)
        if ends:
            await chat.end()

    return playing


async def test_an_answer_comes_in_pieces_and_as_a_whole(server: CozeServer, engine: CozeEngine) -> None:
    deltas, answer = await heard(engine, turn("Wie lange dauert es? 要多久？🚲"))

    assert answer.text == "Wie lange dauert es? 要多久？🚲"
    assert len(deltas) > 2
    assert answer.confident
    assert answer.usage == Usage(input_tokens=1, output_tokens=1)
    assert answer.handover is None
    assert not answer.asks_back


async def test_a_request_says_what_coze_needs_to_know(server: CozeServer, engine: CozeEngine) -> None:
    await engine.open("s_1")
    await heard(engine, turn("Hello"))

    (conversation_id,) = server.conversations
    (body,) = server.chats
    assert (body["workflow_id"], body["app_id"]) == (WORKFLOW_ID, APP_ID)
    assert body["conversation_id"] == conversation_id
    assert body["parameters"] == {"session_name": "s_1"}
    assert [(said["role"], said["type"], said["content"]) for said in body["additional_messages"]] == [
        ("user", "question", "Hello")
    ]


async def test_the_conversation_is_made_when_the_session_opens_and_used_from_then_on(
    server: CozeServer, engine: CozeEngine
) -> None:
    await engine.open("s_1")
    await engine.open("s_1")
    await heard(engine, turn("one"))
    await heard(engine, turn("one", (Role.ASSISTANT, "one"), "two"))

    assert server.asked(CONVERSATION_PATH) == 1
    assert [body["conversation_id"] for body in server.chats] == list(server.conversations) * 2


async def test_a_conversation_that_is_missing_is_made_by_the_first_turn(server: CozeServer, engine: CozeEngine) -> None:
    # Also when the session is still being opened meanwhile.
    await asyncio.gather(engine.open("s_1"), heard(engine, turn("one")))
    assert server.asked(CONVERSATION_PATH) == 1
    assert len(server.chats) == 1


@pytest.mark.parametrize(
    "gone",
    [
        (200, {"code": 4200, "msg": "The conversation does not exist."}),
        (200, {"code": 777777775, "msg": "Workflow operation failure: conversation not found"}),
        (404, {"code": 4200, "msg": "会话不存在"}),
        (400, {"code": 4000, "msg": "conversation 7382 has been deleted"}),
    ],
)
async def test_a_conversation_that_was_deleted_at_coze_is_replaced(
    server: CozeServer, engine: CozeEngine, gone: tuple[int, dict[str, object]]
) -> None:
    server.gone = gone
    await heard(engine, turn("one"))
    server.delete_conversations()

    _, answer = await heard(engine, turn("one", (Role.ASSISTANT, "Yes, one."), "two"))
    # It was told what was said in the other one, and it is the one from then on.
    assert answer.text == "one | Yes, one. | two"
    await heard(engine, turn("one", (Role.ASSISTANT, "Yes, one."), "two", (Role.ASSISTANT, "Two."), "three"))
    first, second = server.conversations
    assert [body["conversation_id"] for body in server.chats] == [first, second, second]
    assert [said["content"] for said in server.chats[-1]["additional_messages"]] == ["three"]


async def test_a_conversation_is_replaced_once(server: CozeServer, engine: CozeEngine) -> None:
    await heard(engine, turn("one"))
    server.delete_conversations()
    refusal = Refusal(404, 4200, message="conversation not found")
    server.refusals[CHAT_PATH].extend([refusal, refusal])
    with pytest.raises(CozeFailed, match="refused"):
        await heard(engine, turn("two"))
    assert server.asked(CONVERSATION_PATH) == 2


async def test_another_conversation_that_cannot_be_made_yet_is_asked_for_again(
    server: CozeServer, engine: CozeEngine
) -> None:
    await heard(engine, turn("one"))
    server.delete_conversations()
    server.refusals[CONVERSATION_PATH].append(Refusal(503))
    assert (await heard(engine, turn("two")))[1].text == "two"
    assert server.asked(CONVERSATION_PATH) == 3


async def test_a_burst_is_one_question(server: CozeServer, engine: CozeEngine) -> None:
    await heard(engine, turn("Hi", (Role.ASSISTANT, "Hello!"), "Where is it?", "Order 1001", "??", unanswered=3))

    (body,) = server.chats
    assert [said["content"] for said in body["additional_messages"]] == ["Where is it?\nOrder 1001\n??"]


async def test_after_a_release_coze_hears_what_the_person_said_and_promised(
    server: CozeServer, engine: CozeEngine
) -> None:
    await heard(
        engine,
        turn(
            "Hi",
            (Role.ASSISTANT, "Hello!"),
            "I want a person",
            (Role.AGENT, "I refund you £20 by Friday."),
            "Thanks",
            "When do I get my money?",
        ),
    )

    (body,) = server.chats
    assert [(said["role"], said["content"]) for said in body["additional_messages"]] == [
        ("user", "I want a person"),
        ("assistant", "[Mina] I refund you £20 by Friday."),
        ("user", "Thanks"),
        ("user", "When do I get my money?"),
    ]


async def test_no_more_messages_are_sent_than_coze_takes(server: CozeServer, engine: CozeEngine) -> None:
    talk = [(Role.AGENT, f"line {number}") for number in range(80)]
    await heard(engine, turn("Hi", *talk, "And now?"))

    sent = [said["content"] for said in server.chats[0]["additional_messages"]]
    assert len(sent) == 50
    assert sent[-2:] == ["[Mina] line 79", "And now?"]


async def test_only_answers_are_for_the_customer(server: CozeServer, engine: CozeEngine) -> None:
    async def everything(chat: Chat) -> None:
        await chat.raw(b": keep-alive\n\n")
        await chat.whole('{"name":"orders","arguments":{}}', id="f", type="function_call")
        await chat.delta("internal", id="t", type="tool_output")
        await chat.whole("internal", id="t", type="tool_output")
        await chat.whole("internal", id="r", type="tool_response")
        await chat.whole("recalled", id="k", type="knowledge")
        await chat.raw(b"id: 7\nretry: 100\n")
        await chat.delta("It is ")
        await chat.delta("", reasoning_content="thinking aloud")
        await chat.raw(b":\r\n")
        await chat.send("conversation.audio.delta", chat._message("UklGRg==", "a", "answer", {"content_type": "audio"}))
        await chat.whole('{"card":1}', id="c", content_type="card")
        await chat.send("conversation.something.new", {"any": "thing"})
        await chat.delta("on its way.")
        await chat.whole("It is on its way.")
        await chat.whole("And in red?", id="s", type="follow_up")
        await chat.verbose("empty result")
        await chat.complete()

    server.plays.append(play(everything))

    with pytest.warns(UserWarning, match="knowledge"):
        deltas, answer = await heard(engine, turn("Where is it?"))

    assert deltas == ["It is ", "on its way."]
    assert answer.text == "It is on its way."
    assert answer.usage is None


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
async def test_events_may_arrive_in_odd_pieces(server: CozeServer, engine: CozeEngine, size: int) -> None:
    # What Unicode takes for the end of a line, JSON does not.
    pieces = ["它在路", "上 🚚", "\n第二行", "\u2028third\u0085", "fourth\u2029", " \\u2028 ", "“quoted”"]

    async def held(chat: Chat) -> None:
        chat.hold()
        await chat.raw(b": \xe2\x80\xa8 comment\r\n\r\n")
        for piece in pieces:
            await chat.delta(piece)
        await chat.whole("".join(pieces))
        await chat.complete()
        await chat.flush(size)

    server.plays.append(play(held))

    deltas, answer = await heard(engine, turn("?"))

    assert answer.text == "".join(pieces)
    assert deltas == pieces


async def test_lines_may_end_as_on_windows(server: CozeServer, engine: CozeEngine) -> None:
    async def windows(chat: Chat) -> None:
        chat.hold()
        await chat.delta("Hello")
        await chat.complete()
        assert chat._held is not None
        chat._held = bytearray(chat._held.replace(b"\n", b"\r\n"))
        await chat.flush(3)

    server.plays.append(play(windows))
    assert (await heard(engine, turn("?")))[0] == ["Hello"]


@pytest.mark.parametrize("whole_id", ["m1", "m2"])
async def test_a_message_that_is_complete_says_nothing_twice(
    server: CozeServer, engine: CozeEngine, whole_id: str
) -> None:
    async def repeats(chat: Chat) -> None:
        await chat.delta("On its ")
        await chat.delta("way.")
        # As the documentation shows it, the id may be another one.
        await chat.whole("On its way. Today.", id=whole_id)
        await chat.complete()

    server.plays.append(play(repeats))
    assert (await heard(engine, turn("?")))[0] == ["On its ", "way.", " Today."]


async def test_a_message_without_pieces_is_heard_when_it_is_complete(server: CozeServer, engine: CozeEngine) -> None:
    server.plays.append(play(lambda chat: chat.whole("All at once."), lambda chat: chat.complete()))
    assert (await heard(engine, turn("?")))[0] == ["All at once."]


async def test_several_messages_are_one_answer(server: CozeServer, engine: CozeEngine) -> None:
    async def twice(chat: Chat) -> None:
        await chat.delta("One", id="m1")
        await chat.whole("One", id="m1")
        await chat.whole("Two", id="m2")
        await chat.delta("Thr", id="m3")
        await chat.delta("ee", id="m3")
        await chat.whole("Three", id="m3")
        await chat.complete()

    server.plays.append(play(twice))
    _, answer = await heard(engine, turn("?"))
    assert answer.text == "One\n\nTwo\n\nThree"


async def test_a_question_of_the_workflow_asks_back(server: CozeServer, engine: CozeEngine) -> None:
    async def asks(chat: Chat) -> None:
        await chat.delta("Which size?")
        await chat.verbose("interrupt")
        await chat.chat("requires_action", required_action=_QUESTION)
        await chat.done()

    server.plays.append(play(asks))
    _, answer = await heard(engine, turn("?"))
    assert (answer.text, answer.asks_back) == ("Which size?", True)


async def test_a_question_with_options_is_a_card_and_is_asked_in_words(server: CozeServer, engine: CozeEngine) -> None:
    info = {
        "card_type": "QUESTION",
        "question_card_data": {"Title": "Which colour?", "Options": [{"name": "Red"}, {"name": "Petrol blue"}]},
    }
    card = json.dumps({"card_type": 3, "x_properties": {"workflow_card_info": json.dumps(info)}})

    async def asks(chat: Chat) -> None:
        await chat.delta("One moment.")
        await chat.delta(card[:20], id="m2", content_type="card")
        await chat.whole(card, id="m2", content_type="card")
        await chat.verbose("interrupt")
        await chat.chat("requires_action", required_action=_QUESTION)
        await chat.done()

    server.plays.append(play(asks))
    _, answer = await heard(engine, turn("?"))
    assert (answer.text, answer.asks_back) == ("One moment.\n\nWhich colour?\n- Red\n- Petrol blue", True)
    assert answer.choices == ("Red", "Petrol blue")
    # What the customer chooses is the answer to it.
    assert (await heard(engine, turn("?", (Role.ASSISTANT, answer.text), "Red")))[1].text == "? | Red"


@pytest.mark.parametrize(
    "card", ["{", "[]", "{}", '{"x_properties": {"workflow_card_info": "{\\"card_type\\": \\"INPUT\\"}"}}']
)
async def test_a_card_that_asks_nothing_is_not_shown(server: CozeServer, engine: CozeEngine, card: str) -> None:
    async def asks(chat: Chat) -> None:
        await chat.whole(card, id="m2", content_type="card")
        await chat.chat("requires_action", required_action=_QUESTION)
        await chat.done()

    server.plays.append(play(asks))
    failure: list[Exception] = []
    assert await said_before(engine, turn("?"), failure) == []
    assert "nothing that can be said" in str(failure[0])


async def test_a_stream_may_end_with_its_last_message(server: CozeServer, engine: CozeEngine) -> None:
    async def ends(chat: Chat) -> None:
        await chat.delta("Done.")
        await chat.verbose("generate_answer_finish")
        await chat.done()

    server.plays.append(play(ends))
    assert (await heard(engine, turn("?")))[1].text == "Done."


async def test_a_server_that_does_not_end_its_stream_is_not_waited_for(server: CozeServer, engine: CozeEngine) -> None:
    async def lingers(chat: Chat) -> None:
        await chat.delta("Done.")
        await chat.complete()
        await chat.exchange.client_gone()

    server.plays.append(play(lingers, ends=False))
    async with asyncio.timeout(2):
        assert (await heard(engine, turn("?")))[1].text == "Done."


_QUESTION = {
    "type": "submit_tool_outputs",
    "submit_tool_outputs": {"tool_calls": [{"id": "1", "type": "reply_message"}]},
}
_TOOL_CALL = {"id": "1", "type": "function", "function": {"name": "open_drawer", "arguments": "{}"}}
_TOOL_WANTED = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [_TOOL_CALL]}}


async def breaks_off(chat: Chat) -> None:
    chat.exchange.break_off()


FAILURES: dict[str, tuple[Callable[[Chat], Awaitable[None]], str, int]] = {
    "failed": (lambda chat: chat.chat("failed", last_error={"code": 5000, "msg": "no"}), "the chat failed", 5000),
    "failed, as documented": (
        lambda chat: chat.send("conversation.chat.failed", {"code": "720702204", "msg": "会话名不存在"}),
        "the chat failed",
        720702204,
    ),
    "a tool": (lambda chat: chat.chat("requires_action", required_action=_TOOL_WANTED), "wants a tool of ours", 0),
    "error": (lambda chat: chat.send("error", {"code": 4000, "msg": "no"}), "an error in the middle", 4000),
    "error without sense": (lambda chat: chat.send("error", "oh"), "not understood", 0),
    "nonsense": (lambda chat: chat.send("conversation.message.delta", "{"), "not understood", 0),
    "data without event": (lambda chat: chat.raw(b"data:{}\ndata:{}\n\n"), "not understood", 0),
    "a line without end": (lambda chat: chat.raw(b"data:" + b"x" * (1 << 21)), "a line without an end", 0),
    "dies": (breaks_off, "the connection broke", 0),
    "ends": (lambda chat: chat.end(), "ended before the answer did", 0),
    "done": (lambda chat: chat.done(), "ended before the answer did", 0),
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("begun", [True, False])
async def test_a_failure_is_told_and_nothing_is_asked_twice(
    server: CozeServer, engine: CozeEngine, kind: str, begun: bool
) -> None:
    happens, problem, code = FAILURES[kind]

    async def fails(chat: Chat) -> None:
        if begun:
            await chat.delta("It ")
            await chat.delta("is")
        await happens(chat)
        if kind not in ("ends", "dies"):
            await chat.end()

    server.plays.append(play(fails, ends=False))
    failure: list[Exception] = []

    said = await said_before(engine, turn("Where is it?"), failure)

    assert said == (["It ", "is"] if begun else [])
    assert isinstance(failure[0], CozeFailed)
    assert problem in str(failure[0])
    assert failure[0].code == code
    # Neither the error nor what led to it quotes anybody.
    assert "Where" not in (shown := "".join(traceback.format_exception(failure[0])))
    assert "会话名" not in shown
    assert server.asked(CHAT_PATH) == 1
    # The next turn is none the worse for it.
    assert (await heard(engine, turn("And now?")))[1].text == "Where is it? | And now?"


async def test_what_is_said_in_another_conversation_is_not_heard(server: CozeServer, engine: CozeEngine) -> None:
    async def elsewhere(chat: Chat) -> None:
        await chat.chat("created", conversation_id="a default one")
        await chat.delta("somebody else's")
        await chat.complete()
        await chat.end()

    server.plays.append(elsewhere)
    failure: list[Exception] = []
    assert await said_before(engine, turn("?"), failure) == []
    assert "in another conversation" in str(failure[0])
    assert server.asked(CHAT_PATH) == 1


async def test_an_answer_without_words_is_none(server: CozeServer, engine: CozeEngine) -> None:
    server.plays.append(play(lambda chat: chat.delta(" \n"), lambda chat: chat.complete()))
    with pytest.raises(CozeFailed, match="without words"):
        await heard(engine, turn("?"))


async def test_silence_is_a_failure(server: CozeServer) -> None:
    async def falls_silent(chat: Chat) -> None:
        await chat.delta("It ")
        await chat.exchange.client_gone()

    server.plays.append(play(falls_silent, ends=False))
    failure: list[Exception] = []
    async with engine_on(server, terms=CozeTerms(silence_seconds=0.2, patience_seconds=5)) as engine:
        async with asyncio.timeout(2):
            assert await said_before(engine, turn("?"), failure) == ["It "]
    assert "silent for too long" in str(failure[0])
    assert len(server.chats) == 1


@pytest.mark.parametrize("how", ["closed", "cancelled", "cancelled in silence"])
async def test_whoever_stops_listening_is_not_talked_to(server: CozeServer, engine: CozeEngine, how: str) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def goes_on(chat: Chat) -> None:
        begun.set()
        if how != "cancelled in silence":
            await chat.delta("It ")
        await chat.exchange.client_gone()
        gone.set()

    server.plays.append(play(goes_on, ends=False))
    listening = asyncio.Event()

    async def listen() -> None:
        async for _ in (reply := engine.reply(turn("?"))):
            listening.set()
            if how == "closed":
                break
        await reply.aclose()  # type: ignore[attr-defined]

    task = asyncio.create_task(listen())
    await (begun if how == "cancelled in silence" else listening).wait()
    # By then also the head of the answer has arrived.
    await asyncio.sleep(0.05)
    if how != "closed":
        task.cancel()
    async with asyncio.timeout(0.2):
        await asyncio.wait([task])
        await gone.wait()
