"""An entry of the knowledge base as people read it who click on a source, on either side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from services.knowledge import wording_for

# No entry's id is longer: a file's path, a heading, a number.
EntryId = Annotated[str, Path(max_length=600, description="As citations name it.", examples=["returns:how-long"])]
Reading = Annotated[Language | None, Query(description="Where the entry has several languages.")]


class EntryOut(BaseModel):
    """An entry in one language; `body` is text, never markup."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "returns:how-long",
                "url": "https://shop.example.com/returns#how-long",
                "language": "en",
                "title": "Returns › How long",
                "body": "You can return everything within 30 days.",
            }
        }
    )

    id: str
    url: str = Field(description="Where the text comes from: http or https, or empty.")
    language: Literal["en", "zh"]
    title: str
    body: str


def entry_out(entry: KnowledgeEntry, language: Language | None) -> dict[str, Any]:
    """The entry in `language` if it has that."""
    found, wording = wording_for(entry, language)
    return {"id": entry.id, "url": entry.url, "language": found.value, "title": wording.title, "body": wording.body}
