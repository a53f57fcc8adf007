"""One customer: opens a session, watches it in one or two tabs, and says things until the visit is over."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from tests.chaos.histories import History
from tests.chaos.people.caller import Caller, Door, Outcome
from tests.chaos.people.follower import Follower
from tests.chaos.people.wire import Address

_QUESTIONS = (
    "How long does delivery take?",
    "Can I send the bike back?",
    "What does the warranty cover?",
    "How far does the battery reach?",
    "你们支持货到付款吗？",
    "Where is my order?",
    "hello",
)
_SHORT = "hello"


@dataclass(slots=True)
class Customer:
    """A visit. `said` counts what was acknowledged; `name` and `token` are there once the session is open."""

    label: str
    doors: list[Door]
    dice: random.Random
    history: History
    name: str = ""
    token: str = ""
    said: int = 0
    tabs: list[Follower] = field(default_factory=list)
    _caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self._caller = Caller(self.doors, self.dice, self.history.now, self._token)

    async def _token(self, _address: Address, _refresh: bool) -> str:
        return self.token

    async def open(self) -> bool:
        """Open the session and the tabs."""
        body = {"language": self.dice.choice(["en", "zh"]), "customer_name": self.label}
        outcome = await self._caller.call("POST", "/api/sessions", body)
        if outcome.answer is None or not outcome.ok:
            self.history.note("gave_up", op="open", errors=outcome.errors)
            return False
        opened = outcome.answer.json()
        self.name, self.token = opened["session_name"], opened["token"]
        self.history.note("session", session=self.name)
        for _ in range(self.dice.choice([1, 1, 2])):
            self.open_tab()
        return True

    def open_tab(self) -> Follower:
        stream = f"{self.label}/tab-{len(self.tabs)}"
        tab = Follower(
            self._caller,
            self.history,
            stream,
            f"/api/sessions/{self.name}/events",
            session=self.name,
            side="customer",
        )
        self.tabs.append(tab)
        return tab

    async def visit(self, until: float) -> None:
        """Talk until that moment."""
        while self.history.now() < until:
            if self.dice.random() < 0.08:
                await self.escalate()
            if self.dice.random() < 0.1:
                await self._caller.call("POST", "/api/manual/typing", {"session_name": self.name, "active": True})
            for _ in range(self.dice.choice([1, 1, 1, 2, 3])):
                await self.say()
            await asyncio.sleep(self.dice.uniform(0.2, 2.0))

    async def say(self, question: str | None = None) -> None:
        """Say one thing, in one of the ways that there are."""
        self.said += 1
        mark = f"{self.label}.{self.said}"
        text = f"{question or self.dice.choice(_QUESTIONS)} [{mark}]"
        how = self.dice.random()
        body: dict[str, object]
        if how < 0.12:
            path, body = "/api/manual/messages", {"session_name": self.name, "role": "user", "content": text}
        else:
            path, body = "/api/chat", {"message": text, "wait": how > 0.9}
        identity = f"{mark}.{self.dice.getrandbits(32):x}"
        outcome = await self._post("say", path, {**body, "client_message_id": identity}, identity, text)
        if outcome.answer is not None and outcome.answer.status == 409 and path == "/api/manual/messages":
            # Nobody serves: to the assistant then. Another message, as far as the service knows.
            again = f"{identity}.ai"
            await self._post(
                "say", "/api/chat", {"message": text, "wait": False, "client_message_id": again}, again, text
            )

    async def escalate(self) -> None:
        """Ask for a person."""
        body = {"session_name": self.name, "reason": "user_request", "detail": f"{self.label} asks"}
        outcome = await self._caller.call("POST", "/api/manual/escalate", body)
        status = None if outcome.answer is None else outcome.answer.status
        self.history.note("escalated", session=self.name, status=status)

    async def leave(self, seconds: float, why: str) -> bool:
        """Close the tabs that have seen everything there is; whether all of them have."""
        outcome = await self._caller.call("GET", f"/api/sessions/{self.name}?limit=500")
        if outcome.answer is None or not outcome.ok:
            return False
        page = outcome.answer.json()
        self.history.note("page", session=self.name, side="customer", page=page)
        visible = [entry["seq"] for entry in page["messages"]]
        last = visible[-1] if visible else 0
        seen = await asyncio.gather(*(tab.until(last, seconds) for tab in self.tabs))
        if not all(seen) and why == "visit over":
            return False
        for tab, reached in zip(self.tabs, seen, strict=True):
            await tab.close(why, reached=reached, last_seq=last)
        self._caller.hang_up()
        return True

    async def _post(self, op: str, path: str, body: dict[str, object], identity: str, text: str) -> Outcome:
        def sent(attempt: int, door: Door) -> None:
            self.history.note("sent", op=op, session=self.name, id=identity, text=text, attempt=attempt, via=door.name)

        outcome = await self._caller.call("POST", path, body, on_attempt=sent)
        note_outcome(self.history, op, self.name, identity, text, outcome)
        return outcome


def note_outcome(history: History, op: str, session: str, identity: str, text: str, outcome: Outcome) -> None:
    """Write down how a message fared."""
    about = {"op": op, "session": session, "id": identity, "text": text, "attempts": outcome.attempts}
    if outcome.answer is None:
        history.note("gave_up", **about, errors=outcome.errors)
    elif outcome.ok:
        said = outcome.answer.json()
        history.note(
            "acked",
            **about,
            sent_at=outcome.sent_at,
            via=outcome.door.name,
            entry=said["message"],
            replayed=said["replayed"],
        )
    else:
        problem = outcome.answer.json()
        history.note("refused", **about, status=outcome.answer.status, code=problem.get("code"))
