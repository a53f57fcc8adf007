"""What the rules and use cases need from outside, and what each adapter owes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.agent import Agent
from domain.authority import AgentClaims, Issued, RefreshClaims, StreamHolder
from domain.engine import Answer, Output, Turn
from domain.entry import Audience, Entry
from domain.event import Event
from domain.knowledge import Changes, Document, KnowledgeEntry, Match, ReadingTerms, SourceFile, Version
from domain.lookup import Allowance
from domain.order import Offer, Order
from domain.order_number import NumberForm
from domain.regulator import Verdict
from domain.session import Language, Session, Status
from domain.step import Appended, ReplyLease, Step
from domain.tracking import Parcel, TrackingInfo


class Store(Protocol):
    """Sessions and their timelines: the only truth.

    Every method raises `Unavailable` when the database does not answer. Nothing is kept of a method that raised.
    """

    async def open(self, session: Session) -> Session:
        """Keep a new session; its times are set by the database's clock."""

    async def get(self, name: str) -> Session:
        """The session's row, or `SessionNotFound`."""

    async def append(self, step: Step) -> Appended | None:
        """Save a step in one short transaction: number its drafts, keep them, move the session.

        None, and nothing kept, when the session no longer has the status and epoch of `step.before`, or when
        `step.reply` no longer holds (another owner, another epoch, the customer has written since), or when without a
        lease the step would change hands and the AI has shown more than `step.before.speaking`.
        A draft's `client_message_id` that the timeline holds already: the first result with `replayed` when the message
        is the same, whatever the session's state is by now; else `ClientMessageIdReused`.
        A step under a lease (`step.reply`) ends the lease.
        """

    async def entries_after(self, name: str, seq: int, *, audience: Audience, limit: int) -> list[Entry]:
        """The first `limit` entries numbered above `seq`, in order; for `Audience.EVERYONE` without the agents' own."""

    async def latest_entries(
        self, name: str, *, audience: Audience, limit: int, before: int | None = None
    ) -> list[Entry]:
        """The last `limit` entries (numbered below `before`), in order; audience as above."""

    async def last_seqs(self, names: Sequence[str]) -> dict[str, int]:
        """The last number of each of these sessions (by primary key; unknown ones are left out)."""

    async def search(self, query: SessionQuery) -> SessionPage:
        """Sessions for the workbench, the one that changed last first."""

    async def changed_since(self, moment: float, *, limit: int = 500) -> list[Session]:
        """Sessions whose row changed at or after `moment` (database clock), the oldest change first."""

    async def now(self) -> float:
        """The database's clock, Unix seconds."""

    async def claim_reply(self, name: str, *, owner: str, seconds: float) -> tuple[Session, ReplyLease] | None:
        """Take the lease of the AI's reply for so long (database clock), if the customer waits for the AI and nobody
        else holds it; the owner itself may claim again, which renews it.
        """

    async def speak(self, name: str, lease: ReplyLease, *, reply_id: str, text: str, seconds: float) -> bool:
        """Keep all that is about to be shown of the answer, and renew the lease for so long; `Session.speaking`.

        False, and nothing kept, when the answer is no longer wanted: the lease, the epoch or the question is another.
        Who announces only what was kept before cannot show anything that a change of hands would not know of.
        """

    async def holds_reply(self, name: str, lease: ReplyLease) -> bool:
        """Whether the answer is still wanted from the holder of the lease; by primary key, and renews nothing."""

    async def drop_reply(self, name: str, *, owner: str) -> None:
        """Give the lease back; nothing happens when it is not the owner's."""

    async def waiting_for_ai(self, *, idle_seconds: float, limit: int = 20) -> list[str]:
        """Sessions whose customer waits for the AI, has been idle for so long, and that no live lease covers."""

    async def packet(self, name: str) -> Mapping[str, Any] | None:
        """The session's handoff packet (`Packet.as_json`), or None; `SessionNotFound`."""


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """Which sessions to list. `text` is looked for in names, customers and previews; `cursor` is a page's `next`."""

    statuses: frozenset[Status] = frozenset()
    agent_id: str | None = None
    text: str = ""
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """`total` counts what matches on all pages; `next` is None on the last page."""

    sessions: tuple[Session, ...]
    total: int
    next: str | None


