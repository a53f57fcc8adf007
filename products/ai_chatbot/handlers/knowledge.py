"""What an answer stands on, for the customer who was given it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from products.ai_chatbot.dependencies import CustomerSession
from products.web.dependencies import RuntimeHere
from products.web.knowledge import EntryId, EntryOut, Reading, entry_out
from products.web.openapi import problems

router = APIRouter(prefix="/api/knowledge", tags=["knowledge"])


@router.get("/{entry_id}", response_model=EntryOut, responses=problems(401, 404, 422))
async def read(entry_id: EntryId, _: CustomerSession, runtime: RuntimeHere, language: Reading = None) -> dict[str, Any]:
    """An entry of the knowledge base, which holds only what every customer may be told."""
    return entry_out(runtime.knowledge.entry(entry_id), language)
