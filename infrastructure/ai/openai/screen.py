"""What a customer gets to see of a model's words: the text, without marks, cards, links and rules that are not for it.

A stream cuts anywhere, so each step holds back an end that may be the beginning of something.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable

from infrastructure.ai.openai.verbatim import VerbatimGuard

# A mark that says what an answer stands on: [K:returns], [K:returns, warranty].
_MARK = re.compile(r"[ \t]{0,8}[\[【]K:(?:([^\]】\n]{0,200})(?:[\]】]|(?=\n)|\Z))?", re.IGNORECASE)
_MARK_BEGUN = re.compile(r"[ \t]{0,8}(?:[\[【](?:K(?::[^\]】\n]{0,200})?)?)?\Z", re.IGNORECASE)
_BETWEEN_IDS = re.compile(r"[,;，；、\s]+")

# Marks that are no ids: the knowledge does not say it; the customer has to say something first.
_IGNORANT, _ASKING = "none", "ask"

# Some endpoints leave in what a model thinks before it speaks.
_THOUGHT_MARK = re.compile(r"</?think>")
_THOUGHT_END = re.compile(r"</think>")
_THOUGHT_MARK_BEGUN = re.compile(r"<(?:/?(?:t(?:h(?:i(?:nk?)?)?)?)?)\Z")

_CARD = re.compile(r"\[PRODUCT\].*?\[/PRODUCT\]|\[/?PRODUCT\]", re.DOTALL | re.IGNORECASE)
_CARD_BEGUN = re.compile(
    r"(?:\[PRODUCT\](?:(?!\[/PRODUCT\]).)*|\[(?:/?(?:P(?:R(?:O(?:D(?:U(?:CT?)?)?)?)?)?)?)?)\Z",
    re.DOTALL | re.IGNORECASE,
)

# What the frontends make a link of (packages/ui/src/links.ts), and the punctuation that they leave outside.
LINK = re.compile(r"https?://[!#-;=?-~]*", re.IGNORECASE)
_LINK_BEGUN = re.compile(r"h(?:t(?:t(?:p(?:s?(?::(?:/(?:/[!#-;=?-~]*)?)?)?)?)?)?)?\Z", re.IGNORECASE)
LINK_TAIL = ".,;:!?'*_)]"


class Screen:
    """One answer's. Gathers what the marks say: `cited` (ids, in order, each once), `ignorant`, `asking`.

    `is_known_link` says of an address whether it may be shown as a link; another one loses its scheme, so that it is
    plain text. `leaked` is True from when the text begins to recite `secret`; nothing is shown from there on.
    `spoken` counts the characters that were no thoughts, shown or not.
    """

    def __init__(self, secret: str, is_known_link: Callable[[str], bool]) -> None:
        self.cited: list[str] = []
        self.ignorant = False
        self.asking = False
        self.spoken = 0
        self._is_known_link = is_known_link
        # JSON may cut a character outside of the basic plane into two halves, and a server may send them apart.
        self._halves = codecs.getincrementaldecoder("utf-16-le")(errors="ignore")
        self._guard = VerbatimGuard(secret)
        self._thoughts = _Thoughts()
        self._steps = (
            _Rewriting(_MARK, _MARK_BEGUN, self._take_mark),
            # With a space for a card, what stands around it cannot join into another one.
            _Rewriting(_CARD, _CARD_BEGUN, lambda _: " "),
            _Rewriting(LINK, _LINK_BEGUN, self._link),
        )

    @property
    def leaked(self) -> bool:
        return self._guard.tripped

    @property
    def thought_aloud(self) -> bool:
        """Whether what was shown turned out to be a thought: its end came, and its beginning never did."""
        return self._thoughts.aloud

    def feed(self, text: str) -> str:
        """What may be shown by now."""
        text = _printable(self._halves.decode(text.encode("utf-16-le", "surrogatepass")))
        text = self._thoughts.feed(text)
        self.spoken += len(text)
        for step in self._steps:
            text = step.feed(text)
        return self._guard.feed(text)

    def finish(self) -> str:
        """The rest."""
        text = self._thoughts.finish()
        for step in self._steps:
            text = step.feed(text) + step.finish()
        return self._guard.feed(text) + self._guard.finish()

    def _take_mark(self, match: re.Match[str]) -> str:
        ids = (match[1] or "").strip()
        for each in (ids, *_BETWEEN_IDS.split(ids)):
            name = each.removeprefix("K:").removeprefix("k:").strip()
            self.ignorant = self.ignorant or name.casefold() == _IGNORANT
            self.asking = self.asking or name.casefold() == _ASKING
            if name and name not in self.cited:
                self.cited.append(name)
        return ""

    def _link(self, match: re.Match[str]) -> str:
        url = match[0]
        if self._is_known_link(url) or self._is_known_link(url.rstrip(LINK_TAIL)):
            return url
        # All up to the last one: what is left must not make a link with the letters before it ("hthttps://tps://").
        return url.rpartition("://")[2]


class _Thoughts:
    """Drops thoughts, with the white space after them. They may be long, so of one no more is kept than may be the
    beginning of its end. `aloud`: an end came without a beginning, so what was passed on before it was a thought.
    """

    def __init__(self) -> None:
        self.aloud = False
        self._held = ""
        self._thinking = False
        self._has_thought = False
        self._has_said = False

    def feed(self, text: str) -> str:
        self._held += text
        passed = ""
        while mark := (_THOUGHT_END if self._thinking else _THOUGHT_MARK).search(self._held):
            if not self._thinking:
                passed += self._said(self._held[: mark.start()])
                self.aloud = self.aloud or (self._has_said and mark[0] == _THOUGHT_END.pattern)
            self._has_thought = self._thinking
            self._thinking = mark[0] != _THOUGHT_END.pattern
            self._held = self._held[mark.end() :]
        begun = _THOUGHT_MARK_BEGUN.search(self._held)
        ready = begun.start() if begun else len(self._held)
        said, self._held = self._held[:ready], self._held[ready:]
        return passed if self._thinking else passed + self._said(said)

    def finish(self) -> str:
        rest, self._held = self._held, ""
        return "" if self._thinking else self._said(rest)

    def _said(self, text: str) -> str:
        self._has_said = self._has_said or bool(text.strip())
        if not self._has_thought:
            return text
        text = text.lstrip()
        self._has_thought = not text
        # What stands around a thought must not join into something else.
        return text and f" {text}"


class _Rewriting:
    """Replaces what matches `whole`, holding back an end that matches `begun` (which matches an end or nothing)."""

    def __init__(
        self, whole: re.Pattern[str], begun: re.Pattern[str], replacement: Callable[[re.Match[str]], str]
    ) -> None:
        self._whole = whole
        self._begun = begun
        self._replacement = replacement
        self._held = ""

    def feed(self, text: str) -> str:
        self._held += text
        begun = self._begun.search(self._held)
        ready = begun.start() if begun else len(self._held)
        passed, self._held = self._held[:ready], self._held[ready:]
        return self._whole.sub(self._replacement, passed)

    def finish(self) -> str:
        rest, self._held = self._held, ""
        return self._whole.sub(self._replacement, rest)


def _printable(text: str) -> str:
    """Without the control characters that no message may hold (`domain.entry.checked_message`)."""
    return "".join(each for each in text if each in "\t\n\r" or unicodedata.category(each) != "Cc")