class Directory(Protocol):
    """The agents' accounts and their refresh tokens. Raises `Unavailable` like `Store`."""

    async def add(self, agent: Agent) -> None:
        """Keep a new account, or `AgentExists`."""

    async def get(self, agent_id: str) -> Agent:
        """The account, or `AgentNotFound`."""

    async def by_username(self, username: str) -> Agent | None:
        """The account with this user name (lower case)."""

    async def all(self) -> list[Agent]:
        """Every account, by name."""

    async def record_failure(self, agent_id: str, *, limit: int, lock_seconds: int) -> Agent:
        """Count a failed sign-in in one statement; at `limit` failures lock the account and start the count anew."""

    async def record_success(self, agent_id: str) -> None:
        """Forget failures and lock."""

    async def keep_refresh(self, token_id: str, *, agent_id: str, expires_at: float) -> None:
        """Remember a refresh token that was handed out."""

    async def use_refresh(self, token_id: str) -> bool:
        """Strike the token out; True for exactly one caller, and only before it expires."""

    async def revoke_refresh(self, agent_id: str) -> None:
        """Strike out every refresh token of this agent."""


class Announcer(Protocol):
    """Says what happened to whoever listens, here and in other processes. May lose, repeat and reorder; never raises,
    never waits for a network.
    """

    def announce(self, target: str, event: Event) -> None:
        """Tell the listeners of `target` (a session's name, `agent:{id}` or `broadcast`)."""


class Engine(Protocol):
    """An AI that answers. `name` says which."""

    @property
    def name(self) -> str: ...

    async def prepare(self) -> None:
        """Load what the first reply would have to load otherwise."""

    async def open(self, session_name: str) -> None:
        """A session was opened: make what the engine keeps for one, a conversation at its provider for instance.

        May fail; `reply` makes what it finds missing.
        """

    def reply(self, turn: Turn) -> AsyncIterator[Output]:
        """Yield deltas and tool calls, then exactly one `Answer`. May be closed (`aclose`) at any await and stops at
        once.
        """

    async def summarize(self, turn: Turn) -> str | None:
        """In a sentence or two, for the agent who takes over, what the customer wants; None where the engine cannot."""

    async def close(self) -> None:
        """Let go of connections; nothing is asked of the engine afterwards."""


class Threads(Protocol):
    """What an engine's provider calls the conversation of a session. Raises `Unavailable` like `Store`."""

    async def get(self, session_name: str, engine: str) -> str | None:
        """The thread that was kept, or None."""

    async def keep(self, session_name: str, engine: str, thread_id: str) -> str:
        """The session's thread from now on, in every process: `thread_id`, or the one that was kept before it.

        `SessionNotFound` when there is no such session.
        """

    async def replace(self, session_name: str, engine: str, thread_id: str, *, gone: str) -> str:
        """The session's thread from now on, now that the provider no longer has `gone`: `thread_id`, or the one that
        somebody has put in its place already. `SessionNotFound` as above.
        """


class Regulator(Protocol):
    """Decides when the AI must step back, by the rules as they are at that moment."""

    def judge(self, turn: Turn) -> Verdict | None:
        """Before an answer: whether what the customer said calls for a person. Called in a thread for a long text."""

    def judge_answer(self, turn: Turn, answer: Answer) -> Verdict | None:
        """After it: whether what came of it does."""


class OrderBook(Protocol):
    """The shop's orders. Every method raises `Unavailable` when nobody who keeps them answers.

    `find` is not for customers, who may be guessing: what they ask goes through `Lookups`.
    """

    @property
    def numbers(self) -> NumberForm:
        """What the numbers look like."""

    async def find(self, number: str, email: str) -> Order:
        """The order with this number (without a prefix that all of a shop's have, too) and this e-mail, as
        `Order.answers_to` compares them, else `OrderNotFound`, after the same time whether the number or the e-mail is
        wrong; `PartlyUnavailable` where a shop that may have it is silent.
        """

    async def search(self, text: str, *, limit: int = 20) -> list[Order]:
        """Orders by number, e-mail or customer's name, for agents, the newest first; of several shops, those of the
        ones that answer.
        """

    async def of_customer(self, email: str, *, limit: int = 20) -> list[Order]:
        """The orders with just this e-mail, for agents; otherwise like `search`."""


class Lookups(Protocol):
    """How customers come to an order, by themselves or through an engine: limited in wrong tries
    (`domain/lookup.py`).
    """

    @property
    def numbers(self) -> NumberForm:
        """What the orders' numbers look like."""

    async def find(self, session_name: str, number: str, email: str) -> Order:
        """Like `OrderBook.find`; `LookupsExhausted` after too many wrong tries, whatever this one would be."""


class Tries(Protocol):
    """Counts tries, for all processes. Raises `Unavailable` like `Store`."""

    async def take(self, allowances: Sequence[Allowance]) -> float | None:
        """Count one try against each allowance, of which none has gone (None); else count nothing, and say in how many
        seconds the one that has gone is renewed. All in one step, so that many at once do not pass for few.
        """

    async def give_back(self, allowances: Sequence[Allowance]) -> None:
        """Uncount one try of each."""


