"""Opening a session, and what is said in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from domain import conversation
from domain.entry import Audience, Entry, checked_client_message_id, checked_message
from domain.errors import MessageForbidden, NotAssigned
from domain.ports import Store
from domain.session import Assignee, Customer, Language, Session, Status
from domain.step import Appended, Step
from services.desk import Desk, carry_out

# 128 bits: a name that nobody guesses, for it is also what a customer's token is bound to.
_NAME_BYTES = 16


async def open_session(desk: Desk, *, language: Language, customer: Customer) -> Session:
    """A new session, served by the AI."""
    return await desk.store.open(
        Session(
            name=f"s_{secrets.token_urlsafe(_NAME_BYTES)}",
            status=Status.BOT_ACTIVE,
            language=language,
            epoch=1,
            last_seq=0,
            created_at=0.0,
            updated_at=0.0,
            customer=customer,
        )
    )


async def post_customer_message(
    desk: Desk, name: str, text: str, *, client_message_id: str | None, manual_only: bool = False
) -> Appended:
    """Keep what the customer says, in whatever state; a closed session opens again.

    With `manual_only`, `MessageForbidden` unless a person is asked for or serves.
    """
    checked, message_id = checked_message(text), _checked(client_message_id)
    return await _say(
        desk,
        name,
        None,
        lambda session: conversation.customer_message(
            session, checked, client_message_id=message_id, manual_only=manual_only
        ),
    )


async def post_agent_message(
    desk: Desk,
    name: str,
    agent: Assignee,
    text: str,
    *,
    client_message_id: str | None,
    may_override: bool = False,
) -> Appended:
    """Keep what the serving agent says to the customer; `MessageForbidden` unless a person serves."""
    checked, message_id = checked_message(text, field="content"), _checked(client_message_id)
    return await _say(
        desk,
        name,
        agent,
        lambda session: conversation.agent_message(
            session, agent, checked, client_message_id=message_id, may_override=may_override
        ),
    )


async def post_note(desk: Desk, name: str, agent: Assignee, text: str, *, client_message_id: str | None) -> Appended:
    """Keep what an agent writes for agents only."""
    checked, message_id = checked_message(text, field="content"), _checked(client_message_id)
    return await carry_out(
        desk, name, lambda session: conversation.note(session, agent, checked, client_message_id=message_id)
    )


async def read_page(
    store: Store, name: str, *, audience: Audience, limit: int, before: int | None
) -> tuple[Session, list[Entry], bool]:
    """The session, the last `limit` entries (numbered below `before`), and whether there are earlier ones."""
    session = await store.get(name)
    # One more than asked for tells whether there is more.
    entries = await store.latest_entries(name, audience=audience, limit=limit + 1, before=before)
    return session, entries[-limit:], len(entries) > limit


async def _say(desk: Desk, name: str, agent: Assignee | None, decide: Callable[[Session], Step]) -> Appended:
    """Carry out what `agent`, or the customer, says; what was kept before is recognised also where it could not be
    said any more.
    """
    try:
        return await carry_out(desk, name, decide)
    except (MessageForbidden, NotAssigned):
        # The sender may not have heard that it was kept, and the session have moved on since. No store saves a step
        # from a state that never was (epochs count from 0), but each knows the message again.
        never = replace(await desk.store.get(name), status=Status.MANUAL_LIVE, agent=agent, epoch=-1)
        earlier = await desk.store.append(decide(never))
        if earlier is None:
            raise
        return earlier


def _checked(client_message_id: str | None) -> str | None:
    return None if client_message_id is None else checked_client_message_id(client_message_id)
