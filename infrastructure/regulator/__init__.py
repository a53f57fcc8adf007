"""The regulator's rules from a file that an admin can edit, and the lexicon of moods."""

from infrastructure.regulator.regulator import FileRegulator

__all__ = ["FileRegulator"]
