"""The built-in engine: retrieval over the demo shop's knowledge base, and order lookup."""

from infrastructure.ai.builtin.engine import BuiltinEngine

__all__ = ["BuiltinEngine"]
