"""The demo shop's knowledge."""

from infrastructure.knowledge.demo.entries import load_entries

__all__ = ["load_entries"]
