"""Passwords: right ones only, off the event loop, a bounded number at a time, and silent about who exists."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from statistics import median

import argon2
import pytest

from domain.ports import Passwords
from infrastructure.auth.passwords import MAX_AT_ONCE, PROFILE, Argon2Passwords

# The least that Argon2 takes: most tests are not about how long it takes.
QUICK = argon2.Parameters(
    type=argon2.Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1
)


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    made = Argon2Passwords(QUICK)
    yield made
    made.close()


async def test_is_the_port(passwords: Argon2Passwords) -> None:
    port: Passwords = passwords
    assert await port.verify(await port.hash("correct horse"), "correct horse") is True


@pytest.mark.parametrize(
    "wrong", ["", "correct hors", "correct horse ", "Correct horse", "x" * 100_000, "\ud800", "\x00"]
)
async def test_wrong_password(passwords: Argon2Passwords, wrong: str) -> None:
    assert await passwords.verify(await passwords.hash("correct horse"), wrong) is False


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "correct horse",
        "密码",
        "\ud800",
        "\x00",
        "$argon2id$",
        "$argon2id$v=19$m=8,t=1,p=1$",
        "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA",
        "$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZcPnxGFmFgqG7.cV7tLB5rVQkRzX7e",
    ],
)
async def test_malformed_hash(passwords: Argon2Passwords, malformed: str) -> None:
    assert await passwords.verify(malformed, "correct horse") is False


@pytest.mark.parametrize("password", ["密码 🔑 long enough", "\ud800 alone", "nul \x00 within", "x" * 256])
async def test_any_text_can_be_a_password(passwords: Argon2Passwords, password: str) -> None:
    kept = await passwords.hash(password)
    assert await passwords.verify(kept, password) is True
    assert await passwords.verify(kept, password + "x") is False


async def test_text_after_a_nul_counts(passwords: Argon2Passwords) -> None:
    assert await passwords.verify(await passwords.hash("nul \x00 one"), "nul \x00 two") is False


async def test_composed_and_decomposed_letters_are_the_same(passwords: Argon2Passwords) -> None:
    assert await passwords.verify(await passwords.hash("cafe\u0301 au lait"), "caf\u00e9 au lait") is True


async def test_equal_passwords_have_different_hashes(passwords: Argon2Passwords) -> None:
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_profile_is_the_recommended_one() -> None:
    passwords = Argon2Passwords()
    kept = await passwords.hash("correct horse")
    passwords.close()
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_hash_of_an_earlier_profile_still_verifies(passwords: Argon2Passwords) -> None:
    kept = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("correct horse")
    assert await passwords.verify(kept, "correct horse") is True


class Watched(argon2.PasswordHasher):
    """Counts how many hashes are in the making at once, and on which threads."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.threads: set[int] = set()
        self.most = 0
        self._running = 0
        self._lock = threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self._lock:
            self.threads.add(threading.get_ident())
            self._running += 1
            self.most = max(self.most, self._running)
        try:
            time.sleep(0.02)
            return super().hash(password, salt=salt)
        finally:
            with self._lock:
                self._running -= 1


@pytest.fixture
def watched(passwords: Argon2Passwords, monkeypatch: pytest.MonkeyPatch) -> Watched:
    hasher = Watched()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    return hasher


async def test_flood_is_bounded(passwords: Argon2Passwords, watched: Watched) -> None:
    await asyncio.gather(*(passwords.verify_nothing("correct horse") for _ in range(12)))
    assert watched.most == MAX_AT_ONCE


async def test_flood_of_callers_who_leave_is_bounded(passwords: Argon2Passwords, watched: Watched) -> None:
    for _ in range(6):
        impatient = [asyncio.ensure_future(passwords.verify_nothing("correct horse")) for _ in range(4)]
        await asyncio.sleep(0.005)
        for caller in impatient:
            caller.cancel()
        await asyncio.gather(*impatient, return_exceptions=True)
    await passwords.verify_nothing("correct horse")
    assert watched.most <= MAX_AT_ONCE


async def test_event_loop_stays_free(passwords: Argon2Passwords, watched: Watched) -> None:
    await passwords.hash("correct horse")
    assert threading.get_ident() not in watched.threads


async def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    passwords = Argon2Passwords(PROFILE)
    kept = await passwords.hash("correct horse")
    known, unknown = [], []
    for _ in range(7):
        start = time.perf_counter()
        await passwords.verify(kept, "wrong horse")
        middle = time.perf_counter()
        await passwords.verify_nothing("wrong horse")
        known.append(middle - start)
        unknown.append(time.perf_counter() - middle)
    passwords.close()
    # Wide, for a machine that is busy; without the work it would be a hundredth.
    assert 0.4 < median(unknown) / median(known) < 2.5


async def test_closed_passwords_answer_no_more() -> None:
    passwords = Argon2Passwords(QUICK)
    passwords.close()
    with pytest.raises(RuntimeError):
        await passwords.hash("correct horse")
