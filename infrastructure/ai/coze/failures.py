"""What can go wrong between us and Coze, told without a word of what anybody said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx
from pydantic import ValidationError

from infrastructure.ai.coze.library import CozeAPIError

# Coze also refuses with 200 and a code in the body: these mean the same as a status.
_STATUS_OF_CODE = {
    4013: HTTPStatus.TOO_MANY_REQUESTS,
    # Another chat is under way in the conversation: one that was broken off, and has not been noticed yet.
    4016: HTTPStatus.CONFLICT,
    4100: HTTPStatus.UNAUTHORIZED,
    5000: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# The conversation is no longer there: somebody has deleted it at Coze. Its codes for that differ between its places and
# versions; its words, in either language, say it.
_GONE = re.compile(
    r"\bconversation\b.{0,80}\b(?:not (?:be )?(?:found|exists?)|(?:does not|doesn't|no longer) exists?|deleted)\b"
    r"|(?:会话|对话).{0,40}(?:不存在|已(?:经)?(?:被)?删除)",
    re.IGNORECASE | re.DOTALL,
)

# cozepy tells of an `error` event only so. Some codes come as text.
_ERROR_EVENT = re.compile(r'^error event: .*?"code":\s*"?(\d{1,12})', re.DOTALL)


class CozeFailed(Exception):
    """Coze gave no answer.

    `status` is that of HTTP, `code` Coze's own, `log_id` what its support asks for; 0 and empty where there is none.
    `retry_after` is in seconds, as Coze wishes it. `unreached`: the request never got there. `conversation_gone`: what
    was asked for is to be said in another one.
    """

    def __init__(
        self,
        problem: str,
        *,
        status: int = 0,
        code: int = 0,
        log_id: str = "",
        retry_after: float | None = None,
        unreached: bool = False,
        conversation_gone: bool = False,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status
        self.code = code
        self.log_id = log_id
        self.retry_after = retry_after
        self.unreached = unreached
        self.conversation_gone = conversation_gone

    @property
    def unauthorised(self) -> bool:
        """The access token is not, or no longer, good."""
        return self.status == HTTPStatus.UNAUTHORIZED

    @property
    def passing(self) -> bool:
        """The same request may succeed in a moment, and had no effect so far."""
        if self.status in (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS):
            return True
        return self.unreached or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def names_a_missing_conversation(message: object) -> bool:
    """Whether what Coze refuses with says that there is no such conversation. It is read, and never kept."""
    return isinstance(message, str) and bool(_GONE.search(message))


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn whatever httpx, cozepy and pydantic raise into `CozeFailed`; without the original where that quotes what was
    said, as a traceback would show it.
    """
    try:
        yield
    except CozeFailed:
        raise
    except CozeAPIError as error:
        code = error.code or 0
        status = _STATUS_OF_CODE.get(code, HTTPStatus.OK)
        gone = names_a_missing_conversation(error.msg)
        raise CozeFailed(
            "refused", status=status, code=code, log_id=error.logid or "", conversation_gone=gone
        ) from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise CozeFailed("cannot be reached", unreached=True) from error
    except httpx.TimeoutException as error:
        raise CozeFailed("silent for too long") from error
    except httpx.HTTPError as error:
        raise CozeFailed(f"the connection broke: {type(error).__name__}") from error
    except ValidationError as error:
        # A chat may fail with an event that holds a code and a message, and nothing of what a chat is said to hold.
        problem = "the chat failed" if error.title == "Chat" else f"not understood: {error.title}"
        raise CozeFailed(problem, code=_code_in(error)) from None
    except Exception as error:  # noqa: BLE001 - cozepy raises bare ones
        if found := _ERROR_EVENT.match(str(error)):
            gone = names_a_missing_conversation(str(error))
            raise CozeFailed("an error in the middle", code=int(found[1]), conversation_gone=gone) from None
        raise CozeFailed(f"not understood: {type(error).__name__}") from None


def _code_in(error: ValidationError) -> int:
    given = error.errors(include_url=False)[0]["input"]
    code = str(given.get("code", "")) if isinstance(given, dict) else ""
    return int(code) if code.isdecimal() else 0
