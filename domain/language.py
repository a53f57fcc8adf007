"""In which of the languages that we speak a customer wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.session import Language

_CHINESE = re.compile(r"[\u3400-\u9fff]")
# A word; not an order number, an e-mail address or a link, which are the same in every language.
_WORD = re.compile(r"(?<!\S)[\"'“(]?[^\W\d_]{2,}[^\s@/\d]*(?!\S)")


def written_language(texts: Iterable[str], *, otherwise: Language) -> Language:
    """The language of the first of these texts that shows one; of a language that is not ours it is English."""
    for text in texts:
        if _CHINESE.search(text):
            return Language.CHINESE
        if _WORD.search(text):
            return Language.ENGLISH
    return otherwise
