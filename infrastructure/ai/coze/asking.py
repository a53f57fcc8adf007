"""From a turn to the messages of a request."""

from __future__ import annotations

from domain.engine import Turn, Utterance
from domain.entry import Role
from infrastructure.ai.coze.library import Message

# More are refused (the documentation of /v1/workflows/chat).
MAX_MESSAGES = 50


def messages_of(turn: Turn, *, anew: bool = False) -> list[Message]:
    """What Coze has yet to hear, the oldest first: its conversation holds what was said up to the AI's last answer, or
    nothing where it begins `anew`.

    A person's words since then come before the question, with their name. The last message is the question, all of a
    burst in one: Coze hands only the last one to the workflow as its input, the others as history.
    """
    since = list(turn.utterances) if anew else _since_the_last_answer(turn)
    asked = [said for said in since if said.role is Role.USER][-turn.unanswered :] if turn.unanswered else []
    earlier = [_message(said) for said in since if said not in asked]
    return [*earlier[-(MAX_MESSAGES - 1) :], Message.build_user_question_text(turn.question)]


def _since_the_last_answer(turn: Turn) -> list[Utterance]:
    answered = [number for number, said in enumerate(turn.utterances) if said.role is Role.ASSISTANT]
    return list(turn.utterances[answered[-1] + 1 if answered else 0 :])


def _message(said: Utterance) -> Message:
    if said.role is Role.USER:
        return Message.build_user_question_text(said.text)
    return Message.build_assistant_answer(f"[{said.author}] {said.text}" if said.author else said.text)
