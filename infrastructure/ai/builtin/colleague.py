"""Questions about what a colleague said in this conversation, answered in the colleague's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.engine import Turn, Utterance
from domain.entry import Role
from infrastructure.ai.phrases import Phrases
from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.terms import normalised

# Longer messages tell a story in which somebody said something.
_MAX_CHARACTERS = 300
_MAX_QUOTES = 3
_MAX_QUOTE_CHARACTERS = 300

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")

_WHO = r"(?:colleague|agent|person|human|guy|lady|woman|man|rep|representative|advis[eo]r|employee|staff|NAMES)"
_SAY = r"(?:say|said|saying|tell|told|promise[ds]?|mention(?:ed)?|wr(?:ite|ote)|offer(?:ed)?|agreed?|explain(?:ed)?)"
_ENGLISH = (
    rf"\b(?:what|when|where|how|which|who|did|does|has|can you repeat)\b.{{0,60}}\b{_WHO}\b.{{0,60}}\b{_SAY}\b"
    rf"|\b{_WHO}\b.{{0,40}}\b{_SAY}\b.{{0,60}}(?:\?|\b(?:what|when|where|right|again)\b)"
    rf"|\bwhat (?:was|were) (?:i|we) (?:told|promised)\b|\bwhat (?:did|have) (?:he|she|they) {_SAY}\b"
    r"|\bwhen did (?:he|she|they) say\b"
)
_CHINESE = (
    r"(?:客服|同事|人工|那位|他|她|刚才|刚刚|之前|NAMES).{0,12}(?:说|讲|答应|承诺|保证|告诉|提到|回复)"
    r".{0,20}(?:什么|啥|多久|几时|几天|哪天|什么时候|怎么|多少|吗|来着|？|\?)"
    r"|(?:什么|啥).{0,6}(?:是|时候).{0,6}(?:客服|同事|他|她|NAMES).{0,6}(?:说|答应|承诺)的?"
)
_A_COLLEAGUE = re.compile(r"colleague|agent|\bperson\b|human|\brep\b|advis|客服|同事|人工", re.IGNORECASE)


def asks_what_was_said(turn: Turn) -> bool:
    """Whether the question is about what a person of ours said."""
    question = normalised(turn.question)
    if len(question) > _MAX_CHARACTERS:
        return False
    said = _said_by_agents(turn)
    names = "|".join(re.escape(name) for name in dict.fromkeys(_names(said))) or r"(?!)"
    if not any(re.search(pattern.replace("NAMES", names), question) for pattern in (_ENGLISH, _CHINESE)):
        return False
    # Where no person has written, "did he say" is about somebody else.
    return bool(said) or bool(_A_COLLEAGUE.search(question))


def what_was_said(turn: Turn, index: Index, phrases: Phrases) -> str:
    """The sentences of agents that fit the question, quoted; where none does, their promises, or else the last ones.

    Empty when no agent wrote.
    """
    sentences = [
        (utterance.author, sentence)
        for utterance in _said_by_agents(turn)
        for sentence in map(str.strip, _SENTENCE_END.split(utterance.text))
        if sentence
    ]
    if not sentences:
        return ""
    # A name says who was asked about; "Hi, Mina here" is no answer for that.
    names = frozenset(index.read(" ".join(_names(_said_by_agents(turn)))))
    asked = {term: weight for term, weight in index.question(turn.question).terms.items() if term not in names}
    worth = [sum(asked.get(term, 0.0) for term in set(index.read(sentence))) for _, sentence in sentences]
    fitting = [number for number, each in enumerate(worth) if each]
    promised = {promise.text for promise in turn.promises}
    # Who asks in general wants to know above all what they may count on.
    general = [number for number, (_, sentence) in enumerate(sentences) if sentence in promised]
    chosen = fitting or general or list(range(len(sentences)))
    best = sorted(chosen, key=lambda number: (worth[number], number), reverse=True)[:_MAX_QUOTES]
    return "\n".join(_quoted(*sentences[number], phrases) for number in sorted(best))


def _quoted(author: str, sentence: str, phrases: Phrases) -> str:
    cut = sentence if len(sentence) <= _MAX_QUOTE_CHARACTERS else f"{sentence[:_MAX_QUOTE_CHARACTERS]}…"
    return phrases.colleague_wrote.format(name=author or phrases.colleague, text=cut)


def _said_by_agents(turn: Turn) -> Sequence[Utterance]:
    return [utterance for utterance in turn.utterances if utterance.role is Role.AGENT]


def _names(said: Sequence[Utterance]) -> list[str]:
    """Full names and their parts: people ask what Mina said, not what Mina Okafor said."""
    authors = [normalised(utterance.author).strip() for utterance in said if utterance.author.strip()]
    return [name for author in authors for name in (author, *author.split()) if len(name) > 1]
