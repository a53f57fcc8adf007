"""From a timeline to what an engine is given of it."""

from __future__ import annotations

from collections.abc import Sequence

from domain.engine import Answer, Turn, Utterance
from domain.entry import MESSAGE_TYPES, Entry, EntryType, Role
from domain.language import written_language
from domain.promise import promises_in
from domain.session import Language, Session

# The key in an answer's data that says that it offers a person (`domain.offer`).
OFFERS_PERSON = "offers_person"


def turn_of(session: Session, entries: Sequence[Entry]) -> Turn:
    """The turn that is due in `session`. `entries` are the last of its timeline that everyone may see, oldest first."""
    said = [entry for entry in entries if entry.type in MESSAGE_TYPES]
    unanswered = sum(
        entry.type is EntryType.NEW_MESSAGE and entry.role is Role.USER and entry.seq > session.answered_seq
        for entry in said
    )
    return Turn(
        session.name,
        session.language,
        session.customer,
        tuple(_utterance(entry) for entry in said),
        unanswered,
        session.failures,
        promises_in(entries),
    )


def language_of(turn: Turn) -> Language:
    """The language in which the customer wrote: the question's, else that of what was asked before, else the
    session's.
    """
    said = [utterance.text for utterance in turn.utterances if utterance.role is Role.USER]
    return written_language((turn.question, *reversed(said)), otherwise=turn.language)


def failures_after(turn: Turn, answer: Answer) -> int:
    """How many answers in a row were none, this one included; a question asked back is neither."""
    if answer.asks_back:
        return turn.failures
    return 0 if answer.confident else turn.failures + 1


def _utterance(entry: Entry) -> Utterance:
    author = entry.author.name if entry.author else ""
    return Utterance(entry.role, entry.content, entry.seq, author, bool(entry.data.get(OFFERS_PERSON)))
