"""How an English text feels, by the VADER lexicon (docs/decisions/0021-sentiment.md)."""

from __future__ import annotations

import re
from functools import cached_property

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[^\W\d_A-Za-z]")
# VADER knows English alone. A text in which other letters are frequent is in another language.
_MAX_OTHER_SHARE = 0.03


class EnglishValence:
    """Rates a text from -1 to 1; None for a text that its letters show to be in another language.

    Words that the lexicon does not know do not count, so most texts in other languages are rated 0.
    """

    def __call__(self, text: str) -> float | None:
        others = len(_OTHER.findall(text))
        if not _LATIN.search(text) or others > _MAX_OTHER_SHARE * len(text):
            return None
        return float(self._analyzer.polarity_scores(text)["compound"])

    @cached_property
    def _analyzer(self) -> SentimentIntensityAnalyzer:
        return SentimentIntensityAnalyzer()
