"""The engine that lets a model answer: any endpoint that speaks OpenAI's chat completions."""

from infrastructure.ai.openai.engine import OpenAIEngine
from infrastructure.ai.openai.model import ModelTerms
from infrastructure.ai.openai.prompts import NEWEST, load_prompt

__all__ = ["NEWEST", "ModelTerms", "OpenAIEngine", "load_prompt"]
