"""Passwords, hashed with Argon2id."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2

# RFC 9106, 4, the second recommended option: 3 passes over 64 MiB in 4 lanes. More than OWASP asks for at the least
# (19 MiB, 2 passes, 1 lane), and a fraction of a second.
PROFILE = argon2.profiles.RFC_9106_LOW_MEMORY

# Each hash in the making takes 64 MiB and four lanes: two at once keep a flood of sign-ins to 128 MiB, and a small
# machine answering other calls meanwhile.
MAX_AT_ONCE = 2

_Result = TypeVar("_Result")


class Argon2Passwords:
    """Hashes and checks passwords (`domain.ports.Passwords`), at most `at_once` at a time; the others wait their turn.

    A password is taken in Unicode's form NFKC (NIST SP 800-63B, 3.1.1.2), so that it does not matter which keyboard
    composed it. The checks of `domain.agent.checked_password` are the caller's.
    """

    def __init__(self, profile: argon2.Parameters = PROFILE, at_once: int = MAX_AT_ONCE) -> None:
        self._hasher = argon2.PasswordHasher.from_parameters(profile)
        # Threads of its own: a semaphore before shared ones would let go when a caller is cancelled, while the thread
        # still holds its memory.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords")

    async def hash(self, password: str) -> str:
        return await self._aside(lambda: self._hasher.hash(_encoded(password)))

    async def verify(self, password_hash: str, password: str) -> bool:
        return await self._aside(lambda: self._matches(password_hash, password))

    async def verify_nothing(self, password: str) -> None:
        # Verifying is hashing and comparing; comparing takes no time to speak of.
        await self.hash(password)

    def close(self) -> None:
        """Let go of the threads once they are done; nothing may be asked afterwards."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _encoded(password))
        # ValueError: what is kept is no hash of ours, or not even ASCII.
        except (argon2.exceptions.VerificationError, ValueError):
            return False

    async def _aside(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _encoded(password: str) -> bytes:
    # JSON can carry a lone surrogate, which UTF-8 proper cannot: such a password is odd, and no reason to fail.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
