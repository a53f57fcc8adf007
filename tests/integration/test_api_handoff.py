"""What each side is told of a handoff: an answer that was interrupted, why, what happens next, and the packet."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.servers.people import Json, open_customer, signed_in
from tests.servers.service import Service

# Long enough to be interrupted: three questions, three answers.
_LONG = "How long does delivery take? What is your return policy? How long is the warranty on the battery?"


async def test_a_takeover_in_the_middle_of_an_answer(http: httpx.AsyncClient, service: Service) -> None:
    mina = await signed_in(http, service.workbench_url)
    customer = await open_customer(http, service.chatbot_url)
    async with customer.stream() as theirs, mina.stream(customer.name) as hers:
        await customer.say(_LONG)
        await theirs.until(lambda told: len(told.of("ai_delta")) >= 2)
        taken = await mina.succeed("takeover", customer.name)
        (kept, *_) = taken["messages"]
        assert (kept["payload"]["role"], kept["payload"]["interrupted"]) == ("assistant", True)
        change = taken["messages"][1]["seq"]
        for stream in (theirs, hers):
            await stream.until(lambda told: change in told.ids)
        await asyncio.sleep(0.3)
        for stream in (theirs, hers):
            shown = "".join(event["payload"]["text"] for event in stream.of("ai_delta"))
            assert kept["payload"]["content"].startswith(shown)
            place = next(place for place, event in enumerate(stream.events) if event.get("seq") == change)
            assert [event["type"] for event in stream.events[place + 1 :] if event["type"] == "ai_delta"] == []
    assert [message["type"] for message in await customer.history()][:3] == [
        "new_message",
        "new_message",
        "status_change",
    ]


async def test_the_agent_has_a_packet_and_no_customer_does(http: httpx.AsyncClient, service: Service) -> None:
    mina = await signed_in(http, service.workbench_url)
    customer = await open_customer(http, service.chatbot_url)
    async with customer.stream() as theirs:
        await customer.ask("Where is my order AM20451? My e-mail is ana@example.com")
        assert (await mina.read(customer.name))["packet"] is None
        answer = (await customer.escalate()).json()

        packet = (await mina.read(customer.name))["packet"]
        assert packet["summary"]["seqs"] == [1]
        assert packet["summary"]["text"].startswith("Where is my order AM20451?")
        assert {"kind": "order", "value": "AM20451", "seqs": [1]} in packet["facts"]
        assert packet["tried"][-1]["kind"] in ("answer", "no_answer")

        listed = (await mina.get("/api/sessions", limit=5)).json()
        page = (await customer.get(f"/api/sessions/{customer.name}")).json()
        await theirs.until(lambda told: told.of("status_change"))
        for reachable in (answer, page, theirs.events, listed):
            assert not _holds(reachable, "packet")
            assert not _holds(reachable, "tools")
    await mina.succeed("takeover", customer.name)
    assert (await mina.read(customer.name))["packet"] == packet
    await mina.succeed("release", customer.name)
    assert (await mina.read(customer.name))["packet"] is None


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [("zh", "I want to talk to a human", "A colleague has been asked"), ("en", "转人工", "已为您呼叫人工客服")],
)
async def test_the_customer_is_told_what_happens_next_in_their_language(
    http: httpx.AsyncClient, sqlite_service: Service, language: str, text: str, told: str
) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url, language=language)
    await customer.say(text, wait=True)
    _, notice, change = await customer.history()
    assert (notice["type"], notice["payload"]["code"], change["type"]) == ("system", "escalated", "status_change")
    assert notice["payload"]["content"].startswith(told)
    mina = await signed_in(http, sqlite_service.workbench_url)
    escalation = (await mina.read(customer.name))["session"]["escalation"]
    assert (escalation["rule"], escalation["seq"]) == ("asks_for_person", 1)


async def test_why_a_person_was_called_is_known_after_they_have_left(http: httpx.AsyncClient, service: Service) -> None:
    mina = await signed_in(http, service.workbench_url)
    customer = await open_customer(http, service.chatbot_url)
    await customer.say("I want to talk to a human", wait=True)
    escalation = (await mina.read(customer.name))["session"]["escalation"]
    await mina.succeed("takeover", customer.name)
    await mina.succeed("release", customer.name)
    page = await mina.read(customer.name)
    assert page["session"]["escalation"] is None
    *_, told, change = (entry for entry in page["messages"] if entry["payload"]["epoch"] == 2)
    assert change["payload"]["action"] == "escalate"
    assert (told["audience"], told["payload"]["code"]) == ("agents", "escalation")
    for kept, key in (("reason", "reason"), ("severity", "severity"), ("detail", "detail"), ("rule", "rule")):
        assert told["payload"][kept] == escalation[key], kept
    assert told["payload"]["matched_seq"] == escalation["seq"] == 1


async def test_a_customers_own_button_tells_the_same(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    async with customer.chat_stream("Hello") as turn:
        await turn.until(lambda told: told.ended)
    messages = (await customer.escalate()).json()["messages"]
    assert [message["payload"].get("code") for message in messages[-2:]] == ["escalated", None]


def _holds(value: Json | list[Json], key: str) -> bool:
    """Whether there is such a key anywhere."""
    if isinstance(value, dict):
        return key in value or any(_holds(inner, key) for inner in value.values() if isinstance(inner, dict | list))
    return any(_holds(inner, key) for inner in value if isinstance(inner, dict | list))
