"""From the events of a chat to what the customer reads."""

from __future__ import annotations

import json

from domain.engine import Answer, Usage
from domain.entry import is_blank
from infrastructure.ai.coze.failures import CozeFailed
from infrastructure.ai.coze.library import (
    Chat,
    ChatEvent,
    ChatEventType,
    ChatToolCallType,
    Message,
    MessageContentType,
    MessageType,
)

# Between two messages of one answer, as a workflow with several output nodes sends them.
_JOINT = "\n\n"


class Hearing:
    """Hears one chat, event by event; it has to be one in the conversation that was asked for.

    Only messages of type `answer` are for the customer: what a workflow says of its tools, and the questions that it
    suggests, are not. `over`: nothing that matters follows.
    """

    def __init__(self, conversation_id: str) -> None:
        self.over = False
        self._conversation_id = conversation_id
        self._complete = False
        self._text = ""
        # What was heard of each message that is not complete yet, by its id.
        self._open: dict[str | None, str] = {}
        self._last_id: str | None = None
        self._asks_back = False
        self._choices: tuple[str, ...] = ()
        self._usage: Usage | None = None

    def take(self, event: ChatEvent) -> str:
        """The next piece of the answer, or "". `CozeFailed` when the chat failed, or wants what we do not have."""
        if event.message is not None:
            if event.message.type == MessageType.VERBOSE:
                self._note(event.message)
            elif event.message.type == MessageType.ANSWER:
                whole = event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED
                words, options = _words_of(event.message, whole=whole)
                self._choices = options or self._choices
                return self._said(event.message.id, words, whole=whole)
        elif event.event == ChatEventType.CONVERSATION_CHAT_CREATED:
            if event.chat is None or event.chat.conversation_id != self._conversation_id:
                # One that Coze made by itself, perhaps, and others talk in.
                raise CozeFailed("in another conversation")
        elif event.event == ChatEventType.CONVERSATION_CHAT_COMPLETED:
            self.over = self._complete = True
            self._usage = _usage_of(event.chat)
        elif event.event == ChatEventType.CONVERSATION_CHAT_REQUIRES_ACTION:
            self._interrupted(event.chat)
        elif event.event == ChatEventType.CONVERSATION_CHAT_FAILED:
            code = event.chat.last_error.code if event.chat and event.chat.last_error else 0
            raise CozeFailed("the chat failed", code=code)
        return ""

    def answer(self) -> Answer:
        """The whole answer; `CozeFailed` when there is none, or not all of it."""
        if not self._complete:
            raise CozeFailed("the stream ended before the answer did")
        if is_blank(self._text):
            raise CozeFailed("an answer without words")
        return Answer(self._text, asks_back=self._asks_back, choices=self._choices, usage=self._usage)

    def _said(self, message_id: str | None, words: str, *, whole: bool) -> str:
        # A message that is complete repeats all that its deltas said; where there were none, it is the first to say it.
        heard = self._heard(message_id, words) if whole else ""
        if not words.startswith(heard):
            return ""
        piece = words[len(heard) :]
        if not whole:
            self._open[message_id] = self._open.get(message_id, "") + piece
        if not piece:
            return ""
        begins = bool(self._text) and message_id != self._last_id and not heard
        self._last_id = message_id
        piece = _JOINT + piece if begins else piece
        self._text += piece
        return piece

    def _heard(self, message_id: str | None, words: str) -> str:
        """What deltas said of a message that is complete now. Its id is not always that of its deltas."""
        if message_id in self._open:
            return self._open.pop(message_id)
        same = next((key for key, heard in self._open.items() if words.startswith(heard)), None)
        return "" if same is None else self._open.pop(same)

    def _note(self, message: Message) -> None:
        """What a workflow says about itself. Streams that end without `conversation.chat.completed` say it so."""
        try:
            said = json.loads(message.content)["msg_type"]
        except (ValueError, TypeError, KeyError):
            return
        if said == "generate_answer_finish":
            self._complete = True
        elif said == "interrupt":
            self._asks_back = True

    def _interrupted(self, chat: Chat | None) -> None:
        """A question node asks the customer, and the answer to it is the next chat; or a tool of ours is wanted."""
        action = chat.required_action if chat else None
        calls = action.submit_tool_outputs.tool_calls if action and action.submit_tool_outputs else []
        if any(call.type == ChatToolCallType.FUNCTION for call in calls):
            raise CozeFailed("the workflow wants a tool of ours")
        if is_blank(self._text):
            # A form to fill in, for instance.
            raise CozeFailed("the workflow asks nothing that can be said")
        self.over = self._complete = self._asks_back = True


def _words_of(message: Message, *, whole: bool) -> tuple[str, tuple[str, ...]]:
    """What a message says in words, and what to choose from; of a card, which comes as JSON, the question it asks."""
    if message.content_type == MessageContentType.TEXT:
        return message.content, ()
    return _asked_by_card(message.content) if whole and message.content_type == MessageContentType.CARD else ("", ())


def _asked_by_card(content: str) -> tuple[str, tuple[str, ...]]:
    """The question with its options, a line each, and the options; nothing when the card is another one.

    Who writes an option chooses it.
    """
    try:
        asked = json.loads(json.loads(content)["x_properties"]["workflow_card_info"])["question_card_data"]
        options = tuple(str(option["name"]) for option in asked["Options"] or ())
        return "\n".join([str(asked["Title"]), *(f"- {option}" for option in options)]), options
    except (ValueError, TypeError, KeyError):
        return "", ()


def _usage_of(chat: Chat | None) -> Usage | None:
    if chat is None or chat.usage is None or not chat.usage.token_count:
        return None
    return Usage(chat.usage.input_count, chat.usage.output_count)
