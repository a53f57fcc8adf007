"""What an AI engine is given and what it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.entry import Role
from domain.promise import Promise
from domain.session import Customer, EscalationReason, Language


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said to or by the customer. Role is user, assistant or agent; `author` is the agent's name.

    `offers_person`: it is an apology that asks whether a colleague should be got.
    """

    role: Role
    text: str
    seq: int
    author: str = ""
    offers_person: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What an engine answers: the conversation so far, oldest first, ending with what the customer said last.

    `unanswered` counts the customer's messages at the end that one answer is due to (a burst has several), `failures`
    the answers in a row before it that were none (`Answer.confident` was False). `promises` is what the agent who
    served last told the customer to expect.
    """

    session_name: str
    language: Language
    customer: Customer
    utterances: tuple[Utterance, ...]
    unanswered: int
    failures: int = 0
    promises: tuple[Promise, ...] = ()

    @property
    def question(self) -> str:
        """What the answer is due to: the customer's unanswered messages, a line each."""
        asked = [said.text for said in self.utterances if said.role is Role.USER]
        return "\n".join(asked[-self.unanswered :]) if self.unanswered else ""


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The engine looked something up or did something. `outcome` says in a word or two what came of it
    ("found", "not found", "3 entries"); neither holds what a log must not.
    """

    name: str
    arguments: Mapping[str, str]
    outcome: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a turn took of a model that is paid by the token."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A piece of knowledge that the answer stands on. `url` may be empty."""

    id: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """The engine's own wish that a person should take over."""

    reason: EscalationReason
    detail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a turn. `text` is the whole answer (the deltas joined); `confident` is False for "I don't know",
    `asks_back` True when the answer is a question that has to be settled first. `choices` are messages of which the
    customer may send one with a press.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    confident: bool = True
    handover: Handover | None = None
    asks_back: bool = False
    usage: Usage | None = None
    choices: tuple[str, ...] = ()


Output = Delta | ToolCall | Answer
