"""The engine that lets a Coze workflow answer, through cozepy.

    engine.py       CozeEngine, the port `Engine`
    account.py      what the shop's account at Coze is known by

Inside: `library.py` cozepy made quiet, `http.py` the connections, `tokens.py` an access token for each session,
`asking.py` from a turn to messages, `hearing.py` from events to the answer, `patience.py` when to ask again,
`failures.py` what can go wrong.
"""

from infrastructure.ai.coze.account import CozeAccount
from infrastructure.ai.coze.engine import CozeEngine, CozeTerms
from infrastructure.ai.coze.failures import CozeFailed

__all__ = ["CozeAccount", "CozeEngine", "CozeFailed", "CozeTerms"]
