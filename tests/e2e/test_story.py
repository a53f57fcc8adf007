"""The whole story: the AI answers, a person takes over and hands back, and nobody misses or repeats a word."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import FreshDatabase
from tests.servers.deployment import Deployment, deployed
from tests.servers.people import AgentPerson, Customer, Json, Stream, open_customer, sign_in

# What "at once" means to somebody who waits.
AT_ONCE_SECONDS = 1.0


@pytest.fixture(scope="module")
def memory_deployment(fresh_database: FreshDatabase) -> Iterator[Deployment]:
    """Two processes without Redis."""
    with deployed(fresh_database("sqlite")) as services:
        yield services


@pytest.fixture(scope="module")
def serve_deployment(fresh_database: FreshDatabase) -> Iterator[Deployment]:
    """Both services in one process."""
    with deployed(fresh_database("sqlite"), chatbots=0) as services:
        yield services


@pytest.fixture(params=["sqlite", "postgresql", "memory", "serve"])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Each way in which Baton is run."""
    services: Deployment = request.getfixturevalue(f"{request.param}_deployment")
    return services


async def test_the_ai_answers_from_the_orders_and_the_knowledge_base(
    http: httpx.AsyncClient, deployment: Deployment
) -> None:
    customer = await open_customer(http, deployment.chatbot_url)
    order = await customer.ask("Where is my order AM20451? My e-mail is mira@example.com")
    assert order["payload"]["content"].count("[PRODUCT]") == order["payload"]["content"].count("[/PRODUCT]") == 2
    assert "FF261973069" in order["payload"]["content"]

    product = await customer.ask("Which bike is good for commuting?")
    assert "[PRODUCT]" in product["payload"]["content"]

    returns = await customer.ask("What is your return policy?")
    assert "30 days" in returns["payload"]["content"]
    assert returns["payload"]["citations"]

    chinese = await open_customer(http, deployment.chatbot_url, language="zh")
    returns = await chinese.ask("多少天之内可以退货？")
    assert "30 天" in returns["payload"]["content"]


async def test_deltas_add_up_to_the_answer(http: httpx.AsyncClient, deployment: Deployment) -> None:
    customer = await open_customer(http, deployment.chatbot_url)
    async with customer.stream() as tab:
        await tab.until(lambda told: told.of("history"))
        answer = await customer.ask("What is your return policy?")
        await tab.until(lambda told: told.with_text(answer["payload"]["content"]))
    reply_id = answer["payload"]["reply_id"]
    deltas = [event["payload"] for event in tab.of("ai_delta") if event["payload"]["reply_id"] == reply_id]
    assert len(deltas) > 3
    assert "".join(delta["text"] for delta in deltas) == answer["payload"]["content"]
    assert [delta["offset"] for delta in deltas] == [
        sum(len(earlier["text"]) for earlier in deltas[:index]) for index in range(len(deltas))
    ]


async def test_a_person_takes_over_and_hands_back(http: httpx.AsyncClient, deployment: Deployment) -> None:
    mina = await sign_in(http, deployment.workbench_url)
    customer = await open_customer(http, deployment.chatbot_url, customer_name="Mira", customer_email="m@example.com")
    name = customer.name
    await customer.ask("How long does delivery take?")

    async with mina.desk() as desk, customer.stream() as tab, mina.stream(name) as window:
        await desk.until(lambda told: told.of("snapshot"))
        await tab.until(lambda told: told.of("history"))
        await customer.say("I want to talk to a person")
        await desk.until(lambda told: _seen_on(told, name, "pending_manual"), AT_ONCE_SECONDS)
        await tab.until(lambda told: _moved_to(told, "pending_manual"), AT_ONCE_SECONDS)
        (waiting,) = _seen_on(desk, name, "pending_manual")[-1:]
        assert waiting["customer"] == {"name": "Mira", "email": "m@example.com"}
        assert waiting["escalation"]["reason"] == "user_request"

        await mina.succeed("takeover", name)
        await tab.until(lambda told: _moved_to(told, "manual_live"), AT_ONCE_SECONDS)
        await _talk(mina, customer, tab, window)
        await mina.succeed("notes", name, {"content": "A note for colleagues."})
        await window.until(lambda told: told.with_text("A note for colleagues."), AT_ONCE_SECONDS)

        await _second_tab_and_reload(mina, customer, tab)

        await mina.succeed("release", name)
        await tab.until(lambda told: _moved_to(told, "bot_active"), AT_ONCE_SECONDS)
        answer = await customer.ask("What is your return policy?")
        assert "30 days" in answer["payload"]["content"]

        await mina.succeed("close", name)
        await tab.until(lambda told: _moved_to(told, "closed"), AT_ONCE_SECONDS)
        reopened = await customer.ask("How long does delivery take?")
        assert reopened["payload"]["role"] == "assistant"
        await window.until(lambda told: reopened in told.entries)
        await tab.until(lambda told: reopened in told.entries)

    whole = (await mina.read(name))["messages"]
    assert window.entries == whole
    assert tab.entries == [entry for entry in whole if "audience" not in entry] == await customer.history()
    assert [entry["seq"] for entry in whole] == list(range(1, len(whole) + 1))
    assert [entry["payload"]["action"] for entry in whole if entry["type"] == "status_change"] == [
        "escalate",
        "takeover",
        "release",
        "close",
        "reopen",
    ]
    escalated, released = (entry["payload"] for entry in whole if entry["type"] == "system" and "audience" not in entry)
    assert (escalated["code"], released["code"]) == ("escalated", "released")
    assert "colleague has been asked" in escalated["content"]
    assert "assistant" in released["content"]


