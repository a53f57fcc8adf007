"""How a conversation is put before the model: as quoted blocks whose delimiters nobody can forge."""

from __future__ import annotations

import re
import secrets

from domain.engine import Turn, Utterance
from domain.entry import Role

# What the model reads of a conversation: a long one's latest part, and of a pasted mail its beginning and its end.
MAX_CHARACTERS = 24_000
MAX_BLOCK_CHARACTERS = 4_000
_MAX_NAME_CHARACTERS = 60

_CUT = "\n[…]\n"
_CARD = re.compile(r"\[PRODUCT\](.*?)\[/PRODUCT\]", re.DOTALL)
_NAME_FIELD = 1

_SPEAKERS = {Role.USER: "customer", Role.ASSISTANT: "assistant", Role.AGENT: "colleague"}


class Blocks:
    """The delimiters of one turn: a random code in each line that begins or ends a block."""

    def __init__(self) -> None:
        self.boundary = secrets.token_hex(8)

    def block(self, heading: str, text: str) -> str:
        """`text` quoted. Nobody can know the code, and if the text holds it all the same, it loses it."""
        return f"<<{self.boundary} {heading}>>\n{text.replace(self.boundary, '')}\n<<{self.boundary} end>>"

    def conversation(self, turn: Turn) -> str:
        """The customer and what was said, the oldest first, as much of its end as fits."""
        quoted: list[str] = []
        room = MAX_CHARACTERS
        for said in reversed(turn.utterances):
            block = self._utterance(said)
            room -= len(block)
            if room < 0 and quoted:
                break
            quoted.append(block)
        if turn.customer.name or turn.customer.email:
            # A line each, whatever stands in them.
            name, email = _plain(turn.customer.name) or "unknown", _plain(turn.customer.email, 254) or "unknown"
            details = f"name: {name}\ne-mail address: {email}"
            quoted.append(self.block("customer's details", cut(details)))
        return "\n".join(reversed(quoted))

    def question(self, turn: Turn) -> str:
        """The conversation, and which messages are to be answered."""
        asked = [said.seq for said in turn.utterances if said.role is Role.USER]
        numbers = ", ".join(f"#{seq}" for seq in asked[-turn.unanswered :]) if turn.unanswered else "none"
        promised = "\n".join(f"{_plain(each.author)} (#{each.seq}): {each.text}" for each in turn.promises)
        promises = [self.block("promises of colleagues", cut(promised))] if promised else []
        return "\n".join([self.conversation(turn), *promises, f"Unanswered: {numbers}"])

    def _utterance(self, said: Utterance) -> str:
        heading = f"{_SPEAKERS.get(said.role, 'system')} #{said.seq}"
        if said.role is Role.AGENT and said.author:
            heading += f" name: {_plain(said.author)}"
        return self.block(heading, cut(_CARD.sub(_named, said.text)))


def cut(text: str, limit: int = MAX_BLOCK_CHARACTERS) -> str:
    """`text`, or its beginning and its end where it is longer than `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit // 2]}{_CUT}{text[-limit // 2 :]}"


def _plain(name: str, limit: int = _MAX_NAME_CHARACTERS) -> str:
    return " ".join(re.sub(r"[<>]", " ", name).split())[:limit]


def _named(card: re.Match[str]) -> str:
    fields = card[1].split("|")
    return f"(card: {fields[_NAME_FIELD].strip()})" if len(fields) > _NAME_FIELD else ""
