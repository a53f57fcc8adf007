"""An answer's text made of entries, and cut into the pieces in which it is streamed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from domain.knowledge import KnowledgeEntry
from domain.session import Language
from infrastructure.ai.phrases import PHRASES
from infrastructure.ai.retrieval.index import Index
from infrastructure.ai.retrieval.question import Question
from infrastructure.ai.retrieval.terms import is_matter

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])|(?<=[。！？])")

# A sentence that says less than this share of what the best one says about the question is left out.
_SENTENCE_SHARE = 0.6

# Sentences that say less than this share of the question may be beside it; then all of the body is told.
_MIN_HEARD = 0.5

# A card goes out whole, so that nobody sees half of one; words go out with the space after them; Chinese in twos.
_PIECE = re.compile(
    r"\[PRODUCT\].*?\[/PRODUCT\]\s*|[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]{1,2}\s*"
    r"|[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+\s*|\s+",
    re.DOTALL,
)


def entry_text(entry: KnowledgeEntry, index: Index, questions: Sequence[Question], language: Language) -> str:
    """What an entry says: its body, or of a product the sentences that fit the first question that any fits."""
    body = entry.wordings[language].body
    if entry.product is None:
        return body
    name = set(index.read(entry.product.name))
    fitting = next(filter(None, (_fitting_sentences(body, index, each, name) for each in questions)), None)
    if fitting is None:
        return body
    phrases = PHRASES[language]
    return phrases.about.format(name=entry.product.name, text=phrases.joint.join(fitting))


def pieces(text: str) -> Iterator[str]:
    """The pieces of `text`, which joined are `text` again."""
    return (match.group() for match in _PIECE.finditer(text))


def _fitting_sentences(body: str, index: Index, question: Question, name: Set[str]) -> list[str]:
    """The sentences that say most of the question, the product's name aside; none when none says any of it."""
    asked = {term: weight * index.rareness(term) for term, weight in question.terms.items() if term not in name}
    sentences = [sentence for sentence in _SENTENCE_END.split(body) if sentence]
    read = [set(index.read(sentence)) for sentence in sentences]
    worth = [sum(asked.get(term, 0.0) for term in terms) for terms in read]
    best = max(worth, default=0.0)
    if not best:
        return []
    told = [each >= best * _SENTENCE_SHARE for each in worth]
    heard = set[str]().union(*(terms for terms, each in zip(read, told, strict=True) if each))
    if sum(weight for term, weight in asked.items() if term in heard) < _MIN_HEARD * sum(asked.values()):
        return []
    # "Does it fold, and what does it weigh?": every matter that was asked of is told.
    spoken_of = [{term for term in terms if term in asked and is_matter(term)} for terms in read]
    known = set[str]().union(*(said for said, each in zip(spoken_of, told, strict=True) if each))
    return [sentence for sentence, each, said in zip(sentences, told, spoken_of, strict=True) if each or (said - known)]
