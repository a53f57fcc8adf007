"""Notices an answer that recites a text that it must not, while it streams."""

from __future__ import annotations

import re
from collections import defaultdict, deque

# So many words in a row in common are no accident; a Chinese character counts as a word.
MAX_RUN = 8

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


class VerbatimGuard:
    """Passes text on until a run of `MAX_RUN` words stands in the secret just so; case and punctuation do not count.

    Words that may be the beginning of such a run wait, so nothing of one has been passed on when it is noticed.
    """

    def __init__(self, secret: str) -> None:
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(_words(secret)):
            self._places[word].append(place)
        # For each place in the secret, how long the run is that ends there with the word read last.
        self._runs: dict[int, int] = {}
        self._waiting: deque[str] = deque()
        self._unread = ""
        self.tripped = False

    def feed(self, text: str) -> str:
        """What may be shown by now; nothing any more once the guard has tripped."""
        self._unread += text
        passed: list[str] = []
        begin = 0
        for match in _WORD.finditer(self._unread):
            # A word at the end may go on in the next piece.
            if match.end() == len(self._unread):
                break
            passed.append(self._read(self._unread[begin : match.end()], match[0].casefold()))
            begin = match.end()
        self._unread = self._unread[begin:]
        if not self._waiting and not _WORD.search(self._unread):
            passed.append(self._unread)
            self._unread = ""
        return "" if self.tripped else "".join(passed)

    def finish(self) -> str:
        """The rest."""
        # A space ends the last word, and is taken away again.
        text = "".join((self.feed(" "), *self._waiting, self._unread))[:-1]
        self._waiting.clear()
        self._unread = ""
        return "" if self.tripped else text

    def _read(self, raw: str, word: str) -> str:
        """Take one more word (`raw` with what stands before it); return what need not wait any longer."""
        self._runs = {place: self._runs.get(place - 1, 0) + 1 for place in self._places.get(word, ())}
        run = max(self._runs.values(), default=0)
        self.tripped = self.tripped or run >= MAX_RUN
        self._waiting.append(raw)
        return "".join(self._waiting.popleft() for _ in range(len(self._waiting) - run))


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]
