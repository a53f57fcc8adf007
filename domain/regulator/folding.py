"""One spelling for many: case, accents, width, traditional characters, apostrophes and hyphens do not count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

# More of the same character says nothing more, and long runs would make patterns slow.
_LONG_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACES = re.compile(r"\s+")
_HAN = re.compile(r"[\u2e80-\u9fff]")
_ASCII_WORD = re.compile(r"(?<!\w)[A-Za-z]{4,}(?!\w)")

# Word by word these are no separators of clauses: "mettez-moi", "don’t".
_JOINTS = frozenset("-_'’‘`´ʼ‐‑~*")

# The characters of the rules that are written otherwise in Hong Kong and Taiwan.
_TRADITIONAL = dict(
    zip(
        "轉聯繫絡員經領導負責給請幫個無沒麼為還讓開關電話時間點說對談講機會處應該訴擔壞與從來誰這裡個後務過產東車買賣錢"
        "單號貨達聽動實際諮詢輛長騙詐報警傷燒煙漏觸鼓腫營業費補償師們並腦語聲別樣當響應廢氣爛惡",
        "转联系络员经领导负责给请帮个无没么为还让开关电话时间点说对谈讲机会处应该诉担坏与从来谁这里个后务过产东车买卖钱"
        "单号货达听动实际咨询辆长骗诈报警伤烧烟漏触鼓肿营业费补偿师们并脑语声别样当响应废气烂恶",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A message as it was written (tidied), and as rules read it: character by character the same length."""

    original: str
    text: str
    # For languages with spaces: a Chinese character parts words, as in "我要agent".
    words: str

    @property
    def has_characters(self) -> bool:
        return self.words is not self.text

    def quoted(self, start: int, end: int) -> str:
        """What was written there, without what stands around it."""
        return self.original[start:end].strip(_AROUND)


_AROUND = " \n\t.,;:!?，。；：！？、\"'"


class _Table(dict[int, str]):
    """One character for one; filled as characters come."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded_character(chr(code))
        return self[code]


def folded(text: str, typos: Mapping[str, str]) -> Folded:
    """The message for the rules. `typos` says which misspelt words (small letters) are meant as which."""
    tidy = _tidied(text)
    if typos:
        tidy = _ASCII_WORD.sub(lambda word: typos.get(word.group().lower(), word.group()), tidy)
    text = tidy.translate(_TABLE)
    return Folded(tidy, text, _HAN.sub("。", text) if _HAN.search(text) else text)


def fold_word(word: str) -> str:
    """A word of the rules, folded like a message. It keeps its length."""
    return unicodedata.normalize("NFC", word).translate(_TABLE)


def _tidied(text: str) -> str:
    """Composed characters, no invisible ones, one space or line feed for many, no long runs."""
    visible = unicodedata.normalize("NFC", text)
    if not visible.isascii():
        visible = "".join(each for each in visible if unicodedata.category(each) != "Cf")
    visible = _LONG_RUN.sub(r"\1\1\1", visible)
    return _SPACES.sub(lambda run: "\n" if "\n" in run.group() else " ", visible).strip()


def _folded_character(character: str) -> str:
    if character in _JOINTS:
        return " "
    plain = unicodedata.normalize("NFKD", character)
    letters = [each for each in plain if not unicodedata.combining(each)]
    small = letters[0].casefold() if letters else " "
    small = _TRADITIONAL.get(small, small)
    return " " if small in _JOINTS or (small.isspace() and small != "\n") else small[:1] or " "


_TABLE = _Table()
