"""A conversation from the database as a case: what its customer said, and what the AI made of it then."""

from __future__ import annotations

from dataclasses import dataclass

from domain.entry import Audience, Entry, EntryType, Role
from domain.ports import Store
from domain.session import Action, Session
from evaluation.case import Case, Recorded, ScriptedTurn
from evaluation.playing import cited_by

# How much of a timeline is read at a time.
_PAGE = 200

_TO_A_PERSON = frozenset({Action.ESCALATE.value, Action.TAKEOVER.value})


@dataclass(frozen=True, slots=True)
class Recording:
    """The case, and how many of the customer's messages it leaves out because they were said to a person."""

    case: Case
    left_out: int


async def record(store: Store, session_name: str) -> Recording:
    """The session up to the first time that a person is called or takes over; `SessionNotFound`. The case expects
    nothing: nobody has judged it.

    The customer's name and e-mail address, and everything that was said, are in it: handle it like the database.
    """
    session = await store.get(session_name)
    return recorded_case(session, await _timeline(store, session))


def recorded_case(session: Session, entries: list[Entry]) -> Recording:
    """The case that these entries (the whole timeline, in order) tell. Messages in a row that one answer was given to
    are one turn.
    """
    turns: list[ScriptedTurn] = []
    asked: list[str] = []
    left_out = 0
    with_person = False
    for entry in entries:
        if entry.role is Role.USER:
            if with_person:
                left_out += 1
            else:
                asked.append(entry.content)
        elif asked and (_answers(entry) or _calls_person(entry)):
            turns.append(ScriptedTurn(tuple(asked), recorded=_recorded(entry)))
            asked = []
        elif turns and _calls_person(entry) and not with_person:
            turns[-1] = _handed_over(turns[-1])
        with_person = with_person or _changes_hands(entry)
    case = Case(session.name, session.language, "recorded", tuple(turns), customer=session.customer)
    return Recording(case, left_out + len(asked))


async def _timeline(store: Store, session: Session) -> list[Entry]:
    entries: list[Entry] = []
    while page := await store.entries_after(
        session.name, entries[-1].seq if entries else 0, audience=Audience.AGENTS, limit=_PAGE
    ):
        entries += page
    return entries


def _answers(entry: Entry) -> bool:
    return entry.type is EntryType.NEW_MESSAGE and entry.role is Role.ASSISTANT


def _calls_person(entry: Entry) -> bool:
    return entry.type is EntryType.STATUS_CHANGE and entry.data.get("action") == Action.ESCALATE.value


def _changes_hands(entry: Entry) -> bool:
    return entry.type is EntryType.STATUS_CHANGE and entry.data.get("action") in _TO_A_PERSON


def _recorded(entry: Entry) -> Recorded:
    if _calls_person(entry):
        return Recorded("", handoff=True)
    return Recorded(
        entry.content,
        cited_by(entry),
        bool(entry.data.get("confident", True)),
        engine=str(entry.data.get("engine", "")),
    )


def _handed_over(turn: ScriptedTurn) -> ScriptedTurn:
    """The turn, whose answer was also that a person is called."""
    before = turn.recorded or Recorded("")
    recorded = Recorded(before.text, before.sources, before.confident, handoff=True, engine=before.engine)
    return ScriptedTurn(turn.say, turn.expect, turn.follow_up, recorded)
