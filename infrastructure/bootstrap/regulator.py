"""The regulator as the settings say."""

from __future__ import annotations

from pathlib import Path

from infrastructure.bootstrap.settings import Settings
from infrastructure.regulator import FileRegulator

# The admin's rules unless `REGULATOR_RULES` names another file.
RULES_FILE = "regulator.toml"


def build_regulator(settings: Settings) -> FileRegulator:
    """`Misconfigured` when the file that is named is not there, or its rules are unsound."""
    if settings.regulator_rules:
        return FileRegulator(Path(settings.regulator_rules), explicit=True)
    return FileRegulator(settings.data_dir / RULES_FILE, explicit=False)
