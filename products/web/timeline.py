"""A session's timeline as a page and as a stream, for either side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.entry import Audience
from domain.event import event_of
from domain.step import Appended
from domain.view import session_view
from infrastructure.bootstrap.runtime import Runtime
from infrastructure.realtime.follow import SessionReader
from products.web.schemas import events_out
from products.web.streaming import EventStream, stream
from services.conversation import read_page


async def page_of(
    runtime: Runtime, name: str, audience: Audience, *, limit: int, before: int | None = None
) -> dict[str, Any]:
    """The session and the last entries that `audience` may see (numbered below `before`): a `HistoryOut`."""
    session, entries, has_more = await read_page(runtime.store, name, audience=audience, limit=limit, before=before)
    return {"session": session_view(session, audience), "messages": events_out(entries), "has_more": has_more}


async def stream_of(
    runtime: Runtime,
    name: str,
    audience: Audience,
    *,
    cursor: int | None,
    until: Callable[[Mapping[str, Any]], bool] | None = None,
) -> EventStream:
    """The session, followed from `cursor` on, until an entry for which `until` holds."""
    return await stream(reader_of(runtime, name, audience, cursor=cursor, until=until))


def reader_of(
    runtime: Runtime,
    name: str,
    audience: Audience,
    *,
    cursor: int | None,
    until: Callable[[Mapping[str, Any]], bool] | None = None,
) -> SessionReader:
    """The same before it is a response."""
    return SessionReader(
        runtime.store,
        runtime.hub,
        name,
        audience=audience,
        heartbeat_seconds=runtime.settings.heartbeat_seconds,
        cursor=cursor,
        until=until,
    )


def posted(appended: Appended, audience: Audience) -> dict[str, Any]:
    """A message that was kept: a `PostedOut`."""
    return {
        "message": event_of(appended.entries[-1]).as_json(),
        "session": session_view(appended.session, audience),
        "replayed": appended.replayed,
    }
