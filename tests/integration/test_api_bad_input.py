"""What must not be said: each is refused with a problem that says why, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.integration.served import Desk, Where, is_problem
from tests.servers.people import raw_exchange

SAYING: tuple[Where, ...] = ("chat", "stream", "manual", "message", "note")

TOO_LONG = "x" * 10_001
LONGEST = "x" * 10_000

# JSON as it is written, since some of it no library would write.
BAD_TEXTS = {
    "empty": '""',
    "white space": '" \\n\\t "',
    "wide white space": '"\\u3000\\u00a0"',
    "no width": '"\\u200b \\ufeff\\u2060"',
    "10,001 characters": f'"{TOO_LONG}"',
    "NUL": '"a\\u0000b"',
    "control character": '"a\\u0007b"',
    "C1 control character": '"a\\u0085b"',
    "lone surrogate": '"a\\ud800b"',
    "null": "null",
    "a number": "42",
    "a list": '["a"]',
    "an object": '{"a": 1}',
}
BAD_BODIES = {
    "not JSON": b"hello",
    "cut off": b'{"message": "hel',
    "empty": b"",
    "a list": b"[1]",
    "a text": b'"hello"',
    "null": b"null",
    "invalid UTF-8": b'{"message": "\xff\xfe"}',
    "nested too deep": b"[" * 100_000,
    "a number too long": b'{"message": ' + b"1" * 5_000 + b"}",
    "an extra field": b'{"message": "hi", "role": "assistant"}',
    "an extra field that is a lone surrogate": b'{"message": "hi", "\\ud800": 1}',
    "a field missing": b"{}",
}
BAD_MESSAGE_IDS = {
    "empty": "",
    "101 characters": "a" * 101,
    "a space": "a b",
    "a line feed": "a\n",
    "not ASCII": "ä",
    "NUL": "\0",
}


@pytest.mark.parametrize("what", BAD_TEXTS)
async def test_a_text_that_cannot_be_said(desk: Desk, what: str) -> None:
    before = await desk.everything()
    for where in SAYING:
        field = "message" if where in ("chat", "stream") else "content"
        extra = f'"session_name": "{desk.customer.name}", "role": "user", ' if where == "manual" else ""
        answer = await desk.send(where, f'{{{extra}"{field}": {BAD_TEXTS[what]}}}'.encode())
        is_problem(answer, 422, "invalid_input", field=field)
    assert await desk.everything() == before


@pytest.mark.parametrize("what", BAD_BODIES)
@pytest.mark.parametrize("where", ["chat", "message"])
async def test_a_body_of_the_wrong_shape(sqlite_desk: Desk, where: Where, what: str) -> None:
    before = await sqlite_desk.everything()
    body = BAD_BODIES[what] if where == "chat" else BAD_BODIES[what].replace(b"message", b"content")
    is_problem(await sqlite_desk.send(where, body), 422, "invalid_input")
    assert await sqlite_desk.everything() == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_a_body_of_another_content_type(sqlite_desk: Desk, content_type: str | None) -> None:
    before = await sqlite_desk.everything()
    answer = await sqlite_desk.send("chat", b'{"message": "hi"}', content_type)
    is_problem(answer, 422, "invalid_input", field="body")
    assert await sqlite_desk.everything() == before


@pytest.mark.parametrize("what", BAD_MESSAGE_IDS)
async def test_a_malformed_message_id(desk: Desk, what: str) -> None:
    before = await desk.everything()
    for answer in (
        await desk.customer.say("Hello", client_message_id=BAD_MESSAGE_IDS[what]),
        await desk.mina.say(desk.customer.name, "Hello", client_message_id=BAD_MESSAGE_IDS[what]),
    ):
        is_problem(answer, 422, "invalid_input", field="client_message_id")
    assert await desk.everything() == before


async def test_a_message_id_that_was_used_for_another_message(desk: Desk) -> None:
    name = desk.customer.name
    assert (await desk.customer.say("One", client_message_id="a")).status_code == 200
    assert (await desk.mina.say(name, "Two", client_message_id="b")).status_code == 200
    before = await desk.everything()
    for answer in (
        await desk.customer.say("Other", client_message_id="a"),
        await desk.customer.say("Two", client_message_id="b"),
        await desk.mina.say(name, "Other", client_message_id="b"),
        await desk.mina.say(name, "One", client_message_id="a"),
        await desk.mina.act("notes", name, {"content": "Two", "client_message_id": "b"}),
    ):
        is_problem(answer, 409, "client_message_id_reused")
    assert await desk.everything() == before


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "chunked"])
async def test_a_body_of_ten_megabytes(sqlite_desk: Desk, chunked: bool) -> None:
    before = await sqlite_desk.everything()
    customer = sqlite_desk.customer
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {10 * 2**20}"
    chunk = b"x" * 2**16
    status, headers, body = await raw_exchange(
        customer.base,
        f"POST /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {customer.token}\r\n"
        f"Content-Type: application/json\r\n{length}\r\n\r\n",
        [*[b"%x\r\n%s\r\n" % (len(chunk), chunk)] * 160, b"0\r\n\r\n"] if chunked else [chunk] * 160,
    )
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert b'"code":"too_large"' in body
    assert await sqlite_desk.everything() == before


async def test_the_longest_message_fits_however_it_is_written(sqlite_desk: Desk) -> None:
    # Twelve bytes for each character are the most that JSON takes.
    escaped = '{"message": "' + "\\ud83d\\udc4d" * 10_000 + '"}'
    answer = await sqlite_desk.send("chat", escaped.encode())
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"]["payload"]["content"] == "👍" * 10_000

    async def in_pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"message": "', LONGEST.encode(), b'"}'):
            yield piece
            await asyncio.sleep(0)

    headers = sqlite_desk.customer.headers | {"Content-Type": "application/json"}
    answer = await sqlite_desk.http.post(
        sqlite_desk.service.chatbot_url + "/api/chat", content=in_pieces(), headers=headers
    )
    assert answer.status_code == 200, answer.text
