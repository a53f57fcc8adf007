"""What the agent's side says of the knowledge base."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from domain.knowledge import KnowledgeEntry, Match, Version
from domain.session import Language
from products.web.knowledge import EntryOut, entry_out
from products.web.schemas import Closed
from services.knowledge import FileHeld

_ENTRY = {
    "id": "returns:how-long",
    "url": "https://shop.example.com/returns#how-long",
    "wordings": {
        "en": {
            "title": "Returns › How long?",
            "body": "Within 30 days.",
            "questions": ["How long?"],
            "tags": ["return"],
        }
    },
}


class WordingOut(BaseModel):
    title: str
    body: str
    questions: list[str]
    tags: list[str]


class KnowledgeEntryOut(BaseModel):
    id: str
    url: str
    wordings: dict[str, WordingOut] = Field(description="By language.", examples=[_ENTRY["wordings"]])


class KnowledgeOut(BaseModel):
    """What the AI answers from."""

    version: int = Field(description="0: the demo shop's entries, or none.")
    demo: bool = Field(description="Whether these are the demo shop's entries.")
    entries: list[KnowledgeEntryOut] = Field(examples=[[_ENTRY]])
    total: int = Field(description="On all pages.")


class VersionOut(BaseModel):
    """A version of the knowledge. `added` to `unchanged` count documents, that is files."""

    number: int = Field(examples=[3])
    created_at: float = Field(description="Unix seconds.")
    author: str = Field(examples=["Ada"])
    note: str = Field(examples=["New return policy"])
    added: int = Field(examples=[1])
    changed: int = Field(examples=[2])
    removed: int = Field(examples=[0])
    unchanged: int = Field(examples=[40])
    documents: int = Field(examples=[43])
    entries: int = Field(examples=[512])


class FileOut(BaseModel):
    name: str = Field(description="By which a later import replaces it.", examples=["returns/bikes.md"])
    entries: int = Field(description="How many it gives.", examples=[12])


class FilesOut(BaseModel):
    """The files that a version holds."""

    version: int = Field(examples=[3])
    files: list[FileOut] = Field(description="By name.")


class ImportedOut(VersionOut):
    served: bool = Field(description="Whether it is answered from already; a large one is so within a minute.")


class VersionsOut(BaseModel):
    current: int = Field(description="0: the demo shop's entries, or none.", examples=[3])
    served: int = Field(description="The version that this service answers from.", examples=[3])
    demo: bool = Field(description="Whether that is the demo shop's entries.")
    preparing: bool = Field(description="Whether `current` is still being made ready, and will be answered from then.")
    versions: list[VersionOut] = Field(description="The newest first.")


class ActivatedOut(BaseModel):
    current: int = Field(examples=[2])
    served: bool = Field(description="Whether it is answered from already.")


class KnowledgeTestIn(Closed):
    question: str = Field(max_length=2_000, examples=["How long can I return a bike?"])
    language: Language | None = Field(None, description="Left out: told from the question's letters.")
    limit: int = Field(3, ge=1, le=20)


class MatchOut(BaseModel):
    entry: EntryOut
    score: float = Field(examples=[12.4])
    confidence: float = Field(description="How likely (0 to 1) it answers the question.", examples=[0.83])
    passes: bool = Field(description="Whether that is enough for an answer.")


class MatchesOut(BaseModel):
    version: int = Field(description="In which it was looked for: the one that is answered from.")
    matches: list[MatchOut] = Field(description="The best first.")


def knowledge_entry_out(entry: KnowledgeEntry) -> dict[str, Any]:
    """An entry in all its languages."""
    wordings = {
        language.value: {
            "title": wording.title,
            "body": wording.body,
            "questions": list(wording.questions),
            "tags": list(wording.tags),
        }
        for language, wording in entry.wordings.items()
    }
    return {"id": entry.id, "url": entry.url, "wordings": wordings}


def version_out(version: Version) -> dict[str, Any]:
    """A version as JSON."""
    changes = version.changes
    return {
        "number": version.number,
        "created_at": version.created_at,
        "author": version.author,
        "note": version.note,
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
        "unchanged": changes.unchanged,
        "documents": version.documents,
        "entries": version.entries,
    }


def file_out(file: FileHeld) -> dict[str, Any]:
    """A file of a version as JSON."""
    return {"name": file.name, "entries": file.entries}


def match_out(match: Match, language: Language) -> dict[str, Any]:
    """What was found."""
    return {
        "entry": entry_out(match.entry, language),
        "score": round(match.score, 4),
        "confidence": round(match.confidence, 4),
        "passes": match.passes,
    }
