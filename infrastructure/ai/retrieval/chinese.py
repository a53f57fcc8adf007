"""Chinese text cut into words by jieba, loaded quietly and without writing its cache file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

with warnings.catch_warnings():
    # jieba 0.42.1 holds invalid escape sequences (and on older systems imports pkg_resources), which warn when it is
    # compiled or imported; nothing of it concerns us.
    warnings.simplefilter("ignore")
    import jieba

# A line of jieba's dictionary is "word count part-of-speech". We take words of up to four characters that were counted
# ten times or more: a third of the dictionary, which loads in a third of the time and of the memory, and what
# customers write is among it. The shop's own words are added anyway.
_FREQUENT_WORD = re.compile(r"^(\S{1,4}) (\d{2,}) ", re.MULTILINE)

# The sum of all counts in the dictionary as jieba computes it; probabilities are relative to it.
_TOTAL_COUNT = 60_101_967

# Words of the shop must win over any other way to cut the same characters.
_SHOP_WORD_COUNT = 100_000


class Cutter:
    """Cuts Chinese text into words. Loading takes some 0.4 s; cutting is linear in the text."""

    def __init__(self, shop_words: Iterable[str]) -> None:
        counts = _frequent_words()
        for word in shop_words:
            counts[word] = _SHOP_WORD_COUNT
        # jieba looks a word up character by character and needs every beginning of a word, with 0 where it is no word.
        for word in list(counts):
            for end in range(1, len(word)):
                counts.setdefault(word[:end], 0)
        self._tokenizer = jieba.Tokenizer()
        # What `initialize` would do, without its log lines and its cache file in the temporary folder.
        self._tokenizer.FREQ = counts
        self._tokenizer.total = _TOTAL_COUNT
        self._tokenizer.initialized = True

    def cut(self, text: str) -> list[str]:
        """The words of `text`, punctuation and spaces among them."""
        # Without the hidden Markov model, which guesses words that no dictionary has: an index cannot hold them.
        return list(self._tokenizer.cut(text, HMM=False))


def _frequent_words() -> dict[str, int]:
    with jieba.Tokenizer().get_dict_file() as file:
        text: str = file.read().decode("utf-8")
    # One by one: all at once would hold up every other thread for a tenth of a second.
    return {found[1]: int(found[2]) for found in _FREQUENT_WORD.finditer(text)}
