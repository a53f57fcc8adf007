"""The engine `openai`, as the settings want it. In a module of its own, which is only loaded where it is used."""

from __future__ import annotations

from domain.errors import Misconfigured
from domain.ports import Catalogue, Engine, Lookups
from infrastructure.ai.openai import ModelTerms, OpenAIEngine, load_prompt
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase
from infrastructure.bootstrap.settings import Settings


def build_openai_engine(settings: Settings, knowledge: KnowledgeBase, lookups: Lookups, catalogue: Catalogue) -> Engine:
    """The engine; connects to nobody yet. `Misconfigured` without key or model, or for a prompt that there is not."""
    key = settings.openai_api_key.get_secret_value()
    missing = [name for name, value in (("OPENAI_API_KEY", key), ("OPENAI_MODEL", settings.openai_model)) if not value]
    if missing:
        raise Misconfigured(f"The engine openai needs {' and '.join(missing)}.")
    terms = ModelTerms(
        api_key=key,
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        max_output_tokens=settings.openai_max_output_tokens,
        token_limit_field=settings.openai_token_limit_field,
        connect_seconds=settings.openai_connect_seconds,
        chunk_seconds=settings.openai_chunk_seconds,
    )
    return OpenAIEngine(
        terms,
        knowledge,
        lookups,
        catalogue,
        answer_prompt=load_prompt("answer", settings.openai_prompt_version),
        summary_prompt=load_prompt("summary", settings.openai_summary_prompt_version),
    )
