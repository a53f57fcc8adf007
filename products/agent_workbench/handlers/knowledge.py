"""The shop's knowledge: agents read it, admins change it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from domain.errors import KnowledgeNotFound
from domain.knowledge import MAX_NOTE_CHARACTERS, Version
from infrastructure.bootstrap.runtime import Runtime
from products.agent_workbench.dependencies import AdminHere, AgentHere
from products.agent_workbench.importing import DESCRIBED, import_of
from products.agent_workbench.knowledge_schemas import (
    ActivatedOut,
    FilesOut,
    ImportedOut,
    KnowledgeOut,
    KnowledgeTestIn,
    MatchesOut,
    VersionsOut,
    file_out,
    knowledge_entry_out,
    match_out,
    version_out,
)
from products.web.authority import MAX_SEQ
from products.web.dependencies import RuntimeHere
from products.web.knowledge import EntryId, EntryOut, Reading, entry_out
from products.web.openapi import problems
from products.web.schemas import Line
from services import knowledge

# Whoever changes the knowledge sees it in use where that takes no longer; indexing thousands of entries does, and goes
# on by itself.
_PATIENCE_SECONDS = 2.0

VersionNumber = Annotated[int, Path(ge=0, le=MAX_SEQ)]

router = APIRouter(prefix="/api/knowledge", tags=["knowledge"])


@router.get("", response_model=KnowledgeOut, responses=problems(401, 422, 503))
async def list_(
    _: AgentHere,
    runtime: RuntimeHere,
    text: Annotated[Line, Query(alias="q", description="Words that the entries hold.", max_length=200)] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What the AI answers from now, or the entries among it that hold every word of `q`."""
    served = runtime.knowledge
    # Reading thousands of entries takes long for everybody else on the event loop.
    page = await asyncio.to_thread(knowledge.search, served, text, offset=offset, limit=limit)
    entries = [knowledge_entry_out(entry) for entry in page.entries]
    return {"version": served.version, "demo": served.is_demo, "entries": entries, "total": page.total}


@router.get("/versions", response_model=VersionsOut, responses=problems(401, 422, 503))
async def versions(
    _: AgentHere,
    runtime: RuntimeHere,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MAX_SEQ)] = None,
) -> dict[str, Any]:
    """What was imported, the newest first (numbered below `before`)."""
    found = await runtime.archive.versions(limit=limit, before=before)
    return {
        "current": await runtime.archive.current(),
        "served": runtime.knowledge.version,
        "demo": runtime.knowledge.is_demo,
        "preparing": not await runtime.knowledge.caught_up(seconds=0),
        "versions": [version_out(version) for version in found],
    }


@router.post(
    "/import",
    status_code=201,
    response_model=ImportedOut,
    responses=problems(401, 403, 413, 422, 503),
    openapi_extra=DESCRIBED,
)
async def import_(admin: AdminHere, request: Request, runtime: RuntimeHere) -> dict[str, Any]:
    """Import Markdown, CSV and HTML files as a new version, all of them or none; the AI answers from it within seconds,
    and meanwhile from the one before.
    """
    order = await import_of(request, admin.name)
    return await _announced(await knowledge.import_files(runtime.archive, runtime.files, order), runtime)


# With its slashes as they are: a path within a path.
@router.delete("/files/{name:path}", response_model=ImportedOut, responses=problems(401, 403, 404, 422, 503))
async def remove(
    admin: AdminHere,
    runtime: RuntimeHere,
    name: Annotated[str, Path(description="A file of the current version.", examples=["returns/bikes.md"])],
    note: Annotated[str, Query(max_length=MAX_NOTE_CHARACTERS, examples=["Out of date"])] = "",
) -> dict[str, Any]:
    """Take a file out, in a new version; the AI answers without it within seconds. When it was the last one, the AI
    knows nothing.
    """
    version = await knowledge.remove_files(runtime.archive, [name], author=admin.name, note=note)
    return await _announced(version, runtime)


@router.get("/versions/{number}/files", response_model=FilesOut, responses=problems(401, 404, 422, 503))
async def files(_: AgentHere, runtime: RuntimeHere, number: VersionNumber) -> dict[str, Any]:
    """The files that a version holds, and how many entries each of them gives; 0 holds none."""
    found = await knowledge.files_of(runtime.archive, number)
    return {"version": number, "files": [file_out(file) for file in found]}


@router.post("/versions/{number}/activate", response_model=ActivatedOut, responses=problems(401, 403, 404, 422, 503))
async def activate(admin: AdminHere, runtime: RuntimeHere, number: VersionNumber) -> dict[str, Any]:
    """Answer from this version from now on; 0: as if nothing had been imported."""
    await knowledge.activate(runtime.archive, number, author=admin.name)
    runtime.knowledge.announce()
    return {"current": number, "served": await runtime.knowledge.caught_up(seconds=_PATIENCE_SECONDS)}


@router.post("/test", response_model=MatchesOut, responses=problems(401, 413, 422, 503))
async def test(_: AgentHere, body: KnowledgeTestIn, runtime: RuntimeHere) -> dict[str, Any]:
    """What an answer to a question would be drawn from."""
    version = runtime.knowledge.version
    found = await knowledge.find(runtime.knowledge, body.question, language=body.language, limit=body.limit)
    language = body.language or knowledge.language_asked(body.question)
    return {"version": version, "matches": [match_out(match, language) for match in found]}


@router.get("/{entry_id}", response_model=EntryOut, responses=problems(401, 404, 422, 503))
async def read(entry_id: EntryId, _: AgentHere, runtime: RuntimeHere, language: Reading = None) -> dict[str, Any]:
    """An entry, as its readers see it."""
    try:
        entry = runtime.knowledge.entry(entry_id)
    except KnowledgeNotFound:
        # Imported a moment ago, perhaps, by way of another process.
        await runtime.knowledge.caught_up(seconds=_PATIENCE_SECONDS)
        entry = runtime.knowledge.entry(entry_id)
    return entry_out(entry, language)


async def _announced(version: Version, runtime: Runtime) -> dict[str, Any]:
    """A new version as the answer to whoever made it."""
    runtime.knowledge.announce()
    return version_out(version) | {"served": await runtime.knowledge.caught_up(seconds=_PATIENCE_SECONDS)}
