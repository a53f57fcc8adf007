"""The secret that signs tokens, kept in a file for the processes of one machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from domain.errors import Misconfigured

# RFC 7518, 3.2: a key for HS256 has at least 256 bits.
MIN_SECRET_CHARACTERS = 32

# 256 bits of randomness; 43 characters.
_SECRET_BYTES = 32


def kept_secret(path: Path) -> str:
    """The secret in the file, which is made if it is missing. Whoever makes it first decides, for all processes."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_new_secret(path)
    secret = path.read_text("utf-8").strip()
    if len(secret) < MIN_SECRET_CHARACTERS:
        raise Misconfigured(
            f"The secret in {str(path)!r} has less than {MIN_SECRET_CHARACTERS} characters: remove the file to have a "
            "new one made (everybody has to sign in again), or set SECRET_KEY."
        )
    return secret


def _keep_new_secret(path: Path) -> None:
    # Written aside and then linked: the name appears at once with all of its content, and only if nobody has it yet.
    # A process that dies in between leaves no half of a secret behind.
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(aside)
    except FileExistsError:
        # Another process was faster; its secret is the one.
        pass
    finally:
        aside.unlink()
