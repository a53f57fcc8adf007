"""Many at once: what is acknowledged is there once, and at most one speaks for us."""

from __future__ import annotations

import asyncio

import httpx

from tests.servers.deployment import Deployment
from tests.servers.people import Json, open_customer, sign_in

MESSAGES = 400
# The built-in engine takes about a second to say all of its answer.
LONG_QUESTION = "How long does delivery take?"


async def test_four_hundred_messages_at_once_from_three_processes(
    http: httpx.AsyncClient, deployment: Deployment
) -> None:
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, deployment.chatbot_url)
    elsewhere = customer.at(deployment.chatbots[1].chatbot_url)
    name = customer.name
    await mina.succeed("takeover", name)

    async def send(number: int) -> httpx.Response:
        text, message_id = f"Message {number}", f"id-{number}"
        body = {"session_name": name, "content": text, "client_message_id": message_id}
        if number % 4 == 0:
            return await customer.say(text, client_message_id=message_id)
        if number % 4 == 1:
            return await elsewhere.post("/api/manual/messages", {**body, "role": "user"})
        if number % 4 == 2:
            return await mina.say(name, text, client_message_id=message_id)
        return await mina.at(elsewhere.base).post("/api/manual/messages", {**body, "role": "agent"})

    async with customer.stream() as tab, elsewhere.stream() as other_tab, mina.stream(name) as window:
        for stream in (tab, other_tab, window):
            await stream.until(lambda told: told.of("history"))
        answers = await asyncio.gather(*(send(number) for number in range(MESSAGES)))
        assert {answer.status_code for answer in answers} == {200}
        acknowledged = sorted((answer.json()["message"] for answer in answers), key=lambda message: message["seq"])
        for stream in (tab, other_tab, window):
            await stream.until(lambda told: len(told.entries) >= MESSAGES + 2)

    first = acknowledged[0]["seq"]
    assert [message["seq"] for message in acknowledged] == list(range(first, first + MESSAGES))
    assert {message["payload"]["content"] for message in acknowledged} == {f"Message {n}" for n in range(MESSAGES)}
    whole = (await mina.read(name))["messages"]
    assert whole[first - 1 :] == acknowledged
    assert tab.entries == other_tab.entries == window.entries == whole


async def test_every_subscriber_of_a_session_gets_every_message(
    http: httpx.AsyncClient, deployment: Deployment
) -> None:
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, deployment.chatbot_url)
    elsewhere = customer.at(deployment.chatbots[1].chatbot_url)
    await mina.succeed("takeover", customer.name)
    async with customer.stream() as first, customer.stream() as second, elsewhere.stream() as third:
        streams = (first, second, third)
        for number in range(5):
            assert (await mina.say(customer.name, f"Words {number}")).status_code == 200
        for stream in streams:
            await stream.until(lambda told: told.with_text("Words 4"))
            assert stream.texts == [f"Words {number}" for number in range(5)]


async def test_silence_longer_than_two_heartbeats_ends_nothing(http: httpx.AsyncClient, deployment: Deployment) -> None:
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, deployment.chatbot_url)
    await mina.succeed("takeover", customer.name)
    async with customer.stream() as tab, mina.stream(customer.name) as window, mina.desk() as desk:
        for stream in (tab, window):
            await stream.until(lambda told: len(told.of("heartbeat")) >= 3)
        await desk.until(lambda told: told.of("heartbeat"))
        assert (await mina.say(customer.name, "Still there?")).status_code == 200
        assert (await customer.say("Yes.")).status_code == 200
        for stream in (tab, window):
            await stream.until(lambda told: told.texts == ["Still there?", "Yes."], 1)


async def test_of_two_takeovers_at_once_one_succeeds(http: httpx.AsyncClient, deployment: Deployment) -> None:
    mina, jun = [await sign_in(http, deployment.workbench_url, username) for username in ("mina", "jun")]
    for agents in [(mina, jun), (jun, mina), (mina, mina)]:
        customer = await open_customer(http, deployment.chatbot_url)
        answers = await asyncio.gather(*(agent.act("takeover", customer.name) for agent in agents))
        winner, loser = sorted(answers, key=lambda answer: answer.status_code)
        assert (winner.status_code, loser.status_code) == (200, 409)
        problem = loser.json()
        assert loser.headers["content-type"] == "application/problem+json"
        assert (problem["code"], problem["session_status"]) == ("transition_forbidden", "manual_live")
        assert problem["agent_name"] == winner.json()["session"]["agent"]["name"]
        entries = (await mina.read(customer.name))["messages"]
        assert [entry["type"] for entry in entries] == ["status_change", "assignment"]
        assert entries == winner.json()["messages"]


async def test_the_ai_is_silent_from_the_takeover_on(http: httpx.AsyncClient, deployment: Deployment) -> None:
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, deployment.chatbot_url)
    elsewhere = customer.at(deployment.chatbots[1].chatbot_url)
    async with customer.stream() as tab, elsewhere.stream() as other_tab, mina.stream(customer.name) as window:
        streams = (tab, other_tab, window)
        for stream in streams:
            await stream.until(lambda told: told.of("history"))
        async with customer.chat_stream(LONG_QUESTION) as turn:
            for stream in (*streams, turn):
                await stream.until(lambda told: told.of("ai_delta"))
            taken = await mina.succeed("takeover", customer.name)
            await turn.until(lambda told: told.ended)
        # By the time that the next answer is there, the one that was cut off has had time to come.
        assert (await mina.say(customer.name, "I am here now.")).status_code == 200
        await mina.succeed("release", customer.name)
        answer = await customer.ask(LONG_QUESTION)
        for stream in streams:
            await stream.until(lambda told: answer in told.entries)

    interrupted, takeover, _ = taken["messages"]
    for stream in (*streams, turn):
        cut_off = {event["payload"]["reply_id"] for event in stream.of("ai_delta")} - {answer["payload"]["reply_id"]}
        assert cut_off == {interrupted["payload"]["reply_id"]}
        later = stream.events[stream.events.index(takeover) :]
        assert not [event for event in later if event["payload"].get("reply_id") in cut_off]
    said = [entry for entry in (await mina.read(customer.name))["messages"] if entry["payload"]["role"] == "assistant"]
    assert said == [interrupted, answer]
    assert interrupted["payload"]["interrupted"]


async def test_a_burst_gets_one_answer(http: httpx.AsyncClient, deployment: Deployment) -> None:
    customer = await open_customer(http, deployment.chatbot_url)
    places = [customer, customer.at(deployment.chatbots[1].chatbot_url)]
    answers = await asyncio.gather(*(places[number % 2].say(f"{LONG_QUESTION} ({number})") for number in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    async with customer.stream() as tab:
        await tab.until(lambda told: _assistant(told.entries))
        # A second answer to the burst would be there before the answer to this.
        last = await customer.ask("What is your return policy?")
        await tab.until(lambda told: last in told.entries)
    answered = _assistant(tab.entries)
    assert len(answered) == 2
    assert answered[0]["seq"] > max(answer.json()["message"]["seq"] for answer in answers)


def _assistant(entries: list[Json]) -> list[Json]:
    return [entry for entry in entries if entry["payload"].get("role") == "assistant"]
