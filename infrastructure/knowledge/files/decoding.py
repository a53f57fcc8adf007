"""Bytes to text."""

from __future__ import annotations

import codecs

from infrastructure.knowledge.files.page import Unreadable

# UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Nearly every byte sequence means something in GB18030. Chinese text is made of the characters that GB 2312 has.
_COMMON_SHARE = 0.9


def decoded(content: bytes, declared: str | None = None) -> str:
    """The text, with line feeds only: as its byte order mark says, else UTF-8, else as `declared`, else GB18030 where
    that makes Chinese of it. `Unreadable` for anything else, and for NULs.
    """
    text = _text(content, declared)
    if "\0" in text:
        raise Unreadable("holds a NUL character; it must be text", _line(text, text.index("\0")))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text(content: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Unreadable(f"is not {encoding.upper()}, which its first bytes say") from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    for found in filter(None, (_declared(content, declared), _chinese(content))):
        return found
    raise Unreadable("is neither UTF-8 nor GB18030; save the file as UTF-8", line)


def _declared(content: bytes, declared: str | None) -> str | None:
    try:
        return content.decode(declared) if declared else None
    except (LookupError, UnicodeError):
        return None


def _chinese(content: bytes) -> str | None:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text if not character.isascii()]
    common = sum(len(character.encode("gb2312", "ignore")) == 2 for character in foreign)
    return text if common >= len(foreign) * _COMMON_SHARE else None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
