"""The engine that lets a model answer, and does not trust it."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import structlog
from openai.types.chat import ChatCompletionMessageFunctionToolCallParam, ChatCompletionMessageParam

from domain.engine import Answer, Delta, Output, Turn, Usage
from domain.entry import is_blank
from domain.errors import Unavailable
from domain.ports import Catalogue, Lookups
from domain.session import Language
from domain.turn import language_of
from infrastructure.ai.openai.blocks import Blocks
from infrastructure.ai.openai.model import Completed, Model, ModelTerms, ToolRequest, unavailable
from infrastructure.ai.openai.prompts import Prompt, load_prompt
from infrastructure.ai.openai.screen import Screen
from infrastructure.ai.openai.tools import TOOLS, Toolbox
from infrastructure.ai.phrases import PHRASES
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase

log = structlog.get_logger("baton.openai")

# How often a model may use its tools before it has to answer with what it knows by then.
MAX_ROUNDS = 4

# An answer in a chat is shorter; what an endpoint sends beyond it, whatever bound it was given, is not read. Thoughts
# within the text are no part of it.
MAX_ANSWER_CHARACTERS = 6_000
_MAX_SUMMARY_CHARACTERS = 600

# The entries that a statement of a summary stands on; a model may name some that are not there.
_CITED = re.compile(r"\s*[(（]#\d{1,9}(?:[,，、\s]{1,3}#\d{1,9})*[)）]")
_SEQ = re.compile(r"\d+")
_THOUGHT = re.compile(r"<think>.*?(?:</think>\s*|\Z)", re.DOTALL)

_LANGUAGE_NAMES = {Language.ENGLISH: "English", Language.CHINESE: "Chinese"}


class OpenAIEngine:
    """Answers with a model that may search the knowledge, look up orders, find products and hand over."""

    def __init__(
        self,
        terms: ModelTerms,
        knowledge: KnowledgeBase,
        lookups: Lookups,
        catalogue: Catalogue,
        *,
        answer_prompt: Prompt | None = None,
        summary_prompt: Prompt | None = None,
    ) -> None:
        self._model = Model(terms)
        self._knowledge = knowledge
        self._lookups = lookups
        self._catalogue = catalogue
        self._answer_prompt = answer_prompt or load_prompt("answer")
        self._summary_prompt = summary_prompt or load_prompt("summary")

    @property
    def name(self) -> str:
        return "openai"

    async def prepare(self) -> None:
        """Build the indexes, so that the first customer does not wait for it."""
        await self._knowledge.prepare()

    async def open(self, session_name: str) -> None:
        """Nothing: every call carries the whole conversation."""

    async def close(self) -> None:
        """Close the connections."""
        await self._model.close()

    async def reply(self, turn: Turn) -> AsyncIterator[Output]:
        """Stream what may be shown of the model's words, then cards, then give the answer as a whole.

        `Unavailable` when the model fails; what was shown until then was no answer.
        """
        began = time.monotonic()
        blocks = Blocks()
        toolbox = Toolbox(turn, self._knowledge, self._lookups, self._catalogue, blocks)
        spoken = _Spoken(turn, toolbox, blocks, self._answer_prompt)
        async with aclosing(self._speak(spoken)) as outputs:
            async for output in outputs:
                yield output
        for text in spoken.ending():
            yield Delta(text)
        answer = spoken.answer()
        log.info(
            "openai_turn",
            session_name=turn.session_name,
            model=self._model.name,
            prompt=self._answer_prompt.name,
            calls=spoken.calls,
            # Not "tokens": what is called so is blackened in logs.
            usage_in=answer.usage.input_tokens if answer.usage else None,
            usage_out=answer.usage.output_tokens if answer.usage else None,
            confident=answer.confident,
            leaked=spoken.screen.leaked,
            seconds=round(time.monotonic() - began, 3),
        )
        yield answer

    async def summarize(self, turn: Turn) -> str | None:
        """What the customer wants, in the session's language, with the numbers of the entries that say so: "(#3)".

        None when the model fails: rules say it as well.
        """
        blocks = Blocks()
        screen = Screen(self._summary_prompt.text, lambda _: False)
        language = _LANGUAGE_NAMES[turn.language]
        system = self._summary_prompt.filled(boundary=blocks.boundary, language=language)
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": system},
            {"role": "user", "content": blocks.conversation(turn)},
        ]
        text = ""
        try:
            async with aclosing(self._model.call(messages)) as pieces:
                async for piece in pieces:
                    text += screen.feed(piece) if isinstance(piece, str) else screen.finish()
                    if len(text) > _MAX_SUMMARY_CHARACTERS:
                        break
        except Unavailable:
            return None
        seqs = {said.seq for said in turn.utterances}
        text = _CITED.sub(lambda cited: cited[0] if seqs.issuperset(map(int, _SEQ.findall(cited[0]))) else "", text)
        if screen.leaked or screen.thought_aloud:
            return None
        return " ".join(text.split())[:_MAX_SUMMARY_CHARACTERS] or None

    async def _speak(self, spoken: _Spoken) -> AsyncGenerator[Output, None]:
        """Let the model speak and use its tools, until it has nothing more to ask for or nothing more to say."""
        for number in range(MAX_ROUNDS + 1):
            said = ""
            requests: tuple[ToolRequest, ...] = ()
            call = self._model.call(spoken.messages, TOOLS, may_use_tools=number < MAX_ROUNDS)
            async with aclosing(call) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Completed):
                        requests = piece.requests
                        spoken.completed(piece)
                        continue
                    if shown := spoken.show(piece, begins=not said):
                        yield Delta(shown)
                    said += piece
                    if spoken.screen.thought_aloud:
                        # Another engine begins the answer anew, in place of what was shown.
                        raise unavailable("thoughts")
                    if spoken.is_over:
                        return
            if not requests or number == MAX_ROUNDS:
                return
            spoken.messages.append(_asked(said, requests))
            for request in requests:
                result, reported = await spoken.toolbox.use(request)
                spoken.messages.append({"role": "tool", "tool_call_id": request.id, "content": result})
                yield reported
            if spoken.toolbox.handover is not None:
                return


class _Spoken:
    """One turn: what goes to the model, and what came of it so far."""

    def __init__(self, turn: Turn, toolbox: Toolbox, blocks: Blocks, prompt: Prompt) -> None:
        self.toolbox = toolbox
        self.screen = Screen(prompt.text, toolbox.is_known_link)
        self.messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": prompt.filled(boundary=blocks.boundary)},
            {"role": "user", "content": blocks.question(turn)},
        ]
        self.calls = 0
        self._phrases = PHRASES[language_of(turn)]
        self._text = ""
        self._is_cut = False
        self._usage: Usage | None = None
        self._is_answered = True

    @property
    def is_over(self) -> bool:
        """Whether no more of the model's words are wanted."""
        return self.screen.leaked or self.screen.spoken > MAX_ANSWER_CHARACTERS

    def show(self, piece: str, *, begins: bool) -> str:
        """What may be shown now that the model said `piece`; what it says after using a tool begins a line."""
        return self._shown(self.screen.feed(f"\n{piece}" if begins and self._text else piece))

    def completed(self, call: Completed) -> None:
        """Count what the call took."""
        self.calls += 1
        self._is_cut = call.is_cut
        if call.usage is not None:
            before = self._usage or Usage(0, 0)
            self._usage = Usage(
                before.input_tokens + call.usage.input_tokens, before.output_tokens + call.usage.output_tokens
            )

    def ending(self) -> list[str]:
        """What still has to be shown: the end of the text, what has to be said in any case, and cards."""
        ending = [self._shown(self.screen.finish())]
        if self.toolbox.handover is not None:
            # Whatever the model said before it: nobody is handed over without being told.
            ending.append(self._shown(self._break + self._phrases.handing_over))
        elif self.screen.leaked or is_blank(self._text):
            # Nothing was said, or nothing that may be.
            self._is_answered = False
            unknown = self._phrases.joint.join((self._phrases.unknown, self._phrases.offer))
            ending.append(self._shown(self._break + unknown))
        else:
            if self._is_cut:
                # Whoever reads half a sentence should know that it is one, and what to do about it.
                ending.append(self._shown("…"))
            if cards := self.toolbox.cards(self._text):
                ending.append(self._shown(self._break + "\n".join(cards)))
            if self._is_cut:
                ending.append(self._shown(self._break + self._phrases.offer))
        return [text for text in ending if text]

    def answer(self) -> Answer:
        """The answer, once everything was shown."""
        handover = self.toolbox.handover
        if handover is not None:
            # Agents read it: it gets no links, cards or control characters of the model's making either.
            handover = replace(handover, detail=_screened(handover.detail))
        return Answer(
            self._text,
            self.toolbox.citations(self.screen.cited) if self._is_answered else (),
            confident=self._is_answered and not self.screen.ignorant and not self._is_cut,
            handover=handover,
            asks_back=self._is_answered and self.screen.asking,
            usage=self._usage,
        )

    @property
    def _break(self) -> str:
        return "\n" if self._text and not self._text.endswith("\n") else ""

    def _shown(self, text: str) -> str:
        if not self._text:
            text = text.lstrip()
        self._text += text
        return text


def _screened(text: str) -> str:
    screen = Screen("", lambda _: False)
    return (screen.feed(text) + screen.finish()).strip()


def _asked(said: str, requests: tuple[ToolRequest, ...]) -> ChatCompletionMessageParam:
    """The model's own message with its calls, as it has to be repeated to it."""
    calls: list[ChatCompletionMessageFunctionToolCallParam] = [
        {
            "id": each.id,
            "type": "function",
            # Some endpoints refuse a conversation in which arguments are not JSON.
            "function": {"name": each.name, "arguments": each.arguments if each.is_json else "{}"},
        }
        for each in requests
    ]
    # What it thought before is of no use to it, and may be long.
    return {"role": "assistant", "content": _THOUGHT.sub("", said) or None, "tool_calls": calls}
