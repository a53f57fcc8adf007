"""Access tokens by OAuth with a JSON Web Token (RFC 7523), one for each session.

The token of a session carries its `session_name`; by that Coze keeps customers apart. So no token is ever used for two.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast
from weakref import WeakValueDictionary

from cachetools import TLRUCache

from infrastructure.ai.coze.account import CozeAccount
from infrastructure.ai.coze.failures import CozeFailed, told_plainly
from infrastructure.ai.coze.library import AsyncHTTPClient, AsyncJWTOAuthApp, JsonWebKey, OAuthToken, Requester

# Asked for; Coze grants up to a day. A conversation seldom lasts longer.
LIFETIME_SECONDS = 3600
# Renewed so long before the end, or in the last fifth of a short life: a request must arrive before it.
_MARGIN_SECONDS = 60.0
_MARGIN_SHARE = 0.2

# Sessions that are talked in at once, and then some. A token that is forgotten is asked for again.
CAPACITY = 10_000

# Coze says when a token ends as a moment (Unix seconds). A number that is no moment of this century is a duration.
_EARLIEST_MOMENT = 10**9


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    good_until: float


class SessionTokens:
    """The tokens that are good now. Who asks for the same session at the same time gets the same one."""

    def __init__(self, ask: Callable[[str], Awaitable[OAuthToken]], *, capacity: int = CAPACITY) -> None:
        self._ask = ask
        self._kept: TLRUCache[str, _Token] = TLRUCache(
            capacity, ttu=lambda _name, token, _now: token.good_until, timer=time.monotonic
        )
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, session_name: str) -> str:
        """A token of this session, and of no other."""
        lock = self._asking.setdefault(session_name, asyncio.Lock())
        async with lock:
            token = self._kept.get(session_name)
            if token is None:
                token = _token_of(await self._ask(session_name))
                self._kept[session_name] = token
        return token.text

    def forget(self, session_name: str, token: str) -> None:
        """This token is no longer good. One that somebody else has renewed meanwhile stays."""
        kept = self._kept.get(session_name)
        if kept is not None and kept.text == token:
            del self._kept[session_name]


class OAuthApp(AsyncJWTOAuthApp):
    """cozepy's, on our connections: its own would wait for ten minutes, and nobody could close them.

    The key is read once. From its text cozepy would read and check it for every token, which holds the loop up for
    some 75 ms; it hands on to Authlib whatever it is given.
    """

    def __init__(self, account: CozeAccount, http: AsyncHTTPClient) -> None:
        key = cast(str, JsonWebKey.import_key(account.private_key))
        super().__init__(account.client_id, key, account.public_key_id, account.api_base)
        self._requester = Requester(async_client=http)

    async def token_for(self, session_name: str) -> OAuthToken:
        """A new token of this session; `CozeFailed`, which is not `unauthorised`, when Coze does not know the app."""
        try:
            with told_plainly():
                return await self.get_access_token(LIFETIME_SECONDS, session_name=session_name)
        except CozeFailed as failure:
            if failure.unauthorised:
                # Another token would not help: it is the app, its key or its clock that is refused.
                raise CozeFailed("the OAuth app is refused", code=failure.code, log_id=failure.log_id) from failure
            raise


def _token_of(granted: OAuthToken) -> _Token:
    left = granted.expires_in - time.time() if granted.expires_in >= _EARLIEST_MOMENT else granted.expires_in
    left = min(left, LIFETIME_SECONDS)
    return _Token(granted.access_token, time.monotonic() + left - min(_MARGIN_SECONDS, left * _MARGIN_SHARE))