async def test_a_customer_asks_for_a_person_in_chinese(http: httpx.AsyncClient, deployment: Deployment) -> None:
    jun = await sign_in(http, deployment.workbench_url, "jun")
    customer = await open_customer(http, deployment.chatbot_url, language="zh")
    async with jun.desk() as desk, customer.stream() as tab:
        await desk.until(lambda told: told.of("snapshot"))
        await tab.until(lambda told: told.of("history"))
        await customer.say("我要转人工客服")
        await desk.until(lambda told: _seen_on(told, customer.name, "pending_manual"), AT_ONCE_SECONDS)
        await jun.succeed("takeover", customer.name)
        assert (await jun.say(customer.name, "您好，我是俊。")).status_code == 200
        await jun.succeed("release", customer.name)
        await tab.until(lambda told: _moved_to(told, "bot_active"), AT_ONCE_SECONDS)
    assert tab.texts[1:] == [
        "已为您呼叫人工客服，同事会先阅读之前的全部对话。等待期间您可以继续留言。",
        "您好，我是俊。",
        "人工客服已结束服务，智能助手继续为您服务。",
    ]


async def test_a_session_is_handed_to_a_colleague(http: httpx.AsyncClient, deployment: Deployment) -> None:
    mina, jun = [await sign_in(http, deployment.workbench_url, username) for username in ("mina", "jun")]
    customer = await open_customer(http, deployment.chatbot_url)
    await mina.succeed("takeover", customer.name)
    async with jun.desk() as desk, customer.stream() as tab:
        await desk.until(lambda told: told.of("snapshot"))
        await mina.succeed("transfer", customer.name, {"agent_id": jun.id})
        await desk.until(lambda told: told.of("transfer_request"), AT_ONCE_SECONDS)
        (request,) = desk.of("transfer_request")
        assert request["payload"]["from_agent_id"] == mina.id
        assert request["payload"]["session"]["agent"]["id"] == jun.id
        assert (await mina.say(customer.name, "Too late.")).status_code == 403
        assert (await jun.say(customer.name, "Hello from Jun.")).status_code == 200
        await tab.until(lambda told: told.with_text("Hello from Jun."), AT_ONCE_SECONDS)


async def _talk(mina: AgentPerson, customer: Customer, tab: Stream, window: Stream) -> None:
    """Both write, and each sees the other's words at once."""
    # U+2028 ends a line to some, and must not to whoever reads a stream.
    for number, words in enumerate(["Hello, this is Mina.", "How may I help?\u2028Tell me.", "好的 👍"]):
        assert (await mina.say(customer.name, words, client_message_id=f"m{number}")).status_code == 200
        await tab.until(lambda told, words=words: told.with_text(words), AT_ONCE_SECONDS)  # type: ignore[misc]
        answer = f"Answer {number}"
        assert (await customer.say(answer, client_message_id=f"c{number}")).status_code == 200
        await window.until(lambda told, answer=answer: told.with_text(answer), AT_ONCE_SECONDS)  # type: ignore[misc]


async def _second_tab_and_reload(mina: AgentPerson, customer: Customer, tab: Stream) -> None:
    """A second tab sees all that the first saw; a stream that reconnects goes on where it was; selecting the session
    again shows the same history.
    """
    async with customer.stream() as second, customer.stream(last_event_id=tab.seqs[2]) as reloaded:
        await second.until(lambda told: told.of("history"))
        assert second.entries == tab.entries
        assert (await mina.say(customer.name, "To every tab.")).status_code == 200
        for stream in (tab, second, reloaded):
            await stream.until(lambda told: told.with_text("To every tab."), AT_ONCE_SECONDS)
        assert second.entries == tab.entries
        assert not reloaded.of("history")
        assert reloaded.entries == tab.entries[3:]
    async with mina.stream(customer.name) as again, mina.stream(customer.name) as and_again:
        for selected in (again, and_again):
            await selected.until(lambda told: told.of("history"))
        assert again.entries == and_again.entries == (await mina.read(customer.name))["messages"]


def _seen_on(desk: Stream, name: str, status: str) -> list[Json]:
    """The summaries of a session in this state that the desk's stream brought."""
    sessions: list[Json] = [event["payload"]["session"] for event in desk.of("queue")]
    return [session for session in sessions if session["session_name"] == name and session["status"] == status]


def _moved_to(stream: Stream, status: str) -> bool:
    changes = [entry for entry in stream.entries if entry["type"] == "status_change"]
    return bool(changes) and changes[-1]["payload"]["status"] == status