class Catalogue(Protocol):
    """What the shop sells."""

    async def search(self, text: str, *, language: Language, limit: int) -> list[Offer]:
        """Products by their names, the best first; `Unavailable` when the shop does not answer."""


class Tracking(Protocol):
    """Where parcels are."""

    async def track(self, parcels: Sequence[Parcel]) -> Mapping[Parcel, TrackingInfo]:
        """What is known of these parcels; the others are left out. `Unavailable` when nobody answers."""


class FileReader(Protocol):
    """Makes documents of files."""

    def read(self, files: Sequence[SourceFile], terms: ReadingTerms) -> tuple[Document, ...]:
        """A document for each file, in any order; `FilesRefused` when any of them cannot be read. Takes its time:
        seconds for megabytes.
        """


class KnowledgeArchive(Protocol):
    """The versions of what was imported, and which of them is current. Raises `Unavailable` like `Store`."""

    async def current(self) -> int:
        """The number of the current version; 0 while nothing was imported. Cheap: every process asks all the time."""

    async def documents(self, number: int) -> tuple[Document, ...]:
        """What a version holds, by name: nothing, when all was taken out of it. `VersionNotFound`, except for 0, which
        holds nothing.
        """

    async def keep(
        self, documents: Sequence[Document], changes: Changes, *, based_on: int, author: str, note: str
    ) -> Version | None:
        """Keep a new version and make it current, in one transaction. None, and nothing kept, when the current one is
        no longer `based_on`. A document that an earlier version holds is not kept twice.
        """

    async def versions(self, *, limit: int, before: int | None = None) -> list[Version]:
        """The versions (numbered below `before`), the newest first."""

    async def activate(self, number: int) -> None:
        """Make this version current; `VersionNotFound`, except for 0, with which nothing is as if imported."""


class Knowledge(Protocol):
    """What this process answers from: the current version, or the demo shop's entries."""

    @property
    def version(self) -> int:
        """The number of the version; 0 for the demo shop's entries, and while there is nothing."""

    @property
    def is_demo(self) -> bool:
        """Whether the entries are the demo shop's."""

    @property
    def entries(self) -> tuple[KnowledgeEntry, ...]:
        """All of them."""

    def entry(self, entry_id: str) -> KnowledgeEntry:
        """The entry, or `KnowledgeNotFound`."""

    async def find(self, question: str, language: Language, *, limit: int) -> list[Match]:
        """What fits a question, the best first."""

    async def refresh(self) -> None:
        """Change over to the current version, if that is another one; questions meanwhile are answered from what was
        there before.
        """

    async def caught_up(self, *, seconds: float) -> bool:
        """Whether the current version is answered from; waits for it, but not longer than `seconds`."""

    def announce(self) -> None:
        """Tell every process that another version is current. May get lost: they also look by themselves."""


class Tokens(Protocol):
    """Issues and reads the proofs of who is calling.

    Every reading method raises `TokenExpired` for a token that was good once, and `TokenInvalid` for whatever else is
    not a token of just this kind: an agent's token is no customer's, a ticket is neither.
    """

    def for_customer(self, session_name: str) -> Issued:
        """The token of the session's customer."""

    def for_agent(self, agent: Agent) -> Issued:
        """An access token."""

    def for_refresh(self, agent: Agent, token_id: str) -> Issued:
        """A refresh token; that it works only once is for the directory to see to."""

    def for_stream(self, subject: str, holder: StreamHolder) -> Issued:
        """A ticket for one stream, good for seconds. `subject` is a session's name or `AGENT_STREAM`.

        `WrongSession` when the holder is a customer and the stream is not their session's.
        """

    def read_customer(self, token: str) -> str:
        """The name of the session that a customer's token opens."""

    def read_agent(self, token: str) -> AgentClaims:
        """The agent of an access token."""

    def read_refresh(self, token: str) -> RefreshClaims:
        """What a refresh token says; whether it was used already the directory knows."""

    def read_ticket(self, token: str, subject: str) -> StreamHolder:
        """Who holds this ticket for the stream `subject`; a ticket for another stream is not valid."""


class Passwords(Protocol):
    """Hashes passwords and checks them; all of it takes a while by design and runs off the event loop."""

    async def hash(self, password: str) -> str:
        """What to keep of the password."""

    async def verify(self, password_hash: str, password: str) -> bool:
        """Whether the hash was made of this password; False too for a hash that is none."""

    async def verify_nothing(self, password: str) -> None:
        """Take as long as `verify`, so that a sign-in does not tell whether the account exists."""
